"""The exported schema, the command, and what a citation looks like."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kommun.models import PolicyVersion
from kommun.policy import Policy, Source, keys, loader
from kommun.policy.compiled import cite
from kommun.policy.keys import KINDS
from kommun.policy.schema import SCHEMA_FILE, schema_text
from tests.policy.samples import MINIMAL, changed


def run(*args):
    out = StringIO()
    call_command("policy", *args, stdout=out)
    return out.getvalue()


def test_the_schema_in_the_repository_is_that_of_the_models():
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text() == run("schema")


def test_the_schema_knows_every_kind():
    mapping = json.loads(schema_text())["properties"]["rules"]["items"]["discriminator"]["mapping"]
    assert set(mapping) == {str(kind.key) for kind in KINDS}


def test_check_sums_up_a_good_file(tmp_path):
    file = tmp_path / "egen.toml"
    file.write_text(MINIMAL, encoding="utf-8")
    said = run("check", str(file))
    assert "3 regler, 1 vägledningar" in said
    assert said.count("Säger inget om:") == 30


def test_check_lists_what_is_wrong_and_fails(tmp_path):
    file = tmp_path / "egen.toml"
    file.write_text(changed("count = 2", 'count = "två"'), encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        run("check", str(file))
    assert refused.value.returncode == 1
    assert "1 fel" in str(refused.value)
    assert "rules[2].value.count" in str(refused.value)


@pytest.mark.django_db
def test_load_puts_a_preset_in_force():
    said = run("load", "tibro", "--adopt")
    version = PolicyVersion.objects.get()
    assert (version.status, version.municipality) == ("adopted", "tibro")
    assert "gäller från och med 2021-11-03" in said


@pytest.mark.django_db
def test_load_without_adopt_leaves_a_draft(tmp_path):
    file = tmp_path / "egen.toml"
    file.write_text(MINIMAL, encoding="utf-8")
    run("load", str(file))
    assert PolicyVersion.objects.get().status == "draft"


@pytest.mark.parametrize("name", loader.preset_names())
def test_what_is_stored_reads_back_the_same(name):
    loaded = loader.load_preset(name)
    assert loader.parse_content(loaded.content) == loaded.document
    assert loader.canonical(loader.parse_content(loaded.content)) == loaded.content


def test_a_citation_names_document_and_sections():
    one = Source("Rutin för sociala medier", "4.2")
    assert cite([one]) == "Rutin för sociala medier, avsnitt 4.2"
    assert cite([one, Source("Rutin för sociala medier", "4.4")]) == "Rutin för sociala medier, avsnitt 4.2 och 4.4"
    assert cite([Source("Strategi", "Roller", "Håll isär rollerna")]) == "Strategi, avsnitt ”Håll isär rollerna”"


def test_a_role_has_the_name_that_the_policy_gives_it():
    policy = Policy(loader.load_preset("tibro").document)
    assert policy.role_label("communications_unit") == "IT- och kommunikationsenheten"
    assert policy.role_label("archivist") == "Arkivarie"
    assert policy.role_named("verksamhetschef") == "department_head"
    assert policy.role_named("trollkarl") is None


def test_a_key_is_a_plain_string():
    assert keys.APPROVAL_CHAIN == "approval.chain"
    assert {keys.APPROVAL_CHAIN: 1}["approval.chain"] == 1
