"""The audit trail: who did what, when, for whom, through which door and under which rule.

An event is written in the transaction of the act. Its canonical payload (text, UTC) is what is hashed, so neither a
migration nor a time zone can make the chain look broken. The database seals it at commit (`kommun.models.event`).
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol
from uuid import uuid4

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from kommun.actor import ActorLike
from kommun.history import array_of
from kommun.models import Event, EventSeal

GENESIS = "0" * 64
_AS_TEXT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode
SAME_FOR_ALL = ("kind", "occurred_at", "actor_id", "on_behalf_of_id", "actor_label", "door")
INSERT_MANY = f"""
INSERT INTO kommun_event ({", ".join(SAME_FOR_ALL)}, subject_type, subject_id, payload)
SELECT {", ".join(["%s"] * len(SAME_FOR_ALL))}, * FROM unnest(%s::text[], %s::text[], %s::text[])
"""  # noqa: S608  (names of our own columns)
INSERT_ROWS = f"""
INSERT INTO kommun_event ({", ".join(SAME_FOR_ALL)}, subject_type, subject_id, payload)
SELECT {", ".join(["%s"] * len(SAME_FOR_ALL))}, %s, id::text, {{payload}} FROM {{table}} WHERE id = ANY(%s::bigint[]) ORDER BY id
"""  # noqa: S608  (names of our own tables and columns)
# What the canonical text of a column is, as `_payload` writes it: JSON of a text, a number, yes or no, and a time in UTC.
_AS_JSON = {
    models.BooleanField: "coalesce({column}::text, 'null')",
    models.CharField: "coalesce(to_json({column})::text, 'null')",
    models.TextField: "coalesce(to_json({column})::text, 'null')",
    models.IntegerField: "coalesce({column}::text, 'null')",
    models.DateTimeField: """coalesce('"' || replace(to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
        '.000000', '') || '+00:00"', 'null')""",
}


@dataclass(frozen=True)
class Stored:
    """A fact of an event that each row has in a column of its own (`record_rows`)."""

    field: str


class CitedRule(Protocol):
    """What an event keeps of a policy rule."""

    @property
    def key(self) -> str: ...

    @property
    def version_id(self) -> int | None: ...

    def cite(self) -> str:
        """Document and section."""


def record(
    kind: str,
    *,
    subject: models.Model,
    actor: ActorLike,
    rules: Iterable[CitedRule] = (),
    data: dict[str, Any] | None = None,
) -> Event:
    """Write one event about the subject and return it. Call it inside the transaction of the act.

    `kind` is dotted, object and verb: "application.submitted". `data` holds ids and facts, never the text of a person's
    message: the log shows that and why, the text lives where it can be disposed of (OSL 4:1, design idea 6).
    """
    same = _same_for_all(kind, actor)
    cited = [{"key": rule.key, "version": rule.version_id, "cite": rule.cite()} for rule in rules]
    return Event.objects.create(
        **same,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        payload=_payload(same, cited, subject, data),
    )


def record_many(kind: str, *, actor: ActorLike, subjects: Iterable[tuple[models.Model, dict[str, Any]]]) -> None:
    """Write one event for each (subject, data), in one statement. As `record`; for sweeps over many rows."""
    rows = list(subjects)
    if not rows:
        return
    same = _same_for_all(kind, actor)
    columns = [
        [subject._meta.label_lower for subject, _data in rows],
        [str(subject.pk) for subject, _data in rows],
        [_payload(same, [], subject, data) for subject, data in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_MANY, [*(same[name] for name in SAME_FOR_ALL), *columns])


def record_rows(
    kind: str, *, actor: ActorLike, model: type[models.Model], ids: Collection[int], facts: Mapping[str, Any]
) -> None:
    """Write one event about each row of a model with an id in `ids`, made by the database where the rows are.

    As `record_many`, letter for letter, for the many rows of one insertion. `facts` is the data: `Stored` stands for what the
    row has in a field (text, number, key, yes or no, time), anything else is the same for all. Raises TypeError for others.
    """
    if not ids:
        return
    same, label = _same_for_all(kind, actor), model._meta.label_lower
    columns = {str(uuid4()): fact.field for fact in facts.values() if isinstance(fact, Stored)}
    marks = {name: mark for mark, name in columns.items()}
    subject = str(uuid4())
    data = {name: marks[fact.field] if isinstance(fact, Stored) else fact for name, fact in facts.items()}
    found = {json.dumps(mark): _as_json(model, name) for mark, name in columns.items()}
    found[json.dumps(subject)] = """'"' || id::text || '"'"""
    text = _canonical(same, [], (label, subject), data)
    parts = re.split("(" + "|".join(found) + ")", text)
    sql = INSERT_ROWS.format(
        payload=" || ".join(found.get(part, "%s") for part in parts),
        table=connection.ops.quote_name(model._meta.db_table),
    )
    constant = [part for part in parts if part not in found]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(same[name] for name in SAME_FOR_ALL), label, *constant, array_of(ids)])


def _as_json(model: type[models.Model], name: str) -> str:
    """Return the SQL that writes a column as `_payload` would."""
    field: Any = model._meta.get_field(name)
    stored = field.target_field if field.is_relation else field
    for kind, sql in _AS_JSON.items():
        if isinstance(stored, kind):
            return sql.format(column=connection.ops.quote_name(field.column))
    raise TypeError(f"{name}: only texts, numbers, keys, yes or no, and times are facts")


def _same_for_all(kind: str, actor: ActorLike) -> dict[str, Any]:
    """Return the columns that the events of one act have in common."""
    if not connection.in_atomic_block:
        raise RuntimeError("An event is written in the transaction of the act that it records.")
    _tell_after_commit()
    return {
        "kind": kind,
        "occurred_at": timezone.now(),
        "actor_id": actor.user_id,
        "on_behalf_of_id": actor.on_behalf_of_id,
        "actor_label": actor.label[:300],
        "door": actor.door,
    }


def _payload(
    same: dict[str, Any], cited: list[dict[str, Any]], subject: models.Model, data: dict[str, Any] | None
) -> str:
    """Return the canonical text that is sealed."""
    return _canonical(same, cited, (subject._meta.label_lower, str(subject.pk)), data)


def _canonical(
    same: dict[str, Any], cited: list[dict[str, Any]], subject: tuple[str, str], data: dict[str, Any] | None
) -> str:
    payload = {
        "kind": same["kind"],
        "at": same["occurred_at"].isoformat(),
        "subject": subject,
        "actor": same["actor_id"],
        "label": same["actor_label"],
        "on_behalf_of": same["on_behalf_of_id"],
        "door": same["door"],
        "rules": cited,
        "data": data or {},
    }
    return _AS_TEXT(payload)


def _tell_after_commit() -> None:
    """Have those who wait for changes told when the transaction is committed, once, however many events it holds."""
    waiting = connection.run_on_commit
    for path in settings.KANALKOLLEN_AFTER_COMMIT:
        function = import_string(path)
        if not any(entry[1] is function for entry in waiting):
            transaction.on_commit(function, robust=True)  # the act is done, whatever becomes of what follows


def events_about(*subjects: models.Model) -> models.QuerySet[Event]:
    """Return the events of the given objects, oldest first."""
    wanted = models.Q(pk__in=[])
    for subject in subjects:
        wanted |= models.Q(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    return Event.objects.filter(wanted).order_by("pk")


@dataclass(frozen=True)
class ChainReport:
    """What a verification found. `problems` is empty when the chain holds; `head` is the last hash, to publish outside."""

    count: int
    head: str
    problems: Sequence[str]


def verify_chain() -> ChainReport:
    """Compute every seal again from the stored payloads. Finds an edited, removed or reordered event.

    A removed tail shows only against a head that was published elsewhere: compare `count` and `head`.
    """
    unsealed = Event.objects.filter(seal__isnull=True).values_list("pk", flat=True)
    found = [(pk, _("är inte förseglad")) for pk in unsealed]
    previous, expected = GENESIS, 1
    for seal in EventSeal.objects.order_by("seq").select_related("event").iterator():
        if seal.seq != expected:
            found.append(
                (seal.pk, _("har nummer %(seq)s, väntat %(expected)s") % {"seq": seal.seq, "expected": expected})
            )
        if seal.previous != previous:
            found.append((seal.pk, _("följer inte på den före")))
        if sha256((seal.previous + seal.event.payload).encode()).hexdigest() != seal.digest:
            found.append((seal.pk, _("har inte det innehåll som förseglades")))
        elif not _shows_its_payload(seal.event):
            found.append((seal.pk, _("visar något annat än det som förseglades")))
        previous, expected = seal.digest, seal.seq + 1
    problems = [_("Händelse %(pk)s %(what)s.") % {"pk": pk, "what": what} for pk, what in found]
    return ChainReport(count=expected - 1, head=previous, problems=problems)


def _shows_its_payload(event: Event) -> bool:
    """Return whether the columns, which lists and pages read, say what the sealed text says."""
    sealed = json.loads(event.payload)
    shown = {
        "kind": event.kind,
        "subject": [event.subject_type, event.subject_id],
        "actor": event.actor_id,
        "label": event.actor_label,
        "on_behalf_of": event.on_behalf_of_id,
        "door": event.door,
    }
    same_time = datetime.fromisoformat(sealed["at"]) == event.occurred_at
    return same_time and all(sealed[name] == value for name, value in shown.items())
