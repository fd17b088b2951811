"""Files that are kept: the row never changes, few may see it, it is masked, each showing is logged, and nothing lies about."""

import hashlib
import os
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actor import Actor
from archive import orphans, readers
from archive.intake import IntakeError
from archive.models import Record, RecordFile, StoredFile
from archive.tasks import throw_away_orphans
from channels.models import Channel
from kommun.models import Event
from tests.archive.corpus.files import HARMLESS
from tests.archive.corpus.parts import pdf
from tests.archive_scene import a_mark, keep_file, keep_record, png, propose, upload
from tests.factories import AbsenceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(owner):
    return keep_file(owner, source_url="https://www.facebook.com/ekhult/posts/1")


@pytest.fixture
def record(channel, owner, file):
    return keep_record(channel, owner, files=[file])


def on_disk(media):
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


# --- What is stored ---------------------------------------------------------------------------------------------------
def test_a_file_is_stored_under_a_name_that_says_nothing(file, media):
    stored = (media / file.file.name).read_bytes()
    assert (hashlib.sha256(stored).hexdigest(), len(stored)) == (file.sha256, file.size)
    assert on_disk(media) == [file.file.name]
    assert "skärmbild" not in file.file.name
    assert "." not in file.file.name
    assert (file.name, file.content_type, file.how) == ("skärmbild.png", "image/png", "uploaded")
    event = Event.objects.get(kind="file.kept")
    assert file.sha256 in event.payload
    assert file.name not in event.payload


def test_the_same_bytes_given_twice_are_two_rows_found_by_one_checksum(file, cast):
    again = keep_file(Actor(cast.deputy), how="pasted")
    assert set(StoredFile.objects.filter(sha256=file.sha256)) == {file, again}
    assert file.file.name != again.file.name


def test_a_refused_file_leaves_no_row_and_no_event(owner, media):
    with pytest.raises(IntakeError):
        keep_file(owner, upload=upload(b"<svg/>"))
    assert (StoredFile.objects.count(), Event.objects.count(), on_disk(media)) == (0, 0, [])


def test_a_file_whose_row_cannot_be_written_is_not_left_on_disk(owner, media):
    with pytest.raises(ValueError, match="not a valid"):
        keep_file(owner, how="hittad på gatan")
    assert on_disk(media) == []


# --- The database refuses ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE archive_storedfile SET sha256 = repeat('0', 64)",
        "UPDATE archive_storedfile SET name = 'annan.png'",
        "UPDATE archive_storedfile SET at = at + interval '1 hour'",
        "DELETE FROM archive_storedfile",
        "UPDATE archive_recordfile SET place = 9",
        "DELETE FROM archive_recordfile",
        "UPDATE archive_record SET text = 'Jag menade inget illa.'",
        "UPDATE archive_record SET occurred_at = now()",
        "UPDATE archive_record SET direction = 'outgoing'",
        "DELETE FROM archive_record",
        "UPDATE archive_record SET secrecy_provision = 'OSL 21:1'",
        "UPDATE archive_record SET secrecy_provision = 'OSL 21:1', secrecy_date = now(), secrecy_authority = 'KN'",
        "UPDATE archive_record SET diary_number = 'KS 1'",
        "UPDATE archive_diarysheet SET status = 'accepted', answered_at = now()",
        "UPDATE archive_diarysheet SET status = 'declined', answered_at = now()",
        "UPDATE archive_diarysheet SET status = 'returned', reason = 'Nej'",
        "UPDATE archive_diarysheet SET matter = 'existing'",
        "UPDATE archive_diarysheet SET secrecy_date = now()",
    ],
)
def test_raw_sql_cannot_change_what_was_kept_or_break_a_rule(record, owner, channel, statement):
    propose(keep_record(channel, owner), owner)
    Record.objects.exclude(pk=record.pk).update(keeping="register")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_record_has_one_open_sheet(record, owner):
    sheet = propose(record, owner)
    sheet.pk = None
    with pytest.raises(IntegrityError, match="one_sheet_a_record"), transaction.atomic():
        sheet.save(force_insert=True)


