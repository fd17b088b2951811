"""What the imports add to the main menu, for those who may bring something in."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import User
from channels.imports.lifecycle import kinds_open_to
from kommun.navigation import NavItem


def items(request: HttpRequest) -> list[NavItem]:
    """Return one entry, or none."""
    if not isinstance(request.user, User) or not kinds_open_to(Actor.from_request(request)):
        return []
    return [NavItem("channels:imports", _("Import och export"), "upload", order=40)]
