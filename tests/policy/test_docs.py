"""docs/policy.md is enough to write a policy from: every example is valid, and nothing that exists is left out."""

import json
import re
import tomllib
from typing import Any, get_args

import pytest
from django.conf import settings
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from kommun.policy import Policy, PolicyFileError, laws, loader
from kommun.policy.base import ROLE_LABELS, Item
from kommun.policy.document import MOMENTS, PLACES, Bound, Companion, Header, NamedLaw, Revision, RuleEntry
from kommun.policy.keys import KINDS, Kind
from kommun.policy.schema import SCHEMA_FILE

TEXT = (settings.BASE_DIR / "docs" / "policy.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
WHOLE = next(block for block in BLOCKS if block.startswith("schema = 1"))
SNIPPETS = [block for block in BLOCKS if block != WHOLE]
HEAD = WHOLE[: WHOLE.index("[[rules]]")]
OTHER_RULE = """
[[rules]]
key = "policy.enforcement"
strength = "kan"
sections = ["1"]
text = "Något."
effect = "Inget."
scope = { channel = "ingen" }
value = { measures = [{ key = "x", text = "X" }] }
"""


def section(kind: Kind) -> str:
    """Return what the page says about a kind."""
    found = re.search(rf"^### {kind.number}\. {kind.title}: `{kind.key}`\n(.*?)^##", TEXT, re.MULTILINE | re.DOTALL)
    assert found, f"{kind.key} is not described"
    return found[1]


def whole_file(snippet: str) -> str:
    """Return a file around an example: the head of the small policy, and a rule where the example has none."""
    return HEAD + snippet + ("" if "[[rules]]" in snippet else OTHER_RULE)


def coded(text: str) -> set[str]:
    """Return everything that stands in code marks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def models_in(model: type[BaseModel]) -> set[type[BaseModel]]:
    """Return the model and every model inside it."""
    found = {model}
    for field in model.model_fields.values():
        for inner in _types(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel) and inner not in found:
                found |= models_in(inner)
    return found


def _types(annotation: Any) -> list[Any]:
    return [annotation, *(inner for argument in get_args(annotation) for inner in _types(argument))]


def words_of(model: type[BaseModel]) -> set[str]:
    """Return the fields and the choices of a model and those inside it, without roles and what all items share."""
    words: set[str] = set()
    for one in models_in(model):
        words |= set(one.model_fields) - set(Item.model_fields)
        for field in one.model_fields.values():
            words |= {choice for choice in _types(field.annotation) if isinstance(choice, str)} - set(ROLE_LABELS)
    return words


def test_the_small_policy_is_valid_and_goes_together():
    document = loader.load(WHOLE, "ekhult.toml").document
    assert len(document.rules) == 2
    assert Policy(document).rule(KINDS[0].key).cite() == "Riktlinjer för sociala medier, avsnitt 1"


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda block: re.search(r'(?:key|id) = "([^"]+)"', block)[1])
def test_every_example_is_valid(snippet):
    loader.load(whole_file(snippet), "exempel.toml")


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_is_valid_in_the_json_schema(block):
    data = tomllib.loads(block if block == WHOLE else whole_file(block))
    schema = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    assert [error.message for error in schema.iter_errors(json.loads(json.dumps(data, default=str)))] == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.key))
def test_every_kind_has_an_example_and_its_effect(kind):
    said = section(kind)
    example = re.search(r"^```toml\n(.*?)^```$", said, re.MULTILINE | re.DOTALL)
    assert example
    assert f'key = "{kind.key}"' in example[1]
    assert "**Det här gör systemet:**" in said


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.key))
def test_every_field_and_choice_of_a_kind_is_described(kind):
    assert words_of(kind.key.model) - coded(section(kind)) == set()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.key))
def test_a_field_is_marked_when_it_must_be_there(kind):
    said = section(kind)
    for model in models_in(kind.key.model):
        for name, field in model.model_fields.items():
            assert (f"`{name}`\\*" in said) >= field.is_required(), name


def test_what_all_rules_share_is_described():
    head = TEXT[: TEXT.index("## De 33 slagen")]
    for model in (Header, Revision, Companion, NamedLaw, Bound, RuleEntry):
        assert words_of(model) - coded(head) - {"department", "platform_kind", "channel"} == set()
    assert {"department", "platform_kind", "channel"} <= coded(head)
    assert set(PLACES) | set(MOMENTS) <= coded(head)


def test_every_role_and_law_is_listed():
    assert set(ROLE_LABELS) <= coded(TEXT[TEXT.index("## Roller") : TEXT.index("## Lagar")])
    assert set(laws.by_id()) <= coded(TEXT[TEXT.index("## Lagar") :])


def test_the_list_of_problems_looks_as_the_page_says():
    broken = WHOLE.replace('role = "strategist"', 'role = "stratgist"').replace(
        'strength = "bör"', 'strenght = "bör"', 1
    )
    with pytest.raises(PolicyFileError) as refused:
        loader.load(broken, "min-kommun.toml")
    role, missing, unknown = sorted(refused.value.problems, key=lambda problem: problem.line or 0)
    assert f"- {missing}\n- {unknown}\n" in TEXT
    shortened = str(role).replace(str(role)[str(role).index("chief_executive") : str(role).index(" Menade")], "…")
    assert f"- {shortened}\n" in TEXT


def test_the_page_leads_to_its_own_parts():
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= slugs
