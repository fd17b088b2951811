"""The organisation as it is on some days: who manages what, who has been given which role, who is away, who covers.

The tables are small, so they are read once (four queries) and every question is answered in memory: a page that asks
about a thousand channels costs the same as one that asks about ten. Nothing here writes, and only `organisation_of` reads
the clock.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Self

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Absence, Appointment, Unit, User
from kommun import policy

NEAREST_MANAGER, DEPARTMENT_HEAD, COMMITTEE, COMMUNICATIONS_UNIT = (
    "nearest_manager",
    "department_head",
    "committee",
    "communications_unit",
)
ORGANISATION_ROLES = frozenset({NEAREST_MANAGER, DEPARTMENT_HEAD, COMMITTEE, COMMUNICATIONS_UNIT})
# Every role that `Organisation.responsible_for` can answer for. Owner and deputy come from the register of channels.
ROLES = ORGANISATION_ROLES | frozenset(Appointment.Role.values)
# Who is asked when nobody else is there. An administrator can at least hand the matter to the right person.
FALLBACK = (
    Appointment.Role.STRATEGIST,
    Appointment.Role.IT_COMMUNICATIONS_MANAGER,
    Appointment.Role.CHIEF_EXECUTIVE,
    Appointment.Role.ADMINISTRATOR,
)
LONGEST_CHAIN = 10


def short_day(day: date, near: date | None = None) -> str:
    """Return "4 dec", with the year when it is not the year of `near`."""
    return date_format(day, "j b" if near is not None and near.year == day.year else "j b Y")


@dataclass(frozen=True)
class Cover:
    """Who does somebody's duties on a day.

    `chain` holds everybody passed, the person asked about first and the one who covers last. `person` is None when
    nobody covers, and then `problem` says why, in a sentence. `absent` is True when the person asked about is away.
    """

    person: User | None
    chain: list[User]
    absent: bool
    problem: str


@dataclass(frozen=True)
class CoverPeriod:
    """Days in a row, both ends included, on which the same people do the duties."""

    first_day: date
    last_day: date
    cover: Cover


@dataclass(frozen=True)
class Responsible:
    """Who answers for something: `asked` has the duty, `assignee` does it that day, `why` says how they were found."""

    asked: User | None
    assignee: User | None
    why: str


@dataclass(frozen=True)
class Candidate:
    """Somebody who holds a role, with the sentence that says so; or, without a user, why nobody does there."""

    user: User | None
    why: str


@dataclass
class Organisation:
    """Units, roles in force and absence for the days `first_day` to `last_day`, both included."""

    first_day: date
    last_day: date
    units: dict[int, Unit] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    appointments: list[Appointment] = field(default_factory=list)
    absences: dict[int, list[Absence]] = field(default_factory=dict)

    @classmethod
    def load(cls, first_day: date, last_day: date | None = None) -> Self:
        """Read what holds on the days (one day without `last_day`). Four queries, whatever the size."""
        units = {unit.pk: unit for unit in Unit.objects.all()}
        return cls(first_day, last_day or first_day, units)._with_people()

    @classmethod
    def load_roles(cls, day: date) -> Self:
        """Read only who has been given which role and who is away: enough for `holds` without a unit.

        Asked for each permission, and the managers of all units are most of the people. Three queries.
        """
        return cls(day, day)._with_people()

    def _with_people(self) -> Self:
        self.appointments = list(
            Appointment.objects.filter(
                Q(ends_on__isnull=True) | Q(ends_on__gte=self.first_day), starts_on__lte=self.last_day
            ).order_by("starts_on", "pk")
        )
        wanted = {unit.manager_id for unit in self.units.values()}
        wanted |= {unit.registrar_id for unit in self.units.values()}
        wanted |= {appointment.user_id for appointment in self.appointments}
        away = Absence.objects.filter(
            withdrawn_at__isnull=True, starts_on__lte=self.last_day, ends_on__gte=self.first_day
        )
        for absence in away.order_by("pk"):
            self.absences.setdefault(absence.user_id, []).append(absence)
            wanted |= {absence.user_id, absence.substitute_id}
        self.users = User.objects.select_related("unit").in_bulk([pk for pk in wanted if pk is not None])
        return self

    # --- Absence and cover --------------------------------------------------------------------------------------------

    def absence_of(self, user_id: int, day: date) -> Absence | None:
        """Return the absence that holds for the person on the day; the one handed in last when there are several."""
        return next(
            (row for row in reversed(self.absences.get(user_id, [])) if row.starts_on <= day <= row.ends_on), None
        )

    def who_covers(self, user: User, day: date | None = None) -> Cover:
        """Return who does the person's duties on the day, following substitutes at most ten steps.

        Somebody who may no longer sign in, or is past the last day, counts as away. A circle ends the search.
        """
        day = day or self.first_day
        chain = [user]
        while True:
            person = chain[-1]
            absence = self.absence_of(person.pk, day)
            if person.in_service(day) and absence is None:
                return Cover(person, chain, absent=len(chain) > 1, problem="")
            substitute = self.users.get(absence.substitute_id) if absence and absence.substitute_id else None
            problem = self._why_not_further(chain, substitute, absence, day)
            if substitute is None or problem:
                return Cover(None, chain, absent=True, problem=problem)
            chain.append(substitute)

    def _why_not_further(self, chain: list[User], substitute: User | None, absence: Absence | None, day: date) -> str:
        if substitute is None:
            if absence is None and chain[-1].is_active and chain[-1].leaves_on is not None:
                values = {"person": chain[-1], "day": short_day(chain[-1].leaves_on, day)}
                return _("%(person)s har slutat. Sista dagen är %(day)s.") % values
            if absence is None:
                return _("%(person)s är inte längre aktiv och har ingen ersättare.") % {"person": chain[-1]}
            return _("%(person)s är borta till och med %(day)s och har ingen ersättare.") % {
                "person": chain[-1],
                "day": short_day(absence.ends_on, day),
            }
        if substitute in chain:
            return _("Ersättarna går i en cirkel: %(names)s.") % {"names": " → ".join(map(str, [*chain, substitute]))}
        if len(chain) > LONGEST_CHAIN:
            return _("Kedjan av ersättare är för lång: %(names)s.") % {"names": " → ".join(map(str, chain))}
        return ""

    def covered_by(self, user: User, day: date | None = None) -> list[User]:
        """Return everybody whose duties the person does on the day, also at the end of a chain of substitutes."""
        away = (self.users[user_id] for user_id in self.absences if user_id in self.users and user_id != user.pk)
        return [person for person in away if self.who_covers(person, day).person == user]

    def acts_as(self, user: User, day: date | None = None) -> list[User]:
        """Return the person, and everybody whom the person covers for on the day."""
        return [user, *self.covered_by(user, day)]

    def with_absence(self, absence: Absence) -> Self:
        """Return the organisation as it would be with one more absence, saved or not."""
        people = {person.pk: person for person in (absence.user, absence.substitute) if person is not None}
        known = [row for row in self.absences.get(absence.user_id, []) if row.pk is None or row.pk != absence.pk]
        return replace(self, users=self.users | people, absences=self.absences | {absence.user_id: [*known, absence]})

    def cover_periods(self, user: User, first_day: date, last_day: date) -> list[CoverPeriod]:
        """Return who does the person's duties on each of the days, days in a row with the same answer as one period.

        The answer can only change where some absence begins or ends, or somebody leaves, so only those days are asked about.
        """
        changes = {first_day}
        for person in self.users.values():
            if person.leaves_on is not None and first_day <= person.leaves_on < last_day:
                changes.add(person.leaves_on + timedelta(days=1))
        for row in (row for rows in self.absences.values() for row in rows):
            if first_day < row.starts_on <= last_day:
                changes.add(row.starts_on)
            if first_day <= row.ends_on < last_day:  # asked first: there is no day after 9999-12-31
                changes.add(row.ends_on + timedelta(days=1))
        starts = sorted(changes)
        ends = [day - timedelta(days=1) for day in starts[1:]] + [last_day]
        periods: list[CoverPeriod] = []
        for start, end in zip(starts, ends, strict=True):
            cover = self.who_covers(user, start)
            if periods and (periods[-1].cover.chain, periods[-1].cover.person) == (cover.chain, cover.person):
                periods[-1] = replace(periods[-1], last_day=end)
            else:
                periods.append(CoverPeriod(start, end, cover))
        return periods

    # --- Units --------------------------------------------------------------------------------------------------------

    def line(self, unit: Unit | None) -> list[Unit]:
        """Return the unit and every unit above it, nearest first. A circle in the data ends the walk."""
        found: list[Unit] = []
        current = self.units.get(unit.pk) if unit is not None else None
        while current is not None and current not in found:
            found.append(current)
            current = self.units.get(current.parent_id) if current.parent_id else None
        return found

    def _from_kind(self, unit: Unit | None, kind: str) -> list[Unit]:
        """Return the nearest unit of the kind and all above it; nothing when there is none of that kind."""
        line = self.line(unit)
        start = next((index for index, above in enumerate(line) if above.kind == kind), len(line))
        return line[start:]

    # --- Roles --------------------------------------------------------------------------------------------------------

    def appointed(self, role: str, unit: Unit | None, day: date | None = None) -> list[tuple[Appointment, User]]:
        """Return who has been given the role: the unit's first, then of those above it, then the municipality's."""
        places: list[int | None] = [above.pk for above in self.line(unit)] + [None]
        rows = [(row, self.users[row.user_id]) for row in self._in_force(role, day) if row.unit_id in places]
        return sorted(rows, key=lambda pair: places.index(pair[0].unit_id))

    def appointments_in_force(self, role: str, day: date | None = None) -> list[tuple[Appointment, User]]:
        """Return everybody who has been given the role on the day, for any unit."""
        return [(row, self.users[row.user_id]) for row in self._in_force(role, day)]

    def _in_force(self, role: str, day: date | None) -> Iterator[Appointment]:
        day = day or self.first_day
        for row in self.appointments:
            if row.role == role and row.starts_on <= day and (row.ends_on is None or row.ends_on >= day):
                yield row

    def candidates(self, role: str, unit: Unit | None, day: date | None = None) -> Iterator[Candidate]:
        """Yield those who hold the role for the unit, the first one to ask first, without regard to absence.

        For a manager the managers of the units above follow, and last the chief executive, who is the manager of the
        heads of department. Raises ValueError for a role that the organisation does not know.
        """
        _check_known(role)
        if role in {NEAREST_MANAGER, DEPARTMENT_HEAD, COMMITTEE}:
            yield from self._managers(role, unit)
            yield from self._appointees(Appointment.Role.CHIEF_EXECUTIVE, unit, day)
        elif role == COMMUNICATIONS_UNIT:
            central = [above for above in self.units.values() if above.central]
            yield from self._managers_of(central)
            yield from self._appointees(Appointment.Role.STRATEGIST, unit, day)
        else:
            if role == Appointment.Role.REGISTRAR:
                for person, above in self._registrars(unit):
                    values = {"person": person, "unit": above}
                    yield Candidate(person, _("%(person)s är registrator för %(unit)s.") % values)
            yield from self._appointees(role, unit, day)

    def _managers(self, role: str, unit: Unit | None) -> Iterator[Candidate]:
        match role:
            case "department_head":
                line = self._from_kind(unit, Unit.Kind.DEPARTMENT)
            case "committee":
                line = self._from_kind(unit, Unit.Kind.COMMITTEE)
            case _:
                line = self.line(unit)
        return self._managers_of(line)

    def _managers_of(self, units: list[Unit]) -> Iterator[Candidate]:
        for unit in units:
            if unit.manager_id is None:
                yield Candidate(None, _("%(unit)s har ingen chef.") % {"unit": unit})
            else:
                manager = self.users[unit.manager_id]
                yield Candidate(manager, _("%(person)s är chef för %(unit)s.") % {"person": manager, "unit": unit})

    def _registrars(self, unit: Unit | None) -> Iterator[tuple[User, Unit]]:
        for above in self.line(unit):
            if above.registrar_id is not None:
                yield self.users[above.registrar_id], above

    def _appointees(
        self, role: str, unit: Unit | None, day: date | None, *, anywhere: bool = False
    ) -> Iterator[Candidate]:
        found = self.appointed(role, unit, day)
        if anywhere:
            found += self.appointments_in_force(role, day)
        for row, person in found:
            values = {"person": person, "role": policy.role_label(role), "unit": self.units.get(row.unit_id or 0)}
            if row.unit_id is None:
                yield Candidate(person, _("%(person)s har rollen %(role)s.") % values)
            else:
                yield Candidate(person, _("%(person)s har rollen %(role)s för %(unit)s.") % values)

    def holders(self, role: str, unit: Unit | None, day: date | None = None) -> list[User]:
        """Return the active people who hold the role for the unit, present or not. Of managers only the nearest."""
        if role in ORGANISATION_ROLES:
            line = [above for above in self.units.values() if above.central] if role == COMMUNICATIONS_UNIT else None
            found = self._managers(role, unit) if line is None else self._managers_of(line)
            people = [candidate.user for candidate in found if candidate.user is not None]
            people = people if role == COMMUNICATIONS_UNIT else people[:1]
        else:
            people = self._given(role, unit, day)
        return [person for person in dict.fromkeys(people) if person.is_active]

    def _given(self, role: str, unit: Unit | None, day: date | None) -> list[User]:
        """Return whom `candidates` names for a role that is given. Without the sentences: a permission needs none."""
        _check_known(role)
        registrars = self._registrars(unit) if role == Appointment.Role.REGISTRAR else ()
        return [person for person, _above in registrars] + [person for _row, person in self.appointed(role, unit, day)]

    def all_holders(self, role: str, day: date | None = None) -> list[User]:
        """Return the active people who hold the role for any unit or for the whole municipality."""
        if role in ORGANISATION_ROLES:
            people = [user for unit in self.units.values() for user in self.holders(role, unit, day)]
        else:
            people = [person for _row, person in self.appointments_in_force(role, day)]
            if role == Appointment.Role.REGISTRAR:
                people += [self.users[unit.registrar_id] for unit in self.units.values() if unit.registrar_id]
        return [person for person in dict.fromkeys(people) if person.is_active]

    def acts_for(self, user: User, people: Collection[User], day: date | None = None) -> bool:
        """Return whether the person is one of the people, or covers for one of them on the day. Only the active act."""
        if not user.is_active:
            return False
        return user in people or any(self.who_covers(person, day).person == user for person in people)

    def holds(self, user: User, role: str, unit: Unit | None, day: date | None = None) -> bool:
        """Return whether the person holds the role for the unit, or covers for somebody who does.

        A role given for a unit holds for the units below it. Without a unit only roles for the whole municipality count.
        """
        return self.acts_for(user, self.holders(role, unit, day), day)

    def holds_any(self, user: User, *roles: str) -> bool:
        """Return whether the person holds one of the roles for any unit, or covers for somebody who does."""
        return any(self.acts_for(user, self.all_holders(role)) for role in roles)

    def manages(self, user: User, unit: Unit | None, day: date | None = None) -> bool:
        """Return whether the person is manager of the unit or of one above it, or covers for such a manager."""
        managers = [self.users[above.manager_id] for above in self.line(unit) if above.manager_id]
        return self.acts_for(user, managers, day)

    def managed_by(self, user: User) -> list[Unit]:
        """Return the units that the person manages, those below one's own among them, also for somebody who is away."""
        return [unit for unit in self.units.values() if self.manages(user, unit)]

    # --- Who answers --------------------------------------------------------------------------------------------------

    def responsible_for(
        self, role: str, unit: Unit | None, day: date | None = None, exclude: Collection[int] = ()
    ) -> Responsible:
        """Return who answers for the role on the day. People in `exclude` (user ids) are never named: they are parties.

        Whoever is away is replaced by the one who covers. When nobody covers, the next in line is asked, then the
        strategist, the IT and communications manager, the chief executive and an administrator. Raises ValueError for
        an unknown role. Source: KL 7:4 and FL 16–18 §§ (jäv); nobody is nobody (design idea 5).
        """
        asked: User | None = None
        tried: set[int] = set()
        said: list[str] = []
        for candidate in self._everybody_in_turn(role, unit, day):
            person = candidate.user
            if person is not None and person.pk in tried:
                continue
            said.append(candidate.why)
            if person is None:
                continue
            tried.add(person.pk)
            if person.pk in exclude:
                said.append(_("%(person)s är själv part och hoppas över.") % {"person": person})
                continue
            asked = asked or person
            cover = self.who_covers(person, day)
            if cover.person is not None and cover.person.pk not in exclude:
                said += self.explain(cover, day)
                return Responsible(asked, cover.person, " ".join(said))
            said += self.explain(cover, day)
            if cover.person is not None:
                said.append(_("%(person)s är själv part och hoppas över.") % {"person": cover.person})
        said.append(_("Ingen finns att fråga. Systemadministratören behöver ge någon rollen."))
        return Responsible(asked, None, " ".join(said))

    def _everybody_in_turn(self, role: str, unit: Unit | None, day: date | None) -> Iterator[Candidate]:
        yield from self.candidates(role, unit, day)
        for fallback in FALLBACK:
            yield from self._appointees(fallback, unit, day, anywhere=True)

    def explain(self, cover: Cover, day: date | None = None) -> list[str]:
        """Say for each in the chain until when the person is away and who steps in, and last what is missing."""
        day = day or self.first_day
        said: list[str] = []
        for index, (person, substitute) in enumerate(pairwise(cover.chain)):
            absence = self.absence_of(person.pk, day)
            if absence is None:
                continue
            values = {"person": person, "day": short_day(absence.ends_on, day), "substitute": substitute}
            if index == 0:
                said.append(_("Borta till och med %(day)s, ersätts av %(substitute)s.") % values)
            else:
                said.append(_("%(person)s är borta till och med %(day)s, ersätts av %(substitute)s.") % values)
        if cover.problem:
            said.append(cover.problem)
        return said


def _check_known(role: str) -> None:
    if role not in ROLES:
        raise ValueError(f"unknown role {role!r}; known: {', '.join(sorted(ROLES))}")


def organisation_of(request: HttpRequest) -> Organisation:
    """Return the organisation of today, read once per request."""
    found: Organisation | None = getattr(request, "_organisation", None)
    if found is None:
        found = Organisation.load(timezone.localdate())
        request._organisation = found  # type: ignore[attr-defined]  # kept where the request is, for as long as it is
    return found
