"""The register in other places: the feed of changes, linked data, and the list in a frame."""

import json
import re
from datetime import date
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ValidationError

from channels.models import Channel
from kommun.embedding import embedding_sites, validate_sites
from kommun.models import Municipality
from tests.public_scene import make_channel, make_scene, many_channels

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def scene(cast):
    return make_scene(cast)


def entries(client):
    feed = ElementTree.fromstring(client.get("/kanaler.atom").content)  # noqa: S314  (our own)
    return feed, feed.findall(f"{ATOM}entry")


# --- The feed of changes ----------------------------------------------------------------------------------------------
def test_the_feed_tells_what_was_opened_closed_renamed_and_moved_the_latest_first(client, scene):
    opened, renamed = scene["open"], scene["renamed"]
    opened.name = "Stadsbiblioteket"
    opened.save()
    renamed.addresses.filter(valid_to__isnull=True).update(valid_from=date(2025, 7, 1))
    feed, found = entries(client)
    titles = [entry.findtext(f"{ATOM}title") for entry in found]
    assert titles[:3] == [
        "Nytt namn: Biblioteket heter nu Stadsbiblioteket",
        "Ny adress: Badhuset på Instagram är nu @ekhultsbad",
        "Avslutad kanal: Kulturskolan på X (tidigare Twitter)",
    ]
    assert {"Ny kanal: Stadsbiblioteket på Facebook", "Ny kanal: Torget på Threads"} <= set(titles[3:])
    days = [entry.findtext(f"{ATOM}updated") for entry in found]
    assert days == sorted(days, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == days[0]
    assert found[2].findtext(f"{ATOM}updated") == "2025-06-29T22:00:00+00:00"  # the day begins in Sweden
    ids = [entry.findtext(f"{ATOM}id") for entry in found]
    assert len(set(ids)) == len(ids)
    assert all(each.startswith("tag:") for each in ids)
    links = {entry.find(f"{ATOM}link").get("href") for entry in found}
    assert all(link.startswith("http") and "/kanaler/" in link for link in links)


def test_the_feed_says_nothing_of_what_the_public_may_not_see(client, scene):
    hidden = scene["internal"]
    hidden.name = "Hemliga kanalens nya namn"
    hidden.save()
    text = client.get("/kanaler.atom").content.decode()
    assert "Hemliga" not in text
    assert "Ej öppnad" not in text
    # Nor a name from before it could be seen.
    hidden.visibility = Channel.Visibility.PUBLIC
    hidden.name = "Öppen nu"
    hidden.save()
    text = client.get("/kanaler.atom").content.decode()
    assert "Öppen nu" in text
    assert "Hemliga" not in text


def test_an_empty_feed_is_a_feed_and_the_same_each_time(client):
    feed, found = entries(client)
    assert not found
    assert feed.findtext(f"{ATOM}title") == "Kommunen i sociala medier: ändringar"
    assert client.get("/kanaler.atom").content == client.get("/kanaler.atom").content


def test_the_feed_keeps_its_length_and_its_queries(client, cast, scene, django_assert_max_num_queries):
    many_channels(cast, 500)
    with django_assert_max_num_queries(7):
        assert len(entries(client)[1]) == 100


def test_what_somebody_has_written_cannot_break_the_feed(client, cast, scene):
    make_channel(cast, "<b>&]]>", "facebook.com/ekhultannan", slug="annan", purpose="\x0b</content>")
    assert "<b>&]]>" in " ".join(entry.findtext(f"{ATOM}title") for entry in entries(client)[1])


# --- Linked data ------------------------------------------------------------------------------------------------------
def test_the_linked_data_holds_every_account_of_ours_and_no_other(client, scene):
    response = client.get("/kanaler.jsonld")
    data = json.loads(response.content)
    assert response["Content-Type"] == "application/ld+json"
    assert [account for unit in data["subOrganization"] for account in unit["sameAs"]] == [
        "https://www.instagram.com/ekhultsbad/",
        "https://www.facebook.com/ekhultsbibliotek",
        "https://www.threads.com/@ekhultstorg",
    ]


def test_without_a_municipality_the_linked_data_is_empty(client):
    assert client.get("/kanaler.jsonld").json() == {}


# --- The list in a frame ----------------------------------------------------------------------------------------------
def names(response):
    return re.findall(r'target="_top" rel="noopener">([^<]+)</a>', response.content.decode())


def test_the_list_may_stand_on_the_municipalitys_own_website_and_nowhere_else(client, scene):
    response = client.get("/inbaddat/kanaler/")
    assert names(response) == ["Badhuset", "Biblioteket", "Torget"]
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == "'self' https://ekhult.example https://www.ekhult.example"
    assert policy["default-src"] == policy["form-action"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert "X-Frame-Options" not in response
    assert client.get("/kanaler/")["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in client.get("/kanaler/")["Content-Security-Policy"]


def test_the_municipality_says_which_websites_may_show_the_list(client, scene):
    Municipality.objects.update(
        embedded_on="https://bibliotek.ekhult.example\nhttps://Turism.Ekhult.example:8443/kanaler"
    )
    policy = client.get("/inbaddat/kanaler/")["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://bibliotek.ekhult.example https://turism.ekhult.example:8443;" in policy + ";"


NO_WEBSITE = [
    "http://ekhult.example",
    "*",
    "https://*",
    "https://a b",
    "https://a.se;script-src",
    "ekhult.se",
    "https://[::1",
    "'none'",
    "https://å.se",
]


@pytest.mark.parametrize("line", NO_WEBSITE)
def test_nothing_but_a_website_can_come_into_the_policy(line):
    with pytest.raises(ValidationError):
        validate_sites(f"https://ekhult.example\n{line}")
    assert not [
        site
        for site in embedding_sites(line, "https://www.ekhult.example")
        if not re.fullmatch(r"https://[a-z.]+", site)
    ]


def test_the_list_is_narrowed_to_a_unit_and_a_platform(client, cast, scene):
    assert names(client.get("/inbaddat/kanaler/", {"plattform": "instagram"})) == ["Badhuset"]
    assert names(client.get("/inbaddat/kanaler/", {"verksamhet": "biblioteksenheten", "plattform": "x"})) == []
    many_channels(cast, 205)
    assert len(names(client.get("/inbaddat/kanaler/"))) == 200
    assert "Se alla våra kanaler" in client.get("/inbaddat/kanaler/").content.decode()


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_the_script_puts_the_list_on_another_website(live_server, cast, page):
    make_scene(cast)
    other = live_server.url.replace("localhost", "127.0.0.1")
    Municipality.objects.update(embedded_on="https://not.here.example")
    site = f'<p>Före</p><script src="{live_server.url}/inbaddat/kanaler.js" data-plattform="instagram"></script><p>Efter</p>'
    page.route("**/egen-sida", lambda route: route.fulfill(body=site, content_type="text/html; charset=utf-8"))
    page.goto(f"{live_server.url}/egen-sida")
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name="Badhuset").wait_for()
    assert frame.get_by_role("link").count() == 2  # the channel, and the way to the register
    page.wait_for_function("document.querySelector('iframe').style.height !== '20rem'")
    assert page.evaluate("document.querySelector('iframe').scrollWidth <= document.documentElement.clientWidth")
    # Another website, which the municipality has not named.
    if other != live_server.url:
        page.route("**/annan-sida", lambda route: route.fulfill(body=site, content_type="text/html; charset=utf-8"))
        page.goto(f"{other}/annan-sida")
        assert not frame.get_by_role("link", name="Badhuset").is_visible()
