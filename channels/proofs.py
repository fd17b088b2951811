"""Screenshots and PDFs that show what an account looks like, kept as proof of an attestation.

A file that comes with a form that has errors is not lost: it is put aside, and the form carries a signed note of where,
for the same person and channel. What nobody came back for is thrown away after a day.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.core import signing
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from channels.attachments import AttachmentError, inspect
from channels.models import Attestation, Channel

ASIDE = "attestations/aside"
KINDS = frozenset({"application/pdf", "image/png", "image/jpeg"})
KEPT = timedelta(days=1)
_SALT = "channels.proof"


@dataclass(frozen=True)
class Proof:
    """A file that has been put aside."""

    path: str
    name: str
    content_type: str
    sha256: str

    def put_on(self, row: Attestation) -> None:
        """Let the attestation point at the file where `keep` puts it. Several may share one."""
        row.proof.name = self._kept
        row.proof_name, row.proof_type, row.proof_sha256 = self.name, self.content_type, self.sha256

    def keep(self) -> None:
        """Copy the file to where proofs are kept, and throw the first one away when the act is committed."""
        if not default_storage.exists(self._kept):
            with default_storage.open(self.path) as content:
                default_storage.save(self._kept, content)
        transaction.on_commit(lambda: default_storage.delete(self.path), robust=True)

    @property
    def _kept(self) -> str:
        return f"attestations/{self.path.rpartition('/')[2]}"


def put_aside(upload: File) -> Proof:
    """Store an upload until the form it came with is right. Raises AttachmentError for anything but PNG, JPEG and PDF."""
    found = inspect(upload)
    if found.content_type not in KINDS:
        raise AttachmentError(_("Bifoga en skärmbild (png eller jpeg) eller en PDF."))
    path = default_storage.save(f"{ASIDE}/{uuid4().hex}{found.extension}", upload)
    return Proof(path, found.name, found.content_type, found.sha256)


def note_of(proof: Proof, user: User, channel: Channel) -> str:
    """Return what the form carries: where the file is, for whom and for which channel."""
    return signing.dumps({**asdict(proof), "for": [user.pk, channel.pk]}, salt=_SALT)


def put_aside_before(note: str, user: User, channel: Channel) -> Proof | None:
    """Return the file that the note is about; None for a note of somebody else's, an old one, or a file that is gone."""
    try:
        said: dict[str, Any] = signing.loads(note, salt=_SALT, max_age=KEPT)
    except signing.BadSignature:
        return None
    if said.pop("for") != [user.pk, channel.pk]:
        return None
    proof = Proof(**said)
    return proof if default_storage.exists(proof.path) else None


def throw_away_old(now: datetime) -> int:
    """Delete what was put aside more than a day ago, and return how many files. Safe to run twice."""
    try:
        _folders, names = default_storage.listdir(ASIDE)
    except FileNotFoundError:
        return 0
    old = [name for name in names if default_storage.get_modified_time(f"{ASIDE}/{name}") < now - KEPT]
    for name in old:
        default_storage.delete(f"{ASIDE}/{name}")
    return len(old)
