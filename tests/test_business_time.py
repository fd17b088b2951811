"""Two calendars: clock hours that run day and night, and Swedish working days. Against the almanac, and every year to 2040."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kommun.business_time import (
    add_months,
    add_working_days,
    add_working_hours,
    due_at,
    end_of,
    is_working_day,
    last_day,
    start_of,
    swedish_day,
)
from kommun.policy.base import Deadline

SWEDEN = ZoneInfo("Europe/Stockholm")
YEARS = range(2020, 2041)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
INSTANTS = st.integers(0, 21 * 366 * 24 * 60).map(lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
CLOSED = st.frozensets(DAYS, max_size=15)


def easter(year):
    """The Sunday after the first full moon of spring: Gauss's rule in the Gregorian form (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 19 * m) // 433
    month = (h + m - 7 * n + 90) // 25
    return date(year, month, (h + m - 7 * n + 33 * month + 19) % 32)


def weekday_from(day, weekday):
    """The first such weekday on the day or after it."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def red_days(year):
    """SFS 1989:253, and the three eves of SFS 1930:173, 2 §, written here from the Acts."""
    sunday, midsummer = easter(year), weekday_from(date(year, 6, 20), 5)
    fixed = [(1, 1), (1, 6), (5, 1), (6, 6), (12, 25), (12, 26), (12, 24), (12, 31)]
    moving = [sunday + timedelta(days=n) for n in (-2, 0, 1, 39, 49)]
    return {
        *(date(year, *day) for day in fixed),
        *moving,
        midsummer,
        midsummer - timedelta(days=1),
        weekday_from(date(year, 10, 31), 5),
    }


def at(text):
    """A Swedish wall-clock time as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=SWEDEN).astimezone(UTC)


def limit(value, unit, counted_in="clock"):
    return Deadline(value=value, unit=unit, calendar=counted_in)


# --- Which days -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("year", YEARS)
def test_every_day_of_the_year_is_what_the_acts_say(year):
    day, red = date(year, 1, 1), red_days(year)
    while day.year == year:
        assert is_working_day(day) == (day.weekday() < 5 and day not in red), day
        day += timedelta(days=1)


# From the almanac of 2026 and of the leap year 2028, by hand.
@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-01-05", True),  # between New Year and Epiphany: a working day unless the municipality says otherwise
        ("2026-01-06", False),
        ("2026-04-02", True),  # skärtorsdag
        ("2026-04-03", False),
        ("2026-04-06", False),
        ("2026-04-07", True),
        ("2026-05-01", False),
        ("2026-05-14", False),  # Kristi himmelsfärdsdag
        ("2026-05-15", True),
        ("2026-06-19", False),  # midsommarafton
        ("2026-06-22", True),
        ("2026-10-30", True),
        ("2026-12-23", True),
        ("2026-12-24", False),
        ("2026-12-30", True),
        ("2026-12-31", False),
        ("2028-02-29", True),  # a Tuesday
        ("2028-06-06", False),
    ],
)
def test_days_of_the_almanac(day, works):
    assert is_working_day(date.fromisoformat(day)) is works


@given(DAYS, CLOSED)
def test_a_closed_day_of_the_municipality_is_no_working_day(day, closed):
    assert is_working_day(day, closed) == (is_working_day(day) and day not in closed)


# --- Days ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("year", YEARS)
def test_a_day_has_the_hours_that_the_clock_gives_it(year):
    spring, autumn = date(year, 3, 31), date(year, 10, 31)
    spring -= timedelta(days=(spring.weekday() + 1) % 7)
    autumn -= timedelta(days=(autumn.weekday() + 1) % 7)
    hours = {day: (end_of(day) - start_of(day)) / timedelta(hours=1) for day in (spring, autumn, date(year, 7, 1))}
    assert list(hours.values()) == [23, 25, 24]


