"""What may be destroyed and from when, what stops it, and the lists, as the archivist's pages and acts ask."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, DateField, DateTimeField, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate

from archive import belongings, holds, retention
from archive.belongings import Stop
from archive.models import DisposalItem, DisposalList, Hold, Record, StoredFile
from kommun.business_time import STOCKHOLM

State, From = DisposalItem.State, Record.CountedFrom
OPEN_LISTS = (DisposalList.Status.PROPOSED, DisposalList.Status.SIGNED, DisposalList.Status.CONFIRMED)
_NONE = Value(None, output_field=DateTimeField())


def with_ends() -> QuerySet[Any]:
    """Return the records that are to be destroyed, with `ends_on`: the first day when they may be. Null: not begun.

    As `retention.last_day_kept`, in the database. What is counted from a matter is asked of the app that has it.
    """
    matters = [
        When(subject_type=kind, then=said.closed_at())  # evaluated for rows of that kind alone
        for kind, said in belongings.subjects()
    ]
    since = Case(
        When(counted_from=From.OCCURRED, then=TruncDate("occurred_at", tzinfo=STOCKHOLM)),
        When(counted_from=From.CHANNEL_CLOSED, then=F("channel__closed_on")),
        When(
            counted_from=From.MATTER_CLOSED,
            then=TruncDate(Case(*matters, default=_NONE, output_field=DateTimeField()), tzinfo=STOCKHOLM),
        ),
        output_field=DateField(),
    )
    after = Func(F("keep_months"), function="make_interval", template="make_interval(months => %(expressions)s)")
    ends = Func(since, after, template="(%(expressions)s)::date", arg_joiner=" + ", output_field=DateField())
    return Record.objects.filter(fate=Record.Fate.DESTROY).annotate(ends_on=ends)


def due(today: date) -> QuerySet[Any]:
    """Return the records whose time is over and that are on no open list, the oldest first."""
    listed = DisposalItem.objects.filter(state__in=(State.LISTED, State.APPROVED)).values("record_number")
    return with_ends().filter(ends_on__lte=today).exclude(pk__in=listed).select_related("channel__unit").order_by("pk")


@dataclass(frozen=True)
class DueRow:
    """A record whose time is over, and what stops it. It is told by its number: what it says is read elsewhere."""

    record: Any
    stops: Sequence[Stop]


def due_rows(today: date, *, after: int = 0, size: int = 50) -> tuple[list[DueRow], int]:
    """Return some of what is due, from past the number `after`, and where to go on (0: no more)."""
    found = list(due(today).filter(pk__gt=after)[: size + 1])
    more, found = len(found) > size, found[:size]
    stopped = holds.stops(found)
    return [DueRow(row, stopped.get(row.pk, ())) for row in found], found[-1].pk if more else 0


def in_parts(rows: QuerySet[Any], size: int = 1000) -> Iterator[list[Any]]:
    """Yield the rows some at a time, found by their numbers."""
    after = 0
    while part := list(rows.filter(pk__gt=after).order_by("pk")[:size]):
        yield part
        after = part[-1].pk


def kept_until(file: StoredFile) -> date | None:
    """Return the first day when the file may be destroyed: the last of its records' days. As `retention.longest` says it."""
    records = Record.objects.filter(file_rows__file=file)
    ends = dict(with_ends().filter(pk__in=records).values_list("pk", "ends_on"))
    fates = records.values_list("pk", "fate")
    return retention.longest(retention.FOR_EVER if fate == Record.Fate.KEEP else ends.get(pk) for pk, fate in fates)


def by_class() -> list[dict[str, Any]]:
    """Return how many records each class has and what becomes of them; what is not decided comes first."""
    rows = Record.objects.values("fate", "retention_class", "keep_months", "counted_from").annotate(count=Count("pk"))
    named = dict(Record.CountedFrom.choices)
    return [row | {"since": named.get(row["counted_from"], "")} for row in rows.order_by("fate", "retention_class")]


def counts_of(row: DisposalList) -> dict[str, int]:
    """Return how many items are in each state: every state has a number."""
    found = dict(row.items.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in State.values}


def lists() -> QuerySet[DisposalList]:
    """Return the lists, the newest first."""
    people = ("proposed_by", "signed_by", "confirmed_by")
    return DisposalList.objects.select_related("decision", "certificate", *people).annotate(
        size=Count("items"), destroyed=Count("items", filter=Q(items__state=State.DESTROYED))
    )


def holds_in_force() -> QuerySet[Hold]:
    """Return the holds that are set by hand, the newest first."""
    return Hold.objects.in_force().select_related("channel", "set_by").order_by("-pk")


def lists_to_sign(user_id: int) -> int:
    """Return how many lists wait for a sign-off by somebody else than who proposed them."""
    return DisposalList.objects.filter(status=DisposalList.Status.PROPOSED).exclude(proposed_by=user_id).count()
