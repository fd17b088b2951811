"""The one delete: what is on a confirmed list, under its certificate, a slice at a time. Then the certificate is written.

Row, history, files and every copy that the apps above keep go together, in one transaction; the bytes go from the disk
when it is committed. Killed anywhere it goes on from where it was: what is destroyed says so, and bytes that are still to
be taken away are written on the item until they are gone.
"""

import hashlib
import json
from collections import Counter
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import SCHEDULER, Actor
from archive import belongings, disposal_queries, holds
from archive.lifecycle import DISPOSAL
from archive.models import DiarySheet, DisposalCertificate, DisposalItem, DisposalList, Record, RecordFile, StoredFile
from archive.models.kept import SESSION
from kommun.each import let_each
from kommun.events import record as record_event
from kommun.events import record_many
from kommun.history import forget

SLICE = 50
State = DisposalItem.State
# What goes with the record is seen to here. Anything else that points at it keeps it.
_OWN = (RecordFile, DiarySheet)


class NeededElsewhere(Exception):
    """Something that nobody has told of points at the record."""


def carry_out() -> int:
    """Destroy what is on confirmed lists and issue the certificates. Return how many records went. Safe to run twice.

    A list that fails does not stop the others; its error is raised at the end.
    """
    ready = DisposalList.objects.filter(status=DisposalList.Status.CONFIRMED, not_before__lte=timezone.now())
    destroyed: list[int] = []

    def carry_out_list(*, list_id: int, actor: Actor) -> None:
        seen = 1
        while seen:
            done, seen = destroy_slice(list_id=list_id, actor=actor)
            destroyed.append(done)
            take_away_bytes(list_id=list_id)
        finish(list_id=list_id, actor=actor)

    lists = list(ready.order_by("pk").values_list("pk", flat=True))
    let_each([(carry_out_list, {"list_id": pk}) for pk in lists], SCHEDULER)
    return sum(destroyed)


# --- A slice ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def destroy_slice(*, list_id: int, actor: Actor) -> tuple[int, int]:
    """Destroy the next records of the list; return how many were, and how many of the list were seen to in this slice.

    Holds are asked again here, with the objects and the records locked: nobody can set one that is overtaken. What a hold
    stops, or what is no longer due, stays, and its item says why. Raises NotPermitted (a person), StateConflict.
    """
    holds.lock()
    row = DisposalList.objects.select_for_update(of=("self",)).select_related("decision", "certificate").get(pk=list_id)
    if row.status == DisposalList.Status.DONE:
        return 0, 0
    DISPOSAL.check("destroy", row, actor)
    items = list(row.items.filter(state=State.APPROVED).order_by("pk")[:SLICE])
    numbers = [item.record_number for item in items]
    belongings.lock(Record.objects.filter(pk__in=numbers))
    found = disposal_queries.with_ends().filter(pk__in=numbers).select_for_update(of=("self",)).order_by("pk")
    records = {record.pk: record for record in found}
    stopped = holds.stops(list(records.values()))
    _name(row.certificate)
    for item in items:
        record = records.get(item.record_number)
        if reason := _why_not(row, item, record, stopped):
            _stop(item, reason)
        elif record is not None:
            _try(item, record)
    _name(None)
    gone = [item for item in items if item.state == State.DESTROYED]
    facts = [(Record(pk=item.record_number), {"list": row.pk, "files": item.file_numbers}) for item in gone]
    record_many("record.destroyed", actor=actor, subjects=facts)
    return len(gone), len(items)


def _name(certificate: DisposalCertificate | None) -> None:
    """Tell the database, for this transaction, under which certificate is destroyed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SESSION, str(certificate.pk) if certificate else ""])


def _why_not(row: DisposalList, item: DisposalItem, record: Any, stopped: belongings.Stops) -> str:
    if record is None or record.ends_on is None or record.ends_on > timezone.localdate():
        return _("Tiden är inte över längre: klassen eller det som den räknas från har ändrats.")
    if record.retention_class != item.retention_class or record.retention_class not in row.decision.classes:
        return _("Handlingen har fått en annan gallringsklass.")
    return holds.words(stopped[record.pk]) if record.pk in stopped else ""


def _try(item: DisposalItem, record: Record) -> None:
    try:
        with transaction.atomic():
            _destroy(item, record)
    except NeededElsewhere as error:
        item.refresh_from_db()
        _stop(item, _("Något annat behöver handlingen: %(what)s.") % {"what": error})


def _stop(item: DisposalItem, reason: str) -> None:
    item.state, item.reason = State.STOPPED, reason
    item.save(update_fields=["state", "reason"])


def _destroy(item: DisposalItem, record: Record) -> None:
    """Destroy the record and all that hangs on it. Past Django's collector: that would write a last row of history."""
    belongings.destroy([record])
    if pointing := _pointing_at(record, _OWN):
        raise NeededElsewhere(pointing)
    files = [row.file for row in record.file_rows.select_related("file")]
    sheets = list(record.sheets.values_list("pk", flat=True))
    forget(DiarySheet, sheets)
    _delete(DiarySheet.objects.filter(pk__in=sheets))
    _delete(RecordFile.objects.filter(record=record))
    # A file that another record has, or anything else points at, is that one's: so the longest wins.
    files = [file for file in files if not _pointing_at(file, ())]
    item.file_numbers, item.checksums = [file.pk for file in files], [file.sha256 for file in files]
    item.paths = _paths_of(files)
    item.save(update_fields=["file_numbers", "checksums", "paths"])
    _delete(StoredFile.objects.filter(pk__in=item.file_numbers))
    forget(Record, [record.pk])
    _delete(Record.objects.filter(pk=record.pk))
    item.state, item.done_at = State.DESTROYED, timezone.now()
    item.save(update_fields=["state", "done_at"])


