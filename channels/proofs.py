"""Screenshots and PDFs that show what an account looks like, kept as proof of an attestation.

What is taken in is first put beside what waits for forms (`kommun.aside`), and moved when the act is committed: what an act
that was undone left there is thrown away after a day.
"""

from dataclasses import dataclass
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from channels.attachments import AttachmentError, Inspected, inspect
from channels.models import Attestation
from kommun.aside import FOLDER

KINDS = frozenset({"application/pdf", "image/png", "image/jpeg"})


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

    def throw(self) -> None:
        """Delete the file: the act that it was stored for was refused."""
        default_storage.delete(self.path)

    @property
    def _kept(self) -> str:
        return f"attestations/{self.path.rpartition('/')[2]}"


def looked_at(upload: File) -> Inspected:
    """Return what was found out about an upload. Raises AttachmentError for anything but PNG, JPEG and PDF."""
    found = inspect(upload)
    if found.content_type not in KINDS:
        raise AttachmentError(_("Bifoga en skärmbild (png eller jpeg) eller en PDF."))
    return found


def put_aside(upload: File) -> Proof:
    """Store an upload for an act that is about to be made. Raises AttachmentError as `looked_at`."""
    found = looked_at(upload)
    path = default_storage.save(f"{FOLDER}/{uuid4().hex}{found.extension}", upload)
    return Proof(path, found.name, found.content_type, found.sha256)
