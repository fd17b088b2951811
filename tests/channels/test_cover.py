"""Absence that nobody covers is something to do: from the commit on, until somebody covers, and told to somebody."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.actor import SCHEDULER, Actor
from accounts.models import Absence
from channels import clock
from channels.actions.people import reconcile
from channels.models import Obligation
from kommun.business_time import start_of
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.models import Event, OutgoingMail
from tests.factories import AbsenceFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
FIRST, LAST = date(2026, 12, 21), date(2027, 1, 6)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(f"{TODAY}T09:00:00+01:00", tick=False)


def hand_in(person, substitute=None, first=FIRST, last=LAST, actor=None):
    return actions.register_absence(
        user_id=person.pk,
        starts_on=first,
        ends_on=last,
        substitute_id=substitute.pk if substitute else None,
        actor=actor or Actor(person),
    )


def name(absence, substitute, actor):
    return actions.name_substitute(
        absence_id=absence.pk, substitute_id=substitute.pk if substitute else None, actor=actor
    )


def open_cover(absence):
    return Obligation.objects.open().filter(kind=clock.COVER).about(absence).first()


def last_cover(absence):
    return Obligation.objects.filter(kind=clock.COVER).about(absence).order_by("-pk").first()


def test_uncovered_absence_is_due_when_it_begins_under_the_rule_of_the_policy(cast, tibro):
    absence = hand_in(cast.owner)
    row = open_cover(absence)
    assert (row.holder, row.due_at, row.unit) == (cast.owner, start_of(FIRST), cast.unit)
    assert (row.rule, row.strength, row.policy_version) == ("absence.cover", "ska", tibro)
    assert row.cite.endswith("2")
    assert row.url == reverse("absence_substitute", args=[absence.pk])
    assert not Obligation.objects.filter(kind=clock.COVER).exclude(pk=row.pk).exists()


def test_covered_absence_is_nothing_to_do(cast):
    assert open_cover(hand_in(cast.owner, cast.deputy)) is None


def test_illness_today_is_due_now_and_not_before(cast):
    row = open_cover(hand_in(cast.owner, first=TODAY, last=LAST, actor=Actor(cast.nearest_manager)))
    assert row.due_at == row.opened_at == timezone.now()


def test_naming_somebody_meets_it_in_the_name_of_who_is_away(cast):
    absence = hand_in(cast.owner)
    name(absence, cast.deputy, Actor(cast.nearest_manager))
    row = last_cover(absence)
    assert (row.outcome, row.met_by) == ("met", cast.nearest_manager)
    event = Event.objects.get(kind="absence.substitute_named")
    assert (event.actor_id, event.on_behalf_of_id) == (cast.nearest_manager.pk, cast.owner.pk)
    assert "Bibliotekschef för Bibliotekarie" in event.actor_label
    assert OutgoingMail.objects.get(to=cast.deputy.email).subject.startswith("Du ersätter Bibliotekarie")


def test_taking_back_ends_it_as_not_needed(cast):
    absence = hand_in(cast.owner)
    actions.withdraw_absence(absence_id=absence.pk, actor=Actor(cast.owner))
    assert last_cover(absence).outcome == "lapsed"


def test_absence_that_is_over_ends_by_itself(cast, time_machine):
    absence = hand_in(cast.owner)
    time_machine.move_to("2027-01-07T09:00:00+01:00", tick=False)
    reconcile(timezone.now())
    assert last_cover(absence).outcome == "lapsed"


def test_substitute_who_hands_in_absence_leaves_the_other_one_alone(cast):
    covered = hand_in(cast.owner, cast.deputy)
    hand_in(cast.deputy, first=date(2026, 12, 28), last=LAST)
    row = open_cover(covered)
    assert row.due_at == start_of(date(2026, 12, 28))
    assert row.holder == cast.owner


def test_substitute_who_leaves_leaves_the_absence_without_cover(cast):
    covered = hand_in(cast.owner, cast.deputy)
    cast.deputy.leaves_on = date(2026, 12, 31)
    cast.deputy.save()
    reconcile(timezone.now())
    assert open_cover(covered).due_at == start_of(date(2027, 1, 1))


def test_another_first_uncovered_day_is_another_time(cast):
    absence = hand_in(cast.owner)
    hand_in(cast.deputy, cast.outsider, first=FIRST, last=date(2026, 12, 22))
    hand_in(cast.outsider, first=date(2026, 12, 21), last=date(2026, 12, 21))
    Absence.objects.filter(pk=absence.pk).update(substitute=cast.deputy)  # gap on the 21st alone: still from that day
    reconcile(timezone.now())
    assert open_cover(absence).due_at == start_of(FIRST)
    Absence.objects.filter(user=cast.outsider).update(starts_on=date(2026, 12, 22), ends_on=date(2026, 12, 22))
    reconcile(timezone.now())
    assert open_cover(absence).due_at == start_of(date(2026, 12, 22))
    assert list(Obligation.objects.filter(kind=clock.COVER).about(absence).values_list("outcome", flat=True)) == [
        "lapsed",
        "",
    ]


def test_once_the_person_is_away_somebody_who_is_there_is_told(cast, time_machine):
    absence = hand_in(cast.owner)
    clock.sweep(timezone.now())
    assert [notice.person for notice in open_cover(absence).notices.all()] == [cast.owner]
    time_machine.move_to(f"{FIRST}T06:00:00+01:00", tick=False)
    clock.sweep(timezone.now())
    row = open_cover(absence)
    assert row.missed_at == start_of(FIRST)
    assert row.passed_to == cast.nearest_manager
    assert row.missed_why.startswith("Bibliotekarie hade uppgiften.")


def queries_of_comparing_again():
    with CaptureQueriesContext(connection) as context:
        assert reconcile(timezone.now()) == 0
    return len(context)


def test_comparing_again_changes_nothing_and_asks_as_much_for_many(cast):
    hand_in(cast.owner)
    AbsenceFactory(user=UserFactory(unit=cast.unit, is_active=False))
    few = queries_of_comparing_again()
    for _number in range(20):
        AbsenceFactory(user=UserFactory(unit=cast.unit))
        AbsenceFactory(user=UserFactory(unit=cast.unit, is_active=False))
    assert reconcile(timezone.now()) == 20
    assert queries_of_comparing_again() <= few


def test_an_outage_is_caught_up_with(cast):
    absence = AbsenceFactory(user=cast.owner, starts_on=TODAY - timedelta(days=3))
    assert reconcile(timezone.now(), SCHEDULER) == 1
    assert open_cover(absence).holder == cast.owner


# --- Who may choose ---------------------------------------------------------------------------------------------------
MAY = {"owner", "nearest_manager", "department_head", "strategist", "it_communications_manager", "administrator"}


@pytest.mark.parametrize(
    "who",
    [*sorted(MAY), "deputy", "outsider", "registrar", "archivist", "chief_executive"],
)
def test_who_may_choose_a_substitute(client, cast, who):
    absence = hand_in(cast.owner)
    page = reverse("absence_substitute", args=[absence.pk])
    client.force_login(cast[who])
    assert client.get(page).status_code == (200 if who in MAY else 404)
    if who in MAY:
        assert name(absence, cast.outsider, Actor(cast[who])).substitute == cast.outsider
    else:
        with pytest.raises(NotPermitted):
            name(absence, cast.outsider, Actor(cast[who]))


def test_bad_choices_are_refused_beside_the_field(client, cast):
    absence = hand_in(cast.owner)
    hand_in(cast.deputy)
    client.force_login(cast.owner)
    page = reverse("absence_substitute", args=[absence.pk])
    away = client.post(page, {"substitute": cast.deputy.pk})
    assert away.status_code == 422
    assert "Biblioteksassistent är borta till och med" in away.context["form"].errors["substitute"][0]
    assert client.post(page, {"substitute": cast.owner.pk}).status_code == 422
    assert client.post(page, {"substitute": "nobody"}).status_code == 422
    absence.refresh_from_db()
    assert absence.substitute is None
    assert client.post(page, {"substitute": cast.outsider.pk}).status_code == 302


def test_circle_of_substitutes_is_refused(cast):
    hand_in(cast.deputy, cast.owner, first=FIRST, last=FIRST)
    with pytest.raises(InvalidInput):
        hand_in(cast.owner, cast.deputy)
    absence = hand_in(cast.outsider, cast.owner)
    Absence.objects.filter(user=cast.deputy).update(substitute=cast.outsider)
    with pytest.raises(InvalidInput) as refusal:
        name(absence, cast.deputy, Actor(cast.outsider))
    assert "cirkel" in refusal.value.errors["substitute"][0]


def test_absence_that_is_taken_back_takes_no_substitute(client, cast):
    absence = hand_in(cast.owner)
    actions.withdraw_absence(absence_id=absence.pk, actor=Actor(cast.owner))
    with pytest.raises(StateConflict):
        name(absence, cast.outsider, Actor(cast.owner))
    client.force_login(cast.owner)
    assert client.get(reverse("absence_substitute", args=[absence.pk])).status_code == 404


def test_the_list_leads_to_the_page(client, cast):
    absence = hand_in(cast.owner)
    page = reverse("absence_substitute", args=[absence.pk])
    for who in (cast.owner, cast.strategist, cast.nearest_manager):
        client.force_login(who)
        assert page in client.get(reverse("absences")).content.decode()
