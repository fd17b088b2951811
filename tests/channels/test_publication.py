"""What is published equals what Django answers, and shows nothing else."""

import gzip
import re
import time
from pathlib import Path

import brotli
import pytest
import time_machine
from django.utils.http import http_date, parse_http_date

from accounts.models import User
from channels import publication
from channels.models import Channel
from kommun.models import Municipality
from kommun.publication import Shelf, file_name
from tests.published import REGISTER, Server, all_paths, scene_to_publish


@pytest.fixture
def scene(cast, settings, tmp_path, monkeypatch):
    return scene_to_publish(cast, settings, tmp_path, monkeypatch)


@pytest.fixture
def server(scene, settings):
    publication.publish()
    return Server(settings.PUBLISH_ROOT)


# --- Equal to the dynamic page ----------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_published_page_is_byte_for_byte_what_django_answers(server, client, language):
    paths = all_paths()
    assert (
        len(paths) == len(publication.LISTS + publication.FIXED) + 3 * 2 + 1
    )  # three open with rules, one closed without
    for path in paths:
        dynamic = client.get(path, headers={"accept-language": language, "host": "localhost"})
        assert dynamic.status_code == 200
        published = server.get(path, accept_language=language)
        assert published.body == dynamic.content, path
        theirs = {name.lower(): value for name, value in dynamic.headers.items()}
        ours = dict(published.headers)
        ours.pop("last-modified")
        assert ours.pop("vary") == ", ".join(filter(None, [theirs.pop("vary", ""), "Accept-Encoding"]))
        assert int(ours.pop("content-length")) == len(dynamic.content)
        theirs.pop("content-length", None)
        assert ours == theirs, path
        assert ours["content-security-policy"]
        assert ours["x-content-type-options"] == "nosniff"
        assert ours["referrer-policy"] == "same-origin"
        assert "set-cookie" not in ours
    assert server.asked == 0


@pytest.mark.django_db
def test_behind_https_the_layer_sends_hsts_and_leaves_the_redirect_to_django(scene, settings, client):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    publication._django.cache_clear()  # the middleware reads these settings when it is made
    try:
        publication.publish()
    finally:
        publication._django.cache_clear()
    server = Server(settings.PUBLISH_ROOT)
    assert server.get(REGISTER, x_forwarded_proto="https").headers["strict-transport-security"] == "max-age=3600"
    for asked in ({}, {"x_forwarded_proto": "http"}, {"x_forwarded_proto": "http, https"}):
        assert server.get(REGISTER, **asked).status == 299


@pytest.mark.django_db
def test_every_encoding_holds_the_same_bytes_with_a_validator_of_its_own(server):
    plain = server.get(REGISTER)
    packed = server.get(REGISTER, accept_encoding="gzip")
    small = server.get(REGISTER, accept_encoding="gzip, deflate, br;q=0.9")
    assert gzip.decompress(packed.body) == brotli.decompress(small.body) == plain.body
    assert (packed.headers["content-encoding"], small.headers["content-encoding"]) == ("gzip", "br")
    assert len({each.headers["etag"] for each in (plain, packed, small)}) == 3
    for each in (plain, packed, small):
        assert int(each.headers["content-length"]) == len(each.body)
        assert re.fullmatch(r'"[0-9a-f]{32}(-br|-gz)?"', each.headers["etag"])


ENCODINGS = [
    ("", None),
    ("identity", None),
    ("*", "br"),
    ("GZIP", "gzip"),
    ("gzip;q=0", None),
    ("gzip;q=0.0, *;q=0", None),
    ("br;q=0, gzip;q=0.001", "gzip"),
    ("br; q=0.5", "br"),
    ("deflate, zstd", None),
    (";;q=,,", None),
]


@pytest.mark.django_db
def test_the_encoding_is_one_that_the_visitor_reads(server, subtests):
    for accepted, given in ENCODINGS:
        with subtests.test(accepted):
            assert server.get(REGISTER, accept_encoding=accepted).headers.get("content-encoding") == given


@pytest.mark.django_db
def test_head_has_the_headers_and_no_body(server):
    for encoding in ("", "gzip"):
        whole = server.get(REGISTER, accept_encoding=encoding)
        head = server.get(REGISTER, method="HEAD", accept_encoding=encoding)
        assert (head.status, head.body, head.headers) == (200, b"", whole.headers)


