"""How channels are looked after, computed from what is stored and what the policy in force asks. Writes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from channels.models import Activity, Channel, WatchTick
from channels.upkeep.records import Common
from channels.watch.rounds import Days, Round, first_round, next_round, round_at, since, span
from kommun import policy
from kommun.business_time import add_months, end_of, swedish_day
from kommun.policy import Rule, Strength, keys
from kommun.policy.values.keeping import MinimumActivity
from kommun.policy.values.talking import Watch

A = Activity.Answer
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True)
class Quiet:
    """Whether anything is posted. `since`: the last post, or the opening when nothing has been; `too`: longer than allowed.

    `asked` is when the question became due: keep or close? None while there is nothing to ask.
    """

    rule: Rule[MinimumActivity] | None
    stated: Activity | None
    decided: Activity | None
    since: date | None
    asked: datetime | None

    @property
    def must_close(self) -> bool:
        """True where the policy leaves no choice (Överkalix, "Stäng")."""
        return self.rule is not None and self.rule.value.when_below == "must_close"


@dataclass(frozen=True)
class State:
    """How a channel is looked after.

    `rule` None: the policy is silent. `opens_at` is when a look is asked for next, `due_at` when it is too late (None:
    no number); both None without a rule. `here` is the look of the round that is now, when there has been one.
    """

    channel: Channel
    rule: Rule[Watch] | None
    last: WatchTick | None
    here: WatchTick | None
    opens_at: datetime | None
    due_at: datetime | None
    now: datetime
    quiet: Quiet

    @property
    def demanded(self) -> bool:
        """True where the rule demands it (ska): nobody is chased for what only should be done."""
        return self.rule is not None and self.rule.strength is Strength.SKA

    @property
    def asked(self) -> bool:
        """True when somebody is to look now."""
        return self.demanded and self.here is None and self.opens_at is not None and self.opens_at <= self.now


@dataclass
class Records:
    """What is stored about some channels: the newest of each kind, by channel."""

    common: Common
    now: datetime
    begins: date | None  # the first day of the policy in force: nothing is missed before it
    ticks: dict[int, WatchTick] = field(default_factory=dict)
    stated: dict[int, Activity] = field(default_factory=dict)
    posted: dict[int, Activity] = field(default_factory=dict)
    decided: dict[int, Activity] = field(default_factory=dict)

    @classmethod
    def load(cls, ids: Collection[int], common: Common, now: datetime) -> "Records":
        """Read it, in as many queries for one channel as for all."""
        version = policy.in_force(common.today)
        found = cls(common, now, version.valid_from if version else None)
        by = ("made_by__unit", "on_behalf_of__unit")
        ticks = _newest(WatchTick.objects.filter(withdrawn_at=None), ids).select_related(*by)
        found.ticks = {row.channel_id: row for row in ticks}
        for answers, kept in (
            (Activity.STATED, found.stated),
            ((A.POSTED,), found.posted),
            (Activity.DECIDED, found.decided),
        ):
            rows = _newest(Activity.objects.filter(answer__in=answers), ids).select_related(*by)
            kept.update({row.channel_id: row for row in rows})
        return found


def _newest(rows: QuerySet[Any], ids: Collection[int]) -> QuerySet[Any]:
    """Return the newest row of each channel, by an index for each: the cost does not follow how much there ever was."""
    newest = rows.filter(channel=OuterRef("pk")).order_by("-made_at", "-pk").values("pk")[:1]
    return rows.model.objects.filter(pk__in=Channel.objects.filter(pk__in=ids).values_list(Subquery(newest)))


def state_of(channel: Channel, common: Common | None = None) -> State:
    """Return how one channel is looked after now."""
    return states_of([channel], common)[channel.pk]


def states_of(channels: Sequence[Channel], common: Common | None = None) -> dict[int, State]:
    """Return how each channel is looked after now, by id. A constant number of queries; read `platform` with them."""
    now = timezone.now()
    records = Records.load([channel.pk for channel in channels], common or Common.load(swedish_day(now)), now)
    return {channel.pk: compute(channel, records) for channel in channels}


def compute(channel: Channel, records: Records) -> State:
    """Return the state of one of the channels that the records were read for. Sources: watch.interval, activity.minimum."""
    common, now, last = records.common, records.now, records.ticks.get(channel.pk)
    found, scope = common.policy, common.scope(channel)
    rule = found.rule(keys.WATCH, scope) if found else None
    opens_at, due_at = _next(channel, rule, last, records) if rule else (None, None)
    value = rule.value if rule else None
    here = last if last and round_at(value, last.made_at) == round_at(value, now) else None
    activity = found.rule(keys.MINIMUM_ACTIVITY, scope) if found else None
    return State(channel, rule, last, here, opens_at, due_at, now, _quiet(channel, activity, records))


def _next(
    channel: Channel, rule: Rule[Watch], last: WatchTick | None, records: Records
) -> tuple[datetime, datetime | None]:
    """Return from when a look is asked for, and until when; without a number there is no until."""
    watch, closed = rule.value, records.common.closed
    if watch.interval is None:
        return (since(last.made_at, closed) if last else records.now), None
    days = Days(watch, closed, channel.weekend_watch_from)
    if last is None:
        return span(watch, first_round(days, records.now))
    looked = round_at(watch, last.made_at)
    # Nothing is missed before the channel was open, or under a policy that did not hold yet.
    begins = max(day for day in (channel.opened_on, records.begins, date.min) if day is not None)
    if begins > looked.day:
        return span(watch, Round(days.first(begins)))
    return span(watch, next_round(days, looked))


def _quiet(channel: Channel, rule: Rule[MinimumActivity] | None, records: Records) -> Quiet:
    stated, decided = records.stated.get(channel.pk), records.decided.get(channel.pk)
    posted = records.posted.get(channel.pk)
    begun = (posted.last_post_on if posted else None) or (channel.opened_on if stated else None)
    asked = _asked(begun, rule, stated, decided, records) if rule and stated and begun else None
    return Quiet(rule, stated, decided, begun, asked)


def _asked(
    begun: date, rule: Rule[MinimumActivity], stated: Activity, decided: Activity | None, records: Records
) -> datetime | None:
    """Return when it was known that the channel had been quiet for too long, or None.

    Without a number only somebody's own word, "nothing is posted", says that it is quiet: no number is made up.
    """
    if decided and decided.made_at >= stated.made_at and not _decision_is_old(decided, records):
        return None
    if rule.value.count is None or rule.value.period is None:
        return stated.made_at if stated.answer == A.NOTHING else None
    too_quiet = end_of(_after(begun, rule.value.period))
    return max(too_quiet, stated.made_at) if too_quiet <= records.now else None


def _decision_is_old(decided: Activity, records: Records) -> bool:
    """Return True when a decision to keep was so long ago that it is asked again, as often as all else is confirmed."""
    if decided.answer == A.CLOSE:
        return False
    return end_of(add_months(swedish_day(decided.made_at), records.common.months)) <= records.now


def _after(day: date, period: str) -> date:
    if period in DAYS:
        return day + timedelta(days=DAYS[period])
    return add_months(day, MONTHS[period])
