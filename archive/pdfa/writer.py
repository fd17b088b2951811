"""A sheet becomes a PDF/A: texts by WeasyPrint, pictures put in as they are packed, so that they are never coded anew."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import weasyprint
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from pikepdf import Array, Dictionary, Name
from weasyprint.urls import URLFetcher

from archive.pdfa.fonts import FAMILIES, OwnFonts
from archive.pdfa.metadata import metadata_of, one_line
from archive.pdfa.pictures import Packed, packed, put
from archive.pdfa.sheet import CARRIES_FILES, LEVELS, Sheet

MM = 72 / 25.4  # points
# Where a picture stands on its page: below the caption, above the page number (`print.css`, @page picture).
LEFT, TOP, WIDTH, HEIGHT = 10 * MM, (297 - 22) * MM, 190 * MM, (297 - 22 - 16) * MM
OVERLAP = 40  # pixels that the end of one part and the beginning of the next share
LARGEST = 0.75  # points a pixel: a small picture is not blown up
A_LITTLE_TOO_TALL = 1.6  # up to so many pages high it is made to fit on one
# Names that part 1 of PDF/A does not know, and what they are there: groups without a meaning of their own.
ROLES = {"/TBody": "/NonStruct", "/THead": "/NonStruct", "/TFoot": "/NonStruct"}


class NoNetwork(URLFetcher):
    """Lets a document ask for nothing, from the network or from the disk: one that does is not made."""

    def __init__(self) -> None:
        super().__init__(fail_on_errors=True)

    def fetch(self, url: str, *_args: Any, **_options: Any) -> Any:
        """Refuse."""
        raise ValueError(f"the document asks for {url[:200]}")


@dataclass(frozen=True)
class Part:
    """One page with a part of a picture: its pixel rows from `top`, and where they stand on the page, in points."""

    picture: int
    top: float
    rows: float
    scale: float
    caption: str
    alt: str


def render(sheet: Sheet) -> bytes:
    """Return the document as PDF/A of the sheet's level. The same sheet gives the same bytes.

    Raises ValueError for an unknown level, for attachments where the level may hold none, and for a picture that is none
    (OSError too); nothing is fetched.
    """
    if sheet.level not in LEVELS:
        raise ValueError(f"there is no level {sheet.level}; there are {', '.join(LEVELS)}")
    if sheet.attachments and sheet.level not in CARRIES_FILES:
        raise ValueError(f"PDF/A-{sheet.level} holds no files")
    pictures = [packed(picture.content) for picture in sheet.pictures]
    parts = list(_parts(sheet, pictures))
    return _with_pictures(sheet, _texts(sheet, parts), pictures, parts)


def _texts(sheet: Sheet, parts: Sequence[Part]) -> bytes:
    """Return the document without its pictures: each part of one has its page, with a caption."""
    made = sheet.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    context = {"sheet": sheet, "posts": _in_time(sheet), "parts": parts, "made": made, "css": _css()}
    context |= {name: one_line(getattr(sheet, name)) for name in ("title", "author", "description")}
    with override("sv"):  # what is kept is written in the authority's language, whoever asked for it
        page = render_to_string("archive/pdfa/sheet.html", context)
    attachments = [
        weasyprint.Attachment(
            file_obj=BytesIO(one.content),
            name=one.name,
            description=one.description,
            relationship=one.relationship,
            created=sheet.made_at,
            modified=sheet.made_at,
        )
        for one in sheet.attachments
    ]
    document = weasyprint.HTML(string=page, url_fetcher=NoNetwork())
    written = document.write_pdf(
        pdf_variant=LEVELS[sheet.level],
        font_config=OwnFonts(),
        attachments=attachments or None,
        pdf_identifier=sha256(page.encode()).digest()[:16],
    )
    return bytes(written)


def _css() -> str:
    return (Path(__file__).parent / "print.css").read_text(encoding="utf-8").replace("FAMILIES", FAMILIES)


def _in_time(sheet: Sheet) -> list[Any]:
    """Return the posts oldest first. One without a time stands where it stood: after the one before it on the page."""
    moment, keyed = None, []
    for number, post in enumerate(sheet.posts):
        moment = post.at or moment
        keyed.append(((moment is not None, moment.timestamp() if moment else 0, number), post))
    return [post for _key, post in sorted(keyed, key=lambda pair: pair[0])]


def _parts(sheet: Sheet, pictures: Sequence[Packed]) -> Iterator[Part]:
    for number, picture in enumerate(pictures):
        scale = min(WIDTH / picture.width, LARGEST)
        if picture.height * scale <= HEIGHT * A_LITTLE_TOO_TALL:
            scale = min(scale, HEIGHT / picture.height)
        rows = min(HEIGHT / scale, picture.height)
        step = max(rows - OVERLAP, rows / 2)
        count = max(1, math.ceil((picture.height - rows) / step - 1e-9) + 1)
        for part in range(count):
            top = min(part * step, picture.height - rows)
            values = {"number": number + 1, "count": len(pictures), "name": sheet.pictures[number].name}
            caption = _("Bild %(number)s av %(count)s, %(name)s") % values
            if count > 1:
                caption += _(", del %(part)s av %(parts)s") % {"part": part + 1, "parts": count}
            yield Part(number, top, rows, scale, caption, sheet.pictures[number].alt or caption)


def _with_pictures(sheet: Sheet, texts: bytes, pictures: Sequence[Packed], parts: Sequence[Part]) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(texts)) as pdf:
        first = len(pdf.pages) - len(parts)
        drawn = [put(pdf, picture) for picture in pictures]
        figures = _Figures(pdf)
        for number, part in enumerate(parts):
            page = pdf.pages[first + number]
            name = page.add_resource(drawn[part.picture], Name.XObject, name=f"/Picture{part.picture}")
            mark = figures.add(page, part)
            page.contents_add(b"q\n", prepend=True)  # the texts have their own directions
            page.contents_add(b"\nQ" + _drawing(name, part, pictures[part.picture], mark), prepend=False)
        pdf.Root.Metadata.write(metadata_of(sheet, str(pdf.docinfo.Producer)))
        old = sheet.level.startswith("1")
        pdf.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=False,  # the metadata must be readable as they stand
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            deterministic_id=True,
            fix_metadata_version=False,  # ours say the version already
            force_version="1.4" if old else "1.7",
        )
    return out.getvalue()


def _drawing(name: str, part: Part, picture: Packed, mark: int | None) -> bytes:
    """Return the strokes that draw the part: a window on the page, and the whole picture moved behind it."""
    width, height = picture.width * part.scale, part.rows * part.scale
    bottom = TOP - height
    whole = picture.height * part.scale
    y = TOP + part.top * part.scale - whole
    begin = b"/Artifact BMC" if mark is None else f"/Figure <</MCID {mark}>> BDC".encode()
    strokes = (
        f"q {LEFT:.3f} {bottom:.3f} {width:.3f} {height:.3f} re W n "
        f"{width:.3f} 0 0 {whole:.3f} {LEFT:.3f} {y:.3f} cm {name} Do Q"
    )
    return b"\n" + begin + b"\n" + strokes.encode() + b"\nEMC\n"


class _Figures:
    """The pictures in the structure of a tagged document; nothing in one that has no tags."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf, self.root = pdf, pdf.Root.get("/StructTreeRoot")
        if self.root is None:
            return
        self.root.RoleMap = Dictionary({key: Name(value) for key, value in ROLES.items()})
        kids = self.root.K
        self.document = kids[0] if isinstance(kids, Array) else kids

    def add(self, page: pikepdf.Page, part: Part) -> int | None:
        """Add a figure for what is about to be drawn on the page, and return its mark; None where there are no tags."""
        if self.root is None:
            return None
        numbers = self.root.ParentTree.Nums
        owners = next(numbers[at + 1] for at in range(0, len(numbers), 2) if numbers[at] == page.obj.StructParents)
        mark = len(owners)
        element = Dictionary(
            Type=Name.StructElem, S=Name.Figure, P=self.document, Pg=page.obj, K=mark, Alt=pikepdf.String(part.alt)
        )
        element = self.pdf.make_indirect(element)
        owners.append(element)
        if not isinstance(self.document.K, Array):
            self.document.K = Array([self.document.K])
        self.document.K.append(element)
        return mark
