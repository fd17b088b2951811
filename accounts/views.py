"""Own absence, own profile, own mail, and a form that was sent after the sign-in ran out."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, mailing, queries
from accounts.actor import Actor
from accounts.forms import AbsenceForm, MailChoiceForm, SubstituteForm
from accounts.middleware import KEPT
from accounts.models import User
from accounts.organisation import organisation_of
from kommun import policy
from kommun.errors import InvalidInput
from kommun.forms import errors_beside_fields, render_form
from kommun.policy import Scope, keys


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (login_required stands before)
    return request.user


@login_required
@require_safe
def absence_list(request: HttpRequest) -> HttpResponse:
    """Show own absence, whom the person covers for, and to those who steer: leave that nobody covers."""
    me, today = _me(request), timezone.localdate()
    uncovered = [one for one in queries.uncovered_absences(today, me) if one.absence.user != me]
    shown, theirs = [one.absence.pk for one in uncovered], [one.absence.user_id for one in uncovered]
    people = queries.people_to_hand_in_for(me, organisation_of(request)).filter(pk__in=theirs)
    to_choose = queries.absences_to_name_substitute_for(me, organisation_of(request)).filter(pk__in=shown)
    context = {
        "own": queries.absences_of(me, today),
        "covers": queries.absences_covered_by(me, today),
        "uncovered": uncovered,
        "may_take_back": set(people.values_list("pk", flat=True)),
        "may_choose": set(to_choose.values_list("pk", flat=True)),
        "today": today,
    }
    return render(request, "accounts/absence_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def absence_new(request: HttpRequest) -> HttpResponse:
    """Hand in absence, one's own or that of somebody one manages: fill in, see what it means, confirm.

    Nothing is saved before the confirmation.
    """
    me = _me(request)
    people = queries.people_to_hand_in_for(me, organisation_of(request))
    form = AbsenceForm(request.POST or None, person=me, people=people)
    context: dict[str, Any] = {"form": form, "rule": policy.rule(keys.ABSENCE_COVER, Scope())}
    if request.method != "POST":
        return render(request, "accounts/absence_new.html", context)
    if not form.is_valid():
        return render(request, "accounts/absence_new.html", context, status=422)
    if "change" in request.POST:
        return render(request, "accounts/absence_new.html", context)
    absence = form.absence()
    if "confirm" in request.POST:
        try:
            actions.register_absence(
                user_id=absence.user_id,
                starts_on=absence.starts_on,
                ends_on=absence.ends_on,
                substitute_id=absence.substitute_id,
                actor=Actor.from_request(request),
            )
        except InvalidInput as error:
            return _refused(request, context, error.errors)
        messages.success(request, _("Frånvaron är inlämnad."))
        return redirect("absences")
    plan = queries.plan_absence(absence, timezone.localdate())
    if plan.errors:
        return _refused(request, context, plan.errors)
    return render(request, "accounts/absence_preview.html", {**context, "plan": plan})


def _refused(request: HttpRequest, context: dict[str, Any], errors: dict[str, list[str]]) -> HttpResponse:
    for field, reasons in errors.items():
        for reason in reasons:
            context["form"].add_error(field, reason)
    return render(request, "accounts/absence_new.html", context, status=422)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def absence_substitute(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose who covers during an absence that is handed in, from today on."""
    me, organisation = _me(request), organisation_of(request)
    absence = get_object_or_404(queries.absences_to_name_substitute_for(me, organisation), pk=pk)
    form = SubstituteForm(request.POST or None, absence=absence)
    if request.method == "POST" and form.is_valid():
        substitute = form.cleaned_data["substitute"]
        with errors_beside_fields(form):
            actions.name_substitute(
                absence_id=pk, substitute_id=substitute.pk if substitute else None, actor=Actor.from_request(request)
            )
            messages.success(request, _("Ersättaren är vald.") if substitute else _("Ingen ersätter."))
            return redirect("absences")
    context = {
        "form": form,
        "absence": absence,
        "plan": queries.cover_of(absence, timezone.localdate()),
        "rule": policy.rule(keys.ABSENCE_COVER, Scope()),
    }
    return render_form(request, "accounts/absence_substitute.html", context)


@login_required
@require_POST
def absence_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back, or end it today."""
    get_object_or_404(queries.absences_visible_to(_me(request), organisation_of(request)), pk=pk)
    actions.withdraw_absence(absence_id=pk, actor=Actor.from_request(request))
    messages.success(request, _("Frånvaron gäller inte längre."))
    return redirect("absences")


@login_required
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """Show who the person is here: roles in force, whom the person covers for, and the state of the sign-in."""
    me, organisation = _me(request), organisation_of(request)
    factors = set(Authenticator.objects.filter(user=me).values_list("type", flat=True))
    context = {
        "person": me,
        "roles": queries.roles_in_force(me, organisation),
        "covered": organisation.covered_by(me),
        "cover": organisation.who_covers(me),
        "has_app": Authenticator.Type.TOTP in factors,
        "has_key": Authenticator.Type.WEBAUTHN in factors,
    }
    return render(request, "accounts/profile.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mailings(request: HttpRequest) -> HttpResponse:
    """Let the person choose what to get by mail of that which is no duty, and say what is one, and why."""
    choice = mailing.choice_of(_me(request))
    sent = request.POST if request.method == "POST" else None  # nothing ticked is a choice too
    form = MailChoiceForm(sent, initial={"soon": choice.soon, "copies": choice.copies})
    if form.is_valid():
        actions.choose_mail(**form.cleaned_data, actor=Actor.from_request(request))
        messages.success(request, _("Ditt val är sparat."))
        return redirect("mailings")
    return render_form(request, "accounts/mailings.html", {"form": form})


@csrf_exempt  # the mail program posts it, without a page of ours before: the signed address is what lets it
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End a part of somebody's mail, without sign-in. Opening the link changes nothing. Source: RFC 8058."""
    found = mailing.read_stop(token)
    person = User.objects.filter(pk=found[0]).first() if found else None
    if found is None or person is None:
        raise Http404
    if request.method == "POST":
        actions.stop_mail(user_id=person.pk, part=found[1])
    context = {"part": found[1], "wanted": getattr(mailing.choice_of(person), found[1])}
    return render(request, "accounts/unsubscribe.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def send_again(request: HttpRequest) -> HttpResponse:
    """Show a form that was sent after the sign-in ran out, with a button that sends it again. Sending forgets it."""
    kept = request.session.get(KEPT)
    if request.method == "POST":
        request.session.pop(KEPT, None)
        messages.success(request, _("Det du hade skrivit är kastat."))
        return redirect("start")
    if kept is None or kept["person"] != str(request.user.pk):
        request.session.pop(KEPT, None)
        return redirect("start")
    return render(request, "accounts/send_again.html", {"kept": kept})
