"""Who is to look at a channel when: the rules of the policies, weekends and holidays, an outage, two at once, and the cost."""

from datetime import date, time, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.actor import Actor
from channels import clock, upkeep, watch
from channels.actions import watch as actions
from channels.actions.watch import look
from channels.models import Channel, Obligation, WatchTick
from channels.watch import keeping
from channels.watch.rounds import Days, Round, first_round, next_round, round_at, slot_hours, span
from kommun.business_time import end_of, is_working_day, start_of
from kommun.models import Event, Municipality
from kommun.policy.values.talking import Watch
from tests.applications import adopt_preset, make_municipality
from tests.channels.test_upkeep_state import bare_channel
from tests.duties import assert_chain_holds, at, away, told
from tests.factories import make_cast
from tests.many import copy_row

pytestmark = pytest.mark.django_db
DAILY = Watch(interval=1, unit="days", days="working_days", continuous=True)  # Tibro
EVERY_DAY = Watch(interval=1, unit="days", days="all_days")


def days(watch_rule, closed=(), all_from=None):
    return Days(watch_rule, frozenset(closed), all_from)


def day(text):
    return date.fromisoformat(text)


def reconcile():
    return watch.reconcile(timezone.now())


def sweep():
    return clock.sweep(timezone.now())


def waiting(channel):
    return Obligation.objects.open().filter(channel=channel, kind=clock.WATCH).first()


@pytest.fixture
def looked(cast, tibro, time_machine):
    """A channel under Tibro's policy that was looked at on Friday 20 November 2026."""
    time_machine.move_to(at("2026-11-20T08:10"), tick=False)
    channel = bare_channel(cast, deputy=cast.deputy)
    look(channel_id=channel.pk, actor=Actor(cast.owner))
    return channel


# --- Days, by hand from the calendar ------------------------------------------------------------------------------------
@pytest.mark.policy("G1")
@pytest.mark.parametrize(
    ("last", "following"),
    [
        ("2026-11-19", "2026-11-20"),  # Thursday, Friday
        ("2026-11-20", "2026-11-23"),  # over a weekend
        ("2026-11-21", "2026-11-23"),  # looked on a Saturday all the same
        ("2027-03-25", "2027-03-30"),  # Maundy Thursday, Tuesday after Easter
        ("2027-06-24", "2027-06-28"),  # before midsummer's eve
        ("2026-12-23", "2026-12-28"),  # Christmas
        ("2026-12-30", "2027-01-04"),  # New Year's eve is no working day
        ("2028-02-28", "2028-02-29"),  # leap day
        ("2027-05-05", "2027-05-07"),  # Ascension Day; the day after it is a working day
    ],
)
def test_every_working_day(last, following):
    assert next_round(days(DAILY), Round(day(last))) == Round(day(following))


def test_a_day_that_the_municipality_has_closed_is_no_day_of_watch():
    assert next_round(days(DAILY, [day("2027-05-07")]), Round(day("2027-05-05"))).day == day("2027-05-10")


@pytest.mark.parametrize("last", ["2026-11-20", "2027-03-25", "2027-06-24", "2026-12-23"])
def test_weekend_watch_is_every_day_from_its_day_on(last):
    following = day(last) + timedelta(days=1)
    assert next_round(days(DAILY, all_from=day("2026-11-01")), Round(day(last))).day == following
    assert next_round(days(EVERY_DAY), Round(day(last))).day == following


def test_the_days_before_weekend_watch_began_are_as_they_were():
    assert next_round(days(DAILY, all_from=day("2026-11-22")), Round(day("2026-11-20"))).day == day("2026-11-22")


@pytest.mark.parametrize(
    ("rule", "last", "following"),
    [
        (Watch(interval=3, unit="days", days="working_days"), "2026-11-19", "2026-11-24"),
        (Watch(interval=3, unit="days", days="all_days"), "2026-11-19", "2026-11-22"),
        (Watch(interval=1, unit="weeks"), "2026-11-19", "2026-11-26"),
        (
            Watch(interval=1, unit="weeks", days="working_days"),
            "2027-03-19",
            "2027-03-25",
        ),  # a week later is Good Friday
        (
            Watch(interval=2, unit="weeks", days="working_days"),
            "2026-12-11",
            "2026-12-23",
        ),  # Christmas Day, two before it
        (Watch(interval=36, unit="hours", days="all_days"), "2026-11-19", "2026-11-20"),  # rounded to the stricter
    ],
)
def test_other_intervals(rule, last, following):
    assert next_round(days(rule), Round(day(last))).day == day(following)


