"""The audit trail: who did what, when, for whom, through which door and under which rule.

An event is written in the transaction of the act. Its canonical payload (text, UTC) is what is hashed, so neither a
migration nor a time zone can make the chain look broken. The database seals it at commit (`kommun.models.event`).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from django.db import connection, models
from django.utils import timezone

from kommun.actor import ActorLike
from kommun.models import Event, EventSeal

GENESIS = "0" * 64


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
    if not connection.in_atomic_block:
        raise RuntimeError("An event is written in the transaction of the act that it records.")
    now = timezone.now()
    cited = [{"key": rule.key, "version": rule.version_id, "cite": rule.cite()} for rule in rules]
    payload = {
        "kind": kind,
        "at": now.isoformat(),
        "subject": [subject._meta.label_lower, str(subject.pk)],
        "actor": actor.user_id,
        "on_behalf_of": actor.on_behalf_of_id,
        "door": actor.door,
        "rules": cited,
        "data": data or {},
    }
    return Event.objects.create(
        kind=kind,
        occurred_at=now,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        actor_id=actor.user_id,
        on_behalf_of_id=actor.on_behalf_of_id,
        actor_label=actor.label,
        door=actor.door,
        payload=json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str),
    )


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
    problems = [f"event {pk}: not sealed" for pk in unsealed]
    previous, expected = GENESIS, 1
    seals = EventSeal.objects.order_by("seq")
    rows = seals.values_list("event_id", "event__payload", "seq", "previous", "digest")
    for pk, payload, seq, stored_previous, digest in rows.iterator():
        if seq != expected:
            problems.append(f"event {pk}: number {seq} where {expected} was expected")
        if stored_previous != previous:
            problems.append(f"event {pk}: does not follow the one before it")
        if sha256((stored_previous + payload).encode()).hexdigest() != digest:
            problems.append(f"event {pk}: the text is not the one that was sealed")
        previous, expected = digest, seq + 1
    return ChainReport(count=expected - 1, head=previous, problems=problems)
