"""Crisis mode: who starts it, a denser watch in clock hours, and an end by hand or by its date (matrix P1; BBS 4 §)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels import clock, watch
from channels.actions import watch as watching
from channels.models import Obligation, WatchTick
from kommun.business_time import end_of
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from moderation import handling_rules, standing
from moderation.actions import crisis
from moderation.models import CrisisPeriod
from moderation.tasks import end_what_has_run_out
from tests.archive_scene import make_channel
from tests.cases import actor_of, open_case
from tests.duties import at

pytestmark = pytest.mark.django_db


def start(person, channel=None, days=1, hours=2, **values):
    until = timezone.localdate() + timedelta(days=days)
    given = {"reason": "Vattnet är otjänligt.", "every_hours": hours, "until": until, **values}
    return crisis.start_crisis(channel_id=channel.pk if channel else None, actor=actor_of(person), **given)


def looks(row):
    return {one.channel: one.due_at for one in Obligation.objects.open().about(row)}


@pytest.mark.policy("P1")
def test_who_starts_it(tibro, cast, channel):
    everywhere, here = set(), set()
    for name, person in cast.people():
        if handling_rules.why_not_start_crisis(actor_of(person), None) is None:
            everywhere.add(name)
        if handling_rules.why_not_start_crisis(actor_of(person), channel) is None:
            here.add(name)
    # By hand: communications, the chief executive (and the security coordinator, whom the cast lacks); for one channel the
    # managers of its unit too.
    assert everywhere == {"strategist", "it_communications_manager", "chief_executive"}
    assert here == everywhere | {"nearest_manager", "department_head"}
    with pytest.raises(NotPermitted):
        start(cast.owner, channel)


@pytest.mark.policy("P1")
def test_each_channel_is_looked_at_within_so_many_clock_hours_and_again(tibro, cast, channel):
    other = make_channel(cast, "Badhuset")
    night = timezone.now().replace(hour=23, minute=0)
    with time_machine.travel(night, tick=False) as now:
        row = start(cast.strategist)
        assert looks(row) == dict.fromkeys([channel, other], timezone.now() + timedelta(hours=2))
        now.shift(timedelta(hours=1))
        crisis.look(period_id=row.pk, channel_id=channel.pk, actor=actor_of(cast.owner))
        assert looks(row)[channel] == timezone.now() + timedelta(hours=2)
        with pytest.raises(NotPermitted):
            crisis.look(period_id=row.pk, channel_id=other.pk, actor=actor_of(cast.outsider))
        now.shift(timedelta(hours=1, minutes=1))
        clock.sweep(timezone.now())
    late = Obligation.objects.open().about(row).get(channel=other)
    assert (late.missed_at, late.holder) == (late.due_at, cast.owner)


def test_a_channel_that_opens_later_is_watched_too_and_nothing_is_begun_twice(tibro, cast, channel):
    row = start(cast.strategist)
    other = make_channel(cast, "Badhuset")
    end_what_has_run_out()
    end_what_has_run_out()
    assert set(looks(row)) == {channel, other}
    assert Obligation.objects.about(row).count() == 2


def test_a_channels_own_crisis_goes_before_the_municipalitys(tibro, cast, channel):
    own = start(cast.nearest_manager, channel, hours=1)
    everywhere = start(cast.strategist)
    assert (set(looks(own)), looks(everywhere)) == ({channel}, {})
    assert standing.crisis_in(channel.pk) == own


def test_ended_by_its_date_or_by_hand_nobody_looks_any_more(tibro, cast, channel):
    row = start(cast.strategist, days=0)
    assert row.until == end_of(timezone.localdate())
    with time_machine.travel(row.until, tick=False):
        end_what_has_run_out()
    row.refresh_from_db()
    assert (row.ended_how, looks(row), standing.crisis_in(channel.pk)) == ("date", {}, None)
    again = start(cast.strategist)
    with pytest.raises(NotPermitted):
        crisis.end_crisis(period_id=again.pk, actor=actor_of(cast.owner))
    crisis.end_crisis(period_id=again.pk, actor=actor_of(cast.chief_executive))
    again.refresh_from_db()
    assert (again.ended_how, again.ended_by, looks(again)) == ("person", cast.chief_executive, {})
    with pytest.raises(StateConflict):
        crisis.look(period_id=again.pk, channel_id=channel.pk, actor=actor_of(cast.owner))


def test_one_at_a_time_with_an_end_and_sensible_hours(tibro, cast, channel):
    row = start(cast.strategist)
    with pytest.raises(StateConflict):
        start(cast.chief_executive)
    for wrong in ({"days": 91}, {"days": -1}, {"hours": 0}, {"hours": 25}, {"reason": " "}):
        with pytest.raises(InvalidInput):
            start(cast.strategist, channel, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        CrisisPeriod.objects.filter(pk=row.pk).update(until=row.starts_at)


# --- One look for both -------------------------------------------------------------------------------------------------
NOON = at("2026-11-23T12:00")  # a Monday: Tibro has every channel looked at on working days


@pytest.fixture
def noon(tibro, channel, cast, time_machine):
    """A crisis of the municipality at noon, with a look every other hour, and the day's own watch not done yet."""
    time_machine.move_to(NOON, tick=False)
    watch.reconcile(NOON)
    return start(cast.strategist)


