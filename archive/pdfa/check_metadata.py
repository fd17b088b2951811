"""What the file says of itself: present, readable, of the right level, and the same in both places."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pikepdf
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
PDF = "{http://ns.adobe.com/pdf/1.3/}"
PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
_KNOWN = {
    RDF, DC, XMP, PDF, PDFAID, "{adobe:ns:meta/}", "{http://www.w3.org/XML/1998/namespace}",
    "{http://ns.adobe.com/xap/1.0/mm/}", "{http://ns.adobe.com/xap/1.0/rights/}",
}  # fmt: skip
_EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}schemas"
# The same fact in Info and in XMP.
_SAME = {
    "/Title": DC + "title", "/Author": DC + "creator", "/Subject": DC + "description", "/Keywords": PDF + "Keywords",
    "/Creator": XMP + "CreatorTool", "/Producer": PDF + "Producer", "/CreationDate": XMP + "CreateDate",
    "/ModDate": XMP + "ModifyDate",
}  # fmt: skip

_DATE = re.compile(
    r"(?P<y>\d{4})-?(?P<mo>\d\d)-?(?P<d>\d\d)(?:T?(?P<h>\d\d):?(?P<mi>\d\d):?(?P<s>\d\d)?)?"
    r"(?P<zone>Z|[+-]\d\d[:']?\d\d'?)?"
)


def metadata_faults(pdf: pikepdf.Pdf, level: str) -> Iterator[tuple[str, str]]:
    """Yield the faults of the metadata, each with where."""
    stream = pdf.Root.get("/Metadata")
    if stream is None:
        yield "no_metadata", ""
        return
    if "/Filter" in stream and level[0] == "1":
        yield "metadata_packed", ""
    try:
        root = fromstring(stream.read_bytes())
    except (ParseError, DefusedXmlException, ValueError):
        yield "metadata_unreadable", ""
        return
    blocks = root.findall(f"{RDF}RDF")
    if root.tag == f"{RDF}RDF":
        blocks = [root]
    if len(blocks) != 1:
        yield "metadata_unreadable", f"{len(blocks)} blocks"
        return
    said = _said(blocks[0])
    if said.get(PDFAID + "part") != level[0] or said.get(PDFAID + "conformance") != level[1].upper():
        yield "other_level", f"{said.get(PDFAID + 'part')}{said.get(PDFAID + 'conformance')}"
    if blocks[0].find(f".//{_EXTENSION}") is None:
        for name in said:
            if name.partition("}")[0] + "}" not in _KNOWN:
                yield "metadata_unknown", name
    yield from _differences(pdf, said)


def _said(block: Element) -> dict[str, str]:
    """Return each property with its value, or the first of its values; a second creator makes it differ from Info."""
    found: dict[str, str] = {}
    for description in block.findall(f"{RDF}Description"):
        found.update({name: value for name, value in description.attrib.items() if not name.startswith(RDF)})
        for one in description:
            values = [(item.text or "").strip() for item in one.iter(f"{RDF}li")]
            found[one.tag] = "; ".join(values) if values else (one.text or "").strip()
    return found


def _differences(pdf: pikepdf.Pdf, said: dict[str, str]) -> Iterator[tuple[str, str]]:
    info: Any = pdf.trailer.get("/Info")
    if info is None:
        return
    for key, name in _SAME.items():
        if key not in info:
            continue
        here, there = str(info[key]), said.get(name, "")
        if key.endswith("Date"):
            here, there = _moment(here), _moment(there)
        if here != there:
            yield "metadata_differ", key


def _moment(text: str) -> str:
    """Return a date in one form, "20260630120000+0200", whichever of the two ways it was written; else the text."""
    found = _DATE.fullmatch(text.removeprefix("D:").strip())
    if found is None:
        return text
    zone = re.sub(r"[':]", "", found["zone"] or "Z").replace("Z", "+0000")
    return "".join(found.group(part) or "00" for part in ("y", "mo", "d", "h", "mi", "s")) + zone
