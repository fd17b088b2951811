"""Half-years, in Swedish days; what folders are called; and the version that is written in what leaves the product."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from kommun import VERSION
from kommun.half_years import bounds, half_from, half_key, half_name, half_of, last_day, next_half
from kommun.naming import validate_delivery_name, validate_record_name


@pytest.mark.parametrize(
    ("day", "first", "last", "key", "name"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 6, 30), "2026-1", "Första halvåret 2026"),
        (date(2026, 6, 30), date(2026, 1, 1), date(2026, 6, 30), "2026-1", "Första halvåret 2026"),
        (date(2026, 7, 1), date(2026, 7, 1), date(2026, 12, 31), "2026-2", "Andra halvåret 2026"),
        (date(2024, 2, 29), date(2024, 1, 1), date(2024, 6, 30), "2024-1", "Första halvåret 2024"),
    ],
)
def test_a_day_is_in_its_half_year(day, first, last, key, name):
    assert (half_of(day), last_day(first), half_key(first), half_name(first)) == (first, last, key, name)
    assert half_from(key) == first


def test_the_bounds_are_swedish_midnights_in_both_kinds_of_time():
    assert bounds(date(2026, 7, 1)) == (datetime(2026, 6, 30, 22, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC))
    assert next_half(date(2026, 7, 1)) == date(2027, 1, 1)


@pytest.mark.parametrize("key", ["", "2026", "2026-3", "9999-2-1", "0000-1", "٢٠٢٦-1", "2026-2\n"])
def test_what_is_no_half_year_is_none(key):
    assert half_from(key) is None


@pytest.mark.parametrize("pattern", ["{nämnd} {halvår}", "Sociala medier {år}", "arkiv"])
def test_a_name_of_a_delivery_can_be_used(pattern):
    validate_delivery_name(pattern)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{kanal}", "{kanal} går inte att fylla i"),
        ("a/b", "Så kan ingen mapp heta"),
        ("{nämnd", "Så kan ingen mapp heta"),
    ],
)
def test_a_name_that_cannot_be_used_is_told_why(pattern, said):
    with pytest.raises(ValidationError, match=said):
        validate_delivery_name(pattern)


def test_folders_may_lie_in_each_other_but_not_too_deep():
    validate_record_name("{plattform}/{kanal}/{dag}/{nummer}")
    with pytest.raises(ValidationError):
        validate_record_name("a/b/c/d/e")


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == VERSION
