"""The public pages: what they show, what they never show, and what they cost."""

import re
from html import unescape

import pytest
from django.test import override_settings
from django.utils import timezone

from channels.addresses import parse_account
from channels.models import Channel
from channels.platform_specs import load_platform_specs
from channels.public_words import Reply, person_words, removal_words, reply_time
from kommun import policy
from kommun.models import Municipality
from kommun.policy import keys
from kommun.policy.values.talking import RemovalClass
from tests.public_scene import add_address, make_channel, make_scene, many_channels

pytestmark = pytest.mark.django_db
REGISTER = "/kanaler/"
PAGES = [REGISTER, "/kanaler/avslutade/", "/kanaler/kontrollera/", "/kanaler.csv", "/kanaler.json", "/tillganglighet/"]


@pytest.fixture
def scene(cast):
    return make_scene(cast)


def text_of(response):
    """Return the words of a page, without markup and with single spaces."""
    body = re.sub(r"<script.*?</script>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(body).split())


def names(response):
    return re.findall(r"<h3><a href=[^>]+>([^<]+)</a></h3>", response.content.decode())


# --- Register ---------------------------------------------------------------------------------------------------------
def test_the_front_page_leads_to_the_register_for_everybody(client, cast, scene):
    assert client.get("/").status_code == 302
    assert client.get("/")["Location"] == REGISTER
    client.force_login(cast.owner)
    assert client.get("/")["Location"] == REGISTER


def test_the_register_shows_the_open_public_channels_with_their_number(client, scene):
    response = client.get(REGISTER)
    assert names(response) == ["Badhuset", "Biblioteket", "Torget"]
    words = text_of(response)
    assert "3 kanaler, 1 avslutad." in words
    assert "Visar 3 av 3" in words
    assert "Svarar inom 48 timmar på vardagar" in words
    assert "Bibliotekarie, Biblioteksenheten" in words


@pytest.mark.parametrize("address", [*PAGES, "/kanaler/biblioteket-facebook/", "/kanaler/biblioteket-facebook/regler/"])
def test_no_public_page_knows_of_channels_that_are_not_public(client, scene, address):
    content = client.get(address).content.decode()
    for hidden in ("Hemliga kanalen", "hemliga-kanalen", "ekhultinternt", "Ej öppnad", "ekhultframtid"):
        assert hidden not in content


def test_the_filters_do_not_name_what_only_internal_channels_have(client, cast, scene):
    other = cast.outsider.unit
    make_channel(cast, "Intern", "flickr.com/photos/ekhultfoto", visibility="internal", unit=other)
    html = client.get(REGISTER).content.decode()
    assert "Flickr" not in html
    assert other.name not in html


@pytest.mark.parametrize("slug", ["hemliga-kanalen-facebook", "ej-öppnad-youtube", "finns-inte"])
@pytest.mark.parametrize("tail", ["", "regler/"])
def test_a_channel_that_is_not_public_has_no_page(client, scene, slug, tail):
    Channel.objects.filter(slug="ej-öppnad-youtube").update(slug="ej-oppnad-youtube")
    address = f"/kanaler/{slug.replace('ö', 'o')}/{tail}"
    assert client.get(address).status_code == 404


FILTERS = [
    ({"q": "bad"}, ["Badhuset"]),
    ({"q": "BIBLIOTEKSENHETEN torg"}, ["Torget"]),
    ({"q": "@ekhultsbad"}, ["Badhuset"]),
    ({"q": "facebook.com/ekhults"}, ["Biblioteket"]),
    ({"plattform": "threads"}, ["Torget"]),
    ({"verksamhet": "biblioteksenheten", "q": "böcker"}, ["Badhuset", "Biblioteket", "Torget"]),
    ({"verksamhet": "finns-inte"}, []),
    ({"plattform": "\x00", "q": "\x00%_"}, []),
]


@pytest.mark.parametrize(("asked", "found"), FILTERS)
def test_the_register_is_narrowed_by_words_platform_and_unit(client, scene, asked, found):
    response = client.get(REGISTER, asked)
    assert names(response) == found
    assert f"Visar {len(found)} av 3" in text_of(response)
    assert ("Visa alla kanaler" in text_of(response)) == (not found)
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_an_empty_register_says_so_and_shows_no_search(client, cast):
    response = client.get(REGISTER)  # not even a municipality
    assert response.status_code == 200
    assert "Inga kanaler än" in text_of(response)
    assert 'name="q"' not in response.content.decode()
    assert client.get("/kanaler.json").json()["publisher"] is None
    assert "Inga avslutade kanaler" in text_of(client.get("/kanaler/avslutade/"))


def test_a_long_register_has_pages_that_keep_the_search(client, cast, scene):
    many_channels(cast, 210)
    first = client.get(REGISTER, {"q": "kanal"})
    assert len(names(first)) == 200
    assert "?q=kanal&amp;sida=2" in first.content.decode()
    assert len(names(client.get(REGISTER, {"q": "kanal", "sida": "2"}))) == 10
    for nonsense in ("0", "-1", "x", "999"):
        assert client.get(REGISTER, {"sida": nonsense}).status_code == 200


@pytest.mark.parametrize("address", [REGISTER, "/kanaler.csv", "/kanaler.json"])
def test_a_page_costs_as_many_queries_for_ten_thousand_channels_as_for_ten(
    client, cast, scene, address, django_assert_max_num_queries
):
    counts, sizes = [], (10, 1_000, 10_000)
    client.get(address)
    for before, size in zip((0, *sizes), sizes, strict=False):
        if size == sizes[-1] and address != REGISTER:
            break  # the files read every row: a thousand show that no row costs a query
        many_channels(cast, size - before, first=before)
        with django_assert_max_num_queries(14) as asked:
            client.get(address)
        counts.append(len(asked))
    # The second and third have one query less: no channel on their first page has a successor.
    assert counts[0] == max(counts), counts
    assert len(set(counts[1:])) == 1, counts


# --- Names ------------------------------------------------------------------------------------------------------------
@pytest.mark.policy("J3")
def test_names_of_persons_are_shown_only_when_the_municipality_says_so(client, cast, scene):
    cast.owner.name, cast.owner.title = "Kontoansvarigs namn", "Bibliotekarie"
    cast.owner.save()
    cast.deputy.name, cast.deputy.title = "Ersättares namn", ""  # no title: then the unit alone, never the name
    cast.deputy.save()
    addresses = [REGISTER, scene["open"].get_absolute_url(), "/kanaler.json", "/kanaler.csv"]
    for address in addresses:
        content = client.get(address).content.decode()
        assert "namn (" not in content
        assert "Kontoansvarigs namn" not in content
        assert "Ersättares namn" not in content
        assert "Bibliotekarie, Biblioteksenheten" in content
    Municipality.objects.update(show_names=True)
    for address in addresses:
        assert "Kontoansvarigs namn (Bibliotekarie, Biblioteksenheten)" in client.get(address).content.decode()


def test_where_the_log_in_is_kept_is_for_nobody_outside(client, scene):
    Channel.objects.update(credentials_place="Kassaskåpet på plan 3")
    for address in (*PAGES, scene["open"].get_absolute_url()):
        assert "Kassaskåpet" not in client.get(address).content.decode()


# --- One channel ------------------------------------------------------------------------------------------------------
def test_a_channel_says_why_for_whom_who_answers_and_how_fast(client, scene):
    words = text_of(client.get(scene["open"].get_absolute_url()))
    for expected in (
        "Officiell kanal",
        "facebook.com/ekhultsbibliotek",
        "Berätta om program och böcker.",
        "Biblioteksbesökare",
        "Kulturnämnden",
        "biblioteket@ekhult.example",
        "Svarar inom 48 timmar på vardagar",
        "Svenska, Suomi",
        "vår sedan den 1 mars 2024",
    ):
        assert expected in words


def test_a_channel_tells_of_its_earlier_addresses_without_linking_to_them(client, scene):
    response = client.get(scene["renamed"].get_absolute_url())
    assert "@badhusetgamla på Instagram, var vår till den 30 juni 2025" in text_of(response)
    assert "instagram.com/badhusetgamla" not in response.content.decode()


def test_a_closed_channel_keeps_its_page_with_when_why_and_what_came_instead(client, scene):
    response = client.get(scene["closed"].get_absolute_url())
    html, words = response.content.decode(), text_of(response)
    assert "Vi lämnade kanalen den 30 juni 2025" in words
    assert "Få läsare." in words
    assert scene["open"].get_absolute_url() in html
    assert "Officiell kanal" not in words
    assert 'href="https://x.com/ekhultkultur' not in html
    assert "ld+json" not in html
    assert "/regler/" not in html
    assert client.get(scene["closed"].get_absolute_url() + "regler/")["Location"] == scene["closed"].get_absolute_url()


def test_closed_channels_and_left_addresses_are_listed(client, scene):
    words = text_of(client.get("/kanaler/avslutade/"))
    assert "Kulturskolan på X" in words
    assert "@badhusetgamla" in words
    assert "Badhuset på Instagram" in words


def test_what_people_wrote_is_text_also_in_the_data_for_machines(client, cast, scene):
    hostile = '</script><script>alert("1")</script>&<b>'
    cast.unit.name = hostile
    cast.unit.save()
    values = {"name": hostile, "purpose": hostile, "audience": hostile, "description": hostile}
    Channel.objects.filter(pk__in=[scene["open"].pk, scene["closed"].pk]).update(**values, closing_reason=hostile)
    Municipality.objects.update(name=hostile)
    addresses = [scene["open"].get_absolute_url(), scene["closed"].get_absolute_url(), *PAGES[:3], "/tillganglighet/"]
    for address in (*addresses, scene["open"].get_absolute_url() + "regler/", "/kanaler/?q=" + hostile):
        html = client.get(address).content.decode()
        assert "<script>alert" not in html
        assert "<b>" not in html
    found = re.search(r'ld\+json">(.*?)</script>', client.get(addresses[0]).content.decode())
    assert r"\u003C/script\u003E" in found[1]


@pytest.mark.parametrize("address", [*PAGES, "/kanaler/biblioteket-facebook/", "/kanaler/biblioteket-facebook/regler/"])
def test_every_page_answers_head_and_refuses_to_be_written_to(client, scene, address):
    assert client.head(address).status_code == 200
    assert client.head(address).content == b""
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", [*PAGES[:3], "/tillganglighet/", "/kanaler/biblioteket-facebook/"])
def test_a_public_page_sets_no_cookie_and_does_not_depend_on_who_is_signed_in(client, cast, scene, address):
    response = client.get(address)
    assert not response.cookies
    client.force_login(cast.strategist)
    assert client.get(address).content == response.content


# --- Rules for comments -----------------------------------------------------------------------------------------------
RULES = {
    "tibro": [
        "Det tas bort skyndsamt, senast inom 48 timmar, även på helger.",
        "Hets mot folkgrupp",
        "BrB 16 kap. 8 §",
    ],
    "sunne": ["Det tas bort när det är kopierat och bedömt."],
    "nora": ["Tas bort direkt.", "Tas bort snarast.", "Tas bort skyndsamt."],
    "overkalix": ["Det tas bort inom 48 timmar, även på helger.", "Kommersiell reklam"],
    "forshaga": ["Det tas bort skyndsamt.", "Hemliga uppgifter"],
}


@pytest.mark.policy("H16")
@pytest.mark.parametrize("preset", RULES)
def test_the_rules_are_those_of_the_policy_and_of_the_law_as_it_stands(client, cast, preset):
    scene = make_scene(cast, preset)
    words = text_of(client.get(scene["open"].get_absolute_url() + "regler/"))
    for expected in RULES[preset]:
        assert expected in words
    # What the law lists and no policy does, and what holds whatever the policy says.
    for expected in (
        "BrB 4 kap. 5 §",
        "Olaga integritetsintrång",
        "Offentlig uppmaning till terrorism",
        "Kritik är aldrig skäl",
        "allmän handling",
        "Andra kan läsa",
    ):
        assert expected in words
    assert "biblioteket@ekhult.example" in words
    assert "Kulturnämnden ansvarar för de personuppgifter" in words
    assert "Policyns ord" not in words  # a note to staff
    assert words.count("BrB 16 kap. 8 §") == 1


def test_a_text_that_is_only_our_suggestion_is_not_given_out_as_the_municipalitys(client, scene):
    template = policy.rule(keys.STANDARD_TEXT).value.templates[0]
    assert not template.complete
    assert template.body[:30] not in text_of(client.get(scene["open"].get_absolute_url() + "regler/"))


# --- Words ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(48, "hours", working_days=True), "Svarar inom 48 timmar på vardagar"),
        (Reply(1, "hours"), "Svarar inom 1 timme"),
        (Reply(2, "days", working_days=True), "Svarar inom 2 vardagar"),
        (Reply(1, "days"), "Svarar inom 1 dag"),
        (Reply(0, "hours"), "Svarar genast"),
        (Reply(word="skyndsamt"), "Svarar skyndsamt"),
    ],
)
def test_a_reply_time_is_said_in_words(reply, words):
    assert reply.sentence == words


