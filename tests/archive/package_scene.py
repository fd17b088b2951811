"""A package of records, made of plain values, and the public schemas and rules to hold it against."""

import io
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from lxml import etree
from lxml.isoschematron import Schematron

from archive.delivery import Item, Package, Source
from archive.values import Secrecy
from tests.archive_scene import png

EARK = Path(__file__).parents[1] / "data" / "eark"
SCHEMAS = Path(__file__).parents[2] / "archive" / "delivery" / "schemas"
MADE = datetime(2026, 7, 3, 8, 30, tzinfo=UTC)
NS = {
    "mets": "http://www.loc.gov/METS/",
    "premis": "http://www.loc.gov/premis/v3",
    "xlink": "http://www.w3.org/1999/xlink",
    "csip": "https://DILCIS.eu/XML/METS/CSIPExtensionMETS",
}
SECTIONS = ["metsRootElement", "metsHdr", "dmdSec", "amdSec", "fileSec", "structMap", "structLink", "behaviorSec"]
WORDS = {
    "@TYPE_vocabulary_test": ("@TYPE", "CSIPVocabularyContentCategory"),
    "@csip:CONTENTINFORMATIONTYPE_vocabulary_test": (
        "@csip:CONTENTINFORMATIONTYPE",
        "CSIPVocabularyContentInformationType",
    ),
    "@csip:OAISPACKAGETYPE_vocabulary_test": ("@csip:OAISPACKAGETYPE", "CSIPVocabularyOAISPackageType"),
    "@STATUS_vocabulary_test": ("@STATUS", "CSIPVocabularyStatus"),
}
HOSTILE = "\u202eHej \u0008 <b>& ]]> 👩‍👩‍👧 مرحبا Sámi ŋ"


def source(number: int = 1, content: bytes | None = None, name: str = "skärmbild.png", **values: Any) -> Source:
    body = png() if content is None else content
    defaults = {
        "number": number,
        "name": name,
        "content_type": "image/png",
        "size": len(body),
        "sha256": sha256(body).hexdigest(),
        "kept_at": datetime(2026, 3, 4, 10, 0, tzinfo=UTC),
        "how": "Uppladdad av en person",
        "open": lambda: io.BytesIO(body),
    }
    return Source(**{**defaults, **values})


def item(number: int = 1, *sources: Source, **values: Any) -> Item:
    defaults = {
        "number": number,
        "title": "Kommentar på Biblioteket",
        "folder": f"Biblioteket/2026-03-04 Inlägg {number}",
        "occurred_at": datetime(2026, 3, 4, 9, 0, tzinfo=UTC),
        "row": {"handling": "Kommentar på Biblioteket", "slag": "Inlägg", "kanal": "Biblioteket", "dag": "2026-03-04"},
        "facts": {"id": number, "text": HOSTILE},
        "sources": sources,
    }
    return Item(**{**defaults, **values})


MARK = Secrecy("OSL 21 kap. 3 §", date(2026, 3, 5), "Kulturnämnden")


def package(*items: Item, **values: Any) -> Package:
    content = items or (
        item(1, source(1), source(2, b"%PDF-1.4 hej", "brev (1).pdf", content_type="application/pdf")),
        item(2, source(3, name="../../etc/passwd")),
        item(3),
    )
    defaults = {
        "name": "kulturnamnden-2026-1",
        "identifier": UUID("11111111-2222-4333-8444-555555555555"),
        "title": "Kulturnämnden, första halvåret 2026",
        "description": "Handlingar från kommunens konton i sociala medier.",
        "municipality": "Tibro kommun",
        "committee": "Kulturnämnden",
        "contact": "kommun@tibro.example",
        "first_day": date(2026, 1, 1),
        "last_day": date(2026, 6, 30),
        "made_at": MADE,
        "software": "Kanalkollen",
        "version": "0.1.0",
        "secret": any(one.secrecy for one in content),
        "items": content,
    }
    return Package(**{**defaults, **values})


# --- The public schemas and rules -------------------------------------------------------------------------------------
class _Local(etree.Resolver):
    def resolve(self, url: str, public_id: str, context: Any) -> Any:
        name = url.rpartition("/")[2]
        assert (SCHEMAS / name).exists(), f"{url} would have been fetched"
        return self.resolve_filename(str(SCHEMAS / name), context)


def _schema(*names: str) -> etree.XMLSchema:
    """One schema that imports the named ones, so that attributes of other namespaces are held too."""
    imports = ""
    for name in names:
        target = etree.parse(SCHEMAS / name).getroot().get("targetNamespace")
        imports += f'<xs:import namespace="{target}" schemaLocation="{name}"/>'
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local())
    text = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:all">{imports}</xs:schema>'
    return etree.XMLSchema(etree.fromstring(text, parser, base_url=f"{SCHEMAS}/all.xsd"))


def mets_schema() -> etree.XMLSchema:
    return _schema("xlink.xsd", "mets.xsd", "DILCISExtensionMETS.xsd", "DILCISExtensionSIPMETS.xsd")


def premis_schema() -> etree.XMLSchema:
    return _schema("premis.xsd")


def broken_rules(document: bytes, specification: str) -> set[str]:
    """Return the rules of CSIP or SIP 2.1.0 that the METS document breaks, warnings too."""
    tree = etree.fromstring(document).getroottree()
    broken: set[str] = set()
    for section in SECTIONS:
        text = (EARK / specification / f"mets_{section}_rules.xml").read_text(encoding="utf-8")
        for name, test in _word_tests().items():
            text = text.replace(name, test)
        rules = Schematron(etree.fromstring(text.encode()), store_report=True)
        rules.validate(tree)
        for failed in rules.validation_report.iter("{http://purl.oclc.org/dsdl/svrl}failed-assert"):
            broken.add(failed.get("id"))
    return broken


def _word_tests() -> dict[str, str]:
    tests = {}
    for name, (attribute, file) in WORDS.items():
        words = etree.parse(EARK / "vocabularies" / f"{file}.xml").iter("{*}Term")
        tests[name] = " or ".join(f"({attribute} = '{word.text}')" for word in words)
    types = (EARK / "vocabularies" / "IANA.txt").read_text(encoding="utf-8").split()
    return {**tests, "@MIMETYPE_IANA_test": " or ".join(f"(@MIMETYPE = '{one}')" for one in types)}


def pointed_at(mets: Path) -> dict[Path, tuple[int, str]]:
    """Return what a METS document points at: (size, sha-256) of each file."""
    found = {}
    for element in etree.parse(mets).iter(f"{{{NS['mets']}}}file", f"{{{NS['mets']}}}mdRef"):
        place = element if element.tag.endswith("mdRef") else element.find("mets:FLocat", NS)
        path = mets.parent / unquote(place.get(f"{{{NS['xlink']}}}href"))
        assert element.get("CHECKSUMTYPE") == "SHA-256"
        found[path] = (int(element.get("SIZE")), element.get("CHECKSUM"))
    return found