@given(INSTANTS)
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))  # 02.30 for the first time
@example(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))  # and for the second
def test_every_instant_lies_in_its_day_and_only_there(instant):
    day = swedish_day(instant)
    assert start_of(day) <= instant < end_of(day)
    assert last_day(end_of(day)) == day
    assert end_of(day) == start_of(day + timedelta(days=1))


@given(DAYS, st.integers(-60, 60), CLOSED)
def test_working_days_are_counted_one_by_one(day, count, closed):
    found = add_working_days(day, count, closed)
    if count == 0:
        assert found == day
        return
    low, high = sorted((day, found))
    between = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    assert sum(is_working_day(one, closed) for one in between if one != day) == abs(count)
    assert is_working_day(found, closed)


@given(DAYS, st.integers(0, 240))
@example(date(2024, 2, 29), 12)
@example(date(2023, 8, 31), 6)
def test_months_keep_the_day_or_end_the_month(day, count):
    found = add_months(day, count)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == count
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


def test_months_by_hand():
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert add_months(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert add_months(date(2026, 11, 21), 6) == date(2027, 5, 21)


# --- Hours ------------------------------------------------------------------------------------------------------------
@given(INSTANTS, st.integers(1, 1000))
@example(at("2026-03-29T01:30"), 1)
@example(at("2026-10-25T01:30"), 2)
def test_clock_hours_are_hours_whatever_the_clock_on_the_wall_says(opened, hours):
    assert due_at(opened, limit(hours, "hours")) - opened == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("opened", "hours", "due"),
    [
        ("2026-03-28T12:00", 48, "2026-03-30T13:00"),  # summer time begins: the wall shows one more
        ("2026-10-24T12:00", 48, "2026-10-26T11:00"),  # and one less
        ("2026-12-24T15:00", 24, "2026-12-25T15:00"),  # clock hours know no Christmas
        ("2028-02-28T12:00", 24, "2028-02-29T12:00"),
    ],
)
def test_clock_hours_by_hand(opened, hours, due):
    assert due_at(at(opened), limit(hours, "hours")) == at(due)


@pytest.mark.parametrize(
    ("opened", "hours", "due"),
    [
        ("2026-11-20T15:00", 48, "2026-11-24T15:00"),  # Friday 15 → Tuesday 15
        ("2026-11-21T10:00", 48, "2026-11-25T00:00"),  # Saturday: begins Monday at 00
        ("2026-11-21T10:00", 1, "2026-11-23T01:00"),
        ("2026-11-18T15:00", 24, "2026-11-19T15:00"),
        ("2026-11-20T00:00", 24, "2026-11-21T00:00"),  # the whole Friday, and no minute of the weekend
        ("2026-03-27T15:00", 24, "2026-03-30T15:00"),  # over the night with 23 hours, which is no working day
        ("2026-10-23T15:00", 24, "2026-10-26T15:00"),
        ("2026-04-02T15:00", 24, "2026-04-07T15:00"),  # Easter
        ("2026-06-18T15:00", 48, "2026-06-23T15:00"),  # midsummer
        ("2026-12-23T15:00", 48, "2026-12-29T15:00"),  # Christmas: 9 h on the 23rd, the 28th, 15 h on the 29th
        ("2026-12-30T15:00", 24, "2027-01-04T15:00"),  # New Year
        ("2028-02-28T15:00", 48, "2028-03-01T15:00"),  # leap day
    ],
)
def test_hours_of_working_days_by_hand(opened, hours, due):
    assert due_at(at(opened), limit(hours, "hours", "working_days")) == at(due)


@given(INSTANTS, st.integers(1, 400), CLOSED)
def test_hours_of_working_days_are_the_hours_of_the_working_days_between(opened, hours, closed):
    due = add_working_hours(opened, hours, closed)
    day, counted = swedish_day(opened), timedelta()
    while start_of(day) < due:
        if is_working_day(day, closed):
            counted += min(due, end_of(day)) - max(opened, start_of(day))
        day += timedelta(days=1)
    assert counted == timedelta(hours=hours)
    assert is_working_day(last_day(due), closed)


