"""Small real PDF files, for the attachments that a policy asks for. Pure: text in, bytes out."""

import textwrap
from collections.abc import Iterable

WIDTH, LINES, TOP, LEFT, LEADING = 88, 44, 780, 62, 16  # characters, lines, and points on a page of A4


def plain_pdf(title: str, paragraphs: Iterable[str]) -> bytes:
    """Return a PDF of A4 pages with a title and paragraphs, in Swedish. Characters outside Windows-1252 become "?"."""
    lines = [line for text in paragraphs for line in (*(textwrap.wrap(text, WIDTH) or [""]), "")]
    pages = [lines[start : start + LINES] for start in range(0, len(lines), LINES)] or [[]]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (sv-SE) >>",
        b"",  # the list of pages, once their numbers are known
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title " + _text(title) + b" >>",
    ]
    kids = []
    for number, page in enumerate(pages):
        content = _page(title if number == 0 else "", page)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _file(objects)


def _text(text: str) -> bytes:
    raw = text.encode("cp1252", errors="replace")
    return b"(" + raw.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)") + b")"


def _page(title: str, lines: list[str]) -> bytes:
    parts = [b"BT /F1 18 Tf %d %d Td %s Tj ET" % (LEFT, TOP, _text(title))] if title else []
    parts.append(b"BT /F1 11 Tf %d TL %d %d Td" % (LEADING, LEFT, TOP - 2 * LEADING))
    parts += [_text(line) + b" Tj T*" for line in lines]
    return b"\n".join([*parts, b"ET"])


def _file(objects: list[bytes]) -> bytes:
    """Return the objects as a file, with the table of where each begins."""
    found = b"%PDF-1.4\n%\xe5\xe4\xf6\xd6\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(found))
        found += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(objects) + 1, len(found)
    return found + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, start)
    )
