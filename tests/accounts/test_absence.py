"""Handing in absence: who covers, what is refused and why, and who may."""

import dataclasses
import re
import threading
from datetime import date, timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.urls import reverse

from accounts import actions, queries
from accounts.actor import SCHEDULER, Actor
from accounts.models import Absence, User
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.models import Event, OutgoingMail
from tests.factories import AbsenceFactory, Cast, make_cast

TODAY = date(2026, 11, 20)
PEOPLE = [field.name for field in dataclasses.fields(Cast) if field.type is User]
FIRST, LAST = date(2026, 12, 21), date(2027, 1, 6)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(f"{TODAY}T09:00:00+01:00", tick=False)


def hand_in(person, substitute=None, starts_on=FIRST, ends_on=LAST, actor=None):
    return actions.register_absence(
        user_id=person.pk,
        starts_on=starts_on,
        ends_on=ends_on,
        substitute_id=substitute.pk if substitute else None,
        actor=actor or Actor(person),
    )


def typed(cast, **changed):
    fields = {"starts_on": str(FIRST), "ends_on": str(LAST), "substitute": cast.deputy.pk}
    return {**fields, **changed}


# --- The action -------------------------------------------------------------------------------------------------------


def test_absence_is_saved_recorded_and_mailed_to_the_substitute(cast):
    absence = hand_in(cast.owner, cast.deputy)
    assert (absence.starts_on, absence.ends_on, absence.substitute) == (FIRST, LAST, cast.deputy)
    event = Event.objects.get(kind="absence.registered")
    assert (event.subject_id, event.actor_id, event.door) == (str(absence.pk), cast.owner.pk, "web")
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == (cast.deputy.email, "Du ersätter Bibliotekarie 21 dec 2026–6 jan 2027")
    assert "/min-franvaro/" in mail.body


def test_absence_without_substitute_is_allowed_and_mails_nobody(cast):
    assert hand_in(cast.owner).substitute is None
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field", "words"),
    [
        (TODAY - timedelta(days=1), LAST, "starts_on", "redan varit"),
        (FIRST, FIRST - timedelta(days=1), "ends_on", "samma dag som den första"),
        (FIRST, date(9999, 12, 31), "ends_on", "längre än tre år"),
    ],
)
def test_impossible_days_are_refused_beside_the_field(cast, starts_on, ends_on, field, words):
    with pytest.raises(InvalidInput) as refusal:
        hand_in(cast.owner, cast.deputy, starts_on, ends_on)
    assert list(refusal.value.errors) == [field]
    assert words in refusal.value.errors[field][0]
    assert not Absence.objects.exists()


@pytest.mark.parametrize(("shift", "free"), [(-1, False), (0, False), (17, True), (16, False)])
def test_days_that_are_taken_are_refused(cast, shift, free):
    hand_in(cast.owner, cast.deputy)
    start = FIRST + timedelta(days=shift)
    if free:
        assert hand_in(cast.owner, cast.deputy, start, start).pk
        return
    with pytest.raises(InvalidInput, match="Det finns redan frånvaro 21 dec 2026–6 jan 2027"):
        hand_in(cast.owner, cast.deputy, start, start + timedelta(days=3))


def test_circle_is_refused_with_the_names(cast):
    hand_in(cast.owner, cast.deputy)
    hand_in(cast.deputy, cast.nearest_manager)
    with pytest.raises(InvalidInput) as refusal:
        hand_in(cast.nearest_manager, cast.owner, date(2027, 1, 5), date(2027, 1, 8))
    (reason,) = refusal.value.errors["substitute"]
    assert "5 jan–6 jan" in reason
    assert "Bibliotekschef → Bibliotekarie → Biblioteksassistent → Bibliotekschef" in reason


def test_substitute_who_is_away_is_refused_unless_somebody_covers(cast):
    hand_in(cast.deputy, None, date(2027, 1, 4), date(2027, 1, 10))
    with pytest.raises(InvalidInput, match="4 jan–6 jan: Biblioteksassistent är borta"):
        hand_in(cast.owner, cast.deputy)
    hand_in(cast.outsider, cast.strategist)
    assert hand_in(cast.owner, cast.outsider).substitute == cast.outsider


