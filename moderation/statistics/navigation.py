"""What the statistics add to the main menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kommun.navigation import NavItem


def items(request: HttpRequest) -> list[NavItem]:
    """Return the statistics, for everybody who is signed in: the page shows each what is within reach."""
    if not request.user.is_authenticated:
        return []
    return [NavItem("moderation:statistics", _("Statistik"), "chart", order=60)]
