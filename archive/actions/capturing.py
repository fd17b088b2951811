"""A snapshot that was asked for is taken: a browser of ours captures the page, and what it kept becomes the snapshot's files.

Nothing slow runs in a transaction. A page that could not be captured leaves its pictures and its record all the same: they
show what we were met by. What may go better later is tried again with longer and longer pauses; the rest is given up at once.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actor import Actor
from archive import capturing, notices
from archive.actions.completing import complete_snapshot
from archive.actions.keeping import keep_made_file
from archive.actions.snapshots import add_snapshot_file, fail_snapshot, give_back_snapshot, start_snapshot
from archive.capture.run import capture
from archive.capture.values import Kind, Outcome, Result
from archive.captured import REFUSALS, ROLES, note_of, order_of, posts_of, record_of, taken_at
from archive.models import Snapshot, StoredFile
from kommun.errors import StateConflict

log = logging.getLogger(__name__)
MADE_ANEW = {Kind.POSTS: posts_of, Kind.RECORD: record_of}
# How long to wait after the first attempt and the second; after the third it is given up.
BACK_OFF = (timedelta(minutes=10), timedelta(hours=2))
LATER = {
    Outcome.TURNED_AWAY,
    Outcome.SERVER_ERROR,
    Outcome.NO_CONTACT,
    Outcome.TIMEOUT,
    Outcome.BROWSER_DIED,
    Outcome.NO_BROWSER,
}
LOST = timedelta(minutes=20)  # longer than any attempt with its PDF/A: the worker is gone


def take_snapshot(*, snapshot_id: int, actor: Actor) -> Snapshot:
    """Capture the snapshot's page and return the snapshot: waiting for a look, to be tried again, or given up.

    Call it outside a transaction. Raises Snapshot.DoesNotExist, NotPermitted or StateConflict (somebody else has begun).
    """
    row = start_snapshot(snapshot_id=snapshot_id, actor=actor)
    with TemporaryDirectory(prefix="kanalkollen-capture-") as folder:
        result = capture(
            order_of(row),
            Path(folder),
            guard=capturing.guard(),
            limits=capturing.limits(),
            sandbox=capturing.sandbox(),
            browser_path=settings.CHROMIUM,
        )
        _keep(row, result, Path(folder), actor)
    if result.outcome is Outcome.CAPTURED:
        return complete_snapshot(snapshot_id=row.pk, taken_at=taken_at(result), actor=actor)
    return _not_captured(row, result, actor)


def ids_to_take(now: datetime) -> list[int]:
    """Return the snapshots that are to be captured now, the oldest first: new ones, and those whose pause is over."""
    due = Q(attempts=0)
    for attempts, pause in enumerate(BACK_OFF, start=1):
        due |= Q(attempts=attempts, started_at__lt=now - pause)
    due |= Q(attempts__gt=len(BACK_OFF), started_at__lt=now - BACK_OFF[-1])
    rows = Snapshot.objects.filter(due, status=Snapshot.Status.ASKED, how=Snapshot.How.CAPTURED)
    return list(rows.order_by("asked_at", "pk").values_list("pk", flat=True))


def take_back_lost(now: datetime, *, actor: Actor) -> int:
    """Give back the attempts whose worker is gone, so that they are made again, and return how many."""
    lost = Snapshot.objects.filter(status=Snapshot.Status.RUNNING, how=Snapshot.How.CAPTURED, started_at__lt=now - LOST)
    done = 0
    for pk in list(lost.values_list("pk", flat=True)):
        with suppress(StateConflict):  # it was only slow, and has just been handed in
            row = Snapshot.objects.get(pk=pk)
            _again_or_not(row, Snapshot.Refusal.UNREADABLE, _("Hämtningen avbröts."), actor)
            done += 1
    return done


def _keep(row: Snapshot, result: Result, folder: Path, actor: Actor) -> None:
    """Keep the files of the capture, in the order in which they were made, all or none."""
    with transaction.atomic():
        for one in result.files:
            with (folder / one.name).open("rb") as content:
                made = MADE_ANEW.get(one.kind)
                file = keep_made_file(
                    content=made(result) if made else File(content, one.name),
                    name=one.name,
                    content_type=one.content_type,
                    how=StoredFile.How.CAPTURED,
                    source_url=result.report.reached_url or row.address,
                    actor=actor,
                )
            add_snapshot_file(snapshot_id=row.pk, role=ROLES[one.kind], file=file, actor=actor)


def _not_captured(row: Snapshot, result: Result, actor: Actor) -> Snapshot:
    if result.outcome is Outcome.NO_BROWSER:
        log.error("No page can be captured here: %s", result.report.detail)
    note = note_of(result)
    if result.outcome in LATER:
        return _again_or_not(row, REFUSALS[result.outcome], note, actor)
    return _give_up(row, REFUSALS[result.outcome], note, actor)


def _again_or_not(row: Snapshot, refusal: str, note: str, actor: Actor) -> Snapshot:
    if row.attempts <= len(BACK_OFF):
        return give_back_snapshot(snapshot_id=row.pk, note=note, actor=actor)
    return _give_up(row, refusal, note, actor)


def _give_up(row: Snapshot, refusal: str, note: str, actor: Actor) -> Snapshot:
    with transaction.atomic():
        row = fail_snapshot(snapshot_id=row.pk, refusal=refusal, note=note, actor=actor)
        notices.snapshot_rejected(row)
        return row
