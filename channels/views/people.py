"""People: who they are and what they hold, somebody who leaves, and access that is taken away afterwards."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import leaving
from accounts import queries as people
from accounts.actor import Actor
from accounts.forms import LastDayForm
from accounts.models import Unit, UnitHandOver, User
from accounts.organisation import organisation_of
from channels import clock, holdings, queries
from channels.actions import leaving as actions
from channels.forms.leaving import FIELD, HandOverForm, RemoveAccessForm, people_to_choose
from channels.holdings import Holding
from channels.models import Obligation
from channels.views.application_pages import signed_in
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.forms import errors_beside_fields, render_form
from kommun.words import day_full

PAGE = 50
STATES = ("away", "leaving", "left")


@login_required
@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    """List the people whom the reader keeps: role, unit, away or leaving, and how much they hold."""
    me, organisation = signed_in(request), organisation_of(request)
    if not people.keeps_people(me, organisation):
        raise NotPermitted(_("Personer visas för chefer, kommunikationsstrategen och systemadministratörer."))
    today = timezone.localdate()
    words, unit, state = (request.GET.get(key, "").strip() for key in ("q", "enhet", "lage"))
    rows = people.people_kept_by(me, organisation).order_by("-is_active", "name", "pk")
    for word in words.replace("\0", "").split():
        rows = rows.filter(Q(name__icontains=word) | Q(title__icontains=word) | Q(email__icontains=word))
    if unit:
        rows = rows.filter(unit__slug=unit)
    match state:
        case "away":
            rows = rows.filter(pk__in=[pk for pk in organisation.absences if organisation.absence_of(pk, today)])
        case "leaving":
            rows = rows.filter(is_active=True, leaves_on__isnull=False)
        case "left":
            rows = rows.filter(is_active=False)
        case _:
            rows = rows.filter(is_active=True)
    page = Paginator(rows, PAGE).get_page(request.GET.get("sida"))
    held = holdings.holdings_of_many(list(page.object_list), today)
    context = {
        "page": page,
        "rows": [_row(person, organisation, len(held[person.pk])) for person in page.object_list],
        "units": Unit.objects.all(),
        "states": [("away", _("Borta i dag")), ("leaving", _("Ska sluta")), ("left", _("Har slutat"))],
        "chosen": {"q": words, "enhet": unit, "lage": state if state in STATES else ""},
    }
    return render(request, "channels/people.html", context)


def _row(person: User, organisation: people.Organisation, count: int) -> dict[str, Any]:
    return {
        "person": person,
        "roles": people.roles_in_force(person, organisation),
        "absence": organisation.absence_of(person.pk, organisation.first_day),
        "cover": organisation.who_covers(person),
        "count": count,
    }


@login_required
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person: roles, absence, and everything the person holds."""
    organisation = organisation_of(request)
    one = get_object_or_404(people.people_kept_by(signed_in(request), organisation), pk=pk)
    held = holdings.holdings_of(one, timezone.localdate())
    absences = people.absences_of(one, timezone.localdate())
    state = _row(one, organisation, len(held))
    context = {"person": one, "state": state, "roles": state["roles"], "held": held, "absences": absences}
    return render(request, "channels/person.html", context)


# --- Somebody leaves --------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Say somebody's last day, see everything the person holds, and hand it over in one go."""
    organisation, actor = organisation_of(request), Actor.from_request(request)
    leaver = get_object_or_404(people.people_kept_by(signed_in(request), organisation), pk=pk)
    if reason := people.rules.why_not_keep_person(actor, leaver, organisation):
        raise NotPermitted(reason)
    if request.method == "POST" and ("last_day" in request.POST or "stays" in request.POST):
        return _say_last_day(request, leaver, actor)
    if request.method == "POST":
        return _hand_over(request, leaver, actor)
    return render(request, "channels/leave.html", _leave_context(request, leaver))


def _say_last_day(request: HttpRequest, leaver: User, actor: Actor) -> HttpResponse:
    form = LastDayForm(request.POST)
    stays = "stays" in request.POST
    if stays or form.is_valid():
        with errors_beside_fields(form):
            day = None if stays else form.cleaned_data["leaves_on"]
            leaving.set_last_day(user_id=leaver.pk, day=day, actor=actor)
            messages.success(request, _("Sista dagen är borttagen.") if stays else _("Sista dagen är sparad."))
            return redirect("channels:leave", pk=leaver.pk)
    return render_form(
        request, "channels/leave.html", _leave_context(request, leaver) | {"form": form, "day_form": form}
    )