# --- Days of a time limit ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("opened", "value", "counted_in", "due"),
    [
        ("2026-11-20T15:00", 1, "working_days", "2026-11-24T00:00"),  # Friday → the end of Monday
        ("2026-11-20T23:59", 1, "working_days", "2026-11-24T00:00"),  # the hour of the day is of no account
        ("2026-11-21T10:00", 1, "working_days", "2026-11-24T00:00"),
        ("2026-11-20T15:00", 1, "clock", "2026-11-22T00:00"),
        ("2026-03-28T15:00", 1, "clock", "2026-03-30T00:00"),  # the day of 23 hours is a day
        ("2026-10-24T15:00", 1, "clock", "2026-10-26T00:00"),
        ("2026-04-01T09:00", 2, "working_days", "2026-04-08T00:00"),  # Thursday, then Tuesday after Easter
        ("2026-06-18T09:00", 1, "working_days", "2026-06-23T00:00"),
        ("2026-12-23T09:00", 2, "working_days", "2026-12-30T00:00"),
        ("2026-12-30T09:00", 1, "working_days", "2027-01-05T00:00"),
        ("2028-02-28T09:00", 1, "working_days", "2028-03-01T00:00"),
        ("2028-02-28T09:00", 2, "clock", "2028-03-02T00:00"),
    ],
)
def test_days_by_hand(opened, value, counted_in, due):
    assert due_at(at(opened), limit(value, "days", counted_in)) == at(due)


def test_the_municipality_s_own_closed_days_are_passed_over():
    closed = {date(2026, 1, 5)}
    assert due_at(at("2026-01-02T10:00"), limit(1, "days", "working_days"), closed) == at("2026-01-08T00:00")
    assert due_at(at("2026-01-02T15:00"), limit(24, "hours", "working_days"), closed) == at("2026-01-07T15:00")
    assert due_at(at("2026-01-02T15:00"), limit(72, "hours"), closed) == at("2026-01-05T15:00")


@given(INSTANTS, st.integers(1, 60), st.sampled_from(["clock", "working_days"]), CLOSED)
def test_days_are_counted_on_dates_and_end_with_the_day(opened, value, counted_in, closed):
    due = due_at(opened, limit(value, "days", counted_in), closed)
    wall = due.astimezone(SWEDEN)
    assert (wall.hour, wall.minute, wall.second) == (0, 0, 0)
    assert due.tzinfo == UTC
    if counted_in == "working_days":
        assert last_day(due) == add_working_days(swedish_day(opened), value, closed)
    else:
        assert last_day(due) == swedish_day(opened) + timedelta(days=value)


@given(INSTANTS, INSTANTS, st.sampled_from(["hours", "days"]), st.sampled_from(["clock", "working_days"]))
def test_who_began_earlier_is_never_due_later(one, other, unit, counted_in):
    first, second = sorted((one, other))
    asked = limit(48 if unit == "hours" else 3, unit, counted_in)
    assert due_at(first, asked) <= due_at(second, asked)


@pytest.mark.parametrize("counted_in", ["clock", "working_days"])
@pytest.mark.parametrize("unit", ["hours", "days"])
@pytest.mark.parametrize("opened", ["2026-11-18T15:00", "2026-11-21T10:00", "2026-10-25T02:30"])
def test_nothing_is_at_once(opened, unit, counted_in):
    assert due_at(at(opened), limit(0, unit, counted_in)) is None  # no moment after which it would be late


def test_a_word_instead_of_a_number_is_never_due():
    assert due_at(at("2026-11-18T15:00"), Deadline(word="skyndsamt")) is None


def test_a_source_that_is_silent_means_clock_hours():
    assert due_at(at("2026-11-20T15:00"), Deadline(value=48, unit="hours")) == at("2026-11-22T15:00")
