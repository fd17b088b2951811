"""The counted figures as tables: for those who work with the channels, within their reach, and for the public.

A page costs the same few questions however many cases there have ever been (`actions.counting`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.models import Channel
from kommun.half_years import half_key, half_name, half_of
from kommun.words import number
from moderation.models import CaseFigures
from moderation.queries import Reach
from moderation.statistics.suppression import FEW, WORDS, Hidden, Shown, told, told_parts

SPAN = 6  # half-years that are drawn
LISTED = 50  # channels in a table; the file has them all
Value = Shown | float | None


@dataclass(frozen=True)
class Measure:
    """One thing that is counted. `of`: the count that a median is over, which decides whether it is told."""

    key: str
    label: Any
    of: str = ""


CASES = Measure("cases", gettext_lazy("Ärenden"))
HIDDEN = Measure("hidden", gettext_lazy("Dolda inlägg"))
TO_HIDE = Measure("hours_to_hide", gettext_lazy("Timmar till dolt, median"), "hidden")
ANSWERED = Measure("answered", gettext_lazy("Besvarade frågor"))
TO_ANSWER = Measure("hours_to_answer", gettext_lazy("Timmar till svar, median"), "answered")
KEPT = Measure("kept", gettext_lazy("Klara i tid"))
MISSED = Measure("missed", gettext_lazy("Efter tiden"))
APPEALS = Measure("appeals", gettext_lazy("Begärda omprövningar"))
ALL = (CASES, HIDDEN, TO_HIDE, ANSWERED, TO_ANSWER, KEPT, MISSED, APPEALS)
OF_RULE = (HIDDEN, CASES, TO_HIDE, KEPT, MISSED, APPEALS)
# What the public sees of a part: each more number told is one more that could give a hidden one away.
PUBLIC_RULE = (HIDDEN, TO_HIDE)
PUBLIC_CHANNEL = (CASES, HIDDEN)


@dataclass(frozen=True)
class Line:
    """One row: what it is about, and a value for each measure, in their order."""

    label: str
    values: tuple[Value, ...]
    starts_on: date
    channel: str = ""
    rule: str = ""

    @property
    def cells(self) -> list[str]:
        """The label and the values as they are read."""
        return [self.label, *map(text_of, self.values)]


@dataclass(frozen=True)
class Tables:
    """Half-years beside each other, and one of them by rule and by channel."""

    counted_at: datetime | None
    halves: list[date]
    over_time: list[Line]
    rules: list[Line]
    channels: list[Line]
    all_channels: int = 0


def text_of(value: Value) -> str:
    """Return a value as it is read: 1 234, 2,5, "färre än 5", or a dash where there is nothing to say."""
    if value is None:
        return "–"
    if isinstance(value, Hidden):
        return str(WORDS[value])
    return number(round(value, 1))


def channel_name(channel: Channel | None) -> str:
    """Return a channel as it is told apart from another with the same name: "Tibro kommun, Facebook"."""
    return f"{channel.name}, {channel.platform}" if channel else ""


def chosen_half(text: str, halves: Sequence[date], today: date) -> date:
    """Return the half-year that an address names; for what is none the newest one that has figures, else today's."""
    return next((day for day in halves if half_key(day) == text), halves[0] if halves else half_of(today))


# --- For those who work with the channels -----------------------------------------------------------------------------
def channels_within(reach: Reach) -> QuerySet[Channel]:
    """Return the channels whose figures somebody sees."""
    rows = Channel.objects.select_related("platform").order_by("name", "platform__name", "pk")
    return rows if reach.everything else rows.filter(pk__in=reach.channels)


def staff_tables(reach: Reach, *, half: str, channel: int | None, today: date) -> Tables:
    """Return the figures of a channel within reach, or of all together (None, for those who see everything)."""
    own = CaseFigures.objects.filter(Q(channel=channel) if channel else Q(channel__isnull=True))
    over_time = list(own.filter(category__isnull=True).order_by("-starts_on"))
    halves = [row.starts_on for row in over_time]
    chosen = chosen_half(half, halves, today)
    rules = own.filter(starts_on=chosen).exclude(category="").filter(category__isnull=False)
    channels = _within(reach).filter(starts_on=chosen, channel__isnull=False, category__isnull=True)
    listed = list(channels.select_related("channel__platform").order_by("-cases", "channel_id"))
    return Tables(
        counted_at=over_time[0].counted_at if over_time else None,
        halves=halves or [chosen],
        over_time=[_line(row, ALL, half_name(row.starts_on)) for row in reversed(over_time[:SPAN])],
        rules=[_line(row, OF_RULE, row.title) for row in rules.order_by("-hidden", "-cases", "title")],
        channels=[_line(row, ALL, channel_name(row.channel)) for row in listed[:LISTED]],
        all_channels=len(listed),
    )


def _within(reach: Reach) -> QuerySet[CaseFigures]:
    rows = CaseFigures.objects.all()
    return rows if reach.everything else rows.filter(channel_id__in=reach.channels)


