"""What accounts adds to the main menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import User
from accounts.permissions import GRANTS
from kommun.navigation import NavItem


def items(request: HttpRequest) -> list[NavItem]:
    """Return the entries for whoever is signed in."""
    if not request.user.is_authenticated:
        return []
    administers = [NavItem("admin:index", _("Hantera"), "edit", order=85)] if _comes_in(request) else []
    return [
        *administers,
        NavItem("absences", _("Frånvaro"), "calendar", order=60),
        NavItem("profile", _("Min profil"), "person", order=95),
    ]


def _comes_in(request: HttpRequest) -> bool:
    """As `kommun.use_admin`, from the organisation that the page has read already."""
    assert isinstance(request.user, User)  # noqa: S101  (asked before)
    return request.user.is_superuser or bool(Actor.from_request(request).roles & set(GRANTS["kommun.use_admin"]))