@pytest.mark.policy("G2")
@pytest.mark.parametrize(
    ("preset", "hours", "words"),
    [
        ("tibro", None, "Svarar inom 48 timmar på vardagar"),
        ("tibro", 24, "Svarar inom 24 timmar på vardagar"),
        ("overkalix", None, "Svarar inom 48 timmar"),
        ("nora", None, "Svarar skyndsamt"),
        ("forshaga", None, None),
        ("forshaga", 72, "Svarar inom 72 timmar"),
    ],
)
def test_the_promise_is_the_channels_own_and_the_calendar_the_policys(cast, preset, hours, words):
    make_scene(cast, preset)
    found = reply_time(hours, policy.rule(keys.REPLY_WITHIN))
    assert (found.sentence if found else None) == words


def test_nobody_has_promised_anything_without_a_policy(client, cast, scene):
    assert reply_time(None, None) is None
    assert removal_words(None) == ""
    assert removal_words(RemovalClass(value=3, unit="days", calendar="working_days")) == "inom 3 vardagar"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://www.instagram.com/ekhult/", "@ekhult"),
        ("https://www.facebook.com/ekhult", "facebook.com/ekhult"),
        ("https://www.youtube.com/@ekhult", "@ekhult"),
        ("https://www.youtube.com/c/ekhult", "youtube.com/c/ekhult"),  # need not be @ekhult
        ("https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv", "youtube.com/channel/UCabcdefghijklmnopqrstuv"),
        ("https://ekhult.se/blogg", "ekhult.se/blogg"),
    ],
)
def test_an_account_is_shown_as_people_know_it(address, shown):
    specs = load_platform_specs()
    account = parse_account(address, specs)
    assert specs.shown(account.platform, account.handle, account.handle_key, account.url) == shown
    assert specs.shown("borta", "ekhult", "ekhult", "https://borta.example/ekhult") == "borta.example/ekhult"


