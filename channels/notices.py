"""Messages to people. Each is written with the act and sent after commit (`kommun.outbox`). Links change nothing when opened."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from channels.models import Application, ApprovalStep, Channel, ChannelChange
from kommun import outbox


def step_opened(step: ApprovalStep) -> None:
    """Ask the person who is to answer."""
    subject = (
        _("Samråd: %(name)s")
        if step.kind == ApprovalStep.Kind.CONSULT
        else _("Ta ställning till en ny kanal: %(name)s")
    )
    _tell([step.assignee], subject, "step_opened", step.application, step=step)


def step_informed(step: ApprovalStep) -> None:
    """Inform somebody whom the policy wants informed. No answer is needed."""
    _tell([step.assignee], _("För kännedom: %(name)s"), "step_informed", step.application, step=step)


def step_not_needed(step: ApprovalStep) -> None:
    """Tell somebody who was asked that the application was taken back."""
    _tell([step.assignee], _("Ansökan är återtagen: %(name)s"), "step_not_needed", step.application, step=step)


def changes_requested(step: ApprovalStep) -> None:
    """Tell the applicant what to complete."""
    _tell(
        [step.application.applicant],
        _("Komplettera ansökan: %(name)s"),
        "changes_requested",
        step.application,
        step=step,
    )


def application_changed(step: ApprovalStep) -> None:
    """Tell somebody who has approved that the application has changed since."""
    _tell(
        [step.decided_by], _("Ansökan har kompletterats: %(name)s"), "application_changed", step.application, step=step
    )


def decided(application: Application) -> None:
    """Tell the applicant, the owner and the deputy how it went."""
    people: list[User | None] = [application.applicant]
    if application.channel:
        people += [application.channel.owner, application.channel.deputy]
    granted = application.status == Application.Status.APPROVED
    _tell(
        people, _("Beviljad: %(name)s") if granted else _("Avslag: %(name)s"), "decided", application, granted=granted
    )


def channel_opened(channel: Channel) -> None:
    """Tell those who answer for the channel that it is public."""
    _tell(
        [channel.owner, channel.deputy],
        _("Kanalen är öppen: %(name)s"),
        "channel_opened",
        channel.application,
        channel=channel,
    )


def change_proposed(change: ChannelChange) -> None:
    """Ask those who may confirm."""
    people = [change.channel.unit.manager, change.channel.owner]
    subject = _("Bekräfta en ändring: %(name)s") % {"name": change.channel}
    _send([person for person in people if person != change.proposed_by], subject, "change_proposed", change=change)


def change_settled(change: ChannelChange) -> None:
    """Tell the proposer how it went."""
    subject = _("Ändringen är avgjord: %(name)s") % {"name": change.channel}
    _send([change.proposed_by], subject, "change_settled", change=change)


def _tell(
    people: Sequence[User | None], subject: str, template: str, application: Application, **context: object
) -> None:
    _send(people, subject % {"name": application.title}, template, application=application, **context)


def _send(people: Sequence[User | None], subject: str, template: str, **context: object) -> None:
    for person in dict.fromkeys(person for person in people if person is not None):
        outbox.queue(person.email, subject, f"mail/{template}.txt", {"person": person, **context})
