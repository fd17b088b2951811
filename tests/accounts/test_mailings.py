"""What a person chooses to get by mail, and the link in a mail that ends a part of it without signing in."""

import pytest
from django.test import Client

from accounts import actions, mailing
from accounts.actor import Actor
from accounts.models import MailChoice, User
from kommun.models import Event
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def path_of(person, part="soon"):
    return mailing.stop_url(person.pk, part).removeprefix("http://127.0.0.1:8000")


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "http://127.0.0.1:8000"


# --- The page of one's own -------------------------------------------------------------------------------------------
def test_the_page_offers_what_may_be_ended_and_says_why_the_rest_may_not(client, cast):
    client.force_login(cast.owner)
    text = client.get("/mina-utskick/").content.decode()
    assert text.count('type="checkbox"') == 2
    assert text.count("checked") == 2
    for duty in ("Genast", "Kl. 07.30 på arbetsdagar", "När någon frågar dig", "När du ersätter någon"):
        assert f"<dt>{duty}</dt>" in text
    assert "Regelverket ger dig de uppgifterna" in text


@pytest.mark.parametrize(
    ("sent", "soon", "copies"),
    [({}, False, False), ({"soon": "on"}, True, False), ({"copies": "on"}, False, True)],
)
def test_the_choice_is_kept_recorded_and_shown(client, cast, sent, soon, copies):
    client.force_login(cast.owner)
    assert client.post("/mina-utskick/", sent).status_code == 302
    choice = MailChoice.objects.get(user=cast.owner)
    assert (choice.soon, choice.copies) == (soon, copies)
    assert choice.history.get().history_user == cast.owner
    event = Event.objects.get(kind="mail.chosen")
    assert (event.actor, event.door, event.subject_id) == (cast.owner, "web", str(cast.owner.pk))
    assert client.get("/mina-utskick/").content.decode().count("checked") == soon + copies


def test_the_same_choice_again_is_no_event(client, cast):
    client.force_login(cast.owner)
    for _time in range(2):
        client.post("/mina-utskick/", {"soon": "on", "copies": "on"})
    assert not MailChoice.objects.exists()
    for _time in range(2):
        client.post("/mina-utskick/", {"soon": "on"})
    assert Event.objects.filter(kind="mail.chosen").count() == 1
    assert mailing.without("copies", [cast.owner.pk, cast.deputy.pk]) == {cast.owner.pk}
    assert mailing.without("soon", [cast.owner.pk, cast.deputy.pk]) == set()


# --- The link in the mail --------------------------------------------------------------------------------------------
def test_opening_the_link_changes_nothing(cast):
    for method in ("get", "head"):
        answer = getattr(Client(), method)(path_of(cast.owner))
        assert answer.status_code == 200
    assert not MailChoice.objects.exists()
    assert Client().options(path_of(cast.owner)).status_code == 405


@pytest.mark.parametrize("part", mailing.PARTS)
def test_one_press_in_a_mail_program_ends_just_that_part(cast, part):
    """RFC 8058: a post with a body of its own, without cookies, without sign-in, answered without a redirect."""
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(path_of(cast.owner, part), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "Du får inte längre de här mejlen" in answer.content.decode()
    choice = MailChoice.objects.get()
    assert (choice.user, choice.soon, choice.copies) == (cast.owner, part != "soon", part != "copies")
    event = Event.objects.get(kind="mail.chosen")
    assert (event.actor, event.door) == (cast.owner, "mail")
    assert browser.post(path_of(cast.owner, part)).status_code == 200  # twice is once
    assert Event.objects.count() == 1
    assert "Sluta skicka" not in browser.get(path_of(cast.owner, part)).content.decode()


def test_both_parts_are_ended_one_by_one_and_taken_up_again_on_the_page(client, cast):
    for part in mailing.PARTS:
        Client().post(path_of(cast.owner, part))
    choice = MailChoice.objects.get()
    assert (choice.soon, choice.copies) == (False, False)
    client.force_login(cast.owner)
    client.post("/mina-utskick/", {"soon": "on", "copies": "on"})
    choice.refresh_from_db()
    assert (choice.soon, choice.copies) == (True, True)


def test_nobody_can_make_a_link_for_somebody_else(cast):
    good = path_of(cast.owner)
    token = good.split("/")[-2]
    made_up = [
        token.replace(f"{cast.owner.pk}-", f"{cast.deputy.pk}-"),
        token.replace("soon", "copies"),
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        f"{cast.owner.pk}-soon",
        "x" * 4000,
        mailing._signer.sign(f"{cast.owner.pk}-duty"),
        mailing._signer.sign("0-soon"),
    ]
    for one in made_up:
        for method in ("get", "post"):
            assert getattr(Client(), method)(good.replace(token, one)).status_code == 404, one
    assert not MailChoice.objects.exists()


def test_somebody_else_who_is_signed_in_ends_it_for_the_reader_of_the_mail(client, cast, settings):
    """The link is the right, as the mail is. A missing second factor does not stand in its way."""
    settings.MFA_REQUIRED = True
    client.login(email=cast.deputy.email, password=PASSWORD)
    assert client.post(path_of(cast.owner)).status_code == 200
    assert MailChoice.objects.get().user == cast.owner


def test_a_choice_needs_a_person(cast):
    with pytest.raises(TypeError):
        actions.choose_mail(soon=True, copies=False, actor=Actor(None))
    with pytest.raises(User.DoesNotExist):
        actions.stop_mail(user_id=0, part="soon")
