"""The pages of snapshots: what each person sees, the owner's way in, the look, and files that are never lost on an error."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from accounts.actor import Actor
from accounts.organisation import Organisation
from archive import actions, readers, snapshot_queries
from archive.models import Snapshot
from kommun import aside
from kommun.aside import Shelf
from kommun.tasks import throw_away_aside
from tests.applications import adopt_preset, make_municipality
from tests.archive_scene import make_channel, png, upload
from tests.factories import UserFactory
from tests.snapshot_scene import waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy(cast):
    make_municipality()
    return adopt_preset("tibro", Actor(cast.administrator))


@pytest.fixture
def signed_in(client, cast):
    def who(name):
        client.force_login(cast[name])
        return client

    return who


def sent(client, channel, **values):
    defaults = {"how": "uploaded", "taken_on": timezone.localdate().isoformat(), "reason": "on_request", "note": ""}
    data = {key: value for key, value in {**defaults, **values}.items() if value is not None}
    return client.post(reverse("archive:snapshot_upload", args=[channel.pk]), data)


def notes_in(response):
    return [one.note for one in response.context["form"].put_aside]


# --- Who sees what ----------------------------------------------------------------------------------------------------
def test_the_list_shows_what_each_may_read_and_nothing_else(cast, channel, owner):
    row = waiting(channel, owner)
    other = waiting(make_channel(cast, "Badhuset", unit=cast.central, owner=cast.strategist), Actor(cast.strategist))
    organisation = Organisation.load(timezone.localdate())
    for name, person in cast.people():
        listed = set(snapshot_queries.snapshots_seen_by(person, organisation, snapshot_queries.Choice()))
        may = {one for one in (row, other) if readers.may_read_snapshot(person, organisation, one)}
        assert listed == may, name


def test_the_list_can_be_narrowed(signed_in, cast, channel, owner):
    row = waiting(channel, owner, reason="before_closing")
    actions.reject_snapshot(snapshot_id=row.pk, refusal="incomplete", actor=Actor(cast.archivist))
    old = waiting(channel, owner, period=timezone.localdate() - timedelta(days=400))
    client = signed_in("archivist")
    for query, shown in (
        ("", {row, old}),
        ("?lage=rejected", {row}),
        ("?lage=atgard", {old}),
        ("?varfor=before_closing", {row}),
        ("?q=biblio", {row, old}),
        ("?q=badhus", set()),
        (f"?halvar={old.period}", {old}),
        ("?halvar=trams&lage=trams&varfor=trams&sida=trams", {row, old}),
    ):
        response = client.get(reverse("archive:snapshots") + query)
        assert response.status_code == 200
        assert {one for rows in response.context["periods"] for one in rows} == shown, query
    assert "Inlägg eller bilder saknas" in client.get(reverse("archive:snapshots")).content.decode()


def test_a_long_list_asks_no_more_than_a_short_one(signed_in, channel, owner, django_assert_max_num_queries):
    client = signed_in("archivist")
    for _number in range(12):
        waiting(channel, owner)
    with django_assert_max_num_queries(40):
        client.get(reverse("archive:snapshots"))


def test_the_menu_counts_what_waits_for_whoever_looks(signed_in, channel, owner):
    waiting(channel, owner)
    page = signed_in("archivist").get(reverse("archive:snapshots")).content.decode()
    assert "ögonblicksbilder att titta på" in page
    page = signed_in("owner").get(reverse("archive:snapshots")).content.decode()
    assert "ögonblicksbilder att titta på" not in page


# --- The way in -------------------------------------------------------------------------------------------------------
def test_the_owner_hands_in_and_the_archivist_accepts(signed_in, cast, channel, django_capture_on_commit_callbacks):
    client = signed_in("owner")
    with django_capture_on_commit_callbacks(execute=True):
        response = sent(client, channel, files=[upload(png(9, 9), "ett.png"), upload(png(8, 8), "två.png")])
    row = Snapshot.objects.get()
    assert response.url == row.get_absolute_url()
    page = client.get(row.get_absolute_url()).content.decode()
    assert "Inte oberoende validerad" in page
    assert "Vår kontroll hittade inget fel" in page
    assert "ett.png" in page
    assert "Godta bilden" not in page  # nobody rates their own
    client = signed_in("archivist")
    assert client.get(reverse("archive:snapshot_thumbnail", args=[row.pk]))["Content-Type"] == "image/png"
    assert "Godta bilden" in client.get(row.get_absolute_url()).content.decode()
    response = client.post(row.get_absolute_url(), {"answer": "accept", "rating": "gaps", "note": ""})
    assert response.status_code == 422
    assert "Skriv vad som saknas" in response.content.decode()
    response = client.post(row.get_absolute_url(), {"answer": "accept", "rating": "whole", "note": ""})
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.status, row.record.kind) == ("accepted", "snapshot")
    response = client.post(row.get_absolute_url(), {"answer": "reject", "refusal": "gone", "note": ""})
    assert response.status_code == 409
    assert client.get(reverse("archive:propose", args=[row.record.pk])).status_code == 200


def test_whoever_may_not_look_gets_the_reason(signed_in, channel, owner):
    row = waiting(channel, owner)
    response = signed_in("deputy").post(row.get_absolute_url(), {"answer": "accept", "rating": "whole"})
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"reason": None}, "Välj varför bilden sparas"),
        ({"taken_on": "2999-01-01"}, "Dagen har inte varit än"),
        ({"taken_on": "i går"}, "ÅÅÅÅ-MM-DD"),
        ({"note": "x" * 1001}, "Skriv högst 1000 tecken"),
    ],
)
def test_files_that_were_chosen_are_never_lost_on_an_error_elsewhere(
    values, text, signed_in, channel, media, django_capture_on_commit_callbacks
):
    client = signed_in("owner")
    first, second = png(9, 9), png(8, 8)
    response = sent(client, channel, files=[upload(first, "ett.png"), upload(second, "två.png")], **values)
    assert response.status_code == 422
    assert text in response.content.decode()
    notes = notes_in(response)
    assert [one.name for one in response.context["form"].put_aside] == ["ett.png", "två.png"]
    with django_capture_on_commit_callbacks(execute=True):
        response = sent(client, channel, sparad=notes)
    assert response.status_code == 302
    row = Snapshot.objects.get()
    kept = [one.file.file.open().read() for one in row.file_rows.filter(role="screenshot").order_by("place")]
    assert kept == [first, second]
    assert not [path for path in (media / aside.FOLDER).rglob("*") if path.is_file()]


def test_one_bad_file_among_good_ones_is_named_and_the_good_ones_stay(signed_in, channel):
    client = signed_in("owner")
    response = sent(client, channel, files=[upload(png(9, 9), "bra.png"), upload(b"<svg/>", "dålig.svg")])
    assert response.status_code == 422
    assert "dålig.svg: " in response.content.decode()
    assert [one.name for one in response.context["form"].put_aside] == ["bra.png"]
    assert Snapshot.objects.count() == 0


def test_files_are_added_and_removed_before_anything_else_is_filled_in(signed_in, channel):
    client = signed_in("owner")
    response = sent(client, channel, reason=None, files=[upload(png(9, 9), "ett.png")], mer="1")
    assert response.status_code == 200
    assert "Välj varför" not in response.content.decode()
    notes = notes_in(response)
    response = sent(client, channel, files=[upload(png(8, 8), "två.png")], sparad=notes, mer="1")
    assert [one.name for one in response.context["form"].put_aside] == ["ett.png", "två.png"]
    notes = notes_in(response)
    response = sent(client, channel, sparad=notes, **{"ta-bort": notes[0]})
    assert [one.name for one in response.context["form"].put_aside] == ["två.png"]
    response = sent(client, channel, files=[upload(b"<svg/>", "dålig.svg")], sparad=notes[1:], mer="1")
    assert response.status_code == 422
    assert "dålig.svg" in response.content.decode()
    assert [one.name for one in response.context["form"].put_aside] == ["två.png"]


def test_nothing_chosen_says_so(signed_in, channel):
    response = sent(signed_in("owner"), channel)
    assert response.status_code == 422
    assert "Välj minst en fil" in response.content.decode()


def test_too_many_files_are_refused(signed_in, channel, settings):
    settings.SNAPSHOT_MAX_FILES = 2
    response = sent(signed_in("owner"), channel, files=[upload(png(9, 9), f"{n}.png") for n in range(3)])
    assert response.status_code == 422
    assert "högst 2 filer" in response.content.decode()


# --- Put aside --------------------------------------------------------------------------------------------------------
def test_what_is_put_aside_is_the_persons_own_and_not_for_ever(cast, media):
    mine = Shelf(cast.owner.pk, "snapshot")
    kept = mine.look(mine.put(upload(png(9, 9), "a.png"), "a.png"))
    assert (kept.name, kept.size) == ("a.png", len(png(9, 9)))
    assert mine.take(kept.note).read() == png(9, 9)
    for note, person in (
        (kept.note, cast.deputy),
        (kept.note + "x", cast.owner),
        ("", cast.owner),
        (kept.note, UserFactory()),
    ):
        shelf = Shelf(person.pk, "snapshot")
        assert shelf.take(note) is None
        shelf.throw(note)
    assert mine.look(kept.note) == kept
    assert aside.throw_away(timezone.now()) == 0
    assert aside.throw_away(timezone.now() + timedelta(days=2)) == 1
    assert mine.look(kept.note) is None
    assert throw_away_aside() == 0


def test_a_file_that_is_gone_is_asked_for_again(signed_in, channel, cast):
    shelf = Shelf(cast.owner.pk, "snapshot")
    kept = shelf.look(shelf.put(upload(png(9, 9), "a.png"), "a.png"))
    for name in default_storage.listdir(aside.FOLDER)[1]:
        default_storage.delete(f"{aside.FOLDER}/{name}")
    response = sent(signed_in("owner"), channel, sparad=[kept.note])
    assert response.status_code == 422
    assert "finns inte kvar" in response.content.decode()
