"""Cases from a file, after the yes: with their place in the queue, their clocks, their history and their events.

One statement for each table and part of the file: what a case costs is what the database has to write. Call it inside the
transaction of the import, of which there is one at a time.
"""

import json
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import CharField, TextField
from django.utils import timezone

from accounts.actor import Actor
from channels import clock
from channels.imports.kinds import Importer, register
from channels.models import Channel, Obligation
from channels.models.imports import ImportRow, ImportRun
from channels.queries import channel_scope
from kommun import policy
from kommun.events import Stored, record_rows
from kommun.history import array_of, write_history
from kommun.models import Event
from kommun.references import checked_at_once
from moderation import categories, due, imports
from moderation.actions.ladder import put_category
from moderation.models import Case

CHUNK = 10_000
# The row of the file has the columns that are its own; `sort` those that every new case of its sort has.
INSERT = """
WITH sort AS MATERIALIZED (
    SELECT one.key AS mark, row.* FROM jsonb_each(%(sorts)s::jsonb) AS one
    CROSS JOIN LATERAL jsonb_populate_record(NULL::moderation_case, one.value) AS row
)
INSERT INTO moderation_case ({columns})
SELECT {values}
FROM channels_importrow AS i
JOIN sort ON sort.mark = (i.values ->> 'channel_id') || ' ' || (i.values ->> 'kind') || ' ' || (i.values ->> 'category')
WHERE i.run_id = %(run)s AND i.number BETWEEN %(first)s AND %(last)s AND i.verdict = 'create'
ORDER BY i.number
RETURNING id
"""
CLOCKS = """
SELECT channel_id || ' ' || kind || ' ' || category, id, known_at, due_at FROM moderation_case WHERE id = ANY(%(ids)s::bigint[])
"""
FACTS = ("source", "external_id", "channel", "kind", "direction", "category", "known_at", "known_how")


def write_cases(run: ImportRun, actor: Actor, tell: Callable[[int], None]) -> None:
    """Make the cases of an import, whose rows have just been judged to say what they said at the yes."""
    rows = run.rows.filter(verdict=ImportRow.Verdict.CREATE).order_by("number")
    numbers = list(rows.values_list("number", flat=True))
    writer = _Writer(run, actor)
    with checked_at_once(Case, Case.history.model, Obligation, Obligation.history.model, Event):
        for start in range(0, len(numbers), CHUNK):
            part = numbers[start : start + CHUNK]
            writer.write(part[0], part[-1])
            tell(start + len(part))


class _Writer:
    """Writes one import."""

    def __init__(self, run: ImportRun, actor: Actor) -> None:
        self.run, self.actor, self.now = run, actor, timezone.now()
        sorts, closed = _sorts(run), clock.closed_days()
        # The time is each row's own; the rule that gave it is the same for every case of the sort.
        self.clocks = {mark: (case, due.limit_of(case, closed)) for mark, case in sorts.items()}
        self.fields = [field for field in Case._meta.concrete_fields if not field.primary_key]
        self.sorts = json.dumps(
            {mark: self._new(case) for mark, case in sorts.items()}, default=str, ensure_ascii=False
        )
        self.facts = {"import": run.pk, "due": Stored("due_at")} | {name: Stored(name) for name in FACTS}

    def _new(self, case: Case) -> dict[str, Any]:
        """Return the columns of a new case of the sort, as the database reads them."""
        case.opened_at, case.opened_by = self.now, self.actor.user
        return {str(field.column): field.get_prep_value(getattr(case, field.attname)) for field in self.fields}

    def write(self, first: int, last: int) -> None:
        """Make the cases of the rows with these numbers."""
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in self.fields)
        sql = INSERT.format(columns=columns, values=", ".join(map(_value, self.fields)))
        with connection.cursor() as cursor:
            values: dict[str, str | int] = {"sorts": self.sorts, "run": self.run.pk, "first": first, "last": last}
            cursor.execute(sql, values)
            made = [pk for (pk,) in cursor.fetchall()]
        write_history(Case, made, self.actor, "+")
        record_rows("case.opened", actor=self.actor, model=Case, ids=made, facts=self.facts)
        due.begin_alike(self.clocks, CLOCKS, {"ids": array_of(made)}, self.actor)


def _value(field: Any) -> str:
    """Return where the database finds a column: in the row of the file, or in what all of the sort have."""
    if field.column not in imports.OWN:
        return f"sort.{connection.ops.quote_name(field.column)}"
    own = f"i.values ->> '{field.column}'"
    # A text is not cast: a cast would cut off what is too long, and then nobody would know.
    return own if isinstance(field, (CharField, TextField)) else f"({own})::{field.db_type(connection)}"


def _mark(channel: int, kind: str, category: str) -> str:
    return f"{channel} {kind} {category}"


def _sorts(run: ImportRun) -> dict[str, Case]:
    """Return what a new case is like, for each channel, kind and category that the file has."""
    created = run.rows.filter(verdict=ImportRow.Verdict.CREATE)
    found = created.values_list("values__channel_id", "values__kind", "values__category").order_by().distinct()
    channels = Channel.objects.select_related("platform", "unit__parent__parent", "owner")
    by_id = channels.in_bulk({channel for channel, _kind, _category in found})
    version, today = policy.in_force(), timezone.localdate()
    sorts = {}
    for channel, kind, category in found:
        case = Case(
            channel=by_id[channel],
            kind=kind,
            policy_version_id=version.pk if version else None,
            known_how=Case.Known.IMPORT,
        )
        if category:
            put_category(
                case, categories.category(category, channel_scope(case.channel), case.policy_version_id, today)
            )
        case.pk, case.known_at = clock.STAND_IN, run.created_at  # each row has its own
        sorts[_mark(channel, kind, category)] = case
    return sorts


register(
    ImportRun.Kind.CASES,
    Importer(imports.COLUMNS, imports.REQUIRED, imports.LIMITS, imports.judge, imports.unchanged, write_cases),
)
