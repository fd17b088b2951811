"""Our own check of a PDF/A: what can be seen in its structure, each fault with a name and a sentence.

A tripwire for files of our own making and for what happens to them, not a validator: it reads structure, not every byte of
every font. It knows parts 1, 2 and 3. The clauses are those of ISO 19005-1; where the parts differ the level says which.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from django.utils.translation import gettext as _
from pikepdf import Array, Dictionary, Name, Stream

from archive.pdfa.check_content import Drawn
from archive.pdfa.check_fonts import font_faults
from archive.pdfa.check_metadata import metadata_faults
from archive.pdfa.sheet import CARRIES_FILES
from archive.pdfa.sheet import LEVELS as KNOWN

# What a name of a fault means, for whoever has to do something about it.
SENTENCES: dict[str, Callable[[], str]] = {
    "unreadable": lambda: _("Filen går inte att läsa som PDF."),
    "encrypted": lambda: _("Filen är krypterad."),
    "no_id": lambda: _("Filen saknar id."),
    "version": lambda: _("Filen har en annan version av PDF än nivån tillåter."),
    "packed_objects": lambda: _("Filens innehållsförteckning är packad, och det får den inte vara på den här nivån."),
    "after_the_end": lambda: _("Det ligger data efter filens slut."),
    "no_metadata": lambda: _("Filen saknar metadata (XMP)."),
    "metadata_packed": lambda: _("Filens metadata är packade och går inte att läsa direkt."),
    "metadata_unreadable": lambda: _("Filens metadata (XMP) går inte att läsa."),
    "other_level": lambda: _("Filen säger sig ha en annan nivå av PDF/A än den ska."),
    "metadata_differ": lambda: _("Filens två uppsättningar metadata säger olika saker."),
    "metadata_unknown": lambda: _("Filens metadata innehåller uppgifter som standarden inte känner till."),
    "no_output_intent": lambda: _("Filen säger inte vilka färger den är gjord för (OutputIntent)."),
    "bad_profile": lambda: _("Filens färgprofil saknas eller går inte att använda."),
    "two_profiles": lambda: _("Filen har flera olika färgprofiler."),
    "transparency": lambda: _("Något i filen är genomskinligt."),
    "interpolated": lambda: _("En bild får räknas om när den visas."),
    "filter": lambda: _("Något i filen är packat på ett sätt som inte är tillåtet."),
    "outside": lambda: _("Filen pekar på innehåll som ligger utanför den."),
    "cmyk": lambda: _("Filen använder tryckfärger utan att säga vilka."),
    "image_alternate": lambda: _("En bild har en annan bild som kan visas i stället."),
    "postscript": lambda: _("Filen innehåller PostScript eller en hänvisning till en annan fil."),
    "font_not_embedded": lambda: _("Ett typsnitt saknas i filen."),
    "font_kind": lambda: _("Ett typsnitt är av ett slag som nivån inte tillåter."),
    "font_incomplete": lambda: _("Ett typsnitt saknar uppgifter om vilka tecken det har."),
    "font_widths": lambda: _("Tecknens bredd stämmer inte med typsnittet."),
    "no_unicode": lambda: _("Ett typsnitt säger inte vilka tecken det visar, så texten går inte att söka i."),
    "glyph_missing": lambda: _("Ett tecken finns inte i sitt typsnitt."),
    "script": lambda: _("Filen innehåller skript eller något annat som kan köras."),
    "annotation": lambda: _("Filen innehåller en anteckning av ett slag som inte är tillåtet."),
    "annotation_hidden": lambda: _("Filen innehåller en anteckning som inte syns på papper."),
    "form": lambda: _("Filen innehåller ett formulär som ritas först när det öppnas."),
    "files_inside": lambda: _("Filen innehåller andra filer, och det får den inte på den här nivån."),
    "files_undescribed": lambda: _("En fil inuti filen saknar uppgift om vad den är."),
    "layers": lambda: _("Filen har lager som kan döljas."),
    "not_tagged": lambda: _("Filen saknar den struktur som nivån kräver."),
    "structure_unknown": lambda: _("Filens struktur använder namn som standarden inte känner till."),
    "page_size": lambda: _("En sida är större än nivån tillåter."),
    "no_pages": lambda: _("Filen har inga sidor."),
    "operator": lambda: _("En sida ritas med något som standarden inte känner till."),
}  # fmt: skip
_FORBIDDEN_ACTIONS = {
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/JavaScript", "/SetState", "/NOP", "/Hide",
    "/Rendition", "/Trans", "/GoTo3DView", "/SetOCGState",
}  # fmt: skip
_NAMED_ACTIONS = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
_ANNOTATIONS = {
    "/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut",
    "/Stamp", "/Ink", "/Popup", "/Widget", "/PrinterMark", "/TrapNet", "/Polygon", "/PolyLine", "/Caret",
}  # fmt: skip
_STRUCTURE = {
    "/Document", "/Part", "/Art", "/Sect", "/Div", "/BlockQuote", "/Caption", "/TOC", "/TOCI", "/Index", "/NonStruct",
    "/Private", "/P", "/H", "/H1", "/H2", "/H3", "/H4", "/H5", "/H6", "/L", "/LI", "/Lbl", "/LBody", "/Table", "/TR",
    "/TH", "/TD", "/Span", "/Quote", "/Note", "/Reference", "/BibEntry", "/Code", "/Link", "/Figure", "/Formula", "/Form",
}  # fmt: skip
_LATER_STRUCTURE = {"/THead", "/TBody", "/TFoot", "/Annot", "/Ruby", "/Warichu", "/RB", "/RT", "/RP", "/WT", "/WP"}
_LARGEST = 14_400  # units
_MODES = {"/Normal", "/Compatible"}


@dataclass(frozen=True)
class Problem:
    """One fault: its name, and where in the file it was seen (for whoever mends the maker)."""

    code: str
    where: str = ""

    @property
    def text(self) -> str:
        """The fault in a sentence."""
        return SENTENCES[self.code]()


def problems_of(content: bytes, level: str) -> list[Problem]:
    """Return what is wrong with the file as a PDF/A of the level, each kind of fault once; nothing for a good one.

    Raises ValueError for a level that we do not know. Never for a file, whatever it holds.
    """
    if level not in KNOWN:
        raise ValueError(f"there is no level {level}")
    try:
        with pikepdf.open(BytesIO(content), suppress_warnings=True) as pdf:
            found = list(_faults(pdf, content, level))
    except pikepdf.PasswordError:
        found = [("encrypted", "")]
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError) as broken:
        found = [("unreadable", str(broken)[:200])]
    once: dict[str, Problem] = {}
    for code, where in found:
        once.setdefault(code, Problem(code, where))
    return list(once.values())


Fault = tuple[str, str]


def _faults(pdf: pikepdf.Pdf, content: bytes, level: str) -> Iterator[Fault]:
    yield from _file(pdf, content, level)
    if not len(pdf.pages):
        yield "no_pages", ""
        return
    yield from metadata_faults(pdf, level)
    yield from _output(pdf, level)
    for number, thing in enumerate(pdf.objects):
        if isinstance(thing, Stream | Dictionary):
            for code in _object(thing, level):
                yield code, f"object {number + 1}"
    yield from _catalog(pdf, level)
    yield from _attached(pdf, level)
    yield from _structure(pdf, level)
    yield from _pages(pdf, level)


def _pages(pdf: pikepdf.Pdf, level: str) -> Iterator[Fault]:
    drawn = Drawn()
    for number, page in enumerate(pdf.pages):
        for code in (*_page(page, level), *drawn.page(page)):
            yield code, f"page {number + 1}"
    for font, codes in drawn.fonts.values():
        for code in font_faults(font, codes, level):
            yield code, str(font.get("/BaseFont", ""))


def _file(pdf: pikepdf.Pdf, content: bytes, level: str) -> Iterator[Fault]:
    if pdf.is_encrypted:
        yield "encrypted", ""
    if "/ID" not in pdf.trailer or len(pdf.trailer.ID) != 2 or not bytes(pdf.trailer.ID[0]):
        yield "no_id", ""
    found = re.match(rb"%PDF-1\.(\d)", content)
    if not found or int(found[1]) > (4 if level[0] == "1" else 7):
        yield "version", content[:8].decode("latin-1")
    elif level[0] == "1" and "/Version" in pdf.Root and str(pdf.Root.Version) > "/1.4":
        yield "version", str(pdf.Root.Version)
    if level[0] == "1" and (b"/ObjStm" in content or re.search(rb"/Type\s*/XRef", content)):
        yield "packed_objects", ""
    if content[content.rfind(b"%%EOF") + 5 :].strip(b"\r\n"):
        yield "after_the_end", ""


def _output(pdf: pikepdf.Pdf, level: str) -> Iterator[Fault]:
    intents = [one for one in pdf.Root.get("/OutputIntents", Array()) if one.get("/S") == Name.GTS_PDFA1]
    if not intents:
        yield "no_output_intent", ""
        return
    profiles = {}
    for intent in intents:
        profile = intent.get("/DestOutputProfile")
        if profile is None:
            yield "bad_profile", "none"
            continue
        data = profile.read_bytes()
        profiles[data] = profile
        newest = 2 if level[0] == "1" else 4
        if len(data) < 128 or data[36:40] != b"acsp" or not 1 <= data[8] <= newest:
            yield "bad_profile", f"version {data[8] if len(data) > 8 else '?'}"
        elif profile.get("/N") != {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4}.get(data[16:20]):
            yield "bad_profile", "components"
    if len(profiles) > 1:
        yield "two_profiles", ""


def _object(thing: Any, level: str) -> Iterator[str]:
    """Yield what is wrong with one object, wherever in the file it is used."""
    if isinstance(thing, Stream):
        yield from _stream(thing, level)
    if level[0] == "1":
        yield from _transparent(thing)
        if "/EF" in thing or "/EmbeddedFiles" in thing:
            yield "files_inside"
    if "/S" in thing and isinstance(thing.S, Name):
        if str(thing.S) in _FORBIDDEN_ACTIONS and ("/Type" not in thing or thing.Type == Name.Action):
            yield "script"
        if Name.Named == thing.S and str(thing.get("/N")) not in _NAMED_ACTIONS:
            yield "script"
    if "/JS" in thing or "/XFA" in thing:
        yield "script"
    if "/Subtype" in thing and "/Rect" in thing:
        yield from _annotation(thing, level)


def _stream(thing: Any, level: str) -> Iterator[str]:
    filters = thing.get("/Filter", Array())
    names = {str(one) for one in (filters if isinstance(filters, Array) else [filters])}
    if "/LZWDecode" in names or "/Crypt" in names or (level[0] == "1" and "/JPXDecode" in names):
        yield "filter"
    if any(key in thing for key in ("/F", "/FFilter", "/FDecodeParms")) and thing.get("/Type") != Name.EmbeddedFile:
        yield "outside"
    subtype = thing.get("/Subtype")
    if subtype == Name.Image:
        if thing.get("/Interpolate", False):
            yield "interpolated"
        if "/Alternates" in thing or "/OPI" in thing:
            yield "image_alternate"
        if _is_cmyk(thing.get("/ColorSpace")):
            yield "cmyk"
    elif subtype == Name.PS or (subtype == Name.Form and ("/Ref" in thing or "/PS" in thing or "/OPI" in thing)):
        yield "postscript"


def _is_cmyk(space: Any) -> bool:
    if isinstance(space, Array) and len(space) > 1 and space[0] in (Name.Indexed, Name.Separation, Name.DeviceN):
        return _is_cmyk(space[1] if space[0] == Name.Indexed else space[2])
    return bool(space == Name.DeviceCMYK)


def _transparent(thing: Any) -> Iterator[str]:
    mask, mode = thing.get("/SMask"), thing.get("/BM")
    if mask is not None and mask != Name("/None"):
        yield "transparency"
    if any(isinstance(thing.get(key), int | float) or _is_number(thing.get(key)) for key in ("/ca", "/CA")) and any(
        float(thing[key]) != 1 for key in ("/ca", "/CA") if key in thing
    ):
        yield "transparency"
    if mode is not None and str(mode) not in _MODES and "/Rect" not in thing and not isinstance(mode, Dictionary):
        yield "transparency"
    group = thing.get("/Group")
    if isinstance(group, Dictionary) and group.get("/S") == Name.Transparency:
        yield "transparency"


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _annotation(thing: Any, level: str) -> Iterator[str]:
    if thing.get("/Type", Name.Annot) != Name.Annot:
        return
    allowed = _ANNOTATIONS | ({"/FileAttachment"} if level in CARRIES_FILES else set())
    if str(thing.Subtype) not in allowed:
        yield "annotation"
    flags = int(thing.get("/F", 0))
    if thing.Subtype != Name.Popup and (not flags & 4 or flags & (1 | 2 | 32)):
        yield "annotation_hidden"
    if "/AA" in thing:
        yield "script"


def _catalog(pdf: pikepdf.Pdf, level: str) -> Iterator[Fault]:
    names = pdf.Root.get("/Names", Dictionary())
    if "/JavaScript" in names or "/AA" in pdf.Root:
        yield "script", "catalog"
    form = pdf.Root.get("/AcroForm")
    if form is not None and (form.get("/NeedAppearances", False) or "/XFA" in form):
        yield "form", "catalog"
    if level[0] == "1" and "/OCProperties" in pdf.Root:
        yield "layers", "catalog"


def _attached(pdf: pikepdf.Pdf, level: str) -> Iterator[Fault]:
    if level[0] == "1":
        return  # seen among the objects
    specs = [one for one in pdf.objects if isinstance(one, Dictionary) and "/EF" in one]
    if specs and level not in CARRIES_FILES:
        yield "files_inside", ""
        return
    listed = [one.objgen for one in pdf.Root.get("/AF", Array())]
    for spec in specs:
        file = spec.EF.get("/F")
        described = all(key in spec for key in ("/F", "/UF", "/AFRelationship")) and spec.objgen in listed
        if not described or file is None or "/Subtype" not in file:
            yield "files_undescribed", str(spec.get("/F", ""))


def _structure(pdf: pikepdf.Pdf, level: str) -> Iterator[Fault]:
    if level[1] != "a":
        return
    root = pdf.Root.get("/StructTreeRoot")
    marked = pdf.Root.get("/MarkInfo", Dictionary()).get("/Marked", False)
    if root is None or not marked or "/Lang" not in pdf.Root:
        yield "not_tagged", ""
        return
    roles = {key: str(value) for key, value in root.get("/RoleMap", Dictionary()).items()}
    known = _STRUCTURE | (_LATER_STRUCTURE if level[0] != "1" else set())
    for one in pdf.objects:
        if isinstance(one, Dictionary) and one.get("/Type") == Name.StructElem:
            name = str(one.get("/S"))
            if name not in known and roles.get(name) not in known:
                yield "structure_unknown", name


def _page(page: pikepdf.Page, level: str) -> Iterator[str]:
    if "/AA" in page.obj:
        yield "script"
    box = [float(value) for value in page.mediabox]
    if level[0] != "1" and not all(3 <= side <= _LARGEST for side in (box[2] - box[0], box[3] - box[1])):
        yield "page_size"
