"""Obligations begin, are met, lapse and are handed on. The only place where their rows are written, beside the sweep.

Call these inside the transaction of the act that made the thing due or done.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Case, F, When
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Unit, User
from channels.clock.paces import KINDS, PATIENCE, REPORT
from channels.models import Channel, Obligation
from kommun.events import Stored, record_many, record_rows
from kommun.history import write_history
from kommun.models import Municipality
from kommun.policy import Rule

LONGEST = 300
STAND_IN = 7_040_000_000_000_000_013  # no row has this number, and no name: it stands for those of many
HAND_ON = """
UPDATE channels_obligation AS obligation SET holder_id = new.holder, passed_to_id = NULL
FROM unnest(%s::bigint[], %s::bigint[]) AS new (id, holder) WHERE obligation.id = new.id
"""
# What the first event keeps: the rule that is followed, until when, and whom it was given to.
_FIRST_FACTS = {
    "kind": Stored("kind"),
    "channel": Stored("channel"),
    "holder": Stored("holder"),
    "due": Stored("due_at"),
    "at_once": Stored("at_once"),
    "rule": Stored("rule"),
    "version": Stored("policy_version"),
    "cite": Stored("cite"),
}
# The rows are those of an app above, which says what they are like; see `begin_alike`.
BEGIN_ALIKE = """
WITH alike AS MATERIALIZED (
    SELECT one.key AS mark, row.* FROM jsonb_each(%(alike)s::jsonb) AS one
    CROSS JOIN LATERAL jsonb_populate_record(NULL::channels_obligation, one.value) AS row
)
INSERT INTO channels_obligation ({columns})
SELECT {values}
FROM ({rows}) AS new (mark, subject_id, opened_at, due_at) JOIN alike USING (mark)
ORDER BY alike.kind COLLATE "C", new.subject_id::text COLLATE "C"
ON CONFLICT (kind, subject_type, subject_id, channel_id) WHERE closed_at IS NULL DO NOTHING
RETURNING id
"""
# What each row has of its own. `stand_in` is the number that the label and the address were written for.
_OWN = {
    "subject_id": "new.subject_id::text",
    "label": f"left(replace(alike.label, %(stand_in)s, new.subject_id::text), {LONGEST})",
    "url": "replace(alike.url, %(stand_in)s, new.subject_id::text)",
    "opened_at": "new.opened_at",
    "due_at": "new.due_at",
    "next_at": "new.opened_at",
}


@dataclass(frozen=True)
class Due:
    """Something that is to be done. `due_at` None: no number was given; `at_once`: because it is to be done now.

    `rule` is what asks for it, when the policy does.
    """

    kind: str
    subject: models.Model
    label: str
    url: str = ""
    channel: Channel | None = None
    unit: Unit | None = None
    holder: User | None = None
    due_at: datetime | None = None
    opened_at: datetime | None = None
    rule: Rule | None = None
    at_once: bool = False

    @property
    def key(self) -> tuple[str, str, str, int | None]:
        """What there is at most one open obligation of."""
        return (
            self.kind,
            self.subject._meta.label_lower,
            str(self.subject.pk),
            self.channel.pk if self.channel else None,
        )


def closed_days() -> frozenset[date]:
    """Return the municipality's own closed days."""
    municipality = Municipality.current()
    return municipality.closed_dates if municipality else frozenset()


def calendar_mark() -> str:
    """Return a short mark of the closed days: another one as soon as a day has been closed or opened."""
    return sha256(repr(sorted(closed_days())).encode()).hexdigest()


Habits = tuple[frozenset[date], time, timedelta]


def habits() -> Habits:
    """Return what of the clock is the municipality's own, in the order that `Pace.next_after` takes it.

    The closed days; when it wants to know what has not been done the same day, Swedish time; and how long it waits before
    the next in line is asked about what is to be done at once.
    """
    municipality = Municipality.current()
    if municipality is None:
        return frozenset(), REPORT, PATIENCE
    return municipality.closed_dates, municipality.watch_report_at, timedelta(hours=municipality.at_once_hours)


def begin(due: Due, actor: Actor) -> Obligation:
    """Open the obligation and return it; the one that is open already stays as it is. Raises KeyError for an unknown kind."""
    begin_many([due], actor)
    return _open_rows(due.kind, due.subject).get(channel=due.channel)


def begin_many(dues: Sequence[Due], actor: Actor) -> int:
    """Open those that are not open yet, in one statement, and return how many. Safe to run twice and from two sides at once."""
    if not dues:
        return 0
    now, own = timezone.now(), habits()
    rows = {due.key: _row(due, now, own) for due in dues}
    kinds, types, subjects = ({key[part] for key in rows} for part in range(3))
    with transaction.atomic():
        known = Obligation.objects.open().filter(kind__in=kinds, subject_type__in=types, subject_id__in=subjects)
        for row in known:
            rows.pop(_key(row), None)
        # In one order, whoever inserts: two sides that wait for each other's rows would wait for ever.
        made = _insert([rows[key] for key in sorted(rows, key=str)])
        _tell_of([row.pk for row in made], actor)
    return len(made)


