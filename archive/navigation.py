"""What the archive adds to the main menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.organisation import organisation_of
from archive import disposal_queries, disposal_rules, queries, registrars
from kommun.navigation import NavItem


def items(request: HttpRequest) -> list[NavItem]:
    """Return the diary for whoever registers, with how many sheets wait, and disposal for whoever lists what is to go."""
    if not isinstance(request.user, User):
        return []
    organisation = organisation_of(request)
    found = []
    if organisation.holds_any(request.user, registrars.REGISTRAR):
        waiting = queries.sheets_waiting(request.user, registrars.units_of(request.user, organisation)).count()
        label = _("handlingar att diarieföra")
        found.append(NavItem("archive:sheets", _("Diarium"), "archive", count=waiting, count_label=label, order=12))
    if any(
        organisation.holds(request.user, role, None) for role in (disposal_rules.ARCHIVIST, disposal_rules.REGISTRAR)
    ):
        waiting = disposal_queries.lists_to_sign(request.user.pk)
        label = _("gallringslistor att godkänna")
        found.append(
            NavItem("archive:disposal", _("Gallring"), "hourglass", count=waiting, count_label=label, order=13)
        )
        found.append(NavItem("archive:holds", _("Undantag"), "lock", order=14))
    return found
