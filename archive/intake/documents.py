"""PDF and plain text: what may stand in them. Both are stored as they came, or not at all."""

import re
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from archive.intake.reasons import IntakeError
from archive.intake.texts import MAX_TEXT_FILE

# What a reader could run or open from a PDF, by its names. `#xx` in a name is undone before. The short ones are looked
# for outside the streams only: among packed bytes they turn up by chance.
_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|ImportData|SubmitForm)\b")
_ACTIVE_SHORT = re.compile(rb"/(JS|XFA|GoToE)\b")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
MAX_UNPACKED = 30_000_000  # bytes of the object lists of one PDF
MAX_LISTS = 10_000
# How a page for a browser begins: the list that browsers themselves guess by.
_PAGE = re.compile(
    r"<!--|<(!doctype|html|head|body|script|iframe|svg|math|xml|\?xml|img|table|style|title|div|font|h1|br|p|a|b)(?=[\s>/:])",
    re.IGNORECASE,
)


def check_pdf(data: bytes) -> None:
    """Raise IntakeError for a PDF that does not end, that has a password, that can act by itself, or that hides more."""
    end = data.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in data:
        raise IntakeError(_("PDF-filen är avbruten eller trasig. Spara den på nytt och försök igen."))
    if data[end + 5 :].strip(b"\0 \t\r\n\f"):
        raise IntakeError(_("Det ligger något mer efter slutet på PDF-filen. Skriv ut den till PDF på nytt."))
    _check_names(data, b"".join(_outside_streams(data)))
    for part in _object_lists(data):
        _check_names(part, part)


def _check_names(everything: bytes, outside_streams: bytes) -> None:
    long, short = (
        _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part) for part in (everything, outside_streams)
    )
    if b"/Encrypt" in long:
        raise IntakeError(_("PDF-filen har lösenord eller är låst. Spara den utan lösenord och försök igen."))
    if _ACTIVE.search(long) or _ACTIVE_SHORT.search(short):
        raise IntakeError(
            _("PDF-filen innehåller skript, bilagor eller formulär som kan köras. Skriv ut den till PDF på nytt.")
        )


def _outside_streams(data: bytes) -> Iterator[bytes]:
    """Yield what stands between the streams. One pass, however the words lie: no pattern that looks back."""
    at = 0
    while (start := data.find(b"stream", at)) >= 0:
        yield data[at:start]
        at = data.find(b"endstream", start + 6)
        if at < 0:
            return
        at += len(b"endstream")
    yield data[at:]


def _object_lists(data: bytes) -> Iterator[bytes]:
    """Yield the file's packed lists of objects, unpacked. Raises IntakeError when they are made to fill the memory."""
    left, at = MAX_UNPACKED, 0
    for _number in range(MAX_LISTS):
        at = data.find(b"/ObjStm", at)
        if at < 0:
            return
        start = data.find(b"stream", at)
        end = data.find(b"endstream", start + 6)
        if start < 0 or end < 0:
            return
        at = end
        unpacker = zlib.decompressobj()
        try:
            part = unpacker.decompress(data[start + 6 : end].lstrip(b"\r\n"), left)
        except zlib.error:
            continue  # not packed so, or broken: a reader cannot act on it either
        left -= len(part)
        if unpacker.unconsumed_tail or left <= 0:
            break
        yield part
    raise IntakeError(_("PDF-filen är för stor när den öppnas. Skriv ut den till PDF på nytt."))


def check_text(data: bytes) -> None:
    """Raise IntakeError for what is not plain text, what a browser would run, and what nobody can read."""
    if len(data) > MAX_TEXT_FILE:
        raise IntakeError(
            _("Textfilen är för stor. Den får vara högst %(limit)s MB.") % {"limit": MAX_TEXT_FILE // 10**6}
        )
    text = _decoded(data)
    if text is None or any(ord(char) < 32 and char not in "\t\n\r\f" for char in text):
        raise IntakeError(_("Vi känner inte igen filen. Välj en bild (png, jpeg, webp, gif), en PDF eller en textfil."))
    text = text.strip("\ufeff \t\r\n\f")
    if not text:
        raise IntakeError(_("Filen är tom. Välj en fil med innehåll."))
    if _PAGE.match(text):
        raise IntakeError(
            _("Filen är en webbsida eller en svg-bild, och sådana kan innehålla skript. Ta en skärmbild i stället.")
        )


def _decoded(data: bytes) -> str | None:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if b"\0" in data:
            return None
        raise IntakeError(
            _("Textfilen har en teckenkodning som vi inte kan läsa. Spara den som UTF-8 och försök igen.")
        ) from None
