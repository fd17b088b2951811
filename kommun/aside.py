"""A file that came with a form that has errors waits for the same person and the same form, so that it is not chosen twice.

One place for every form that takes a file (`kommun.forms.KeepsFile`). Whoever draws the form decides what may wait at all:
before a category is chosen, and for child abuse material, nothing is put anywhere (BrB 16 kap. 10 a §). When something turns
out to be that, `forget` takes away all that the person had put aside, and what anybody had for the same thing. What nobody
came back for is thrown away after a day.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.core import signing
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

FOLDER = "aside"
KEPT = timedelta(days=1)
_SALT = "kommun.aside"


@dataclass(frozen=True)
class Waiting:
    """A file that waits: the note that brings it back, its name and its size in bytes."""

    note: str
    name: str
    size: int


@dataclass(frozen=True)
class Shelf:
    """Where the files of one form wait: for one person (id), and one purpose such as "case" or "evidence:17".

    The form carries a signed note of where the file is. A note of somebody else's, of another form, an old one, or one whose
    file is gone is no note.
    """

    user_id: int
    purpose: str

    def put(self, upload: File, name: str) -> str:
        """Keep a copy of the file under a safe name, and return the note that brings it back. Leaves the upload rewound."""
        # Wrapped: a temporary file that Django knows as one would be moved, not copied.
        path = default_storage.save(f"{FOLDER}/{self.user_id}-{_word(self.purpose)}-{uuid4().hex}", File(upload))
        upload.seek(0)
        return signing.dumps([self.user_id, self.purpose, path, name], salt=_SALT)

    def look(self, note: str) -> Waiting | None:
        """Return what the note is for, or None for no note."""
        if (found := self._read(note)) is None:
            return None
        path, name = found
        try:
            return Waiting(note, name, default_storage.size(path))
        except FileNotFoundError:
            return None

    def take(self, note: str) -> File | None:
        """Return the file of a note, under the name that it was put there with; None for no note. It stays on the shelf."""
        if (found := self._read(note)) is None:
            return None
        path, name = found
        try:
            with default_storage.open(path) as kept:
                return ContentFile(kept.read(), name)
        except FileNotFoundError:
            return None

    def throw(self, note: str) -> None:
        """Delete the file of a note."""
        if found := self._read(note):
            default_storage.delete(found[0])

    def _read(self, note: str) -> tuple[str, str] | None:
        try:
            user_id, purpose, path, name = signing.loads(note, salt=_SALT, max_age=KEPT)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return (path, name) if (user_id, purpose) == (self.user_id, self.purpose) else None


def forget(user_id: int, purpose: str = "") -> None:
    """Delete all that the person has put aside, and what anybody has for the purpose: it may show child abuse."""
    for name in _names():
        whose, which, _rest = f"{name}--".split("-", 2)
        if whose == str(user_id) or (purpose and which == _word(purpose)):
            default_storage.delete(f"{FOLDER}/{name}")


def throw_away(now: datetime) -> int:
    """Delete what is older than a day, and return how many files. Safe to run twice and from two sides at once."""
    done = 0
    for name in _names():
        with suppress(FileNotFoundError):
            if default_storage.get_modified_time(f"{FOLDER}/{name}") < now - KEPT:
                default_storage.delete(f"{FOLDER}/{name}")
                done += 1
    return done


def _names() -> list[str]:
    try:
        return default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return []


def _word(purpose: str) -> str:
    return purpose.replace(":", "_")
