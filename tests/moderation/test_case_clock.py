"""The two clocks of a case, by hand from the almanac: 48 clock hours through weekends and clock changes, and working days."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from accounts.actor import Actor
from channels import clock
from channels.models import Obligation
from kommun import policy as rulebook
from kommun.business_time import STOCKHOLM, is_working_day, swedish_day
from kommun.models import Municipality, OutgoingMail
from kommun.policy import keys
from kommun.policy.compiled import Policy
from kommun.policy.loader import load_preset
from moderation import categories, due
from moderation.actions import handling, ladder
from moderation.models import Case
from tests.applications import adopt_preset, make_municipality
from tests.archive_scene import make_channel
from tests.cases import THREAT, bring_to, fresh, open_case
from tests.duties import at, told
from tests.factories import make_cast

pytestmark = pytest.mark.django_db

# (name, known, 48 clock hours later), in Swedish wall-clock time. An hour is an hour also when the clock is moved.
REMOVED_IN_48 = [
    ("an ordinary Tuesday", "2026-11-03T09:00", "2026-11-05T09:00"),
    ("the weekend trap", "2026-11-06T15:20", "2026-11-08T15:20"),
    ("into summer time: a day of 23 hours", "2026-03-28T12:00", "2026-03-30T13:00"),
    ("into winter time: a day of 25 hours", "2026-10-24T12:00", "2026-10-26T11:00"),
    ("Good Friday to Easter Sunday", "2026-04-03T08:00", "2026-04-05T08:00"),
    ("Christmas eve", "2026-12-24T16:00", "2026-12-26T16:00"),
    ("over New Year", "2026-12-31T23:30", "2027-01-02T23:30"),
    ("over a leap day", "2028-02-28T10:00", "2028-03-01T10:00"),
    ("a year without one", "2026-02-27T10:00", "2026-03-01T10:00"),
    ("midsummer", "2026-06-19T18:00", "2026-06-21T18:00"),
]
# Tibro 4.2: 48 hours of working days. Days that are none pass without counting.
ANSWERED_IN_48 = [
    ("an ordinary Tuesday", "2026-11-03T09:00", "2026-11-05T09:00"),
    ("Friday afternoon", "2026-11-06T15:00", "2026-11-10T15:00"),
    ("Saturday counts from Monday", "2026-11-07T12:00", "2026-11-11T00:00"),
    ("into summer time", "2026-03-27T12:00", "2026-03-31T12:00"),
    ("into winter time", "2026-10-23T12:00", "2026-10-27T12:00"),
    ("before Easter", "2026-04-02T10:00", "2026-04-08T10:00"),  # Good Friday to Easter Monday
    ("before Christmas", "2026-12-23T10:00", "2026-12-29T10:00"),  # eve, two days and a Sunday
    ("before midsummer", "2026-06-18T14:00", "2026-06-23T14:00"),
    ("over a leap day", "2028-02-28T10:00", "2028-03-01T10:00"),
]


@pytest.fixture
def cast(db):
    return make_cast(starts_on=date(2025, 1, 1))


@pytest.fixture
def adopted(cast):
    make_municipality()

    def adopt(name, day="2025-06-02T08:00"):
        with time_machine.travel(at(day), tick=False):
            adopt_preset(name, Actor(cast.administrator))
        rulebook.forget()

    return adopt


@pytest.fixture
def channel(cast):
    return make_channel(cast, opened_on=date(2025, 1, 1))


def opened_at(moment, channel, cast, **values):
    with time_machine.travel(at(moment), tick=False):
        return open_case(channel, Actor(cast.owner), **values)


def the_obligation(case):
    return Obligation.objects.about(case).exclude(kind=due.FOLLOW).order_by("-pk").first()


@pytest.mark.policy("removal.within")
@pytest.mark.parametrize("preset", ["tibro", "overkalix"])
@pytest.mark.parametrize(("name", "known", "last"), REMOVED_IN_48, ids=[row[0] for row in REMOVED_IN_48])
def test_forty_eight_hours_run_day_and_night(name, known, last, preset, adopted, channel, cast):
    adopted(preset)
    case = opened_at(known, channel, cast, category="hate_speech")
    row = the_obligation(case)
    assert (row.kind, row.due_at, case.due_at) == ("remove", at(last), at(last))
    assert row.due_at - row.opened_at == timedelta(hours=48)
    assert (row.rule, row.holder, case.lane) == ("removal.within", cast.owner, Case.Lane.DATED)


@pytest.mark.policy("reply.within")
@pytest.mark.parametrize(("name", "known", "last"), ANSWERED_IN_48, ids=[row[0] for row in ANSWERED_IN_48])
def test_a_question_is_counted_on_working_days(name, known, last, adopted, channel, cast):
    adopted("tibro")
    case = opened_at(known, channel, cast, kind="question")
    row = the_obligation(case)
    assert (row.kind, row.due_at, row.rule) == ("answer", at(last), "reply.within")


@pytest.mark.policy("reply.within")
def test_what_the_channel_promises_is_counted_in_the_calendar_of_the_policy(adopted, channel, cast):
    adopted("tibro")
    channel.reply_hours = 24
    channel.save()
    assert opened_at("2026-11-06T15:00", channel, cast, kind="question").due_at == at("2026-11-09T15:00")


@pytest.mark.policy("reply.within")
def test_a_promise_is_in_clock_hours_where_the_policy_has_no_calendar(adopted, channel, cast):
    adopted("sunne")
    channel.reply_hours = 24
    channel.save()
    assert opened_at("2026-11-06T15:00", channel, cast, kind="question").due_at == at("2026-11-07T15:00")


@pytest.mark.parametrize("preset", ["sunne", "forshaga"])
def test_without_a_promise_and_a_number_there_is_no_time_for_a_question(preset, adopted, channel, cast):
    adopted(preset)
    case = opened_at("2026-11-06T15:00", channel, cast, kind="question")
    assert (case.due_at, case.lane, the_obligation(case).due_at) == (None, Case.Lane.UNDATED, None)


@pytest.mark.policy("removal.within")
@pytest.mark.parametrize("preset", ["sunne", "nora", "forshaga"])
def test_without_a_number_nothing_is_ever_late(preset, adopted, channel, cast):
    adopted(preset)
    case = opened_at("2026-11-06T15:00", channel, cast, category=THREAT[preset])
    assert (case.due_at, case.lane) == (None, Case.Lane.SOON)
    for moment in ("2026-11-06T15:01", "2026-11-07T15:01", "2026-11-08T15:01", "2026-11-09T15:01", "2027-01-09T15:01"):
        clock.sweep(at(moment))
    row = the_obligation(case)
    assert row.missed_at is None
    assert told(row)[:4] == ["Bibliotekarie", "Biblioteksassistent", "Kommunikationsstrateg", "Bibliotekschef"]


@pytest.mark.policy("removal.within")
def test_secrecy_is_to_be_hidden_at_once_in_nora_and_that_is_no_number(adopted, channel, cast):
    adopted("nora")
    secret = opened_at("2026-11-06T15:00", channel, cast, category="secrecy")
    attack = opened_at("2026-11-06T15:00", channel, cast, category="personal_attack")
    rows = [the_obligation(secret), the_obligation(attack)]
    assert [(row.due_at, row.at_once) for row in rows] == [(None, True), (None, False)]
    assert (secret.due_at, secret.lane) == (None, Case.Lane.SOON)
    assert due.at_once_among([secret, attack]) == {secret.pk}


# Friday afternoon, Nora: the owner is told now, and each in turn an hour later, at night and on a Saturday too.
AT_ONCE = {
    "2026-11-06T23:00": ["Bibliotekarie"],
    "2026-11-06T23:59": [],
    "2026-11-07T00:00": ["Biblioteksassistent"],
    "2026-11-07T01:00": ["Kommunikationsstrateg"],
    "2026-11-07T02:00": ["Bibliotekschef"],
}


@pytest.mark.policy("removal.within")
@pytest.mark.parametrize("hours", [1, 3])
def test_what_is_to_be_done_at_once_is_asked_of_the_next_in_line_at_the_municipalitys_pace(
    hours, adopted, channel, cast
):
    adopted("nora")
    Municipality.objects.update(at_once_hours=hours)
    case = opened_at("2026-11-06T23:00", channel, cast, category="secrecy")
    row, so_far, first = the_obligation(case), [], at("2026-11-06T23:00")
    for moment, people in AT_ONCE.items():
        now = first + (at(moment) - first) * hours
        with time_machine.travel(now, tick=False):
            clock.sweep(now)
        so_far += people
        assert told(row) == so_far, moment
    row.refresh_from_db()
    assert (row.missed_at, row.missed_why, row.due_at) == (None, "", None)
    letters = OutgoingMail.objects.filter(body__contains="Genast. Har väntat").order_by("pk")
    assert letters.count() == 4, "each is mailed at once, not in the digest of Monday"
    assert "Genast. Har väntat sedan 6 november 2026 kl. 23.00." in letters[0].body


@pytest.mark.policy("removal.within")
@pytest.mark.parametrize("after", [timedelta(minutes=5), timedelta(days=3)])
def test_what_is_to_be_done_at_once_is_met_when_it_is_done_and_never_missed(after, adopted, channel, cast):
    adopted("nora")
    case = opened_at("2026-11-06T15:00", channel, cast, category="secrecy")
    with time_machine.travel(at("2026-11-06T15:00") + after, tick=False):
        clock.sweep(at("2026-11-06T15:00") + after)
        bring_to("hidden", case, Actor(cast.owner))
    row = the_obligation(case)
    assert (row.outcome, row.met_by, row.missed_at, row.met_late) == ("met", cast.owner, None, False)


def test_shown_again_by_mistake_what_was_at_once_is_at_once(adopted, channel, cast):
    adopted("nora")
    case = opened_at("2026-11-06T15:00", channel, cast, category="secrecy")
    bring_to("hidden", case, Actor(cast.owner))
    ladder.show_again(case_id=case.pk, actor=Actor(cast.owner))
    row = the_obligation(case)
    assert (row.closed_at, row.at_once, row.opened_at) == (None, True, at("2026-11-06T15:00"))


@pytest.mark.policy("removal.within")
def test_opinions_have_no_clock(adopted, channel, cast):
    adopted("tibro")
    case = opened_at("2026-11-06T15:00", channel, cast, kind="opinion")
    assert the_obligation(case) is None


# --- Who is told, and how it ends -------------------------------------------------------------------------------------
def test_owner_deputy_strategist_and_manager_are_told_on_a_weekend_too(adopted, channel, cast):
    adopted("tibro")
    case = opened_at("2026-11-06T15:00", channel, cast, category="hate_speech")
    row = the_obligation(case)
    steps = {
        "2026-11-06T15:01": ["Bibliotekarie"],
        "2026-11-07T15:01": ["Biblioteksassistent"],
        "2026-11-08T09:01": ["Kommunikationsstrateg"],
        "2026-11-08T15:01": ["Bibliotekschef"],
    }
    so_far = []
    for moment, people in steps.items():
        clock.sweep(at(moment))
        so_far += people
        assert told(row) == so_far, moment
    row.refresh_from_db()
    assert row.missed_at == at("2026-11-08T15:00")


def test_a_scheduler_that_was_down_for_three_days_writes_the_miss_at_its_true_time(adopted, channel, cast):
    adopted("tibro")
    case = opened_at("2026-11-06T15:00", channel, cast, category="hate_speech")
    clock.sweep(at("2026-11-11T15:00"))
    row = the_obligation(case)
    assert row.missed_at == at("2026-11-08T15:00")


def test_hidden_in_time_the_clock_stops_for_good(adopted, channel, cast):
    adopted("tibro")
    case = opened_at("2026-11-06T15:00", channel, cast, category="hate_speech")
    with time_machine.travel(at("2026-11-06T16:00"), tick=False):
        bring_to("hidden", case, Actor(cast.owner))
    row = the_obligation(case)
    assert (row.outcome, row.met_by, row.missed_at) == ("met", cast.owner, None)
    clock.sweep(at("2026-12-24T15:00"))
    assert told(row) == []


def test_hidden_too_late_it_is_met_and_missed(adopted, channel, cast):
    adopted("tibro")
    case = opened_at("2026-11-06T15:00", channel, cast, category="hate_speech")
    with time_machine.travel(at("2026-11-09T08:00"), tick=False):
        bring_to("hidden", case, Actor(cast.owner))
    row = the_obligation(case)
    assert (row.outcome, row.missed_at) == ("met", at("2026-11-08T15:00"))


def test_shown_again_by_mistake_the_clock_goes_on_with_the_same_time(adopted, channel, cast):
    adopted("tibro")
    case = opened_at("2026-11-06T15:00", channel, cast, category="hate_speech")
    with time_machine.travel(at("2026-11-06T16:00"), tick=False):
        bring_to("hidden", case, Actor(cast.owner))
        ladder.show_again(case_id=case.pk, actor=Actor(cast.owner))
    row = the_obligation(case)
    assert (row.closed_at, row.opened_at, row.due_at) == (None, at("2026-11-06T15:00"), at("2026-11-08T15:00"))
    assert fresh(case).due_at == row.due_at


def test_another_category_counts_from_when_it_became_known(adopted, channel, cast):
    adopted("nora")
    case = opened_at("2026-11-06T15:00", channel, cast, category="advertising")
    with time_machine.travel(at("2026-11-07T10:00"), tick=False):
        ladder.categorise(case_id=case.pk, kind="report", category="secrecy", actor=Actor(cast.owner))
    row = the_obligation(case)
    assert (row.due_at, row.at_once, row.opened_at) == (None, True, at("2026-11-06T15:00"))
    assert Obligation.objects.about(case).filter(outcome="lapsed").count() == 1


def test_a_question_that_turns_out_to_be_a_report_changes_clock(adopted, channel, cast):
    adopted("tibro")
    case = opened_at("2026-11-06T15:00", channel, cast, kind="question")
    with time_machine.travel(at("2026-11-06T16:00"), tick=False):
        ladder.categorise(case_id=case.pk, kind="report", category="hate_speech", actor=Actor(cast.owner))
    row = the_obligation(case)
    assert (row.kind, row.due_at) == ("remove", at("2026-11-08T15:00"))


def test_an_interim_reply_does_not_stop_the_clock_and_an_answer_does(adopted, channel, cast):
    adopted("tibro")
    case = opened_at("2026-11-03T09:00", channel, cast, kind="question")
    with time_machine.travel(at("2026-11-03T10:00"), tick=False):
        handling.answer(case_id=case.pk, text="Vi återkommer.", interim=True, actor=Actor(cast.owner))
        assert the_obligation(case).closed_at is None
        handling.answer(case_id=case.pk, text="Plogen kommer på onsdag.", actor=Actor(cast.owner))
    assert the_obligation(case).outcome == "met"
    assert (fresh(case).status, fresh(case).outcome) == ("closed", "answered")


# --- Any moment -------------------------------------------------------------------------------------------------------
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001
TIBRO = Policy(load_preset("tibro").document)


@given(known=MOMENTS)
def test_any_removal_is_due_exactly_forty_eight_hours_later(known):
    limit = TIBRO.rule(keys.REMOVE_WITHIN).value.limit("hate_speech", "statutory")
    assert categories.due_at(known, limit) - known == timedelta(hours=48)


@given(known=MOMENTS)
def test_any_answer_is_due_after_two_working_days_and_never_before(known):
    last = categories.due_at(known, TIBRO.rule(keys.REPLY_WITHIN).value)
    assert last - known >= timedelta(hours=48)  # the clock is moved on Sundays, which do not count
    passed = [swedish_day(known) + timedelta(days=n) for n in range((swedish_day(last) - swedish_day(known)).days + 1)]
    assert sum(is_working_day(day) for day in passed) in (2, 3)
    assert last.astimezone(STOCKHOLM).tzinfo is not None
