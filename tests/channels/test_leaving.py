"""Somebody leaves: everything held is listed and handed over in one go, or refused with a reason beside the row."""

from datetime import date, timedelta

import pytest

from accounts.actor import SCHEDULER, Actor
from accounts.models import Appointment, UnitHandOver
from accounts.tasks import let_leavers_go
from channels import clock
from channels.actions import leaving
from channels.actions.publishing import propose_change
from channels.holdings import version_of
from channels.models import Application, ApprovalStep, Channel, ChannelChange
from channels.tasks import reassign_open_steps
from kommun.business_time import end_of
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.models import Event, OutgoingMail
from tests.applications import answer_all, make_application, submit
from tests.factories import AbsenceFactory, AppointmentFactory, UnitFactory, UserFactory
from tests.leaving import AFTER, LAST, TODAY, hand_over, held, open_account, open_rows, say

pytestmark = pytest.mark.django_db
R = Appointment.Role


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(f"{TODAY}T09:00:00+01:00", tick=False)


@pytest.fixture
def channel(cast, tibro):
    return open_account(cast)


# --- What is held, and what becomes of it -----------------------------------------------------------------------------
def test_channel_gets_its_new_owner_at_once_and_the_clock_follows(cast, channel):
    say(cast.owner)
    before = channel.version
    hand_over(cast.owner, cast.outsider, Actor(cast.nearest_manager))
    channel.refresh_from_db()
    assert (channel.owner, channel.deputy) == (cast.outsider, cast.deputy)
    assert channel.version > before
    assert {row.holder for row in channel.obligations.open()} == {cast.outsider}
    event = Event.objects.filter(kind="channel.handed_over").first()
    assert (event.actor_id, event.on_behalf_of_id) == (cast.nearest_manager.pk, cast.owner.pk)
    assert "Bibliotekschef för Bibliotekarie" in event.actor_label


def test_deputy_who_becomes_owner_leaves_room_for_a_new_deputy(cast, channel):
    say(cast.owner)
    hand_over(cast.owner, cast.deputy)
    channel.refresh_from_db()
    assert (channel.owner, channel.deputy) == (cast.deputy, None)


def test_owner_cannot_become_the_own_deputy_and_nothing_is_handed_over(cast, channel):
    say(cast.deputy)
    with pytest.raises(InvalidInput) as refusal:
        hand_over(cast.deputy, cast.owner)
    assert list(refusal.value.errors) == [f"deputy-{channel.pk}"]
    assert "kan inte ersätta sig själv" in refusal.value.errors[f"deputy-{channel.pk}"][0]
    channel.refresh_from_db()
    assert channel.deputy == cast.deputy
    hand_over(cast.deputy, cast.owner, deputy=None)
    channel.refresh_from_db()
    assert channel.deputy is None


def test_administrator_stays_until_the_access_is_taken_away(cast, channel):
    say(cast.nearest_manager)
    hand_over(cast.nearest_manager, cast.outsider)
    people = {row.user for row in channel.administrator_rows.select_related("user")}
    assert people == {cast.owner, cast.deputy, cast.nearest_manager, cast.outsider}
    assert [one.what for one in held(cast.nearest_manager)] == []
    leaving.remove_access(
        channel_id=channel.pk,
        user_id=cast.nearest_manager.pk,
        password="changed",
        codes="none",
        actor=Actor(cast.owner),
    )
    assert not channel.administrator_rows.filter(user=cast.nearest_manager).exists()


def test_unit_gets_its_manager_the_day_after_the_last_one(cast, time_machine):
    say(cast.nearest_manager)
    hand_over(cast.nearest_manager, cast.owner, Actor(cast.department_head))
    cast.unit.refresh_from_db()
    assert cast.unit.manager == cast.nearest_manager
    assert UnitHandOver.objects.get().takes_effect_on == AFTER
    assert held(cast.nearest_manager) == []
    time_machine.move_to(f"{AFTER}T00:10:00+01:00", tick=False)
    assert let_leavers_go() == 2
    cast.unit.refresh_from_db()
    assert cast.unit.manager == cast.owner
    assert let_leavers_go() == 0


def test_unit_whose_manager_somebody_changed_since_is_left_alone(cast, time_machine):
    say(cast.nearest_manager)
    hand_over(cast.nearest_manager, cast.owner)
    cast.unit.manager = cast.deputy
    cast.unit.save()
    time_machine.move_to(f"{AFTER}T00:10:00+01:00", tick=False)
    let_leavers_go()
    cast.unit.refresh_from_db()
    assert cast.unit.manager == cast.deputy


