"""Looking after a channel: it was looked at, weekends are watched too, something was posted, a quiet one is kept or closed.

Each is said by somebody who answers for the channel, or by whoever covers for that person today, and is kept.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import SCHEDULER, Actor
from accounts.organisation import Organisation
from channels import clock, rules, secrets, watch
from channels.lifecycle import CHANNEL
from channels.models import Activity, Channel, Obligation, WatchTick
from channels.watch import State
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record
from kommun.policy import Rule

A, F = Activity.Answer, WatchTick.Found


# --- Looked ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def look(*, channel_id: int, actor: Actor) -> WatchTick:
    """Say that the channel was looked at now, and that there was nothing to do.

    Said twice in a round, by whomever, it stands once: the first look is returned. Raises NotPermitted or StateConflict
    (not open). Source: rule watch.interval; BBS 3 §.
    """
    channel, actor = _lock(channel_id, actor)
    return _look(channel, actor)


@transaction.atomic
def look_for_another_reason(*, channel_id: int, actor: Actor) -> WatchTick:
    """As `look`, for an app above that has asked by a rule of its own whether the actor may: a look is a look.

    Raises StateConflict (not open).
    """
    channel = _open(_locked(channel_id))
    return _look(channel, _for_whom(channel, actor))


@transaction.atomic
def found_something(*, channel_id: int, label: str, url: str, actor: Actor) -> WatchTick | None:
    """Say that the channel was looked at now, and that a case was opened: what it is called, and where it is.

    For the app above that opens cases. The same case counts once. None when the actor is not one of those who watch the
    channel: then the case is no look. Raises StateConflict (not open).
    """
    if rules.why_not_state(actor, Channel.objects.select_related("unit").get(pk=channel_id)):
        return None
    channel, actor = _lock(channel_id, actor)
    known = channel.watch_ticks.filter(found=F.CASE, url=url).first()
    return known or _tick(channel, watch.state_of(channel), actor, found=F.CASE, label=label[:300], url=url)


def _look(channel: Channel, actor: Actor) -> WatchTick:
    state = watch.state_of(channel)
    if state.here is None:
        return _tick(channel, state, actor)
    _meet_others(state.here, actor)
    return state.here


def _meet_others(tick: WatchTick, actor: Actor) -> None:
    """Meet whatever else asks for a look at the channel now (a crisis): nobody looks twice at the same thing."""
    kinds = [kind for kind in clock.looks() if kind != clock.WATCH]
    rows = Obligation.objects.open().filter(channel=tick.channel_id, kind__in=kinds)
    ids = list(rows.values_list("pk", flat=True))
    if ids:
        clock.meet_many(Obligation.objects.filter(pk__in=ids), actor)
        tick.also_met.add(*ids)


def _tick(channel: Channel, state: State, actor: Actor, **found: Any) -> WatchTick:
    now = timezone.now()
    watch.keep([channel], now, SCHEDULER)  # what the scheduler has not come to yet: a missed day keeps its true time
    met = clock.meet(clock.WATCH, channel, actor, channel=channel)
    here = watch.round_at(state.rule.value if state.rule else None, now)
    tick = WatchTick.objects.create(
        channel=channel, day=here.day, slot=here.slot, obligation=met, **found, **_said_by(actor, state.rule)
    )
    data = {"tick": tick.pk, "day": tick.day, "found": tick.found}
    record("channel.watched", subject=channel, actor=actor, rules=_known(state.rule), data=data)
    _meet_others(tick, actor)
    return tick


@transaction.atomic
def withdraw_tick(*, tick_id: int, actor: Actor) -> WatchTick:
    """Take back a look that was a mistake: the channel waits again. Taken back twice it is taken back once.

    Raises WatchTick.DoesNotExist, NotPermitted (somebody else's), StateConflict (its round is over, it opened a case, or
    somebody has found something or looked again since).
    """
    tick = WatchTick.objects.get(pk=tick_id)
    channel = Channel.objects.select_for_update(of=("self",)).select_related("platform", "unit").get(pk=tick.channel_id)
    tick.refresh_from_db()
    if reason := rules.why_not_withdraw_tick(actor, tick):
        raise NotPermitted(reason)
    if tick.withdrawn_at is not None:
        return tick
    state, now = watch.state_of(channel), timezone.now()
    if reason := _why_not_taken_back(tick, state):
        raise StateConflict(reason)
    tick.withdrawn_at = now
    tick.save(update_fields=["withdrawn_at"])
    if tick.on_behalf_of:
        actor = actor.acting_for(tick.on_behalf_of)
    data = {"tick": tick.pk, "day": tick.day}
    record("channel.watch_withdrawn", subject=channel, actor=actor, rules=_known(state.rule), data=data)
    if tick.obligation_id:
        clock.reopen(tick.obligation_id, actor)
    for other in tick.also_met.all():
        _wait_again(other, actor)
    watch.keep([channel], now, SCHEDULER)
    return tick


def _why_not_taken_back(tick: WatchTick, state: State) -> str | None:
    """Return why a look that stands cannot be taken back any more: in turn what it led to, what came after, and its time."""
    if tick.found == F.CASE:
        return _("Genomgången öppnade ett ärende och står kvar.")
    here = watch.round_at(state.rule.value if state.rule else None, state.now)
    if (tick.day, tick.slot) != (here.day, here.slot):
        if here.slot or tick.slot:
            return _("Det går bara att ångra tills nästa genomgång börjar.")
        return _("Det går bara att ångra samma dag.")
    if state.here != tick:
        return _(
            "Ett ärende har öppnats i kanalen efter genomgången. Kanalen är alltså genomgången, och det går inte att ångra."
        )
    if tick.also_met.values("kind", "subject_type", "subject_id").distinct().count() < tick.also_met.count():
        return _("Någon har tittat till kanalen igen efter genomgången. Därför går den inte att ångra.")
    return None


def _wait_again(row: Obligation, actor: Actor) -> None:
    """Let another obligation that the look met wait again, in place of the one that has come after it."""
    newer = Obligation.objects.open().filter(
        kind=row.kind, subject_type=row.subject_type, subject_id=row.subject_id, channel=row.channel_id
    )
    clock.lapse_many(newer, actor, _("Genomgången ångrades."))
    clock.reopen(row.pk, actor)


# --- Weekends --------------------------------------------------------------------------------------------------------
@transaction.atomic
def arrange_weekend_watch(*, channel_id: int, on: bool, actor: Actor) -> Channel:
    """Have the channel watched every day from today on, or on the policy's days again. Said twice it changes nothing.

    Raises NotPermitted or StateConflict (not open). Source: watch.interval and removal.within (policy matrix 2b, 4).
    """
    channel, actor = _lock(channel_id, actor)
    if on == (channel.weekend_watch_from is not None):
        return channel
    channel.weekend_watch_from = timezone.localdate() if on else None
    actor.signs(channel)
    channel.save(update_fields=["weekend_watch_from"])
    kind = "channel.weekend_watch_arranged" if on else "channel.weekend_watch_ended"
    record(kind, subject=channel, actor=actor, rules=_known(watch.state_of(channel).rule))
    watch.keep([channel], timezone.now(), actor)
    return channel


# --- Posts, and silence ----------------------------------------------------------------------------------------------
@transaction.atomic
def state_last_post(*, channel_id: int, last_post_on: date | None, actor: Actor) -> Activity:
    """Say on which day something was last posted; None: nothing has been, since what was said before or since the opening.

    Raises NotPermitted, StateConflict (not open), InvalidInput (a day to come, or before the channel opened). Source:
    rule activity.minimum.
    """
    channel, actor = _lock(channel_id, actor)
    if last_post_on and last_post_on > timezone.localdate():
        raise InvalidInput({"last_post_on": [_("Dagen har inte varit än.")]})
    if last_post_on and channel.opened_on and last_post_on < channel.opened_on:
        raise InvalidInput({"last_post_on": [_("Kanalen var inte öppen den dagen.")]})
    quiet = watch.state_of(channel).quiet
    answer = A.POSTED if last_post_on else A.NOTHING
    if quiet.stated and _same_today(quiet.stated, answer, last_post_on, actor):
        return quiet.stated
    row = Activity.objects.create(
        channel=channel, answer=answer, last_post_on=last_post_on, **_said_by(actor, quiet.rule)
    )
    data = {"activity": row.pk, "answer": answer, "last_post_on": last_post_on}
    record("channel.last_post_stated", subject=channel, actor=actor, rules=_known(quiet.rule), data=data)
    watch.keep([channel], timezone.now(), actor)
    return row


def _same_today(row: Activity, answer: str, last_post_on: date | None, actor: Actor) -> bool:
    today = timezone.localdate(row.made_at) == timezone.localdate()
    return today and (row.answer, row.last_post_on, row.made_by) == (answer, last_post_on, actor.user)


@transaction.atomic
def decide_on_silence(*, channel_id: int, keep: bool, reason: str, actor: Actor) -> Activity:
    """Decide that a quiet channel is kept, or that it is to be closed, and why. The latter says so; closing is another act.

    Decided twice the same way it stands once. Raises NotPermitted, StateConflict (not open), InvalidInput (no reason, or
    kept where the policy says that a quiet channel is closed). Source: rule activity.minimum (when_below).
    """
    channel, actor = _lock(channel_id, actor)
    state, reason = watch.state_of(channel), reason.strip()
    quiet, answer = state.quiet, A.KEEP if keep else A.CLOSE
    last = quiet.decided
    if last and (last.answer, last.note, last.made_by) == (answer, reason, actor.user) and quiet.asked is None:
        return last
    errors = {}
    if not reason:
        errors["reason"] = [_("Skriv varför.")]
    elif secret := secrets.why_not_keep(reason):
        errors["reason"] = [secret]
    if keep and quiet.must_close and quiet.asked is not None:
        errors["keep"] = [_("Regelverket säger att en tyst kanal avslutas. Lever den? Skriv när något publicerades.")]
    if errors:
        raise InvalidInput(errors)
    row = Activity.objects.create(channel=channel, answer=answer, note=reason, **_said_by(actor, quiet.rule))
    step = "go_on" if keep else "end"
    if channel.status in CHANNEL.transitions[step].sources:
        channel.status = CHANNEL.check(step, channel, actor).target
        actor.signs(channel)
        channel.save(update_fields=["status"])
    data = {"activity": row.pk, "answer": answer}
    record("channel.silence_decided", subject=channel, actor=actor, rules=_known(quiet.rule), data=data)
    clock.meet(clock.SILENT, channel, actor, channel=channel)
    watch.keep([channel], timezone.now(), actor)
    return row


# --- What the acts have in common ------------------------------------------------------------------------------------
def _lock(channel_id: int, actor: Actor) -> tuple[Channel, Actor]:
    """Return the open channel, locked, and the actor, acting for the owner who is away."""
    channel = _locked(channel_id)
    if reason := rules.why_not_state(actor, channel):
        raise NotPermitted(reason)
    return _open(channel), _for_whom(channel, actor)


def _locked(channel_id: int) -> Channel:
    rows = Channel.objects.select_for_update(of=("self",))
    return rows.select_related("platform", "unit", "owner__unit", "deputy__unit").get(pk=channel_id)


def _open(channel: Channel) -> Channel:
    if not channel.is_open:
        raise StateConflict(
            _("Kanalen är %(state)s och kan inte ändras här.") % {"state": channel.get_status_display().lower()}
        )
    return channel


def _for_whom(channel: Channel, actor: Actor) -> Actor:
    """Return the actor for the owner when the owner is away: also the deputy, whom nobody has named as substitute."""
    if as_owner := actor.among({channel.owner_id}):
        return as_owner
    as_deputy = actor.among({channel.deputy_id}) if channel.deputy_id else None
    if as_deputy is not None:
        today = timezone.localdate()
        if Organisation.load_roles(today).absence_of(channel.owner_id, today):
            return actor.acting_for(channel.owner)
        return as_deputy
    return actor.among(rules.who_proposes(channel)) or actor


def _said_by(actor: Actor, rule: Rule[Any] | None) -> dict[str, Any]:
    return {
        "made_by": actor.person,
        "on_behalf_of": actor.on_behalf_of,
        "made_at": timezone.now(),
        "policy_version_id": rule.version_id if rule else None,
    }


def _known(rule: Rule[Any] | None) -> list[Rule[Any]]:
    return [rule] if rule else []