def _line(row: CaseFigures, measures: Iterable[Measure], label: str) -> Line:
    return Line(label, tuple(getattr(row, measure.key) for measure in measures), row.starts_on)


def staff_lines(reach: Reach) -> Iterable[Line]:
    """Yield every row within reach, for a file: each half-year, channel and rule, and the sums."""
    rows = _within(reach).exclude(category="").select_related("channel__platform")
    for row in rows.order_by(
        "-starts_on", F("channel__name").asc(nulls_first=True), "channel_id", F("title").asc(), "category"
    ):
        yield Line(
            half_name(row.starts_on),
            tuple(getattr(row, measure.key) for measure in ALL),
            row.starts_on,
            channel_name(row.channel) if row.channel else _("Alla kanaler"),
            row.title if row.category else _("Alla regler"),
        )


# --- For the public ---------------------------------------------------------------------------------------------------
def public_tables(*, half: str, today: date) -> Tables:
    """Return what anybody may see. Fewer than FEW are not told, nor what would give them away (`suppression`)."""
    over_time = list(_sums().filter(channel__isnull=True, category__isnull=True).order_by("-starts_on"))
    halves = [row.starts_on for row in over_time]
    chosen = chosen_half(half, halves, today)
    parts = list(_sums().filter(starts_on=chosen))
    channels = _public_channels(parts)
    return Tables(
        counted_at=over_time[0].counted_at if over_time else None,
        halves=halves or [chosen],
        over_time=[_public_sum(row) for row in reversed(over_time[:SPAN])],
        rules=_public_rules(parts),
        channels=channels[:LISTED],
        all_channels=len(channels),
    )


def public_lines() -> Iterable[Line]:
    """Yield what anybody may see of every half-year, for a file. `values` follow ALL; None is what is not told there."""
    by_half: dict[date, list[CaseFigures]] = {}
    for row in _sums().order_by("-starts_on"):
        by_half.setdefault(row.starts_on, []).append(row)
    for starts_on, rows in by_half.items():
        name = half_name(starts_on)
        for total in (row for row in rows if row.channel_id is None and row.category is None):
            yield Line(name, _public_sum(total).values, starts_on, _("Alla kanaler"), _("Alla regler"))
        for line in _public_channels(rows):
            yield Line(name, _spread(line, PUBLIC_CHANNEL), starts_on, line.label, _("Alla regler"))
        for line in _public_rules(rows):
            yield Line(name, _spread(line, PUBLIC_RULE), starts_on, _("Alla kanaler"), line.label)


def _sums() -> QuerySet[CaseFigures]:
    """Return the sums that the public sees something of: never one channel's rules."""
    return CaseFigures.objects.filter(Q(channel__isnull=True) | Q(category__isnull=True)).select_related(
        "channel__platform"
    )


def _public_sum(row: CaseFigures) -> Line:
    return Line(half_name(row.starts_on), tuple(_told(row, measure) for measure in ALL), row.starts_on)


def _told(row: CaseFigures, measure: Measure) -> Value:
    value: int | float | None = getattr(row, measure.key)
    if measure.of:
        return value if getattr(row, measure.of) >= FEW else None
    return told(int(value or 0))


def _public_rules(rows: Iterable[CaseFigures]) -> list[Line]:
    found = [row for row in rows if row.channel_id is None and row.category and row.hidden]
    found.sort(key=lambda row: row.title)
    hidden = told_parts([row.hidden for row in found])
    return [
        Line(row.title, (shown, _told(row, TO_HIDE)), row.starts_on) for row, shown in zip(found, hidden, strict=True)
    ]


def _public_channels(rows: Iterable[CaseFigures]) -> list[Line]:
    """Channels that the public can see, by name, and all others in one row, so that the parts are still the whole."""
    found = [row for row in rows if row.channel_id is not None and row.category is None]
    open_to_all = [row for row in found if _is_public(row.channel)]
    counts = [(channel_name(row.channel), row.cases, row.hidden) for row in open_to_all]
    counts.sort(key=lambda one: one[0])
    others = [row for row in found if not _is_public(row.channel)]
    if others:
        name = _("Övriga kanaler")
        counts.append((name, sum(row.cases for row in others), sum(row.hidden for row in others)))
    cases, hidden = told_parts([one[1] for one in counts]), told_parts([one[2] for one in counts])
    return [
        Line(label, (shown, gone), found[0].starts_on)
        for (label, _cases, _hidden), shown, gone in zip(counts, cases, hidden, strict=True)
    ]


def _is_public(channel: Channel | None) -> bool:
    return (
        channel is not None
        and channel.visibility == Channel.Visibility.PUBLIC
        and channel.status in Channel.OPEN_STATES
    )


def _spread(line: Line, measures: Sequence[Measure]) -> tuple[Value, ...]:
    values = dict(zip((measure.key for measure in measures), line.values, strict=True))
    return tuple(values.get(measure.key) for measure in ALL)
