"""Messages to people. Each is written with the act and sent after commit (`kommun.outbox`). Links change nothing when opened."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import mailing
from accounts.models import User
from accounts.organisation import Organisation
from channels.models import Application, ApprovalStep, Channel, ChannelChange
from kommun import outbox

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


def step_opened(step: ApprovalStep) -> None:
    """Ask the person who is to answer."""
    consult = step.kind == ApprovalStep.Kind.CONSULT
    subject = _("Samråd: %(name)s") if consult else _("Ta ställning till en ny kanal: %(name)s")
    _tell_about(step, [step.assignee], subject, "step_opened")


def step_informed(step: ApprovalStep) -> None:
    """Inform somebody whom the policy wants informed. No answer is needed."""
    _tell_about(step, [step.assignee], _("För kännedom: %(name)s"), "step_informed")


def step_not_needed(step: ApprovalStep) -> None:
    """Tell somebody who was asked that the application was taken back, or refused by another."""
    application = step.application
    subject = _("Du behöver inte svara: %(name)s")
    _copy([step.assignee], subject, "step_not_needed", name=application, application=application, step=step)


def changes_requested(step: ApprovalStep) -> None:
    """Tell the applicant what to complete."""
    _tell_about(step, [step.application.applicant], _("Komplettera ansökan: %(name)s"), "changes_requested")


def application_changed(step: ApprovalStep) -> None:
    """Tell somebody who has approved that the application has changed since."""
    _tell_about(step, [step.decided_by], _("Ansökan har kompletterats: %(name)s"), "application_changed")


def decided(application: Application) -> None:
    """Tell the applicant, the owner and the deputy how it went."""
    granted = application.status == Application.Status.APPROVED
    subject = _("Beviljad: %(name)s") if granted else _("Avslag: %(name)s")
    context = {"name": application, "application": application, "granted": granted}
    _tell([application.applicant], subject, "decided", **context)
    if application.channel:
        people = [application.channel.owner, application.channel.deputy]
        _copy([person for person in people if person != application.applicant], subject, "decided", **context)


def channel_opened(channel: Channel) -> None:
    """Tell those who answer for the channel that it is public."""
    people = [channel.owner, channel.deputy]
    _copy(people, _("Kanalen är öppen: %(name)s"), "channel_opened", name=channel, channel=channel)


def change_proposed(change: ChannelChange) -> None:
    """Ask those who may confirm, and for somebody who is away the one who covers; never the proposer."""
    organisation = Organisation.load(timezone.localdate())
    told: set[User] = set()
    for person in (change.channel.unit.manager, change.channel.owner):
        if person is None or person == change.proposed_by:
            continue
        cover = organisation.who_covers(person).person
        asked = person if cover is None or cover == change.proposed_by else cover
        absent = person if asked != person else None
        if asked not in told:
            subject = _("Bekräfta en ändring: %(name)s")
            _tell([asked], subject, "change_proposed", name=change.channel, change=change, absent=absent)
        told.add(asked)


def change_settled(change: ChannelChange) -> None:
    """Tell the proposer how it went."""
    subject = _("Ändringen är avgjord: %(name)s")
    _copy([change.proposed_by], subject, "change_settled", name=change.channel, change=change)


def channels_imported(person: User, count: int) -> None:
    """Tell somebody who has come to answer for channels that were brought in from a file."""
    _tell([person], _("Du ansvarar för kanaler i Kanalkollen"), "channels_imported", count=count)


def handed_over(person: User, leaver: User, things: Sequence[str], day: date) -> None:
    """Tell somebody what there is to take over from a person who leaves, roles and units from the day on."""
    subject = _("Du tar över efter %(leaver)s")
    _tell([person], subject, "handed_over", leaver=leaver, things=things, day=day)


def _tell_about(step: ApprovalStep, people: Sequence[User | None], subject: "StrPromise", template: str) -> None:
    _tell(people, subject, template, name=step.application, application=step.application, step=step)


def _tell(people: Sequence[User | None], subject: "StrPromise", template: str, **context: object) -> None:
    for person in dict.fromkeys(person for person in people if person is not None):
        outbox.queue(person.email, subject, f"mail/{template}.txt", {"person": person, **context})


def _copy(people: Sequence[User | None], subject: "StrPromise", template: str, **context: object) -> None:
    """As `_tell`, for what nobody needs to do anything about: not to those who have ended such mail, and with how it is ended."""
    wanted = dict.fromkeys(person for person in people if person is not None)
    ended = mailing.without("copies", [person.pk for person in wanted])
    for person in wanted:
        if person.pk not in ended:
            _tell([person], subject, template, **context, **mailing.foot(person.pk, "copies"))
