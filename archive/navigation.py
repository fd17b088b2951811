"""What the archive adds to the main menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.organisation import organisation_of
from archive import queries, registrars
from kommun.navigation import NavItem


def items(request: HttpRequest) -> list[NavItem]:
    """Return the diary for whoever registers, with how many sheets wait for an answer."""
    if not isinstance(request.user, User):
        return []
    organisation = organisation_of(request)
    if not organisation.holds_any(request.user, registrars.REGISTRAR):
        return []
    waiting = queries.sheets_waiting(request.user, registrars.units_of(request.user, organisation)).count()
    label = _("handlingar att diarieföra")
    return [NavItem("archive:sheets", _("Diarium"), "archive", count=waiting, count_label=label, order=12)]
