"""A file that came with a form that has errors is put aside for the same person, so that it need not be chosen again.

Only one that may be kept: before a category is chosen, and for child abuse material, nothing is put anywhere. When a post
turns out to be that, everything goes that the person had put aside, and what anybody had for its case. What nobody came
back for is thrown away after a day.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

from django.core import signing
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from accounts.models import User
from archive.intake import inspect_upload

FOLDER = "moderation/aside"
KEPT = timedelta(days=1)
_SALT = "moderation.aside"


def put(upload: File, user: User, case_id: int = 0) -> str:
    """Keep the file and return the note that brings it back. `case_id`: for which case, 0 where there is none yet.

    Raises IntakeError for one that can never be evidence.
    """
    name = inspect_upload(upload).name
    upload.seek(0)
    path = default_storage.save(f"{FOLDER}/{user.pk}-{case_id}-{uuid4().hex}", ContentFile(upload.read()))
    return signing.dumps([user.pk, path, name], salt=_SALT)


def take(note: str, user: User) -> File | None:
    """Return the file of a note, or None: not that person's, too old, or gone."""
    found = _read(note, user)
    if found is None:
        return None
    path, name = found
    try:
        with default_storage.open(path) as kept:
            return ContentFile(kept.read(), name)
    except FileNotFoundError:
        return None


def throw(note: str, user: User) -> None:
    """Delete the file of a note."""
    if found := _read(note, user):
        default_storage.delete(found[0])


def forget(user: User, case_id: int = 0) -> None:
    """Delete all that the person has put aside, and what anybody has for the case: it may show child abuse."""
    for name in _names():
        whose, which, _rest = f"{name}--".split("-", 2)
        if whose == str(user.pk) or (case_id and which == str(case_id)):
            default_storage.delete(f"{FOLDER}/{name}")


def throw_away(now: datetime) -> int:
    """Delete what is older than a day, and return how many files."""
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


def _read(note: str, user: User) -> tuple[str, str] | None:
    try:
        owner, path, name = signing.loads(note, salt=_SALT, max_age=KEPT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (path, name) if owner == user.pk else None
