"""The queue: what is to be looked at, late first, with the time left."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.organisation import organisation_of
from channels import clock
from channels.models import Channel
from channels.views.application_pages import signed_in
from kommun.business_time import last_day, swedish_day
from moderation import due, queries
from moderation.actions.bulk import Outcome
from moderation.models import Case
from moderation.queries import Cursor, Reach
from moderation.views import bulk
from moderation.views.deadline_line import line_of

KINDS = {"ta-bort": Case.Kind.REPORT, "fraga": Case.Kind.QUESTION, "asikt": Case.Kind.OPINION}
MOST_CHANNELS = 200  # in the filter's list; whoever sees more chooses by kind


@dataclass
class Row:
    """One case in the list, with what the reader does next."""

    case: Case
    number: int  # its place on the page, and on the line above it
    level: str
    next: str
    mine: bool
    at_once: bool = False
    became: Outcome | None = None  # when it was one of several that something was just done with


@dataclass
class Group:
    """Cases under one heading."""

    key: str
    title: str
    rows: list[Row] = field(default_factory=list)


@never_cache
@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show a page of the queue. Asked by HTMX it is the list alone, and nothing (204) when it has not changed."""
    user, now = signed_in(request), timezone.now()
    reach = queries.reach_of(user, organisation_of(request))
    kind, channel = KINDS.get(request.GET.get("slag", "")), _number(request.GET.get("kanal"))
    cursor = Cursor.read(request.GET.get("efter", ""), now)
    page = queries.queue(reach, cursor, kind=kind or "", channel=channel)
    groups = _groups(page.rows, cursor.now, user, due.at_once_among([case for _segment, case in page.rows]))
    outcomes = bulk.outcomes_of(request)
    _say_what_became(groups, outcomes)
    state = _state(page.rows)
    if request.htmx and request.GET.get("stand") == state:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    kept = {"slag": request.GET.get("slag") if kind else None, "kanal": channel}
    kept = {name: value for name, value in kept.items() if value}
    context: dict[str, Any] = {
        "groups": groups,
        "line": line_of([row for group in groups for row in group.rows], now, clock.closed_days()),
        "state": state,
        "kept": urlencode(kept),
        "here": urlencode({**kept, "efter": str(cursor)} if cursor.segment else kept),
        "following": urlencode({**kept, "efter": str(page.following)}) if page.following else "",
        "later_page": bool(cursor.segment),
        "now": now,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "moderation/queue.html#list", context)
    context |= {
        "open": _counted(queries.count_open(reach, now)),
        "late": _counted(queries.count_open(reach, now, late=True)),
        "channels": _channels(reach),
        "outcomes": outcomes,
        "changed": sum(one.done for one in outcomes),
        "undoable": any(one.done and one.before is not None for one in outcomes),
        "units": queries.units_with_manager(organisation_of(request)),
        "kind": request.GET.get("slag") if kind else "",
        "channel": channel,
    }
    return render(request, "moderation/queue.html", context)


def _say_what_became(groups: Iterable[Group], outcomes: Iterable[Outcome]) -> None:
    became = {one.case_id: one for one in outcomes}
    for group in groups:
        for row in group.rows:
            row.became = became.get(row.case.pk)


def _channels(reach: Reach) -> list[Channel]:
    rows = Channel.objects.order_by("name", "pk")
    return list((rows if reach.everything else rows.filter(pk__in=reach.channels))[:MOST_CHANNELS])


def _counted(count: int) -> str:
    return _("fler än %(count)s") % {"count": queries.COUNTED} if count > queries.COUNTED else str(count)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _state(rows: Iterable[tuple[int, Case]]) -> str:
    """Return what the list looks like, in short: the same as long as there is nothing new to show."""
    return sha256(repr([(segment, case.pk, case.version) for segment, case in rows]).encode()).hexdigest()[:16]


def _groups(rows: Iterable[tuple[int, Case]], now: datetime, user: User, at_once: Collection[int]) -> list[Group]:
    headed = [(heading(segment, case, now), (number, case)) for number, (segment, case) in enumerate(rows, start=1)]
    return [
        Group(key, title, [_row(number, case, key, user, at_once) for _head, (number, case) in found])
        for (key, title), found in groupby(headed, key=lambda pair: pair[0])
    ]


def heading(segment: int, case: Case, now: datetime) -> tuple[str, str]:
    """Return (key, words) of the heading that a case stands under."""
    match segment:
        case 1:
            return "sen", _("Försenat")
        case 2:
            return "snarast", _("Så fort det går")
        case 3:
            return _by_day(case.sort_at, now)
        case 4:
            return "utan-tid", _("Utan bestämd tid")
        case 5:
            return "aterstar", _("Tiden är stoppad, något återstår")
        case _:
            return "vantar", _("Väntar på andra")


def _by_day(due: datetime, now: datetime) -> tuple[str, str]:
    day, today = last_day(due), swedish_day(now)
    monday = today + timedelta(days=7 - today.weekday())
    if day <= today:
        return "dag", _("I dag")
    if day < monday:
        return ("helg", _("I helgen")) if day.weekday() >= 5 else ("vecka", _("Den här veckan"))
    return ("nasta", _("Nästa vecka")) if day < monday + timedelta(days=7) else ("senare", _("Senare"))


def _row(number: int, case: Case, group: str, user: User, at_once: Collection[int]) -> Row:
    level = {"sen": "late", "dag": "soon", "vantar": "wait"}.get(group, "")
    return Row(case, number, level, next_words(case), case.claimed_by_id == user.pk, case.pk in at_once)


def next_words(case: Case) -> str:
    """Return what is to be done next, for the button."""
    if case.kind == Case.Kind.QUESTION:
        return _("Svara")
    if case.kind != Case.Kind.REPORT:
        return _("Läs")
    match case.status:
        case Case.Status.OPEN:
            return _("Spara bevis") if case.category else _("Välj kategori")
        case Case.Status.PRESERVED:
            return _("Dölj inlägget")
        case Case.Status.HIDDEN:
            return _("Bedöm")
        case Case.Status.ASSESSED if case.assessment == Case.Assessment.KEEP:
            return _("Visa inlägget igen")
        case Case.Status.ASSESSED if case.needs_handover and case.handed_at is None:
            return _("Lämna till registrator")
        case Case.Status.ASSESSED:
            return _("Ta bort")
        case _:
            return _("Avsluta")
