"""Times and numbers as people write them, in Swedish time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from kommun import words

NOW = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)  # fre 20 nov kl. 09.12 in Sweden


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW, "i dag kl. 09.12"),
        (datetime(2026, 11, 19, 15, 20, tzinfo=UTC), "i går kl. 16.20"),
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "i morgon kl. 00.30"),  # already tomorrow in Sweden
        (datetime(2026, 11, 27, 14, 20, tzinfo=UTC), "fre 27 nov kl. 15.20"),
        (datetime(2026, 7, 1, 10, 0, tzinfo=UTC), "ons 1 juli kl. 12.00"),  # summer time
        (datetime(2025, 11, 21, 14, 20, tzinfo=UTC), "fre 21 nov 2025 kl. 15.20"),
    ],
)
def test_near_days_are_named_and_far_ones_dated(moment, text):
    assert words.when_words(moment, NOW) == text


def test_records_carry_the_whole_date():
    assert words.when_full(NOW) == "20 november 2026 kl. 09.12"
    assert words.day_full(date(2026, 11, 20)) == "20 november 2026"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(), "nyss"),
        (timedelta(minutes=1), "för 1 minut sedan"),
        (timedelta(minutes=59), "för 59 minuter sedan"),
        (timedelta(hours=1), "för 1 timme sedan"),
        (timedelta(days=3), "för 3 dagar sedan"),
        (timedelta(days=-3), "om 3 dagar"),
        (timedelta(seconds=-20), "strax"),
        (timedelta(days=100), "ons 12 aug"),
    ],
)
def test_how_long_ago(span, text):
    assert words.ago_words(NOW - span, NOW) == text


@pytest.mark.parametrize(
    ("left", "level", "how_long", "until"),
    [
        (timedelta(days=5), "calm", "5 dagar kvar", "senast ons 25 nov kl. 09.12"),
        (timedelta(hours=36, minutes=18), "calm", "36 tim 18 min kvar", "senast i morgon kl. 21.30"),
        (timedelta(hours=6, minutes=8), "soon", "6 tim 8 min kvar", "senast i dag kl. 15.20"),
        (timedelta(minutes=5), "soon", "5 min kvar", "senast i dag kl. 09.17"),
        (timedelta(), "late", "0 min för sent", "gick ut i dag kl. 09.12"),  # exclusive: late from the instant
        (timedelta(hours=-1, minutes=-17), "late", "1 tim 17 min för sent", "gick ut i dag kl. 07.55"),
        (timedelta(days=-3), "late", "3 dagar för sent", "gick ut tis 17 nov kl. 09.12"),
    ],
)
def test_a_deadline_says_how_long_and_until_when(left, level, how_long, until):
    due = NOW + left
    assert (words.level(due, NOW), words.left_words(due, NOW), words.due_words(due, NOW)) == (level, how_long, until)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (312, "312"), (12345, "12\xa0345"), (1234567, "1\xa0234\xa0567"), (1204.5, "1\xa0204,5")],
)
def test_numbers_never_break_over_two_lines(value, text):
    assert words.number(value) == text


def test_months_are_named_in_the_language_of_the_reader():
    with translation.override("en"):
        assert words.day_full(date(2026, 5, 20)) == "20 May 2026"
    assert words.day_full(date(2026, 5, 20)) == "20 maj 2026"


def test_english_writes_days_and_months_with_capitals():
    with translation.override("en"):
        assert words.day_words(date(2026, 11, 27), date(2026, 11, 20)).startswith("Fri ")


MIDNIGHT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)  # the end of Friday the 20th in Sweden


@pytest.mark.parametrize(
    ("due", "now", "until", "in_records"),
    [
        (MIDNIGHT, NOW, "senast i dag", "20 november 2026"),
        (MIDNIGHT, NOW - timedelta(days=2), "senast fre 20 nov", "20 november 2026"),
        (MIDNIGHT, MIDNIGHT, "gick ut i går", "20 november 2026"),  # exclusive: at midnight the day is over
        (MIDNIGHT + timedelta(minutes=1), NOW, "senast i morgon kl. 00.01", "21 november 2026 kl. 00.01"),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), NOW, "gick ut ons 1 juli", "1 juli 2026"),  # summer time
    ],
)
def test_a_time_limit_of_whole_days_is_said_as_its_last_day(due, now, until, in_records):
    assert words.due_words(due, now) == until
    assert words.due_full(due) == in_records
