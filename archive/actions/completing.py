"""A snapshot whose files are there gets its PDF/A, checked and validated, and then waits for somebody's look.

Nothing of this runs in a transaction but the last step: making a PDF takes seconds.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actor import SCHEDULER, Actor
from archive import notices
from archive.actions.keeping import keep_made_file
from archive.actions.snapshots import Verdict, add_snapshot_file, fail_snapshot, files_of_attempt, hand_in_snapshot
from archive.lifecycle import SNAPSHOT
from archive.models import Snapshot, SnapshotFile, StoredFile
from archive.pdfa import problems_of, render, validate
from archive.pdfa.pdf_pages import PageError
from archive.snapshot_sheet import sheet_of, thumbnail_of
from kommun.errors import InvalidInput, StateConflict

log = logging.getLogger(__name__)
R = SnapshotFile.Role
SOURCES = ("screenshot", "document", "export")
LOST = timedelta(minutes=5)  # a job that has not been done by then is made again
GIVEN_UP = timedelta(hours=2)  # after so long it is said that it does not go


def complete_snapshot(*, snapshot_id: int, taken_at: datetime | None = None, actor: Actor) -> Snapshot:
    """Make the PDF/A of the attempt that is going on, check it, add the manifest, and let the snapshot wait for a look.

    `taken_at`: when the page was seen, where the row does not say it yet. Call it outside a transaction, after the files
    are added. A PDF that was given and cannot be opened ends the snapshot as unreadable. Raises Snapshot.DoesNotExist,
    NotPermitted, StateConflict (somebody else was first) or InvalidInput (no files).
    """
    row = Snapshot.objects.select_related("channel", "asked_by").get(pk=snapshot_id)
    SNAPSHOT.check("finish", row, actor)
    row.taken_at = row.taken_at or taken_at or timezone.now()
    files = [one for one in files_of_attempt(row) if one.role not in (R.PDFA, R.MANIFEST, R.THUMBNAIL, R.VALIDATION)]
    if not any(one.role in SOURCES for one in files):
        raise InvalidInput({"files": [_("Ögonblicksbilden har inga filer.")]})
    order = list(R.values)
    files.sort(key=lambda one: (order.index(one.role), one.place))
    try:
        sheet = sheet_of(row, files)
    except PageError as broken:
        return _give_up(row, Snapshot.Refusal.UNREADABLE, str(broken), actor)
    content = render(sheet)
    problems = [{"code": one.code, "text": one.text, "where": one.where} for one in problems_of(content, row.level)]
    validated = validate(content, row.level)
    verdict = Verdict(problems, validated.verdict, validated.validator, validated.profile)
    with transaction.atomic():
        if (small := thumbnail_of(sheet.pictures)) is not None:
            _add(row, R.THUMBNAIL, small, "liten-bild.png", "image/png", actor)
        if validated.report:
            _add(row, R.VALIDATION, validated.report, "verapdf.xml", "application/xml", actor)
        pdfa = _keep(content, f"ogonblicksbild-{_slug(row)}.pdf", "application/pdf", actor)
        return hand_in_snapshot(snapshot_id=row.pk, taken_at=row.taken_at, pdfa=pdfa, verdict=verdict, actor=actor)


@shared_task(name="archive.complete_snapshot")
def complete_later(snapshot_id: int) -> None:
    """Complete the snapshot in a job of its own. Safe to run twice: whoever comes second finds it done."""
    with suppress(StateConflict):
        complete_snapshot(snapshot_id=snapshot_id, actor=SCHEDULER)


def complete_lost(now: datetime) -> int:
    """Complete the uploads whose job was lost, and return how many. One that never goes is given up, and says so.

    Captured ones are made again from the beginning by whoever captures: their browser is gone.
    """
    done = 0
    rows = Snapshot.objects.filter(status=Snapshot.Status.RUNNING, started_at__lt=now - LOST)
    for row in rows.exclude(how=Snapshot.How.CAPTURED).select_related("asked_by", "channel").order_by("pk"):
        try:
            complete_later(row.pk)
            done += 1
        except Exception:
            log.exception("Snapshot %s could not be completed", row.pk)
            if row.started_at is not None and row.started_at < now - GIVEN_UP:
                note = _("Filerna gick inte att göra PDF/A av. De är sparade. Hör av dig till arkivarien.")
                _give_up(row, Snapshot.Refusal.FORMAT, note, SCHEDULER)
    return done


def _give_up(row: Snapshot, refusal: str, note: str, actor: Actor) -> Snapshot:
    with transaction.atomic():
        row = fail_snapshot(snapshot_id=row.pk, refusal=refusal, note=note, actor=actor)
        notices.snapshot_rejected(row)
        return row


def _add(row: Snapshot, role: str, content: bytes, name: str, content_type: str, actor: Actor) -> None:
    add_snapshot_file(snapshot_id=row.pk, role=role, file=_keep(content, name, content_type, actor), actor=actor)


def _keep(content: bytes, name: str, content_type: str, actor: Actor) -> StoredFile:
    return keep_made_file(content=content, name=name, content_type=content_type, how=StoredFile.How.MADE, actor=actor)


def _slug(row: Snapshot) -> str:
    day = timezone.localdate(row.taken_at)
    return slugify(f"{row.facts['name']}-{row.facts['platform']}-{day}-{row.pk}")[:120]
