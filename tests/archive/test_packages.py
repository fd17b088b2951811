"""The packages by themselves: BagIt held by the public library, FGS by the public schemas and rules of E-ARK 2.1.0."""

import csv
import io
import json
import os
import subprocess
import zipfile
from dataclasses import replace
from hashlib import sha256, sha512
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from archive.delivery import (
    FolderSink,
    WrongFile,
    ZipSink,
    write_bag,
    write_fgs,
    write_folder,
)
from kommun.naming import PatternError, check_pattern, fill_pattern
from tests.archive.package_scene import (
    HOSTILE,
    MADE,
    MARK,
    NS,
    broken_rules,
    item,
    mets_schema,
    package,
    pointed_at,
    premis_schema,
    source,
)

WRITERS = [write_folder, write_bag, write_fgs]
every_form = pytest.mark.parametrize("write", WRITERS, ids=["folder", "bagit", "fgs"])
SECRET = package(item(1, source(1), secrecy=MARK), item(2, secrecy=MARK))


def written(write, folder, what=None):
    folder.mkdir()
    sink = FolderSink(folder)
    write(what or package(), sink)
    sink.verify()
    return folder


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- Every form -------------------------------------------------------------------------------------------------------
@every_form
def test_the_same_package_is_the_same_bytes(write, tmp_path):
    assert content(written(write, tmp_path / "a")) == content(written(write, tmp_path / "b"))
    for name in ("a.zip", "b.zip"):
        sink = ZipSink(tmp_path / name, "paket", MADE)
        write(package(), sink)
        sink.close()
        sink.verify()
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as found:
        unpacked = {name.removeprefix("paket/"): found.read(name) for name in found.namelist()}
    assert unpacked == content(tmp_path / "a")


@every_form
@pytest.mark.parametrize("wrong", ["flipped", "shorter", "longer", "gone"])
def test_a_file_that_has_changed_stops_the_package_by_name(write, wrong, tmp_path):
    good = source(7, b"0123456789", "bevis.png")
    bodies = {"flipped": b"0123456780", "shorter": b"012345678", "longer": b"01234567890"}

    def open_it():
        if wrong == "gone":
            raise FileNotFoundError("bevis")
        return io.BytesIO(bodies[wrong])

    with pytest.raises(WrongFile) as refusal:
        written(write, tmp_path / "a", package(item(1, source(1), replace(good, open=open_it))))
    assert refusal.value.name == "bevis.png"


@every_form
def test_every_record_is_there_with_its_files_and_its_text(write, tmp_path):
    files = content(written(write, tmp_path / "a"))
    facts = [json.loads(body) for path, body in files.items() if path.endswith("handling.json")]
    assert sorted(one["id"] for one in facts) == [1, 2, 3]
    assert {one["text"] for one in facts} == {HOSTILE}
    listed = next(body for path, body in files.items() if path.endswith("innehall.csv"))
    rows = list(csv.DictReader(listed.decode().splitlines()))
    assert [row["nummer"] for row in rows] == ["1", "1", "2", "3"]  # a record without files has its facts
    for row in rows:
        (body,) = [body for path, body in files.items() if path.endswith(row["fil"])]
        assert (row["sha256"], int(row["byte"])) == (sha256(body).hexdigest(), len(body))


@every_form
def test_nothing_leaves_the_package_and_names_are_safe(write, tmp_path):
    names = ["../../etc/passwd", "CON.png", "a" * 300 + ".png", "a\nb.png", 'x:"|?*.png', "..", "handling.json", ""]
    items = [item(number, source(number, name=name)) for number, name in enumerate(names, start=1)]
    folder = written(write, tmp_path / "a", package(*items))
    assert sum(path.read_bytes() == source().open().read() for path in folder.rglob("*") if path.is_file()) == len(
        names
    )
    for path in folder.rglob("*"):
        assert len(path.name) <= 120
        assert not set(path.name) & set('<>:"|?*\\\n')


@every_form
def test_a_byte_that_changes_after_writing_is_found(write, tmp_path):
    (tmp_path / "a").mkdir()
    sink = FolderSink(tmp_path / "a")
    write(package(), sink)
    victim = next(path for path in sorted((tmp_path / "a").rglob("*.png")))
    body = bytearray(victim.read_bytes())
    body[-1] ^= 1
    victim.write_bytes(body)
    with pytest.raises(WrongFile) as refusal:
        sink.verify()
    assert refusal.value.name == str(victim.relative_to(tmp_path / "a"))


def test_a_damaged_zip_is_found(tmp_path):
    sink = ZipSink(tmp_path / "a.zip", "paket", MADE)
    write_bag(package(), sink)
    sink.close()
    body = bytearray((tmp_path / "a.zip").read_bytes())
    body[100] ^= 1
    (tmp_path / "a.zip").write_bytes(body)
    with pytest.raises(WrongFile):
        sink.verify()


