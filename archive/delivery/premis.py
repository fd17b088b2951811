"""PREMIS 3.0: what each file is, what was done to it, by what, and what limits who may see it."""

from archive.delivery.package import Package, Written, moment
from archive.delivery.xml import XSI, Element, add, document, root_of
from archive.values import Secrecy

TYPE = f"{{{XSI}}}type"
PACKAGE, CONTENT, SOFTWARE, KEEPER = "package", "representation", "software", "organisation"


def package_premis(package: Package) -> bytes:
    """Return what is said of the whole: the package, how it was made, who made it, and that it is secret where it is."""
    root = root_of("premis:premis", version="3.0")
    whole = _object(root, "premis:intellectualEntity", package, PACKAGE)
    add(whole, "premis:originalName", package.name)
    made = _event(root, package, "package made", "information package creation", package.description)
    _link(made, "premis:linkingAgentIdentifier", "premis:linkingAgent", package.identifier_of(SOFTWARE))
    _link(made, "premis:linkingObjectIdentifier", "premis:linkingObject", package.identifier_of(PACKAGE))
    _agents(root, package)
    for provision in sorted({item.secrecy.provision for item in package.items if item.secrecy}):
        marks = [item.secrecy for item in package.items if item.secrecy and item.secrecy.provision == provision]
        # The whole is as old a secret as its oldest mark.
        _rights(root, package, f"rights {provision}", min(marks, key=lambda mark: mark.date), [PACKAGE])
    return document(root)


def content_premis(package: Package, written: list[Written]) -> bytes:
    """Return what is said of the files: format, checksums, where each came from, and the mark of each secret record."""
    root = root_of("premis:premis", version="3.0")
    representation = _object(root, "premis:representation", package, CONTENT)
    _related(representation, "structural", "is part of", package.identifier_of(PACKAGE))
    for one in written:
        _file(root, package, one)
    for one in written:
        if one.source is not None:
            detail = f"{one.source.how}. {one.source.name}"
            kept = _event(root, package, f"kept {one.path}", "capture", detail, at=moment(one.created_at))
            _link(kept, "premis:linkingObjectIdentifier", "premis:linkingObject", package.identifier_of(one.path))
    checked = _event(
        root, package, "checked", "fixity check", "sha-256 counted on what was read and compared with what was kept"
    )
    outcome = add(checked, "premis:eventOutcomeInformation")
    add(outcome, "premis:eventOutcome", "pass")
    _link(checked, "premis:linkingAgentIdentifier", "premis:linkingAgent", package.identifier_of(SOFTWARE))
    _link(checked, "premis:linkingObjectIdentifier", "premis:linkingObject", package.identifier_of(CONTENT))
    _agents(root, package)
    for item in package.items:
        if item.secrecy is not None:
            paths = [one.path for one in written if one.item is item]
            _rights(root, package, f"rights {item.number}", item.secrecy, paths)
    return document(root)


def _object(root: Element, kind: str, package: Package, what: str) -> Element:
    """Add an object with its identifier. Its type is told as PREMIS wants it, by name."""
    found = add(root, "premis:object")
    found.set(TYPE, kind)
    _identify(found, "premis:objectIdentifier", package.identifier_of(what))
    return found


def _file(root: Element, package: Package, one: Written) -> None:
    found = _object(root, "premis:file", package, one.path)
    character = add(found, "premis:objectCharacteristics")
    for algorithm, value in (("SHA-256", one.digest.sha256), ("SHA-512", one.digest.sha512)):
        fixity = add(character, "premis:fixity")
        add(fixity, "premis:messageDigestAlgorithm", algorithm)
        add(fixity, "premis:messageDigest", value)
    add(character, "premis:size", str(one.digest.size))
    designation = add(add(character, "premis:format"), "premis:formatDesignation")
    add(designation, "premis:formatName", one.content_type)
    add(found, "premis:originalName", one.source.name if one.source else one.path.rpartition("/")[2])
    location = add(add(found, "premis:storage"), "premis:contentLocation")
    add(location, "premis:contentLocationType", "relative path")
    add(location, "premis:contentLocationValue", one.path)
    _related(found, "structural", "is part of", package.identifier_of(CONTENT))
    if one.item is not None and one.item.secrecy is not None:
        _link(
            found,
            "premis:linkingRightsStatementIdentifier",
            "premis:linkingRightsStatement",
            package.identifier_of(f"rights {one.item.number}"),
        )


def _related(parent: Element, kind: str, how: str, whole: str) -> None:
    relation = add(parent, "premis:relationship")
    add(relation, "premis:relationshipType", kind)
    add(relation, "premis:relationshipSubType", how)
    related = add(relation, "premis:relatedObjectIdentifier")
    add(related, "premis:relatedObjectIdentifierType", "URN")
    add(related, "premis:relatedObjectIdentifierValue", whole)


def _event(root: Element, package: Package, what: str, kind: str, detail: str, at: str = "") -> Element:
    event = add(root, "premis:event")
    _identify(event, "premis:eventIdentifier", package.identifier_of(f"event {what}"))
    add(event, "premis:eventType", kind)
    add(event, "premis:eventDateTime", at or moment(package.made_at))
    add(add(event, "premis:eventDetailInformation"), "premis:eventDetail", detail)
    return event


def _agents(root: Element, package: Package) -> None:
    keeper = add(root, "premis:agent")
    _identify(keeper, "premis:agentIdentifier", package.identifier_of(KEEPER))
    add(keeper, "premis:agentName", f"{package.committee}, {package.municipality}")
    add(keeper, "premis:agentType", "organization")
    software = add(root, "premis:agent")
    _identify(software, "premis:agentIdentifier", package.identifier_of(SOFTWARE))
    add(software, "premis:agentName", package.software)
    add(software, "premis:agentType", "software")
    add(software, "premis:agentVersion", package.version)


def _rights(root: Element, package: Package, what: str, mark: Secrecy, about: list[str]) -> None:
    """Add the statement that the objects are marked as secret (OSL 5:5): provision, day and authority."""
    statement = add(add(root, "premis:rights"), "premis:rightsStatement")
    _identify(statement, "premis:rightsStatementIdentifier", package.identifier_of(what))
    add(statement, "premis:rightsBasis", "statute")
    statute = add(statement, "premis:statuteInformation")
    add(statute, "premis:statuteJurisdiction", "se")
    add(statute, "premis:statuteCitation", mark.provision)
    add(statute, "premis:statuteInformationDeterminationDate", mark.date.isoformat())
    add(statute, "premis:statuteNote", f"Sekretessmarkerad av {mark.authority} (OSL 5 kap. 5 §)")
    granted = add(statement, "premis:rightsGranted")
    add(granted, "premis:act", "disseminate")
    add(granted, "premis:restriction", "Sekretessen prövas innan handlingen lämnas ut")
    for one in about:
        _link(statement, "premis:linkingObjectIdentifier", "premis:linkingObject", package.identifier_of(one))
    _link(statement, "premis:linkingAgentIdentifier", "premis:linkingAgent", package.identifier_of(KEEPER))


def _identify(parent: Element, name: str, value: str) -> None:
    _link(parent, name, name.removesuffix("Identifier"), value)


def _link(parent: Element, name: str, stem: str, value: str) -> None:
    found = add(parent, name)
    add(found, f"{stem}IdentifierType", "URN")
    add(found, f"{stem}IdentifierValue", value)
