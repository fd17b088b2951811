"""What is published is true after every change, and until it is, Django answers."""

import gzip
import re
import sys
import time
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.http import http_date

from accounts.models import Unit, User
from channels import publication
from channels.models import Channel, ChannelAddress, Platform
from kommun import published_first
from kommun.models import Municipality, PublicationDue
from kommun.publication import build_mark, file_name
from tests.public_scene import LEFT
from tests.published import REGISTER, Server, all_paths, old_due, scene_to_publish


@pytest.fixture
def scene(cast, settings, tmp_path, monkeypatch):
    return scene_to_publish(cast, settings, tmp_path, monkeypatch)


@pytest.fixture
def server(scene, settings):
    publication.publish()
    return Server(settings.PUBLISH_ROOT)


# --- True after every change ------------------------------------------------------------------------------------------
def lookup(server, path=REGISTER):
    answer = server.get(path)
    return answer.body.decode() if answer.status == 200 else None


CHANGES = {
    "a name": (lambda s: Channel.objects.filter(pk=s["open"].pk).update(name="Nytt namn"), "Nytt namn"),
    "an address": (
        lambda s: ChannelAddress.objects.filter(channel=s["open"]).update(url="https://www.facebook.com/nyttkonto"),
        "nyttkonto",
    ),
    "a unit": (lambda s: Unit.objects.filter(pk=s["open"].unit_id).update(name="Nya enheten"), "Nya enheten"),
    "a title": (lambda s: User.objects.filter(pk=s["open"].owner_id).update(title="Ny titel"), "Ny titel"),
    "the municipality": (lambda s: Municipality.objects.update(name="Nya kommunen"), "Nya kommunen"),
    "a platform": (lambda s: Platform.objects.filter(key="facebook").update(name="Nya Facebook"), "Nya Facebook"),
}


@pytest.mark.django_db
def test_a_change_past_the_actions_is_published_too(server, scene, subtests):
    page = scene["open"].get_absolute_url()
    for what, (change, words) in CHANGES.items():
        with subtests.test(what):
            assert words not in lookup(server)
            change(scene)
            assert PublicationDue.objects.exists()
            publication.publish()
            assert not PublicationDue.objects.exists()
            assert words in lookup(server)
            assert words in lookup(server, page)
            assert server.asked == 0


@pytest.mark.django_db
def test_a_sign_in_or_a_draft_publishes_nothing(server, cast):
    cast.owner.last_login = cast.owner.date_joined
    cast.owner.save()
    assert not PublicationDue.objects.exists()


@pytest.mark.django_db
def test_a_channel_that_is_hidden_closed_or_renamed_takes_its_old_pages_with_it(server, scene):
    opened = scene["open"]
    page = opened.get_absolute_url()
    Channel.objects.filter(pk=opened.pk).update(status="closed", closed_on=LEFT)
    publication.publish()
    assert "avslutad" in lookup(server, page)
    assert lookup(server, f"{page}regler/") is None
    Channel.objects.filter(pk=opened.pk).update(visibility="internal")
    publication.publish()
    assert lookup(server, page) is None
    assert opened.name not in lookup(server, "/kanaler/avslutade/")
    # Others named it as what came after them.
    assert opened.name not in lookup(server, scene["closed"].get_absolute_url())
    moved = scene["renamed"]
    Channel.objects.filter(pk=moved.pk).update(slug="ny-nyckel")
    publication.publish()
    assert lookup(server, "/kanaler/ny-nyckel/")
    assert lookup(server, moved.get_absolute_url()) is None


@pytest.mark.django_db
def test_one_change_makes_the_pages_of_one_channel_anew(server, scene, settings):
    folder = Path(settings.PUBLISH_ROOT) / server.app.shelf.edition().folder
    other = folder / file_name("sv", scene["renamed"].get_absolute_url())
    before = other.stat().st_mtime_ns
    Channel.objects.filter(pk=scene["open"].pk).update(audience="Alla")
    asked = []
    real = publication.render
    publication.render = lambda path, language: asked.append(path) or real(path, language)
    try:
        publication.publish()
    finally:
        publication.render = real
    assert other.stat().st_mtime_ns == before
    assert folder.exists()  # the same edition
    mine = {path for path in asked if path not in publication._shared_paths()}
    # Its own pages, and those of the two that name it as what comes after them.
    assert mine == {
        path
        for each in ("open", "closing", "closed")
        for path in publication._paths_of(scene[each].slug, scene[each].status)
    }


@pytest.mark.django_db
def test_until_a_change_is_published_django_answers(server, scene):
    old_due()
    assert server.get(REGISTER).status == 299
    assert server.get(scene["open"].get_absolute_url()).status == 299
    publication.publish()
    assert server.get(REGISTER).status == 200


