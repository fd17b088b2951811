"""See to it that the one clock says which channels are to be looked at, and which have gone quiet.

A look that was not made stays open until somebody looks: it was missed at its true time, and the next is asked for after
that. So nothing is lost when no scheduler has run for days, and nothing is piled up.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import SCHEDULER, Actor
from channels import clock
from channels.models import Channel, Obligation
from channels.upkeep.records import Common
from channels.watch.state import Records, State, compute
from kommun import policy
from kommun.business_time import swedish_day

log = logging.getLogger(__name__)

KINDS = (clock.WATCH, clock.SILENT)
BATCH = 2500


def keep(channels: Sequence[Channel], now: datetime, actor: Actor) -> int:
    """Make the clock true about channels that are locked, and return how many obligations were opened or called off."""
    with policy.remembered(), override(settings.LANGUAGE_CODE):
        return _keep(channels, Common.load(swedish_day(now)), now, actor, [])


def reconcile(now: datetime) -> int:
    """Make the clock true about every open channel, and return how many obligations were opened or called off.

    Safe to run twice and from two processes at once: a channel that somebody holds is passed over, because whoever holds
    it sees to it. A row that cannot be worked out is logged, the rest goes on, and the last error is raised at the end.
    """
    failures: list[Exception] = []
    done, after = 0, 0
    with policy.remembered(), override(settings.LANGUAGE_CODE):
        common = Common.load(swedish_day(now))
        while True:
            with transaction.atomic():
                rows = Channel.objects.filter(status__in=Channel.OPEN_STATES, pk__gt=after)
                rows = rows.select_related("platform", "owner", "unit").order_by("pk")
                channels = list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True)[:BATCH])
                if not channels:
                    break
                done += _keep(channels, common, now, SCHEDULER, failures)
            after = channels[-1].pk
    if failures:
        raise failures[-1]
    return done


def _keep(channels: Sequence[Channel], common: Common, now: datetime, actor: Actor, failures: list[Exception]) -> int:
    ids = [channel.pk for channel in channels]
    records = Records.load(ids, common, now)
    about = Obligation.objects.open().filter(kind__in=KINDS, channel__in=ids)
    have: dict[int | None, dict[str, Obligation]] = defaultdict(dict)
    for row in about:
        have[row.channel_id][row.kind] = row
    dues: list[clock.Due] = []
    over: list[int] = []
    for channel in channels:
        rows = have[channel.pk]
        try:
            state = compute(channel, records)
            wanted = {due.kind: due for due in _wanted(state)}
        except Exception as error:  # one bad row does not stop the rest
            log.exception("the watch of channel %s could not be worked out", channel.pk)
            failures.append(error)
            continue
        dues += [due for kind, due in wanted.items() if kind not in rows]
        over += [row.pk for kind, row in rows.items() if kind not in wanted and not _waits_still(row, state)]
    return clock.begin_many(dues, actor) + _call_off(over, actor)


def _waits_still(row: Obligation, state: State) -> bool:
    """Return True for a look that was missed, though none is asked for today: it is late until somebody looks."""
    missed = row.kind == clock.WATCH and row.due_at is not None and row.due_at <= state.now
    return missed and state.demanded and state.channel.is_open


def _call_off(ids: Collection[int], actor: Actor) -> int:
    """Close what nobody needs to do any more: the rule, the days or the posts are other ones now. Nobody has done it."""
    if not ids:
        return 0
    return clock.lapse_many(Obligation.objects.filter(pk__in=ids), actor, _("Det finns inget att göra längre."))


def _wanted(state: State) -> Iterator[clock.Due]:
    """Yield what is to be open about the channel."""
    channel = state.channel
    if not channel.is_open:
        return
    name = {"name": channel.name}
    if state.asked:
        yield clock.Due(
            kind=clock.WATCH,
            subject=channel,
            label=_("Gå igenom kanalen: %(name)s") % name,
            url=reverse("channels:my_day"),
            channel=channel,
            holder=channel.owner,
            due_at=state.due_at,
            opened_at=_opened(state),
            rule=state.rule,
        )
    if state.quiet.asked is not None:
        yield clock.Due(
            kind=clock.SILENT,
            subject=channel,
            label=_("Behåll eller avsluta en tyst kanal: %(name)s") % name,
            url=reverse("channels:channel_activity", args=[channel.pk]),
            channel=channel,
            holder=channel.owner,
            rule=state.quiet.rule,
        )


def _opened(state: State) -> datetime | None:
    """Return since when it waits: the beginning of its round, and without a number the last look, so that its age is true."""
    if state.due_at is None:
        return state.last.made_at if state.last else None
    return state.opens_at
