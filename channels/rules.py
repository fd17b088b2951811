"""Who may do what in the register, and why not. Pure functions of actor and object: the reason, or None."""

from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Appointment
from channels.models import Application, ApprovalStep, Channel, ChannelChange


def why_not_edit(actor: Actor, application: Application) -> str | None:
    """Only the applicant writes in the application."""
    if actor.user_id != application.applicant_id:
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


def why_not_open_channel(actor: Actor, channel: Channel) -> str | None:
    """Return why not: the people who answer for the channel open it."""
    application = getattr(channel, "application", None)  # an imported channel has none
    if actor.user_id not in {channel.owner_id, channel.deputy_id, application and application.applicant_id}:
        return _("Kanalen öppnas av den som är ansvarig eller av ersättaren.")
    return None


# Communications staff keep the register of the whole municipality (matrix J1).
KEEPERS = frozenset({Appointment.Role.STRATEGIST, Appointment.Role.WEB_EDITOR, Appointment.Role.ADMINISTRATOR})


def why_not_propose_change(actor: Actor, channel: Channel) -> str | None:
    """Return why not: owner, deputy, the manager of the unit and communications staff keep the register true."""
    if actor.roles & KEEPERS or actor.user_id in {channel.owner_id, channel.deputy_id, channel.unit.manager_id}:
        return None
    return _("Uppgifterna ändras av kanalens ansvariga, ersättaren, enhetens chef eller kommunikationsenheten.")


def why_not_confirm_change(actor: Actor, change: ChannelChange) -> str | None:
    """Return why not: somebody else than the proposer confirms, the manager, the owner, the new owner or the strategist."""
    if actor.user_id == change.proposed_by_id:
        return _("Någon annan än du behöver bekräfta ändringen.")
    answerable = {change.channel.unit.manager_id, change.channel.owner_id, change.values.get("owner")}
    if Appointment.Role.STRATEGIST in actor.roles or actor.user_id in answerable:
        return None
    return _("Ändringen bekräftas av enhetens chef, kanalens ansvariga eller kommunikationsstrategen.")


def why_not_withdraw_change(actor: Actor, change: ChannelChange) -> str | None:
    """Whoever proposed a change may take it back."""
    if actor.user_id != change.proposed_by_id:
        return _("Bara den som föreslog ändringen kan ta tillbaka den.")
    return None
