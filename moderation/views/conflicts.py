"""Pages about a conflict of interest: say it, and try it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.models import User
from kommun.errors import NotPermitted
from kommun.forms import errors_beside_fields, render_form
from moderation import handling_rules, rules, standing
from moderation.actions import conflicts as actions
from moderation.handling_forms import ConflictForm, TryConflictForm
from moderation.models import Case, ConflictOfInterest
from moderation.views.around import case_for, reader


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Say of oneself, or point out of somebody else, that there is a conflict of interest in the case."""
    case, actor = case_for(request, pk), Actor.from_request(request)
    if reason := handling_rules.why_not_declare(actor, case):
        raise NotPermitted(reason)
    me = reader(request)
    form = ConflictForm(request.POST or None, me=me, others=_others(case, me))
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            data = form.cleaned_data
            row = actions.declare_conflict(
                case_id=pk, person_id=data["person"], ground=data["ground"], note=data["note"], actor=actor
            )
            if row.is_own:
                messages.success(request, _("Tack. Du deltar inte längre i ärendet och kan inte läsa det."))
                return redirect("moderation:queue")
            messages.success(request, _("Tack. Chefen eller kommunikationsenheten prövar frågan."))
            return redirect("moderation:case_more", pk)
    return render_form(request, "moderation/conflict_declare.html", {"case": case, "form": form})


def _others(case: Case, me: User) -> list[User]:
    """Return the others who handle the case, whom it can be pointed out of."""
    handling = rules.who_handles(case) | {case.claimed_by_id} | handling_rules.deciders_of(case)
    ids = {pk for pk in handling if pk is not None} - standing.barred_from(case) - {me.pk}
    rows = User.objects.filter(pk__in=ids, is_active=True)
    return list(rows.select_related("unit").order_by("title", "name"))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a conflict of interest. Whoever it is about is told that it is tried, nothing more."""
    rows = ConflictOfInterest.objects.select_related(
        "person__unit", "said_by__unit", "decided_by__unit", "passed_to__unit"
    )
    row = get_object_or_404(rows, pk=pk)
    if row.person_id == reader(request).pk:
        raise Http404
    row.case = case_for(request, row.case_id)
    actor = Actor.from_request(request)
    why_not = handling_rules.why_not_try_conflict(actor, row)
    form = TryConflictForm(request.POST or None)
    if request.method == "POST":
        if why_not:
            raise NotPermitted(why_not)
        if form.is_valid():
            with errors_beside_fields(form):
                data = form.cleaned_data
                actions.try_conflict(conflict_id=pk, holds=data["answer"] == "yes", reason=data["reason"], actor=actor)
                messages.success(request, _("Tack. Beslutet är sparat."))
                return redirect("moderation:conflict", pk)
    context = {"row": row, "case": row.case, "form": form, "why_not": why_not}
    return render_form(request, "moderation/conflict.html", context)
