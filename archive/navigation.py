"""What the archive adds to the main menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Appointment, User
from accounts.organisation import Organisation, organisation_of
from archive import disposal_queries, disposal_rules, queries, registrars, snapshot_queries
from kommun.navigation import NavItem


def items(request: HttpRequest) -> list[NavItem]:
    """Return what the person has here, with what waits for an answer: the diary, deliveries, disposal and holds, snapshots."""
    if not isinstance(request.user, User):
        return []
    user, organisation = request.user, organisation_of(request)
    return [part for entries in ENTRIES for part in entries(user, organisation)]


def _diary(user: User, organisation: Organisation) -> list[NavItem]:
    """Return the entry of the diary for whoever registers, with how many sheets wait."""
    if not organisation.holds_any(user, registrars.REGISTRAR):
        return []
    waiting = queries.sheets_waiting(user, registrars.units_of(user, organisation)).count()
    label = _("handlingar att diarieföra")
    return [NavItem("archive:sheets", _("Diarium"), "archive", count=waiting, count_label=label, order=12)]


def _deliveries(user: User, organisation: Organisation) -> list[NavItem]:
    """Return the entry of the deliveries for whoever registers, and for the archivist."""
    if not organisation.holds_any(user, registrars.REGISTRAR) and not organisation.holds_any(
        user, Appointment.Role.ARCHIVIST
    ):
        return []
    return [NavItem("archive:deliveries", _("Leveranser"), "send", order=13)]


def _disposal(user: User, organisation: Organisation) -> list[NavItem]:
    """Return the entries of disposal for whoever lists what is to go."""
    if not any(organisation.holds(user, role, None) for role in (disposal_rules.ARCHIVIST, disposal_rules.REGISTRAR)):
        return []
    waiting = disposal_queries.lists_to_sign(user.pk)
    label = _("gallringslistor att godkänna")
    return [
        NavItem("archive:disposal", _("Gallring"), "hourglass", count=waiting, count_label=label, order=14),
        NavItem("archive:holds", _("Undantag"), "lock", order=15),
    ]


def _snapshots(user: User, organisation: Organisation) -> list[NavItem]:
    """Return the entry of the snapshots, with how many wait for a look for whoever looks at them."""
    if not snapshot_queries.sees_any(user, organisation):
        return []
    waiting = snapshot_queries.waiting_for(user, organisation)
    label = _("ögonblicksbilder att titta på")
    return [NavItem("archive:snapshots", _("Ögonblicksbilder"), "camera", count=waiting, count_label=label, order=40)]


ENTRIES = (_diary, _deliveries, _disposal, _snapshots)
