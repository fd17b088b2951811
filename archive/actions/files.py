"""One more file to a record that is kept, and the one exception to "never removed": what is a crime to hold."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import models, transaction

from accounts.actor import Actor
from archive.models import Record, RecordFile, StoredFile
from kommun.events import record as record_event


@transaction.atomic
def add_file(*, record_id: int, file: StoredFile, actor: Actor) -> None:
    """Let a record that is kept hold one more file, last in order. Raises Record.DoesNotExist."""
    row = Record.objects.select_for_update(of=("self",)).get(pk=record_id)
    last = row.file_rows.aggregate(last=models.Max("place"))["last"]
    RecordFile.objects.create(record=row, file=file, place=0 if last is None else last + 1)
    record_event("record.file_added", subject=row, actor=actor, data={"file": file.pk})


@transaction.atomic
def erase_unlawful(*, file_ids: Collection[int], pointing: Collection[models.QuerySet[Any]] = (), actor: Actor) -> int:
    """Remove files that are a crime to hold, rows and bytes, and return how many. Not disposal: nobody may decide to keep them.

    The event comes first: the database lets the rows go because it is there (`archive.models.kept`). `pointing`: rows of
    the caller's own that point at the files. The bytes go when the act is committed; should that fail the sweep of orphans
    takes them. Source: BrB 16 kap. 10 a §.
    """
    rows = list(StoredFile.objects.filter(pk__in=file_ids))
    for row in rows:
        record_event("file.erased_as_unlawful", subject=row, actor=actor)
        transaction.on_commit(partial(default_storage.delete, str(row.file.name)), robust=True)
    for others in pointing:
        others.delete()
    RecordFile.objects.filter(file__in=rows).delete()
    StoredFile.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