def test_a_secret_sheet_is_never_declined_not_even_by_hand(record, owner):
    sheet = propose(record, owner, secrecy=a_mark())
    with pytest.raises(IntegrityError, match="secret_sheet"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE archive_diarysheet SET status = 'declined', reason = 'Nej', answered_at = now() WHERE id = %s",
            [sheet.pk],
        )


# --- Who may read -----------------------------------------------------------------------------------------------------
READS = {"owner", "deputy", "nearest_manager", "department_head", "strategist", "registrar", "archivist"}


@pytest.mark.parametrize("secret", [False, True])
def test_who_may_see_a_file(client, cast, channel, owner, file, secret):
    keep_record(channel, owner, files=[file], secrecy=a_mark() if secret else None)
    seen = set()
    for who, person in cast.people():
        client.force_login(person)
        if client.get(f"/arkiv/fil/{file.pk}/").status_code == 200:
            seen.add(who)
    assert seen == READS


def test_whoever_covers_for_the_owner_may_see_it_that_day(client, cast, record, file):
    AbsenceFactory(user=cast.owner, substitute=cast.outsider)
    client.force_login(cast.outsider)
    assert client.get(f"/arkiv/fil/{file.pk}/").status_code == 200


def test_a_file_that_belongs_to_nothing_yet_is_seen_by_who_put_it_there(client, cast, file):
    for who, status in (("owner", 200), ("deputy", 404), ("registrar", 404)):
        client.force_login(cast[who])
        assert client.get(f"/arkiv/fil/{file.pk}/").status_code == status


def test_an_app_above_says_who_reads_what_is_its_own(client, cast, record, file, monkeypatch):
    monkeypatch.setattr(readers, "_of_subjects", {})
    asked = []

    def only_the_outsider(user, organisation, subject_id):
        asked.append(subject_id)
        return user == cast.outsider

    def the_outsiders_rows(user, organisation):
        return Channel.objects.all() if user == cast.outsider else Channel.objects.none()

    readers.register("channels.channel", only_the_outsider, the_outsiders_rows)
    with pytest.raises(ValueError, match="registered twice"):
        readers.register("channels.channel", only_the_outsider, the_outsiders_rows)
    for who, status in (("outsider", 200), ("owner", 404), ("strategist", 404), ("registrar", 200), ("archivist", 200)):
        client.force_login(cast[who])
        assert client.get(f"/arkiv/fil/{file.pk}/").status_code == status, who
    assert set(asked) == {record.subject_id}


def test_an_app_above_opens_files_that_it_points_at_itself(client, cast, file, monkeypatch):
    monkeypatch.setattr(readers, "_of_files", [])
    readers.register_files(lambda user, organisation, pk: user == cast.outsider and pk == file.pk)
    client.force_login(cast.outsider)
    assert client.get(f"/arkiv/fil/{file.pk}/").status_code == 200


# --- Masked until asked for -------------------------------------------------------------------------------------------
def shown(client, file, **headers):
    """Ask to see the file, and return the page that shows it."""
    return client.post(f"/arkiv/fil/{file.pk}/visa/", follow=True, headers=headers)


def content_of(page):
    """Return the address of the bytes on a page that shows them."""
    return page.context["shown"]


def test_a_file_is_masked_until_asked_for_and_the_asking_is_logged(client, cast, record, file, media):
    client.force_login(cast.registrar)
    page = client.get(f"/arkiv/fil/{file.pk}/")
    assert b"Dold tills du ber" in page.content
    assert b"<img" not in page.content
    assert client.get(f"/arkiv/fil/{file.pk}/innehall/").status_code == 404
    assert not Event.objects.filter(kind="file.shown").exists()

    page = shown(client, file)
    event = Event.objects.get(kind="file.shown")
    assert (event.actor, event.subject_id) == (cast.registrar, str(file.pk))
    assert f'"records":[{record.pk}]' in event.payload
    answer = client.get(content_of(page))
    assert b"".join(answer.streaming_content) == (media / file.file.name).read_bytes()
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"].startswith("inline")
    assert client.get(content_of(page) + "&spara")["Content-Disposition"].startswith("attachment")


