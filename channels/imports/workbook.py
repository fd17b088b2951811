"""Excel workbooks (xlsx), read with openpyxl. Nothing in them is run, and nothing is unpacked before its size is known."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO
from xml.sax import SAXException

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from channels.imports.reading import MAX_COLUMNS, MAX_ROWS, Line, ReadError, Sheet, tidy, too_long, too_wide

MAX_MEMBERS = 2000
MAX_UNPACKED = 120 * 1024 * 1024
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    struct.error,
    zlib.error,
    OverflowError,
)
# What openpyxl raises on a workbook that is broken or made to break it; each is a file that we cannot take.
_BROKEN_BOOK = (
    *_BROKEN_ZIP,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    AssertionError,
    SyntaxError,  # what both XML readers call XML that is none
    SAXException,
    InvalidFileException,
    RecursionError,
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Za-z0-9:$]{1,40})[\"']")
_OVERLAP = 200
_ERRORS = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|SAKNAS!|VÄRDEFEL!|REFERENS!|NAMN\?)")


def check_archive(stream: BinaryIO) -> None:
    """Raise ReadError unless the ZIP is a workbook of ours to read: by its directory, which names sizes and parts."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except _BROKEN_ZIP as broken:
        raise _damaged() from broken
    names = {member.filename.lower() for member in members}
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name for name in names):
        raise ReadError(
            _("Filen innehåller makron. Spara den som Excel-arbetsbok utan makron (xlsx) och välj den igen.")
        )
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise ReadError(_("Filen blir för stor när den packas upp. Spara bara tabellen i en ny fil och välj den."))
    if any(member.flag_bits & 1 for member in members):
        raise ReadError(_("Filen har lösenord. Öppna den, ta bort lösenordet, spara den och välj den igen."))
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise _damaged()
    if "xl/workbook.xml" not in names:
        if "mimetype" in names and "content.xml" in names:
            raise ReadError(_("Filen är ett OpenDocument-kalkylblad. Spara den som xlsx eller CSV och välj den igen."))
        raise ReadError(_("Filen är ingen tabell. Välj en fil i formatet xlsx eller CSV."))


def _damaged() -> ReadError:
    return ReadError(
        _("Filen är skadad och går inte att läsa. Öppna den i Excel, spara den på nytt och välj den igen.")
    )


def read_workbook(stream: BinaryIO) -> Sheet:
    """Return the lines of the first visible sheet. `check_archive` has been asked before. Raises ReadError."""
    try:
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        try:
            return _first_sheet(book, stream)
        finally:
            book.close()
    except ReadError:
        raise
    except _BROKEN_BOOK as broken:
        raise _damaged() from broken


def _first_sheet(book: Any, stream: BinaryIO) -> Sheet:
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise ReadError(_("Filen har inget synligt blad. Visa bladet med tabellen, spara och välj filen igen."))
    sheet = visible[0]
    formulas, merged = _scan(book, sheet)
    problems = _uncalculated(stream, sheet.title) if formulas else {}
    for ref in merged:
        for number in _rows_of(ref):
            problems[number] = _("Cellerna %(cells)s är sammanslagna. Dela upp dem, och fyll i varje cell.") % {
                "cells": ref
            }
    lines: list[Line] = []
    for number, row in enumerate(_rows(sheet), start=1):
        cells = tidy([_text(value) for value in row])
        if len(cells) > MAX_COLUMNS:
            raise too_wide(number)
        broken = next((cell for cell in cells if _ERRORS.fullmatch(cell)), "")
        problem = problems.get(number, "")
        if broken and not problem:
            problem = _("En cell visar felet %(error)s. Rätta formeln, eller skriv värdet.") % {"error": broken}
        lines.append(Line(number, cells, problem))
        if number > MAX_ROWS + 50:
            raise too_long()
    while lines and not lines[-1].cells:
        lines.pop()
    remarks = []
    if len(visible) > 1:
        remarks.append(_("Filen har flera blad. Vi läste det första, ”%(sheet)s”.") % {"sheet": sheet.title})
    return Sheet(lines, remarks)


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # the size that a file claims for itself is not believed
    return sheet.iter_rows(values_only=True)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("ja") if value else _("nej")
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
    return str(value)


def _scan(book: Any, sheet: Any) -> tuple[bool, list[str]]:
    """Return whether the sheet has formulas, and its merged cells. openpyxl tells neither when it reads a row at a time."""
    formulas, merged, tail = False, [], b""
    with book._archive.open(sheet._worksheet_path) as source:
        while chunk := source.read(1 << 20):
            text = tail + chunk
            formulas = formulas or _FORMULA.search(text) is not None
            merged += [found.decode("ascii") for found in _MERGED.findall(text)]
            tail = text[-_OVERLAP:]
    return formulas, list(dict.fromkeys(merged))


def _rows_of(ref: str) -> range:
    _left, top, _right, bottom = range_boundaries(ref)
    return range(int(top or 1), min(int(bottom or 1), MAX_ROWS + 50) + 1)


def _uncalculated(stream: BinaryIO, title: str) -> dict[int, str]:
    """Return, by row, the formulas that were saved without their result: what they show, nobody has ever computed."""
    stream.seek(0)
    written = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    computed = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    found: dict[int, str] = {}
    try:
        pairs = zip(_cells(written[title]), _cells(computed[title]), strict=False)
        for number, (formulas, values) in enumerate(pairs, start=1):
            if number > MAX_ROWS + 50:
                break
            for formula, value in zip(formulas, values, strict=False):
                if formula.data_type == "f" and value.value is None:
                    found[number] = _(
                        "Cell %(cell)s är en formel utan uträknat värde. Öppna filen i Excel och spara den, eller skriv värdet."
                    ) % {"cell": formula.coordinate}
    finally:
        written.close()
        computed.close()
    return found


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()
    return sheet.iter_rows()
