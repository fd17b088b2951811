"""From an uploaded file to lines of text, or a sentence that says why not. Pure: bytes in, text out.

What a file is, is told by its content, never by its name. Limits are checked before anything is unpacked.
"""

import csv
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import BinaryIO

from django.utils.translation import gettext as _

from channels.plain_text import clean_text

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_CELL = 20_000
LONGEST = (
    131_072  # characters: a cell beyond this is a quote that never ended, and its row cannot be told from the next
)
DELIMITERS = (";", "\t", ",", "|")
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head", b"<body", b"mime-version:")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


_PICTURE = b"data:image"


class ReadError(ValueError):
    """The file cannot be used. `str(error)` says why and what to do, in plain Swedish."""


@dataclass(frozen=True)
class Line:
    """One row of the file. `number` is what a spreadsheet calls it; `problem` says why its cells cannot be trusted."""

    number: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    """Everything that was read, with remarks on how (which sheet, which encoding)."""

    lines: list[Line]
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Limits:
    """What a kind of file may be. `words_only`: lists of text, and no picture written as text is let in to the disk.

    `clean` is how a cell is read: as register data unless something else is said.
    """

    rows: int
    size: int
    words_only: bool = False
    clean: Callable[[str], str] = clean_text


def usual() -> Limits:
    """Return the limits of a register."""
    return Limits(MAX_ROWS, MAX_BYTES)


