"""FGS Paketstruktur 2.0 (Riksarkivet, from 2023-03-30): E-ARK CSIP 2.1.0 with E-ARK SIP 2.1.0.

One representation, with METS and PREMIS of its own; the root describes the whole. Schemas and documentation lie in the package.
"""

from dataclasses import replace
from pathlib import Path

from archive.delivery import mets, premis
from archive.delivery.contents import LIST, READ_ME, Tell, list_of_contents, nothing, put, read_me, write_items
from archive.delivery.package import Package, Written
from archive.delivery.sinks import Sink
from archive.delivery.xml import add, document, root_of

SCHEMAS = Path(__file__).with_name("schemas")
REPRESENTATION = "handlingar"
ROOT = f"representations/{REPRESENTATION}/"
XML = "application/xml"
FORM = "FGS Paketstruktur 2.0 (E-ARK CSIP 2.1.0 och E-ARK SIP 2.1.0)"


def write_fgs(package: Package, sink: Sink, tell: Tell = nothing) -> None:
    """Write the package. Raises WrongFile for a file that has changed since it was kept.

    The files come first: what METS and PREMIS say of them is what was counted while they were written.
    """
    content = write_items(package, sink, f"{ROOT}data/", tell, plain=True)
    inner = [_relative(one, ROOT) for one in content]
    representation = _representation(package, sink, inner)
    dublin_core = _put(package, sink, "metadata/descriptive/dc.xml", _dublin_core(package))
    whole = _put(package, sink, "metadata/preservation/premis.xml", premis.package_premis(package))
    documents = [
        _put(package, sink, f"documentation/{LIST}", list_of_contents(package, content, ""), "text/csv"),
        _put(package, sink, f"documentation/{READ_ME}", read_me(package, FORM), "text/plain"),
    ]
    schemas = [_put(package, sink, f"schemas/{file.name}", file.read_bytes()) for file in sorted(SCHEMAS.glob("*.xsd"))]
    metadata = [mets.Metadata("dmdSec", "DC", dublin_core), mets.Metadata("digiprovMD", "PREMIS", whole)]
    if package.secret:
        metadata.append(mets.Metadata("rightsMD", "PREMIS:RIGHTS", whole))
    root = mets.write_mets(
        package,
        name=package.name,
        schemas="schemas/",
        metadata=metadata,
        groups=[
            mets.Group("Documentation", documents),
            mets.Group("Schemas", schemas),
            mets.Group(f"Representations/{REPRESENTATION}", [representation]),
        ],
        child=mets.Child(REPRESENTATION, representation),
    )
    put(sink, "METS.xml", root)


def _representation(package: Package, sink: Sink, inner: list[Written]) -> Written:
    """Write what belongs to the representation, and return its METS."""
    path = f"{ROOT}metadata/preservation/premis.xml"
    found = _put(package, sink, path, premis.content_premis(package, inner))
    own = _relative(found, ROOT)
    metadata = [mets.Metadata("digiprovMD", "PREMIS", own)]
    if package.secret:
        metadata.append(mets.Metadata("rightsMD", "PREMIS:RIGHTS", own))
    document_ = mets.write_mets(
        package,
        name=REPRESENTATION,
        schemas="../../schemas/",
        metadata=metadata,
        groups=[mets.Group("Data", inner)],
    )
    return _put(package, sink, f"{ROOT}METS.xml", document_)


def _put(package: Package, sink: Sink, path: str, content: bytes, content_type: str = XML) -> Written:
    return Written(path, put(sink, path, content), content_type, package.made_at)


def _relative(one: Written, root: str) -> Written:
    return replace(one, path=one.path.removeprefix(root))


def _dublin_core(package: Package) -> bytes:
    """Return the description of the whole, in simple Dublin Core."""
    root = root_of("metadata")
    for name, value in (
        ("title", package.title),
        ("creator", package.committee),
        ("publisher", package.municipality),
        ("description", package.description),
        ("date", package.period),
        ("type", "Collection"),
        ("identifier", f"urn:uuid:{package.identifier}"),
        ("language", "sv"),
        ("rights", "Sekretessmarkerade handlingar" if package.secret else ""),
    ):
        if value:
            add(root, f"dc:{name}", value)
    return document(root)