def due_now(channel):
    rows = Obligation.objects.open().filter(channel=channel, kind__in=clock.looks())
    return {row.kind: row.due_at for row in rows}


@pytest.mark.policy("P1")
@pytest.mark.policy("watch.interval")
def test_a_look_in_a_crisis_is_the_days_watch_too(noon, channel, cast):
    assert due_now(channel) == {"crisis_watch": NOON + timedelta(hours=2), "watch": at("2026-11-24T00:00")}
    crisis.look(period_id=noon.pk, channel_id=channel.pk, actor=actor_of(cast.owner))
    assert due_now(channel) == {"crisis_watch": NOON + timedelta(hours=2)}  # the next one
    tick = WatchTick.objects.get()
    assert (tick.channel, tick.made_by, tick.found) == (channel, cast.owner, "nothing")


@pytest.mark.policy("P1")
@pytest.mark.policy("watch.interval")
def test_the_days_watch_is_a_look_in_the_crisis_too_and_the_next_counts_from_it(noon, channel, cast, time_machine):
    time_machine.move_to(NOON + timedelta(minutes=90), tick=False)
    watching.look(channel_id=channel.pk, actor=actor_of(cast.owner))
    assert due_now(channel) == {}
    time_machine.move_to(NOON + timedelta(minutes=95), tick=False)
    end_what_has_run_out()
    assert due_now(channel) == {"crisis_watch": NOON + timedelta(minutes=90, hours=2)}
    # Later the same day, from the same button: the day's look stands, and the crisis has been seen to again.
    time_machine.move_to(NOON + timedelta(hours=3), tick=False)
    watching.look(channel_id=channel.pk, actor=actor_of(cast.deputy))
    end_what_has_run_out()
    assert WatchTick.objects.count() == 1
    assert due_now(channel) == {"crisis_watch": NOON + timedelta(hours=5)}


def test_a_case_that_is_opened_is_a_look_in_the_crisis_too(noon, channel, cast):
    open_case(channel, actor_of(cast.owner), category="hate_speech")
    assert due_now(channel) == {}


def test_whoever_may_look_in_a_crisis_alone_does_the_days_watch_with_it(noon, channel, cast):
    """The chief executive does not look after the channel, but may look to it in a crisis: a look is a look."""
    with pytest.raises(NotPermitted):
        watching.look(channel_id=channel.pk, actor=actor_of(cast.chief_executive))
    crisis.look(period_id=noon.pk, channel_id=channel.pk, actor=actor_of(cast.chief_executive))
    assert WatchTick.objects.get().made_by == cast.chief_executive


def test_a_look_that_was_missed_in_the_crisis_is_missed_also_when_min_dag_is_ticked_after_it(
    noon, channel, cast, time_machine
):
    time_machine.move_to(NOON + timedelta(hours=3), tick=False)
    watching.look(channel_id=channel.pk, actor=actor_of(cast.owner))
    row = Obligation.objects.get(channel=channel, kind="crisis_watch")
    assert (row.outcome, row.missed_at) == ("met", NOON + timedelta(hours=2))


def test_a_look_taken_back_waits_again_in_both(noon, channel, cast, time_machine):
    tick = watching.look(channel_id=channel.pk, actor=actor_of(cast.owner))
    time_machine.move_to(NOON + timedelta(minutes=5), tick=False)
    end_what_has_run_out()
    watching.withdraw_tick(tick_id=tick.pk, actor=actor_of(cast.owner))
    assert due_now(channel) == {"crisis_watch": NOON + timedelta(hours=2), "watch": at("2026-11-24T00:00")}
    end_what_has_run_out()
    assert Obligation.objects.open().about(noon).count() == 1


def test_a_look_that_somebody_has_followed_up_is_not_taken_back(noon, channel, cast, time_machine):
    tick = watching.look(channel_id=channel.pk, actor=actor_of(cast.owner))
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)
    end_what_has_run_out()
    crisis.look(period_id=noon.pk, channel_id=channel.pk, actor=actor_of(cast.deputy))
    with pytest.raises(StateConflict, match="Någon har tittat till kanalen igen"):
        watching.withdraw_tick(tick_id=tick.pk, actor=actor_of(cast.owner))


def test_min_dag_shows_one_duty_with_the_nearest_time(noon, channel, cast, client):
    client.force_login(cast.owner)
    page = client.get("/min-dag/").content.decode()
    assert page.count("Krisläge, titta till kanalen") == 1
    assert "Tätare bevakning" in page
    assert page.count(f"/register/{channel.pk}/genomgang/") == 2  # the form with script and without
    menu = page[page.index('id="huvudmeny"') :]
    assert re.search(r"Min dag.*?>1<", menu[: menu.index("</nav>")], re.DOTALL)
    client.post(f"/register/{channel.pk}/genomgang/")
    page = client.get("/min-dag/").content.decode()
    assert "Krisläge" not in page
    assert "Klar i dag" in page
    end_what_has_run_out()
    page = client.get("/min-dag/").content.decode()
    assert page.count("Krisläge, titta till kanalen") == 1
    assert f"/register/{channel.pk}/genomgang/" in page