def begin_alike(alike: Mapping[str, Due], rows: str, params: Mapping[str, Any], actor: Actor) -> int:
    """Open one obligation for each row of a query, in three statements, and return how many. As `begin_many`, for imports.

    `rows` is SQL for (mark, subject_id, opened_at, due_at), with `params`; `alike` says by mark what the others have in
    common, written for the subject with the number `stand_in`, of a kind whose holder is told when it opens. Raises
    ValueError for a kind of another pace.
    """
    if not alike:
        return 0
    now, own = timezone.now(), habits()
    fields = [field for field in Obligation._meta.concrete_fields if not field.primary_key]
    for due in alike.values():
        if not KINDS[due.kind].pace.begins_at_once:
            raise ValueError(f"{due.kind}: when it is told of is not the same for all")
    written = {mark: _row(due, now, own) for mark, due in alike.items()}
    common = {
        mark: {field.column: field.get_prep_value(getattr(row, field.attname)) for field in fields}
        for mark, row in written.items()
    }
    names = [str(field.column) for field in fields]
    sql = BEGIN_ALIKE.format(
        columns=", ".join(map(connection.ops.quote_name, names)),
        values=", ".join(_OWN.get(name) or f"alike.{connection.ops.quote_name(name)}" for name in names),
        rows=rows,
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, {**params, "alike": json.dumps(common, default=str), "stand_in": str(STAND_IN)})
        made = [pk for (pk,) in cursor.fetchall()]
        _tell_of(made, actor)
    return len(made)


def _tell_of(made: Sequence[int], actor: Actor) -> None:
    """Write history and events of new obligations."""
    write_history(Obligation, made, actor, "+")
    record_rows("obligation.opened", actor=actor, model=Obligation, ids=made, facts=_FIRST_FACTS)


@transaction.atomic
def meet(
    kind: str, subject: models.Model, actor: Actor, *, channel: Channel | None = None, note: str = ""
) -> Obligation | None:
    """Close the open obligation about the subject as met by the actor, and return it; None when there is none.

    `channel` tells apart the obligations that one subject has for several channels. Raises
    Obligation.MultipleObjectsReturned when it is needed and not given.
    """
    return _close(kind, subject, Obligation.Outcome.MET, actor, channel, note)


@transaction.atomic
def lapse(
    kind: str, subject: models.Model, actor: Actor, *, channel: Channel | None = None, note: str = ""
) -> Obligation | None:
    """Close the open obligation as no longer needed, and return it; None when there is none. As `meet`."""
    return _close(kind, subject, Obligation.Outcome.LAPSED, actor, channel, note)


@transaction.atomic
def meet_many(obligations: models.QuerySet[Obligation], actor: Actor) -> int:
    """Close those that are open as met by the actor, and return how many. A handful of statements, however many."""
    return len(_end(_locked(obligations), Obligation.Outcome.MET, actor, ""))


@transaction.atomic
def lapse_many(obligations: models.QuerySet[Obligation], actor: Actor, note: str) -> int:
    """Close those that are open as no longer needed, and return how many. As `meet_many`."""
    return len(_end(_locked(obligations), Obligation.Outcome.LAPSED, actor, note))


@transaction.atomic
def reopen(obligation_id: int, actor: Actor) -> Obligation | None:
    """Let an obligation that was met by mistake wait again, with its clock as it was. None when a newer one is open."""
    row = Obligation.objects.select_for_update(of=("self",)).get(pk=obligation_id)
    newer = Obligation.objects.open().filter(kind=row.kind, subject_type=row.subject_type, subject_id=row.subject_id)
    if row.is_open or newer.filter(channel=row.channel_id).exists():
        return None
    pace = KINDS[row.kind].pace
    _number, row.next_at = pace.next_after(row.stage, row.opened_at, row.due_at, *habits(), at_once=row.at_once)
    if not row.missed_why:  # the sweep had not come by: it is the one that says why
        row.missed_at = None
    row.closed_at, row.outcome, row.met_by, row.met_for, row.note = None, "", None, None, ""
    actor.signs(row)
    row.save()
    record_many("obligation.reopened", actor=actor, subjects=[(row, {"kind": row.kind})])
    return row


@transaction.atomic
def hand_on(obligations: models.QuerySet[Obligation], to: User | None, actor: Actor) -> int:
    """Give open obligations to another holder and return how many. The clock goes on as it was."""
    rows = _locked(obligations)
    return _give(rows, dict.fromkeys((row.pk for row in rows), to.pk if to else None), actor)


