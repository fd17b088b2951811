"""The pages about people: who sees whom, the hand-over as a form, and access taken away."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actor import Actor
from accounts.leaving import set_last_day
from channels import clock
from channels.actions.publishing import open_channel
from channels.models import Obligation
from tests.applications import answer_all, make_application, submit
from tests.factories import AbsenceFactory, AppointmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(cast, tibro):
    decided = answer_all(submit(make_application(cast))).channel
    return open_channel(channel_id=decided.pk, address="facebook.com/EkhultsBibliotek", actor=Actor(cast.owner))


@pytest.fixture
def last_day():
    return timezone.localdate() + timedelta(days=10)


@pytest.fixture
def leaver(cast, channel, last_day):
    return set_last_day(user_id=cast.owner.pk, day=last_day, actor=Actor(cast.owner))


def leave_page(person):
    return reverse("channels:leave", args=[person.pk])


def filled(client, person, **changed):
    """What the browser would send from the page as it is."""
    form = client.get(leave_page(person)).context["hand_over"]
    return {name: form[name].value() or "" for name in form.fields} | {"hand_over": "1"} | changed


SEES = {
    "strategist": {"owner", "deputy", "outsider", "administrator"},
    "it_communications_manager": {"owner", "deputy", "outsider", "administrator"},
    "administrator": {"owner", "deputy", "outsider", "administrator"},
    "nearest_manager": {"owner", "deputy"},
    "department_head": {"owner", "deputy"},
}


@pytest.mark.parametrize("who", [*SEES, "owner", "deputy", "outsider", "registrar", "archivist"])
def test_who_sees_whom(client, cast, who):
    client.force_login(cast[who])
    answer = client.get(reverse("channels:people"))
    assert answer.status_code == (200 if who in SEES else 403)
    for name in ("owner", "deputy", "outsider", "administrator"):
        seen = name in SEES.get(who, set()) or name == who
        assert client.get(reverse("channels:person", args=[cast[name].pk])).status_code == (200 if seen else 404)
        if who in SEES:
            assert (reverse("channels:person", args=[cast[name].pk]) in answer.content.decode()) == seen
    in_menu = "channels:people" if who in SEES else None
    assert (reverse("channels:people") in client.get("/start/").content.decode()) == (in_menu is not None)


def test_list_is_narrowed_by_words_unit_and_state(client, cast, leaver):
    AbsenceFactory(user=cast.deputy)
    gone = UserFactory(name="Gammal assistent", is_active=False)
    client.force_login(cast.strategist)

    def names(**asked):
        return {row["person"] for row in client.get(reverse("channels:people"), asked).context["rows"]}

    assert names(q="biblio assistent") == {cast.deputy}
    assert names(lage="away") == {cast.deputy}
    assert names(lage="leaving") == {cast.owner}
    assert names(lage="left") == {gone}
    assert names(enhet=cast.unit.slug) == {cast.owner, cast.deputy, cast.nearest_manager}
    assert names(q="finns inte") == set()
    assert gone not in names(lage="nonsense")
    assert client.get(reverse("channels:people"), {"q": "\0", "sida": "x"}).status_code == 200


def test_list_costs_the_same_however_many(client, cast, channel):
    client.force_login(cast.strategist)

    def queries():
        with CaptureQueriesContext(connection) as context:
            assert client.get(reverse("channels:people")).status_code == 200
        return len(context)

    few = queries()
    for _number in range(15):
        person = UserFactory(unit=cast.unit)
        AppointmentFactory(user=person, role="web_editor")
        AbsenceFactory(user=person)
    assert queries() <= few


def test_hand_over_takes_as_many_queries_to_show_for_many_people(client, cast, leaver):
    client.force_login(cast.owner)

    def queries():
        with CaptureQueriesContext(connection) as context:
            assert client.get(leave_page(cast.owner)).status_code == 200
        return len(context)

    few = queries()
    UserFactory.create_batch(20, unit=cast.unit)
    assert queries() <= few


def test_everything_is_shown_before_the_last_day_is_said_and_chosen_after(client, cast, channel, last_day):
    client.force_login(cast.owner)
    page = client.get(leave_page(cast.owner)).content.decode()
    assert "Kontoansvarig för Biblioteket" in page
    assert "Spara sista dagen först" in page
    answer = client.post(leave_page(cast.owner), {"last_day": "1", "leaves_on": str(last_day)}, follow=True)
    assert answer.context["hand_over"] is not None
    cast.owner.refresh_from_db()
    assert cast.owner.leaves_on == last_day
    client.post(leave_page(cast.owner), {"stays": "1"})
    cast.owner.refresh_from_db()
    assert cast.owner.leaves_on is None


@pytest.mark.parametrize("typed", ["", "i morgon", "2020-01-01", "9999-12-31"])
def test_bad_last_day_is_answered_beside_the_field(client, cast, typed):
    client.force_login(cast.owner)
    answer = client.post(leave_page(cast.owner), {"last_day": "1", "leaves_on": typed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["leaves_on"]
    cast.owner.refresh_from_db()
    assert cast.owner.leaves_on is None


def test_form_hands_everything_over_and_a_second_click_does_no_harm(client, cast, channel, leaver):
    client.force_login(cast.nearest_manager)
    sent = filled(client, cast.owner, successor=cast.outsider.pk)
    assert client.post(leave_page(cast.owner), sent).status_code == 302
    channel.refresh_from_db()
    assert channel.owner == cast.outsider
    again = client.post(leave_page(cast.owner), sent, follow=True)
    assert again.status_code == 200
    assert "inget kvar att lämna över" in again.content.decode()


def test_without_a_successor_the_question_is_asked_once(client, cast, channel, leaver):
    client.force_login(cast.owner)
    answer = client.post(leave_page(cast.owner), filled(client, cast.owner))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["successor"]


def test_what_the_action_refuses_stands_beside_its_row_and_keeps_what_was_chosen(client, cast, channel, leaver):
    client.force_login(cast.owner)
    row = f"to_owner-{channel.pk}"
    for value in (str(cast.owner.pk), "ingen", "999999", "'"):
        answer = client.post(
            leave_page(cast.owner), filled(client, cast.owner, successor=cast.outsider.pk, **{row: value})
        )
        assert answer.status_code == 422
        assert row in answer.context["form"].errors
        assert answer.context["form"]["successor"].value() == str(cast.outsider.pk)
    set_last_day(user_id=cast.deputy.pk, day=leaver.leaves_on, actor=Actor(cast.deputy))
    form = client.get(leave_page(cast.owner)).context["hand_over"]
    assert str(cast.deputy.pk) not in dict(form.fields["successor"].choices)


def test_absent_successor_says_until_when(client, cast, channel, leaver):
    AbsenceFactory(user=cast.outsider)
    client.force_login(cast.owner)
    choices = dict(client.get(leave_page(cast.owner)).context["hand_over"].fields["successor"].choices)
    assert re.search(r"Gatuingenjör, .*borta till och med \d", choices[str(cast.outsider.pk)])


def test_two_tabs_the_second_is_told_and_keeps_what_was_chosen(client, cast, channel, leaver):
    client.force_login(cast.owner)
    sent = filled(client, cast.owner, successor=cast.outsider.pk)
    AppointmentFactory(user=cast.owner, role="web_editor")
    answer = client.post(leave_page(cast.owner), sent)
    assert answer.status_code == 409
    assert "ändrat sedan du öppnade sidan" in answer.content.decode()
    channel.refresh_from_db()
    assert channel.owner == cast.owner
    form = answer.context["form"]
    assert form["successor"].value() == str(cast.outsider.pk)
    fresh = {name: form[name].value() or "" for name in form.fields}
    assert client.post(leave_page(cast.owner), fresh).status_code == 302
    channel.refresh_from_db()
    assert channel.owner == cast.outsider


def test_what_only_others_hand_over_is_said(client, cast, channel):
    set_last_day(user_id=cast.chief_executive.pk, day=timezone.localdate(), actor=Actor(cast.strategist))
    client.force_login(cast.strategist)
    page = client.get(leave_page(cast.chief_executive))
    assert page.context["hand_over"] is None
    assert "personens chef eller en systemadministratör behöver lämna över" in page.content.decode()


def test_only_administrator_is_told_why_the_account_stays(client, cast):
    client.force_login(cast.administrator)
    page = client.get(leave_page(cast.administrator)).content.decode()
    assert "är den enda systemadministratören" in page


# --- Access -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def access(client, cast, channel, leaver):
    client.force_login(cast.owner)
    client.post(leave_page(cast.owner), filled(client, cast.owner, successor=cast.outsider.pk))
    return reverse("channels:remove_access", args=[channel.pk, cast.owner.pk])


DONE = {"removed": "on", "password": "changed", "codes": "none"}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("outsider", 200),
        ("deputy", 200),
        ("nearest_manager", 200),
        ("strategist", 200),
        ("owner", 403),
        ("archivist", 403),
    ],
)
def test_who_takes_access_away(client, cast, access, who, expected):
    client.force_login(cast[who])
    assert client.get(access).status_code == expected
    assert client.post(access, DONE).status_code == (302 if expected == 200 else 403)


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"removed": ""}, "removed"), ({"password": ""}, "password"), ({"codes": "hemlig"}, "codes")],
)
def test_every_question_is_answered(client, cast, access, changed, field):
    client.force_login(cast.outsider)
    answer = client.post(access, DONE | changed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Obligation.objects.open().filter(kind=clock.REMOVE_ACCESS).exists()


def test_done_twice_is_told(client, cast, access):
    client.force_login(cast.outsider)
    assert client.post(access, DONE).status_code == 302
    assert client.post(access, DONE).status_code == 409
    assert "Lösenordet är bytt." in client.get(access).content.decode()


def test_there_is_no_page_where_there_is_nothing_to_take_away(client, cast, channel):
    client.force_login(cast.strategist)
    assert client.get(reverse("channels:remove_access", args=[channel.pk, cast.deputy.pk])).status_code == 404
