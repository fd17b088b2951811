"""Applications that can be sent: every question of the policy in force answered as a careful applicant would."""

from collections.abc import Iterable
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Acknowledgement, User
from channels import questions
from channels.actions.approval import answer_step, submit_application
from channels.actions.platforms import sync_platforms
from channels.models import Application, ApprovalStep, Attachment
from channels.questions import Kind
from kommun.models import Municipality, PolicyVersion
from kommun.policy import loader
from kommun.policy.actions import adopt, import_draft
from tests.factories import Cast

S = ApprovalStep.Status


def adopt_preset(name: str, actor: Actor) -> PolicyVersion:
    """Load the preset and adopt it, as the set-up of a municipality does."""
    path = loader.PRESETS / f"{name}.toml"
    draft = import_draft(toml_text=path.read_bytes(), filename=path.name, actor=actor)
    return adopt(version_id=draft.pk, actor=actor)


def make_municipality(**values: Any) -> Municipality:
    defaults = {
        "name": "Ekhults kommun",
        "short_name": "Ekhult",
        "slug": "ekhult",
        "website": "https://www.ekhult.example",
        "contact_email": "kommun@ekhult.example",
    }
    return Municipality.objects.update_or_create(pk=1, defaults={**defaults, **values})[0]


def make_application(cast: Cast, *, name: str = "Biblioteket", **answers: Any) -> Application:
    """Return a draft by `cast.owner` with every question answered. Needs a policy in force."""
    sync_platforms(actor=Actor(cast.administrator))
    application = Application.objects.create(
        applicant=cast.owner, policy_version=PolicyVersion.objects.get(status=PolicyVersion.Status.ADOPTED)
    )
    handle = f"ekhult{name.lower()}"
    application.answers = {
        "name": name,
        "unit": cast.unit.pk,
        "controller": cast.committee.pk,
        "platform": "facebook",
        "address": f"https://www.facebook.com/{handle}",
        "handle": handle,
        "handle_key": handle,
        "owner": cast.owner.pk,
        "deputy": cast.deputy.pk,
        "administrators": [cast.owner.pk, cast.deputy.pk, cast.nearest_manager.pk],
        "visibility": "public",
    }
    for part in questions.parts_of(application):
        _answer(application, part.questions, cast)
    application.answers |= answers
    application.save()
    return application


def _answer(application: Application, asked: Iterable[questions.Question], cast: Cast) -> None:
    for question in asked:
        if question.kind is Kind.FILE:
            attach(application, question.key, cast.owner)
        elif question.kind is Kind.READING:
            for user in (cast.owner, cast.deputy, cast.nearest_manager):
                acknowledge(user, question.key, application.policy_version)
        elif questions.is_blank(question.value(application.answers)):
            holder = application.answers.setdefault(question.group, {}) if question.group else application.answers
            holder[question.key] = _plausible(question)


def _plausible(question: questions.Question) -> Any:
    match question.kind:
        case Kind.CHOICE:
            return question.choices[0].value
        case Kind.CHOICES:
            return [question.choices[0].value]
        case Kind.CONFIRM:
            return question.options.get("yes", True)
        case Kind.HOURS:
            return 24
        case _:
            return "Visa vad som händer på biblioteket."


def attach(application: Application, document: str, user: User) -> Attachment:
    return Attachment.objects.create(
        application=application,
        document=document,
        file=ContentFile(b"%PDF-1.4 plan", name="plan.pdf"),
        name="plan.pdf",
        size=13,
        content_type="application/pdf",
        sha256="0" * 64,
        uploaded_by=user,
    )


def acknowledge(user: User, document: str, version: PolicyVersion) -> None:
    Acknowledgement.objects.get_or_create(
        user=user, document=document, policy_version=version, defaults={"read_at": timezone.now()}
    )


def submit(application: Application) -> Application:
    """Send it as its applicant, and return it as it is then."""
    return submit_application(
        application_id=application.pk, version=application.version, actor=Actor(application.applicant)
    )


def answer_all(application: Application, note: str = "Kanalen behövs.") -> Application:
    """Let whoever is asked say yes, step by step, until nobody is asked any more."""
    for _turn in range(20):
        step = application.steps.filter(status=S.OPEN).select_related("assignee").first()
        if step is None:
            break
        answer = "consult" if step.kind == ApprovalStep.Kind.CONSULT else "approve"
        answer_step(step_id=step.pk, answer=answer, note=note, actor=Actor(step.assignee))
    application.refresh_from_db()
    return application
