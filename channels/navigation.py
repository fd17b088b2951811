"""What the register adds to the main menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from channels import queries
from channels.models import Application
from kommun.navigation import NavItem


def items(request: HttpRequest) -> list[NavItem]:
    """Return the register's entries for whoever is signed in; what waits for an answer is counted."""
    if not isinstance(request.user, User):
        return []
    waiting = queries.open_steps_for(request.user).count() + queries.pending_changes_for(request.user).count()
    to_complete = Application.objects.filter(
        applicant=request.user, status=Application.Status.CHANGES_REQUESTED
    ).count()
    to_open = queries.channels_to_open_by(request.user).count()
    return [
        NavItem(
            "channels:decide_inbox",
            _("Att besluta"),
            "inbox",
            count=waiting,
            count_label=_("väntar på ditt svar"),
            phone=True,
            order=10,
        ),
        NavItem(
            "channels:channels",
            _("Kanaler"),
            "list",
            count=to_open,
            count_label=_("beslutade kanaler som du kan öppna"),
            phone=True,
            order=20,
        ),
        NavItem(
            "channels:applications",
            _("Ansökningar"),
            "document",
            count=to_complete,
            count_label=_("ansökningar att komplettera"),
            order=30,
        ),
    ]