def test_hours_are_parts_of_the_day_in_swedish_time():
    rule = Watch(interval=4, unit="hours", days="working_days")
    assert slot_hours(rule) == 4
    assert round_at(rule, at("2026-11-20T11:59")) == Round(day("2026-11-20"), 2)
    assert next_round(days(rule), Round(day("2026-11-20"), 2)) == Round(day("2026-11-20"), 3)
    assert next_round(days(rule), Round(day("2026-11-20"), 5)) == Round(day("2026-11-23"), 0)
    assert span(rule, Round(day("2026-11-20"), 2)) == (at("2026-11-20T08:00"), at("2026-11-20T12:00"))
    assert span(rule, Round(day("2026-11-20"), 5)) == (at("2026-11-20T20:00"), at("2026-11-21T00:00"))
    uneven = Watch(interval=5, unit="hours", days="all_days")
    assert span(uneven, Round(day("2026-11-20"), 4)) == (at("2026-11-20T20:00"), at("2026-11-21T00:00"))
    assert next_round(days(uneven), Round(day("2026-11-20"), 4)) == Round(day("2026-11-21"), 0)


def test_a_channel_that_nobody_has_looked_at_begins_with_the_next_day_of_watch():
    assert first_round(days(DAILY), at("2026-11-20T23:59")) == Round(day("2026-11-20"))
    assert first_round(days(DAILY), at("2026-11-21T09:00")) == Round(day("2026-11-23"))


WATCHES = st.builds(
    Watch,
    interval=st.integers(1, 60),
    unit=st.sampled_from(["hours", "days", "weeks"]),
    days=st.sampled_from(["working_days", "all_days", None]),
)