def _paths_of(files: list[StoredFile]) -> list[str]:
    """Return the bytes that no other row needs."""
    numbers = [file.pk for file in files]
    shared = StoredFile.objects.filter(file__in=[str(file.file) for file in files]).exclude(pk__in=numbers)
    needed = set(shared.values_list("file", flat=True))
    return sorted({str(file.file) for file in files} - needed)


def _pointing_at(row: models.Model, besides: tuple[type[models.Model], ...]) -> str:
    """Return the name of a kind of row that points at this one, or nothing."""
    for relation in row._meta.get_fields(include_hidden=True):  # also those that have no name here ("+")
        if not isinstance(relation, ForeignObjectRel) or relation.many_to_many:
            continue
        model: Any = relation.related_model
        field: Any = relation.field
        if model in besides or not field.db_constraint:  # old rows point without holding on
            continue
        if model._base_manager.filter(**{field.name: row.pk}).exists():
            return str(model._meta.verbose_name)
    return ""


def _delete(rows: models.QuerySet[Any]) -> None:
    rows._raw_delete(rows.db)


# --- The bytes, and the certificate -----------------------------------------------------------------------------------
def take_away_bytes(*, list_id: int) -> int:
    """Take destroyed files off the disk and return how many. Safe to run twice: what is gone already is gone."""
    done = 0
    for item in DisposalItem.objects.filter(listing=list_id, state=State.DESTROYED).exclude(paths=[]):
        for path in item.paths:
            default_storage.delete(path)
            done += 1
        item.paths = []
        item.save(update_fields=["paths"])
    return done


@transaction.atomic
def finish(*, list_id: int, actor: Actor) -> DisposalCertificate | None:
    """Issue the certificate when nothing is left to do, and return it. None: not yet, or done already."""
    row = DisposalList.objects.select_for_update(of=("self",)).select_related("decision").get(pk=list_id)
    left = row.items.filter(models.Q(state=State.APPROVED) | ~models.Q(paths=[])).exists()
    if left or row.status == DisposalList.Status.DONE:
        return None
    step = DISPOSAL.check("finish", row, actor)
    certificate = DisposalCertificate.objects.select_for_update().get(listing=row)
    row.status, row.finished_at = step.target, timezone.now()
    certificate.finished_at = row.finished_at
    certificate.content = json.dumps(
        content_of(row, certificate), ensure_ascii=False, sort_keys=True, indent=1, default=str
    )
    certificate.sha256 = hashlib.sha256(certificate.content.encode()).hexdigest()
    certificate.save()
    actor.signs(row)
    row.save()
    facts = {"certificate": certificate.pk, "sha256": certificate.sha256}
    record_event("disposal.finished", subject=row, actor=actor, data=facts)
    return certificate


def content_of(row: DisposalList, certificate: DisposalCertificate) -> dict[str, Any]:
    """Return what the certificate says: numbers, classes, checksums, the decision, who and when. Never what anything said."""
    items = list(row.items.order_by("pk"))
    gone = [item for item in items if item.state == State.DESTROYED]
    days = [item.occurred_on for item in gone]
    return {
        "certificate": certificate.pk,
        "list": row.pk,
        "decision": {
            "body": row.decision.body,
            "date": row.decision.decided_on,
            "number": row.decision.number,
            "classes": row.decision.classes,
        },
        "proposed": {"by": str(row.proposed_by), "at": row.proposed_at.isoformat()},
        "signed": {"by": str(row.signed_by), "at": row.signed_at.isoformat() if row.signed_at else ""},
        "confirmed": {"by": str(row.confirmed_by), "at": row.confirmed_at.isoformat() if row.confirmed_at else ""},
        "finished_at": certificate.finished_at.isoformat() if certificate.finished_at else "",
        "count": len(gone),
        "by_class": dict(sorted(Counter(item.retention_class for item in gone).items())),
        "by_kind": dict(sorted(Counter(item.kind for item in gone).items())),
        "first_day": min(days, default=""),
        "last_day": max(days, default=""),
        "files": sum(len(item.file_numbers) for item in gone),
        "destroyed": [
            {
                "number": item.record_number,
                "class": item.retention_class,
                "at": item.done_at.isoformat() if item.done_at else "",
                "sha256": item.checksums,
            }
            for item in gone
        ],
        "left": [
            {"number": item.record_number, "state": item.state, "reason": item.reason}
            for item in items
            if item.state != State.DESTROYED
        ],
    }
