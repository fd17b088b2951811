"""Swedish time: when a day is over, which days are working days, and when something is due.

Two calendars, never mixed (design idea 2): clock hours run day and night, and are counted in UTC, so an hour is an hour
also when the clocks change; working days pass over weekends, public holidays, the eves and the municipality's own closed
days. Pure functions: whoever calls says what time it is.
"""

from calendar import monthrange
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from kommun.policy.base import Deadline

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NONE_CLOSED: frozenset[date] = frozenset()
MORNING = time(7, 30)  # when a working day begins, for what can wait until then; Swedish time


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    """Return public holidays and the three eves of a year. Source: SFS 1989:253; SFS 1930:173, 2 §."""
    found = holidays.country_holidays("SE", years=year, categories=("public", "de_facto"))
    return frozenset(found)


def is_working_day(day: date, closed: Collection[date] = NONE_CLOSED) -> bool:
    """Return False on weekends, public holidays, midsummer's, Christmas and New Year's eve, and on `closed` days.

    A day between a holiday and a weekend is a working day unless the municipality lists it. Source: SFS 1930:173, 2 §.
    """
    return day.weekday() < 5 and day not in _holidays(day.year) and day not in closed


@lru_cache(maxsize=4096)
def start_of(day: date) -> datetime:
    """Return the instant when the day begins in Sweden, in UTC."""
    return datetime.combine(day, time.min, tzinfo=STOCKHOLM).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the instant when the day is over in Sweden, in UTC. Exclusive: from that instant on it is late."""
    return start_of(day + timedelta(days=1))


def swedish_day(instant: datetime) -> date:
    """Return the day it is in Sweden at an instant."""
    return instant.astimezone(STOCKHOLM).date()


def last_day(due: datetime) -> date:
    """Return the day on which a time runs out. Exclusive, as `end_of`: at midnight it is the day that ended."""
    return swedish_day(due - timedelta(microseconds=1))


def morning_of(day: date) -> datetime:
    """Return the instant when a working day begins for those who read what has waited for them (07.30), in UTC."""
    return datetime.combine(day, MORNING, tzinfo=STOCKHOLM).astimezone(UTC)


def next_morning(instant: datetime, closed: Collection[date] = NONE_CLOSED) -> datetime:
    """Return the first morning of a working day after the instant, in UTC. At 07.30 itself it is that of a later day."""
    day = swedish_day(instant)
    if is_working_day(day, closed) and instant < morning_of(day):
        return morning_of(day)
    return morning_of(add_working_days(day, 1, closed))


def ends_with_its_day(due: datetime) -> bool:
    """Return True when the whole day may be used: the time runs out at midnight, as what is counted in days does."""
    return due == start_of(swedish_day(due))


def add_working_days(day: date, count: int, closed: Collection[date] = NONE_CLOSED) -> date:
    """Return the `count`-th working day after the day, or before it when `count` is negative. 0 is the day itself."""
    step = timedelta(days=1 if count >= 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day, closed)
    return day


def add_months(day: date, count: int) -> date:
    """Return the same day `count` months later, the last day of the month where that day does not exist."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def add_working_hours(instant: datetime, hours: int, closed: Collection[date] = NONE_CLOSED) -> datetime:
    """Return the instant when `hours` clock hours of working days have passed, in UTC.

    A working day has its 24 hours; other days none. 48 hours from Friday at 15 end on Tuesday at 15 (Tibro 4.2).
    """
    left = timedelta(hours=hours)
    now = instant.astimezone(UTC)
    while True:
        day = swedish_day(now)
        if is_working_day(day, closed):
            rest = end_of(day) - now
            if left <= rest:
                return now + left
            left -= rest
        now = end_of(day)


def due_at(opened: datetime, limit: Deadline, closed: Collection[date] = NONE_CLOSED) -> datetime | None:
    """Return when a time limit of the policy runs out, in UTC; None where the policy gives no number (*skyndsamt*).

    Hours begin at once. Days are counted on dates, not counting the first, and become an instant last: the end of the
    last day. 0 means at once, and that is no number either: whatever was done would be late the moment it began.
    """
    if not limit.value:
        return None
    working = limit.counted_in == "working_days"
    if limit.unit == "hours":
        if working:
            return add_working_hours(opened, limit.value, closed)
        return opened.astimezone(UTC) + timedelta(hours=limit.value)
    day = swedish_day(opened)
    return end_of(add_working_days(day, limit.value, closed) if working else day + timedelta(days=limit.value))