@given(WATCHES, st.dates(date(2026, 1, 1), date(2032, 12, 31)), st.integers(0, 23))
def test_any_next_round_is_later_on_a_day_of_watch_and_begins_before_it_ends(rule, last, hour):
    calendar = days(rule)
    before = Round(last, hour // slot_hours(rule))
    following = next_round(calendar, before)
    assert following > before
    assert calendar.include(following.day)
    begins, ends = span(rule, following)
    assert begins < ends
    assert round_at(rule, begins) == following == round_at(rule, ends - timedelta(seconds=1))
    if rule.days == "working_days":
        assert is_working_day(following.day)


# --- The clock ----------------------------------------------------------------------------------------------------------
@pytest.mark.policy("G1")
def test_it_is_asked_for_on_the_next_working_day_and_not_before(cast, looked, time_machine):
    for moment in ("2026-11-20T23:59", "2026-11-21T12:00", "2026-11-22T23:59"):
        time_machine.move_to(at(moment), tick=False)
        assert reconcile() == 0
    time_machine.move_to(at("2026-11-23T00:07"), tick=False)
    assert reconcile() == 1
    assert reconcile() == 0
    row = waiting(looked)
    assert (row.opened_at, row.due_at) == (start_of(day("2026-11-23")), end_of(day("2026-11-23")))
    assert (row.holder, row.rule, row.url) == (cast.owner, "watch.interval", "/min-dag/")
    assert row.cite


def test_it_is_reported_at_the_hour_and_goes_from_owner_to_manager(cast, looked, time_machine):
    time_machine.move_to(at("2026-11-23T00:07"), tick=False)
    reconcile()
    row = waiting(looked)
    people = []
    for moment in (
        "2026-11-23T14:59", "2026-11-23T15:00", "2026-11-23T16:00", "2026-11-24T00:00", "2026-11-25T07:00",
    ):  # fmt: skip
        time_machine.move_to(at(moment), tick=False)
        sweep()
        people.append(told(row)[-1:])
    assert people == [[], ["Bibliotekarie"], ["Biblioteksassistent"], ["Kommunikationsstrateg"], ["Bibliotekschef"]]
    row.refresh_from_db()
    assert row.missed_at == end_of(day("2026-11-23"))
    assert row.missed_why == "Bibliotekarie hade uppgiften. Den blev inte klar i tid."


def test_the_municipality_sets_the_hour(cast, looked, time_machine):
    Municipality.objects.update(watch_report_at=time(13, 30))
    time_machine.move_to(at("2026-11-23T00:07"), tick=False)
    reconcile()
    row = waiting(looked)
    assert row.next_at == at("2026-11-23T13:30")
    assert clock.sweep(at("2026-11-23T13:29")) == 0
    assert clock.sweep(at("2026-11-23T13:30")) == 1


@pytest.mark.parametrize("changing", ["2027-03-29", "2026-10-26"])  # the Mondays after both clock changes
def test_the_hour_is_the_swedish_one_when_the_clocks_have_changed(cast, tibro, time_machine, changing):
    Municipality.objects.update(closed_days=[])
    time_machine.move_to(at(f"{changing}T00:07"), tick=False)
    channel = bare_channel(cast, weekend_watch_from=day("2026-01-01"))
    reconcile()
    assert waiting(channel).next_at == at(f"{changing}T15:00")


def test_owner_away_deputy_away_the_strategist_is_told_at_the_hour(cast, looked, time_machine):
    time_machine.move_to(at("2026-11-23T00:07"), tick=False)
    for person in (cast.owner, cast.deputy):
        away(person, "2026-11-23", "2026-11-30")
    reconcile()
    clock.sweep(at("2026-11-23T15:00"))
    assert told(waiting(looked)) == ["Kommunikationsstrateg"]


def test_three_days_without_a_scheduler_miss_at_the_true_time_and_once(cast, looked, time_machine):
    time_machine.move_to(at("2026-11-26T09:00"), tick=False)  # nothing has run since Friday
    assert reconcile() == 1
    sweep()
    row = waiting(looked)
    assert row.missed_at == end_of(day("2026-11-23"))
    look(channel_id=looked.pk, actor=Actor(cast.owner))
    row.refresh_from_db()
    assert (row.outcome, row.met_late, row.met_by) == ("met", True, cast.owner)
    assert reconcile() == 0
    time_machine.move_to(at("2026-11-27T00:07"), tick=False)
    reconcile()
    assert waiting(looked).due_at == end_of(day("2026-11-27"))


def test_a_look_before_the_scheduler_is_back_still_tells_of_the_missed_day(cast, looked, time_machine):
    time_machine.move_to(at("2026-11-25T09:00"), tick=False)
    tick = look(channel_id=looked.pk, actor=Actor(cast.owner))
    assert tick.obligation.missed_at == end_of(day("2026-11-23"))
    assert (tick.obligation.outcome, tick.day) == ("met", day("2026-11-25"))
    assert reconcile() == sweep() == 0


def test_what_was_missed_stays_over_the_weekend_also_when_nobody_has_ever_looked(cast, tibro, time_machine):
    time_machine.move_to(at("2026-11-20T00:07"), tick=False)
    channel = bare_channel(cast)
    reconcile()
    row = waiting(channel)
    time_machine.move_to(at("2026-11-21T00:07"), tick=False)
    assert reconcile() == 0
    assert waiting(channel) == row


def test_nothing_is_missed_before_the_channel_opened_or_under_a_policy_to_come(cast, policy, time_machine):
    time_machine.move_to(at("2026-11-02T09:00"), tick=False)
    policy("sunne")
    channel = bare_channel(cast)
    look(channel_id=channel.pk, actor=Actor(cast.owner))
    time_machine.move_to(at("2026-11-18T09:00"), tick=False)
    policy("tibro")
    reconcile()
    assert waiting(channel).due_at == end_of(day("2026-11-18"))
    Channel.objects.filter(pk=channel.pk).update(opened_on=day("2026-11-23"))
    time_machine.move_to(at("2026-11-24T09:00"), tick=False)
    clock.lapse_many(Obligation.objects.all(), Actor(cast.owner), "")
    reconcile()
    assert waiting(channel).due_at == end_of(day("2026-11-23"))


@pytest.mark.policy("G1")
@pytest.mark.parametrize("preset", ["sunne", "nora", "overkalix"])
def test_a_word_without_a_number_is_never_late(cast, policy, time_machine, preset):
    time_machine.move_to(at("2026-11-20T08:10"), tick=False)
    policy(preset)
    channel = bare_channel(cast)
    reconcile()
    assert waiting(channel).due_at is None
    look(channel_id=channel.pk, actor=Actor(cast.owner))
    time_machine.move_to(at("2026-11-22T12:00"), tick=False)
    assert reconcile() == 0
    time_machine.move_to(at("2026-11-23T00:07"), tick=False)
    reconcile()
    row = waiting(channel)
    assert (row.due_at, row.opened_at) == (None, at("2026-11-20T08:10"))  # its age is that of the last look
    time_machine.move_to(at("2027-11-23T09:00"), tick=False)
    sweep()
    row.refresh_from_db()
    assert row.missed_at is None


def test_a_policy_that_is_silent_asks_for_nothing(cast, policy, time_machine):
    time_machine.move_to(at("2026-11-18T08:10"), tick=False)
    policy("forshaga")
    channel = bare_channel(cast)
    assert reconcile() == 0
    tick = look(channel_id=channel.pk, actor=Actor(cast.owner))  # and a look is kept all the same
    assert (tick.day, tick.obligation) == (day("2026-11-18"), None)


def test_weekend_watch_is_asked_for_on_a_saturday_and_called_off_without_a_miss(cast, looked, time_machine):
    time_machine.move_to(at("2026-11-21T09:00"), tick=False)
    owner = Actor(cast.owner)
    actions.arrange_weekend_watch(channel_id=looked.pk, on=True, actor=owner)
    assert waiting(looked).due_at == end_of(day("2026-11-21"))
    actions.arrange_weekend_watch(channel_id=looked.pk, on=False, actor=owner)
    assert waiting(looked) is None
    row = Obligation.objects.order_by("pk").last()
    assert (row.outcome, row.missed_at) == ("lapsed", None)


def test_it_follows_the_owner_and_a_closed_channel(cast, looked, time_machine):
    time_machine.move_to(at("2026-11-23T08:00"), tick=False)
    reconcile()
    Channel.objects.filter(pk=looked.pk).update(owner=cast.nearest_manager)
    upkeep.channels_changed([looked.pk], Actor(cast.strategist))
    assert waiting(looked).holder == cast.nearest_manager
    Channel.objects.filter(pk=looked.pk).update(status="closed", closed_on=day("2026-11-23"))
    upkeep.reconcile(timezone.now())
    assert waiting(looked) is None
    assert reconcile() == 0


def test_one_bad_row_does_not_stop_the_rest(cast, tibro, time_machine, monkeypatch):
    time_machine.move_to(at("2026-11-18T08:10"), tick=False)
    bad, good = bare_channel(cast), bare_channel(cast)
    real = keeping.compute

    def compute(channel, records):
        if channel.pk == bad.pk:
            raise ValueError("a row that cannot be worked out")
        return real(channel, records)

    monkeypatch.setattr(keeping, "compute", compute)
    with pytest.raises(ValueError, match="cannot be worked out"):
        reconcile()
    assert waiting(good)
    assert not waiting(bad)


# --- At once, and many --------------------------------------------------------------------------------------------------
def many(cast, count, ticks=3):
    """So many channels, each looked at on some days."""
    channel = bare_channel(cast, deputy=cast.deputy)
    copy_row(channel, count - 1, name="'Kanal ' || n", slug=f"'kanal-{count}-' || n")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO channels_watchtick (channel_id, day, slot, found, label, url, note, made_at, made_by_id)"
            " SELECT id, date '2026-11-20' - n, 0, 'nothing', '', '', '',"
            " timestamptz '2026-11-20 08:00+01' - n * interval '1 day', %s"
            " FROM channels_channel, generate_series(0, %s) n WHERE id >= %s",
            [cast.owner.pk, ticks - 1, channel.pk],
        )


