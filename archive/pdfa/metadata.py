"""What the file says of itself (XMP), with every name space beside what it is for: some readers know no shorter form.

The same stands in the file's older table (Info), which PDF/A-1 asks to say exactly the same.
"""

from datetime import UTC
from xml.sax.saxutils import escape

from archive.pdfa.drawing import drawable
from archive.pdfa.sheet import Sheet

CREATOR = "Kanalkollen"
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>{conformance}</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{description}</rdf:li></rdf:Alt></dc:description></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>{producer}</pdf:Producer></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>{creator}</xmp:CreatorTool><xmp:CreateDate>{made}</xmp:CreateDate>
<xmp:ModifyDate>{made}</xmp:ModifyDate></rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def metadata_of(sheet: Sheet, producer: str) -> bytes:
    """Return the XMP packet. `producer` is the program that wrote the file, as it stands in Info."""
    said = {name: one_line(getattr(sheet, name)) for name in ("title", "author", "description")}
    said |= {
        "producer": producer,
        "creator": CREATOR,
        "made": sheet.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "part": sheet.level[0],
        "conformance": sheet.level[1].upper(),
    }
    return _PACKET.format(**{name: escape(value) for name, value in said.items()}).encode()


def one_line(text: str) -> str:
    """Return a text as the metadata hold it: one line, nothing hidden."""
    return " ".join(drawable(text).split())
