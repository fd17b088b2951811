"""A snapshot that was asked for is captured by a real browser and completed; a page that cannot be captured says why."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from accounts.actor import SCHEDULER, Actor
from archive import actions, tasks
from archive.actions import capturing as capturing_actions
from archive.capture.values import Outcome, Report, Result
from archive.captured import REFUSALS, note_of
from archive.models import Snapshot, SnapshotFile, StoredFile
from archive.pdfa.data import read_capture, read_posts
from channels.models import Channel
from kommun.errors import StateConflict
from tests.applications import make_municipality
from tests.platform_server import HOST, OWNER, Platform
from tests.public_scene import add_address

S, R = Snapshot.Status, SnapshotFile.Role
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def platform(settings: Any):
    server = Platform()
    settings.CAPTURE_INWARD = {f"{HOST}:80": f"127.0.0.1:{server.server_port}"}
    settings.CAPTURE_SANDBOX = "preferred"
    settings.CAPTURE_SECONDS = 60
    yield server
    server.close()


@pytest.fixture
def asked(channel: Channel):
    """Return a function that asks for a snapshot of a page of the platform."""
    make_municipality(name=OWNER)

    def ask(path: str) -> Snapshot:
        return actions.ask_snapshot(
            channel_id=channel.pk, how="captured", reason="campaign", address=f"http://{HOST}{path}", actor=SCHEDULER
        )

    return ask


def content(row: Snapshot, role: str) -> bytes:
    [one] = row.file_rows.filter(role=role, attempt=row.attempts)
    with default_storage.open(one.file.file.name) as file:
        return file.read()


def test_a_channel_is_captured_and_waits_for_a_look(platform, asked):
    row = asked("/flode")
    assert tasks.capture_due() == 1
    row.refresh_from_db()
    assert (row.status, row.attempts, row.problems) == (S.WAITING, 1, [])
    assert row.started_at < row.taken_at < row.handed_in_at
    roles = set(row.file_rows.values_list("role", flat=True))
    assert roles >= {R.SCREENSHOT, R.WACZ, R.MHTML, R.POSTS, R.CAPTURE, R.PDFA, R.MANIFEST}
    taken = StoredFile.objects.filter(snapshot_row__role__in=[R.SCREENSHOT, R.WACZ, R.MHTML, R.POSTS, R.CAPTURE])
    assert set(taken.values_list("how", "source_url")) == {("captured", f"http://{HOST}/flode")}
    assert content(row, R.PDFA).startswith(b"%PDF-")
    posts, note = read_posts(content(row, R.POSTS))
    assert len(posts) == 80
    assert (posts[24].author, posts[24].kind, posts[24].place) == (OWNER, "municipality", 25)
    assert (posts[25].kind, posts[25].answers) == ("visitor", 25)
    assert "utlästa ur sidan" in note
    said = {fact.term: fact.value for fact in read_capture(content(row, R.CAPTURE))}
    assert said["Adress som begärdes"] == f"http://{HOST}/flode"
    assert "Tackar nej till kakor: Avvisa alla" in said["Vad som gjordes"]
    assert said["Inloggad"] == "nej"
    whole = json.loads(content(row, R.CAPTURE))["whole"]
    kept = {one.file.name: one.file.sha256 for one in row.file_rows.select_related("file")}
    assert whole["files"]
    assert all(kept[one["name"]] == one["sha256"] for one in whole["files"])
    assert tasks.capture_due() == 0  # it is done


def test_a_login_wall_is_given_up_at_once_with_the_picture_of_it(platform, asked):
    row = asked("/logga-in-har")
    tasks.capture_due()
    row.refresh_from_db()
    assert (row.status, row.refusal) == (S.REJECTED, Snapshot.Refusal.LOGIN_WALL)
    assert row.decision_note.startswith("Sidan visar bara en inloggning.")
    assert row.file_rows.filter(role=R.SCREENSHOT).count() == 1
    assert not row.file_rows.filter(role=R.PDFA).exists()


def test_what_may_go_better_later_is_tried_again_with_pauses_and_then_given_up(platform, asked, time_machine):
    begun = timezone.now()
    time_machine.move_to(begun, tick=True)
    row = asked("/fel")
    for attempt, pause in enumerate((timedelta(minutes=11), timedelta(hours=3)), start=1):
        assert tasks.capture_due() == 1
        row.refresh_from_db()
        assert (row.status, row.attempts) == (S.ASKED, attempt)
        assert tasks.capture_due() == 0
        begun += pause
        time_machine.move_to(begun, tick=True)
    assert tasks.capture_due() == 1
    row.refresh_from_db()
    assert (row.status, row.refusal, row.attempts) == (S.REJECTED, Snapshot.Refusal.SERVER_ERROR, 3)


def test_whoever_comes_second_finds_it_begun(asked):
    row = asked("/flode")
    actions.start_snapshot(snapshot_id=row.pk, actor=SCHEDULER)
    assert tasks.capture_due() == 0
    with pytest.raises(StateConflict):
        actions.take_snapshot(snapshot_id=row.pk, actor=SCHEDULER)


def test_an_attempt_whose_worker_is_gone_is_made_again(asked, time_machine):
    row = asked("/flode")
    actions.start_snapshot(snapshot_id=row.pk, actor=SCHEDULER)
    now = timezone.now()
    assert actions.take_back_lost(now, actor=SCHEDULER) == 0
    assert actions.take_back_lost(now + capturing_actions.LOST + timedelta(seconds=1), actor=SCHEDULER) == 1
    row.refresh_from_db()
    assert (row.status, row.attempts) == (S.ASKED, 1)


def test_only_what_is_to_be_captured_is_captured(asked, channel, owner: Actor):
    actions.ask_snapshot(channel_id=channel.pk, how="uploaded", reason="on_request", actor=owner)
    row = asked("/flode")
    assert actions.ids_to_take(timezone.now()) == [row.pk]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_reason_and_a_note(outcome):
    assert (outcome in REFUSALS) == (outcome is not Outcome.CAPTURED)
    now = timezone.now()
    result = Result(None, None, outcome, now, now, Report(outcome, detail="x"))
    assert note_of(result).endswith(" (x)")


# --- The page's door --------------------------------------------------------------------------------------------------
def test_the_owner_asks_for_a_capture_once(channel, cast, client):
    make_municipality(name=OWNER)
    add_address(channel, "https://www.facebook.com/ekhult")
    address = reverse("archive:snapshot_capture", args=[channel.pk])
    client.force_login(cast.owner)
    assert client.get(address).status_code == 405
    first = client.post(address)
    [row] = Snapshot.objects.all()
    assert first.url == row.get_absolute_url()
    assert (row.status, row.how, row.reason, row.asked_by) == (S.ASKED, "captured", "on_request", cast.owner)
    again = client.post(address, follow=True)
    assert again.redirect_chain == [(row.get_absolute_url(), 302)]
    assert "En hämtning är redan på gång." in again.content.decode()
    assert Snapshot.objects.count() == 1


def test_a_channel_without_an_address_cannot_be_captured(channel, cast, client):
    make_municipality(name=OWNER)
    client.force_login(cast.owner)
    page = reverse("archive:snapshot_upload", args=[channel.pk])
    assert "Hämta sidan" not in client.get(page).content.decode()
    said = client.post(reverse("archive:snapshot_capture", args=[channel.pk]), follow=True)
    assert said.redirect_chain == [(page, 302)]
    assert "Kanalen har ingen adress att hämta från." in said.content.decode()


def test_the_way_to_a_capture_stands_beside_the_upload(channel, cast, client):
    make_municipality(name=OWNER)
    add_address(channel, "https://www.facebook.com/ekhult")
    client.force_login(cast.owner)
    text = client.get(reverse("archive:snapshot_upload", args=[channel.pk])).content.decode()
    assert reverse("archive:snapshot_capture", args=[channel.pk]) in text
