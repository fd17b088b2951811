"""Reconsideration: what whoever wrote is told, the public page where it is asked for, and the page where it is decided."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actor import Actor
from kommun.errors import NotPermitted, StateConflict
from kommun.forms import errors_beside_fields, render_form
from moderation import handling_rules, wording
from moderation.actions import explaining
from moderation.actions import reconsidering as actions
from moderation.handling_forms import AppealForm, DecideForm, ExplainForm, RequestForm
from moderation.handling_lifecycle import RECONSIDERATION
from moderation.models import Explanation, Reconsideration
from moderation.views.around import case_for


# --- To whoever wrote -------------------------------------------------------------------------------------------------
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what the author is told, from the rule's template, and show it to be copied to where it is sent."""
    case, actor = case_for(request, pk), Actor.from_request(request)
    if reason := handling_rules.why_not_explain(actor, case):
        raise NotPermitted(reason)
    kind = request.POST.get("kind") or request.GET.get("slag", "")
    kind = kind if kind in ("explanation", "warning") else "explanation"
    text, template = wording.beginning(kind, case)
    form = ExplainForm(request.POST or None, initial={"kind": kind, "text": text})
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            row = actions_explain(pk, form.cleaned_data, template, actor)
            return redirect("moderation:explanation", row.pk)
    context = {"case": case, "form": form, "kind": kind, "cite": wording.cite_of(case), "template": template}
    return render_form(request, "moderation/explain.html", context)


def actions_explain(pk: int, data: dict[str, Any], template: Any, actor: Actor) -> Explanation:
    """Write the explanation down, with the template that it began from."""
    template_id = template.pk if template else None
    return explaining.explain(case_id=pk, text=data["text"], kind=data["kind"], template_id=template_id, actor=actor)


@never_cache
@login_required
@require_safe
def explanation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a text to copy and send to the author where the author is reached."""
    rows = Explanation.objects.select_related("made_by__unit", "on_behalf_of__unit", "template", "block")
    row = get_object_or_404(rows, pk=pk)
    case = case_for(request, row.case_id)
    return render(request, "moderation/explanation.html", {"case": case, "row": row})


# --- The public page --------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest) -> HttpResponse:
    """Take in a request for reconsideration from whoever has a number from us. Nobody is asked who they are.

    No limit by address is needed: without a number nothing is stored, and a number gives one open request at a time.
    """
    form = AppealForm(request.POST or None, initial={"reference": request.GET.get("nummer", "")[:40]})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with errors_beside_fields(form):
            row = actions.ask_by_reference(
                reference=wording.read_reference(data["reference"]), text=data["text"], contact=data["contact"]
            )
            return redirect("moderation:appeal_state", row.reference)
    return render_form(request, "moderation/appeal.html", {"form": form})


@never_cache
@require_safe
def appeal_state(request: HttpRequest, reference: str) -> HttpResponse:
    """Show whoever has the number how it goes, and the decision with its reasons. Nothing of the case itself."""
    row = get_object_or_404(Reconsideration, reference=wording.read_reference(reference) or "-")
    return render(request, "moderation/appeal_state.html", {"row": row})


# --- Inside -----------------------------------------------------------------------------------------------------------
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def request_noted(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a request that came in another way."""
    case, actor = case_for(request, pk), Actor.from_request(request)
    if reason := handling_rules.why_not_ask(actor, case):
        raise NotPermitted(reason)
    block = case.blocks.filter(lifted_at__isnull=True).first()
    about_block = block is not None and request.GET.get("om") == "blockering"
    if not about_block and (nothing := handling_rules.why_nothing_to_try(case)):
        raise StateConflict(nothing)
    form = RequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            row = actions.note_request(
                case_id=pk, block_id=block.pk if block and about_block else None, actor=actor, **form.cleaned_data
            )
            messages.success(request, _("Begäran är sparad. Någon annan än den som beslutade prövar den."))
            return redirect("moderation:reconsideration", row.pk)
    return render_form(
        request, "moderation/request_noted.html", {"case": case, "form": form, "about_block": about_block}
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reconsideration(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a request for reconsideration with what was decided first, and decide it. Whoever decided first only reads."""
    people = ("first_decider__unit", "decided_by__unit", "decided_for__unit", "noted_by__unit")
    row = get_object_or_404(Reconsideration.objects.select_related("block__channel__unit", *people), pk=pk)
    row.case = case_for(request, row.case_id)
    actor = Actor.from_request(request)
    why_not = RECONSIDERATION.why_not("uphold", row, actor)
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            data = form.cleaned_data
            change = data["answer"] == "change"
            actions.decide(reconsideration_id=pk, change=change, reason=data["reason"], actor=actor)
            messages.success(request, _("Beslutet är sparat."))
            return redirect("moderation:reconsideration", pk)
    context = {
        "row": row,
        "case": row.case,
        "form": form,
        "why_not": why_not,
        "why_not_withdraw": RECONSIDERATION.why_not("withdraw", row, actor),
        "explanations": row.case.explanations.select_related("made_by__unit").order_by("-pk"),
    }
    return render_form(request, "moderation/reconsideration.html", context)


@login_required
@require_POST
def reconsideration_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that it need not be tried any more."""
    row = get_object_or_404(Reconsideration, pk=pk)
    case_for(request, row.case_id)
    actions.withdraw(reconsideration_id=pk, actor=Actor.from_request(request))
    messages.success(request, _("Begäran är återtagen."))
    return redirect("moderation:reconsideration", pk)