# --- 304 --------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_whoever_has_the_page_is_told_so(server):
    first = server.get(REGISTER, accept_encoding="gzip")
    etag, day = first.headers["etag"], first.headers["last-modified"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = server.get(REGISTER, accept_encoding="gzip", if_none_match=known)
        assert (again.status, again.body) == (304, b""), known
        assert again.headers["etag"] == etag
        assert again.headers["vary"] == first.headers["vary"]
        assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
        assert not {"content-length", "content-type", "content-encoding"} & set(again.headers)
    assert server.get(REGISTER, if_none_match=etag).status == 200  # these bytes are others
    assert server.get(REGISTER, if_none_match='"x"', if_modified_since=day).status == 200  # the validator comes first
    assert server.get(REGISTER, if_modified_since=day).status == 304
    assert server.get(REGISTER, if_modified_since=http_date(time.time() + 60)).status == 304
    assert server.get(REGISTER, if_modified_since=http_date(1)).status == 200
    assert server.get(REGISTER, if_modified_since="i går").status == 200
    assert server.get(REGISTER, method="HEAD", if_none_match="*").status == 304


@pytest.mark.django_db
def test_two_versions_within_a_second_have_different_dates(server, scene):
    day = server.get(REGISTER).headers["last-modified"]
    with time_machine.travel(parse_http_date(day), tick=False):
        for n in range(3):
            Channel.objects.filter(pk=scene["open"].pk).update(name=f"Version {n}")
            publication.publish()
            answer = server.get(REGISTER, if_modified_since=day)
            assert answer.status == 200
            assert f"Version {n}" in answer.body.decode()
            assert "last-modified" not in answer.headers  # it would be a time to come


@pytest.mark.django_db
def test_a_page_that_is_made_anew_and_says_the_same_keeps_its_date(server):
    check, closed = "/kanaler/kontrollera/", "/kanaler/avslutade/"
    before = {path: server.get(path).headers["last-modified"] for path in (check, closed)}
    with time_machine.travel(time.time() + 3600):
        Municipality.objects.update(registrar_email="registrator@ekhult.example")  # a new edition of everything
        publication.publish()
        assert {path: server.get(path).headers["last-modified"] for path in before} == before


# --- What Django answers ----------------------------------------------------------------------------------------------
NOT_PLAIN = [
    {"method": "POST"},
    {"method": "OPTIONS"},
    {"query": "q=bad"},
    {"query": "sida=1"},
    {"cookie": "sessionid=abc"},
    {"cookie": "a=b; django_language=en"},
    {"cookie": "messages=x"},
    {"host": "evil.example"},
    {"host": ""},
]


@pytest.mark.django_db
def test_django_answers_what_is_not_the_plain_page_of_an_unknown_visitor(server, subtests):
    for asked in NOT_PLAIN:
        with subtests.test(**asked):
            assert server.get(REGISTER, **asked).status == 299
    assert server.get(REGISTER, cookie="_ga=1; consent=yes").status == 200  # means nothing here


LANGUAGES = {"": "sv", "en": "en", "en-GB,en;q=0.9,sv;q=0.1": "en", "fi,sv;q=0.5": "sv", "de": "sv", "\x00;;": "sv"}


@pytest.mark.django_db
def test_the_language_is_the_one_that_django_would_choose(server, client, subtests):
    for accepted, language in LANGUAGES.items():
        with subtests.test(accepted):
            body = server.get(REGISTER, accept_language=accepted).body
            assert f'<html lang="{language}">'.encode() in body
            assert body == client.get(REGISTER, headers={"accept-language": accepted}).content


HOSTILE = [
    "/../../../../etc/passwd",
    "/kanaler/../../kanaler/",
    "/kanaler/../current",
    "/current",
    "/lock",
    "//kanaler/",
    "/kanaler//",
    "/kanaler",
    "/kanaler/%2e%2e/",
    "/kanaler/\x00",
    "/kanaler/ ",
    "/KANALER/",
    "/kanaler/\xc3\xa5/",
    "/kanaler/\udcff/",
    "en /kanaler/",
    "*",
    "",
    "/" + "a" * 100_000,
    "http://localhost/kanaler/",
    "/start/",
    "/hantera/",
    "/register/1/",
    "/kanaler/hemliga-kanalen-facebook/",
    "/kanaler/ej-oppnad-youtube/",
    "/kanaler/kulturskolan-x/regler/",  # closed: it has none
]


@pytest.mark.django_db
def test_only_what_was_published_for_exactly_the_path_is_served(server, subtests):
    edition = server.app.shelf.edition()
    for path in [*HOSTILE, f"/{edition.folder}/{file_name('sv', REGISTER)}"]:
        with subtests.test(ascii(path[:80])):
            assert server.get(path).status == 299


@pytest.mark.django_db
def test_a_file_in_another_place_or_not_whole_is_not_served(server):
    shelf, edition = server.app.shelf, server.app.shelf.edition()
    folder = shelf.root / edition.folder
    good = (folder / file_name("sv", REGISTER)).read_bytes()
    for broken in (b"", b"{}", b"not json\n", good[:-1], good[: len(good) // 2], good + b"x"):
        (folder / file_name("sv", "/start/")).write_bytes(broken)
        assert server.get("/start/").status == 299
    (folder / file_name("sv", "/start/")).write_bytes(good)  # a page of another path
    assert server.get("/start/").status == 299


@pytest.mark.django_db
def test_nothing_internal_and_no_name_is_in_any_published_file(server, cast, settings):
    secret = ["Hemliga kanalen", "hemliga-kanalen", "ekhultinternt", "Ej öppnad", "ekhultframtid"]
    people = [person.name for person in vars(cast).values() if isinstance(person, User) and person.name != person.title]
    pages = [Shelf.read(file) for file in Path(settings.PUBLISH_ROOT).glob("*/*")]
    assert len(pages) == len(all_paths()) * 2
    for page in pages:
        text = page.bodies["identity"].decode()
        assert not [word for word in [*secret, *people] if word and word in text], page.path
