"""Files that people attach: what they are is decided by their content, never by their name.

Nothing here opens a document: the first bytes and, for the formats that are ZIP archives, the list of members are
enough to tell the five kinds apart. A file is only ever handed back as a download.
"""

import re
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

MAX_NAME = 120
_HEAD = 16
_ODT = b"application/vnd.oasis.opendocument.text"
_MAX_MEMBERS = 5000
# Names that Windows gives to devices: a file called so cannot be saved there.
_DEVICE = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)

EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "image/png": ".png",
    "image/jpeg": ".jpg",
}


class AttachmentError(ValueError):
    """The file cannot be taken. `str(error)` says why and what to do, in plain Swedish."""


@dataclass(frozen=True)
class Inspected:
    """What we found out about a file."""

    name: str
    size: int
    content_type: str
    sha256: str

    @property
    def extension(self) -> str:
        """The extension that goes with the content."""
        return EXTENSIONS[self.content_type]


def inspect(upload: File, *, max_bytes: int | None = None) -> Inspected:
    """Return name, size in bytes, type by content and checksum of an uploaded file. Leaves it rewound.

    Raises AttachmentError when the file is empty, larger than `max_bytes` (settings.ATTACHMENT_MAX_BYTES) or of another
    kind than PDF, DOCX, ODT, PNG and JPEG.
    """
    limit = settings.ATTACHMENT_MAX_BYTES if max_bytes is None else max_bytes
    size = upload.size
    if not size:
        raise AttachmentError(_("Filen är tom. Välj en fil med innehåll."))
    if size > limit:
        raise AttachmentError(
            _("Filen är för stor: %(size)s MB. Den får vara högst %(limit)s MB.")
            % {"size": _megabytes(size), "limit": _megabytes(limit)}
        )
    digest = sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    content_type = sniff(upload)  # type: ignore[arg-type]  # a Django file reads and seeks like any other
    upload.seek(0)
    return Inspected(clean_name(upload.name or "", content_type), size, content_type, digest.hexdigest())


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".replace(".0", "").replace(".", ",")


def sniff(stream: BinaryIO) -> str:
    """Return the content type of the bytes. Raises AttachmentError for anything that is not one of our five kinds."""
    stream.seek(0)
    head = stream.read(_HEAD)
    # At the very first byte: a PDF further in would let one file be two things.
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"PK\x03\x04"):
        return _sniff_archive(stream)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise AttachmentError(
            _("Filen är i ett äldre format eller har lösenord. Spara den som PDF utan lösenord och försök igen.")
        )
    raise _wrong_kind()


def _sniff_archive(stream: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            if len(members) > _MAX_MEMBERS:
                raise _wrong_kind()
            names = {member.filename for member in members}
            mimetype = _odt_mimetype(archive, members)
    # What a broken archive makes the standard library raise; each of them is a file that we cannot take.
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as broken:
        raise _wrong_kind() from broken
    except (ValueError, struct.error, zlib.error, OverflowError) as broken:
        if isinstance(broken, AttachmentError):
            raise
        raise _wrong_kind() from broken
    if mimetype == _ODT and "content.xml" in names:
        return "application/vnd.oasis.opendocument.text"
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise AttachmentError(
                _("Filen innehåller makron. Spara den som PDF eller som vanligt dokument och försök igen.")
            )
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    raise _wrong_kind()


def _odt_mimetype(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> bytes:
    """Return the declared type of an OpenDocument file; its member comes first and is not compressed."""
    first = members[0] if members else None
    if (
        first is None
        or first.filename != "mimetype"
        or first.file_size > len(_ODT)
        or first.compress_type != zipfile.ZIP_STORED
    ):
        return b""
    return archive.read(first)


def _wrong_kind() -> AttachmentError:
    return AttachmentError(
        _("Filen går inte att läsa som dokument eller bild. Bifoga PDF, Word (docx), odt, png eller jpeg.")
    )


def clean_name(raw: str, content_type: str) -> str:
    """Return a file name that is safe to show and to save, with the extension of the content."""
    return safe_name(raw, EXTENSIONS[content_type], _("bilaga"))


def safe_name(raw: str, extension: str, nameless: str) -> str:
    """Return a file name that is safe to show and to save, with the extension. `nameless`: what a file without name is called.

    Paths, control and invisible characters (also those that turn the writing direction, so that "fdp.exe" cannot pose
    as "exe.pdf") and characters that file systems refuse are taken away.
    """
    name = unicodedata.normalize("NFC", raw).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(
        " " if char.isspace() else char for char in name if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    name = re.sub(r'[<>:"|?*]', "_", name)
    stem, dot, suffix = name.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", suffix.strip()):
        stem = name
    stem = re.sub(r"\s+", " ", stem).strip(" .")[: MAX_NAME - len(extension)].rstrip(" .")
    if not stem:
        stem = nameless
    if _DEVICE.match(stem):
        stem = f"_{stem}"
    return stem + extension
