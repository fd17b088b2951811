"""The owner's own way in: screenshots, a PDF or the platform's export become a snapshot like any other."""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import partial

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from archive.actions.completing import complete_later
from archive.actions.keeping import keep_file, keep_made_file
from archive.actions.snapshots import add_snapshot_file, ask_snapshot, start_snapshot
from archive.intake import inspect_export
from archive.models import Snapshot, SnapshotFile, StoredFile
from archive.models.files import PICTURES
from kommun.errors import InvalidInput

R = SnapshotFile.Role


@transaction.atomic
def upload_snapshot(
    *,
    channel_id: int,
    how: str,
    reason: str,
    taken_on: date,
    files: Sequence[File],
    note: str = "",
    address: str = "",
    actor: Actor,
) -> Snapshot:
    """Keep the files that somebody gives as a snapshot of the channel, in their order, and begin to make its PDF/A.

    `how` is "uploaded" (pictures and PDFs) or "export" (what the platform packed); `taken_on` the day when the channel
    looked so. Raises Channel.DoesNotExist, NotPermitted, IntakeError for a file that cannot be kept, or InvalidInput.
    """
    if how not in (Snapshot.How.UPLOADED, Snapshot.How.EXPORT):
        raise InvalidInput({"how": [_("Välj vad du lämnar.")]})
    if not files:
        raise InvalidInput({"files": [_("Välj minst en fil.")]})
    if taken_on > timezone.localdate():
        raise InvalidInput({"taken_on": [_("Dagen har inte varit än.")]})
    row = ask_snapshot(
        channel_id=channel_id, how=how, reason=reason, note=note, address=address, period=taken_on, actor=actor
    )
    row = start_snapshot(snapshot_id=row.pk, actor=actor)
    row.taken_at = _moment(taken_on)
    actor.signs(row)
    row.save(update_fields=["taken_at"])
    for upload in files:
        file = _kept(upload, how, row.address, actor)
        add_snapshot_file(snapshot_id=row.pk, role=_role(file, how), file=file, actor=actor)
    transaction.on_commit(partial(complete_later.delay, row.pk))
    return row


def _moment(day: date) -> datetime:
    """Return now for today, and noon for another day: nobody remembers the minute."""
    if day == timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.combine(day, time(12)))


def _kept(upload: File, how: str, address: str, actor: Actor) -> StoredFile:
    if how == Snapshot.How.UPLOADED:
        return keep_file(upload=upload, how=StoredFile.How.UPLOADED, source_url=address, actor=actor)
    export = inspect_export(upload)
    return keep_made_file(
        content=upload,
        name=export.name,
        content_type=export.content_type,
        how=StoredFile.How.RECEIVED,
        source_url=address,
        actor=actor,
    )


def _role(file: StoredFile, how: str) -> str:
    if how == Snapshot.How.EXPORT:
        return R.EXPORT
    if file.content_type in PICTURES:
        return R.SCREENSHOT
    if file.content_type == "application/pdf":
        return R.DOCUMENT
    raise InvalidInput({"files": [_("Välj bilder eller PDF-filer. %(name)s är något annat.") % {"name": file.name}]})
