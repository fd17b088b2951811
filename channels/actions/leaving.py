"""Somebody leaves: everything the person holds is handed over in one go, and access to the accounts is taken away.

What the person has in the register changes hands at once; roles and units change on the day after the last one, with
dates, because until then the person still has them.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts import leaving
from accounts import rules as people_rules
from accounts.actor import Actor
from accounts.models import Appointment, User
from accounts.organisation import Organisation
from channels import clock, holdings, notices, rules, upkeep
from channels.actions import people
from channels.actions.approval import reassign_step, withdraw_application
from channels.holdings import Holding
from channels.models import Application, ApprovalStep, Channel, ChannelAdministrator, ChannelChange, Obligation
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record


@dataclass
class Handing:
    """One hand-over while it is made: from whom, from which day, by whom, and what each successor gets."""

    leaver: User
    day: date
    actor: Actor
    channels: set[int] = field(default_factory=set)
    given: dict[User, list[str]] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)


@transaction.atomic
def hand_over(*, user_id: int, successors: Mapping[str, int | None], version: str, actor: Actor) -> int:
    """Hand over everything that the person holds, and return how many things changed hands. All of it or nothing.

    `successors` names for each key of a `Holding` who takes over, None: nobody. What only an administrator may hand over
    is left when somebody else does the rest. Raises User.DoesNotExist, NotPermitted, StateConflict (no last day yet, or
    what the person holds has changed since the page was read), InvalidInput with the reasons by key.
    """
    people.one_at_a_time()
    leaver = leaving.lock_person(user_id, actor)
    today = timezone.localdate()
    organisation = Organisation.load(today)
    if leaver.is_active and leaver.leaves_on is None:
        raise StateConflict(_("Skriv sista dagen först."))
    held = holdings.holdings_of(leaver, today)
    if holdings.version_of(leaver, held) != version:
        raise StateConflict(_("Det personen har är ändrat sedan du öppnade sidan. Läs igenom listan igen."))
    to_give = [one for one in held if not one.follows and why_not_hand_over(one, leaver, actor, organisation) is None]
    work = Handing(leaver, leaving.gone_from(leaver, today), actor.acting_for(leaver))
    who = _successors(to_give, successors, work)
    access = {channel for _person, channel in people.accounts_of([leaver.pk])}
    for one in to_give:
        with _beside(one, work):
            successor = who.get(one.key)
            if successor is None and not one.nobody:
                raise InvalidInput({"": [_("Välj vem som tar över.")]})
            HAND[one.what](one, successor, work)
            if successor is not None:
                work.given.setdefault(successor, []).append(one.label)
    if work.errors:
        raise InvalidInput(work.errors)
    clock.begin_many(people.access_dues(leaver, _for_dues(access), clock.closed_days()), work.actor)
    upkeep.channels_changed(work.channels, work.actor)
    given = {str(person.pk): len(things) for person, things in work.given.items()}
    data = {"things": len(to_give), "to": given, "day": work.day}
    record("person.handed_over", subject=leaver, actor=work.actor, data=data)
    for person, things in work.given.items():
        if person != actor.user:
            notices.handed_over(person, leaver, things, work.day)
    people.people_changed(work.actor)
    return len(to_give)


def why_not_hand_over(holding: Holding, leaver: User, actor: Actor, organisation: Organisation) -> str | None:
    """Return why the actor may not hand over just this, or None.

    Nobody makes anybody administrator but one of them. Other roles and units go through an administrator, the leaver
    or the leaver's manager: power is not taken by whoever keeps the register.
    """
    if not holding.power or actor.user is None or actor.user.is_superuser:
        return None
    if organisation.holds_any(actor.user, Appointment.Role.ADMINISTRATOR):
        return None
    if holding.power == "administrator":
        return _("En systemadministratör behöver lämna över den här rollen.")
    if actor.user == leaver or organisation.manages(actor.user, leaver.unit):
        return None
    return _("Personen själv, personens chef eller en systemadministratör behöver lämna över det här.")


def _successors(held: list[Holding], chosen: Mapping[str, int | None], work: Handing) -> dict[str, User]:
    """Return who takes over each thing, by key; each must be able to."""
    found = User.objects.select_related("unit").in_bulk([pk for pk in chosen.values() if pk is not None])
    who = {}
    for one in held:
        pk = chosen.get(one.key)
        if pk is None:
            continue
        successor = found.get(pk)
        if successor is None:
            work.errors[one.key] = [_("Välj någon i listan.")]
        elif reason := people_rules.why_not_successor(successor, work.leaver, work.day):
            work.errors[one.key] = [reason]
        else:
            who[one.key] = successor
    if work.errors:
        raise InvalidInput(work.errors)
    return who


@contextmanager
def _beside(one: Holding, work: Handing) -> Iterator[None]:
    """Keep what is refused by the thing it is about, so that everything that is wrong is told at once."""
    try:
        with transaction.atomic():
            yield
    except (InvalidInput, StateConflict, NotPermitted) as refusal:
        reasons = (
            [reason for found in refusal.errors.values() for reason in found]
            if isinstance(refusal, InvalidInput)
            else []
        )
        work.errors[one.key] = reasons or [str(refusal)]


# --- Channels: at once ------------------------------------------------------------------------------------------------
def _hand_channel(one: Holding, successor: User | None, work: Handing) -> None:
    channel = _lock_channel(one.object_id)
    if one.what == "owner":
        assert successor is not None  # noqa: S101  (nobody is not offered)
        channel.owner = successor
        if channel.deputy == successor:
            channel.deputy = None  # one person is not two: the register asks for a new deputy
    elif successor is not None and successor == channel.owner:
        text = _("%(person)s är kontoansvarig för kanalen och kan inte ersätta sig själv. Välj någon annan.")
        raise InvalidInput({"": [text % {"person": successor}]})
    else:
        channel.deputy = successor
    channel.provisional = [name for name in channel.provisional if name != one.what]
    before, channel.version = channel.version, channel.version + 1
    work.actor.signs(channel)
    channel.save()
    # A proposal about something else still stands on what it was written about.
    channel.changes.filter(status=ChannelChange.Status.PROPOSED, base_version=before).update(
        base_version=channel.version
    )
    duties = Obligation.objects.open().filter(channel=channel, holder=work.leaver).exclude(kind__in=holdings.FOLLOWS)
    clock.hand_on(duties, channel.deputy if one.what == "deputy" and channel.deputy else channel.owner, work.actor)
    _recorded("channel.handed_over", channel, one, successor, work)
    work.channels.add(channel.pk)


def _hand_account(one: Holding, successor: User | None, work: Handing) -> None:
    """Let the successor be administrator too. The leaver stays in the list until somebody has taken the access away."""
    channel = _lock_channel(one.object_id)
    if successor is not None and not channel.administrator_rows.filter(user=successor).exists():
        row = ChannelAdministrator(channel=channel, user=successor, since=timezone.localdate())
        work.actor.signs(row)
        row.save()
    _recorded("channel.handed_over", channel, one, successor, work)
    work.channels.add(channel.pk)


def _lock_channel(channel_id: int) -> Channel:
    rows = Channel.objects.select_for_update(of=("self",))
    return rows.select_related("platform", "owner", "deputy", "unit").get(pk=channel_id)


def _for_dues(ids: set[int]) -> list[Channel]:
    return list(Channel.objects.filter(pk__in=ids).select_related("owner", "deputy", "unit__manager").order_by("pk"))


# --- The organisation: from the day after the last one ----------------------------------------------------------------
def _hand_unit(one: Holding, successor: User | None, work: Handing) -> None:
    leaving.hand_over_unit(
        unit_id=one.object_id, role=one.what, leaver=work.leaver, successor=successor, day=work.day, actor=work.actor
    )


def _hand_appointment(one: Holding, successor: User | None, work: Handing) -> None:
    leaving.hand_over_appointment(appointment_id=one.object_id, successor=successor, day=work.day, actor=work.actor)


def _hand_absence(one: Holding, successor: User | None, work: Handing) -> None:
    accounts.change_substitute(
        absence_id=one.object_id, substitute_id=successor.pk if successor else None, actor=work.actor
    )


# --- What is under way: at once ---------------------------------------------------------------------------------------
def _hand_obligation(one: Holding, successor: User | None, work: Handing) -> None:
    clock.hand_on(Obligation.objects.filter(pk=one.object_id), successor, work.actor)


def _hand_application(one: Holding, successor: User | None, work: Handing) -> None:
    if successor is None:
        withdraw_application(application_id=one.object_id, actor=work.actor)
        return
    application = _lock_application(one.object_id)
    steps = list(application.steps.select_for_update(of=("self",)))
    if any(step.decided_by_id == successor.pk for step in steps):
        text = _("%(person)s har redan svarat på ansökan och kan inte bli den som söker. Välj någon annan.")
        raise InvalidInput({"": [text % {"person": successor}]})
    application.applicant = successor
    work.actor.signs(application)
    application.save(update_fields=["applicant", "saved_at"])
    for step in steps:
        step.applicant = successor
        step.save(update_fields=["applicant"])
    _recorded("application.handed_over", application, one, successor, work)
    for step in steps:
        if step.status == ApprovalStep.Status.OPEN:
            reassign_step(step_id=step.pk, actor=work.actor)  # nobody answers on an own application


def _hand_name_in_application(one: Holding, successor: User | None, work: Handing) -> None:
    assert successor is not None  # noqa: S101  (nobody is not offered)
    application = _lock_application(one.object_id)
    answers = dict(application.answers)
    other = {"owner": "deputy", "deputy": "owner"}.get(one.part)
    if other and answers.get(other) == successor.pk:
        raise InvalidInput({"": [_already(successor)]})
    if one.part == "administrators":
        named = answers[one.part] if isinstance(answers[one.part], list) else [answers[one.part]]
        answers[one.part] = list(dict.fromkeys(successor.pk if pk == work.leaver.pk else pk for pk in named))
    else:
        answers[one.part] = successor.pk
    application.answers, application.version = answers, application.version + 1
    work.actor.signs(application)
    application.save(update_fields=["answers", "version", "saved_at"])
    _recorded("application.handed_over", application, one, successor, work)


def _lock_application(application_id: int) -> Application:
    return Application.objects.select_for_update(of=("self",)).get(pk=application_id)


def _hand_name_in_change(one: Holding, successor: User | None, work: Handing) -> None:
    assert successor is not None  # noqa: S101  (nobody is not offered)
    change = ChannelChange.objects.select_for_update(of=("self",)).select_related("channel").get(pk=one.object_id)
    now = {"owner": change.channel.owner_id, "deputy": change.channel.deputy_id} | change.values
    if now["deputy" if one.part == "owner" else "owner"] == successor.pk:
        raise InvalidInput({"": [_already(successor)]})
    change.values = change.values | {one.part: successor.pk}
    change.save(update_fields=["values"])
    _recorded("change.handed_over", change, one, successor, work)


def _already(person: User) -> str:
    text = _("%(person)s står redan som den andra av kontoansvarig och ersättare. Välj någon annan.")
    return text % {"person": person}


def _recorded(
    kind: str, subject: Channel | Application | ChannelChange, one: Holding, successor: User | None, work: Handing
) -> None:
    data = {"as": one.part or one.what, "from": work.leaver.pk, "to": successor.pk if successor else None}
    record(kind, subject=subject, actor=work.actor, data=data)


HAND: dict[str, Callable[[Holding, User | None, Handing], None]] = {
    "owner": _hand_channel,
    "deputy": _hand_channel,
    "administrator": _hand_account,
    "manager": _hand_unit,
    "registrar": _hand_unit,
    "appointment": _hand_appointment,
    "substitute": _hand_absence,
    "obligation": _hand_obligation,
    "application": _hand_application,
    "named": _hand_name_in_application,
    "proposed": _hand_name_in_change,
}


# --- Access afterwards ------------------------------------------------------------------------------------------------
@transaction.atomic
def remove_access(*, channel_id: int, user_id: int, password: str, codes: str, actor: Actor) -> None:
    """Write down that somebody who leaves can no longer sign in to the account, and what was changed.

    `password` and `codes` are "changed" or "none" (nothing was shared). Never the secret itself. Raises
    Channel.DoesNotExist, NotPermitted, StateConflict (nothing to do, or done by somebody else).
    """
    people.one_at_a_time()
    channel = _lock_channel(channel_id)
    leaver = User.objects.get(pk=user_id)
    if reason := why_not_remove_access(actor, channel, leaver):
        raise NotPermitted(reason)
    actor = actor.among(rules.who_proposes(channel)) or actor
    if password not in CHANGED or codes not in CHANGED:
        raise ValueError((password, codes))
    row = clock.meet(clock.REMOVE_ACCESS, leaver, actor, channel=channel, note=_said(password, codes))
    if row is None:
        raise StateConflict(_("Det är redan gjort, eller behövs inte längre."))
    for administrator in channel.administrator_rows.filter(user=leaver):
        actor.signs(administrator)
        administrator.delete()
    channel.version += 1
    actor.signs(channel)
    channel.save(update_fields=["version", "updated_at"])
    data = {"user": user_id, "permission": "removed", "password": password, "codes": codes}
    record("channel.access_removed", subject=channel, actor=actor, data=data)
    upkeep.channel_changed(channel, actor)
    people.people_changed(actor)


CHANGED = ("changed", "none")


def _said(password: str, codes: str) -> str:
    said = [_("Behörigheten är borttagen.")]
    said.append(_("Lösenordet är bytt.") if password == "changed" else _("Inget lösenord delades."))  # noqa: S105  (an answer)
    said.append(_("Tvåstegskoderna är bytta.") if codes == "changed" else _("Inga tvåstegskoder delades."))
    return " ".join(said)


def why_not_remove_access(actor: Actor, channel: Channel, leaver: User) -> str | None:
    """Return why the actor may not say that the access is gone, or None. Nobody vouches for oneself."""
    if actor.user == leaver:
        return _("Någon annan än du behöver ta bort din behörighet.")
    return rules.why_not_state(actor, channel)
