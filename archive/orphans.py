"""Files that were stored, but whose transaction was undone: no row points at them, so nobody may keep them either."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from archive.models import StoredFile

FOLDER = "archive"
SPARED = timedelta(days=1)  # a transaction that long is over, one way or the other


def throw_away(now: datetime) -> int:
    """Delete what is older than a day and belongs to no row, and return how many files. Asks the database once a folder."""
    return sum(_throw_away_in(folder, now) for folder in _days(FOLDER, depth=3))


def _throw_away_in(folder: str, now: datetime) -> int:
    paths = {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
    known = StoredFile.objects.filter(file__in=paths).values_list("file", flat=True)
    done = 0
    for path in sorted(paths - set(known)):
        with suppress(FileNotFoundError):  # another round was first
            if default_storage.get_modified_time(path) < now - SPARED:
                default_storage.delete(path)
                done += 1
    return done


def _days(folder: str, depth: int) -> Iterator[str]:
    """Yield the folders of days: archive/2026/11/21."""
    try:
        folders = sorted(default_storage.listdir(folder)[0])
    except FileNotFoundError:
        return
    for name in folders:
        path = f"{folder}/{name}"
        if depth > 1:
            yield from _days(path, depth - 1)
        else:
            yield path
