"""What screens and reports of the moderation need, already limited to what the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from accounts.models import Unit, User
from accounts.organisation import Organisation
from channels.models import Channel
from moderation.models import Case, CaseEvidence
from moderation.models.case import CHANNEL_WORD, WORDS, CaseQuerySet
from moderation.reach import Reach, limited, reach_of

PAGE = 25
SEARCHED = 500
COUNTED = 100  # more is said to be "more than": an exact number of a long queue helps nobody and costs its length
SEGMENTS = """
    (1, {dated}, '-infinity'::timestamptz, %(now)s), (2, {soon}, '-infinity', 'infinity'),
    (3, {dated}, %(now)s, 'infinity'), (4, {undated}, '-infinity', 'infinity'),
    (5, {ours}, '-infinity', 'infinity'), (6, {others}, '-infinity', 'infinity')
""".format(**{lane.name.lower(): int(lane) for lane in Case.Lane})
# Each part of the queue is a walk along an index until the page is full, for each channel by itself: what a page costs
# follows how many channels somebody has, never how many cases.
QUEUE = """
SELECT s.segment, found.sort_at, found.id
FROM {source} (VALUES {segments}) AS s (segment, lane, after, until)
CROSS JOIN LATERAL (
    SELECT c.sort_at, c.id FROM moderation_case c
    WHERE c.closed_at IS NULL AND c.lane = s.lane AND c.sort_at > s.after AND c.sort_at <= s.until
      AND (s.segment > %(segment)s OR (s.segment = %(segment)s AND (c.sort_at, c.id) > (%(sort_at)s, %(id)s)))
      AND s.segment >= %(segment)s {where}
    ORDER BY c.sort_at, c.id LIMIT %(limit)s
) AS found
"""
ORDERED = "SELECT DISTINCT segment, sort_at, id FROM ({parts}) AS parts ORDER BY segment, sort_at, id LIMIT %(limit)s"


def cases() -> QuerySet[Case]:
    """Every case with what its page and the rules read, in a constant number of queries."""
    evidence = Prefetch(
        "evidence",
        queryset=CaseEvidence.objects.select_related(
            "file__uploaded_by__unit", "made_by__unit", "on_behalf_of"
        ).order_by("pk"),
    )
    rows = Case.objects.select_related(
        "channel__platform",
        "channel__unit",
        "channel__owner__unit",
        "channel__deputy__unit",
        "claimed_by__unit",
        "assigned_unit",
        "assigned_to__unit",
        "assessed_by__unit",
        "record",
    )
    return rows.prefetch_related("channel__administrator_rows", "conflicts", evidence)


def cases_visible_to(user: User, organisation: Organisation) -> QuerySet[Case]:
    """Return the cases that the person may read."""
    return limited(cases(), reach_of(user, organisation))


@dataclass(frozen=True)
class Cursor:
    """The last case of a page, and the moment when the first page was read: what was late then stays so on the next."""

    now: datetime
    segment: int = 0
    sort_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    pk: int = 0

    def __str__(self) -> str:
        return f"{self.now.timestamp()}~{self.segment}~{self.sort_at.timestamp()}~{self.pk}"

    @classmethod
    def read(cls, text: str, now: datetime) -> "Cursor":
        """Return the place that an address names; the beginning for what is none."""
        try:
            then, segment, sort_at, pk = text.split("~")
            return cls(
                datetime.fromtimestamp(float(then), UTC),
                int(segment),
                datetime.fromtimestamp(float(sort_at), UTC),
                int(pk),
            )
        except (ValueError, OverflowError, OSError):
            return cls(now)


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue, in order: late, without a number, due later, without a time, stopped, waiting for others."""

    rows: list[tuple[int, Case]]  # (segment, case)
    following: Cursor | None


def queue(reach: Reach, cursor: Cursor, *, kind: str = "", channel: int | None = None, size: int = PAGE) -> QueuePage:
    """Return a page of open cases within reach, after the cursor. Two queries and those of `cases`, however long it is."""
    params: dict[str, Any] = {
        "now": cursor.now,
        "segment": cursor.segment,
        "sort_at": cursor.sort_at,
        "id": cursor.pk,
        "limit": size + 1,
        "kind": kind,
        "channel": channel,
        "channels": list(reach.channels),
        "people": list(reach.people),
        "units": list(reach.units),
        "crime_channels": list(reach.crime_channels),
        "cases": list(reach.cases),
        "barred": list(reach.barred),
    }
    narrowed = " AND c.id <> ALL(%(barred)s)" if reach.barred else ""
    narrowed += (" AND c.kind = %(kind)s" if kind else "") + (" AND c.channel_id = %(channel)s" if channel else "")
    parts = " UNION ALL ".join(
        QUEUE.format(source=source, segments=SEGMENTS, where=where + narrowed) for source, where in _sources(reach)
    )
    with connection.cursor() as db:
        db.execute(ORDERED.format(parts=parts), params)
        found: Sequence[tuple[int, datetime, int]] = db.fetchall()
    rows = cases().in_bulk([pk for _segment, _sort_at, pk in found[:size]])
    last = found[size - 1] if len(found) > size else None
    return QueuePage(
        [(segment, rows[pk]) for segment, _sort_at, pk in found[:size] if pk in rows],
        Cursor(cursor.now, *last) if last else None,
    )


