"""See to it that the one clock says what is true about the channels: what is to be completed, shown, confirmed and tested.

Every action that changes a channel ends with `channel_changed`; `reconcile` says the same of all open channels, for what
time, a new policy version or an outage has made different. Both take the channels' rows first, so neither works on
something that another is changing.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import SCHEDULER, Actor
from channels import clock
from channels.models import Channel, Obligation
from channels.upkeep.records import Common, Records
from channels.upkeep.state import FIRST_WORKING_DAYS, State, compute
from kommun import policy
from kommun.business_time import add_working_days, end_of, swedish_day
from kommun.policy import Rule

log = logging.getLogger(__name__)

KINDS = (clock.COMPLETE, clock.ATTEST, clock.CONFIRM, clock.ACCESS_TEST)
FOLLOW = (clock.WATCH, clock.SILENT)  # opened and closed elsewhere (`channels.watch`); here they only follow the owner
AHEAD = timedelta(days=30)  # what recurs is asked for so long before its time
BATCH = 500


@dataclass
class Wanted:
    """An obligation that is to be open about a channel."""

    kind: str
    label: str
    page: str
    rule: Rule | None = None
    due_at: datetime | None = None


def channel_changed(channel: Channel, actor: Actor) -> None:
    """Make the clock true about a channel that was just changed. Call it last, in the transaction of the change."""
    channels_changed([channel.pk], actor)


@transaction.atomic
def channels_changed(ids: Collection[int], actor: Actor, now: datetime | None = None) -> int:
    """As `channel_changed`, for many channels at once. Return how many obligations were opened, closed or handed on."""
    now = now or timezone.now()
    with policy.remembered(), override(settings.LANGUAGE_CODE):
        common = Common.load(swedish_day(now))
        return sum(_keep(_locked(Channel.objects.filter(pk__in=part)), common, now, actor) for part in _parts(ids))


def reconcile(now: datetime) -> int:
    """Make the clock true about every channel, and return how many obligations were opened, closed or handed on.

    Safe to run twice and from two processes at once: a channel that somebody holds is passed over, because whoever holds
    it sees to it. After an outage one round catches up. A row that cannot be worked out is logged, the rest goes on, and
    the last error is raised at the end.
    """
    failures: list[Exception] = []
    with policy.remembered(), override(settings.LANGUAGE_CODE):
        done, after = _lapse_closed(), 0
        common = Common.load(swedish_day(now))
        while True:
            with transaction.atomic():
                rows = Channel.objects.filter(status__in=Channel.OPEN_STATES, pk__gt=after)
                channels = _locked(rows, skip=True, most=BATCH)
                if not channels:
                    break
                done += _keep(channels, common, now, SCHEDULER, failures)
            after = channels[-1].pk
    if failures:
        raise failures[-1]
    return done


def _parts(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))


def _locked(rows: Any, *, skip: bool = False, most: int | None = None) -> list[Channel]:
    rows = rows.select_related("platform", "owner__unit", "deputy__unit").order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True, skip_locked=skip)[:most])


def _lapse_closed() -> int:
    stale = (
        Obligation.objects.open().filter(kind__in=(*KINDS, *FOLLOW)).exclude(channel__status__in=Channel.OPEN_STATES)
    )
    ids, note = list(stale.values_list("pk", flat=True)), _("Kanalen är inte öppen.")
    # One at a time: whoever holds such a row may wait for another of them.
    return sum(clock.lapse_many(Obligation.objects.filter(pk=pk), SCHEDULER, note) for pk in ids)


def _keep(
    channels: Sequence[Channel],
    common: Common,
    now: datetime,
    actor: Actor,
    failures: list[Exception] | None = None,
) -> int:
    """Compare what is to be open about the channels with what is, and make it so."""
    records = Records.load(channels, common)
    open_rows: dict[int, dict[str, Obligation]] = defaultdict(dict)
    about = Obligation.objects.open().filter(
        kind__in=(*KINDS, *FOLLOW), channel__in=[channel.pk for channel in channels]
    )
    for row in about:
        open_rows[row.channel_id or 0][row.kind] = row
    dues: list[clock.Due] = []
    moved: dict[int, int | None] = {}
    over: list[int] = []
    for channel in channels:
        have = open_rows[channel.pk]
        channel.unit = common.organisation.units[channel.unit_id]  # read already, for all channels
        try:
            wanted = {one.kind: one for one in _wanted(channel, records, now)}
        except Exception as error:
            if failures is None:
                raise
            log.exception("channel %s could not be worked out", channel.pk)
            failures.append(error)
            continue
        for kind, row in have.items():
            if kind in KINDS and kind not in wanted:
                over.append(row.pk)
            elif row.holder_id != channel.owner_id:
                moved[row.pk] = channel.owner_id
        dues += [_due(channel, one) for kind, one in wanted.items() if kind not in have]
    closed = _close(over, actor) if over else 0
    opened = clock.begin_many(dues, actor)
    handed = clock.hand_on_many(moved, actor) if moved else 0
    return opened + closed + handed


def _close(ids: Collection[int], actor: Actor) -> int:
    """Close what is not wanted any more: met when a person made it so, otherwise no longer needed."""
    rows = Obligation.objects.filter(pk__in=ids)
    if actor.user is not None:
        return clock.meet_many(rows, actor)
    return clock.lapse_many(rows, actor, _("Det finns inget att göra längre."))


def _due(channel: Channel, wanted: Wanted) -> clock.Due:
    return clock.Due(
        kind=wanted.kind,
        subject=channel,
        label=wanted.label % {"name": channel.name},
        url=reverse(wanted.page, args=[channel.pk]),
        channel=channel,
        holder=channel.owner,
        due_at=wanted.due_at,
        rule=wanted.rule,
    )


def _wanted(channel: Channel, records: Records, now: datetime) -> Iterator[Wanted]:
    """Yield what is to be open about the channel. Only what is demanded (ska): nobody is chased for the rest."""
    if not channel.is_open:
        return
    state = compute(channel, records)
    if needed := state.needed:
        rule = next((one.rule for one in needed if one.rule), None)
        yield Wanted(clock.COMPLETE, _("Fyll i det som saknas: %(name)s"), "channels:channel_missing", rule)
    if remaining := state.remaining:
        label = _("Intyga vad kontot visar: %(name)s")
        yield Wanted(clock.ATTEST, label, "channels:channel_attest", remaining[0].rule)
    if now >= state.confirm_by - AHEAD:
        due, label = _in_time(state.confirm_by, now, records), _("Bekräfta att uppgifterna stämmer: %(name)s")
        yield Wanted(clock.CONFIRM, label, "channels:channel_confirm", state.register, due)
    if state.test_by is None or now >= state.test_by - AHEAD:
        yield _test(state, now, records)


def _test(state: State, now: datetime, records: Records) -> Wanted:
    due = _in_time(state.test_by, now, records) if state.test_by else None
    label = _("Prova inloggningen: %(name)s") if due else _("Ordna inloggningen: %(name)s")
    return Wanted(clock.ACCESS_TEST, label, "channels:channel_access", state.custody or state.strong, due)


def _in_time(due: datetime, now: datetime, records: Records) -> datetime:
    """Return the time, or twenty working days from now: a time that ran out before anybody was asked is nobody's miss."""
    if due > now:
        return due
    return end_of(add_working_days(swedish_day(now), FIRST_WORKING_DAYS, records.common.closed))
