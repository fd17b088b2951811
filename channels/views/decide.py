"""The decision page: from a mail link to an answer, in one screen on a phone. Opening the link changes nothing."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actor import Actor
from accounts.organisation import organisation_of
from channels import queries, questions, rules
from channels.actions.approval import answer_step
from channels.actions.decision import canonical
from channels.forms.decide import AnswerForm
from channels.lifecycle import STEP
from channels.models import ApprovalStep
from channels.views.application_pages import signed_in
from kommun import policy
from kommun.errors import StateConflict
from kommun.forms import errors_beside_fields, render_form
from kommun.policy import keys


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List what waits for the reader's answer: applications and changes."""
    user = signed_in(request)
    context = {
        "steps": queries.open_steps_for(user),
        "changes": queries.pending_changes_for(user, organisation_of(request)),
    }
    return render(request, "channels/inbox.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show one step with what it is about, and take the answer."""
    step = get_object_or_404(queries.steps_visible_to(signed_in(request), organisation_of(request)), key=key)
    actor = Actor.from_request(request)
    form = AnswerForm(request.POST or None, step=step)
    if request.method == "POST" and form.is_valid():
        try:
            with errors_beside_fields(form):
                answer_step(step_id=step.pk, actor=actor, **form.cleaned_data)
                messages.success(request, _("Tack. Ditt svar är sparat."))
                return redirect(step)
        except StateConflict:
            if not _is_my_answer(step, form.cleaned_data["answer"], actor):
                raise
            return redirect(step)
    return render_form(request, "channels/decide.html", _decide_context(step, form, actor))


def _is_my_answer(step: ApprovalStep, answer: str, actor: Actor) -> bool:
    """Return True when the button was pressed twice: the first press has given this very answer."""
    step.refresh_from_db()
    return step.decided_by_id == actor.user_id and step.status == STEP.transitions[answer].target


def _decide_context(step: ApprovalStep, form: AnswerForm, actor: Actor) -> dict[str, Any]:
    application = step.application
    scope = queries.application_scope(application)
    summary = questions.summary(application)
    shown = {question.field_name: (question.short, value) for _part, rows in summary for question, value in rows}
    return {
        "step": step,
        "application": application,
        "form": form,
        "why_not": rules.why_not_answer(actor, step),
        "open": step.status == ApprovalStep.Status.OPEN,
        "facts": [shown[key] for key in ("purpose", "audience", "address", "owner", "deputy") if key in shown],
        "summary": summary,
        "attachments": application.attachments.filter(replaced_at__isnull=True),
        "steps": application.steps.select_related("assignee", "decided_by__unit", "on_behalf_of"),
        "rule": policy.rule(keys.APPROVAL_CHAIN, scope, version=application.policy_version),
        "guidance": policy.guidance("decision", scope=scope, version=application.policy_version),
    }


@login_required
@require_safe
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the decision as a document to read and print; `?format=json` gives the canonical content."""
    row = get_object_or_404(
        queries.decisions_visible_to(signed_in(request), organisation_of(request)), application_id=pk
    )
    if request.GET.get("format") == "json":
        return HttpResponse(canonical(row.document), content_type="application/json")
    steps = [{**step, "at": parse_datetime(step["at"])} for step in row.document["steps"]]
    context = {"decision": row, "document": row.document, "steps": steps}
    return render(request, "channels/decision.html", context)
