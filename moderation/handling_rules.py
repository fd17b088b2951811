"""Who may do what around a case, and why not: conflicts of interest, reconsideration, holds, blocks, crisis, the police."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Appointment, User
from accounts.organisation import Organisation
from channels.models import Channel
from kommun.models import Event
from moderation import readers, standing
from moderation.models import (
    Block,
    Case,
    ConflictOfInterest,
    CrisisPeriod,
    HoldAnswer,
    PoliceFollowUp,
    Reconsideration,
    ReplyHold,
)
from moderation.rules import STEERS, who_opens, why_not_handle

R = Appointment.Role
# What is tried again is what these acts decided.
DECISIONS = ("case.hidden", "case.assessed", "case.deleted")


def _today() -> Organisation:
    return Organisation.load(timezone.localdate())


def leads(actor: Actor, channel: Channel, case: Case | None = None) -> bool:
    """Return whether the actor manages the channel's unit, or follows what is said in every channel: both read its cases.

    Where the manager has a conflict of interest in the case, whoever has taken it over from further up leads it instead.
    """
    if actor.roles & STEERS or actor.among({channel.unit.manager_id}):
        return True
    if case is None or channel.unit.manager_id not in standing.barred_from(case):
        return False
    return case.assigned_to_id not in who_opens(channel) and actor.among({case.assigned_to_id}) is not None


# --- Conflict of interest ---------------------------------------------------------------------------------------------
def why_not_declare(actor: Actor, case: Case) -> str | None:
    """Return why not: whoever may read the case can say it of themselves, or point it out of somebody who handles it."""
    if actor.user is None:
        return _("Det här görs av en människa.")
    if not readers.may_read(actor.user, _today(), case):
        return _("Du har inte ärendet och kan inte anmäla jäv i det.")
    return None


def why_not_try_conflict(actor: Actor, conflict: ConflictOfInterest) -> str | None:
    """Return why not: the manager, communications staff or whoever is asked instead, never whom it is about (FL 18 §)."""
    if actor.user is None:
        return _("Det här görs av en människa.")
    if actor.user_id == conflict.person_id:
        return _("Du kan inte pröva ditt eget jäv. Någon annan gör det.")
    if actor.user_id in standing.barred_from(conflict.case):
        return _("Du är själv jävig i ärendet.")
    if leads(actor, conflict.case.channel, conflict.case) or actor.among(standing.asked_about(conflict)):
        return None
    return _("Enhetens chef eller kommunikationsenheten prövar jäv.")


# --- Reconsideration --------------------------------------------------------------------------------------------------
def deciders_of(case: Case, block: Block | None = None) -> set[int]:
    """Return the ids of those who decided what is tried: who hid, assessed or removed the post, or who blocked."""
    if block is not None:
        return {block.made_by_id}
    events = Event.objects.filter(subject_type=case._meta.label_lower, subject_id=str(case.pk), kind__in=DECISIONS)
    people = set(events.exclude(actor_id=None).values_list("actor_id", flat=True))
    return people | ({case.assessed_by_id} - {None})  # type: ignore[operator]


def why_not_ask(actor: Actor, case: Case) -> str | None:
    """Return why no reconsideration can be written down: whoever handles the case does it for whoever asks."""
    return why_not_handle(actor, case)


def why_nothing_to_try(case: Case) -> str | None:
    """Return why there is no decision to try: the post stands, or was never touched by us."""
    if case.hidden_at is None:
        return _("Kommunen har inte dolt eller tagit bort inlägget, så det finns inget beslut att ompröva.")
    if case.restored_at is not None:
        return _("Inlägget visas redan igen.")
    return None


def why_not_reconsider(actor: Actor, row: Reconsideration) -> str | None:
    """Return why not: somebody else than whoever decided first, and somebody who leads or handles the channel."""
    if actor.user is None:
        return _("Det här görs av en människa.")
    if actor.user_id == row.first_decider_id or actor.user_id in deciders_of(row.case, row.block):
        return _("Du fattade beslutet som ska omprövas. Någon annan prövar det.")
    if actor.user_id in standing.barred_from(row.case):
        return _("Du är jävig i ärendet.")
    if leads(actor, row.case.channel, row.case):
        return None
    return why_not_handle(actor, row.case)


def why_not_withdraw(actor: Actor, row: Reconsideration) -> str | None:
    """As `why_not_ask`: whoever asked has said that it need not be tried."""
    return why_not_handle(actor, row.case)


# --- Held replies -----------------------------------------------------------------------------------------------------
def why_not_hold(actor: Actor, case: Case) -> str | None:
    """Return why not: whoever handles the case may ask others first."""
    return why_not_handle(actor, case)


def why_not_advise(actor: Actor, answer: HoldAnswer) -> str | None:
    """Return why not: the one who is asked answers, or whoever covers."""
    if actor.among({answer.person_id}) is None:
        return _("Bara den som frågas kan svara här.")
    return None


def why_not_release(actor: Actor, hold: ReplyHold) -> str | None:
    """Return why the reply still waits: everybody who is to be heard has answered first (Tibro 4.2)."""
    if actor.user is None:
        return _("Det här görs av en människa.")
    case = hold.case
    handles = case is not None and why_not_handle(actor, case) is None
    channel = hold.channel
    answers_for = actor.among({channel.owner_id, channel.deputy_id}) is not None
    if not (handles or answers_for or leads(actor, channel, case)):
        return _("Kanalens ansvariga, enhetens chef eller kommunikationsenheten släpper svaret.")
    waiting = [row.person.role for row in hold.answers.all() if row.asked and row.answered_at is None]
    if hold.binding and waiting:
        return _("Svaret släpps när alla har hörts. Kvar: %(who)s.") % {"who": ", ".join(waiting)}
    return None


# --- Explanation and block --------------------------------------------------------------------------------------------
def why_not_explain(actor: Actor, case: Case) -> str | None:
    """Return why there is nothing to explain: only what we hid or removed is."""
    if reason := why_not_handle(actor, case):
        return reason
    if case.hidden_at is None:
        return _("Det finns inget att förklara än. Inlägget är varken dolt eller borttaget.")
    return None


def warnings_of(case: Case) -> Q:
    """Return which explanations are warnings to the same author in the same channel."""
    return Q(kind="warning", case__channel=case.channel_id, case__author=case.author)


def why_not_block(actor: Actor, case: Case) -> str | None:
    """Return why not: the last step, decided by the manager or communications, for a post assessed to break a rule.

    Whether the author was warned before is asked by the act, which reads the warnings. Source: LAW 1.8; FL 5 §.
    """
    if actor.user is None:
        return _("Det här görs av en människa.")
    if actor.user_id in standing.barred_from(case):
        return _("Du är jävig i ärendet.")
    if not leads(actor, case.channel, case):
        return _("Att blockera är det sista steget. Enhetens chef eller kommunikationsenheten beslutar.")
    if not case.author:
        return _("Ärendet säger inte vem som skrev, så det går inte att veta vem som skulle blockeras.")
    if case.kind != Case.Kind.REPORT or case.assessment != Case.Assessment.REMOVE:
        return _("Bedöm först att inlägget bryter mot en regel. Kritik är aldrig ett skäl att blockera någon.")
    return None


def why_not_lift(actor: Actor, block: Block) -> str | None:
    """Return why not: whoever leads, and the date itself, may lift a block."""
    if actor.user is None or leads(actor, block.channel, block.case):
        return None
    return _("Enhetens chef eller kommunikationsenheten häver en blockering.")


def why_not_free(actor: Actor, block: Block) -> str | None:
    """Return why not: whoever answers for the channel opens the account on the platform, when the block is lifted."""
    answers_for = (
        actor.among({block.channel.owner_id, block.channel.deputy_id} | standing.asked_about(block)) is not None
    )
    if not answers_for and not leads(actor, block.channel, block.case):
        return _("Kanalens ansvariga öppnar kontot på plattformen.")
    if block.in_force:
        return _("Blockeringen gäller fortfarande. Häv den först.")
    return None


# --- Crisis -----------------------------------------------------------------------------------------------------------
STARTS_CRISIS = frozenset({R.STRATEGIST, R.IT_COMMUNICATIONS_MANAGER, R.CHIEF_EXECUTIVE, R.SECURITY_COORDINATOR})


def why_not_start_crisis(actor: Actor, channel: Channel | None) -> str | None:
    """Return why not: communications, the chief executive and the security coordinator; for a channel its manager too."""
    if actor.user is None:
        return _("Det här görs av en människa.")
    if actor.roles & STARTS_CRISIS:
        return None
    if channel is not None and _today().manages(actor.user, channel.unit):
        return None
    if channel is not None:
        return _("Enhetens chef, kommunikationsenheten, kommunchefen eller säkerhetssamordnaren startar krisläge.")
    return _("Kommunikationsenheten, kommunchefen eller säkerhetssamordnaren startar krisläge för hela kommunen.")


def why_not_end_crisis(actor: Actor, period: CrisisPeriod) -> str | None:
    """As for starting; and the date itself ends it."""
    return None if actor.user is None else why_not_start_crisis(actor, period.channel)


def why_not_look(actor: Actor, channel: Channel) -> str | None:
    """Return why not: whoever answers for the channel looks, or whoever may start crisis mode."""
    if actor.user is None:
        return _("Det här görs av en människa.")
    administrators = set(channel.administrator_rows.values_list("user_id", flat=True))
    people = {channel.owner_id, channel.deputy_id, channel.unit.manager_id} | administrators
    if actor.roles & (STARTS_CRISIS | STEERS) or actor.among(people):
        return None
    return _("Kanalens ansvariga, enhetens chef eller kommunikationsenheten tittar till kanalen.")


# --- The police -------------------------------------------------------------------------------------------------------
def why_not_package(user: User, organisation: Organisation, case: Case) -> str | None:
    """Return why not: those whom the rule names (contact, reporter), the manager, communications, and whoever is asked what
    became of it. Others who read a case do not thereby read the package. Source: rule removal.police_report.
    """
    if user.pk in standing.barred_from(case):
        return _("Du är jävig i ärendet.")
    if not case.is_crime:
        return _("Kategorin rör inget brott.")
    unit = case.channel.unit
    if organisation.manages(user, unit) or any(organisation.holds(user, role, unit) for role in readers.police(case)):
        return None
    people = [person for person in readers.police_people(case) if person is not None]
    if organisation.acts_for(user, people):
        return None
    follow_up = PoliceFollowUp.objects.filter(case=case).first()
    if follow_up and standing.asked_about(follow_up) & {person.pk for person in organisation.acts_as(user)}:
        return None
    return _(
        "Underlaget till polisen öppnas bara av dem som regelverket nämner, enhetens chef och kommunikationsenheten."
    )
