"""From submission to decision: the steps that the policy names, the answers, and the decision that is kept.

Locks are taken in one order everywhere: the application first, then its steps.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import queries as people
from accounts.actor import Actor
from channels import notices, queries, questions
from channels.actions import waiting
from channels.actions.decision import write_decision
from channels.actions.publishing import build_channel
from channels.lifecycle import APPLICATION, STEP
from channels.models import Application, ApprovalStep, Decision, Platform
from kommun import policy
from kommun.errors import InvalidInput, StateConflict
from kommun.events import record
from kommun.policy import Rule, keys

S = ApprovalStep.Status


@transaction.atomic
def submit_application(*, application_id: int, version: int, actor: Actor) -> Application:
    """Send the application to the people the policy names, or send it again after changes were asked for.

    Raises NotPermitted, StateConflict (already sent, or changed in another window), InvalidInput (an answer is missing).
    Source: rule approval.chain of the policy version that the application was started under.
    """
    application = _lock(application_id)
    step = APPLICATION.check("submit", application, actor)
    if application.version != version:
        raise StateConflict(_("Ansökan har ändrats i ett annat fönster. Läs igenom den igen innan du skickar."))
    # Two applications for one account, sent at once, come one after the other: the second one sees the first.
    Platform.objects.select_for_update(no_key=True).filter(key=application.answers.get("platform")).first()
    if missing := questions.missing(application):
        raise InvalidInput(
            {
                question.field_name: [_("Svara på frågan: %(question)s") % {"question": question.label}]
                for question in missing
            }
        )
    resumed = application.status == Application.Status.CHANGES_REQUESTED
    application.status, application.submitted_at = step.target, timezone.now()
    _save(application, "status", "submitted_at")
    record(
        "application.submitted",
        subject=application,
        actor=actor,
        rules=_chain_rule(application),
        data={"version": version},
    )
    if resumed:
        _take_up_again(application, actor)
    else:
        _create_steps(application)
    _open_next(application, actor)
    return application


@transaction.atomic
def answer_step(*, step_id: int, answer: str, note: str, actor: Actor, to_change: Sequence[str] = ()) -> ApprovalStep:
    """Answer one step: approve, refuse, request_changes or consult.

    A refusal and a request for changes need a reason. `to_change` names the questions to complete.
    Raises NotPermitted, StateConflict (somebody else answered), InvalidInput (no reason given).
    """
    if answer not in {"approve", "refuse", "request_changes", "consult"}:
        raise ValueError(answer)
    found = ApprovalStep.objects.only("application_id").get(pk=step_id)
    application = _lock(found.application_id)
    step = _lock_step(application, step_id)
    if step.status == S.OPEN:
        _point_out(application, step)  # whoever lost the role, or is covered no longer, since the sweep last ran
    if (step.kind == ApprovalStep.Kind.CONSULT) != (answer == "consult") and answer != "request_changes":
        raise StateConflict(_("Det här steget besvaras på ett annat sätt."))
    move = STEP.check(answer, step, actor)
    note = note.strip()
    if not note and answer in {"refuse", "request_changes"}:
        raise InvalidInput({"note": [_("Skriv varför, så att den som sökte förstår.")]})
    if step.asked and step.asked_id != actor.user_id:
        actor = actor.acting_for(step.asked)
    step.status, step.note = move.target, note
    step.fields_to_change = list(to_change) if answer == "request_changes" else []
    step.decided_at, step.decided_by, step.on_behalf_of = timezone.now(), actor.user, actor.on_behalf_of
    step.judged_version = application.version
    step.save()
    data = {"application": application.pk, "version": application.version}
    record(f"step.{answer}", subject=step, actor=actor, rules=_chain_rule(application), data=data)
    waiting.step_answered(step, actor)
    _follow(application, step, answer, actor)
    return step


@transaction.atomic
def withdraw_application(*, application_id: int, actor: Actor) -> Application:
    """Take the application back. Those who were asked are told that no answer is needed."""
    application = _lock(application_id)
    application.status = APPLICATION.check("withdraw", application, actor).target
    _save(application, "status")
    record("application.withdrawn", subject=application, actor=actor)
    for step in _cancel_rest(application, actor):
        notices.step_not_needed(step)
    return application


@transaction.atomic
def reassign_step(*, step_id: int, actor: Actor) -> ApprovalStep:
    """Point an open step out anew: its person is away or has left, or is back. Told to the new person. Safe to run twice."""
    found = ApprovalStep.objects.only("application_id").get(pk=step_id)
    application = _lock(found.application_id)
    step = _lock_step(application, step_id)
    if step.status != S.OPEN:
        raise StateConflict(_("Steget väntar inte längre på svar."))
    before = step.assignee_id
    _point_out(application, step)
    if step.assignee_id != before:
        step.save()
        record("step.reassigned", subject=step, actor=actor, data={"from": before, "to": step.assignee_id})
        notices.step_opened(step)
        _wait_for(application, step, actor)
    return step


# --- The chain ---------------------------------------------------------------------------------------------------------
def _create_steps(application: Application) -> None:
    chain = queries.chain_for(application)
    for position, wanted in enumerate(chain, start=1):
        ApprovalStep.objects.create(
            application=application,
            applicant_id=application.applicant_id,
            position=position,
            group=wanted.group,
            kind=wanted.kind,
            role=wanted.role,
            in_writing=wanted.written,
        )


def _open_next(application: Application, actor: Actor) -> None:
    """Open the next group whose turn it is, or finish. Steps that only inform are done at once and stop nobody."""
    while rest := _steps(application, S.WAITING):
        group = [step for step in rest if step.group == rest[0].group]
        for step in group:
            _open(application, step, actor)
        if any(step.status == S.OPEN for step in group):
            return
    _finish(application, Decision.Outcome.APPROVED, actor)


def _open(application: Application, step: ApprovalStep, actor: Actor) -> None:
    move = STEP.check("inform" if step.kind == ApprovalStep.Kind.INFORM else "open", step, actor)
    _point_out(application, step)
    step.status, step.opened_at = move.target, timezone.now()
    step.save()
    kind = "step.opened" if step.status == S.OPEN else "step.informed"
    record(kind, subject=step, actor=actor, rules=_chain_rule(application), data={"assignee": step.assignee_id})
    if step.status == S.OPEN:
        notices.step_opened(step)
        _wait_for(application, step, actor)
    else:
        notices.step_informed(step)


def _wait_for(application: Application, step: ApprovalStep, actor: Actor) -> None:
    waiting.wait_for_step(step, next(iter(_chain_rule(application)), None), actor)


def _point_out(application: Application, step: ApprovalStep) -> None:
    found = _responsible(application, step)
    if found.assignee is None:
        raise StateConflict(
            _("Ingen kan besluta: kommunen har ingen chef, strateg eller administratör som kan ta över.")
        )
    step.asked, step.assignee, step.why_assignee = found.asked, found.assignee, found.why[:300]


def _responsible(application: Application, step: ApprovalStep) -> people.Responsible:
    unit, today = queries.application_unit(application), timezone.localdate()
    with override(settings.LANGUAGE_CODE):  # why it is that person is kept, and read by others
        return people.responsible_for(step.role, unit, today=today, exclude={application.applicant_id})


def _follow(application: Application, step: ApprovalStep, answer: str, actor: Actor) -> None:
    if answer == "refuse":
        asked = _cancel_rest(application, actor)
        _finish(application, Decision.Outcome.REFUSED, actor)
        for other in asked:
            notices.step_not_needed(other)
    elif answer == "request_changes":
        application.status = APPLICATION.check("return", application, actor).target
        _save(application, "status")
        record("application.returned", subject=application, actor=actor, data={"step": step.pk})
        for other in _steps(application, S.OPEN):  # nobody answers on what is being rewritten
            _put_back(other, actor)
        notices.changes_requested(step)
    elif not _steps(application, S.OPEN):
        _open_next(application, actor)


def _take_up_again(application: Application, actor: Actor) -> None:
    """Let the step that asked for changes wait for its turn, which is the next one. Answers already given stand.

    But an answer given for another unit does not: when the application has moved, so that the role is somebody else's,
    that person is asked too.
    """
    for step in _steps(application, S.CHANGES_REQUESTED):
        _put_back(step, actor)
    for step in _steps(application, S.APPROVED, S.CONSULTED):
        if _responsible(application, step).asked != step.asked:
            _put_back(step, actor)
        elif step.status == S.APPROVED:
            notices.application_changed(step)


def _put_back(step: ApprovalStep, actor: Actor) -> None:
    """Take the answer away and let the step wait. The note stays: it says what was asked for."""
    step.status = STEP.check("put_back", step, actor).target
    step.decided_at = step.decided_by = step.on_behalf_of = step.judged_version = None
    step.save()
    record("step.put_back", subject=step, actor=actor, data={"application": step.application_id})
    waiting.step_not_needed(step, actor)


def _finish(application: Application, outcome: Decision.Outcome, actor: Actor) -> None:
    granted = outcome == Decision.Outcome.APPROVED
    move = APPLICATION.check("grant" if granted else "refuse", application, actor)
    application.status, application.decided_at = move.target, timezone.now()
    if granted:
        application.channel = build_channel(application, actor)
    _save(application, "status", "decided_at", "channel")
    decision = write_decision(application, outcome)
    data = {"outcome": outcome, "sha256": decision.sha256, "channel": application.channel_id}
    record("application.decided", subject=application, actor=actor, rules=_chain_rule(application), data=data)
    notices.decided(application)


def _cancel_rest(application: Application, actor: Actor) -> list[ApprovalStep]:
    asked = []
    for step in _steps(application, S.WAITING, S.OPEN, S.CHANGES_REQUESTED):
        if step.status == S.OPEN:
            asked.append(step)
            waiting.step_not_needed(step, actor)
        step.status = STEP.check("cancel", step, actor).target
        step.save(update_fields=["status"])
    return asked


def _steps(application: Application, *statuses: str) -> list[ApprovalStep]:
    return list(application.steps.filter(status__in=statuses).select_related("asked", "assignee").order_by("position"))


def _lock(application_id: int) -> Application:
    rows = Application.objects.select_for_update(of=("self",)).select_related("applicant__unit", "policy_version")
    return rows.get(pk=application_id)


def _lock_step(application: Application, step_id: int) -> ApprovalStep:
    """Return the step locked, of the application that is locked already."""
    rows = application.steps.select_for_update(of=("self",)).select_related("asked", "assignee")
    return rows.get(pk=step_id)


def _save(application: Application, *fields: str) -> None:
    application.save(update_fields=[*fields, "saved_at"])


def _chain_rule(application: Application) -> list[Rule]:
    scope = queries.application_scope(application)
    rule = policy.rule(keys.APPROVAL_CHAIN, scope, version=application.policy_version)
    return [rule] if rule else []
