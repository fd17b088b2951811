"""The line above the queue: what runs out during the next days, drawn in order of time. The list below says it all in words.

Removal is counted around the clock and stands in a square; an answer is counted in the policy's calendar and is round. Only
plain values here, for a drawing of 1180 by 122: positions are in its units.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.utils import timezone

from kommun.business_time import ends_with_its_day, is_working_day, start_of, swedish_day
from moderation.models import Case

DAYS = 5
LEFT, RIGHT = 12.0, 1168.0
HALF = 11.0  # half of a pin
HEIGHTS = (78.0, 53.0, 28.0)  # of a pin's middle: near each other they stand above each other
WORDS = 62.0  # how much room a time takes beside its pin


class Numbered(Protocol):
    """A row of the list: its number there, and whether it is late or due today."""

    number: int
    level: str
    case: Case


@dataclass(frozen=True)
class Day:
    """One day of the line. `free`: nobody works."""

    at: float
    width: float
    day: date
    free: bool

    @property
    def text(self) -> float:
        """Where the name of the day begins."""
        return self.at + 4


@dataclass
class Pin:
    """One case of the list. `level`: late, soon or none. `time`: of day, when it has one and there is room beside it."""

    number: int
    at: float
    height: float
    level: str
    is_round: bool
    time: str = ""

    @property
    def left(self) -> float:
        """Where the square begins."""
        return round(self.at - HALF, 1)

    @property
    def top(self) -> float:
        """Where the square begins, from above."""
        return self.height - HALF

    @property
    def base(self) -> float:
        """What the number and the time stand on."""
        return self.height + 4.5

    @property
    def beside(self) -> float:
        """Where the time begins."""
        return round(self.at + HALF + 5, 1)


@dataclass(frozen=True)
class Line:
    """The days, the pins, where now is, and how many run out when."""

    days: Sequence[Day]
    pins: Sequence[Pin]
    now: float
    late: int
    today: int
    later: int


def line_of(rows: Sequence[Numbered], now: datetime, closed: Collection[date]) -> Line | None:
    """Return the line of the rows that run out before its end, None when there is none. `closed`: the municipality's days."""
    first = swedish_day(now)
    begin, end = start_of(first), start_of(first + timedelta(days=DAYS))
    scale = (RIGHT - LEFT) / (end - begin).total_seconds()

    def place(moment: datetime) -> float:
        return round(LEFT + (moment - begin).total_seconds() * scale, 1)

    due = [(row, row.case.due_at) for row in rows if row.case.has_clock and row.case.due_at and row.case.due_at < end]
    if not due:
        return None
    days = [first + timedelta(days=count) for count in range(DAYS)]
    pins: list[Pin] = []
    for row, moment in due:
        at = max(place(max(moment, begin)), LEFT + HALF)
        is_round = row.case.kind == Case.Kind.QUESTION
        pin = Pin(row.number, at, _height(at, pins), row.level, is_round)
        pins.append(pin)
    for pin, (_row, moment) in zip(pins, due, strict=True):
        beside = [one for one in pins if one.height == pin.height and HALF < one.at - pin.at < WORDS + HALF]
        if moment >= begin and not beside and pin.at + WORDS < RIGHT and not ends_with_its_day(moment):
            pin.time = f"{timezone.localtime(moment):%H.%M}"
    levels = [pin.level for pin in pins]
    return Line(
        [
            Day(
                place(start_of(day)),
                place(start_of(day + timedelta(days=1))) - place(start_of(day)),
                day,
                not is_working_day(day, closed),
            )
            for day in days
        ],
        pins,
        place(now),
        levels.count("late"),
        levels.count("soon"),
        levels.count(""),
    )


def _height(at: float, pins: Sequence[Pin]) -> float:
    taken = {pin.height for pin in pins if abs(pin.at - at) < 2 * HALF + 2}
    return next((height for height in HEIGHTS if height not in taken), HEIGHTS[-1])
