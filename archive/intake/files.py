"""Files: what they are by their content, whether they can be kept, and what of them is kept.

PNG, JPEG, WebP, GIF, PDF and plain text are taken. Everything else is refused with what to do instead: what a browser
could run (HTML, SVG), archives, programs, films, and files that are two things at once.

What is stored of a picture is the picture: its own data byte for byte, without position, text and whatever else stood
around them (`archive.intake.containers`). A PDF and a text are stored as they came. `sha256` is over the stored bytes and
proves that they have not changed since they were taken in; `received_sha256`, over what came, lets whoever still has
that file show that it is the same one. Neither proves that a platform showed it: that is for `StoredFile.proves`.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from archive.intake.containers import BrokenPicture, Cleaned, clean_gif, clean_jpeg, clean_png, clean_webp
from archive.intake.documents import check_pdf, check_text
from archive.intake.reasons import IntakeError
from channels.attachments import safe_name

MAX_PIXELS = 50_000_000  # a large phone's camera, or a screenshot of a page of many screens
MAX_FRAMES_PIXELS = 150_000_000  # all frames of an animation together
MAX_FRAMES = 300
MAX_SIDE = 40_000

EXTENSIONS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
}
# What can have been left out of a picture, in the order in which it is told.
REMOVED = {
    "position": gettext_lazy("platsen där bilden togs"),
    "camera": gettext_lazy("uppgifter från kameran"),
    "text": gettext_lazy("text som låg dold i filen"),
    "animation": gettext_lazy("rörelsen, bara första bilden finns kvar"),
    "appended": gettext_lazy("data som låg efter bildens slut"),
    "other": gettext_lazy("annat som inte hör till bilden"),
}
# What a decoder can raise when somebody has made a picture wrong on purpose.
_UNDECODABLE = (
    OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, EOFError, ArithmeticError, MemoryError,
    struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip


@dataclass(frozen=True)
class Inspected:
    """A file that can be kept: `content` is what is stored, `sha256` and `size` (bytes) are of that."""

    name: str
    content_type: str
    content: bytes
    sha256: str
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes that are stored."""
        return len(self.content)


def inspect_upload(upload: File, *, max_bytes: int | None = None) -> Inspected:
    """Return what is to be stored of an upload. Reads it whole into memory, writes nothing, and leaves it rewound.

    Raises IntakeError for what is empty, larger than `max_bytes` (settings.ARCHIVE_MAX_BYTES), of another kind, broken,
    made to fill the memory, or two things at once.
    """
    limit = settings.ARCHIVE_MAX_BYTES if max_bytes is None else max_bytes
    upload.seek(0)
    data = upload.read(limit + 1)
    upload.seek(0)
    if not data:
        raise IntakeError(_("Filen är tom. Välj en fil med innehåll."))
    if len(data) > limit:
        raise IntakeError(
            _("Filen är för stor. Den får vara högst %(limit)s MB.") % {"limit": limit // (1024 * 1024) or 1}
        )
    content_type = sniff(data)
    metadata: dict[str, Any] = {}
    if content_type in _CLEANERS:
        found = _picture(data, content_type)
        content = found.content
        metadata = {"width": found.width, "height": found.height, "frames": found.frames}
        if found.removed:
            metadata["removed"] = [key for key in REMOVED if key in found.removed]
        if found.taken_at:
            metadata["taken_at"] = found.taken_at
    else:
        content = data
        (check_pdf if content_type == "application/pdf" else check_text)(data)
    if zipfile.is_zipfile(BytesIO(content)):
        raise IntakeError(
            _("Filen är två saker på en gång: den innehåller också ett arkiv. Ta en skärmbild i stället.")
        )
    metadata["received_sha256"] = sha256(data).hexdigest()
    name = safe_name(upload.name or "", EXTENSIONS[content_type], _("fil"))
    return Inspected(name, content_type, content, sha256(content).hexdigest(), metadata)


def sniff(data: bytes) -> str:
    """Return the content type of the bytes, by what they begin with. Raises IntakeError with what to do instead."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:6] in {b"GIF87a", b"GIF89a"}:
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if reason := _why_not(data):
        raise IntakeError(reason)
    return "text/plain"  # `check_text` says whether it is


def _why_not(data: bytes) -> str:
    """Return what to do instead for the kinds that people have and we do not take; nothing for what may be text."""
    head = data[:16]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        return _("Filen är ett arkiv eller ett Officedokument. Spara det som PDF, eller packa upp och välj bilderna.")
    if head.startswith((b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")):
        return _("Filen är ett program och kan inte sparas. Välj en bild, en PDF eller en textfil.")
    if head.startswith((b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0")) or (head[4:8] == b"ftyp" and head[8:11] in _PHONE):
        return _("Bilden har ett format som vi inte kan spara. Spara den som png eller jpeg, eller ta en skärmbild.")
    if head[4:8] == b"ftyp" or head.startswith((b"\x1aE\xdf\xa3", b"OggS", b"ID3", b"RIFF", b"FLV")):
        return _("Film och ljud kan inte sparas här. Ta skärmbilder och beskriv resten i ord.")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _("Filen är i ett äldre format eller har lösenord. Spara den som PDF utan lösenord och försök igen.")
    return ""


_PHONE = {b"hei", b"hev", b"mif", b"avi"}  # heic, heix, hevc, mif1, avif: pictures in the wrapping of films
_CLEANERS: dict[str, Callable[[bytes], Cleaned]] = {
    "image/png": clean_png,
    "image/jpeg": clean_jpeg,
    "image/gif": clean_gif,
    "image/webp": clean_webp,
}


def _picture(data: bytes, content_type: str) -> Cleaned:
    """Return the picture without what is not the picture, after it has been seen that it opens to its last line."""
    try:
        found = _CLEANERS[content_type](data)
    except (BrokenPicture, struct.error, IndexError) as broken:
        raise _broken() from broken
    if not found.pixels:
        raise _broken()
    if (
        found.pixels > (MAX_PIXELS if found.frames == 1 else MAX_FRAMES_PIXELS)
        or found.frames > MAX_FRAMES
        or max(found.width, found.height) > MAX_SIDE
    ):
        raise IntakeError(
            _(
                "Bilden är för stor när den öppnas: %(width)s × %(height)s bildpunkter. Ta en skärmbild av den i stället."
            )
            % {"width": found.width, "height": found.height}
        )
    _decode(found, content_type)
    return found


def _decode(found: Cleaned, content_type: str) -> None:
    """Open every frame. Raises IntakeError when something is missing, or is not what the headers say."""
    kind = content_type.removeprefix("image/").upper()
    try:
        with Image.open(BytesIO(found.content), formats=(kind,)) as image:
            if image.size != (found.width, found.height):
                raise _broken()
            if kind == "JPEG":  # every byte is read, few are kept
                image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))
            for number in range(getattr(image, "n_frames", 1)):
                image.seek(number)
                image.load()
    except _UNDECODABLE as broken:
        if isinstance(broken, IntakeError):
            raise
        raise _broken() from broken


def _broken() -> IntakeError:
    return IntakeError(
        _("Bilden går inte att öppna. Den är trasig eller avbruten. Ta en ny skärmbild och försök igen.")
    )
