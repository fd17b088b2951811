"""A snapshot is asked for, taken, handed in with its files, and looked at.

Whoever takes it (a browser of ours, or a form with uploads) walks the same way: `ask_snapshot`, `start_snapshot`,
`add_snapshot_file` for each file, and then `archive.actions.complete_snapshot`, which makes the PDF/A and the manifest.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256, sha512
from typing import Any

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from archive import notices, waiting
from archive.actions.keeping import keep_made_file, keep_record
from archive.intake import clean_line
from archive.lifecycle import SNAPSHOT
from archive.models import Record, Snapshot, SnapshotFile, StoredFile
from archive.snapshot_rules import LOOKS, why_not_ask
from channels.models import Channel
from channels.queries import channel_scope
from channels.rules import who_proposes
from kommun import policy
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record as record_event
from kommun.lifecycle import Transition
from kommun.policy import Rule, keys

S, R = Snapshot.Status, SnapshotFile.Role
LEVELS = ("1b", "1a", "2b", "2u", "2a", "3b")
MANIFEST_NAME = "forteckning.json"


@dataclass(frozen=True)
class Verdict:
    """What was found out about the PDF/A. `problems`: of our own check, each {"code", "text"}; empty when there are none.

    `validation` is a Snapshot.Validation; `validator` names the tool with its version, `profile` what it checked against.
    """

    problems: Sequence[dict[str, str]] = ()
    validation: str = Snapshot.Validation.NONE
    validator: str = ""
    profile: str = ""


@transaction.atomic
def ask_snapshot(
    *,
    channel_id: int,
    how: str,
    reason: str,
    note: str = "",
    address: str = "",
    period: date | None = None,
    actor: Actor,
) -> Snapshot:
    """Ask for a snapshot of the channel and return it, to be taken.

    `how` and `reason` are a Snapshot.How and a Snapshot.Reason; `address` is the channel's own when none is given, and
    `period` any day of the half-year that it tells of (today's). The level of PDF/A is the policy's. Raises
    Channel.DoesNotExist, NotPermitted, or InvalidInput (a captured one has no address to go to). Matrix K1-K4.
    """
    channel = Channel.objects.select_related("unit", "platform", "controller", "owner", "deputy").get(pk=channel_id)
    if refused := why_not_ask(actor, channel):
        raise NotPermitted(refused)
    actor = actor.among(who_proposes(channel)) or actor
    now = timezone.now()
    current = channel.address
    address = clean_line(address, most=2000) or (current.url if current else "")
    if how == Snapshot.How.CAPTURED and not address:
        raise InvalidInput({"address": [_("Kanalen har ingen adress att hämta från.")]})
    row = Snapshot(
        channel=channel,
        how=Snapshot.How(how),
        reason=Snapshot.Reason(reason),
        note=clean_line(note, most=1000),
        address=address,
        facts=_facts(channel) | {"asked_by": actor.label},
        level=level_of(_format(channel)),
        period=half_year_of(period or timezone.localdate(now)),
        asked_by=actor.user,
        asked_for=actor.on_behalf_of,
        asked_at=now,
    )
    actor.signs(row)
    row.save()
    facts = {"channel": channel.pk, "how": row.how, "reason": row.reason, "level": row.level, "period": row.period}
    _tell("snapshot.asked", row, actor, facts, keys.SNAPSHOT_INTERVAL)
    return row


@transaction.atomic
def start_snapshot(*, snapshot_id: int, actor: Actor) -> Snapshot:
    """Begin an attempt. Raises Snapshot.DoesNotExist, NotPermitted or StateConflict (somebody else has begun)."""
    row = _lock(snapshot_id)
    step, actor = _check("start", row, actor)
    row.status, row.started_at, row.attempts = step.target, timezone.now(), row.attempts + 1
    _save(row, actor)
    _tell("snapshot.started", row, actor, {"attempt": row.attempts})
    return row


@transaction.atomic
def give_back_snapshot(*, snapshot_id: int, note: str, actor: Actor) -> Snapshot:
    """Let an attempt that came to nothing be made again later. What it left stays, and is not part of the next one.

    `note` says what went wrong. Raises as `start_snapshot`.
    """
    row = _lock(snapshot_id)
    step, actor = _check("give_back", row, actor)
    row.status, row.taken_at, row.handed_in_at = step.target, None, None
    _save(row, actor)
    _tell("snapshot.given_back", row, actor, {"attempt": row.attempts, "note": clean_line(note, most=300)})
    return row


@transaction.atomic
def add_snapshot_file(*, snapshot_id: int, role: str, file: StoredFile, actor: Actor) -> SnapshotFile:
    """Let a file that is kept be part of the attempt that is going on, last among those of its role.

    `role` is a SnapshotFile.Role. Raises Snapshot.DoesNotExist, NotPermitted, or StateConflict when none is going on.
    """
    row = _lock(snapshot_id)
    _check("finish", row, actor)  # files belong to what is on its way to a look
    return _add(row, R(role), file)


@transaction.atomic
def hand_in_snapshot(
    *, snapshot_id: int, taken_at: datetime, pdfa: StoredFile, verdict: Verdict, actor: Actor
) -> Snapshot:
    """Add the PDF/A and the manifest to the files, and let the snapshot wait for somebody's look.

    `taken_at`: when the page was seen. The manifest lists every file of the attempt with sha-256 and sha-512; its own
    checksum stands in the event, which the chain of events seals. Raises as `start_snapshot`, or InvalidInput when there
    is nothing that the PDF/A can have been made of.
    """
    row = _lock(snapshot_id)
    step, actor = _check("finish", row, actor)
    if not files_of_attempt(row).filter(role__in=("screenshot", "document", "export")).exists():
        raise InvalidInput({"files": [_("Ögonblicksbilden har inga filer.")]})
    _add(row, R.PDFA, pdfa)
    row.taken_at, row.handed_in_at = taken_at, timezone.now()
    row.problems, row.checked_at = list(verdict.problems), row.handed_in_at
    row.validation = Snapshot.Validation(verdict.validation)
    row.validator, row.validator_profile = verdict.validator[:200], verdict.profile[:120]
    content = manifest_of(row)
    manifest = keep_made_file(
        content=content, name=MANIFEST_NAME, content_type="application/json", how=StoredFile.How.MADE, actor=actor
    )
    _add(row, R.MANIFEST, manifest)
    row.manifest_sha256 = manifest.sha256
    row.status = step.target
    _save(row, actor)
    facts = {
        "attempt": row.attempts,
        "manifest_sha256": row.manifest_sha256,
        "problems": [problem["code"] for problem in row.problems],
        "validation": row.validation,
    }
    _tell("snapshot.handed_in", row, actor, facts, keys.SNAPSHOT_FORMAT)
    waiting.wait_for_look(row, LOOKS, _rule(row, keys.SNAPSHOT_FORMAT), actor)
    return row


@transaction.atomic
def fail_snapshot(*, snapshot_id: int, refusal: str, note: str = "", actor: Actor) -> Snapshot:
    """Give the snapshot up: it could not be taken, for a reason of the closed list. Raises as `start_snapshot`."""
    row = _lock(snapshot_id)
    step, actor = _check("fail", row, actor)
    return _refuse(row, step, "snapshot.failed", refusal, note, actor)


@transaction.atomic
def accept_snapshot(*, snapshot_id: int, rating: str, note: str = "", actor: Actor) -> Snapshot:
    """Accept the snapshot after a look: it becomes a record with all its files.

    `rating` is a Snapshot.Rating; what is missing is said in `note`. Raises Snapshot.DoesNotExist, NotPermitted,
    StateConflict, or InvalidInput (no rating, or gaps without a word on what is missing). Source: OSL 4:1, 5:1; matrix K3-K4.
    """
    row = _lock(snapshot_id)
    if row.status == S.ACCEPTED and row.decided_by_id == actor.user_id:
        return row  # sent twice
    step, actor = _check("accept", row, actor)
    note = clean_line(note, most=1000)
    if rating not in Snapshot.Rating.values:
        raise InvalidInput({"rating": [_("Välj hur väl bilden visar kanalen.")]})
    if rating == Snapshot.Rating.GAPS and not note:
        raise InvalidInput({"note": [_("Skriv vad som saknas.")]})
    row.record = _keep(row, actor)
    row.rating, row.decision_note = rating, note
    _decide(row, step, actor)
    _save(row, actor)
    _tell(
        "snapshot.accepted",
        row,
        actor,
        {
            "record": row.record.pk,
            "rating": rating,
            "manifest_sha256": row.manifest_sha256,
            "validation": row.validation,
        },
        keys.SNAPSHOT_FORMAT,
    )
    return row


@transaction.atomic
def reject_snapshot(*, snapshot_id: int, refusal: str, note: str = "", actor: Actor) -> Snapshot:
    """Reject the snapshot after a look, for a reason of the closed list. Its files stay where they are; no record is made.

    Raises Snapshot.DoesNotExist, NotPermitted, StateConflict, or InvalidInput (no reason).
    """
    row = _lock(snapshot_id)
    if row.status == S.REJECTED and (row.refusal, row.decided_by_id) == (refusal, actor.user_id):
        return row  # sent twice
    step, actor = _check("reject", row, actor)
    row = _refuse(row, step, "snapshot.rejected", refusal, note, actor)
    notices.snapshot_rejected(row)
    return row


# --- What the acts have in common -------------------------------------------------------------------------------------
def half_year_of(day: date) -> date:
    """Return the first day of the half-year."""
    return day.replace(month=1 if day.month < 7 else 7, day=1)


def level_of(formats: Sequence[str]) -> str:
    """Return the level of PDF/A that the policy's formats name, "1b" where they name none."""
    for name in formats:
        if name.startswith("pdfa-"):
            level = name.removeprefix("pdfa-")
            return level if level in LEVELS else f"{level[:1]}b"
    return "1b"


def files_of_attempt(row: Snapshot) -> models.QuerySet[SnapshotFile]:
    """Return the files of the latest attempt, in the order of their roles and places."""
    return row.file_rows.filter(attempt=row.attempts).select_related("file").order_by("role", "place", "pk")


def manifest_of(row: Snapshot) -> bytes:
    """Return the list of the files that are part of the snapshot as canonical JSON: sorted keys, no spaces, UTF-8."""
    listed = [
        {
            "role": one.role,
            "place": one.place,
            "name": one.file.name,
            "type": one.file.content_type,
            "size": one.file.size,
            "sha256": one.file.sha256,
            "sha512": one.sha512,
            "how": one.file.how,
            "kept_at": one.file.at.isoformat(),
        }
        for one in files_of_attempt(row).exclude(role__in=(R.MANIFEST, R.TIMESTAMP))
    ]
    content = {
        "format": "kanalkollen-manifest",
        "version": 1,
        "snapshot": row.pk,
        "attempt": row.attempts,
        "how": row.how,
        "reason": row.reason,
        "address": row.address,
        "taken_at": row.taken_at and row.taken_at.isoformat(),
        "level": row.level,
        "channel": row.facts,
        "files": listed,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _add(row: Snapshot, role: SnapshotFile.Role, file: StoredFile) -> SnapshotFile:
    mine = row.file_rows.filter(attempt=row.attempts, role=role)
    last = mine.aggregate(last=models.Max("place"))["last"]
    return SnapshotFile.objects.create(
        snapshot=row,
        file=file,
        role=role,
        place=0 if last is None else last + 1,
        attempt=row.attempts,
        sha512=file.metadata.get("sha512") or _sha512(file),
    )


def _sha512(file: StoredFile) -> str:
    """Return the sha-512 of the stored bytes. Raises StateConflict when they are not the ones that were kept."""
    sums = (sha256(), sha512())
    with default_storage.open(str(file.file.name)) as content:
        for chunk in content.chunks():
            for one in sums:
                one.update(chunk)
    if sums[0].hexdigest() != file.sha256:
        raise StateConflict(_("Filen har ändrats sedan den sparades. Säg till driften."))
    return sums[1].hexdigest()


def _lock(snapshot_id: int) -> Snapshot:
    rows = Snapshot.objects.select_for_update(of=("self",))
    return rows.select_related("channel__unit", "channel__platform", "channel__owner", "channel__deputy").get(
        pk=snapshot_id
    )


def _check(name: str, row: Snapshot, actor: Actor) -> tuple[Transition, Actor]:
    """Return the step, and the actor as acting for whom they cover. Raises NotPermitted or StateConflict."""
    step = SNAPSHOT.check(name, row, actor)
    return step, actor.among(who_proposes(row.channel)) or actor


def _refuse(row: Snapshot, step: Transition, kind: str, refusal: str, note: str, actor: Actor) -> Snapshot:
    if refusal not in Snapshot.Refusal.values:
        raise InvalidInput({"refusal": [_("Välj varför bilden inte duger.")]})
    row.refusal, row.decision_note = refusal, clean_line(note, most=1000)
    _decide(row, step, actor)
    _save(row, actor)
    _tell(kind, row, actor, {"refusal": refusal, "attempt": row.attempts})
    return row


def _decide(row: Snapshot, step: Transition, actor: Actor) -> None:
    row.status = step.target
    row.decided_by, row.decided_for, row.decided_at = actor.user, actor.on_behalf_of, timezone.now()
    waiting.looked_at(row, actor)


def _keep(row: Snapshot, actor: Actor) -> Record:
    """Return the record that an accepted snapshot becomes. It was drawn up when its PDF/A was made (TF 2:10)."""
    files = [one.file for one in files_of_attempt(row)]
    return keep_record(
        kind=Record.Kind.SNAPSHOT,
        direction=Record.Direction.OUTGOING,
        channel=row.channel,
        occurred_at=row.handed_in_at or timezone.now(),
        source_url=row.address,
        files=sorted(files, key=lambda file: file.pk),
        subject=row,
        label=str(row),
        url=row.get_absolute_url(),
        keeping=Record.Keeping.ORDERED,
        actor=actor,
    )


def _save(row: Snapshot, actor: Actor) -> None:
    actor.signs(row)
    row.save()


def _facts(channel: Channel) -> dict[str, Any]:
    """Return what the cover sheet says of the channel, as it is now."""
    interval, form = (
        policy.rule(key, channel_scope(channel)) for key in (keys.SNAPSHOT_INTERVAL, keys.SNAPSHOT_FORMAT)
    )
    current = channel.address
    return {
        "id": channel.pk,
        "name": channel.name,
        "platform": channel.platform.name,
        "handle": current.handle if current else "",
        "account_id": current.platform_account_id if current else "",
        "unit": str(channel.unit),
        "controller": str(channel.controller) if channel.controller else "",
        "rules": [rule.cite() for rule in (interval, form) if rule is not None],
        "policy_version": next((rule.version_id for rule in (form, interval) if rule is not None), None),
    }


def _format(channel: Channel) -> Sequence[str]:
    rule = policy.rule(keys.SNAPSHOT_FORMAT, channel_scope(channel))
    return rule.value.formats if rule else ()


def _rule(row: Snapshot, key: Any) -> Rule | None:
    return policy.rule(key, channel_scope(row.channel))


def _tell(kind: str, row: Snapshot, actor: Actor, data: dict[str, Any], key: Any = None) -> None:
    rule = _rule(row, key) if key else None
    record_event(kind, subject=row, actor=actor, rules=[rule] if rule else [], data=data)
