"""Bars as plain geometry, for a template to draw as SVG. Pure. What is too small to tell has words and no bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moderation.statistics.figures import Line, Measure, Value, text_of
from moderation.statistics.suppression import Hidden

WIDTH, LONGEST, LABEL, BAR, GAP = 360, 200, 18, 16, 10  # units of the drawing; about pixels on a phone
LETTERS = 46  # of a label that fit beside each other; the table says it in full


@dataclass(frozen=True)
class Bar:
    """One bar: where it begins, how long it is, and the words after it."""

    y: int
    width: int
    text: str
    series: int  # which colour

    @property
    def text_x(self) -> int:
        """Where the words begin."""
        return self.width + 6

    @property
    def text_y(self) -> int:
        """The line that the words stand on."""
        return self.y + BAR - 4


@dataclass(frozen=True)
class Group:
    """A label and its bars."""

    label: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Chart:
    """A drawing WIDTH wide and `height` high. `title` is what it is called by those who do not see it."""

    title: Any
    groups: tuple[Group, ...]
    height: int
    width: int = WIDTH
    bar: int = BAR - 4


def chart(title: Any, lines: Sequence[Line], measures: Sequence[Measure]) -> Chart:
    """Return bars of the measures (at most two, the first of each line's values) for each line."""
    drawn = [line.values[: len(measures)] for line in lines]
    longest = max((size_of(value) for values in drawn for value in values), default=0)
    groups, y = [], 0
    for line, values in zip(lines, drawn, strict=True):
        bars = []
        top = y + LABEL
        for series, (value, measure) in enumerate(zip(values, measures, strict=True)):
            width = round(LONGEST * size_of(value) / longest) if longest else 0
            bars.append(Bar(top, width, _words(value, measure), series))
            top += BAR
        label = line.label if len(line.label) <= LETTERS else line.label[: LETTERS - 1] + "…"
        groups.append(Group(label, y + LABEL - 5, tuple(bars)))
        y = top + GAP
    return Chart(title, tuple(groups), max(y - GAP, 1))


def _words(value: Value, measure: Measure) -> str:
    label = str(measure.label).split(",")[0].lower()  # that it is a median stands in the table
    return f"{label}: {text_of(value)}" if value is Hidden.BESIDE else f"{text_of(value)} {label}"


def size_of(value: Value) -> float:
    """Return how much there is to draw."""
    return float(value) if isinstance(value, int | float) else 0
