"""Writing an application: saved part by part, also what cannot be used, so that nothing typed is lost."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Acknowledgement, User
from channels import rules
from channels.attachments import Inspected, inspect
from channels.models import Application, Attachment
from channels.questions import NOTES, PARTS, RAW, START, Facts, Part, Question, parts_of, saved
from kommun import policy
from kommun.errors import NotPermitted, StateConflict
from kommun.events import record

EDITABLE = frozenset({Application.Status.DRAFT, Application.Status.CHANGES_REQUESTED})


class PartConflict(StateConflict):
    """The same part was saved in another window meanwhile. Nothing is overwritten; `application` is what is stored."""

    def __init__(self, application: Application) -> None:
        self.application = application
        super().__init__(_("Den här delen har sparats i ett annat fönster. Jämför och välj vad som ska gälla."))


@transaction.atomic
def start_application(*, actor: Actor, key: str = "") -> Application:
    """Start a draft under the policy in force and return it. The same key, of a form sent twice, gives the same draft.

    Raises StateConflict before any policy has been adopted.
    """
    if actor.user is None:
        raise NotPermitted(_("En ansökan görs av en person."))
    # The row of the applicant is the lock: two clicks at once come one after the other.
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.user.pk)
    if key:
        same = Application.objects.filter(applicant=user, **{f"answers__{START}": key}).first()
        if same is not None:
            return same
    version = policy.in_force()
    if version is None:
        raise StateConflict(_("Kommunen har inget regelverk som gäller. Det behöver antas innan någon kan söka."))
    application = Application.objects.create(
        applicant=user, policy_version=version, answers={START: key} if key else {}
    )
    record("application.started", subject=application, actor=actor, data={"policy_version": version.pk})
    return application


@transaction.atomic
def save_part(
    *,
    application_id: int,
    part: str,
    values: Mapping[str, Any],
    version: int,
    actor: Actor,
    unusable: Mapping[str, list[str]] | None = None,
    notes: Mapping[str, str] | None = None,
    later: bool = False,
) -> Application:
    """Save one part of a draft. Other parts are left as they are, also when they were saved meanwhile.

    `values` holds the answers by field name, `unusable` what was typed where it is no answer yet, `notes` why a
    question is left, `version` the number that the part had when the form was drawn, 0 before it was first saved.
    `later` means that the applicant goes on another time. Saving the same thing twice changes nothing.

    Raises Application.DoesNotExist, NotPermitted, StateConflict (not a draft any longer) or PartConflict (the part was
    saved with something else in another window).
    """
    application = _lock(application_id, actor)
    found = next((row for row in parts_of(application) if row.key == part), None)
    if found is None:
        raise StateConflict(_("Den här delen frågas inte längre efter. Läs in ansökan på nytt."))
    answers = _with(application.answers, found, values, unusable or {}, notes or {})
    same = _content(answers) == _content(application.answers)
    how = saved(application, found)
    if how.get("version", 0) != version and not same:
        raise PartConflict(application)
    if same and how and bool(how.get("later")) == later:
        return application
    application.version += 1
    row = {
        "version": application.version,
        "at": timezone.now().isoformat(),
        "by": actor.user_id,
        "later": later,
    }
    application.answers = {**answers, PARTS: {**(answers.get(PARTS) or {}), part: row}}
    _save(application)
    data = {"part": part, "version": application.version, "unusable": sorted(unusable or {})}
    record("application.saved", subject=application, actor=actor, data=data)
    return application


def attach_file(*, application_id: int, document: str, upload: File, actor: Actor) -> Attachment:
    """Keep a file with the application, in the place of an earlier one. The same file again changes nothing.

    Raises AttachmentError (the file cannot be taken; nothing is changed), NotPermitted or StateConflict.
    Source: rule prestart.documents; matrix C6.
    """
    found = inspect(upload)  # before the transaction: reading ten megabytes holds no lock
    return _attach(application_id, document, upload, found, actor)


@transaction.atomic
def _attach(application_id: int, document: str, upload: File, found: Inspected, actor: Actor) -> Attachment:
    application = _lock(application_id, actor)
    _asked_for(application, document)
    current = application.attachments.filter(document=document, replaced_at__isnull=True).first()
    if current is not None and current.sha256 == found.sha256:
        return current
    if current is not None:
        _retire(current)
    attachment = Attachment(
        application=application,
        document=document,
        name=found.name,
        size=found.size,
        content_type=found.content_type,
        sha256=found.sha256,
        uploaded_by=actor.user,
    )
    # The name on disk is ours: what people call a file stands in the database.
    attachment.file.save(f"{uuid4().hex}{found.extension}", upload, save=False)
    attachment.save()
    application.version += 1
    _save(application)
    data = {"document": document, "attachment": attachment.pk, "sha256": found.sha256}
    record("application.file_attached", subject=application, actor=actor, data=data)
    return attachment


@transaction.atomic
def remove_attachment(*, application_id: int, document: str, actor: Actor) -> None:
    """Take a file off the application. What is already gone stays gone. Raises NotPermitted or StateConflict."""
    application = _lock(application_id, actor)
    current = application.attachments.filter(document=document, replaced_at__isnull=True).first()
    if current is None:
        return
    _retire(current)
    application.version += 1
    _save(application)
    data = {"document": document, "attachment": current.pk}
    record("application.file_removed", subject=application, actor=actor, data=data)


@transaction.atomic
def acknowledge_reading(*, application_id: int, document: str, actor: Actor) -> Acknowledgement:
    """Sign that the actor has read a document that the policy asks for. Signing twice changes nothing.

    Raises Application.DoesNotExist, NotPermitted (not one of those who are to read) or StateConflict (not asked for).
    Source: rule prestart.documents; matrix C7.
    """
    application = Application.objects.select_related("policy_version", "applicant__unit").get(pk=application_id)
    question = _reading(application, document)
    user = actor.user
    if user is None or user not in Facts.load(application).readers(question, application.answers):
        raise NotPermitted(_("Du är inte en av dem som ska läsa det här för kanalen."))
    receipt, created = Acknowledgement.objects.get_or_create(
        user=user,
        document=document,
        policy_version=application.policy_version,
        defaults={"read_at": timezone.now()},
    )
    if created:
        rule = [question.rule] if question.rule else []
        record("application.read", subject=application, actor=actor, rules=rule, data={"document": document})
    return receipt


def _reading(application: Application, document: str) -> Question:
    for part in parts_of(application):
        for question in part.readings:
            if question.key == document:
                return question
    raise StateConflict(_("Dokumentet behöver inte läsas för den här ansökan."))


def _asked_for(application: Application, document: str) -> None:
    if not any(question.key == document for part in parts_of(application) for question in part.attachments):
        raise StateConflict(_("Den här bilagan frågas inte efter. Läs in ansökan på nytt."))


def _retire(attachment: Attachment) -> None:
    attachment.replaced_at = timezone.now()
    attachment.save(update_fields=["replaced_at"])


def _lock(application_id: int, actor: Actor) -> Application:
    """Return the application locked, when the actor may write in it now."""
    rows = Application.objects.select_for_update(of=("self",)).select_related("applicant__unit", "policy_version")
    application = rows.get(pk=application_id)
    if reason := rules.why_not_edit(actor, application):
        raise NotPermitted(reason)
    if application.status not in EDITABLE:
        raise StateConflict(
            _("Ansökan är %(state)s och går inte att ändra nu.") % {"state": application.get_status_display().lower()}
        )
    return application


def _save(application: Application) -> None:
    application.save(update_fields=["answers", "version", "saved_at"])


def _with(
    answers: Mapping[str, Any],
    part: Part,
    values: Mapping[str, Any],
    unusable: Mapping[str, list[str]],
    notes: Mapping[str, str],
) -> dict[str, Any]:
    """Return the answers with those of the part replaced. Nothing outside the part is touched."""
    fresh = {**answers, NOTES: dict(answers.get(NOTES) or {}), RAW: dict(answers.get(RAW) or {})}
    for question in part.fields:
        name = question.field_name
        holder = fresh
        if question.group:
            holder = fresh[question.group] = dict(fresh.get(question.group) or {})
        holder.pop(question.key, None)
        if values.get(name) is not None:
            holder[question.key] = values[name]
        fresh[NOTES].pop(name, None)
        if notes.get(name):
            fresh[NOTES][name] = notes[name]
    fresh[RAW].pop(part.key, None)
    if unusable:
        fresh[RAW][part.key] = dict(unusable)
    _derive(fresh, part, values)
    return fresh


def _derive(fresh: dict[str, Any], part: Part, values: Mapping[str, Any]) -> None:
    """Add what follows: the parts of an address, and who answers where the administrators are the owners."""
    for question in part.fields:
        if question.key == "address":
            for name in ("handle", "handle_key", "platform_account_id"):
                fresh[name] = values.get(name, "")
        if question.key == "administrators" and question.options.get("together"):
            people = values.get("administrators") or []
            for name, position in (("owner", 0), ("deputy", 1)):
                fresh.pop(name, None)
                if len(people) > position:
                    fresh[name] = people[position]


def _content(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers without how they were saved, and without what is empty, to compare with."""
    return {
        key: value for key, value in answers.items() if key not in {PARTS, START} and value not in ({}, [], "", None)
    }
