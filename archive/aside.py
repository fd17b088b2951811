"""Files that came with a form that has errors are put aside for the same person, so that they need not be chosen again.

Whoever sends the form gets a note for each file, which brings it back. What nobody came back for is thrown away after a day.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.core import signing
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from accounts.models import User

FOLDER = "aside/archive"
KEPT = timedelta(days=1)
_SALT = "archive.aside"


@dataclass(frozen=True)
class Aside:
    """A file that waits: the note that brings it back, its name and its size in bytes."""

    note: str
    name: str
    size: int


def put(upload: File, user: User) -> Aside:
    """Keep the file for the person and return how it is found again. Leaves the upload rewound."""
    upload.seek(0)
    name, size = (upload.name or "fil")[-160:], upload.size
    path = default_storage.save(f"{FOLDER}/{uuid4().hex}", upload)
    upload.seek(0)
    return Aside(signing.dumps([user.pk, path, name, size], salt=_SALT), name, size)


def look(note: str, user: User) -> Aside | None:
    """Return what the note is for, or None: not that person's, too old, or gone."""
    found = _read(note, user)
    if found is None or not default_storage.exists(found[0]):
        return None
    return Aside(note, found[1], found[2])


def take(note: str, user: User) -> File | None:
    """Return the file of a note, or None as `look`. It stays put aside until `throw`."""
    found = _read(note, user)
    if found is None:
        return None
    try:
        with default_storage.open(found[0]) as kept:
            return ContentFile(kept.read(), found[1])
    except FileNotFoundError:
        return None


def throw(notes: Collection[str], user: User) -> None:
    """Delete the files of the notes."""
    for note in notes:
        if found := _read(note, user):
            default_storage.delete(found[0])


def throw_away(now: datetime) -> int:
    """Delete what is older than a day, and return how many files."""
    done = 0
    with suppress(FileNotFoundError):
        for name in default_storage.listdir(FOLDER)[1]:
            with suppress(FileNotFoundError):
                if default_storage.get_modified_time(f"{FOLDER}/{name}") < now - KEPT:
                    default_storage.delete(f"{FOLDER}/{name}")
                    done += 1
    return done


def _read(note: str, user: User) -> tuple[str, str, int] | None:
    try:
        owner, path, name, size = signing.loads(note, salt=_SALT, max_age=KEPT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (path, name, size) if owner == user.pk else None
