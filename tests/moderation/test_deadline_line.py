"""The line above the queue: each deadline where its time is, also over a change of the clock; the list says the same."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommun.business_time import STOCKHOLM
from moderation.models import Case
from moderation.views.deadline_line import DAYS, HALF, HEIGHTS, LEFT, RIGHT, line_of
from tests.archive_scene import make_channel
from tests.cases import actor_of, open_case

FRIDAY = datetime(2026, 11, 20, 9, 12, tzinfo=STOCKHOLM)


@dataclass
class Row:
    number: int
    case: Case
    level: str = ""


def row(number, due_at, level="", kind=Case.Kind.REPORT):
    return Row(number, Case(kind=kind, status=Case.Status.OPEN, due_at=due_at), level)


def line(*rows, now=FRIDAY, closed=()):
    return line_of(rows, now, closed)


def test_nothing_that_runs_out_soon_is_no_line():
    assert line() is None
    assert line(row(1, None), row(2, FRIDAY + timedelta(days=DAYS + 1))) is None


def test_each_deadline_stands_at_its_time():
    found = line(
        row(1, FRIDAY - timedelta(hours=30), "late"),
        row(2, FRIDAY.replace(hour=12, minute=0), "soon"),
        row(3, FRIDAY + timedelta(days=2)),
    )
    day = (RIGHT - LEFT) / DAYS
    assert [pin.at for pin in found.pins] == pytest.approx([LEFT + HALF, LEFT + day / 2, found.now + 2 * day], abs=0.2)
    assert [pin.time for pin in found.pins] == ["", "12.00", "09.12"]
    assert (found.late, found.today, found.later) == (1, 1, 1)


def test_days_when_nobody_works_are_shown():
    assert [day.free for day in line(row(1, FRIDAY)).days] == [False, True, True, False, False]
    closed = line(row(1, FRIDAY), closed=frozenset({date(2026, 11, 23)}))
    assert [day.free for day in closed.days] == [False, True, True, True, False]


@pytest.mark.parametrize("first", ["2026-10-24", "2027-03-27"])  # before both changes of the clock
def test_a_day_of_23_or_25_hours_is_as_long_as_it_is(first):
    now = datetime.fromisoformat(f"{first}T10:00").replace(tzinfo=STOCKHOLM)
    days = line(row(1, now), now=now).days
    hours = 25 if first.startswith("2026") else 23
    assert days[1].width / days[0].width == pytest.approx(hours / 24, abs=0.01)


def test_a_question_is_round_and_what_breaks_a_rule_is_square():
    found = line(row(1, FRIDAY), row(2, FRIDAY + timedelta(days=1), kind=Case.Kind.QUESTION))
    assert [pin.is_round for pin in found.pins] == [False, True]


@given(st.lists(st.integers(0, DAYS * 24 * 60 - 600), max_size=12))
def test_pins_stay_inside_and_neighbours_do_not_cover_each_other(minutes):
    found = line(
        *(row(number, FRIDAY + timedelta(minutes=each)) for number, each in enumerate(sorted(minutes), start=1))
    )
    for pin in found.pins if found else ():
        assert LEFT <= pin.at <= RIGHT
        assert pin.height in HEIGHTS
    for one, other in pairwise(found.pins if found else ()):
        assert one.height != other.height or other.at - one.at > 2 * HALF or one.height == HEIGHTS[-1]


@pytest.mark.django_db
def test_the_queue_shows_the_line_with_the_numbers_of_its_list(cast, tibro, client):
    channel, owner = make_channel(cast), actor_of(cast.owner)
    client.force_login(cast.owner)
    assert "Tidslinje" not in client.get("/granska/").content.decode()
    open_case(channel, owner, category="hate_speech")
    page = client.get("/granska/").content.decode()
    assert "Tidslinje. Frister som har gått ut: 0. I dag: 0. De närmaste dagarna: 1." in page
    assert '<span class="item__num">1.</span>' in page