@pytest.mark.django_db
def test_while_django_stands_in_it_makes_a_page_once_for_all_who_ask(server, monkeypatch):
    old_due()
    server.django = ("200 OK", [("Content-Type", "text/plain"), ("ETag", '"abc"'), ("Vary", "Cookie")], b"nu " * 200)
    known = server.get(REGISTER, if_none_match='"old"', if_modified_since=http_date(time.time()))
    assert (known.status, known.body) == (200, b"nu " * 200)
    packed = server.get(REGISTER, accept_encoding="gzip")
    assert gzip.decompress(packed.body) == known.body
    assert packed.headers["etag"] == '"abc-gz"'
    assert "last-modified" not in packed.headers
    assert server.get(REGISTER, method="HEAD").body == b""
    assert server.get(REGISTER, if_none_match='"abc"').status == 304
    assert server.asked == 1
    server.get("/kanaler/avslutade/")
    server.get(REGISTER, accept_language="en")
    assert server.asked == 3  # another page, another language
    monkeypatch.setattr(published_first, "STAND_IN_SECONDS", 0)
    server.django = ("200 OK", [], b"nyss")
    assert server.get(REGISTER).body == b"nyss"
    assert published_first.STAND_IN_SECONDS < 1


@pytest.mark.django_db
def test_the_publisher_is_given_a_moment_before_django_answers(server):
    old_due(seconds=0)
    assert server.get(REGISTER).status == 200
    assert published_first.LOOK_SECONDS + published_first.GRACE_SECONDS < 1


def test_the_times_that_the_layer_gives_itself_leave_a_quarter_of_the_second_for_the_page():
    """Waiting for the publisher, then for the next look, with an edition and a page not looked at again; or a stand-in's age."""
    looks = published_first.LOOK_SECONDS + 2 * published_first.FRESH_SECONDS
    assert published_first.GRACE_SECONDS + looks <= 0.75
    assert published_first.STAND_IN_SECONDS + looks <= 0.85  # it was made just before another change


@pytest.mark.django_db
def test_what_was_not_published_at_all_is_answered_by_django(scene, settings):
    server = Server(settings.PUBLISH_ROOT)
    assert server.get(REGISTER).status == 299
    publication.publish()
    assert server.get(REGISTER).status == 200
    shelf = server.app.shelf
    shelf.remove(shelf.edition(), [file_name("sv", REGISTER)])
    assert server.get(REGISTER).status == 299
    publication.publish()  # the sweep finds what is missing
    assert server.get(REGISTER).status == 200


@pytest.mark.django_db
def test_the_pages_of_yesterday_are_not_shown_today(scene, settings):
    with time_machine.travel(
        "2026-06-18 23:59:58+02:00", tick=False
    ) as clock:  # publishing may take longer than two seconds
        Channel.objects.update(updated_at="2026-06-18T10:00:00+02:00")
        publication.publish()
        server = Server(settings.PUBLISH_ROOT)
        assert "i dag kl." in lookup(server)
        clock.move_to("2026-06-19 00:00:00+02:00")
        assert lookup(server) is None
        publication.publish()
        assert "i går kl." in lookup(server)


@pytest.mark.django_db
def test_the_pages_of_another_build_are_not_shown(server, monkeypatch):
    for module in (published_first, publication, sys.modules["kommun.publication"]):
        monkeypatch.setattr(module, "build_mark", lambda: "another")
    fresh = Server(str(server.app.shelf.root))
    assert fresh.get(REGISTER).status == 299
    publication.publish()
    assert fresh.get(REGISTER).status == 200


def test_a_changed_setting_is_another_build_and_leaves_no_mark_behind(settings):
    before = build_mark()
    settings.SECURE_SSL_REDIRECT = not settings.SECURE_SSL_REDIRECT
    assert build_mark() != before
    settings.SECURE_SSL_REDIRECT = not settings.SECURE_SSL_REDIRECT
    assert build_mark() == before


def test_the_build_is_the_same_in_the_language_of_whoever_asks():
    marks = set()
    for language in ("sv", "en"):
        with translation.override(language):
            marks.add(build_mark())
    assert len(marks) == 1


@pytest.mark.django_db
def test_a_page_that_cannot_be_made_is_left_to_django_and_stops_nothing_else(server, scene, monkeypatch, caplog):
    bad = scene["renamed"].get_absolute_url()
    real = publication.render

    def render(path, language):
        response = real(path, language)
        response.status_code = 500 if path == bad else 200
        return response

    monkeypatch.setattr(publication, "render", render)
    Municipality.objects.update(name="Nya kommunen")
    assert publication.publish()
    assert "Nya kommunen" in lookup(server)
    assert lookup(server, bad) is None
    assert "was not published" in caplog.text
    monkeypatch.undo()


@pytest.mark.django_db
def test_without_a_folder_nothing_is_published_and_nothing_piles_up(scene, settings):
    settings.PUBLISH_ROOT = ""
    assert PublicationDue.objects.exists()
    assert publication.publish()
    assert not PublicationDue.objects.exists()


@pytest.mark.django_db
def test_every_table_that_a_public_page_reads_is_watched(server, client, scene):
    """A new table behind a public page needs a trigger, or the page would say what is no longer so."""
    with CaptureQueriesContext(connection) as asked:
        for path in all_paths():
            assert client.get(path).status_code == 200
    read = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', " ".join(query["sql"] for query in asked)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'publication_due'")
        watched = {name for (name,) in cursor.fetchall()}
    # A row of history is written with the row that it is about.
    assert read - {"channels_historicalchannel"} == watched