def test_a_key_opens_for_one_person_one_file_and_ten_minutes(client, cast, record, file, owner, time_machine):
    client.force_login(cast.owner)
    address = content_of(shown(client, file))
    other = keep_file(owner)
    assert client.get(address.replace(f"/{file.pk}/", f"/{other.pk}/")).status_code == 404
    client.force_login(cast.registrar)
    assert client.get(address).status_code == 404
    client.force_login(cast.owner)
    assert client.get(address).status_code == 200
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    client.force_login(cast.owner)
    assert client.get(address).status_code == 404
    assert b"Dold tills du ber" in client.get(address.replace("innehall/", "")).content


def test_only_asking_writes_in_the_log_and_asking_needs_a_post(client, cast, record, file):
    client.force_login(cast.owner)
    assert client.get(f"/arkiv/fil/{file.pk}/visa/").status_code == 405
    assert client.get(f"/arkiv/fil/{file.pk}/?nyckel=x").status_code == 200
    assert not Event.objects.filter(kind="file.shown").exists()


def test_a_fragment_is_enough_for_a_page_that_shows_it_in_place(client, cast, record, file):
    client.force_login(cast.owner)
    page = shown(client, file, **{"HX-Request": "true"})
    assert page.content.strip().startswith(b"<figure")
    assert b"<img" in page.content


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(pdf(b"<< /Type /Catalog >>"), "application/pdf"), ("Hej < på dig".encode(), "text/plain; charset=utf-8")],
)
def test_what_is_no_picture_is_only_ever_a_download(client, cast, owner, content, content_type):
    file = keep_file(owner, upload=upload(content, "konversation.txt"))
    client.force_login(cast.owner)
    page = shown(client, file)
    assert b"<img" not in page.content
    answer = client.get(content_of(page))
    assert (answer["Content-Type"], answer["Content-Disposition"][:10]) == (content_type, "attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_page_says_how_it_was_made_what_it_proves_and_what_was_left_out(client, cast, owner):
    file = keep_file(owner, upload=upload(HARMLESS["a jpeg with a position"][0]))
    client.force_login(cast.owner)
    page = client.get(f"/arkiv/fil/{file.pk}/").content.decode()
    for said in ("platsen där bilden togs", "Uppladdad av en person", file.sha256, file.metadata["received_sha256"]):
        assert said in page
    assert "inte i sig att plattformen visade det" in page


@pytest.mark.parametrize("how", StoredFile.How.values)
def test_every_way_in_says_what_it_proves(how):
    assert "Kontrollsumman" in str(StoredFile(how=how).proves)


# --- Nothing lies about -----------------------------------------------------------------------------------------------
def test_a_file_whose_transaction_was_undone_is_thrown_away_after_a_day(owner, file, media):
    def fail():
        with transaction.atomic():
            keep_file(owner)
            raise ValidationError("något annat gick fel")

    with pytest.raises(ValidationError):
        fail()
    lost = next(path for path in on_disk(media) if path != file.file.name)
    assert throw_away_orphans() == 0  # somebody may be storing it this very minute
    for path in on_disk(media):
        os.utime(media / path, times=(0, 0))
    assert (throw_away_orphans(), throw_away_orphans()) == (1, 0)
    assert on_disk(media) == [file.file.name]
    assert lost not in on_disk(media)


def test_there_may_be_no_files_at_all(media):
    assert orphans.throw_away(timezone.now()) == 0


def test_a_record_keeps_its_files_in_order(channel, owner):
    files = [keep_file(owner, upload=upload(png(width=size))) for size in (3, 5, 4)]
    record = keep_record(channel, owner, files=files)
    assert [row.file for row in RecordFile.objects.filter(record=record)] == files
