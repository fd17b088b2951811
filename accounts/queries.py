"""Questions about the municipality's people: who holds a role, who is away, who covers, who answers.

Each function reads the small tables itself (four queries). Whoever asks several questions about the same days loads
one `Organisation` and hands it on; a page uses `organisation_of(request)`, which loads at most once a request.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import rules
from accounts.duties import Duty, duties_from_apps
from accounts.models import Absence, Appointment, Unit, User
from accounts.organisation import (
    ORGANISATION_ROLES,
    ROLES,
    Cover,
    CoverPeriod,
    Organisation,
    Responsible,
    organisation_of,
)
from kommun import policy

__all__ = [
    "ORGANISATION_ROLES",
    "ROLES",
    "AbsencePlan",
    "Cover",
    "CoveredAbsence",
    "Organisation",
    "Responsible",
    "absences_covered_by",
    "absences_of",
    "absences_visible_to",
    "covered_by",
    "has_any_role",
    "holds_role",
    "manages",
    "organisation_of",
    "people_in_charge",
    "plan_absence",
    "responsible_for",
    "roles_in_force",
    "uncovered_absences",
    "who_covers",
]


def who_covers(user: User, today: date, *, organisation: Organisation | None = None) -> Cover:
    """Return who does the person's duties on the day. See `Cover`: the chain begins with the person asked about."""
    return (organisation or Organisation.load(today)).who_covers(user, today)


def covered_by(user: User, today: date, *, organisation: Organisation | None = None) -> list[User]:
    """Return everybody the person covers for on the day, also at the end of a chain of substitutes."""
    return (organisation or Organisation.load(today)).covered_by(user, today)


def responsible_for(
    role: str,
    unit: Unit | None,
    *,
    today: date,
    exclude: Collection[int] = (),
    organisation: Organisation | None = None,
) -> Responsible:
    """Return who answers for the role, with the reason in words. People in `exclude` (user ids) are never named.

    Raises ValueError for a role outside `ROLES`; owner and deputy come from the register of channels.
    """
    return (organisation or Organisation.load(today)).responsible_for(role, unit, today, exclude)


def people_in_charge(
    unit: Unit | None, *, today: date, organisation: Organisation | None = None
) -> dict[str, Responsible]:
    """Return who answers for each role in `ROLES` for the unit on the day."""
    organisation = organisation or Organisation.load(today)
    return {role: organisation.responsible_for(role, unit, today) for role in sorted(ROLES)}


def holds_role(
    user: User, role: str, unit: Unit | None, today: date, *, organisation: Organisation | None = None
) -> bool:
    """Return whether the person holds the role for the unit on the day, or covers for somebody who does.

    A role given for a unit holds for the units below it. Without a unit only roles for the whole municipality count.
    """
    organisation = organisation or Organisation.load(today)
    return organisation.acts_for(user, organisation.holders(role, unit, today), today)


def has_any_role(user: User, *roles: str, today: date, organisation: Organisation | None = None) -> bool:
    """Return whether the person holds one of the roles for any unit on the day, or covers for somebody who does."""
    organisation = organisation or Organisation.load(today)
    return any(organisation.acts_for(user, organisation.all_holders(role, today), today) for role in roles)


def manages(user: User, unit: Unit | None, today: date, *, organisation: Organisation | None = None) -> bool:
    """Return whether the person is manager of the unit or of one above it, or covers for such a manager on the day."""
    return (organisation or Organisation.load(today)).manages(user, unit, today)


# --- Absence ----------------------------------------------------------------------------------------------------------

HORIZON = timedelta(days=60)  # how far ahead uncovered leave is shown: a summer is planned two months before


def absences_visible_to(user: User) -> QuerySet[Absence]:
    """Return the absences that the person may see: the person's own, and those where the person is the substitute."""
    rows = Absence.objects.filter(Q(user=user) | Q(substitute=user), withdrawn_at__isnull=True)
    return rows.select_related("user__unit", "substitute__unit")


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
    rows = absences_visible_to(user).filter(user=user, ends_on__gte=today).order_by("starts_on", "pk")
    return _with_cover(list(rows), today)


def absences_covered_by(user: User, today: date) -> list[Absence]:
    """Return the absences that are not over and that name the person as substitute, soonest first."""
    rows = absences_visible_to(user).filter(substitute=user, ends_on__gte=today)
    return list(rows.order_by("starts_on", "pk"))


def uncovered_absences(today: date, reader: User) -> list[CoveredAbsence]:
    """Return the absences of the coming sixty days with days when nobody covers, soonest first.

    The strategist, the IT and communications manager and the administrators see all; a manager sees those of the
    units managed; everybody else sees none. Source: leave without cover is shown before it starts (design idea 5).
    """
    rows = Absence.objects.filter(withdrawn_at__isnull=True, starts_on__lte=today + HORIZON, ends_on__gte=today)
    found = _with_cover(list(rows.select_related("user__unit", "substitute__unit").order_by("starts_on", "pk")), today)
    organisation = Organisation.load(today)
    if not has_any_role(reader, *rules.SEES_ALL_ABSENCE, today=today, organisation=organisation):
        found = [one for one in found if organisation.manages(reader, one.absence.user.unit, today)]
    return [one for one in found if one.uncovered]


def _with_cover(rows: list[Absence], today: date) -> list[CoveredAbsence]:
    if not rows:
        return []
    organisation = Organisation.load(today, max(row.ends_on for row in rows))
    periods = (organisation.cover_periods(row.user, max(row.starts_on, today), row.ends_on) for row in rows)
    return [CoveredAbsence(row, found) for row, found in zip(rows, periods, strict=True)]


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
    """Find the people whom the one who leaves was to cover for, and who then have nobody."""
    found = []
    for row in absences_covered_by(absence.user, absence.starts_on):
        first, last = max(row.starts_on, absence.starts_on), min(row.ends_on, absence.ends_on)
        if first > last:
            continue
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
