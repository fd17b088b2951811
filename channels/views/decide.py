"""The decision page: from a mail link to an answer, in one screen on a phone. Opening the link changes nothing."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actor import Actor
from accounts.models import User
from channels import queries, questions, rules
from channels.actions.approval import answer_step
from channels.forms.decide import AnswerForm
from channels.models import ApprovalStep
from kommun import policy
from kommun.errors import InvalidInput
from kommun.policy import keys


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List what waits for the reader's answer: applications and changes."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required)
    context = {"steps": queries.open_steps_for(request.user), "changes": queries.pending_changes_for(request.user)}
    return render(request, "channels/inbox.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show one step with what it is about, and take the answer."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required)
    step = get_object_or_404(queries.steps_visible_to(request.user), key=key)
    actor = Actor.from_request(request)
    form = AnswerForm(request.POST or None, step=step, initial={})
    if request.method == "POST" and form.is_valid():
        try:
            answered = answer_step(step_id=step.pk, actor=actor, **form.cleaned_data)
        except InvalidInput as refusal:
            for field, reasons in refusal.errors.items():
                form.add_error(field if field in form.fields else None, reasons)
        else:
            messages.success(
                request, _("Tack. Ditt svar är sparat: %(answer)s.") % {"answer": answered.get_status_display().lower()}
            )
            return redirect(step)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "channels/decide.html", _decide_context(step, form, actor), status=status)


def _decide_context(step: ApprovalStep, form: AnswerForm, actor: Actor) -> dict[str, object]:
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
        "steps": application.steps.select_related("assignee", "decided_by", "on_behalf_of"),
        "rule": policy.rule(keys.APPROVAL_CHAIN, scope, version=application.policy_version),
        "guidance": policy.guidance("decision", scope=scope, version=application.policy_version),
    }


@login_required
@require_safe
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the decision as a document to read and print; `?format=json` gives the canonical content."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required)
    row = get_object_or_404(queries.decisions_visible_to(request.user), application_id=pk)
    if request.GET.get("format") == "json":
        return JsonResponse(row.document, json_dumps_params={"ensure_ascii": False, "sort_keys": True})
    context = {"decision": row, "document": row.document}
    return render(request, "channels/decision.html", context)