def test_unit_may_be_left_to_the_manager_above(cast, time_machine):
    say(cast.nearest_manager)
    hand_over(cast.nearest_manager, None)
    time_machine.move_to(f"{AFTER}T00:10:00+01:00", tick=False)
    let_leavers_go()
    cast.unit.refresh_from_db()
    assert cast.unit.manager is None


def test_role_ends_on_the_last_day_and_begins_for_the_next_one_the_day_after(cast):
    say(cast.archivist)
    hand_over(cast.archivist, cast.outsider)
    rows = Appointment.objects.filter(role=R.ARCHIVIST).order_by("starts_on")
    assert [(row.user, row.ends_on) for row in rows] == [(cast.archivist, LAST), (cast.outsider, None)]
    assert rows[1].starts_on == AFTER


def test_role_that_has_not_begun_changes_hands_whole_and_one_that_ends_first_is_left(cast):
    coming = AppointmentFactory(user=cast.outsider, role=R.WEB_EDITOR, starts_on=date(2027, 1, 1))
    over = AppointmentFactory(user=cast.outsider, role=R.REGISTRAR, ends_on=LAST)
    say(cast.outsider)
    hand_over(cast.outsider, cast.deputy)
    coming.refresh_from_db()
    over.refresh_from_db()
    assert (coming.user, coming.starts_on, over.user, over.ends_on) == (
        cast.deputy,
        date(2027, 1, 1),
        cast.outsider,
        LAST,
    )


def test_who_covers_for_somebody_is_replaced_and_both_are_told(cast):
    absence = AbsenceFactory(user=cast.deputy, substitute=cast.owner, starts_on=LAST, ends_on=date(2026, 12, 20))
    short = AbsenceFactory(user=cast.archivist, substitute=cast.owner, ends_on=LAST - timedelta(days=3))
    say(cast.owner)
    hand_over(cast.owner, cast.outsider)
    absence.refresh_from_db()
    short.refresh_from_db()
    assert (absence.substitute, short.substitute) == (cast.outsider, cast.owner)
    assert OutgoingMail.objects.filter(to=cast.outsider.email, subject__startswith="Du ersätter").exists()


def test_successor_in_a_circle_of_substitutes_is_refused_beside_the_row(cast):
    absence = AbsenceFactory(user=cast.deputy, substitute=cast.owner, ends_on=date(2026, 12, 20))
    AbsenceFactory(user=cast.outsider, substitute=cast.deputy, ends_on=date(2026, 12, 20))
    say(cast.owner)
    with pytest.raises(InvalidInput) as refusal:
        hand_over(cast.owner, cast.outsider)
    assert "cirkel" in refusal.value.errors[f"substitute-{absence.pk}"][0]


def test_absence_left_to_nobody_becomes_something_to_do(cast):
    absence = AbsenceFactory(user=cast.deputy, substitute=cast.owner, ends_on=date(2026, 12, 20))
    say(cast.owner)
    hand_over(cast.owner, None)
    assert open_rows(clock.COVER, absence).get().holder == cast.deputy


def test_obligation_of_one_who_has_no_part_in_the_channel_is_handed_on(cast, channel):
    row = clock.begin(clock.Due(clock.CHANGE, channel, "Bekräfta", channel=channel, holder=cast.strategist), SCHEDULER)
    AppointmentFactory(user=cast.outsider)
    say(cast.strategist)
    hand_over(cast.strategist, cast.outsider)
    row.refresh_from_db()
    assert row.holder == cast.outsider


def test_own_application_gets_a_new_applicant_who_answers_on_none_of_it(cast, tibro):
    sent = submit(make_application(cast, name="Badhuset"))
    asked = sent.steps.get(status="open").assignee
    say(cast.owner)
    hand_over(cast.owner, cast.outsider, application=asked)
    sent.refresh_from_db()
    step = sent.steps.get(status="open")
    assert sent.applicant == asked
    assert step.applicant == asked
    assert step.assignee != asked
    assert sent.answers["owner"] == cast.outsider.pk
    assert cast.owner.pk not in sent.answers["administrators"]


def test_somebody_who_has_answered_cannot_become_the_applicant(cast, tibro):
    sent = submit(make_application(cast, name="Badhuset"))
    step = sent.steps.get(status="open")
    from channels.actions.approval import answer_step

    answer_step(step_id=step.pk, answer="consult", note="Bra.", actor=Actor(step.assignee))
    say(cast.owner)
    with pytest.raises(InvalidInput) as refusal:
        hand_over(cast.owner, cast.outsider, application=step.assignee)
    assert list(refusal.value.errors) == [f"application-{sent.pk}"]


