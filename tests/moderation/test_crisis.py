"""Crisis mode: who starts it, a denser watch in clock hours, and an end by hand or by its date (matrix P1; BBS 4 §)."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels import clock
from channels.models import Obligation
from kommun.business_time import end_of
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from moderation import handling_rules, standing
from moderation.actions import crisis
from moderation.models import CrisisPeriod
from moderation.tasks import end_what_has_run_out
from tests.archive_scene import make_channel
from tests.cases import actor_of

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