def test_a_person_without_title_is_never_named_by_way_of_the_role(cast):
    cast.owner.title = ""
    assert person_words(cast.owner, named=False) == "Biblioteksenheten"
    assert person_words(None, named=True) == ""


# --- Language and statement -------------------------------------------------------------------------------------------
def test_the_language_can_be_changed_without_a_token_and_only_stays_on_the_site(client, scene):
    html = client.get(REGISTER).content.decode()
    assert 'action="/sprak/"' in html
    assert "csrfmiddlewaretoken" not in html
    changed = client.post("/sprak/", {"language": "en", "next": "/kanaler/?q=bad"})
    assert changed["Location"] == "/kanaler/?q=bad"
    assert '<html lang="en">' in client.get(REGISTER).content.decode()
    assert client.post("/sprak/", {"language": "sv", "next": "https://evil.example/"})["Location"] == "/"
    assert client.get("/kanaler.json", headers={"accept-language": "en"})["Content-Language"] == "sv"


def test_the_statement_says_what_is_known_and_that_nobody_has_assessed_it_until_somebody_has(client, scene):
    words = text_of(client.get("/tillganglighet/"))
    assert "Ekhults kommun står bakom" in words
    assert "kommun@ekhult.example" in words
    assert "Kommunen har inte gjort någon egen bedömning än." in words
    with override_settings(ACCESSIBILITY_ASSESSED_ON=timezone.datetime(2026, 10, 1).date()):
        words = text_of(client.get("/tillganglighet/"))
    assert "1 oktober 2026" in words
    assert "inte gjort någon egen" not in words


def test_an_open_channel_that_has_lost_its_account_is_not_called_official(client, scene):
    scene["open"].addresses.update(valid_to=timezone.localdate())
    assert "Biblioteket" not in names(client.get(REGISTER))
    add_address(scene["open"], "facebook.com/ekhultbibliotek2")
    assert "Biblioteket" in names(client.get(REGISTER))
