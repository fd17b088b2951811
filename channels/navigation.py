"""What the register adds to the main menu."""

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import queries as people
from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import organisation_of
from channels import clock, queries
from channels.clock import queries as due
from channels.models import Application, Obligation
from kommun.navigation import NavItem


def _count(mine: QuerySet[Obligation]) -> int:
    """Return how many things wait. Looks at one channel are one; a look without a number waits on every day there is."""
    look = Q(kind__in=clock.looks())
    counted = mine.aggregate(
        others=Count("pk", filter=~look),
        channels=Count("channel", distinct=True, filter=look & ~Q(kind=clock.WATCH, due_at=None)),
    )
    return counted["others"] + counted["channels"]


def items(request: HttpRequest) -> list[NavItem]:
    """Return the register's entries for whoever is signed in; what waits for an answer is counted."""
    if not isinstance(request.user, User):
        return []
    organisation = organisation_of(request)
    waiting = (
        queries.open_steps_for(request.user).count() + queries.pending_changes_for(request.user, organisation).count()
    )
    to_complete = Application.objects.filter(
        applicant=request.user, status=Application.Status.CHANGES_REQUESTED
    ).count()
    to_open = queries.channels_to_open_by(request.user, organisation).count()
    mine = due.mine_now(request.user, organisation).order_by()
    waits = _count(mine)
    overview = [NavItem("channels:overview", _("Översikt"), "chart", order=15)] if _steers(request) else []
    return [
        NavItem(
            "channels:my_day",
            _("Min dag"),
            "clock",
            count=waits,
            count_label=_("uppgifter som väntar på dig"),
            phone=True,
            order=5,
        ),
        *overview,
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
        *_people(request, request.user),
    ]


def _people(request: HttpRequest, user: User) -> list[NavItem]:
    if not people.keeps_people(user, organisation_of(request)):
        return []
    return [NavItem("channels:people", _("Personer"), "person", order=55)]


def _steers(request: HttpRequest) -> bool:
    return bool(Actor.from_request(request).roles & set(queries.READS_ALL))