def _hand_over(request: HttpRequest, leaver: User, actor: Actor) -> HttpResponse:
    context = _leave_context(request, leaver, request.POST)
    form: HandOverForm | None = context["hand_over"]
    if form is None:
        messages.info(request, _("Det finns inget kvar att lämna över."))
        return redirect("channels:leave", pk=leaver.pk)
    status = 422
    valid = form.is_valid()
    # What was read is compared first: answers about another list would be told as errors beside the wrong rows.
    if form.data.get("version") != context["version"]:
        status = 409
        form.add_error(None, _("Det personen har är ändrat sedan du öppnade sidan. Läs igenom listan igen."))
    elif valid:
        try:
            count = actions.hand_over(
                user_id=leaver.pk, successors=form.successors(), version=form.cleaned_data["version"], actor=actor
            )
        except InvalidInput as refusal:
            form.refused(refusal.errors)
        except StateConflict as conflict:  # somebody else was faster, between the reading and the lock
            status = 409
            form.add_error(None, str(conflict))
        else:
            said = ngettext("%(count)s sak är överlämnad.", "%(count)s saker är överlämnade.", count)
            messages.success(request, said % {"count": count})
            return redirect("channels:leave", pk=leaver.pk)
    if status == 409:
        context = _with_fresh_version(request, leaver, form)
    return render(request, "channels/leave.html", context | {"form": context["hand_over"]}, status=status)


def _with_fresh_version(request: HttpRequest, leaver: User, stale: HandOverForm) -> dict[str, Any]:
    """Return the page as it is now, with what was typed for the rows that are left."""
    typed = request.POST.copy()
    context = _leave_context(request, leaver)
    typed["version"] = context["version"]
    context = _leave_context(request, leaver, typed)
    fresh: HandOverForm | None = context["hand_over"]
    if fresh is not None:
        fresh.full_clean()
        for reason in stale.non_field_errors():
            fresh.add_error(None, str(reason))
    return context


def _leave_context(request: HttpRequest, leaver: User, typed: Any = None) -> dict[str, Any]:
    organisation, actor, today = organisation_of(request), Actor.from_request(request), timezone.localdate()
    held = holdings.holdings_of(leaver, today)
    day = leaving.gone_from(leaver, today)
    refusals = {one.key: actions.why_not_hand_over(one, leaver, actor, organisation) for one in held}
    mine = [one for one in held if not one.follows and not refusals[one.key]]
    version, form = holdings.version_of(leaver, held), None
    if mine and (leaver.leaves_on is not None or not leaver.is_active):
        choices = people_to_choose(leaver, day, organisation)
        form = HandOverForm(typed, held=mine, people=choices, version=version)
    waiting = Obligation.objects.open().filter(kind=clock.REMOVE_ACCESS).about(leaver)
    return {
        "person": leaver,
        "self": leaver == request.user,
        "day_form": LastDayForm(initial={"leaves_on": leaver.leaves_on}),
        "hand_over": form,
        "form": form,
        "groups": _groups(mine, form, day),
        "planned": UnitHandOver.objects.filter(leaver=leaver, done_at__isnull=True).select_related(
            "unit", "successor__unit"
        ),
        "others": [(one, one.follows or refusals[one.key]) for one in held if one not in mine],
        "version": version,
        "must_stay": leaving.why_must_stay(leaver, day) if leaver.is_active else "",
        "access": waiting.select_related("channel", "holder__unit").order_by("channel__name"),
    }


def _groups(held: list[Holding], form: HandOverForm | None, day: date) -> list[dict[str, Any]]:
    """Return what is handed over, by when it changes hands, each with its field."""
    dated = {"manager", "registrar", "appointment"}
    dated_when = _("Byter händer %(day)s, dagen efter den sista dagen.") % {"day": day_full(day)}
    parts = [
        (False, _("Kanaler och uppgifter"), _("Byter händer i dag, så snart du lämnar över.")),
        (True, _("Roller och enheter"), dated_when),
    ]
    return [
        {"title": title, "when": when, "rows": [(one, form[FIELD + one.key] if form else None) for one in rows]}
        for is_dated, title, when in parts
        if (rows := [one for one in held if (one.what in dated) == is_dated])
    ]


# --- Access afterwards ------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove_access(request: HttpRequest, pk: int, user_id: int) -> HttpResponse:
    """Say what was done so that somebody who leaves can no longer sign in to a channel's account."""
    channel = get_object_or_404(queries.channels_in_register(), pk=pk)
    leaver = get_object_or_404(User.objects.select_related("unit"), pk=user_id)
    rows = channel.obligations.filter(kind=clock.REMOVE_ACCESS).about(leaver)
    row = get_object_or_404(rows.order_by("-pk")[:1])
    actor = Actor.from_request(request)
    if reason := actions.why_not_remove_access(actor, channel, leaver):
        raise NotPermitted(reason)
    form = RemoveAccessForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.remove_access(
            channel_id=pk,
            user_id=user_id,
            password=form.cleaned_data["password"],
            codes=form.cleaned_data["codes"],
            actor=actor,
        )
        messages.success(request, _("Tack. Det är sparat."))
        return redirect("channels:channel", pk=pk)
    context = {"channel": channel, "person": leaver, "row": row, "form": form}
    return render_form(request, "channels/remove_access.html", context)