@transaction.atomic
def hand_on_many(holders: Mapping[int, int | None], actor: Actor) -> int:
    """As `hand_on`, each obligation to a holder of its own, both by their ids. A handful of statements, however many."""
    return _give(_locked(Obligation.objects.filter(pk__in=holders)), holders, actor)


@transaction.atomic
def ask_no_more(obligations: models.QuerySet[Obligation], person: User, actor: Actor) -> int:
    """Take back what has been passed on to the person, who may not do it any longer, and return how many. The clock goes on."""
    rows = _locked(obligations.filter(passed_to=person))
    ids = [row.pk for row in rows]
    Obligation.objects.filter(pk__in=ids).update(passed_to=None)
    write_history(Obligation, ids, actor)
    moved = [(row, {"from": person.pk, "to": row.holder_id}) for row in rows]
    record_many("obligation.handed_on", actor=actor, subjects=moved)
    return len(rows)


def _give(rows: Sequence[Obligation], holders: Mapping[int, int | None], actor: Actor) -> int:
    rows = [row for row in rows if row.holder_id != holders[row.pk]]
    if not rows:
        return 0
    ids = [row.pk for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(HAND_ON, [ids, [holders[pk] for pk in ids]])
    write_history(Obligation, ids, actor)
    moved = [(row, {"from": row.holder_id, "to": holders[row.pk]}) for row in rows]
    record_many("obligation.handed_on", actor=actor, subjects=moved)
    return len(rows)


def _locked(obligations: models.QuerySet[Obligation]) -> list[Obligation]:
    return list(obligations.filter(closed_at__isnull=True).select_for_update(of=("self",)).order_by("pk"))


def _close(
    kind: str, subject: models.Model, outcome: str, actor: Actor, channel: Channel | None, note: str
) -> Obligation | None:
    rows = _open_rows(kind, subject).select_for_update(of=("self",))
    try:
        row = rows.get(channel=channel) if channel else rows.get()
    except Obligation.DoesNotExist:
        return None
    return _end([row], outcome, actor, note)[0]


def _end(rows: Sequence[Obligation], outcome: str, actor: Actor, note: str) -> list[Obligation]:
    """Close the rows, which are locked, and return them as they are then."""
    if not rows:
        return []
    now, ids = timezone.now(), [row.pk for row in rows]
    ended = Obligation.objects.filter(pk__in=ids)
    ended.update(
        # The sweep had not come by yet: the miss has its true time all the same.
        missed_at=Case(When(missed_at__isnull=True, due_at__lte=now, then=F("due_at")), default=F("missed_at")),
        closed_at=now,
        outcome=outcome,
        next_at=None,
        note=note[:500],
        met_by=actor.user,
        met_for=actor.on_behalf_of,
    )
    write_history(Obligation, ids, actor)
    closed = list(ended.order_by("pk"))
    facts = [(row, {"kind": row.kind, "late": row.missed_at is not None}) for row in closed]
    record_many(f"obligation.{outcome}", actor=actor, subjects=facts)
    return closed


def _open_rows(kind: str, subject: models.Model) -> models.QuerySet[Obligation]:
    return Obligation.objects.open().about(subject).filter(kind=kind)


def _row(due: Due, now: datetime, own: Habits) -> Obligation:
    opened_at = due.opened_at or now
    number, next_at = KINDS[due.kind].pace.next_after(0, opened_at, due.due_at, *own, at_once=due.at_once)
    return Obligation(
        kind=due.kind,
        rule=str(due.rule.key) if due.rule else "",
        policy_version_id=due.rule.version_id if due.rule else None,
        cite=due.rule.cite()[:LONGEST] if due.rule else "",
        strength=due.rule.strength.value if due.rule else "",
        channel=due.channel,
        unit=due.unit or (due.channel.unit if due.channel else None),
        subject_type=due.subject._meta.label_lower,
        subject_id=str(due.subject.pk),
        label=due.label[:LONGEST],
        url=due.url,
        holder=due.holder,
        opened_at=opened_at,
        due_at=due.due_at,
        at_once=due.at_once,
        stage=number - 1,
        next_at=next_at,
    )


def _key(row: Obligation) -> tuple[str, str, str, int | None]:
    return row.kind, row.subject_type, row.subject_id, row.channel_id


def _insert(rows: list[Obligation]) -> list[Obligation]:
    """Store the rows and return those that nobody else stored at the same moment: the unique constraint decides."""
    try:
        with transaction.atomic():
            return Obligation.objects.bulk_create(rows)
    except IntegrityError as error:
        if "one_open_obligation_a_subject" not in str(error):
            raise
        if len(rows) == 1:
            return []
        middle = len(rows) // 2
        for row in rows:
            row.pk = None
        return _insert(rows[:middle]) + _insert(rows[middle:])