def test_inactive_substitute_is_refused(cast):
    cast.deputy.is_active = False
    cast.deputy.save()
    with pytest.raises(InvalidInput, match="är inte längre aktiv"):
        hand_in(cast.owner, cast.deputy)


def test_nobody_covers_for_oneself(cast):
    with pytest.raises(InvalidInput, match="Välj någon annan"):
        hand_in(cast.owner, cast.owner)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("owner", True),
        ("nearest_manager", True),
        ("department_head", True),
        ("administrator", True),
        ("deputy", False),
        ("strategist", False),
        ("outsider", False),
    ],
)
def test_who_may_hand_in_and_take_back_for_the_owner(cast, who, may):
    actor = Actor(cast[who])
    if may:
        absence = hand_in(cast.owner, actor=actor)
        assert actions.withdraw_absence(absence_id=absence.pk, actor=actor).withdrawn_at is not None
        return
    with pytest.raises(NotPermitted, match="Bara den som är borta"):
        hand_in(cast.owner, actor=actor)
    absence = hand_in(cast.owner)
    with pytest.raises(NotPermitted, match="ta tillbaka"):
        actions.withdraw_absence(absence_id=absence.pk, actor=actor)


def test_coming_absence_is_taken_back_and_one_that_has_begun_ends_yesterday(cast):
    coming = hand_in(cast.owner, cast.deputy)
    begun = AbsenceFactory(user=cast.strategist, starts_on=TODAY - timedelta(days=3), ends_on=LAST)
    assert actions.withdraw_absence(absence_id=coming.pk, actor=SCHEDULER).withdrawn_at is not None
    ended = actions.withdraw_absence(absence_id=begun.pk, actor=Actor(cast.strategist))
    assert (ended.ends_on, ended.withdrawn_at) == (TODAY - timedelta(days=1), None)
    assert Event.objects.filter(kind="absence.withdrawn").count() == 2
    with pytest.raises(StateConflict, match="redan återtagen"):
        actions.withdraw_absence(absence_id=coming.pk, actor=SCHEDULER)
    with pytest.raises(StateConflict, match="redan över"):
        actions.withdraw_absence(absence_id=begun.pk, actor=SCHEDULER)


@pytest.mark.django_db(transaction=True)
def test_two_who_name_each_other_at_once_make_no_circle():
    cast = make_cast()
    gate, results = threading.Barrier(2), []

    def leave(person, substitute):
        try:
            gate.wait(10)
            hand_in(person, substitute)
            results.append("handed in")
        except InvalidInput as error:
            results.append(str(error))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=leave, args=pair) for pair in ((cast.owner, cast.deputy), (cast.deputy, cast.owner))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(results) == 2
    assert sorted("cirkel" in result for result in results) == [False, True]
    assert Absence.objects.count() == 1


# --- What it means ----------------------------------------------------------------------------------------------------


def test_plan_shows_who_covers_day_by_day_and_what_is_held(cast, settings):
    settings.KANALKOLLEN_DUTIES = ["tests.accounts.duties.two_channels"]
    hand_in(cast.deputy, cast.outsider, date(2027, 1, 4), date(2027, 1, 4))
    plan = queries.plan_absence(
        Absence(user=cast.nearest_manager, substitute=cast.deputy, starts_on=FIRST, ends_on=LAST), TODAY
    )
    assert plan.errors == {}
    found = [(period.first_day, period.last_day, period.cover.person) for period in plan.periods]
    assert found == [
        (FIRST, date(2027, 1, 3), cast.deputy),
        (date(2027, 1, 4), date(2027, 1, 4), cast.outsider),
        (date(2027, 1, 5), LAST, cast.deputy),
    ]
    assert [duty.label for duty in plan.duties] == [
        "Chef för Biblioteksenheten",
        "Facebook för Bibliotekschef",
        "Instagram",
    ]


def test_plan_shows_whom_the_absence_leaves_alone(cast):
    hand_in(cast.owner, cast.deputy)
    alone = queries.plan_absence(Absence(user=cast.deputy, starts_on=FIRST, ends_on=date(2026, 12, 23)), TODAY)
    assert [(one.absence.user, one.uncovered[0].last_day) for one in alone.left_alone] == [
        (cast.owner, date(2026, 12, 23))
    ]
    passed_on = Absence(user=cast.deputy, substitute=cast.outsider, starts_on=FIRST, ends_on=LAST)
    assert queries.plan_absence(passed_on, TODAY).left_alone == []


