"""What accounts adds to the main menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kommun.navigation import NavItem


def items(request: HttpRequest) -> list[NavItem]:
    """Return the entries for whoever is signed in."""
    if not request.user.is_authenticated:
        return []
    return [
        NavItem("absences", _("Frånvaro"), "calendar", order=60),
        NavItem("profile", _("Min profil"), "person", order=95),
    ]
