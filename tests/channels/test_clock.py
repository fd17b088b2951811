"""The one clock: each stage once, each miss at its true time, whatever happens to the scheduler."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actor import SCHEDULER, Actor
from accounts.models import Unit
from channels import clock
from channels.clock.paces import KINDS, UPKEEP, Pace, Stage
from channels.models import Obligation, ObligationNotice
from kommun import policy
from kommun.business_time import due_at
from kommun.events import events_about
from kommun.models import Event, OutgoingMail
from kommun.policy import loader
from kommun.policy.actions import adopt, import_draft
from kommun.policy.base import Deadline
from tests.applications import adopt_preset, make_municipality
from tests.duties import assert_chain_holds, at, make_channel, owe, told
from tests.factories import AbsenceFactory, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db):
    return make_cast(starts_on=date(2026, 1, 1))  # the almanac is that of 2026, whenever the tests are run


@pytest.fixture
def channel(cast):
    return make_channel(cast)


def sweep_at(*moments):
    return [clock.sweep(at(moment)) for moment in moments]


def kinds_of(obligation):
    return [event.kind for event in events_about(obligation)]


# --- The stages, by hand from the almanac of 2026 -----------------------------------------------------------------------
UPKEEP_2026 = [
    ("2026-11-02T09:00", "Bibliotekarie"),  # at once
    ("2026-11-13T07:00", "Bibliotekarie"),  # five working days before Friday the 20th
    ("2026-11-21T00:00", "Biblioteksassistent"),  # the miss
    ("2026-11-27T07:00", "Kommunikationsstrateg"),
    ("2026-12-04T07:00", "Bibliotekschef"),
    ("2027-01-08T07:00", "Bibliotekschef"),  # and again: twenty working days, with Christmas and Epiphany between
]


def test_owner_deputy_strategist_and_manager_are_told_in_turn(cast, channel):
    row = owe(cast, channel)
    for number, (moment, person) in enumerate(UPKEEP_2026, start=1):
        assert clock.sweep(at(moment) - timedelta(seconds=1)) == 0, moment
        assert clock.sweep(at(moment)) == 1, moment
        assert clock.sweep(at(moment)) == 0, moment
        assert told(row)[-1] == person
        assert row.notices.count() == number
    row.refresh_from_db()
    assert row.missed_at == at("2026-11-21T00:00")
    assert (row.passed_to, row.holder) == (cast.nearest_manager, cast.owner)
    assert (
        kinds_of(row)
        == ["obligation.opened", *["obligation.reminded"] * 2, "obligation.missed"] + ["obligation.reminded"] * 3
    )
    assert row.history.count() == 7
    assert_chain_holds()


def test_without_a_number_it_ages_and_is_never_late(cast, channel):
    row = owe(cast, channel, due=None)
    sweep_at("2026-11-02T09:00", "2026-11-09T07:00", "2026-11-16T07:00", "2026-11-23T07:00", "2026-11-30T07:00")
    clock.sweep(at("2036-11-28T07:00"))
    clock.write_digests(at("2036-11-28T07:30"))
    row.refresh_from_db()
    assert told(row)[:5] == [
        "Bibliotekarie",
        "Bibliotekarie",
        "Biblioteksassistent",
        "Kommunikationsstrateg",
        "Bibliotekschef",
    ]
    assert (row.missed_at, row.missed_why) == (None, "")
    assert "obligation.missed" not in kinds_of(row)
    assert not Obligation.objects.late().exists()
    assert "Försenat" not in "".join(OutgoingMail.objects.values_list("subject", flat=True))


def test_what_is_due_sooner_than_its_first_reminders_skips_them(cast, channel):
    row = owe(cast, channel, opened="2026-11-18T09:00")
    sweep_at("2026-11-18T09:00", "2026-11-21T00:00")
    assert [notice.stage for notice in row.notices.all()] == [1, 3]


def test_after_years_of_silence_one_repetition_says_it_all(cast, channel):
    row = owe(cast, channel)
    sweep_at(*(moment for moment, _person in UPKEEP_2026))
    assert clock.sweep(at("2029-05-02T08:00")) == 1
    assert row.notices.count() == 7
    row.refresh_from_db()
    assert at("2029-05-02T08:00") < row.next_at < at("2029-06-15T08:00")
    assert told(row)[-1] == "Bibliotekschef"  # not passed on for ever: the manager is asked again


def test_a_pace_has_exactly_one_miss():
    late = Stage("holder", "due", hours=0, missed=True)
    Pace(dated=[late], undated=[])
    for wrong in (
        {"dated": [], "undated": []},
        {"dated": [late, late], "undated": []},
        {"dated": [late], "undated": [late]},
    ):
        with pytest.raises(ValueError, match="exactly one"):
            Pace(**wrong)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_goes_forward_and_never_ends(kind):
    for due in (None, at("2026-12-11T00:00"), at("2026-11-21T15:00"), at("2026-11-23T00:00")):
        number, seen = 0, []
        for _step in range(12):
            following, moment = KINDS[kind].pace.next_after(number, at("2026-11-20T15:00"), due, frozenset())
            assert following > number
            number = following
            seen.append(moment)
        assert seen == sorted(seen)


def test_a_kind_has_one_name():
    with pytest.raises(ValueError, match="registered twice"):
        clock.register(clock.Kind(clock.CONFIRM, "Igen", UPKEEP))


# --- An outage ----------------------------------------------------------------------------------------------------------
def test_three_days_without_a_scheduler(cast):
    """From Friday 17.00 to Monday 17.00 nothing runs. Then one round."""
    dues = [f"2026-11-{day}T{hour:02}:00" for day in (20, 21, 22, 23) for hour in (1, 16, 18, 23)]
    rows = [owe(cast, make_channel(cast, f"Kanal {n}"), due=due) for n, due in enumerate(dues)]
    sweep_at("2026-11-02T09:00", "2026-11-16T08:00")
    clock.write_digests(at("2026-11-16T08:00"))
    clock.sweep(at("2026-11-20T17:00"))
    before = {row.pk: row.notices.count() for row in rows}
    mails = OutgoingMail.objects.count()
    restart = at("2026-11-23T17:00")

    clock.sweep(restart)
    assert clock.sweep(restart) == 0
    for row, due in zip(rows, dues, strict=True):
        row.refresh_from_db()
        assert row.missed_at == (at(due) if at(due) <= restart else None), due
        stages = list(row.notices.values_list("stage", flat=True))
        assert len(stages) == len(set(stages))
        assert kinds_of(row).count("obligation.missed") == (at(due) <= restart)
        assert row.notices.count() - before[row.pk] == (at("2026-11-20T17:00") < at(due) <= restart), due
    assert OutgoingMail.objects.count() == mails + 1  # all of it in one letter to the deputy, at once: each hour counts
    letter = OutgoingMail.objects.latest("pk")
    assert letter.to == cast.deputy.email
    assert letter.subject == "12 av 12 uppgifter är försenade"
    assert "Skulle ha varit klart 21 november 2026 kl. 18.00." in letter.body
    assert_chain_holds()


def test_after_a_month_of_silence_every_stage_is_told_but_each_person_gets_one_letter(cast, channel):
    row = owe(cast, channel)
    clock.sweep(at("2026-12-04T08:00"))
    assert not OutgoingMail.objects.exists()
    clock.write_digests(at("2026-12-04T08:00"))
    assert told(row) == [person for _moment, person in UPKEEP_2026[:5]]
    row.refresh_from_db()
    assert row.missed_at == at("2026-11-21T00:00")
    assert sorted(OutgoingMail.objects.values_list("to", flat=True)) == sorted(
        person.email for person in (cast.owner, cast.deputy, cast.strategist, cast.nearest_manager)
    )


def test_why_it_was_missed_is_true_of_the_day_when_it_was(cast, channel):
    """Away on the day it ran out, back when the scheduler came back."""
    row = owe(cast, channel)
    AbsenceFactory(
        user=cast.owner,
        substitute=cast.strategist,
        starts_on=at("2026-11-18T12:00").date(),
        ends_on=at("2026-11-20T12:00").date(),
    )
    clock.sweep(at("2026-11-24T08:00"))
    row.refresh_from_db()
    assert row.missed_why == "Kommunikationsstrateg ersatte Bibliotekarie. Uppgiften blev inte klar i tid."


# --- Met, lapsed, handed on ---------------------------------------------------------------------------------------------
def test_met_after_its_time_but_before_the_sweep_is_missed_at_its_true_time(cast, channel):
    row = owe(cast, channel)
    with time_machine.travel(at("2026-11-23T09:00"), tick=False):
        clock.meet(clock.CONFIRM, channel, Actor(cast.deputy, on_behalf_of=cast.owner), channel=channel, note="Klart.")
        row.refresh_from_db()
        assert clock.sweep(timezone.now()) == 0
    assert (row.missed_at, row.closed_at) == (at("2026-11-21T00:00"), at("2026-11-23T09:00"))
    assert (row.met_by, row.met_for, row.met_late, row.next_at) == (cast.deputy, cast.owner, True, None)
    assert kinds_of(row) == ["obligation.opened", "obligation.met"]
    assert '"late":true' in events_about(row).last().payload


@pytest.mark.parametrize("close", [clock.meet, clock.lapse])
def test_closed_once_and_then_never_again(cast, channel, close):
    row = owe(cast, channel, due=None)
    assert close(clock.CONFIRM, channel, Actor(cast.owner)) == row
    assert close(clock.CONFIRM, channel, Actor(cast.owner)) is None
    assert clock.sweep(at("2030-01-01T00:00")) == 0
    assert [one.history_type for one in row.history.all()] == ["~", "+"]
    assert row.history.first().history_user == cast.owner
    assert row.notices.count() == 0
    assert_chain_holds()


def test_a_closed_one_can_be_begun_again(cast, channel):
    first = owe(cast, channel)
    clock.meet(clock.CONFIRM, channel, Actor(cast.owner))
    assert owe(cast, channel) != first


def test_a_subject_with_several_channels_needs_to_be_told_which(cast, channel):
    absence = AbsenceFactory(user=cast.owner)
    other = make_channel(cast, "Badhuset")
    for one in (channel, other):
        clock.begin(clock.Due(clock.COVER, absence, "Ordna ersättare", channel=one, holder=cast.owner), SCHEDULER)
    with pytest.raises(Obligation.MultipleObjectsReturned):
        clock.meet(clock.COVER, absence, Actor(cast.owner))
    assert clock.meet(clock.COVER, absence, Actor(cast.owner), channel=other).channel == other
    assert clock.lapse(clock.COVER, absence, SCHEDULER).channel == channel


def test_handing_on_changes_the_holder_and_not_the_clock(cast, channel):
    row = owe(cast, channel)
    clock.sweep(at("2026-11-21T00:00"))
    before = Obligation.objects.get(pk=row.pk)
    assert before.passed_to == cast.deputy
    assert clock.hand_on(Obligation.objects.about(channel), cast.strategist, Actor(cast.nearest_manager)) == 1
    assert clock.hand_on(Obligation.objects.about(channel), cast.strategist, Actor(cast.nearest_manager)) == 0
    row.refresh_from_db()
    assert (row.holder, row.passed_to) == (cast.strategist, None)
    assert (row.next_at, row.stage, row.missed_at) == (before.next_at, before.stage, before.missed_at)
    assert kinds_of(row)[-1] == "obligation.handed_on"
    assert row.history.first().history_user == cast.nearest_manager


# --- Begun once ---------------------------------------------------------------------------------------------------------
def test_begun_twice_is_one(cast, channel):
    first = owe(cast, channel)
    again = owe(cast, channel, due="2027-01-01T00:00", holder=cast.deputy)
    assert (first, first.due_at, first.holder) == (again, again.due_at, again.holder)
    assert kinds_of(first) == ["obligation.opened"]
    assert first.history.count() == 1


def test_many_are_begun_with_the_same_number_of_queries(cast, django_assert_num_queries):
    def dues(low, high):
        return [
            clock.Due(clock.CONFIRM, Unit(pk=n), "Bekräfta", unit=cast.unit, holder=cast.owner)
            for n in range(low, high)
        ]

    clock.begin_many(dues(1_000_000, 1_000_005), SCHEDULER)
    with django_assert_num_queries(9):
        assert clock.begin_many(dues(1_000_003, 1_000_007), SCHEDULER) == 2
    with django_assert_num_queries(9):
        assert clock.begin_many(dues(1_000_000, 1_000_300), SCHEDULER) == 293
    assert Obligation.history.count() == Event.objects.filter(kind="obligation.opened").count() == 300


@pytest.mark.django_db(transaction=True)
def test_begun_at_once_from_two_sides_is_one():
    cast = make_cast(starts_on=date(2026, 1, 1))
    gate, failures = threading.Barrier(2), []

    def begin(order):
        dues = [clock.Due(clock.CONFIRM, Unit(pk=n), "Bekräfta", holder=cast.owner) for n in range(900, 1000)]
        try:
            gate.wait()
            clock.begin_many(dues[::order], SCHEDULER)
            clock.begin(dues[0], SCHEDULER)
        except Exception as error:  # noqa: BLE001  (shown below)
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Obligation.objects.count() == Obligation.history.count() == 100
    assert Event.objects.filter(kind="obligation.opened").count() == 100
    assert_chain_holds()


def test_another_fault_than_two_at_once_is_not_hidden(cast, channel):
    with pytest.raises(IntegrityError), transaction.atomic():
        clock.begin(clock.Due(clock.CONFIRM, channel, "Bekräfta", url=None), SCHEDULER)
    with pytest.raises(KeyError):
        clock.begin(clock.Due("unknown", channel, "Bekräfta"), SCHEDULER)


def test_a_changed_policy_moves_only_what_begins_after_it(cast, channel):
    make_municipality()
    actor = Actor(cast.administrator)

    def ask(opened, subject):
        rule = policy.rule(policy.keys.REPLY_WITHIN)
        due = clock.Due(clock.CONFIRM, subject, "Svara", opened_at=opened, due_at=due_at(opened, rule.value), rule=rule)
        return clock.begin(due, SCHEDULER)

    with time_machine.travel(at("2026-11-02T09:00"), tick=False):
        before = adopt_preset("overkalix", actor)
        first = ask(timezone.now(), channel)
        text = (loader.PRESETS / "overkalix.toml").read_text(encoding="utf-8")
        stricter = text.replace(
            'value = 48\nunit = "hours"\nword = "gärna', 'value = 24\nunit = "hours"\nword = "gärna'
        )
        assert stricter != text
        draft = import_draft(toml_text=stricter, filename="ny.toml", actor=actor)
        after = adopt(version_id=draft.pk, actor=actor)
    with time_machine.travel(at("2026-11-03T09:00"), tick=False):
        second = ask(timezone.now(), make_channel(cast, "Badhuset"))
        clock.sweep(timezone.now())
    first.refresh_from_db()
    assert (first.due_at, first.policy_version) == (at("2026-11-04T09:00"), before)
    assert (second.due_at, second.policy_version) == (at("2026-11-04T09:00"), after)
    assert first.due_at - first.opened_at == timedelta(hours=48)
    assert second.due_at - second.opened_at == timedelta(hours=24)
    assert (first.rule, first.strength) == ("reply.within", "bör")
    assert first.cite == "Policy för sociala medier, avsnitt ”Få ett tydligt uppdrag”"
    assert f'"version":{before.pk}' in events_about(first).first().payload


# --- A bad row ----------------------------------------------------------------------------------------------------------
def test_a_bad_row_stops_nobody_else(cast, caplog):
    rows = [owe(cast, make_channel(cast, f"Kanal {n}")) for n in range(9)]
    unknown, clash = rows[2], rows[7]
    Obligation.objects.filter(pk=unknown.pk).update(kind="no-such-kind")
    ObligationNotice.objects.create(obligation=clash, stage=1, person=cast.owner, why="", told_at=timezone.now())
    for _round in range(2):
        with pytest.raises((KeyError, IntegrityError)):
            clock.sweep(at("2026-11-02T09:00"))
    assert {row.pk for row in rows if row.notices.filter(why__gt="").exists()} == {
        row.pk for row in rows if row not in (unknown, clash)
    }
    assert f"obligation {unknown.pk} could not be worked out" in caplog.text
    assert f"obligation {clash.pk} could not be worked out" in caplog.text
    clock.write_digests(at("2026-11-03T07:30"))
    listed = "".join(OutgoingMail.objects.values_list("body", flat=True))
    for row in rows:
        assert listed.count(f"/min-dag/{row.pk}/") == (row not in (unknown, clash))
    assert_chain_holds()


# --- What it costs -----------------------------------------------------------------------------------------------------
def test_somebody_without_an_address_is_told_on_the_page_all_the_same(cast, channel):
    cast.owner.email = ""
    cast.owner.save()
    row = owe(cast, channel)
    assert clock.sweep(at("2026-11-02T09:00")) == 1
    assert clock.write_digests(at("2026-11-03T07:30")) == 0
    assert told(row) == ["Bibliotekarie"]
    assert not OutgoingMail.objects.exists()


def test_the_cost_follows_what_is_due(cast, django_assert_max_num_queries, django_assert_num_queries):
    for n in range(3):
        owe(cast, make_channel(cast, f"Kanal {n}"))
    with django_assert_max_num_queries(27) as few:
        clock.sweep(at("2026-11-02T09:00"))
    for n in range(3, 60):
        owe(cast, make_channel(cast, f"Kanal {n}"))
    with django_assert_num_queries(len(few.captured_queries)):
        clock.sweep(at("2026-11-02T09:00"))
    with django_assert_num_queries(7):  # nothing due, nothing to mail: two savepoints and three questions
        assert clock.sweep(at("2026-11-02T09:00")) == 0


def test_an_app_above_brings_its_own_kind_with_clock_hours_through_a_weekend(cast, channel, monkeypatch):
    hours = Pace(
        dated=(
            Stage("holder", "opened", hours=0),
            Stage("deputy", "due", hours=-6),
            Stage("strategist", "due", hours=0, missed=True),
        ),
        undated=(Stage("holder", "opened", hours=0),),
        again=1,
    )
    monkeypatch.setitem(KINDS, "remove", clock.Kind("remove", "Ta bort", hours))
    seen = "2026-11-20T15:00"  # a Friday
    due = due_at(at(seen), Deadline(value=48, unit="hours"))
    assert due == at("2026-11-22T15:00")  # a Sunday: a removal runs through the weekend
    row = owe(cast, channel, kind="remove", opened=seen, due="2026-11-22T15:00")
    sweep_at("2026-11-20T15:00", "2026-11-22T08:59")
    assert told(row) == ["Bibliotekarie"]
    sweep_at("2026-11-22T09:00", "2026-11-22T15:00")
    row.refresh_from_db()
    assert told(row) == ["Bibliotekarie", "Biblioteksassistent", "Kommunikationsstrateg"]
    assert row.missed_at == row.due_at
