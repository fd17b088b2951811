"""What is due: the person's own day, one obligation with who was told and why, and the overview of the municipality."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.actor import Actor
from accounts.organisation import organisation_of
from channels import clock, queries
from channels.clock import queries as due
from channels.models import Obligation
from channels.views import watch
from channels.views.application_pages import signed_in
from kommun.business_time import last_day, swedish_day

PAGE = 50
HALF_YEAR = timedelta(days=182)


@dataclass
class Group:
    """Obligations under one heading."""

    key: str
    title: str
    rows: list[Obligation]


@never_cache
@login_required
@require_safe
def my_day(request: HttpRequest) -> HttpResponse:
    """List the channels to look at, then what waits for the reader, by how soon it is due; last what has no number.

    Asked by HTMX with what is shown (`stand`) it answers nothing (204) when that still holds.
    """
    user, now = signed_in(request), timezone.now()
    organisation = organisation_of(request)
    round_of_day = watch.round_of(request)
    waiting = due.mine_now(user, organisation)
    if round_of_day is not None:  # the looks stand there, each with its button
        waiting = waiting.exclude(kind__in=clock.looks())
    page = Paginator(waiting, PAGE).get_page(request.GET.get("sida"))
    groups = _groups(page.object_list, now)
    state = _state(groups, page.paginator.count, round_of_day)
    if request.htmx and request.GET.get("stand") == state:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    context = {
        "page": page,
        "round": round_of_day,
        "today": swedish_day(now),
        "groups": groups,
        "state": state,
        "here": _here(request),
        "covered": organisation.covered_by(user),
    }
    return render(request, "channels/my_day.html", context)


def _here(request: HttpRequest) -> str:
    """Return the pages of the lists that are shown, as an address has them."""
    return urlencode({name: request.GET[name] for name in ("sida", "kanaler") if name in request.GET})


def _state(groups: Iterable[Group], count: int, found: watch.Round | None) -> str:
    """Return what the page shows, in short: the same as long as there is nothing new to show."""
    waiting = [(group.key, [(row.pk, row.due_at, row.passed_to_id) for row in group.rows]) for group in groups]
    looks = [row.state_key for row in found.rows] if found else []
    week = [(row.day, row.done, row.all) for row in found.week] if found else []
    return sha256(repr([waiting, count, looks, week]).encode()).hexdigest()[:16]


def _groups(rows: Iterable[Obligation], now: datetime) -> list[Group]:
    today = swedish_day(now)
    groups = [
        Group("now", _("Genast"), []),
        Group("late", _("Tiden har gått ut"), []),
        Group("today", _("I dag"), []),
        Group("week", _("Inom en vecka"), []),
        Group("later", _("Senare"), []),
        Group("open", _("Utan bestämd tid"), []),
    ]
    by_key = {group.key: group for group in groups}
    for row in rows:
        if row.at_once:
            key = "now"
        elif row.due_at is None:
            key = "open"
        elif row.due_at <= now:
            key = "late"
        else:
            days = (last_day(row.due_at) - today).days
            key = "today" if days == 0 else "week" if days <= 7 else "later"
        by_key[key].rows.append(row)
    return [group for group in groups if group.rows]


@login_required
@require_safe
def obligation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one obligation: the rule, the times, who has been told in turn and why, and what the clock does next."""
    user, actor = signed_in(request), Actor.from_request(request)
    organisation = organisation_of(request)
    row = get_object_or_404(due.visible_to(user, actor.roles, organisation), pk=pk)
    mine = due.mine_now(user, organisation).filter(pk=row.pk).exists()
    context = {
        "row": row,
        "kind": clock.KINDS.get(row.kind),
        "notices": row.notices.select_related("person__unit"),
        "mine": mine,
    }
    return render(request, "channels/obligation.html", context)


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show how well the policy is kept, and what has run out, for those who steer the register. 404 for others."""
    actor = Actor.from_request(request)
    if not actor.roles & set(queries.READS_ALL):
        raise Http404
    late = due.visible_to(signed_in(request), actor.roles, organisation_of(request))
    late = late.filter(closed_at__isnull=True, missed_at__isnull=False).order_by("missed_at", "pk")
    context = {
        "trap": watch.weekend_trap(request),
        "kept": due.kept_since(timezone.now() - HALF_YEAR),
        "page": Paginator(late, PAGE).get_page(request.GET.get("sida")),
    }
    return render(request, "channels/overview.html", context)