@pytest.mark.parametrize(
    ("reader", "sees"),
    [
        ("strategist", True),
        ("administrator", True),
        ("it_communications_manager", True),
        ("nearest_manager", True),
        ("department_head", True),
        ("chief_executive", False),
        ("owner", False),
        ("outsider", False),
    ],
)
def test_uncovered_leave_is_shown_before_it_starts_to_those_who_can_act(cast, reader, sees):
    hand_in(cast.owner)
    hand_in(cast.deputy, cast.outsider)
    found = [one.absence.user for one in queries.uncovered_absences(TODAY, cast[reader])]
    assert found == ([cast.owner] if sees else [])


def test_plan_shows_also_those_at_the_far_end_of_a_chain(cast):
    hand_in(cast.owner, cast.deputy)
    hand_in(cast.nearest_manager, cast.owner)
    plan = queries.plan_absence(Absence(user=cast.deputy, starts_on=FIRST, ends_on=LAST), TODAY)
    assert {one.absence.user for one in plan.left_alone} == {cast.owner, cast.nearest_manager}


def test_the_last_day_there_is_breaks_nothing(cast):
    last = date(9999, 12, 31)
    absence = hand_in(cast.owner, cast.deputy, last, last)
    [found] = queries.absences_of(cast.owner, TODAY)
    assert (found.absence, found.periods[-1].last_day) == (absence, last)


def test_leave_far_ahead_is_not_shown_yet(cast):
    hand_in(cast.owner, None, TODAY + timedelta(days=61), TODAY + timedelta(days=70))
    assert queries.uncovered_absences(TODAY, cast.strategist) == []


# --- The pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def as_owner(client, cast):
    client.force_login(cast.owner)
    return client


@pytest.mark.parametrize("name", ["absences", "absence_new", "profile"])
def test_pages_ask_for_sign_in_and_open_for_everybody_who_is(client, cast, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"] == f"/konto/logga-in/?next={reverse(name)}"
    client.force_login(cast.outsider)
    assert client.get(reverse(name)).status_code == 200


def test_preview_saves_nothing_and_confirmation_does(as_owner, cast):
    answer = as_owner.post(reverse("absence_new"), typed(cast, preview="1"))
    assert answer.status_code == 200
    assert "Biblioteksassistent, Biblioteksenheten" in answer.content.decode()
    assert not Absence.objects.exists()
    answer = as_owner.post(reverse("absence_new"), typed(cast, confirm="1"), follow=True)
    assert Absence.objects.get().substitute == cast.deputy
    assert "Frånvaron är inlämnad." in answer.content.decode()
    assert "Du är ersatt" in answer.content.decode()


def test_change_from_the_preview_keeps_what_was_typed(as_owner, cast):
    text = as_owner.post(reverse("absence_new"), typed(cast, change="1")).content.decode()
    assert f'value="{FIRST}"' in text
    assert f'<option value="{cast.deputy.pk}" selected>' in text


def test_preview_without_substitute_warns(as_owner, cast):
    answer = as_owner.post(reverse("absence_new"), typed(cast, substitute="", preview="1"))
    assert answer.status_code == 200
    assert "Ingen tar över uppgifterna" in answer.content.decode()


@pytest.mark.parametrize("button", ["preview", "confirm"])
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"starts_on": ""}, "Välj den första dagen."),
        ({"ends_on": "31 februari"}, "Skriv dagen som ÅÅÅÅ-MM-DD"),
        ({"starts_on": "2026-11-19"}, "Första dagen har redan varit."),
        ({"substitute": "999999"}, "Välj en person i listan."),
        ({"substitute": "abc"}, "Välj en person i listan."),
    ],
)
def test_bad_input_is_answered_beside_the_field_with_422(as_owner, cast, changed, words, button):
    answer = as_owner.post(reverse("absence_new"), typed(cast, **changed, **{button: "1"}))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Absence.objects.exists()


def test_what_is_taken_back_is_shown_to_nobody(as_owner, cast):
    absence = hand_in(cast.owner)
    address = reverse("absence_withdraw", args=[absence.pk])
    assert as_owner.get(address).status_code == 405
    assert as_owner.post(address).status_code == 302
    assert as_owner.post(address).status_code == 404


