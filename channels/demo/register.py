"""The channels of the demo: each one applied for, decided and opened by the people whom the policy points out."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import cycle
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from accounts.actions import register_absence
from accounts.actor import SCHEDULER, Actor
from channels import questions, upkeep
from channels.actions.approval import answer_step, submit_application, withdraw_application
from channels.actions.drafts import acknowledge_reading, attach_file, save_part, start_application
from channels.actions.publishing import open_channel, propose_change, settle_change
from channels.actions.upkeep import Answer, attest, confirm_channel
from channels.demo.content import AbsenceData, ChangeData, ChannelData, Texts
from channels.demo.documents import plain_pdf
from channels.demo.people import Organisation
from channels.forms.application import PartForm, first_answers
from channels.models import Application, ApprovalStep, Channel
from channels.questions import Facts, Kind, Part, Question

SETTLED = frozenset({"open", "decided", "refused", "withdrawn"})
STEPS_AT_MOST = 20
HALF_A_YEAR = timedelta(days=165)  # so long ago that the first confirmation is due within weeks


class DemoError(Exception):
    """The demo file does not fit the policy. Says which channel and what."""


def add_register(
    channels: Iterable[ChannelData], absences: Iterable[AbsenceData], found: Organisation, texts: Texts
) -> None:
    """Take every channel as far as the file says: first those that are settled, then the leave, then what still waits."""
    rows = list(channels)
    register = _Register(found, texts)
    for data in rows:
        if data.state in SETTLED:
            register.add(data)
    for absence in absences:
        register.leave(absence)
    for data in rows:
        if data.state not in SETTLED:
            register.add(data)
    for number, channel in enumerate(Channel.objects.filter(status__in=Channel.OPEN_STATES).order_by("pk")):
        register.keep(channel, number)


class _Register:
    """Applies, answers and opens, as the people would."""

    def __init__(self, found: Organisation, texts: Texts) -> None:
        self.found, self.texts = found, texts
        self.approvals, self.consultations = cycle(texts.approve), cycle(texts.consult)

    def leave(self, data: AbsenceData) -> None:
        """Hand in leave, as the person who is going away."""
        starts_on = timezone.localdate() + timedelta(days=data.begins_in)
        substitute = self.found.people.get(data.substitute)
        register_absence(
            user_id=self.found.people[data.who].pk,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=data.days - 1),
            substitute_id=substitute.pk if substitute else None,
            actor=self.found.acting(data.who),
        )

    def add(self, data: ChannelData) -> None:
        """Take one channel as far as it is to go."""
        applicant = self.found.acting(data.applied_by)
        application = start_application(actor=applicant)
        application = self._fill(application, data, applicant)
        if data.state == "draft":
            return
        self._read(application, data)
        if missing := questions.missing(application):
            raise DemoError(f"{data.name}: {', '.join(question.field_name for question in missing)}")
        application = submit_application(application_id=application.pk, version=application.version, actor=applicant)
        match data.state:
            case "withdrawn":
                withdraw_application(application_id=application.pk, actor=applicant)
            case "waiting":
                self._agree(application, at_most=data.answered)
            case "returned":
                self._object(application, "request_changes", data)
            case "refused":
                self._object(application, "refuse", data)
            case _:
                self._agree(application)
                self._open(application, data)

    # --- The application ----------------------------------------------------------------------------------------------
    def _fill(self, application: Application, data: ChannelData, applicant: Actor) -> Application:
        """Save part after part through the form, as in the browser. The platform decides which questions follow."""
        done: set[str] = set()
        while not (data.parts and len(done) == data.parts):
            part = next((part for part in questions.parts_of(application) if part.key not in done), None)
            if part is None:
                break
            application = self._save(application, part, data, applicant)
            for question in part.attachments:
                self._attach(application, question, data, applicant)
            application.refresh_from_db()
            done.add(part.key)
        return application

    def _save(self, application: Application, part: Part, data: ChannelData, applicant: Actor) -> Application:
        facts = Facts.load(application)
        form = PartForm(part, application, facts, self._typed(application, part, facts, data))
        if not form.is_valid():
            raise DemoError(f"{data.name}: {form.errors.as_json()}")
        return save_part(
            application_id=application.pk,
            part=part.key,
            values=form.values(),
            notes=form.notes(),
            version=questions.saved(application, part).get("version", 0),
            actor=applicant,
        )

    def _typed(self, application: Application, part: Part, facts: Facts, data: ChannelData) -> MultiValueDict:
        """Return what the applicant types: the file's answers, then what the form suggests, then the common texts."""
        suggested, own = first_answers(part, application, facts), self._answers(data)
        typed: MultiValueDict = MultiValueDict()
        for question in part.fields:
            value = own.get(question.field_name) or suggested.get(question.field_name)
            if question.kind is Kind.CONFIRM:
                value = "on"
            elif not value and question.group == "display":
                value = self.texts.display.get(question.key)
            if value:
                rows = value if isinstance(value, list) else [value]
                typed.setlist(question.field_name, [str(row) for row in rows])
        if data.why_platform:
            typed["note-platform"] = data.why_platform
        return typed

    def _answers(self, data: ChannelData) -> dict[str, Any]:
        people, unit = self.found.people, self.found.units[data.unit]
        administrators = data.administrators or (data.owner, data.deputy)
        committee = next((above for above in unit.ancestors() if above.kind == above.Kind.COMMITTEE), None)
        return {
            "name": data.name,
            "unit": unit.pk,
            "controller": committee.pk if committee else None,
            "platform": data.platform,
            "address": data.address,
            "purposes": list(data.purposes),
            "purpose": data.purpose,
            "audience": data.audience,
            "description": data.description,
            "languages": list(data.languages),
            "visibility": data.visibility,
            "owner": people[data.owner].pk,
            "deputy": people[data.deputy].pk,
            "administrators": [people[key].pk for key in administrators],
            "credentials_place": self.texts.credentials,
            "working_time": data.working_time,
            "update_frequency": data.frequency,
            "reply_hours": data.reply_hours,
            "moderation_hours": data.watched,
        }

    def _attach(self, application: Application, question: Question, data: ChannelData, applicant: Actor) -> None:
        paragraphs = [
            f"Kanal: {data.name}",
            f"Syfte: {data.purpose}",
            f"Målgrupp: {data.audience or 'alla som bor i kommunen'}",
            f"Uppdateras: {data.frequency.lower()}. Bevakas: {data.watched.lower()}.",
            f"Avsatt arbetstid: {data.working_time}.",
            "Det här är ett exempel i demon, inte kommunens egen blankett.",
        ]
        upload = ContentFile(plain_pdf(question.label, paragraphs), name=f"{question.label}.pdf")
        attach_file(application_id=application.pk, document=question.key, upload=upload, actor=applicant)

    def _read(self, application: Application, data: ChannelData) -> None:
        """Let everybody who is to read sign for it, but for those who still have it to do."""
        facts = Facts.load(application)
        late = {self.found.people[key].pk for key in data.unread_by}
        for part in questions.parts_of(application):
            for question in part.readings:
                for reader in facts.readers(question, application.answers):
                    if reader.pk not in late:
                        acknowledge_reading(
                            application_id=application.pk, document=question.key, actor=Actor(reader, door="demo")
                        )

    # --- The answers --------------------------------------------------------------------------------------------------
    def _waiting(self, application: Application) -> ApprovalStep | None:
        steps = application.steps.filter(status=ApprovalStep.Status.OPEN).select_related("assignee")
        return steps.order_by("position").first()

    def _agree(self, application: Application, *, at_most: int = STEPS_AT_MOST) -> None:
        """Let whoever is asked say yes, until everybody has or `at_most` have."""
        for _turn in range(at_most):
            step = self._waiting(application)
            if step is None:
                break
            consult = step.kind == ApprovalStep.Kind.CONSULT
            answer_step(
                step_id=step.pk,
                answer="consult" if consult else "approve",
                note=next(self.consultations if consult else self.approvals),
                actor=Actor(step.assignee, door="demo"),
            )
        application.refresh_from_db()

    def _object(self, application: Application, answer: str, data: ChannelData) -> None:
        """Let the steps before say yes, and the one after `answered` say no or ask for more."""
        self._agree(application, at_most=data.answered)
        step = self._waiting(application)
        if step is None:
            raise DemoError(f"{data.name}: nobody is asked any more")
        actor = Actor(step.assignee, door="demo")
        answer_step(step_id=step.pk, answer=answer, note=data.note, to_change=data.fields, actor=actor)

    # --- The channel --------------------------------------------------------------------------------------------------
    def _open(self, application: Application, data: ChannelData) -> None:
        channel = application.channel
        if channel is None:
            raise DemoError(f"{data.name}: the application is {application.status}")
        if data.state == "decided":
            return
        open_channel(
            channel_id=channel.pk, address=application.answers["address"], actor=Actor(channel.owner, door="demo")
        )
        for change in data.changes:
            self._change(channel, change)

    def keep(self, channel: Channel, number: int) -> None:
        """Let the owner attest, test the log-in and confirm. The first channel is soon due again, the second has not attested."""
        owner, today = Actor(channel.owner, door="demo"), timezone.localdate()
        if number == 0:
            self._let_time_pass(channel, owner)
        if number != 1:
            answers = [Answer(item.key, "shown") for item in upkeep.state_of(channel).items]
            if answers:
                attest(channel_id=channel.pk, answers=answers, seen_on=today, proof=None, actor=owner)
        if number != 0:
            confirm_channel(channel_id=channel.pk, version=channel.version, works=True, note="", actor=owner)

    def _let_time_pass(self, channel: Channel, owner: Actor) -> None:
        """Let the channel have been open for half a year, but for some weeks: no action can make time pass."""
        opened_on = timezone.localdate() - HALF_A_YEAR
        owner.signs(channel)
        channel.opened_on = opened_on
        channel.save(update_fields=["opened_on"])
        for address in channel.addresses.filter(valid_to__isnull=True):
            address.valid_from = opened_on
            address.save(update_fields=["valid_from"])
        upkeep.channel_changed(channel, SCHEDULER)

    def _change(self, channel: Channel, data: ChangeData) -> None:
        channel.refresh_from_db()
        values: dict[str, Any] = {
            key: self.found.people[who].pk for key, who in (("owner", data.owner), ("deputy", data.deputy)) if who
        }
        values |= {key: text for key, text in (("address", data.address), ("purpose", data.purpose)) if text}
        change = propose_change(
            channel_id=channel.pk,
            values=values,
            reason=data.reason,
            version=channel.version,
            actor=Actor(channel.owner, door="demo"),
        )
        if data.answered_by:
            settle_change(change_id=change.pk, answer="confirm", note="", actor=self.found.acting(data.answered_by))
