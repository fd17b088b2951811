"""What the archive adds to the main menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.organisation import Organisation, organisation_of
from archive import queries, registrars, snapshot_queries
from kommun.navigation import NavItem


def items(request: HttpRequest) -> list[NavItem]:
    """Return the snapshots for whoever sees any, and the diary for whoever registers, with what waits for an answer."""
    if not isinstance(request.user, User):
        return []
    organisation = organisation_of(request)
    found = _snapshots(request.user, organisation)
    if not organisation.holds_any(request.user, registrars.REGISTRAR):
        return found
    waiting = queries.sheets_waiting(registrars.units_of(request.user, organisation)).count()
    label = _("handlingar att diarieföra")
    return [*found, NavItem("archive:sheets", _("Diarium"), "archive", count=waiting, count_label=label, order=12)]


def _snapshots(user: User, organisation: Organisation) -> list[NavItem]:
    """Return the entry of the snapshots, with how many wait for a look for whoever looks at them."""
    if not snapshot_queries.sees_any(user, organisation):
        return []
    waiting = snapshot_queries.waiting_for(user, organisation)
    label = _("ögonblicksbilder att titta på")
    return [NavItem("archive:snapshots", _("Ögonblicksbilder"), "camera", count=waiting, count_label=label, order=40)]
