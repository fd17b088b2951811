"""The one sweep: what is due and not yet told is told, what has run out is marked as missed, once, at its true time.

Asks "what is due and not yet done?", never "what fell due since last time?": after an outage one round catches up. Safe
to run twice and from two workers at once: rows are taken with SKIP LOCKED, and each stage tells once by a constraint.
The cost follows what is due: rows are found by a partial index, and written with one statement per table. What was told
is mailed at once or in the next digest (`at_once`, `digest`).
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import override

from accounts.actor import SCHEDULER
from accounts.organisation import Organisation
from channels.clock.at_once import mail_at_once, read_before
from channels.clock.book import Habits, habits
from channels.clock.escalation import Line, Told, whom_to_tell, why_missed
from channels.clock.paces import KINDS
from channels.clock.standing import lines_of
from channels.models import Obligation, ObligationNotice
from kommun import policy
from kommun.business_time import last_day, swedish_day
from kommun.events import record_many
from kommun.history import write_history

log = logging.getLogger(__name__)
BATCH = 1000
LONGEST = 500  # a sentence or two; the columns of both reasons

UPDATE = """
UPDATE channels_obligation AS o
SET stage = v.stage, next_at = v.next_at, missed_at = v.missed_at, missed_why = v.missed_why, passed_to_id = v.passed_to
FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::bigint[])
    AS v (id, stage, next_at, missed_at, missed_why, passed_to)
