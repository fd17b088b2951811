"""Who may do what in the register, and why not. Pure functions of actor and object: the reason, or None."""

from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Appointment
from channels.models import Application, ApprovalStep, Channel, ChannelChange, WatchTick


def why_not_edit(actor: Actor, application: Application) -> str | None:
    """Only the applicant writes in the application, or whoever acts for an applicant who leaves."""
    if application.applicant_id not in {actor.user_id, actor.on_behalf_of_id}:
        return _("Bara den som söker kan ändra i ansökan.")
    return None


def why_not_answer(actor: Actor, step: ApprovalStep) -> str | None:
    """Return why not: the person pointed out answers, or whoever covers. Nobody decides on their own (KL 6:28, FL 16 §)."""
    if actor.user_id is None:
        return _("Ett beslut fattas av en person.")
    if actor.user_id == step.applicant_id:
        return _("Du får inte besluta om din egen ansökan.")
    if actor.user_id not in {step.assignee_id, step.asked_id}:
        return _("Frågan är ställd till %(person)s.") % {"person": step.assignee or step.asked or _("någon annan")}
    return None


def why_not_steer(actor: Actor, subject: Application | ApprovalStep) -> str | None:
    """Return None: opening, closing and finishing steps follows from an answer; no page offers it."""
    return None


def who_opens(channel: Channel) -> set[int | None]:
    """Return the ids of those who open the channel; whoever covers for one of them may too."""
    application = getattr(channel, "application", None)  # an imported channel has none
    return {channel.owner_id, channel.deputy_id, application and application.applicant_id}


def why_not_open_channel(actor: Actor, channel: Channel) -> str | None:
    """Return why not: the people who answer for the channel open it."""
    if actor.among(who_opens(channel)) is None:
        return _("Kanalen öppnas av den som är ansvarig eller av ersättaren.")
    return None


# Communications staff keep the register of the whole municipality (matrix J1).
KEEPERS = frozenset({Appointment.Role.STRATEGIST, Appointment.Role.WEB_EDITOR, Appointment.Role.ADMINISTRATOR})


def why_not_keep_platforms(actor: Actor) -> str | None:
    """Return why not: the platforms are the communications staff's."""
    if actor.roles & KEEPERS:
        return None
    return _("Plattformarna sköts av kommunikationsstrategen, webbredaktören eller en systemadministratör.")


def who_proposes(channel: Channel) -> set[int | None]:
    """Return the ids of those who keep the channel's data true, beside the communications staff."""
    return {channel.owner_id, channel.deputy_id, channel.unit.manager_id}


def _keeps_true(actor: Actor, channel: Channel) -> bool:
    return bool(actor.roles & KEEPERS) or actor.among(who_proposes(channel)) is not None


def why_not_propose_change(actor: Actor, channel: Channel) -> str | None:
    """Return why not: owner, deputy, the manager of the unit and communications staff keep the register true."""
    if _keeps_true(actor, channel):
        return None
    return _("Uppgifterna ändras av kanalens ansvariga, ersättaren, enhetens chef eller kommunikationsenheten.")


def why_not_state(actor: Actor, channel: Channel) -> str | None:
    """Return why not: those who keep the channel's data true say how it stands (design: a register that stays true)."""
    if _keeps_true(actor, channel):
        return None
    return _("Det här görs av kanalens ansvariga, ersättaren, enhetens chef eller kommunikationsenheten.")


def why_not_withdraw_tick(actor: Actor, tick: WatchTick) -> str | None:
    """Return why not: whoever said that the channel was looked at takes it back."""
    if actor.user_id != tick.made_by_id:
        return _("Bara den som bockade av kan ångra.")
    return None


def who_confirms(change: ChannelChange) -> set[int | None]:
    """Return the ids of those who confirm a change. Nobody does it for the proposer: that would be one pair of eyes."""
    asked = {change.channel.unit.manager_id, change.channel.owner_id, change.values.get("owner")}
    return asked - {change.proposed_by_id}


def why_not_confirm_change(actor: Actor, change: ChannelChange) -> str | None:
    """Return why not: somebody else than the proposer confirms, the manager, the owner, the new owner or the strategist."""
    if actor.user_id == change.proposed_by_id:
        return _("Någon annan än du behöver bekräfta ändringen.")
    if Appointment.Role.STRATEGIST in actor.roles or actor.among(who_confirms(change)):
        return None
    return _("Ändringen bekräftas av enhetens chef, kanalens ansvariga eller kommunikationsstrategen.")


def why_not_withdraw_change(actor: Actor, change: ChannelChange) -> str | None:
    """Whoever proposed a change may take it back."""
    if actor.user_id != change.proposed_by_id:
        return _("Bara den som föreslog ändringen kan ta tillbaka den.")
    return None
