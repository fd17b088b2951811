"""The clock is made true about every channel: what time, a policy, an outage and two processes at once make of it."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actor import SCHEDULER, Actor
from channels import clock, upkeep
from channels.models import AccessTest, Channel, ChannelAddress, ChannelAdministrator, Obligation
from channels.upkeep import keeping
from kommun.business_time import end_of, start_of
from kommun.models import Event, Municipality
from tests.applications import adopt_preset, make_municipality
from tests.channels.test_upkeep_state import attested, bare_channel, complete
from tests.factories import make_cast
from tests.many import copy_row, copy_row_for_each

pytestmark = pytest.mark.django_db
OPEN = Obligation.objects.open


@pytest.fixture(autouse=True)
def _an_ordinary_day(time_machine):
    """Not before a holiday: what nobody was asked for in time is given twenty working days, and asked for thirty days ahead."""
    time_machine.move_to("2026-11-20T09:00:00+01:00")


def reconcile():
    return upkeep.reconcile(timezone.now())


def kinds(channel):
    return set(OPEN().filter(channel=channel).values_list("kind", flat=True))


def settled(cast, **values):
    """A channel about which there is nothing to do on 1 September 2026."""
    channel = bare_channel(cast, **{"confirmed_on": date(2026, 9, 1), **values})
    complete(channel, cast)
    for item in upkeep.state_of(channel).items:
        attested(channel, item, "shown", cast)
    channel.access_tests.create(
        works=True, place="Valvet", tested_on=date(2026, 9, 1), made_by=cast.owner, made_at=timezone.now()
    )
    return channel


def test_what_recurs_is_asked_for_thirty_days_ahead_once(cast, tibro, time_machine):
    channel = settled(cast)
    due = end_of(date(2027, 3, 1))
    time_machine.move_to(due - timedelta(days=30, seconds=1), tick=False)
    assert reconcile() == 0
    time_machine.move_to(due - timedelta(days=30), tick=False)
    assert reconcile() == 2
    assert reconcile() == 0
    assert kinds(channel) == {clock.CONFIRM, clock.ACCESS_TEST}
    row = OPEN().get(kind=clock.CONFIRM)
    assert (row.due_at, row.holder, row.rule) == (due, cast.owner, "register.public")


def test_three_days_without_a_scheduler_lose_nothing(cast, tibro, time_machine):
    channel = settled(cast)
    due = end_of(date(2027, 3, 1))
    time_machine.move_to(due - timedelta(days=27), tick=False)
    reconcile()
    assert OPEN().get(channel=channel, kind=clock.CONFIRM).due_at == due


def test_a_time_that_ran_out_before_anybody_was_asked_is_nobodys_miss(cast, tibro, time_machine):
    settled(cast)
    time_machine.move_to("2027-06-01T09:00:00+02:00", tick=False)
    reconcile()
    row = OPEN().get(kind=clock.CONFIRM)
    assert row.due_at == end_of(date(2027, 6, 30))  # twenty working days, midsummer's eve among them
    assert reconcile() == 0
    assert clock.sweep(timezone.now()) > 0
    assert OPEN().get(kind=clock.CONFIRM).missed_at is None


def test_a_bare_channel_has_everything_to_do_and_its_owner_is_told(cast, tibro):
    channel = bare_channel(cast)
    assert reconcile() == 4
    assert kinds(channel) == set(keeping.KINDS)
    assert {row.holder for row in OPEN()} == {cast.owner}
    assert all(row.url.startswith(f"/register/{channel.pk}/") for row in OPEN())


def test_a_policy_that_asks_for_less_calls_off_and_one_that_asks_for_more_opens(cast, tibro, policy):
    channel = settled(cast)
    assert reconcile() == 0
    policy("nora")
    assert reconcile() == 1
    assert kinds(channel) == {clock.ATTEST}
    for item in upkeep.state_of(channel).items:
        attested(channel, item, "shown", cast)
    assert reconcile() == 1
    row = Obligation.objects.get(kind=clock.ATTEST)
    assert (row.outcome, row.met_by) == ("lapsed", None)


def test_a_closed_channel_has_nothing_left_to_do(cast, tibro):
    channel = bare_channel(cast)
    reconcile()
    Channel.objects.update(status="closed", closed_on=timezone.localdate())
    assert reconcile() == 4
    assert set(channel.obligations.values_list("outcome", flat=True)) == {"lapsed"}
    assert reconcile() == 0


def test_what_is_to_be_done_follows_the_owner(cast, tibro):
    bare_channel(cast)
    reconcile()
    Channel.objects.update(owner=cast.deputy)
    assert reconcile() == 4
    assert {row.holder for row in OPEN()} == {cast.deputy}
    assert reconcile() == 0


def test_more_months_between_confirmations_call_off_what_is_open(cast, tibro, time_machine):
    channel = settled(cast)
    time_machine.move_to(start_of(date(2027, 2, 20)), tick=False)
    reconcile()
    Municipality.objects.update(confirmation_months=12)
    assert reconcile() == 2
    assert kinds(channel) == set()


def test_one_bad_row_does_not_stop_the_rest(cast, tibro, monkeypatch):
    bad, good = bare_channel(cast), bare_channel(cast)
    real = keeping.compute

    def compute(channel, records):
        if channel.pk == bad.pk:
            raise ValueError("a row that cannot be worked out")
        return real(channel, records)

    monkeypatch.setattr(keeping, "compute", compute)
    with pytest.raises(ValueError, match="cannot be worked out"):
        reconcile()
    assert kinds(good) == set(keeping.KINDS)
    assert kinds(bad) == set()


def test_many_changed_at_once_are_kept_at_once(cast, tibro):
    channels = [bare_channel(cast) for _n in range(3)]
    assert upkeep.channels_changed([channel.pk for channel in channels], Actor(cast.strategist)) == 12
    assert upkeep.channels_changed([], Actor(cast.strategist)) == 0


def many(cast, count):
    """Channels about which nothing is to be done but to attest what they show, beside a bare one."""
    bare = bare_channel(cast)
    channel = Channel.objects.create(
        name="Kanal", slug="kanal", platform=bare.platform, unit=cast.unit, owner=cast.owner, deputy=cast.deputy,
        purpose="P", audience="Alla", credentials_place="Valvet", status="active", opened_on=date(2026, 1, 1),
        confirmed_on=date(2026, 9, 1),
    )  # fmt: skip
    address = ChannelAddress.objects.create(
        channel=channel, platform=bare.platform, handle="kanal", handle_key="kanal", skeleton="kanal",
        url="https://www.instagram.com/kanal", valid_from=date(2026, 1, 1),
    )  # fmt: skip
    test = AccessTest.objects.create(
        channel=channel, works=True, place="Valvet", tested_on=date(2026, 9, 1), made_by=cast.owner,
        made_at=timezone.now(),
    )  # fmt: skip
    administrators = [
        ChannelAdministrator.objects.create(channel=channel, user=user, since=date(2026, 1, 1))
        for user in (cast.owner, cast.deputy)
    ]
    copy_row(channel, count - 2, name="'Kanal ' || n", slug="'kanal-' || n")
    copy_row_for_each(address, channel, channel_id="p.id", handle="p.slug", handle_key="p.slug", skeleton="p.slug")
    for row in (test, *administrators):
        copy_row_for_each(row, channel, channel_id="p.id")


@pytest.mark.parametrize("count", [10, 1000, 5 * keeping.BATCH])
def test_a_round_costs_so_many_questions_a_batch(cast, tibro, count, django_assert_max_num_queries, time_machine):
    time_machine.move_to("2026-11-02T09:00:00+01:00", tick=False)
    many(cast, count)
    batches = -(-count // keeping.BATCH)
    with django_assert_max_num_queries(30 + 20 * batches):
        assert reconcile() == count + 3
    with django_assert_max_num_queries(30 + 12 * batches):
        assert reconcile() == 0


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_open_each_thing_once():
    cast = make_cast()
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    many(cast, 1200)
    start, done, failures = Barrier(2), [], []

    def work():
        try:
            start.wait()
            done.append(upkeep.reconcile(timezone.now()))
        except Exception as error:  # noqa: BLE001  (whatever it is, the test tells)
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    opened = OPEN().count()
    assert opened == 1203
    assert Event.objects.filter(kind="obligation.opened").count() == opened
    assert upkeep.reconcile(timezone.now()) == 0
    assert sum(done) == opened


def test_the_scheduler_is_who_opens(cast, tibro):
    bare_channel(cast)
    upkeep.channel_changed(Channel.objects.get(), SCHEDULER)
    assert set(Event.objects.filter(kind="obligation.opened").values_list("door", flat=True)) == {"scheduler"}