# --- The plain folder -------------------------------------------------------------------------------------------------
def test_the_checksums_of_the_folder_are_read_by_a_common_tool(tmp_path):
    folder = written(write_folder, tmp_path / "a")
    check = ["sha256sum", "--check", "--strict", "sha256.txt"]
    assert subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 0
    (folder / "innehall.csv").write_text("x")
    assert subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 1


def test_a_cell_is_never_a_formula(tmp_path):
    row = {"handling": '=HYPERLINK("http://x")', "kanal": "@x"}
    folder = written(write_folder, tmp_path / "a", package(item(1, row=row)))
    (found,) = csv.DictReader((folder / "innehall.csv").read_text().splitlines())
    assert (found["handling"], found["kanal"]) == ('\'=HYPERLINK("http://x")', "'@x")


# --- BagIt ------------------------------------------------------------------------------------------------------------
def test_the_bag_is_valid_in_both_algorithms(tmp_path):
    bag = bagit.Bag(str(written(write_bag, tmp_path / "a")))
    assert bag.validate()
    assert sorted(bag.algorithms) == ["sha256", "sha512"]
    assert bag.info["Source-Organization"] == "Tibro kommun"
    assert bag.info["External-Identifier"] == "urn:uuid:11111111-2222-4333-8444-555555555555"
    assert bag.info["Bagging-Date"] == "2026-07-03"


@pytest.mark.parametrize("harm", ["payload", "tag", "extra", "missing"])
def test_the_library_refuses_a_harmed_bag(harm, tmp_path):
    folder = written(write_bag, tmp_path / "a")
    picture = next(folder.rglob("*.png"))
    match harm:
        case "payload":
            picture.write_bytes(picture.read_bytes()[:-1] + b"x")
        case "tag":
            (folder / "bag-info.txt").write_text("Source-Organization: Annan\n")
        case "extra":
            (folder / "data" / "mer.txt").write_text("x")
        case "missing":
            picture.unlink()
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(folder)).validate()


# --- FGS --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", [package(), SECRET, package(item(1))], ids=["open", "secret", "no files"])
def test_mets_and_premis_are_valid_against_their_schemas(what, tmp_path):
    folder = written(write_fgs, tmp_path / "a", what)
    found = {"METS.xml": 0, "premis.xml": 0}
    schemas = {"METS.xml": mets_schema(), "premis.xml": premis_schema()}
    for path in folder.rglob("*.xml"):
        if path.name in found:
            schemas[path.name].assertValid(etree.parse(path))
            found[path.name] += 1
    assert found == {"METS.xml": 2, "premis.xml": 2}


@pytest.mark.parametrize("what", [package(), SECRET], ids=["open", "secret"])
def test_the_rules_of_csip_and_sip_hold(what, tmp_path):
    document = (written(write_fgs, tmp_path / "a", what) / "METS.xml").read_bytes()
    # CSIP105 looks for the representation below a division where CSIP106-112 of the same version do not have it. SIP14
    # asks the note of the software for an attribute that the schema of METS refuses and that CSIP16 contradicts.
    assert broken_rules(document, "CSIP") == {"CSIP105"}
    assert broken_rules(document, "SIP") == {"SIP14"}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b' csip:OAISPACKAGETYPE="SIP"', b"", "CSIP9"),
        (b'TYPE="Other"', b'TYPE="Whatever"', "CSIP2"),
        (b'LABEL="CSIP"', b'LABEL="X"', "CSIP82"),
        (b'USE="Schemas"', b'USE="X"', "CSIP113"),
        (b' OBJID="kulturnamnden-2026-1"', b' OBJID=""', "CSIP1"),
    ],
)
def test_the_rules_find_what_is_wrong(old, new, rule, tmp_path):
    document = (written(write_fgs, tmp_path / "a") / "METS.xml").read_bytes()
    assert old in document
    assert rule in {found.partition("_")[0] for found in broken_rules(document.replace(old, new), "CSIP")}


def test_the_schemas_refuse_what_is_wrong(tmp_path):
    folder = written(write_fgs, tmp_path / "a")
    mets = (folder / "METS.xml").read_bytes().replace(b"mets:structMap", b"mets:structMaps")
    assert not mets_schema().validate(etree.fromstring(mets).getroottree())
    premis = next(folder.rglob("premis.xml")).read_bytes().replace(b"premis:eventType", b"premis:kind")
    assert not premis_schema().validate(etree.fromstring(premis).getroottree())


def test_every_file_is_pointed_at_once_with_its_size_and_checksum(tmp_path):
    folder = written(write_fgs, tmp_path / "a")
    root, inner = folder / "METS.xml", folder / "representations/handlingar/METS.xml"
    found = {**pointed_at(root), **pointed_at(inner)}
    assert set(found) | {root} == {path for path in folder.rglob("*") if path.is_file()}
    for path, (size, checksum) in found.items():
        assert (path.stat().st_size, sha256(path.read_bytes()).hexdigest()) == (size, checksum), path


