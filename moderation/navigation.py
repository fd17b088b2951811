"""What the moderation adds to the main menu."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.organisation import organisation_of
from kommun.navigation import NavItem
from moderation import queries


def items(request: HttpRequest) -> list[NavItem]:
    """Return the form for tips, for everybody; and the queue, with how much is late, for whoever has cases to see."""
    if not isinstance(request.user, User):
        return []
    reach = queries.reach_of(request.user, organisation_of(request))
    tip = NavItem("moderation:tip_new", _("Tipsa"), "message", order=48)
    if reach.sees_nothing:
        return [tip]
    late = queries.count_open(reach, timezone.now(), late=True)
    return [NavItem("moderation:queue", _("Granska"), "flag", count=late, count_label=_("försenade"), order=8), tip]
