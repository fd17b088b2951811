"""The decision as a kept document: canonical content with a checksum, readable without the rest of the database."""

import json
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from channels import queries, questions
from channels.models import Application, ApprovalStep, Decision
from kommun import policy
from kommun.models import Municipality
from kommun.policy import keys

CITED = (
    keys.APPROVAL_CHAIN,
    keys.DECISION_FIELDS,
    keys.PRESTART_DOCUMENTS,
    keys.CHANNEL_ROLES,
    keys.MINIMUM_ADMINISTRATORS,
)


def write_decision(application: Application, outcome: Decision.Outcome) -> Decision:
    """Write the decision on an application and return it. Called once, by the act that ends the last step.

    The document names the policy version and the sections, every answer as the deciders saw it, and who answered when,
    for whom. Source: rules approval.chain and decision.fields; matrix C4 and C5.
    """
    with override(
        settings.LANGUAGE_CODE
    ):  # the municipality's language, whatever language the last one to answer reads
        document = _document(application, outcome)
    return Decision.objects.create(
        application=application,
        outcome=outcome,
        decided_at=application.decided_at or timezone.now(),
        policy_version=application.policy_version,
        document=document,
        sha256=sha256(canonical(document)).hexdigest(),
    )


def canonical(document: dict[str, Any]) -> bytes:
    """Return the document as the bytes, UTF-8, that the checksum is over."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _document(application: Application, outcome: Decision.Outcome) -> dict[str, Any]:
    scope, version = queries.application_scope(application), application.policy_version
    found = [policy.rule(key, scope, version=version) for key in CITED]
    steps = list(application.steps.select_related("decided_by__unit", "on_behalf_of__unit", "assignee__unit"))
    municipality = Municipality.current()
    return {
        "municipality": municipality.name if municipality else "",
        "outcome": str(outcome),
        "decided_at": (application.decided_at or timezone.now()).isoformat(),
        "applicant": {"name": str(application.applicant), "role": application.applicant.role},
        "policy": {"version": version.pk, "title": str(version), "rules": [_cited(rule) for rule in found if rule]},
        "answers": [
            {"part": str(part.title), "answers": [[str(question.short), str(shown)] for question, shown in rows]}
            for part, rows in questions.summary(application)
        ],
        "attachments": [
            {"document": row.document, "name": row.name, "sha256": row.sha256}
            for row in application.attachments.filter(replaced_at__isnull=True)
        ],
        "steps": [_step(step) for step in steps],
        "decided_by_anybody": any(step.kind == ApprovalStep.Kind.APPROVE for step in steps),
    }


def _cited(rule: policy.Rule) -> dict[str, str]:
    return {"key": str(rule.key), "cite": rule.cite(), "text": str(rule.text)}


def _step(step: ApprovalStep) -> dict[str, Any]:
    person = step.decided_by or step.assignee
    return {
        "kind": step.kind,
        "kind_label": step.get_kind_display(),
        "role": step.role,
        "role_label": str(step.role_label),
        "status": step.status,
        "status_label": step.get_status_display(),
        "person": person.role if person else "",
        "name": str(person) if person else "",
        "on_behalf_of": step.on_behalf_of.role if step.on_behalf_of else "",
        "at": step.decided_at.isoformat() if step.decided_at else "",
        "in_writing": step.in_writing,
        "version": step.judged_version,
        "note": step.note,
    }
