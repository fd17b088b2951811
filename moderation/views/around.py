"""What the pages around a case have in common, and the page that leads to them."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import organisation_of
from moderation import handling_rules, queries, standing
from moderation.actions import blocking
from moderation.models import Case, ReplyHold
from moderation.rules import STEERS


def reader(request: HttpRequest) -> User:
    """Return who is signed in; the pages require it."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required stands before)
    return request.user


def case_for(request: HttpRequest, pk: int) -> Case:
    """Return the case when the reader may see it. Raises Http404 otherwise: what is unseen is not there."""
    return get_object_or_404(queries.cases_visible_to(reader(request), organisation_of(request)), pk=pk)


def row_for(request: HttpRequest, row: Any) -> Any:
    """Return the row that belongs to a case or a channel when the reader may see that. Raises Http404 otherwise."""
    if row.case_id is not None:
        row.case = case_for(request, row.case_id)
    elif not handling_rules.leads(Actor.from_request(request), row.channel):
        people = [one for one in (row.channel.owner, row.channel.deputy) if one is not None]
        if not organisation_of(request).acts_for(reader(request), people):
            raise Http404
    return row


@never_cache
@login_required
@require_safe
def more(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what has been done around the case, and what can be: each with the reason why not."""
    case, actor = case_for(request, pk), Actor.from_request(request)
    return render(request, "moderation/case_more.html", {"case": case, **around(request, case, actor)})


def pressure_on(case: Case) -> dict[str, Any]:
    """Return how much criticism has come lately, and whether the policy's number is reached."""
    rule, many = standing.critical_mass(case), standing.opinions_lately(case, timezone.now())
    suggested = bool(rule and rule.value.count and many >= rule.value.count)
    return {"many": many, "suggested": suggested, "held": standing.hold_on(case)}


def around(request: HttpRequest, case: Case, actor: Actor) -> dict[str, Any]:
    """Return what stands around a case, for its own page and for the page of its own. A constant number of queries."""
    conflicts = list(case.conflicts.select_related("person__unit", "said_by__unit", "passed_to__unit"))
    return {
        "conflicts": conflicts,
        "explanations": list(case.explanations.order_by("pk")),
        "why_not_explain": handling_rules.why_not_explain(actor, case),
        "reconsiderations": list(case.reconsiderations.order_by("pk")),
        "why_not_ask": handling_rules.why_not_ask(actor, case) or handling_rules.why_nothing_to_try(case),
        "holds": list(
            ReplyHold.objects.filter(Q(case=case) | Q(case=None, channel=case.channel_id)).order_by("-pk")[:5]
        ),
        "why_not_hold": handling_rules.why_not_hold(actor, case),
        "blocks": list(case.blocks.order_by("pk")),
        "why_not_block": handling_rules.why_not_block(actor, case) or blocking.why_not_yet(case),
        "why_not_police": handling_rules.why_not_package(reader(request), organisation_of(request), case),
        "crisis": standing.crisis_in(case.channel_id),
        "writes_templates": bool(actor.roles & STEERS),
        **pressure_on(case),
        "why_not_declare": handling_rules.why_not_declare(actor, case),
    }
