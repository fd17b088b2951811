"""Pages for when much happens: others heard before the answer, crisis mode, and the police."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actor import Actor
from accounts.organisation import organisation_of
from channels.models import Channel
from kommun.errors import NotPermitted
from kommun.forms import errors_beside_fields, render_form
from moderation import handling_rules, standing
from moderation.actions import crisis as crises
from moderation.actions import holding
from moderation.actions import police as police_actions
from moderation.handling_forms import AdviceForm, CrisisForm, HoldForm, PoliceForm
from moderation.models import Case, CrisisPeriod, HoldAnswer, PoliceFollowUp, ReplyHold
from moderation.views.around import case_for, pressure_on, reader, row_for

SHOWN = 200  # channels of a crisis on one page, the most urgent first


# --- Others before the answer -----------------------------------------------------------------------------------------
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hold_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask others before the case is answered: what the policy says of it stands on the page."""
    case, actor = case_for(request, pk), Actor.from_request(request)
    if reason := handling_rules.why_not_hold(actor, case):
        raise NotPermitted(reason)
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            data = form.cleaned_data
            row = holding.hold_reply(
                case_id=pk, whole_channel=data["scope"] == "channel", reason=data["reason"], actor=actor
            )
            return redirect("moderation:hold", row.pk)
    context = {"case": case, "form": form, "rule": standing.critical_mass(case), **pressure_on(case)}
    return render_form(request, "moderation/hold_new.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who is asked and what they said. Whoever is asked answers here, also who does not read the case itself."""
    people = ("channel__unit", "channel__owner", "channel__deputy", "channel__platform", "started_by__unit", "case")
    row = get_object_or_404(ReplyHold.objects.select_related(*people, "released_by__unit"), pk=pk)
    answers = list(row.answers.select_related("person__unit", "answered_by__unit"))
    actor = Actor.from_request(request)
    mine = next((one for one in answers if actor.among({one.person_id})), None)
    reads = True
    try:
        row_for(request, row)
    except Http404:
        reads = False
        if mine is None:
            raise
    if row.case is not None and reads:
        row.case.channel = row.channel
    form = AdviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if mine is None:
            raise NotPermitted(_("Bara den som frågas kan svara här."))
        with errors_beside_fields(form):
            holding.advise(answer_id=mine.pk, advice=form.cleaned_data["advice"], actor=actor)
            messages.success(request, _("Tack. Ditt råd är sparat."))
            return redirect("moderation:hold", pk)
    context = {
        "row": row,
        "answers": answers,
        "form": form if _asked(row, mine) else None,
        "reads": reads,
        "why_not_release": handling_rules.why_not_release(actor, row) if reads else "-",
    }
    if context["form"] is None:
        return render(request, "moderation/hold.html", context)
    return render_form(request, "moderation/hold.html", context)


def _asked(row: ReplyHold, mine: HoldAnswer | None) -> bool:
    return mine is not None and mine.asked and mine.answered_at is None and row.released_at is None


@login_required
@require_POST
def hold_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the reply go."""
    row = get_object_or_404(
        ReplyHold.objects.select_related("channel__unit", "channel__owner", "channel__deputy"), pk=pk
    )
    row_for(request, row)
    holding.release_reply(hold_id=pk, actor=Actor.from_request(request))
    messages.success(request, _("Svaret är släppt."))
    return redirect("moderation:hold", pk)


# --- Crisis -----------------------------------------------------------------------------------------------------------
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def crisis(request: HttpRequest) -> HttpResponse:
    """Show which crises there are, and start one. Everybody who is signed in may know that one runs."""
    actor = Actor.from_request(request)
    channels = _startable(request, actor)
    everywhere = handling_rules.why_not_start_crisis(actor, None) is None
    form = CrisisForm(request.POST or None, channels=channels) if everywhere or channels.exists() else None
    if form is not None and not everywhere:
        form.fields["channel"].required = True
    if request.method == "POST":
        if form is None:
            raise NotPermitted(handling_rules.why_not_start_crisis(actor, None))
        if form.is_valid():
            data = form.cleaned_data
            with errors_beside_fields(form):
                row = crises.start_crisis(
                    channel_id=data["channel"].pk if data["channel"] else None,
                    reason=data["reason"],
                    every_hours=data["every_hours"],
                    until=data["until"],
                    actor=actor,
                )
                return redirect("moderation:crisis_one", row.pk)
    rows = CrisisPeriod.objects.select_related("channel", "started_by__unit").order_by("-pk")
    context = {
        "running": rows.running(),
        "over": rows.exclude(ended_at=None)[:20],
        "form": form,
        "why_not": handling_rules.why_not_start_crisis(actor, None),
    }
    return render(request, "moderation/crisis.html", context, status=422 if form and form.errors else 200)


def _startable(request: HttpRequest, actor: Actor) -> Any:
    channels = Channel.objects.filter(status=Channel.Status.ACTIVE).select_related("platform").order_by("name")
    if actor.roles & handling_rules.STARTS_CRISIS:
        return channels
    units = [unit.pk for unit in organisation_of(request).managed_by(reader(request))]
    return channels.filter(unit__in=units)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD"])
def crisis_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a crisis: who is to look where and by when."""
    row = get_object_or_404(
        CrisisPeriod.objects.select_related("channel__unit", "started_by__unit", "ended_by__unit"), pk=pk
    )
    actor = Actor.from_request(request)
    looks = list(crises.waiting(row)[: SHOWN + 1])
    may = {one.pk: _may_look(actor, one.channel) for one in looks}
    context = {
        "row": row,
        "looks": [(one, may[one.pk]) for one in looks[:SHOWN]],
        "more": len(looks) > SHOWN,
        "why_not_end": handling_rules.why_not_end_crisis(actor, row),
    }
    return render(request, "moderation/crisis_one.html", context)


def _may_look(actor: Actor, channel: Channel | None) -> bool:
    """Return whether the page offers the button: without a query for each channel. The act itself asks more."""
    if channel is None:
        return False
    people = {channel.owner_id, channel.deputy_id, channel.unit.manager_id}
    return bool(actor.roles & handling_rules.STARTS_CRISIS) or actor.among(people) is not None


@login_required
@require_POST
def crisis_look(request: HttpRequest, pk: int, channel: int) -> HttpResponse:
    """Say that somebody has looked at the channel."""
    get_object_or_404(CrisisPeriod, pk=pk)
    get_object_or_404(Channel, pk=channel)
    crises.look(period_id=pk, channel_id=channel, actor=Actor.from_request(request))
    messages.success(request, _("Tack. Nästa tid räknas från nu."))
    return redirect("moderation:crisis_one", pk)


@login_required
@require_POST
def crisis_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the crisis."""
    get_object_or_404(CrisisPeriod, pk=pk)
    crises.end_crisis(period_id=pk, actor=Actor.from_request(request))
    messages.success(request, _("Krisläget är avslutat."))
    return redirect("moderation:crisis")


# --- The police -------------------------------------------------------------------------------------------------------
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def police(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what goes to the police and what is known of it there. Of its own access: not everybody who reads the case."""
    case, actor = _police_case(request, pk), Actor.from_request(request)
    known = PoliceFollowUp.objects.filter(case=case).first()
    first = {
        "number": case.police_number,
        "contact": known.contact if known else "",
        "follow_up_on": known.follow_up_on if known else None,
        "outcome": known.outcome if known else "",
    }
    form = PoliceForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            police_actions.follow_up(case_id=pk, actor=actor, **form.cleaned_data)
            messages.success(request, _("Sparat."))
            return redirect("moderation:police", pk)
    return render_form(request, "moderation/police.html", {"case": case, "form": form, "known": known})


@never_cache
@login_required
@require_POST
def police_package(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the package, and write down that it was fetched."""
    _police_case(request, pk)
    made = police_actions.fetch_package(case_id=pk, actor=Actor.from_request(request))
    answer = HttpResponse(made.content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _police_case(request: HttpRequest, pk: int) -> Case:
    case = case_for(request, pk)
    if reason := handling_rules.why_not_package(reader(request), organisation_of(request), case):
        raise NotPermitted(reason)
    return case
