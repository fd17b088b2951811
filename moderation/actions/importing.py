"""Cases from a file, after the yes: with their place in the queue, their clocks, their history and their events.

One statement for each table and part of the file: what a case costs is what the database has to write. Call it inside the
transaction of the import, of which there is one at a time.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.actor import Actor
from channels import clock
from channels.imports.kinds import Importer, register
from channels.models import Channel
from channels.models.imports import ImportRow, ImportRun
from channels.queries import channel_scope
from kommun import policy
from kommun.events import record_many
from kommun.history import write_history
from kommun.policy import Rule
from moderation import categories, due, imports
from moderation.actions.ladder import put_category
from moderation.categories import Limit
from moderation.models import Case

CHUNK = 5000
# The row of the file has the columns that are its own; `common` those that every new case of its sort has.
INSERT = """
INSERT INTO moderation_case ({columns})
SELECT {columns} FROM (
    SELECT i.number, c.* FROM channels_importrow AS i
    CROSS JOIN LATERAL jsonb_populate_record(
        NULL::moderation_case,
        (%(common)s::jsonb -> ((i.values ->> 'channel_id') || ' ' || (i.values ->> 'kind') || ' ' || (i.values ->> 'category')))
        || i.values
    ) AS c
    WHERE i.run_id = %(run)s AND i.number BETWEEN %(first)s AND %(last)s AND i.verdict = 'create'
) AS new ORDER BY number
RETURNING id, source, external_id, channel_id, kind, category, direction, known_at, due_at
"""


def write_cases(run: ImportRun, actor: Actor, tell: Callable[[int], None]) -> None:
    """Make the cases of an import, whose rows have just been judged to say what they said at the yes."""
    rows = run.rows.filter(verdict=ImportRow.Verdict.CREATE).order_by("number")
    numbers = list(rows.values_list("number", flat=True))
    writer = _Writer(run, actor)
    for start in range(0, len(numbers), CHUNK):
        part = numbers[start : start + CHUNK]
        writer.write(part[0], part[-1])
        tell(start + len(part))


class _Writer:
    """Writes one import."""

    def __init__(self, run: ImportRun, actor: Actor) -> None:
        self.run, self.actor, self.now = run, actor, timezone.now()
        self.sorts = _sorts(run)
        self.rules: dict[str, Rule | None] = {}
        self.closed = clock.closed_days()
        self.fields = [field for field in Case._meta.concrete_fields if not field.primary_key]
        self.common = json.dumps(
            {mark: self._new(case) for mark, case in self.sorts.items()}, default=str, ensure_ascii=False
        )

    def _new(self, case: Case) -> dict[str, Any]:
        """Return the columns of a new case of the sort, as the database reads them."""
        case.opened_at, case.opened_by = self.now, self.actor.user
        return {str(field.column): field.get_prep_value(getattr(case, field.attname)) for field in self.fields}

    def write(self, first: int, last: int) -> None:
        """Make the cases of the rows with these numbers."""
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in self.fields)
        with connection.cursor() as cursor:
            values: dict[str, str | int] = {"common": self.common, "run": self.run.pk, "first": first, "last": last}
            cursor.execute(INSERT.format(columns=columns), values)
            made = cursor.fetchall()
        write_history(Case, [row[0] for row in made], self.actor, "+")
        cases = [(self._case(row), row) for row in made]
        record_many("case.opened", actor=self.actor, subjects=[(case, self._facts(case, row)) for case, row in cases])
        due.begin_many([(case, self._limit(case)) for case, _row in cases], self.actor)

    def _case(self, row: Sequence[Any]) -> Case:
        """Return a case with what its obligation asks for."""
        pk, _source, _external_id, channel, kind, category, direction, known_at, due_at = row
        sort = self.sorts[_mark(channel, kind, category)]
        case = Case.__new__(Case)  # a hundred thousand: what is not asked for is not filled in
        case.__dict__.update(sort.__dict__)
        case.pk, case.direction, case.known_at, case.due_at = pk, direction, known_at, due_at
        return case

    def _facts(self, case: Case, row: Sequence[Any]) -> dict[str, Any]:
        return {
            "import": self.run.pk,
            "source": row[1],
            "external_id": row[2],
            "channel": case.channel_id,
            "kind": case.kind,
            "direction": case.direction,
            "category": case.category,
            "known_at": case.known_at,
            "known_how": Case.Known.IMPORT,
            "due": case.due_at,
        }

    def _limit(self, case: Case) -> Limit:
        """Return the time of the row, and the rule that gave it: the same for every case of the sort."""
        mark = _mark(case.channel_id, case.kind, case.category)
        if mark not in self.rules:
            self.rules[mark] = due.limit_of(case, self.closed).rule
        return Limit(case.due_at, "", self.rules[mark])


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
        sorts[_mark(channel, kind, category)] = case
    return sorts


register(
    ImportRun.Kind.CASES,
    Importer(imports.COLUMNS, imports.REQUIRED, imports.LIMITS, imports.judge, imports.unchanged, write_cases),
)
