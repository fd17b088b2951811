"""Questions about the municipality's people: who holds a role, who is away, who covers, who answers.

Each function reads the small tables itself (four queries). Whoever asks several questions about the same days loads
one `Organisation` and hands it on; a page uses `organisation_of(request)`, which loads at most once a request.
"""

from collections.abc import Collection
from datetime import date

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Absence, Unit, User
from accounts.organisation import (
    ORGANISATION_ROLES,
    ROLES,
    Cover,
    Organisation,
    Responsible,
)

__all__ = [
    "ORGANISATION_ROLES",
    "ROLES",
    "Cover",
    "Organisation",
    "Responsible",
    "absences_of",
    "covered_by",
    "has_any_role",
    "holds_role",
    "manages",
    "organisation_of",
    "people_in_charge",
    "responsible_for",
    "who_covers",
]


def organisation_of(request: HttpRequest) -> Organisation:
    """Return the organisation of today, read once per request."""
    found: Organisation | None = getattr(request, "_organisation", None)
    if found is None:
        found = Organisation.load(timezone.localdate())
        request._organisation = found  # type: ignore[attr-defined]
    return found


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
    return _acts_for(user, organisation.holders(role, unit, today), today, organisation)


def has_any_role(user: User, *roles: str, today: date, organisation: Organisation | None = None) -> bool:
    """Return whether the person holds one of the roles for any unit on the day, or covers for somebody who does."""
    organisation = organisation or Organisation.load(today)
    return any(_acts_for(user, organisation.all_holders(role, today), today, organisation) for role in roles)


def manages(user: User, unit: Unit | None, today: date, *, organisation: Organisation | None = None) -> bool:
    """Return whether the person is manager of the unit or of one above it, or covers for such a manager on the day."""
    organisation = organisation or Organisation.load(today)
    managers = [organisation.users[above.manager_id] for above in organisation.line(unit) if above.manager_id]
    return _acts_for(user, managers, today, organisation)


def _acts_for(user: User, people: list[User], today: date, organisation: Organisation) -> bool:
    """Return whether the person is one of the people, or covers for one of them. Only the active act."""
    if not user.is_active:
        return False
    return user in people or any(organisation.who_covers(person, today).person == user for person in people)


def absences_of(user: User) -> list[Absence]:
    """Return what the person has handed in and not taken back, the latest first."""
    rows = Absence.objects.filter(user=user, withdrawn_at__isnull=True).select_related("substitute__unit")
    return list(rows.order_by("-starts_on", "-pk"))
