"""Every stored file is read again: a flipped byte is found and named, a lost file too, and a restored one is whole again."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.actor import SCHEDULER
from archive import fixity_queries
from archive.actions import check_file, check_files
from archive.actions import fixity as fixity_module
from archive.models import FixityCheck, StoredFile
from archive.tasks import check_files as task
from channels.models import Obligation
from kommun.models import Event
from tests.applications import make_municipality
from tests.archive_scene import keep_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(owner):
    make_municipality()
    return keep_file(owner)


def flip(media, file, at=10):
    path = media / file.file.name
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_flipped_byte_is_found_and_named_and_the_alarm_raised_once(
    file, media, cast, client, django_capture_on_commit_callbacks
):
    flip(media, file)
    with django_capture_on_commit_callbacks(execute=True):
        assert task() == 1
    row = FixityCheck.objects.get()
    assert (row.file, row.result) == (file, "changed")
    assert row.found_sha256 not in ("", file.sha256)
    assert {address for one in mail.outbox for address in one.to} == {cast.archivist.email, cast.administrator.email}
    assert all(file.sha256 in one.body and file.file.name in one.body for one in mail.outbox)
    assert Obligation.objects.open().get(kind="file_damaged").holder == cast.archivist
    assert Event.objects.filter(kind="file.damaged").count() == 1
    check_file(file_id=file.pk, actor=SCHEDULER)
    assert (Event.objects.filter(kind="file.damaged").count(), len(mail.outbox)) == (1, 2)
    client.force_login(cast.archivist)
    page = client.get("/arkiv/kontroll/").content.decode()
    assert file.sha256 in page
    assert f"Fil {file.pk}" in page
    assert "skadad" in client.get("/arkiv/ogonblick/").content.decode()


def test_a_lost_file_is_found_and_one_that_is_put_back_is_whole_again(file, media):
    path = media / file.file.name
    content = path.read_bytes()
    path.unlink()
    since = check_file(file_id=file.pk, actor=SCHEDULER).since
    assert FixityCheck.objects.get().result == "gone"
    path.write_bytes(content[:-1])
    row = check_file(file_id=file.pk, actor=SCHEDULER)
    assert (row.result, row.since) == ("changed", since)
    path.write_bytes(content)
    row = check_file(file_id=file.pk, actor=SCHEDULER)
    assert (row.result, row.since) == ("same", None)
    assert not Obligation.objects.open().filter(kind="file_damaged").exists()
    assert [one.kind for one in Event.objects.filter(kind__startswith="file.").order_by("pk")][-3:] == [
        "file.damaged", "file.damaged", "file.whole_again",
    ]  # fmt: skip


def test_each_file_is_checked_in_its_turn_and_what_was_missed_is_caught_up_with(owner, settings, monkeypatch):
    settings.FIXITY_DAYS = 30
    monkeypatch.setattr(fixity_module, "SLICE", 3)
    make_municipality()
    files = [keep_file(owner) for _number in range(5)]
    assert [task(), task(), task()] == [3, 2, 0]
    FixityCheck.objects.filter(file=files[1]).update(checked_at=timezone.now() - timedelta(days=400))
    FixityCheck.objects.filter(file__in=files[2:]).update(checked_at=timezone.now() - timedelta(days=31))
    before = {row.file_id: row.checked_at for row in FixityCheck.objects.all()}
    assert task() == 3
    again = {row.file_id for row in FixityCheck.objects.all() if row.checked_at != before[row.file_id]}
    assert files[1].pk in again
    assert [task(), task()] == [1, 0]


def test_a_storage_that_does_not_answer_is_no_damage(file, monkeypatch):
    def away(*_args):
        raise OSError("the disk does not answer")

    monkeypatch.setattr(default_storage, "open", away)
    with pytest.raises(OSError, match="does not answer"):
        check_files(now=timezone.now(), actor=SCHEDULER)
    assert not FixityCheck.objects.exists()


def test_one_file_that_cannot_be_read_does_not_stop_the_rest(file, owner, media):
    keep_file(owner)
    path = media / file.file.name
    path.unlink()
    path.mkdir()  # what lies there is no file
    with pytest.raises(OSError, match="directory"):
        check_files(now=timezone.now(), actor=SCHEDULER)
    assert list(FixityCheck.objects.values_list("result", flat=True)) == ["same"]


def test_a_round_ends_in_time(file, owner, monkeypatch):
    keep_file(owner)
    monkeypatch.setattr(fixity_module, "SECONDS", -1)
    assert task() == 0


def test_the_report_tells_what_has_waited_too_long(file, owner, settings):
    keep_file(owner)
    check_file(file_id=file.pk, actor=SCHEDULER)
    FixityCheck.objects.update(checked_at=timezone.now() - timedelta(days=settings.FIXITY_DAYS + 3))
    report = fixity_queries.report()
    assert (report.files, report.same, report.never, report.late, report.damaged) == (2, 1, 1, 1, 0)


@pytest.mark.parametrize("at", [0, -1])
def test_the_first_and_the_last_byte_count(at, file, media):
    flip(media, file, at)
    assert check_file(file_id=file.pk, actor=SCHEDULER).result == "changed"


def test_a_row_that_is_gone_meanwhile_is_passed_over():
    assert check_file(file_id=0, actor=SCHEDULER) is None
    assert StoredFile.objects.count() == 0