def test_own_application_left_to_nobody_is_taken_back_in_the_name_of_the_applicant(cast, tibro):
    sent = submit(make_application(cast, name="Badhuset"))
    say(cast.owner)
    hand_over(cast.owner, cast.outsider, Actor(cast.nearest_manager), application=None)
    sent.refresh_from_db()
    assert sent.status == Application.Status.WITHDRAWN
    event = Event.objects.get(kind="application.withdrawn")
    assert (event.actor_id, event.on_behalf_of_id) == (cast.nearest_manager.pk, cast.owner.pk)


def test_proposed_owner_is_changed_in_the_proposal(cast, channel):
    change = propose_change(
        channel_id=channel.pk,
        values={"owner": cast.outsider.pk},
        reason="Nytt uppdrag.",
        version=channel.version,
        actor=Actor(cast.deputy),
    )
    say(cast.outsider)
    hand_over(cast.outsider, cast.archivist)
    change.refresh_from_db()
    assert change.values["owner"] == cast.archivist.pk


def test_proposal_about_something_else_still_stands_after_the_hand_over(cast, channel):
    change = propose_change(
        channel_id=channel.pk,
        values={"purpose": "Nytt."},
        reason="Nytt.",
        version=channel.version,
        actor=Actor(cast.deputy),
    )
    say(cast.owner)
    hand_over(cast.owner, cast.outsider)
    channel.refresh_from_db()
    change.refresh_from_db()
    assert change.base_version == channel.version


def test_open_step_follows_the_role_when_the_person_is_gone(cast, tibro, time_machine):
    sent = submit(make_application(cast, name="Badhuset"))
    step = sent.steps.get(status="open")
    leaver = step.assignee
    say(leaver)
    assert [one.follows != "" for one in held(leaver) if one.what == "step"] == [True]
    with_step = held(leaver)
    hand_over(leaver, cast.outsider)
    assert len(with_step) > len(held(leaver)) == 1
    time_machine.move_to(f"{AFTER}T00:10:00+01:00", tick=False)
    let_leavers_go()
    reassign_open_steps()
    step.refresh_from_db()
    assert step.status == ApprovalStep.Status.OPEN
    assert step.assignee.is_active


def test_everything_is_listed_and_gone_afterwards(cast, channel):
    unit = UnitFactory(manager=cast.owner, registrar=cast.owner, parent=cast.unit)
    AppointmentFactory(user=cast.owner, role=R.WEB_EDITOR)
    AbsenceFactory(user=cast.archivist, substitute=cast.owner, ends_on=date(2026, 12, 20))
    second = answer_all(
        submit(make_application(cast, name="Museet", owner=cast.deputy.pk, deputy=cast.owner.pk))
    ).channel
    submit(make_application(cast, name="Badhuset"))
    propose_change(
        channel_id=channel.pk, values={"deputy": cast.owner.pk, "owner": cast.deputy.pk}, reason="Byte.",
        version=channel.version, actor=Actor(cast.strategist, roles=frozenset({R.STRATEGIST})),
    )  # fmt: skip
    clock.begin(clock.Due(clock.POLICY_REVIEW, unit, "Se över", holder=cast.owner), SCHEDULER)
    say(cast.owner)
    rows = held(cast.owner)
    assert {one.what for one in rows} == {
        "owner", "deputy", "administrator", "manager", "registrar", "appointment", "substitute", "obligation",
        "application", "named", "proposed",
    }  # fmt: skip
    assert len({one.key for one in rows}) == len(rows)
    hand_over(cast.owner, cast.outsider)
    assert held(cast.owner) == []
    assert open_rows(clock.HAND_OVER, cast.owner).exists() is False
    assert Channel.objects.get(pk=second.pk).deputy == cast.outsider
    assert ChannelChange.objects.get().values["deputy"] == cast.outsider.pk
    mail = OutgoingMail.objects.get(to=cast.outsider.email, subject="Du tar över efter Bibliotekarie")
    assert "Kontoansvarig för Biblioteket" in mail.body
    assert "1 december 2026" in mail.body


# --- Refusals ---------------------------------------------------------------------------------------------------------
def test_the_last_day_is_said_first(cast, channel):
    with pytest.raises(StateConflict):
        hand_over(cast.owner, cast.outsider)


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY + timedelta(days=3 * 366 + 1)])
def test_impossible_last_day_is_refused(cast, day):
    with pytest.raises(InvalidInput) as refusal:
        say(cast.owner, day)
    assert list(refusal.value.errors) == ["leaves_on"]


def test_the_leaver_is_no_successor(cast, channel):
    say(cast.owner)
    with pytest.raises(InvalidInput) as refusal:
        hand_over(cast.owner, cast.owner)
    assert "någon annan än den som slutar" in str(refusal.value)


