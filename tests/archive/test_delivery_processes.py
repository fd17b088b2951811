"""The job in real processes of its own: killed in the middle of a package, and two at once."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256

import bagit
import pytest
import time_machine
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.actor import Actor
from archive import actions, packing
from archive.actions import writing
from archive.models import Delivery, StoredFile
from kommun.models import Event
from tests.applications import make_municipality
from tests.archive.delivery_scene import kept, prepare
from tests.archive_scene import keep_record, make_channel

pytestmark = pytest.mark.django_db(transaction=True)
S = Delivery.Status
FILES, BIG = 30, 3_000_000  # some hundredths of a second each: there is a middle to be killed in
CHILD = """
import sys

import django

django.setup()

from django.conf import settings
from django.db import connection

database, media, folder, pk = sys.argv[1:]
connection.settings_dict["NAME"] = database
settings.MEDIA_ROOT, settings.DELIVERY_FOLDER = media, folder
connection.cursor().execute("SET application_name = 'writer'")
from archive.actions.writing import write_delivery

print("ready", flush=True)
sys.stdin.readline()
print(write_delivery(int(pk)), flush=True)
"""


@contextmanager
def writer(row):
    """A process with a connection of its own to this test's database. It writes when it is told to (`go`)."""
    places = [str(settings.MEDIA_ROOT), str(settings.DELIVERY_FOLDER)]
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, connection.settings_dict["NAME"], *places, str(row.pk)],
        env=os.environ,
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def go(process):
    process.stdin.write("\n")
    process.stdin.flush()


def wait_until(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def no_writer_left():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'writer'")
        return cursor.fetchone()[0] == 0


@pytest.fixture(params=["e_archive", "shared_folder"])
def begun(cast, request, settings, tmp_path):
    """A delivery of 90 MB whose job nobody has taken: the queue was lost."""
    make_municipality()
    settings.DELIVERY_FOLDER = str(tmp_path / "gemensam")
    owner, channel = Actor(cast.owner), make_channel(cast)
    body = os.urandom(BIG)
    for number in range(FILES):
        record = keep_record(channel, owner, keeping="ordered")
        path = default_storage.save(f"archive/2026/11/21/{number}", ContentFile(body))
        file = StoredFile.objects.create(
            sha256=sha256(body).hexdigest(), size=BIG, content_type="application/pdf",
            name=f"{number}.pdf", file=path, how="uploaded", at=timezone.now(),
        )  # fmt: skip
        record.file_rows.create(file=file)
    (row,) = prepare(cast, target=request.param, form="bagit")
    Delivery.objects.filter(pk=row.pk).update(
        status=S.WRITING, begun_at=timezone.now(), beat_at=timezone.now(), begun_by=cast.archivist
    )
    row.refresh_from_db()
    return row


def beside(row):
    return packing.folder_of(row) / f".{row.name}.part"


def size_of(path):
    try:
        if path.is_dir():
            return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def visible(row):
    return [one.name for one in packing.folder_of(row).iterdir() if not one.name.startswith(".")]


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_killed_in_the_middle_it_leaves_no_half_package_and_is_begun_again(begun, share, tmp_path):
    with writer(begun) as process:
        go(process)
        wait_until(lambda: size_of(beside(begun)) > share * FILES * BIG)
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until(no_writer_left)
    assert visible(begun) == []
    begun.refresh_from_db()
    assert begun.status == S.WRITING
    assert not begun.file_rows.exists()
    assert writing.resume_deliveries() == 0  # it may still be at work, for all we know
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert writing.resume_deliveries() == 1
    begun.refresh_from_db()
    assert begun.status == S.DELIVERED
    assert [one.name for one in packing.folder_of(begun).iterdir()] == [packing.place_of(begun).name]
    folder = packing.place_of(begun)
    if begun.is_zip:
        with zipfile.ZipFile(folder) as found:
            found.extractall(tmp_path / "ut")
        folder = tmp_path / "ut" / begun.name
    assert bagit.Bag(str(folder)).validate()


def test_killed_between_the_name_and_the_note_it_is_noted_by_the_next(begun):
    """The package has its name, and the row still says that it is being written."""
    assert writing.write_delivery(begun.pk)

    whole = packing.place_of(begun).stat().st_mtime_ns
    Delivery.objects.filter(pk=begun.pk).update(
        status=S.WRITING, delivered_at=None, place="", version=2, beat_at=timezone.now() - timedelta(minutes=5)
    )
    assert writing.resume_deliveries() == 1
    begun.refresh_from_db()
    assert (begun.status, begun.place) == (S.DELIVERED, packing.place_of(begun).name)
    if not begun.is_zip:
        assert packing.place_of(begun).stat().st_mtime_ns == whole  # the folder that was there is the one that stays


def test_two_at_once_write_one_package(begun):
    with writer(begun) as one, writer(begun) as other:
        go(one)
        go(other)
        done = sorted(process.stdout.readline().strip() for process in (one, other))
    assert done == ["False", "True"]
    assert Event.objects.filter(kind="delivery.delivered").count() == 1
    assert visible(begun) == [packing.place_of(begun).name]


def test_a_lost_queue_loses_no_delivery(cast, settings, tmp_path):
    make_municipality()
    kept(make_channel(cast), Actor(cast.owner), 8)
    (row,) = prepare(cast)
    settings.CELERY_TASK_ALWAYS_EAGER = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing.write_delivery, "delay", _no_broker)
        actions.deliver(delivery_id=row.pk, actor=Actor(cast.archivist))
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert writing.resume_deliveries() == 1
    row.refresh_from_db()
    assert row.status == S.DELIVERED


def _no_broker(_pk):
    raise ConnectionError("no broker")
