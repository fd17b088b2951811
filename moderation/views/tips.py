"""Tips as those who answer for the channels see them: what waits, one tip, and what is done with it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import organisation_of
from channels.models import Channel
from kommun.forms import errors_beside_fields, render_form
from moderation import queries, rules, tip_queries
from moderation.actions import opening
from moderation.actions import tips as actions
from moderation.actions.opening import AlreadyKnown, Seen
from moderation.forms.tips import OpenForm, SetAsideForm
from moderation.models import Case, Tip
from moderation.queries import Reach


def _reach(request: HttpRequest) -> Reach:
    assert isinstance(request.user, User)  # noqa: S101  (login_required)
    return queries.reach_of(request.user, organisation_of(request))


def _tip(request: HttpRequest, pk: int) -> Tip:
    return get_object_or_404(tip_queries.tips_within(_reach(request)), pk=pk)


@never_cache
@login_required
@require_safe
def tips(request: HttpRequest) -> HttpResponse:
    """List the tips that nobody has read, the oldest first."""
    after = request.GET.get("efter", "")
    rows, following = tip_queries.waiting(
        tip_queries.tips_within(_reach(request)), int(after) if after.isdecimal() and len(after) < 19 else 0
    )
    return render(request, "moderation/tips.html", {"rows": rows, "following": following})


@never_cache
@login_required
@require_safe
def tip_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one tip, with what can be done with it. Opening the page changes nothing."""
    return _page(request, _tip(request, pk))


def _page(
    request: HttpRequest,
    tip: Tip,
    *,
    opens: OpenForm | None = None,
    aside: SetAsideForm | None = None,
    same: Any = None,
) -> HttpResponse:
    """Answer with the tip's page; `opens` or `aside` is the form that was sent and refused."""
    actor = Actor.from_request(request)
    found = same or (queries.same_post(tip.address_key).open().first() if tip.address_key else None)
    context = {
        "tip": tip,
        "why_not": rules.why_not_read_tip(actor, tip),
        "same": found if tip.case_id is None else None,
        "opens": opens or OpenForm(channels=_channels(tip, actor), initial={"channel": tip.channel_id, "url": tip.url}),
        "aside": aside or SetAsideForm(),
        "form": opens or aside or forms.Form(),
    }
    if same is not None:
        return render(request, "moderation/tip_read.html", context, status=409)
    return render_form(request, "moderation/tip_read.html", context)


def _channels(tip: Tip, actor: Actor) -> QuerySet[Channel]:
    """Return the channels that the tip can be a case of: its own, or any open one when it names none."""
    rows = Channel.objects.select_related("platform").order_by("name", "pk")
    if tip.channel_id and not actor.roles & rules.STEERS:
        return rows.filter(pk=tip.channel_id)
    return rows.filter(status__in=Channel.OPEN_STATES)


@login_required
@require_POST
def tip_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a case of the tip. Its clock goes from when the tip came in."""
    tip = _tip(request, pk)
    actor = Actor.from_request(request)
    form = OpenForm(request.POST, channels=_channels(tip, actor))
    if form.is_valid():
        data = form.cleaned_data
        try:
            with errors_beside_fields(form):
                case = opening.open_case(
                    channel_id=data["channel"].pk,
                    seen=Seen(url=data["url"], text=data["text"]),
                    kind=data["kind"],
                    tip_id=tip.pk,
                    actor=actor,
                )
                messages.success(request, _("Ärendet är öppnat. Tiden räknas från när tipset kom."))
                return redirect(case)
        except AlreadyKnown as known:
            return _page(request, tip, opens=form, same=known.case)
    return _page(request, tip, opens=form)


@login_required
@require_POST
def tip_join(request: HttpRequest, pk: int) -> HttpResponse:
    """Add the tip to a case that the reader may see."""
    tip = _tip(request, pk)
    number = request.POST.get("case", "")
    rows = queries.limited(Case.objects.all(), _reach(request))
    case = get_object_or_404(rows, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
    actions.join_tip(tip_id=tip.pk, case_id=case.pk, actor=Actor.from_request(request))
    messages.success(request, _("Tipset hör nu till ärendet."))
    return redirect(case)


@login_required
@require_POST
def tip_set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that nothing is done, and why."""
    tip = _tip(request, pk)
    form = SetAsideForm(request.POST)
    if form.is_valid():
        with errors_beside_fields(form):
            actions.set_aside(tip_id=tip.pk, reason=form.cleaned_data["reason"], actor=Actor.from_request(request))
            messages.success(request, _("Sparat. Det blir inget ärende."))
            return redirect("moderation:tips")
    return _page(request, tip, aside=form)