def check(stream: BinaryIO, size: int, limits: Limits | None = None) -> str:
    """Return "xlsx", "json" or "csv". Looks at the first bytes and a ZIP's directory only; rewinds the stream.

    Raises ReadError for what cannot be a table: too large, empty, an old, locked, macro or disguised file.
    """
    limits = limits or usual()
    if not size:
        raise ReadError(_("Filen är tom. Välj en fil med innehåll."))
    if size > limits.size:
        raise ReadError(
            _("Filen är för stor: %(size)s MB. Den får vara högst %(limit)s MB. Dela upp den i flera filer.")
            % {"size": round(size / 1024 / 1024) or 1, "limit": limits.size // 1024 // 1024}
        )
    stream.seek(0)
    head = stream.read(4096)
    stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        if limits.words_only:
            raise ReadError(
                _("Filen är en arbetsbok eller ett arkiv. Spara den som CSV eller JSON och välj den filen.")
            )
        from channels.imports.workbook import check_archive  # openpyxl is slow to load, and most requests need it not

        check_archive(stream)
        stream.seek(0)
        return "xlsx"
    if head.startswith(_OLE):
        content = stream.read()
        stream.seek(0)
        if _ENCRYPTED in content:
            raise ReadError(_("Filen har lösenord. Öppna den, ta bort lösenordet, spara den och välj den igen."))
        raise ReadError(
            _("Filen är i det gamla formatet xls. Öppna den och spara den som Excel-arbetsbok (xlsx) eller CSV.")
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise ReadError(
            _("Filen är en webbsida fast den heter något annat. Öppna den i Excel och spara den som xlsx eller CSV.")
        )
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"GIF8")):
        raise ReadError(_("Filen är ingen tabell. Välj en fil i formatet xlsx, CSV eller JSON."))
    if limits.words_only:
        _refuse_pictures(stream)
    return "json" if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{") else "csv"


def _refuse_pictures(stream: BinaryIO) -> None:
    """Raise ReadError when a picture is written into the text. Asked before anything is stored (BrB 16 kap. 10 a §)."""
    wanted = (_PICTURE, _PICTURE.decode().encode("utf-16-le"), _PICTURE.decode().encode("utf-16-be"))
    before = b""
    while chunk := stream.read(1024 * 1024):
        text = (before + chunk).lower()
        if any(mark in text for mark in wanted):
            raise ReadError(
                _("Filen innehåller bilder. Ta bort dem: här läses bara text in, och inget av filen är sparat.")
            )
        before = chunk[-32:]
    stream.seek(0)


def read(stream: BinaryIO, size: int, limits: Limits | None = None) -> Sheet:
    """Return the lines of the file, empty ones too, so that the numbers are those of the spreadsheet.

    Raises ReadError when nothing in the file can be used, with the reason.
    """
    limits = limits or usual()
    form = check(stream, size, limits)
    if form == "xlsx":
        from channels.imports.workbook import read_workbook

        sheet = read_workbook(stream)
    elif form == "json":
        from channels.imports.records import read_records

        sheet = read_records(stream.read(), limits)
    else:
        sheet = read_text(stream.read(), limits)
    if not any(line.cells for line in sheet.lines):
        raise ReadError(_("Filen är tom. Välj en fil med innehåll."))
    return sheet


def read_text(content: bytes, limits: Limits | None = None) -> Sheet:
    """Return the lines of a text file: comma, semicolon, tab or bar between cells; UTF-8, UTF-16 or Latin-1."""
    limits = limits or usual()
    text, remarks = decoded(content)
    declared = ""
    first, _break, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith("sep=") and len(first.strip().strip('"')) == 5:  # Excel's own hint
        declared, text = first.strip().strip('"')[4], "\n" + rest
    delimiter = declared or _delimiter(text)
    lines = []
    for number, cells in _records(text, delimiter):
        tidied = tidy(cells, limits.clean)
        if len(tidied) > MAX_COLUMNS:
            raise too_wide(number)
        lines.append(Line(number, tidied))
        if len(lines) > limits.rows + 50:
            raise too_long(limits.rows)
    return Sheet(lines, remarks)


def tidy(cells: list[str], clean: Callable[[str], str] = clean_text) -> list[str]:
    """Return the cells cleaned, without the empty ones at the end and the mark that exports put before a formula."""
    found = [_unescaped(clean(cell)[: MAX_CELL + 1]) for cell in cells]
    while found and not found[-1]:
        found.pop()
    return found


def _unescaped(text: str) -> str:
    """Return '@konto without the apostrophe that keeps a spreadsheet from running it (`open_data.safe_cell`)."""
    return text[1:] if text[:1] == "'" and text[1:2] in set("=+-@＝＋－＠") else text


def too_wide(number: int) -> ReadError:
    """Return the refusal of a row that has more cells than any register."""
    return ReadError(
        _("Rad %(number)s har fler än %(limit)s kolumner. Ta bort det som inte hör till tabellen och välj filen igen.")
        % {"number": number, "limit": MAX_COLUMNS}
    )


def too_long(most: int = 0) -> ReadError:
    """Return the refusal of a file with too many rows."""
    return ReadError(
        _("Filen har fler än %(limit)s rader. Dela upp den i flera filer.")
        % {"limit": f"{most or MAX_ROWS:,}".replace(",", " ")}
    )


def decoded(content: bytes) -> tuple[str, list[str]]:
    """Return the text of the file and remarks on how it was written. Raises ReadError for what is no text."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return _without_nul(content.decode(encoding)), []
            except UnicodeDecodeError as error:
                raise ReadError(_("Filen är skadad: texten går inte att läsa. Spara den en gång till.")) from error
    if b"\0" in content:
        raise _not_text()
    try:
        return _without_nul(content.decode("utf-8")), []
    except UnicodeDecodeError:
        # Windows' own variant of Latin-1; its five holes are read as Latin-1 reads them.
        text = content.decode("cp1252", errors="replace").replace("\ufffd", "?")
        return _without_nul(text), [_("Filen är sparad som Latin-1. Kontrollera att å, ä och ö ser rätt ut.")]


def _without_nul(text: str) -> str:
    strange = sum(1 for char in text[:20_000] if unicodedata.category(char) == "Cc" and char not in "\r\n\t\f\v")
    if "\0" in text or strange > 20:
        raise _not_text()
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_text() -> ReadError:
    return ReadError(
        _("Filen är ingen textfil: den har tecken som inte går att läsa. Spara den som xlsx eller CSV (UTF-8).")
    )


def _delimiter(text: str) -> str:
    """Return what stands between the cells: that which gives most lines the same number of cells."""
    sample = "\n".join(line[:4000] for line in text[:200_000].split("\n")[:30])
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        counts = [len(cells) for cells in csv.reader(StringIO(sample), delimiter=delimiter) if cells]
        wide = [count for count in counts if count > 1]
        if not wide:
            continue
        width, often = Counter(wide).most_common(1)[0]
        score = (round(often / len(counts), 2), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, cells in enumerate(csv.reader(StringIO(text), delimiter=delimiter, strict=True), start=1):
            # Said here too: the limit of the csv module is for the whole process, and others may raise it.
            if any(len(cell) > LONGEST for cell in cells):
                raise _unreadable(number)
            yield number, cells
    except csv.Error as error:
        raise _unreadable(number + 1) from error


def _unreadable(number: int) -> ReadError:
    return ReadError(
        _("Rad %(number)s går inte att läsa: citattecknen stämmer inte, eller en cell är för lång.")
        % {"number": number}
    )