def test_neither_somebody_inactive_nor_somebody_who_leaves_before(cast, channel):
    say(cast.owner)
    gone = UserFactory(is_active=False)
    leaves_too = UserFactory(leaves_on=LAST)
    leaves_later = UserFactory(leaves_on=AFTER)
    for person in (gone, leaves_too):
        with pytest.raises(InvalidInput):
            hand_over(cast.owner, person)
    hand_over(cast.owner, leaves_later)
    with pytest.raises(InvalidInput) as refusal:  # no circle: the first one is gone by then
        hand_over(leaves_later, cast.owner)
    assert "slutar också" in str(refusal.value)


@pytest.mark.parametrize("who", ["strategist", "administrator"])
def test_somebody_must_remain_strategist_and_administrator(cast, who):
    say(cast[who])
    row = next(one for one in held(cast[who]) if one.what == "appointment")
    assert row.nobody == ""
    with pytest.raises(InvalidInput):
        hand_over(cast[who], None)
    hand_over(cast[who], cast.outsider)
    assert Appointment.objects.get(role=cast[who].appointments.get().role, ends_on__isnull=True).user == cast.outsider


def test_role_may_end_where_somebody_else_has_it(cast):
    AppointmentFactory(user=cast.outsider, role=R.STRATEGIST)
    say(cast.strategist)
    hand_over(cast.strategist, None)
    assert Appointment.objects.filter(role=R.STRATEGIST, ends_on__isnull=True).count() == 1


def test_only_administrator_stays_active_and_somebody_is_told(cast, time_machine):
    say(cast.administrator)
    time_machine.move_to(f"{AFTER}T00:10:00+01:00", tick=False)
    assert let_leavers_go() == 0
    cast.administrator.refresh_from_db()
    assert cast.administrator.is_active
    row = open_rows(clock.HAND_OVER, cast.administrator).get()
    assert (row.holder, row.due_at) == (cast.it_communications_manager, end_of(LAST))


def test_an_older_page_is_told_and_changes_nothing(cast, channel):
    say(cast.owner)
    version = version_of(cast.owner, held(cast.owner))
    AppointmentFactory(user=cast.owner, role=R.WEB_EDITOR)
    with pytest.raises(StateConflict):
        hand_over(cast.owner, cast.outsider, version=version)
    channel.refresh_from_db()
    assert channel.owner == cast.owner


KEEPERS = {"owner", "nearest_manager", "department_head", "strategist", "administrator"}


@pytest.mark.parametrize(
    "who",
    [*sorted(KEEPERS), "deputy", "outsider", "registrar", "archivist", "chief_executive", "it_communications_manager"],
)
def test_who_keeps_people(cast, channel, who):
    if who in KEEPERS:
        assert say(cast.owner, actor=Actor(cast[who])).leaves_on == LAST
        assert hand_over(cast.owner, cast.outsider, Actor(cast[who]))
        return
    with pytest.raises(NotPermitted):
        say(cast.owner, actor=Actor(cast[who]))
    say(cast.owner)
    with pytest.raises(NotPermitted):
        hand_over(cast.owner, cast.outsider, Actor(cast[who]))


def test_the_scheduler_hands_over_nothing(cast, channel):
    say(cast.owner)
    with pytest.raises(NotPermitted):
        hand_over(cast.owner, cast.outsider, SCHEDULER)


def test_power_is_handed_over_by_its_holder_the_manager_or_an_administrator(cast):
    AppointmentFactory(user=cast.outsider, role=R.STRATEGIST)
    say(cast.chief_executive)
    hand_over(cast.chief_executive, cast.outsider, Actor(cast.strategist))
    assert {one.what for one in held(cast.chief_executive)} == {"manager", "appointment"}
    hand_over(cast.chief_executive, cast.outsider, Actor(cast.administrator))
    assert held(cast.chief_executive) == []


def test_nobody_makes_an_administrator_but_an_administrator(cast):
    say(cast.administrator)
    hand_over(cast.administrator, cast.it_communications_manager, Actor(cast.it_communications_manager))
    assert [one.power for one in held(cast.administrator)] == ["administrator"]
    assert Appointment.objects.filter(role=R.ADMINISTRATOR).count() == 1


def test_who_is_told_when_somebody_else_says_the_day(cast):
    say(cast.owner, actor=Actor(cast.nearest_manager))
    mail = OutgoingMail.objects.get(to=cast.owner.email)
    assert "30 november 2026" in mail.body
    say(cast.deputy)
    assert not OutgoingMail.objects.filter(to=cast.deputy.email).exists()
