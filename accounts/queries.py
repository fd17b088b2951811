"""Questions about the municipality's people: who answers, who is away, whom nobody covers.

`responsible_for` reads the small tables itself (four queries). Whoever asks several questions about the same days loads
one `Organisation`; a page uses `organisation_of(request)`, which loads at most once a request.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import rules
from accounts.duties import Duty, duties_from_apps
from accounts.models import Absence, Appointment, Unit, User
from accounts.organisation import CoverPeriod, Organisation, Responsible
from kommun import policy


def responsible_for(role: str, unit: Unit | None, *, today: date, exclude: Collection[int] = ()) -> Responsible:
    """Return who answers for the role, with the reason in words. People in `exclude` (user ids) are never named.

    Raises ValueError for a role outside `organisation.ROLES`; owner and deputy come from the register of channels.
    """
    return Organisation.load(today).responsible_for(role, unit, today, exclude)


def address_is_taken(email: str) -> bool:
    """Return whether somebody has the address, or is changing to it."""
    taken = User.objects.filter(email__iexact=email), EmailAddress.objects.filter(email__iexact=email)
    return any(rows.exists() for rows in taken)


# --- Absence ----------------------------------------------------------------------------------------------------------

HORIZON = timedelta(days=60)  # how far ahead uncovered leave is shown: a summer is planned two months before


def _standing() -> QuerySet[Absence]:
    return Absence.objects.filter(withdrawn_at__isnull=True).select_related("user__unit", "substitute__unit")


def people_to_hand_in_for(reader: User, organisation: Organisation) -> QuerySet[User]:
    """Return the active people whose absence the reader may hand in and take back, as `rules.why_not_register_absence`."""
    people = User.objects.filter(is_active=True)
    if organisation.holds_any(reader, Appointment.Role.ADMINISTRATOR):
        return people
    return people.filter(Q(pk=reader.pk) | Q(unit__in=organisation.managed_by(reader)))


def absences_visible_to(reader: User, organisation: Organisation) -> QuerySet[Absence]:
    """Return the absences that the person may see: the person's own, as substitute, and those of the people managed."""
    people = people_to_hand_in_for(reader, organisation)
    return _standing().filter(Q(user=reader) | Q(substitute=reader) | Q(user__in=people))


def absences_to_name_substitute_for(reader: User, organisation: Organisation) -> QuerySet[Absence]:
    """Return the absences that are not over and whose substitute the reader may choose, as `rules.why_not_name_substitute`."""
    rows = _standing().filter(ends_on__gte=organisation.first_day)
    if organisation.holds_any(reader, *rules.SEES_ALL_ABSENCE):
        return rows
    return rows.filter(user__in=people_to_hand_in_for(reader, organisation))


def people_kept_by(reader: User, organisation: Organisation) -> QuerySet[User]:
    """Return everybody whom the reader may see in the list of people, also those who have left.

    The strategist, the IT and communications manager and the administrators see all, a manager the units managed, and
    everybody oneself.
    """
    rows = User.objects.select_related("unit")
    if organisation.holds_any(reader, *rules.SEES_ALL_ABSENCE):
        return rows
    return rows.filter(Q(pk=reader.pk) | Q(unit__in=organisation.managed_by(reader)))


def keeps_people(reader: User, organisation: Organisation) -> bool:
    """Return whether the reader sees more people than oneself in the list."""
    return organisation.holds_any(reader, *rules.SEES_ALL_ABSENCE) or any(
        organisation.manages(reader, unit) for unit in organisation.units.values()
    )


@dataclass(frozen=True)
class CoveredAbsence:
    """An absence with who covers, day by day. `uncovered` are the days when nobody does."""

    absence: Absence
    periods: list[CoverPeriod]

    @property
    def uncovered(self) -> list[CoverPeriod]:
        """The days without anybody."""
        return [period for period in self.periods if period.cover.person is None]


def absences_of(user: User, today: date) -> list[CoveredAbsence]:
    """Return what the person has handed in and that is not over, soonest first, with who covers."""
    rows = list(_standing().filter(user=user, ends_on__gte=today).order_by("starts_on", "pk"))
    return _with_cover(rows, today, _organisation_during(rows, today))


def cover_of(absence: Absence, today: date) -> CoveredAbsence:
    """Return who covers on the days that are left of one absence."""
    return _with_cover([absence], today, _organisation_during([absence], today))[0]