def test_absence_that_is_over_is_a_conflict(as_owner, cast):
    over = AbsenceFactory(user=cast.owner, starts_on=TODAY - timedelta(days=9), ends_on=TODAY - timedelta(days=2))
    answer = as_owner.post(reverse("absence_withdraw", args=[over.pk]))
    assert answer.status_code == 409
    assert "Frånvaron är redan över." in answer.content.decode()


def test_substitute_sees_the_absence_and_may_not_take_it_back(client, cast):
    absence = hand_in(cast.owner, cast.deputy)
    client.force_login(cast.deputy)
    assert "Du ersätter" in client.get(reverse("absences")).content.decode()
    answer = client.post(reverse("absence_withdraw", args=[absence.pk]))
    assert answer.status_code == 403
    assert "Bara den som är borta" in answer.content.decode()


def test_absence_of_others_is_not_found(client, cast):
    absence = hand_in(cast.owner, cast.deputy)
    client.force_login(cast.outsider)
    assert client.post(reverse("absence_withdraw", args=[absence.pk])).status_code == 404


def test_manager_hands_in_for_somebody_who_is_ill_and_chooses_a_substitute_afterwards(client, cast):
    client.force_login(cast.nearest_manager)
    form = typed(cast, user=cast.owner.pk, substitute="", starts_on=str(TODAY))
    answer = client.post(reverse("absence_new"), {**form, "preview": "1"})
    assert "Vem som ersätter Bibliotekarie, Biblioteksenheten" in answer.content.decode()
    assert client.post(reverse("absence_new"), {**form, "confirm": "1"}).status_code == 302
    alone = Absence.objects.get()
    assert (alone.user, alone.substitute) == (cast.owner, None)
    assert Event.objects.get(kind="absence.registered").actor_id == cast.nearest_manager.pk
    address = reverse("absence_withdraw", args=[alone.pk])
    assert f'action="{address}"' in client.get(reverse("absences")).content.decode()
    assert client.post(address).status_code == 302
    answer = client.post(reverse("absence_new"), {**form, "substitute": cast.deputy.pk, "confirm": "1"})
    assert (answer.status_code, cast.owner.absences.latest("pk").substitute) == (302, cast.deputy)


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("nearest_manager", {"owner", "deputy", "nearest_manager"}),
        ("department_head", {"owner", "deputy", "nearest_manager", "department_head"}),
        ("administrator", set(PEOPLE)),
        ("strategist", set()),
        ("owner", set()),
    ],
)
def test_absence_is_handed_in_for_those_one_manages_and_nobody_else(client, cast, who, offered):
    client.force_login(cast[who])
    form = client.get(reverse("absence_new")).context["form"]
    found = set(form.fields["user"].queryset) if "user" in form.fields else set()
    assert found == {cast[name] for name in offered}
    client.post(reverse("absence_new"), typed(cast, user=cast.outsider.pk, confirm="1"))
    assert cast.outsider.absences.exists() is ("outsider" in offered)


def test_list_costs_the_same_however_many(as_owner, cast, django_assert_max_num_queries):
    for shift in range(12):
        start = FIRST + timedelta(days=shift * 20)
        hand_in(cast.owner, cast.deputy, start, start + timedelta(days=2))
        hand_in(cast.outsider, cast.owner, start + timedelta(days=5), start + timedelta(days=6))
    with django_assert_max_num_queries(29):
        assert as_owner.get(reverse("absences")).status_code == 200


def test_profile_shows_roles_cover_and_factor(client, cast):
    AbsenceFactory(user=cast.department_head, substitute=cast.nearest_manager, starts_on=TODAY, ends_on=LAST)
    client.force_login(cast.nearest_manager)
    text = client.get(reverse("profile")).content.decode()
    assert "Chef för Biblioteksenheten" in text
    assert "Kulturförvaltningschef" in text
    assert re.search(r"<dt>Andra faktorn</dt><dd>.*Av</span></dd>", text)
    TOTP.activate(cast.nearest_manager, generate_totp_secret())
    assert re.search(r"<dt>Andra faktorn</dt><dd>.*På</span></dd>", client.get(reverse("profile")).content.decode())
