"""Every non-empty cell of the policy matrix is carried by its municipality's preset.

`policy_matrix.csv` has one row per non-empty cell: id, municipality, value, section. A cell that says that the document
is silent ("not stated": A1 for Forshaga, G3 for four) counts as empty, because there is nothing to carry. Where the
matrix gives a section and no words, the value is empty.
"""

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from kommun.policy import Policy, loader
from kommun.policy.keys import KINDS

MATRIX = Path(__file__).parent.parent / "data" / "policy_matrix.csv"
MUNICIPALITIES = ("sunne", "tibro", "nora", "overkalix", "forshaga")


@cache
def cells(municipality: str) -> dict[str, tuple[str, ...]]:
    """The sections of each non-empty cell of a municipality."""
    with MATRIX.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["municipality"] == municipality]
    return {row["id"]: tuple(section for section in row["section"].split("; ") if section) for row in rows}


@cache
def preset(municipality: str) -> Policy:
    return Policy(loader.load_preset(municipality).document)


def test_the_matrix_is_whole():
    with MATRIX.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert Counter(row["municipality"] for row in rows) == {
        "sunne": 105,
        "tibro": 114,
        "nora": 115,
        "overkalix": 103,
        "forshaga": 56,
    }
    assert len({(row["id"], row["municipality"]) for row in rows}) == len(rows) == 493
    assert all(row["value"] or row["section"] for row in rows)


@pytest.mark.parametrize("municipality", MUNICIPALITIES)
def test_every_cell_is_covered_by_a_rule_or_a_guidance(municipality):
    policy = preset(municipality)
    covered = {cell for entry in (*policy.rules, *policy.guidance) for cell in entry.covers}
    assert sorted(set(cells(municipality)) - covered) == []


@pytest.mark.parametrize("municipality", MUNICIPALITIES)
def test_nothing_claims_to_cover_an_empty_cell(municipality):
    policy = preset(municipality)
    claimed = {cell for entry in (*policy.rules, *policy.guidance) for cell in entry.covers}
    assert sorted(claimed - set(cells(municipality))) == []


@pytest.mark.parametrize("municipality", MUNICIPALITIES)
def test_every_section_of_a_cell_is_cited_where_the_cell_is_covered(municipality):
    policy = preset(municipality)
    missing = []
    for cell, sections in cells(municipality).items():
        cited = {
            source.section
            for entry in (*policy.rules, *policy.guidance)
            if cell in entry.covers
            for source in entry.sources
        }
        missing += [(cell, section) for section in sections if section not in cited]
    assert missing == []


@pytest.mark.parametrize("municipality", MUNICIPALITIES)
def test_a_preset_carries_its_own_name(municipality):
    assert preset(municipality).header.municipality == municipality


def test_the_kinds_are_the_thirty_three_of_the_matrix():
    assert [kind.number for kind in KINDS] == list(range(1, 34))
    assert len({str(kind.key) for kind in KINDS}) == 33