def absences_covered_by(user: User, today: date) -> list[Absence]:
    """Return the absences that are not over and that name the person as substitute, soonest first."""
    rows = _standing().filter(substitute=user, ends_on__gte=today)
    return list(rows.order_by("starts_on", "pk"))


def uncovered_absences(today: date, reader: User) -> list[CoveredAbsence]:
    """Return the absences of the coming sixty days with days when nobody covers, soonest first.

    The strategist, the IT and communications manager and the administrators see all; a manager sees those of the
    units managed; everybody else sees none. Source: leave without cover is shown before it starts (design idea 5).
    """
    rows = list(_standing().filter(starts_on__lte=today + HORIZON, ends_on__gte=today).order_by("starts_on", "pk"))
    organisation = _organisation_during(rows, today)
    if not organisation.holds_any(reader, *rules.SEES_ALL_ABSENCE):
        rows = [row for row in rows if organisation.manages(reader, row.user.unit)]
    return [one for one in _with_cover(rows, today, organisation) if one.uncovered]


def _organisation_during(rows: list[Absence], today: date) -> Organisation:
    """Read the organisation from today until the last of the absences is over."""
    return Organisation.load(today, max([today, *(row.ends_on for row in rows)]))


def _with_cover(rows: list[Absence], today: date, organisation: Organisation) -> list[CoveredAbsence]:
    return [
        CoveredAbsence(row, organisation.cover_periods(row.user, max(row.starts_on, today), row.ends_on))
        for row in rows
    ]


@dataclass(frozen=True)
class AbsencePlan:
    """What an absence would mean. `errors` (field → reasons) is empty when it can be handed in."""

    absence: Absence
    errors: dict[str, list[str]]
    periods: list[CoverPeriod]
    duties: list[Duty]
    left_alone: list[CoveredAbsence]

    @property
    def uncovered(self) -> list[CoverPeriod]:
        """The days without anybody."""
        return [period for period in self.periods if period.cover.person is None]


def plan_absence(absence: Absence, today: date) -> AbsencePlan:
    """Return what an absence would mean before it is handed in: who covers, what is uncovered, whom it leaves alone."""
    first, last = absence.starts_on, max(absence.starts_on, absence.ends_on)
    before = Organisation.load(first, last)
    after = before.with_absence(absence)
    errors = rules.errors_of_absence(absence, after, today)
    if errors:
        return AbsencePlan(absence, errors, [], [], [])
    return AbsencePlan(
        absence,
        errors,
        periods=after.cover_periods(absence.user, first, last),
        duties=[*_own_duties(absence.user, after), *duties_from_apps(absence.user, first, last)],
        left_alone=_left_alone(absence, before, after),
    )


def _left_alone(absence: Absence, before: Organisation, after: Organisation) -> list[CoveredAbsence]:
    """Find the people who had somebody, perhaps at the end of a chain, and who have nobody when this one leaves too."""
    rows = [row for rows in before.absences.values() for row in rows]
    leaning = {absence.user_id}  # everybody whose chain of substitutes passes the one who leaves
    while more := {row.user_id for row in rows if row.substitute_id in leaning} - leaning:
        leaning |= more
    found = []
    for row in (row for row in rows if row.user_id in leaning - {absence.user_id}):
        row.user = before.users[row.user_id]
        first, last = max(row.starts_on, absence.starts_on), min(row.ends_on, absence.ends_on)
        had = all(period.cover.person for period in before.cover_periods(row.user, first, last))
        now = CoveredAbsence(row, after.cover_periods(row.user, first, last))
        if had and now.uncovered:
            found.append(now)
    return found


def roles_in_force(user: User, organisation: Organisation) -> list[str]:
    """Return the person's roles on the first day of the organisation, as words: "Chef för Biblioteksenheten"."""
    said = [
        _("Chef för %(unit)s") % {"unit": unit} for unit in organisation.units.values() if unit.manager_id == user.pk
    ]
    said += [
        _("Registrator för %(unit)s") % {"unit": unit}
        for unit in organisation.units.values()
        if unit.registrar_id == user.pk
    ]
    for role in Appointment.Role.values:
        for row, person in organisation.appointments_in_force(role):
            if person == user:
                label = policy.role_label(role)
                unit = organisation.units.get(row.unit_id or 0)
                said.append(_("%(role)s för %(unit)s") % {"role": label, "unit": unit} if unit else str(label))
    return said


def _own_duties(user: User, organisation: Organisation) -> list[Duty]:
    return [Duty(label=label) for label in roles_in_force(user, organisation)]
