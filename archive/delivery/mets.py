"""METS as E-ARK CSIP 2.1.0 and E-ARK SIP 2.1.0 want it. The numbers in the comments are those of the specifications."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from archive.delivery.package import Digest, Package, Written, moment
from archive.delivery.xml import CSIP, METS, XLINK, Element, add, document, root_of

PROFILE = "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml"
CONTENT_TYPE = "Kanalkollen, handlingar från sociala medier"  # our own content type: there is no CITS for social media
SCHEMA_LOCATION = f"{METS} {{0}}mets.xsd {XLINK} {{0}}xlink.xsd {CSIP} {{0}}DILCISExtensionMETS.xsd"


@dataclass(frozen=True)
class Metadata:
    """A metadata file that METS points at: `section` is dmdSec, digiprovMD or rightsMD, `kind` a MDTYPE."""

    section: str
    kind: str
    file: Written


@dataclass(frozen=True)
class Group:
    """Files that lie together: what for (`use`), and which."""

    use: str
    files: Sequence[Written]


@dataclass(frozen=True)
class Child:
    """A representation with a METS of its own."""

    name: str
    mets: Written


def write_mets(
    package: Package,
    *,
    name: str,
    schemas: str,
    metadata: Sequence[Metadata],
    groups: Sequence[Group],
    child: Child | None = None,
) -> bytes:
    """Return a METS document. `schemas` is the way from it to the folder with the schemas; `child` is for the root's own.

    Paths are relative to where the document lies.
    """
    root = root_of(
        "mets:mets",
        OBJID=name,  # CSIP1
        LABEL=package.title,  # SIP1
        TYPE="Other",  # CSIP2-3: posts, replies, decisions, pictures
        csip__OTHERTYPE="Social media",
        csip__CONTENTINFORMATIONTYPE="OTHER",  # CSIP4-5
        csip__OTHERCONTENTINFORMATIONTYPE=CONTENT_TYPE,
        PROFILE=PROFILE,  # SIP2
        xsi__schemaLocation=SCHEMA_LOCATION.format(schemas),
    )
    _header(root, package)
    ids = _metadata(root, package, metadata)
    _files(root, groups)
    _structure(root, package, name, ids, groups, child)
    return document(root)


def _header(root: Element, package: Package) -> None:
    made = moment(package.made_at)
    header = add(
        root,
        "mets:metsHdr",
        CREATEDATE=made,
        LASTMODDATE=made,  # CSIP7-8
        RECORDSTATUS="NEW",  # SIP3
        csip__OAISPACKAGETYPE="SIP",  # CSIP9, SIP4
    )
    software = add(header, "mets:agent", ROLE="CREATOR", TYPE="OTHER", OTHERTYPE="SOFTWARE")  # CSIP10-13
    add(software, "mets:name", package.software)
    add(software, "mets:note", package.version, csip__NOTETYPE="SOFTWARE VERSION")  # CSIP15-16
    archivist = add(header, "mets:agent", ROLE="ARCHIVIST", TYPE="ORGANIZATION")  # SIP9-12: the committee
    add(archivist, "mets:name", package.committee)
    # SIP15-18. A second CREATOR would break CSIP12 ("OTHER"), so the role is said as FGS 1.2 said it.
    submitter = add(header, "mets:agent", ROLE="OTHER", OTHERROLE="SUBMITTER", TYPE="ORGANIZATION")
    add(submitter, "mets:name", package.municipality)
    add(header, "mets:altRecordID", f"urn:uuid:{package.identifier}", TYPE="REFERENCECODE")  # SIP7


def _metadata(root: Element, package: Package, metadata: Sequence[Metadata]) -> dict[str, str]:
    """Add the metadata sections and return their ids, those of the description and the others: {"dmd": …, "amd": …}."""
    ids: dict[str, list[str]] = {"dmd": [], "amd": []}
    made = moment(package.made_at)
    admin: Element | None = None
    order = ["dmdSec", "rightsMD", "digiprovMD"]  # as the schema of METS has them
    for number, one in enumerate(sorted(metadata, key=lambda one: order.index(one.section)), start=1):
        if one.section == "dmdSec":
            ids["dmd"].append(f"dmd-{number}")
            section = add(root, "mets:dmdSec", ID=f"dmd-{number}", CREATED=made, STATUS="CURRENT")  # CSIP18-20
        else:
            admin = add(root, "mets:amdSec") if admin is None else admin  # CSIP31: one alone
            ids["amd"].append(f"amd-{number}")
            section = add(admin, f"mets:{one.section}", ID=f"amd-{number}", CREATED=made, STATUS="CURRENT")  # CSIP33-34
        add(
            section,
            "mets:mdRef",
            LOCTYPE="URL",
            MDTYPE=one.kind,
            xlink__type="simple",
            xlink__href=quote(one.file.path),
            **_facts(one.file.digest, one.file.content_type, moment(one.file.created_at)),
        )
    return {name: " ".join(found) for name, found in ids.items()}


def _facts(digest: Digest, content_type: str, created: str) -> dict[str, str]:
    return {
        "MIMETYPE": content_type,
        "SIZE": str(digest.size),
        "CREATED": created,
        "CHECKSUM": digest.sha256,
        "CHECKSUMTYPE": "SHA-256",
    }


def _files(root: Element, groups: Sequence[Group]) -> None:
    section = add(root, "mets:fileSec", ID="files")  # CSIP58-59
    for place, group in enumerate(groups, start=1):
        found = add(
            section,
            "mets:fileGrp",
            ID=f"group-{place}",
            USE=group.use,  # CSIP60, 113, 114
            csip__CONTENTINFORMATIONTYPE="OTHER",  # CSIP62-63: on every group, or the public validator refuses
            csip__OTHERCONTENTINFORMATIONTYPE=CONTENT_TYPE,
        )
        for number, one in enumerate(group.files, start=1):
            facts = _facts(one.digest, one.content_type, moment(one.created_at))
            file = add(found, "mets:file", ID=f"file-{place}-{number}", **facts)  # CSIP66-72
            add(file, "mets:FLocat", LOCTYPE="URL", xlink__type="simple", xlink__href=quote(one.path))  # CSIP76-79


def _structure(
    root: Element, package: Package, name: str, ids: dict[str, str], groups: Sequence[Group], child: Child | None
) -> None:
    structure = add(root, "mets:structMap", ID="structure", TYPE="PHYSICAL", LABEL="CSIP")  # CSIP80-83
    whole = add(structure, "mets:div", ID="div-package", LABEL=name)  # CSIP84-86
    add(whole, "mets:div", ID="div-metadata", LABEL="Metadata", ADMID=ids["amd"], DMDID=ids["dmd"])  # CSIP88-92
    for place, group in enumerate(groups, start=1):
        if child is not None and group.use.startswith("Representations/"):
            # CSIP105-112: where the representation has a METS of its own, the root points at that. The plain division
            # with the pointer at the group (CSIP101-104, 119) is what the public validator looks for.
            plain = add(whole, "mets:div", ID="div-representations", LABEL="Representations")
            add(plain, "mets:fptr", FILEID=f"group-{place}")
            one = add(whole, "mets:div", ID=f"div-{place}", LABEL=f"Representations/{child.name}")
            add(
                one,
                "mets:mptr",
                LOCTYPE="URL",
                xlink__type="simple",
                xlink__href=quote(child.mets.path),
                xlink__title=f"group-{place}",
            )
        else:
            div = add(whole, "mets:div", ID=f"div-{place}", LABEL=group.use)  # CSIP93-100
            add(div, "mets:fptr", FILEID=f"group-{place}")