def test_a_round_costs_the_same_with_ten_channels_and_with_a_thousand(cast, tibro, time_machine):
    time_machine.move_to(at("2026-11-23T00:07"), tick=False)
    opening, resting, telling = [], [], []
    have = 0
    reconcile()  # what is asked once per process
    for count in (10, 1000):
        many(cast, count - have)
        have = count
        Obligation.objects.open().update(closed_at=timezone.now(), outcome="lapsed", next_at=None)
        for work, counts, result in (
            (reconcile, opening, count),
            (reconcile, resting, 0),
            (lambda: clock.sweep(at("2026-11-23T15:00")), telling, count),
        ):
            with CaptureQueriesContext(connection) as asked:
                assert work() == result
            counts.append(len(asked))
    assert len(set(opening)) == len(set(resting)) == len(set(telling)) == 1, (opening, resting, telling)
    assert opening[0] <= 30
    assert resting[0] <= 22


@pytest.mark.django_db(transaction=True)
def test_two_at_once_open_each_look_once(time_machine):
    time_machine.move_to(at("2026-11-23T00:07"), tick=False)
    cast = make_cast(starts_on=day("2026-01-01"))
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    many(cast, 400)
    start, done, failures = Barrier(2), [], []

    def work():
        try:
            start.wait()
            done.append(reconcile())
            clock.sweep(at("2026-11-23T15:00"))
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
    assert sum(done) == Obligation.objects.open().filter(kind=clock.WATCH).count() == 400
    assert Event.objects.filter(kind="obligation.opened").count() == 400
    clock.sweep(at("2026-11-23T15:00"))
    assert Event.objects.filter(kind="obligation.reminded").count() == 400


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_look_once(time_machine):
    time_machine.move_to(at("2026-11-23T09:00"), tick=False)
    cast = make_cast(starts_on=day("2026-01-01"))
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    channel = bare_channel(cast, deputy=cast.deputy)
    start, ticks = Barrier(2), []

    def work(person):
        start.wait()
        ticks.append(look(channel_id=channel.pk, actor=Actor(person)).pk)
        connection.close()

    threads = [Thread(target=work, args=[person]) for person in (cast.owner, cast.deputy)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ticks)) == WatchTick.objects.count() == 1
    assert Event.objects.filter(kind="channel.watched").count() == 1
    assert_chain_holds()
