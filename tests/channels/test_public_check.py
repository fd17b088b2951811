""" "Är kontot verkligen vårt?": five distinct answers through the pages, and none when we cannot know."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from channels import public_queries
from channels.account_check import Kind, check_account
from channels.models import Channel
from tests.channels.test_public_pages import text_of
from tests.public_scene import LEFT, make_channel, make_scene, many_channels

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(cast):
    return make_scene(cast)


def ask(client, text, page="channels:public_check"):
    return client.get(reverse(page), {"konto": text})


ANSWERS = {
    "https://m.facebook.com/EkhultsBibliotek/?ref=share": ("Ja, kontot är vårt", "official"),
    "instagram.com/badhusetgamla": ("Nej, inte längre", "was_official"),
    "x.com/ekhultkultur": ("Nej, inte längre", "was_official"),
    "tiktok.com/@ekhultsbibliotek": ("Nej, inte på den plattformen", "wrong_platform"),
    "facebook.com/ekhu1tsbibliotek": ("Nej. Kontot liknar vårt", "lookalike"),
    "facebook.com/ekhultsbibliotek-officiell": ("Nej. Kontot liknar vårt", "lookalike"),
    "facebook.com/blomsterhandeln": ("Kontot står inte i vår", "unknown"),
    "https://www.facebook.com/ekhultsbibliotek/posts/123": ("Vi kan inte svara", "cannot_tell"),
    "https://www.ekhult.example/kontakt": ("Vi kan inte svara", "cannot_tell"),
    "https://bit.ly/3abc": ("Vi kan inte svara", "cannot_tell"),
}


@pytest.mark.parametrize("page", ["channels:public_check", "channels:public_register"])
@pytest.mark.parametrize("text", ANSWERS)
def test_each_answer_says_so_in_heading_and_title_and_is_not_for_search_engines(client, scene, text, page):
    words, kind = ANSWERS[text]
    response = ask(client, text, page)
    html = response.content.decode()
    assert response.status_code == 200
    assert response.context["answer"].kind == kind
    assert re.search(rf"<h2>{re.escape(words)}", html)
    assert re.search(rf"<title>{re.escape(words)}", html)
    assert '<meta name="robots" content="noindex">' in html
    assert f'value="{text.replace("&", "&amp;")}"' in html  # nothing that was typed is lost


def test_an_account_that_was_given_up_is_dated_and_names_what_came_instead_without_a_link_to_it(client, scene):
    html = ask(client, "instagram.com/badhusetgamla").content.decode()
    assert "30 juni 2025" in html
    assert "https://www.instagram.com/ekhultsbad/" in html
    assert 'href="https://www.instagram.com/badhusetgamla' not in html


def test_a_closed_channel_leads_to_its_successor(client, scene):
    html = ask(client, "@ekhultkultur").content.decode()
    assert "Nej, inte längre" in html
    assert scene["open"].get_absolute_url() in html


def test_an_address_that_a_closed_channel_still_has_is_not_official(client, scene):
    assert scene["closed"].addresses.get().valid_to is None
    answer = ask(client, "x.com/ekhultkultur").context["answer"]
    assert answer.verdict.until == LEFT


def test_a_name_alone_names_the_platform_and_several_get_no_verdict(client, cast, scene):
    one = ask(client, "@ekhultsbad")
    assert one.context["answer"].kind == "official"
    assert "Instagram" in one.content.decode()
    make_channel(cast, "Badet igen", "tiktok.com/@ekhultsbad")
    several = ask(client, "@ekhultsbad")
    assert several.context["answer"].kind == "cannot_tell"
    assert {link.platform for link in several.context["answer"].links} == {"Instagram", "TikTok"}


@pytest.mark.parametrize(
    "text", ["facebook.com/ekhultinternt", "@ekhultinternt", "facebook.com/ekhu1tinternt", "@ekhultframtid"]
)
def test_a_channel_that_is_not_public_gets_the_answer_of_any_unknown_name(client, scene, text):
    html = ask(client, text).content.decode()
    anybody = ask(client, "@blomsterhandeln").context["answer"]
    answer = ask(client, text).context["answer"]
    assert (answer.kind, answer.title, answer.sentences, answer.links) == (
        "unknown",
        anybody.title,
        anybody.sentences,
        (),
    )
    assert "Hemliga" not in html
    assert "Ej öppnad" not in html


def test_a_successor_that_is_not_public_is_not_named(client, scene):
    Channel.objects.filter(pk=scene["closed"].pk).update(successor=scene["internal"])
    for address in (
        reverse("channels:public_closed"),
        scene["closed"].get_absolute_url(),
        reverse("channels:public_json"),
    ):
        assert b"Hemliga" not in client.get(address).content
        assert b"hemliga" not in client.get(address).content
    assert ask(client, "x.com/ekhultkultur").context["answer"].links == ()


@pytest.mark.parametrize("page", ["channels:public_check", "channels:public_register"])
def test_an_empty_question_is_an_error_beside_the_field(client, scene, page):
    response = ask(client, "  ", page)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Klistra in kontots adress" in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="konto-h konto-e"' in html


HOSTILE = [
    "\x00",
    '"><script>alert(1)</script>',
    "javascript:alert(1)",
    "🏛️" * 900,
    "a" * 5000,
    "‮moc.koobecaf",
    "%00%ff",
    "@",
    "[::1",
    "xn--",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text_and_answered(client, scene, text):
    response = ask(client, text)
    assert response.status_code == 200
    assert b"<script>alert" not in response.content
    assert response.context["answer"].kind != "official"


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40) | st.from_regex(r"(facebook|instagram|x)\.com/[a-zåäö0-9._-]{1,20}", fullmatch=True))
def test_no_text_is_answered_with_yes_unless_it_is_one_of_ours(scene, text):
    index = public_queries.account_index(LEFT)
    verdict = check_account(text, index, index.specs, today=LEFT)
    if verdict.kind is Kind.OFFICIAL:
        keys = {"ekhultsbibliotek", "ekhultsbad", "ekhultstorg"}
        assert {match.handle_key for match in verdict.matches} <= keys


def test_the_check_asks_the_database_as_often_for_a_thousand_accounts_as_for_six(
    client, cast, scene, django_assert_num_queries
):
    ask(client, "facebook.com/ekhu1tsbibliotek")  # loads the policy and the platforms once for the process
    with django_assert_num_queries(4):  # has anything changed (two), the pages of the matches, the municipality
        ask(client, "facebook.com/ekhu1tsbibliotek")
    many_channels(cast, 1000)
    with django_assert_num_queries(5):  # and all accounts, once after the change
        ask(client, "facebook.com/ekhu1tsbibliotek")
    with django_assert_num_queries(4):
        ask(client, "facebook.com/ekhu1tsbibliotek")


def test_of_two_changes_at_once_the_one_that_is_committed_last_is_seen_too(client, scene):
    late = timezone.now() + timedelta(hours=1)
    Channel.objects.filter(pk=scene["open"].pk).update(updated_at=late)  # began last, was committed first
    assert ask(client, "instagram.com/ekhultsbad").context["answer"].kind == "official"
    assert "3 kanaler" in text_of(client.get(reverse("channels:public_register")))
    change = {"status": Channel.Status.CLOSED, "closed_on": LEFT, "version": 2}
    Channel.objects.filter(pk=scene["renamed"].pk).update(**change)
    assert ask(client, "instagram.com/ekhultsbad").context["answer"].kind == "was_official"
    assert "2 kanaler" in text_of(client.get(reverse("channels:public_register")))


def test_an_answer_can_be_had_from_the_register_without_losing_it(client, scene):
    html = ask(client, "facebook.com/blomsterhandeln", "channels:public_register").content.decode()
    assert 'action="/kanaler/#kontroll"' in html
    assert "mailto:kommun@ekhult.example?subject=Tips%20om%20ett%20konto&amp;body=facebook.com/blomsterhandeln" in html
