"""Own absence, own profile, and a form that was sent after the sign-in ran out."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, queries
from accounts.actor import Actor
from accounts.forms import AbsenceForm
from accounts.middleware import KEPT
from accounts.models import User
from kommun import policy
from kommun.errors import InvalidInput
from kommun.policy import Scope, keys


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (login_required stands before)
    return request.user


@login_required
@require_safe
def absence_list(request: HttpRequest) -> HttpResponse:
    """Show own absence, whom the person covers for, and to those who steer: leave that nobody covers."""
    me, today = _me(request), timezone.localdate()
    context = {
        "own": queries.absences_of(me, today),
        "covers": queries.absences_covered_by(me, today),
        "uncovered": [one for one in queries.uncovered_absences(today, me) if one.absence.user != me],
        "today": today,
    }
    return render(request, "accounts/absence_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def absence_new(request: HttpRequest) -> HttpResponse:
    """Hand in absence: fill in, see what it means, confirm. Nothing is saved before the confirmation."""
    me = _me(request)
    form = AbsenceForm(request.POST or None, person=me)
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
                user_id=me.pk,
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
@require_POST
def absence_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back, or end it today."""
    get_object_or_404(queries.absences_visible_to(_me(request)), pk=pk)
    actions.withdraw_absence(absence_id=pk, actor=Actor.from_request(request))
    messages.success(request, _("Frånvaron gäller inte längre."))
    return redirect("absences")


@login_required
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """Show who the person is here: roles in force, whom the person covers for, and the state of the sign-in."""
    me, organisation = _me(request), queries.organisation_of(request)
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
