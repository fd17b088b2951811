"""Files and records are kept: written once, and not changed afterwards."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256, sha512
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from archive import retention
from archive.intake import clean_line, clean_text, inspect_upload
from archive.models import Record, RecordFile, StoredFile
from archive.orphans import FOLDER
from archive.values import Secrecy
from channels.models import Channel
from kommun.errors import InvalidInput
from kommun.events import record as record_event

MAX_URL = 2000
K = Record.Keeping


@transaction.atomic
def keep_file(*, upload: File, how: str, source_url: str = "", actor: Actor) -> StoredFile:
    """Keep a file as evidence and return its row, which the database lets nobody change.

    `how` is a StoredFile.How. What is stored, and what its checksum proves, is told in `archive.intake.files`. Raises
    IntakeError for a file that cannot be kept; then nothing of it is left. When the transaction around this is undone the
    file lies alone until `archive.orphans` takes it.
    """
    found = inspect_upload(upload)
    said = _Said(found.name, found.content_type, found.size, found.sha256, found.metadata)
    return _store(ContentFile(found.content), said, how, source_url, actor)


@transaction.atomic
def keep_made_file(
    *, content: File | bytes, name: str, content_type: str, how: str, source_url: str = "", actor: Actor
) -> StoredFile:
    """Keep a file that our own code made or fetched, whatever its kind, and return its row, as `keep_file`.

    `name` and `content_type` are ours, not a stranger's: a file of such a kind is only ever handed out as a download. The
    row's `metadata` holds the sha-512 too. `content` may be large: it is read in pieces. Raises ValueError for an empty one.
    """
    if isinstance(content, bytes):
        content = ContentFile(content)
    sums, size = (sha256(), sha512()), 0
    content.seek(0)
    for chunk in content.chunks():
        size += len(chunk)
        for one in sums:
            one.update(chunk)
    content.seek(0)
    if not size:
        raise ValueError(f"{name} is empty")
    said = _Said(name, content_type, size, sums[0].hexdigest(), {"sha512": sums[1].hexdigest()})
    return _store(content, said, how, source_url, actor)


@dataclass(frozen=True)
class _Said:
    """What the row says of the bytes."""

    name: str
    content_type: str
    size: int
    sha256: str
    metadata: dict[str, Any]


def _store(content: File, said: _Said, how: str, source_url: str, actor: Actor) -> StoredFile:
    now = timezone.now()
    path = f"{FOLDER}/{now:%Y/%m/%d}/{uuid4().hex}"
    stored = default_storage.save(path, content)
    try:
        with transaction.atomic():
            row = StoredFile.objects.create(
                sha256=said.sha256,
                size=said.size,
                content_type=said.content_type,
                name=said.name,
                file=stored,
                how=StoredFile.How(how),
                source_url=clean_line(source_url, most=MAX_URL),
                uploaded_by=actor.user,
                at=now,
                metadata=said.metadata,
            )
            facts = {"sha256": row.sha256, "size": row.size, "type": row.content_type, "how": row.how}
            record_event("file.kept", subject=row, actor=actor, data=facts)
    except BaseException:
        with suppress(OSError):  # the sweep takes it
            default_storage.delete(stored)
        raise
    return row


@transaction.atomic
def keep_record(
    *,
    kind: str,
    direction: str,
    channel: Channel,
    occurred_at: datetime,
    known_at: datetime | None = None,
    text: str = "",
    author: str = "",
    source_url: str = "",
    files: Sequence[StoredFile] = (),
    subject: models.Model,
    label: str,
    url: str,
    keeping: str = K.UNDECIDED,
    secrecy: Secrecy | None = None,
    actor: Actor,
) -> Record:
    """Keep an allmän handling about an object of an app above, and return it.

    `occurred_at`: when it came in or was drawn up; `known_at`: when the municipality came to know of it (now). Hidden
    characters of the text are written out (`archive.intake.texts`). How long it is kept is what the policy's schedule says
    now. What is marked as secret is always to be registered (OSL 5:1). Raises IntakeError (the text is too long) or
    InvalidInput (a mark without all of its three facts, or a marked record that is not to be registered). Source:
    TF 2:9-10, OSL 4:1, 5:1, 5:5; matrix I1, I4, I5, L3.
    """
    if secrecy is not None:
        check_secrecy(secrecy)
        if keeping not in (K.UNDECIDED, K.REGISTER):
            raise InvalidInput(
                {"keeping": [_("En sekretessmarkerad handling ska alltid diarieföras (OSL 5 kap. 1 §).")]}
            )
        keeping = K.REGISTER
    said = clean_text(text)
    row = Record(
        kind=Record.Kind(kind),
        direction=Record.Direction(direction),
        channel=channel,
        occurred_at=occurred_at,
        known_at=known_at or timezone.now(),
        text=said.text,
        text_notes=said.notes,
        author=clean_line(author, most=200),
        source_url=clean_line(source_url, most=MAX_URL),
        keeping=K(keeping),
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=clean_line(label, most=300),
        subject_url=url,
        created_by=actor.user,
        on_behalf_of=actor.on_behalf_of,
    )
    row.secrecy = secrecy
    retention.terms_for(channel, row.kind, row.keeping).put_on(row)
    actor.signs(row)
    row.save()
    RecordFile.objects.bulk_create(RecordFile(record=row, file=file, place=place) for place, file in enumerate(files))
    facts = {
        "kind": row.kind,
        "direction": row.direction,
        "channel": channel.pk,
        "keeping": row.keeping,
        "secret": secrecy is not None,
        "class": row.retention_class,
        "files": [file.pk for file in files],
        "about": [row.subject_type, row.subject_id],
    }
    record_event("record.kept", subject=row, actor=actor, data=facts)
    return row


def check_secrecy(mark: Secrecy) -> None:
    """Raise InvalidInput unless the mark says provision, day and authority, all three (OSL 5:5)."""
    errors: dict[str, list[str]] = {}
    if not mark.provision.strip():
        errors["secrecy_provision"] = [_("Ange bestämmelsen, till exempel OSL 21 kap. 1 §.")]
    if not mark.authority.strip():
        errors["secrecy_authority"] = [_("Ange vilken myndighet som sätter markeringen.")]
    if mark.date > timezone.localdate():
        errors["secrecy_date"] = [_("Dagen har inte varit än.")]
    if errors:
        raise InvalidInput(errors)
