"""Looking after a channel: who may say what, for whom, what is kept, and what can be undone."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.organisation import Organisation
from channels import clock, watch
from channels.actions import watch as actions
from channels.models import Activity, Channel, Obligation, WatchTick
from channels.watch.mine import watched_by, week_of
from channels.watch.weekend import trap
from kommun import policy as policies
from kommun.business_time import end_of
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.models import Event
from tests.channels.test_upkeep_state import bare_channel
from tests.duties import assert_chain_holds, at, away
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
MONDAY = "2026-11-23T08:10"
CAST = (
    "owner", "deputy", "nearest_manager", "department_head", "chief_executive", "strategist",
    "it_communications_manager", "registrar", "archivist", "administrator", "outsider",
)  # fmt: skip
# By hand: those who answer for the channel, and communications staff.
LOOKS_AFTER = {"owner", "deputy", "nearest_manager", "strategist", "administrator"}


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(at(MONDAY), tick=False)


@pytest.fixture
def channel(cast, tibro):
    return bare_channel(cast, deputy=cast.deputy, opened_on=date(2026, 9, 1))


def acting(person):
    """The person as a request makes it an actor, on the day."""
    organisation = Organisation.load(timezone.localdate())
    roles = frozenset(
        role for role in ("strategist", "administrator", "web_editor") if organisation.holds(person, role, None)
    )
    return Actor(person, roles=roles, covers=tuple(organisation.covered_by(person)))


def look(channel, person):
    return actions.look(channel_id=channel.pk, actor=acting(person))


def waiting(channel, kind=clock.WATCH):
    return Obligation.objects.open().filter(channel=channel, kind=kind).first()


def reconcile():
    return watch.reconcile(timezone.now())


# --- Rules × persons ----------------------------------------------------------------------------------------------------
ACTS = {
    "look": lambda channel, actor: actions.look(channel_id=channel.pk, actor=actor),
    "weekend": lambda channel, actor: actions.arrange_weekend_watch(channel_id=channel.pk, on=True, actor=actor),
    "posted": lambda channel, actor: actions.state_last_post(
        channel_id=channel.pk, last_post_on=date(2026, 11, 20), actor=actor
    ),
    "kept": lambda channel, actor: actions.decide_on_silence(
        channel_id=channel.pk, keep=True, reason="Den behövs i kriser.", actor=actor
    ),
    "to be closed": lambda channel, actor: actions.decide_on_silence(
        channel_id=channel.pk, keep=False, reason="Ingen läser.", actor=actor
    ),
}


@pytest.mark.parametrize("who", CAST)
@pytest.mark.parametrize("act", ACTS)
def test_those_who_answer_for_the_channel_look_after_it(cast, channel, act, who):
    actor = acting(cast[who])
    if who in LOOKS_AFTER:
        ACTS[act](channel, actor)
        assert Event.objects.filter(subject_type="channels.channel", actor=cast[who]).count() == 1
        assert_chain_holds()
    else:
        with pytest.raises(NotPermitted):
            ACTS[act](channel, actor)
        assert not WatchTick.objects.exists()
        assert not Activity.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_a_closed_channel_is_not_looked_after(cast, channel, act):
    Channel.objects.update(status="closed", closed_on=date(2026, 11, 1))
    with pytest.raises(StateConflict):
        ACTS[act](channel, acting(cast.owner))


@pytest.mark.parametrize("who", CAST)
def test_only_whoever_ticked_takes_it_back(cast, channel, who):
    tick = look(channel, cast.owner)
    if who == "owner":
        actions.withdraw_tick(tick_id=tick.pk, actor=acting(cast.owner))
    else:
        with pytest.raises(NotPermitted):
            actions.withdraw_tick(tick_id=tick.pk, actor=acting(cast[who]))


# --- Looked -------------------------------------------------------------------------------------------------------------
def test_a_look_is_kept_once_with_who_when_and_the_rule(cast, channel):
    reconcile()
    row = waiting(channel)
    tick = look(channel, cast.owner)
    assert (tick.made_by, tick.on_behalf_of, tick.day, tick.found) == (cast.owner, None, date(2026, 11, 23), "nothing")
    assert (tick.made_at, tick.obligation, tick.policy_version) == (at(MONDAY), row, policies.in_force())
    assert waiting(channel) is None
    assert look(channel, cast.owner) == look(channel, cast.deputy) == tick
    event = Event.objects.get(kind="channel.watched")
    assert "watch.interval" in event.payload
    assert WatchTick.objects.count() == 1


def test_whoever_covers_does_it_for_the_owner(cast, channel):
    away(cast.owner, "2026-11-23", "2026-11-30", cast.outsider)
    tick = look(channel, cast.outsider)
    assert (tick.made_by, tick.on_behalf_of) == (cast.outsider, cast.owner)
    assert "Gatuingenjör för Bibliotekarie" in Event.objects.get(kind="channel.watched").actor_label


def test_the_deputy_does_it_for_an_owner_who_is_away_and_otherwise_in_the_own_name(cast, channel, time_machine):
    assert look(channel, cast.deputy).on_behalf_of is None
    time_machine.move_to(at("2026-11-24T08:00"), tick=False)
    away(cast.owner, "2026-11-24", "2026-11-30")
    assert look(channel, cast.deputy).on_behalf_of == cast.owner


def test_a_look_taken_back_waits_again_with_its_clock_as_it_was(cast, channel, time_machine):
    reconcile()
    clock.sweep(at("2026-11-23T15:00"))
    row = waiting(channel)
    time_machine.move_to(at("2026-11-23T15:20"), tick=False)
    tick = look(channel, cast.owner)
    actions.withdraw_tick(tick_id=tick.pk, actor=acting(cast.owner))
    again = waiting(channel)
    assert (again, again.stage, again.next_at, again.due_at) == (row, 1, at("2026-11-23T16:00"), row.due_at)
    assert (again.met_by, again.outcome) == (None, "")
    assert actions.withdraw_tick(tick_id=tick.pk, actor=acting(cast.owner)).withdrawn_at == at("2026-11-23T15:20")
    assert look(channel, cast.deputy) != tick
    assert Obligation.objects.filter(kind=clock.WATCH).count() == 1
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds[-4:] == ["channel.watch_withdrawn", "obligation.reopened", "obligation.met", "channel.watched"]


def test_a_miss_that_nobody_had_seen_to_yet_is_seen_to_after_it_was_taken_back(cast, channel, time_machine):
    reconcile()
    time_machine.move_to(at("2026-11-24T09:00"), tick=False)
    tick = look(channel, cast.owner)
    assert tick.obligation.missed_at == end_of(date(2026, 11, 23))
    actions.withdraw_tick(tick_id=tick.pk, actor=acting(cast.owner))
    clock.sweep(timezone.now())
    row = waiting(channel)
    assert row.missed_at == end_of(date(2026, 11, 23))
    assert row.missed_why


def test_yesterdays_look_is_not_taken_back(cast, channel, time_machine):
    tick = look(channel, cast.owner)
    time_machine.move_to(at("2026-11-24T00:00"), tick=False)
    with pytest.raises(StateConflict, match="samma dag"):
        actions.withdraw_tick(tick_id=tick.pk, actor=acting(cast.owner))


def test_a_quiet_look_is_not_taken_back_after_a_case_was_opened_and_the_reason_is_the_case(cast, channel, time_machine):
    tick = look(channel, cast.owner)
    time_machine.move_to(at("2026-11-23T13:00"), tick=False)
    actions.found_something(channel_id=channel.pk, label="Ärende 7", url="/granska/7/", actor=acting(cast.deputy))
    with pytest.raises(StateConflict, match="Ett ärende har öppnats i kanalen efter genomgången"):
        actions.withdraw_tick(tick_id=tick.pk, actor=acting(cast.owner))
    time_machine.move_to(at("2026-11-24T08:00"), tick=False)
    with pytest.raises(StateConflict, match="samma dag"):  # the day is over all the same
        actions.withdraw_tick(tick_id=tick.pk, actor=acting(cast.owner))


def test_where_the_policy_counts_in_hours_the_reason_speaks_of_the_next_look(cast, channel, time_machine):
    time_machine.move_to(at("2026-11-23T13:00"), tick=False)
    tick = look(channel, cast.owner)
    WatchTick.objects.filter(pk=tick.pk).update(slot=1)  # as a rule of six hours had it
    with pytest.raises(StateConflict, match="tills nästa genomgång börjar"):
        actions.withdraw_tick(tick_id=tick.pk, actor=acting(cast.owner))


def test_a_case_counts_as_a_look_and_points_upwards_by_label_and_address(cast, channel):
    reconcile()
    given = {"channel_id": channel.pk, "label": "Hot i en kommentar", "url": "/granska/7/", "actor": acting(cast.owner)}
    tick = actions.found_something(**given)
    assert (tick.found, tick.label, tick.url) == ("case", "Hot i en kommentar", "/granska/7/")
    assert waiting(channel) is None
    assert actions.found_something(**given) == tick
    assert actions.found_something(**{**given, "url": "/granska/8/"}) != tick
    assert look(channel, cast.owner).found == "case"  # looked at already
    with pytest.raises(StateConflict):
        actions.withdraw_tick(tick_id=tick.pk, actor=acting(cast.owner))


def test_something_found_in_the_afternoon_stands_beside_the_quiet_morning(cast, channel):
    look(channel, cast.owner)
    actions.found_something(channel_id=channel.pk, label="Fråga", url="/granska/9/", actor=acting(cast.deputy))
    assert list(channel.watch_ticks.order_by("pk").values_list("found", flat=True)) == ["nothing", "case"]


def test_a_case_opened_by_somebody_else_is_no_look(cast, channel):
    found = {"channel_id": channel.pk, "label": "Tips", "url": "/granska/10/", "actor": acting(cast.outsider)}
    assert actions.found_something(**found) is None
    assert not WatchTick.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"found": "case"},
        {"found": "nothing", "label": "Fråga", "url": "/granska/1/"},
        {"found": "case", "label": "Fråga", "url": "/granska/1/", "withdrawn_at": at(MONDAY)},
        {"slot": 0},
    ],
)
def test_the_database_refuses_what_no_look_can_be(cast, channel, values):
    look(channel, cast.owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        WatchTick.objects.create(
            channel=channel, day=date(2026, 11, 23), made_by=cast.owner, made_at=timezone.now(), **values
        )


# --- Mine ---------------------------------------------------------------------------------------------------------------
def names(person):
    organisation = Organisation.load(timezone.localdate())
    return [one.name for one in watched_by(person, organisation, timezone.localdate())]


def test_whose_channels_they_are(cast, channel):
    assert names(cast.owner) == ["Biblioteket"]
    for person in (cast.deputy, cast.nearest_manager, cast.strategist, cast.outsider):
        assert names(person) == []
    leave = away(cast.owner, "2026-11-23", "2026-11-30")
    assert names(cast.deputy) == ["Biblioteket"]  # nobody covers, so the deputy does
    leave.substitute = cast.outsider
    leave.save()
    assert (names(cast.deputy), names(cast.outsider)) == ([], ["Biblioteket"])


def test_what_is_passed_on_is_on_the_list_of_whoever_is_asked(cast, channel):
    reconcile()
    clock.sweep(at("2026-11-24T00:00"))
    assert names(cast.strategist) == names(cast.owner) == ["Biblioteket"]
    look(channel, cast.owner)
    assert names(cast.strategist) == []


def test_what_remains_comes_first_and_the_week_counts(cast, channel, time_machine):
    bare_channel(cast, name="Arkivet", opened_on=date(2026, 11, 25))
    look(channel, cast.owner)
    time_machine.move_to(at("2026-11-28T10:00"), tick=False)  # a Saturday
    look(channel, cast.owner)
    assert names(cast.owner) == ["Arkivet", "Biblioteket"]
    organisation = Organisation.load(timezone.localdate())
    week = week_of(watched_by(cast.owner, organisation, timezone.localdate()), timezone.localdate())
    assert [(row.day.day, row.done, row.all) for row in week] == [
        (23, 1, 1), (24, 0, 1), (25, 0, 2), (26, 0, 2), (27, 0, 2), (28, 1, 2),
    ]  # fmt: skip


# --- Weekends -----------------------------------------------------------------------------------------------------------
def test_a_channel_leaves_the_weekend_trap_and_comes_back(cast, channel):
    other = bare_channel(cast, name="Arkivet")
    actions.arrange_weekend_watch(channel_id=channel.pk, on=True, actor=acting(cast.strategist))
    actions.arrange_weekend_watch(channel_id=channel.pk, on=True, actor=acting(cast.strategist))
    found = trap(policies.policy(), Organisation.load(timezone.localdate()))
    assert len(found.conflicts) == 1
    assert (list(found.channels), list(found.arranged)) == ([other], [channel])
    actions.arrange_weekend_watch(channel_id=channel.pk, on=False, actor=acting(cast.owner))
    found = trap(policies.policy(), Organisation.load(timezone.localdate()))
    assert (set(found.channels), set(found.arranged)) == ({channel, other}, set())
    kinds = Event.objects.filter(kind__startswith="channel.weekend").values_list("kind", flat=True)
    assert sorted(kinds) == ["channel.weekend_watch_arranged", "channel.weekend_watch_ended"]
    assert Channel.history.filter(id=channel.pk, weekend_watch_from=date(2026, 11, 23)).count() == 1


@pytest.mark.parametrize("preset", ["sunne", "nora", "overkalix", "forshaga"])
def test_the_other_policies_have_no_trap(cast, policy, preset):
    policy(preset)
    bare_channel(cast)
    found = trap(policies.policy(), Organisation.load(timezone.localdate()))
    assert (found.conflicts, found.channels.count()) == ((), 0)


# --- Posts, and silence -------------------------------------------------------------------------------------------------
def posted(channel, day, person):
    return actions.state_last_post(
        channel_id=channel.pk, last_post_on=date.fromisoformat(day) if day else None, actor=acting(person)
    )


def decided(channel, person, *, keep, reason="Den behövs i kriser."):
    return actions.decide_on_silence(channel_id=channel.pk, keep=keep, reason=reason, actor=acting(person))


@pytest.mark.policy("M1")
@pytest.mark.policy("M2")
def test_a_week_without_a_post_asks_whether_the_channel_is_kept(cast, channel, time_machine):
    posted(channel, "2026-11-23", cast.owner)
    time_machine.move_to(at("2026-11-30T23:59"), tick=False)
    reconcile()
    assert waiting(channel, clock.SILENT) is None
    time_machine.move_to(at("2026-12-01T00:07"), tick=False)
    reconcile()
    row = waiting(channel, clock.SILENT)
    assert (row.due_at, row.holder, row.rule) == (None, cast.owner, "activity.minimum")
    assert row.url == f"/register/{channel.pk}/aktivitet/"
    posted(channel, "2026-11-30", cast.owner)
    row.refresh_from_db()
    assert row.outcome == "lapsed"


def test_kept_with_a_reason_is_asked_again_after_the_months_between_confirmations(cast, channel, time_machine):
    posted(channel, "2026-11-02", cast.owner)
    row = waiting(channel, clock.SILENT)
    with pytest.raises(InvalidInput):
        decided(channel, cast.owner, keep=True, reason=" ")
    answer = decided(channel, cast.owner, keep=True)
    assert decided(channel, cast.owner, keep=True) == answer
    row.refresh_from_db()
    assert (row.outcome, row.met_by, answer.note) == ("met", cast.owner, "Den behövs i kriser.")
    time_machine.move_to(at("2027-05-23T12:00"), tick=False)
    reconcile()
    assert waiting(channel, clock.SILENT) is None
    time_machine.move_to(at("2027-05-24T00:07"), tick=False)
    reconcile()
    assert waiting(channel, clock.SILENT)


def test_to_be_closed_is_said_in_the_register_and_can_be_changed(cast, channel):
    posted(channel, "2026-11-02", cast.owner)
    decided(channel, cast.nearest_manager, keep=False, reason="Ingen läser.")
    channel.refresh_from_db()
    assert (channel.status, waiting(channel, clock.SILENT)) == ("closing", None)
    reconcile()
    assert waiting(channel, clock.SILENT) is None
    decided(channel, cast.owner, keep=True)
    channel.refresh_from_db()
    assert channel.status == "active"


def test_nothing_posted_counts_from_the_last_post_or_from_the_opening(cast, channel):
    posted(channel, None, cast.owner)
    quiet = watch.state_of(channel).quiet
    assert (quiet.since, quiet.asked) == (date(2026, 9, 1), at(MONDAY))
    posted(channel, "2026-11-20", cast.owner)
    assert watch.state_of(channel).quiet.asked is None


@pytest.mark.policy("M2")
def test_where_the_policy_says_so_a_quiet_channel_is_not_kept(cast, policy):
    policy("overkalix")
    channel = bare_channel(cast)
    posted(channel, "2024-03-02", cast.owner)
    assert waiting(channel, clock.SILENT) is None  # "regelbundet" is no number
    posted(channel, None, cast.owner)
    assert waiting(channel, clock.SILENT)
    with pytest.raises(InvalidInput) as refusal:
        decided(channel, cast.owner, keep=True)
    assert "avslutas" in str(refusal.value)
    decided(channel, cast.owner, keep=False)
    assert waiting(channel, clock.SILENT) is None


def test_a_policy_that_is_silent_about_activity_asks_nothing(cast, policy):
    policy("forshaga")
    channel = bare_channel(cast)
    posted(channel, None, cast.owner)
    assert waiting(channel, clock.SILENT) is None


@pytest.mark.parametrize("day", ["2026-11-24", "2026-08-31"])
def test_a_day_to_come_or_before_the_opening_is_refused(cast, channel, day):
    with pytest.raises(InvalidInput):
        posted(channel, day, cast.owner)
    assert not Activity.objects.exists()


def test_said_twice_on_a_day_it_stands_once(cast, channel):
    assert posted(channel, "2026-11-20", cast.owner) == posted(channel, "2026-11-20", cast.owner)
    assert posted(channel, "2026-11-20", cast.deputy).made_by == cast.deputy


@pytest.mark.parametrize(
    "values", [{"answer": "posted"}, {"answer": "nothing", "last_post_on": date(2026, 11, 1)}, {"answer": "keep"}]
)
def test_the_database_refuses_an_answer_without_its_day_or_reason(cast, channel, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.create(channel=channel, made_by=cast.owner, made_at=timezone.now(), **values)


def test_months_are_calendar_months(cast, channel):
    assert watch.state._after(date(2026, 11, 30), "quarter") == date(2027, 2, 28)
    assert watch.state._after(date(2026, 11, 30), "day") - date(2026, 11, 30) == timedelta(days=1)


def test_a_manager_without_the_channel_is_nobody_here(cast, channel):
    with pytest.raises(NotPermitted):
        look(channel, UserFactory(unit=cast.unit))
