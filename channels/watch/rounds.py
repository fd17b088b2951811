"""When a channel is to be looked at, by the rule `watch.interval`. Pure: no database, no clock.

A round is a day, or a part of one where the policy counts in hours; one look in it is enough. Working days are the
municipality's; a channel with weekend watch is looked at every day from a day on.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kommun.business_time import STOCKHOLM, UTC, end_of, is_working_day, start_of, swedish_day
from kommun.policy.values.talking import Watch

DAY = timedelta(days=1)
HOURS = 24


@dataclass(frozen=True, order=True)
class Round:
    """A Swedish day, and which part of it, counted from 0."""

    day: date
    slot: int = 0


@dataclass(frozen=True)
class Days:
    """The days on which one channel is watched. `all_from`: weekends and holidays too, from that day on."""

    watch: Watch
    closed: Collection[date]
    all_from: date | None = None

    def include(self, day: date) -> bool:
        """Return True when the rule asks for a look on the day."""
        if self.watch.days != "working_days" or (self.all_from is not None and day >= self.all_from):
            return True
        return is_working_day(day, self.closed)

    def first(self, day: date) -> date:
        """Return the first day of watch from the day on."""
        while not self.include(day):
            day += DAY
        return day


def slot_hours(watch: Watch | None) -> int:
    """Return how long a round is, in hours: the rule's own hours where they are fewer than a day's, otherwise a day."""
    if watch is None or watch.unit != "hours" or watch.interval is None:
        return HOURS
    return min(watch.interval, HOURS)


def round_at(watch: Watch | None, moment: datetime) -> Round:
    """Return the round that a moment lies in."""
    local = moment.astimezone(STOCKHOLM)
    return Round(local.date(), local.hour // slot_hours(watch))


def first_round(days: Days, moment: datetime) -> Round:
    """Return the first round that is not over at the moment: for a channel that nobody has looked at yet."""
    here = round_at(days.watch, moment)
    return here if days.include(here.day) else Round(days.first(here.day))


def next_round(days: Days, last: Round) -> Round:
    """Return the round of the next look, when the last one was in `last`. The rule has a number."""
    watch = days.watch
    length = slot_hours(watch)
    if length < HOURS:
        slot = last.slot + 1
        if slot * length < HOURS and days.include(last.day):
            return Round(last.day, slot)
        return Round(days.first(last.day + DAY))
    if watch.unit == "weeks":
        return Round(_in_weeks(days, last.day, watch.interval or 1))
    day = last.day
    for _count in range(_whole_days(watch)):
        day = days.first(day + DAY)
    return Round(day)


def _whole_days(watch: Watch) -> int:
    """Return the interval in days; hours are rounded down, to the stricter."""
    number = watch.interval or 1
    return number if watch.unit == "days" else max(1, number // HOURS)


def _in_weeks(days: Days, last: date, weeks: int) -> date:
    """Return the day so many weeks later, or the nearest day of watch before it: later would be too seldom."""
    wanted = last + timedelta(weeks=weeks)
    day = wanted
    while day > last and not days.include(day):
        day -= DAY
    return day if day > last else days.first(wanted)


def span(watch: Watch | None, found: Round) -> tuple[datetime, datetime]:
    """Return when the round begins, and when it is over (exclusive), in UTC."""
    length = slot_hours(watch)
    if length == HOURS:
        return start_of(found.day), end_of(found.day)
    begins, ends = found.slot * length, (found.slot + 1) * length
    return _hour(found.day, begins), end_of(found.day) if ends >= HOURS else _hour(found.day, ends)


def _hour(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=STOCKHOLM).astimezone(UTC)


def since(moment: datetime, closed: Collection[date]) -> datetime:
    """Return when a look without a number is asked for again: the next working day begins."""
    day = swedish_day(moment) + DAY
    while not is_working_day(day, closed):
        day += DAY
    return start_of(day)
