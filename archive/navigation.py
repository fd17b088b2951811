"""What the archive adds to the main menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Appointment, User
from accounts.organisation import organisation_of
from archive import queries, registrars
from kommun.navigation import NavItem


def items(request: HttpRequest) -> list[NavItem]:
    """Return the diary for whoever registers, with how many sheets wait for an answer; and deliveries, for the archivist too."""
    if not isinstance(request.user, User):
        return []
    organisation, found = organisation_of(request), []
    registers = organisation.holds_any(request.user, registrars.REGISTRAR)
    if registers:
        waiting = queries.sheets_waiting(registrars.units_of(request.user, organisation)).count()
        label = _("handlingar att diarieföra")
        found.append(NavItem("archive:sheets", _("Diarium"), "archive", count=waiting, count_label=label, order=12))
    if registers or organisation.holds_any(request.user, Appointment.Role.ARCHIVIST):
        found.append(NavItem("archive:deliveries", _("Leveranser"), "send", order=13))
    return found
