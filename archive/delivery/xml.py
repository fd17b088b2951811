"""Writing XML with the standard library: namespaces, and only characters that XML can hold."""

import re
from xml.etree import ElementTree as ET

METS, XLINK, XSI = (
    "http://www.loc.gov/METS/",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/2001/XMLSchema-instance",
)
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
PREMIS, DC = "http://www.loc.gov/premis/v3", "http://purl.org/dc/elements/1.1/"
PREFIXES = {"mets": METS, "xlink": XLINK, "xsi": XSI, "csip": CSIP, "premis": PREMIS, "dc": DC}
for prefix, address in PREFIXES.items():
    ET.register_namespace(prefix, address)

Element = ET.Element
# XML 1.0, 2.2: everything else is refused by every reader, also when it is written as a number.
_REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_of(value: str) -> str:
    """Return the text with what XML cannot hold written out as [U+0008], so that it shows that it was there."""
    return _REFUSED.sub(lambda found: f"[U+{ord(found[0]):04X}]", value)


def add(parent: Element, name: str, text: str = "", /, **attributes: str) -> Element:
    """Add an element and return it. Names and attributes as `prefix:name`; a double underscore stands for the colon."""
    child = ET.SubElement(parent, _full(name), _attributes(attributes))
    if text:
        child.text = text_of(text)
    return child


def root_of(name: str, **attributes: str) -> Element:
    """Return a document's first element. As `add`."""
    return Element(_full(name), _attributes(attributes))


def document(root: Element) -> bytes:
    """Return the document in UTF-8, indented, the same bytes each time."""
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="utf-8") + b"\n"


def _full(name: str) -> str:
    prefix, colon, local = name.rpartition(":")
    return f"{{{PREFIXES[prefix]}}}{local}" if colon else name


def _attributes(values: dict[str, str]) -> dict[str, str]:
    return {_full(name.replace("__", ":")): text_of(value) for name, value in values.items() if value}