def test_the_folders_are_those_of_the_specification(tmp_path):
    folder = written(write_fgs, tmp_path / "a")
    assert {path.name for path in folder.iterdir()} == {
        "METS.xml", "metadata", "representations", "schemas", "documentation",
    }  # fmt: skip
    assert {path.name for path in (folder / "representations/handlingar").iterdir()} == {"METS.xml", "metadata", "data"}
    ids = etree.parse(folder / "METS.xml").xpath("//@ID")
    assert len(ids) == len(set(ids))


def test_premis_has_both_checksums_of_every_file(tmp_path):
    inner = written(write_fgs, tmp_path / "a") / "representations/handlingar"
    objects = etree.parse(inner / "metadata/preservation/premis.xml").findall("premis:object", NS)
    files = {}
    for one in objects:
        if (path := one.findtext(".//premis:contentLocationValue", namespaces=NS)) is not None:
            files[path] = [digest.text for digest in one.iterfind(".//premis:messageDigest", NS)]
    assert set(files) == {str(path.relative_to(inner)) for path in (inner / "data").rglob("*") if path.is_file()}
    for path, digests in files.items():
        body = (inner / path).read_bytes()
        assert digests == [sha256(body).hexdigest(), sha512(body).hexdigest()]


def test_a_secret_package_says_so_in_premis_rights(tmp_path):
    folder = written(write_fgs, tmp_path / "a", SECRET)
    for path, count in (("metadata", 1), ("representations/handlingar/metadata", 2)):
        tree = etree.parse(folder / path / "preservation/premis.xml")
        statements = tree.findall(".//premis:rightsStatement", NS)
        assert len(statements) == count
        for statement in statements:
            assert statement.findtext("premis:rightsBasis", namespaces=NS) == "statute"
            assert statement.findtext(".//premis:statuteCitation", namespaces=NS) == "OSL 21 kap. 3 §"
            assert statement.findtext(".//premis:statuteInformationDeterminationDate", namespaces=NS) == "2026-03-05"
            assert "Kulturnämnden" in statement.findtext(".//premis:statuteNote", namespaces=NS)
        known = {one.text for one in tree.iterfind(".//premis:objectIdentifierValue", NS)}
        assert {one.text for one in tree.iterfind(".//premis:linkingObjectIdentifierValue", NS)} <= known
    assert etree.parse(folder / "METS.xml").findall(".//mets:rightsMD", NS)
    plain = written(write_fgs, tmp_path / "b")
    assert not etree.parse(plain / "METS.xml").findall(".//mets:rightsMD", NS)
    assert b"rightsStatement>" not in (plain / "metadata/preservation/premis.xml").read_bytes()


@given(text=st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_makes_xml_that_can_be_read(text, tmp_path_factory):
    what = package(item(1, source(1, name=text or "x")), title=text or "x", description=text, committee=text or "x")
    folder = written(write_fgs, tmp_path_factory.mktemp("any") / "a", what)
    for path in folder.rglob("*.xml"):
        etree.parse(path)


@pytest.mark.skipif(
    "EARK_VALIDATOR" not in os.environ, reason="EARK_VALIDATOR names no Python with eark-validator 1.1.3"
)
def test_the_public_validator_says_what_we_know_it_says(tmp_path):
    """Run eark-validator in its own environment; the four vocabularies that it would fetch are handed to it."""
    folder = written(write_fgs, tmp_path / "kulturnamnden-2026-1")
    script = Path(__file__).with_name("run_eark_validator.py")
    run = subprocess.run(
        [os.environ["EARK_VALIDATOR"], str(script), str(folder)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert report["structure"] == "WellFormed"
    assert report["schema"] == []
    assert {rule for rule, severity in report["rules"] if severity == "Error"} == {"SIP14"}


# --- Names ------------------------------------------------------------------------------------------------------------
def test_a_pattern_is_filled_in_and_no_value_makes_a_folder():
    values = {"kanal": "Kultur/fritid", "dag": "2026-03-04", "slag": "Inlägg", "nummer": "7"}
    assert fill_pattern("{kanal}/{dag} {slag} {nummer}", values) == "Kultur-fritid/2026-03-04 Inlägg 7"
    assert fill_pattern("{kanal}", {"kanal": ".."}) == "_"
    assert fill_pattern("{kanal}", {"kanal": "COM1"}) == "_COM1"


@pytest.mark.parametrize("pattern", ["{vad}", "{kanal", "a//b", "../{kanal}", "/{kanal}", "{kanal}/", "a:b", "", " . "])
def test_a_pattern_that_cannot_be_used_is_refused(pattern):
    with pytest.raises(PatternError):
        check_pattern(pattern, {"kanal"}, folders=True)
