"""Files to bring in, honest and hostile, made as the programs that write them do."""

import csv
import zipfile
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO, StringIO
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

REAL = sorted((Path(__file__).parent / "data" / "imports").glob("*.csv"))
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
)


def text_file(rows: Iterable[Sequence[str]], delimiter: str = ";", encoding: str = "utf-8", bom: bytes = b"") -> bytes:
    out = StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return bom + out.getvalue().encode(encoding)


def workbook(rows: Iterable[Sequence[object]], change: Callable[[Workbook], None] | None = None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    if change:
        change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def rewritten(content: bytes, edit: Callable[[str, bytes], bytes | None], add: dict[str, bytes] | None = None) -> bytes:
    """Return the ZIP with each member as `edit(name, content)` makes it, without those that become None."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (edited := edit(name, old.read(name))) is not None:
                new.writestr(name, edited)
        for name, extra in (add or {}).items():
            new.writestr(name, extra)
    return out.getvalue()


def same(_name: str, content: bytes) -> bytes:
    return content


def with_sheet(content: bytes, replace: Callable[[bytes], bytes]) -> bytes:
    """Return the workbook with the XML of its first sheet changed."""
    return rewritten(content, lambda name, old: replace(old) if name == "xl/worksheets/sheet1.xml" else old)


def upload(content: bytes, name: str = "lista.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