WHERE o.id = v.id
"""
NOTICES = """
INSERT INTO channels_obligationnotice (told_at, obligation_id, stage, person_id, why)
SELECT %s, * FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::text[])
"""
LINES = """
INSERT INTO accounts_mailline (told_at, person_id, about, why, covers_for_id, expires_at)
SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[])
"""


@dataclass
class Step:
    """What one round does with one obligation: the values it is to have, and who is told, (stage, who)."""

    row: Obligation
    stage: int
    next_at: datetime
    missed_at: datetime | None
    missed_why: str
    passed_to_id: int | None
    told: list[tuple[int, Told]] = field(default_factory=list)

    @property
    def newly_missed(self) -> bool:
        """Return True when it was this round that found the time run out."""
        return self.missed_at is not None and self.row.missed_at is None


@dataclass(frozen=True)
class Round:
    """What holds for every obligation of a round."""

    now: datetime
    today: date
    own: Habits
    organisation: Organisation


def sweep(now: datetime) -> int:
    """Act on everything that is due at `now` and return how many obligations were acted on.

    A row that cannot be worked out or stored is logged and left; the rest goes on, and the last error is raised at the end.
    """
    done, after = 0, 0
    failures: list[Exception] = []
    with policy.remembered(), override(settings.LANGUAGE_CODE):  # what is kept is in the municipality's language
        while True:
            with transaction.atomic():
                rows = _take(now, after)
                if not rows:
                    break
                done += _try(rows, now, failures)
            after = rows[-1].pk
        mail_at_once(now)
    if failures:
        raise failures[-1]
    return done


def _take(now: datetime, after: int) -> list[Obligation]:
    due = Obligation.objects.filter(closed_at__isnull=True, next_at__isnull=False, next_at__lte=now, pk__gt=after)
    return list(due.order_by("pk").select_for_update(skip_locked=True)[:BATCH])


def _try(rows: Sequence[Obligation], now: datetime, failures: list[Exception]) -> int:
    """Act on all of them, or, when that fails, on each half, until what fails is one row."""
    try:
        with transaction.atomic():
            return _act(rows, now)
    except (OperationalError, InterfaceError):  # the database is what fails, not the row
        raise
    except Exception as error:
        if len(rows) > 1:
            middle = len(rows) // 2
            return _try(rows[:middle], now, failures) + _try(rows[middle:], now, failures)
        log.exception("obligation %s could not be worked out", rows[0].pk)
        failures.append(error)
        return 0


def _act(rows: Sequence[Obligation], now: datetime) -> int:
    today = swedish_day(now)
    earliest = min([today, *(last_day(row.due_at) for row in rows if row.due_at and not row.missed_at)])
    # From the first day on which something ran out: why it was missed is to be true of that day.
    current = Round(now, today, habits(), Organisation.load(earliest, today))
    lines, told_before = lines_of(rows, current.organisation), _told_before(rows)
    steps = [_step(row, lines[row.pk], told_before[row.pk], current) for row in rows]
    _write(steps, now)
    _leave_lines(steps, now)
    return len(steps)


def _told_before(rows: Sequence[Obligation]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    notices = ObligationNotice.objects.filter(obligation__in=[row.pk for row in rows])
    for obligation_id, person_id in notices.values_list("obligation_id", "person_id"):
        found[obligation_id].add(person_id)
    return found


def _step(row: Obligation, line: Line, told_before: set[int], current: Round) -> Step:
    """Go through every stage whose moment has come, and return what the row is to be afterwards."""
    pace, sort = KINDS[row.kind].pace, {"dated": row.due_at is not None, "at_once": row.at_once}
    step = Step(row, row.stage, current.now, row.missed_at, row.missed_why, row.passed_to_id)
    number, moment = pace.next_after(row.stage, row.opened_at, row.due_at, *current.own, at_once=row.at_once)
    while moment <= current.now:
        following, later = pace.next_after(number, row.opened_at, row.due_at, *current.own, at_once=row.at_once)
        again = pace.repeats(number, **sort)
        if not (again and later <= current.now):  # after a long outage, one repetition says it all
            stage = pace.stage(number, **sort)
            if stage.missed and row.missed_at is None and row.due_at is not None:
                step.missed_at = row.due_at
                step.missed_why = _shortened(why_missed(line, current.organisation, last_day(row.due_at)))
            told = whom_to_tell(stage.audience, line, current.organisation, current.today, () if again else told_before)
            if told.person is not None:
                told_before.add(told.person.pk)
                step.told.append((number, told))
                step.passed_to_id = told.person.pk if told.person.pk != row.holder_id else None
            step.stage = number
        number, moment = following, later
    step.next_at = moment
    return step


def _shortened(why: str) -> str:
    """Return the sentences as they fit the column. The last ones are kept: they speak of the person who is told."""
    return why if len(why) <= LONGEST else "… " + why[2 - LONGEST :]


def _write(steps: Sequence[Step], now: datetime) -> None:
    ids = [step.row.pk for step in steps]
    names = ("stage", "next_at", "missed_at", "missed_why", "passed_to_id")
    columns: list[list[Any]] = [ids, *([getattr(step, name) for step in steps] for name in names)]
    told = [
        (step.row.pk, number, one.person.pk, _shortened(one.why))
        for step in steps
        for number, one in step.told
        if one.person is not None
    ]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, columns)
        cursor.execute(NOTICES, [now, *([row[column] for row in told] for column in range(4))])
    write_history(Obligation, ids, SCHEDULER)
    missed = [step for step in steps if step.newly_missed]
    reminded = [step for step in steps if step.told and not step.newly_missed]
    for kind, which in (("obligation.missed", missed), ("obligation.reminded", reminded)):
        record_many(kind, actor=SCHEDULER, subjects=[(step.row, _facts(step)) for step in which])


def _facts(step: Step) -> dict[str, Any]:
    told = [told.person.pk for _number, told in step.told if told.person]
    return {"kind": step.row.kind, "stage": step.stage, "told": told, "due": step.row.due_at}


def _leave_lines(steps: Sequence[Step], now: datetime) -> None:
    """Leave a line for each person about each obligation that this round has for them. They are mailed from there."""
    lines: dict[tuple[int, int], tuple[Any, ...]] = {}
    for step in steps:
        row, pace = step.row, KINDS[step.row.kind].pace
        for number, told in step.told:
            if told.person is not None:
                stage = pace.stage(number, dated=row.due_at is not None, at_once=row.at_once)
                until = (
                    now if stage.waits is not None else read_before(stage, row.due_at, late=step.missed_at is not None)
                )
                covers_for = told.covers_for.pk if told.covers_for else None
                lines[told.person.pk, row.pk] = (told.person.pk, row.pk, _shortened(told.why), covers_for, until)
    with connection.cursor() as cursor:
        cursor.execute(LINES, [now, *([line[column] for line in lines.values()] for column in range(5))])