def _sources(reach: Reach) -> list[tuple[str, str]]:
    """Return (what to join, condition) for each way to a case (`Reach.within`): each is a walk along an index of its own."""
    if reach.everything:
        return [("", "")]
    each = "unnest(%({})s::bigint[]) AS one (id) CROSS JOIN"
    sources = [
        (each.format("channels"), " AND c.channel_id = one.id"),
        (each.format("people"), " AND c.assigned_to_id = one.id"),
    ]
    if reach.units:
        sources.append((each.format("units"), " AND c.assigned_unit_id = one.id"))
    if reach.crimes:
        sources.append(("", " AND c.is_crime"))
    if reach.crime_channels:
        sources.append((each.format("crime_channels"), " AND c.channel_id = one.id AND c.is_crime"))
    if reach.cases:
        sources.append((each.format("cases"), " AND c.id = one.id"))
    return sources


def count_open(reach: Reach, now: datetime, *, late: bool = False) -> int:
    """Return how many open cases are within reach, at most COUNTED + 1: then there are more."""
    rows = limited(Case.objects.open(), reach)
    if late:
        rows = rows.filter(lane=Case.Lane.DATED, sort_at__lte=now)
    return rows.order_by()[: COUNTED + 1].count()


def same_post(address_key: str, platform_item_id: str = "", channel: Channel | None = None) -> CaseQuerySet:
    """Return the cases about the same post, newest first: to be offered, so that two people do not work on one thing."""
    same = Q(address_key=address_key) if address_key else Q(pk__in=[])
    if platform_item_id and channel is not None:
        same |= Q(platform_item_id=platform_item_id, channel=channel)
    return Case.objects.filter(same).select_related("channel", "claimed_by").order_by("-pk")


def units_with_manager(organisation: Organisation) -> list[Unit]:
    """Return the units that a case can be sent to: those that somebody manages, by name."""
    units = (unit for unit in organisation.units.values() if unit.manager_id is not None)
    return sorted(units, key=lambda unit: unit.name)


@dataclass(frozen=True)
class Found:
    """What a search found, newest first. `more`: there are so many that only some were looked at."""

    rows: list[Case]
    more: bool


def search(reach: Reach, words: str, size: int = PAGE) -> Found:
    """Return the cases where the words stand in the text or the author's name, open or closed: those that the reader reads.

    As people write: "two words" together, -not, or; Swedish endings make no difference. At most SEARCHED are looked at in
    each way to a case, so that a word that stands everywhere costs no more than a rare one; then more words are asked for.
    """
    asked = SearchQuery(words, config="swedish", search_type="websearch")
    rows = Case.objects.annotate(words=WORDS).filter(words=asked).order_by()
    if reach.barred:
        rows = rows.exclude(pk__in=reach.barred)
    found = {pk for part in _parts(rows, reach) for pk in part.values_list("pk", flat=True)[: SEARCHED + 1]}
    newest = sorted(found, reverse=True)[:size]
    whole = cases().in_bulk(newest)
    return Found([whole[pk] for pk in newest if pk in whole], len(found) > SEARCHED)


def _parts(rows: QuerySet[Case], reach: Reach) -> list[QuerySet[Case]]:
    """Return the rows by each way to a case (`Reach.within`), as `_sources`: the index of words keeps to the reader's channels.

    Two conditions of words, not one query of both: where nothing but small words is asked for, nothing is found.
    """
    if reach.everything:
        return [rows]
    parts = [rows.filter(assigned_to__in=reach.people)]
    if reach.channels:
        parts.append(_in_channels(rows, reach.channels))
    if reach.units:
        parts.append(rows.filter(assigned_unit__in=reach.units))
    if reach.crimes:
        parts.append(rows.filter(is_crime=True))
    if reach.crime_channels:
        parts.append(_in_channels(rows.filter(is_crime=True), reach.crime_channels))
    if reach.cases:
        parts.append(rows.filter(pk__in=reach.cases))
    return parts


def _in_channels(rows: Any, channels: Sequence[int]) -> QuerySet[Case]:
    where = " | ".join(f"{CHANNEL_WORD}{pk}" for pk in channels)
    return rows.filter(words=SearchQuery(where, config="swedish", search_type="raw"), channel__in=channels)
