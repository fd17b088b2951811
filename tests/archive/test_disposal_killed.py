"""A process that destroys is killed with -9 in the middle: what is left is whole, and the next one goes on from there."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings as of_django
from django.db import connection

from accounts.actor import Actor
from archive import actions
from archive.certificates import problems_of
from archive.models import DisposalCertificate, DisposalItem, Record, StoredFile
from kommun.events import verify_chain
from kommun.models import Event
from tests.applications import make_municipality
from tests.archive_scene import keep_file, make_channel
from tests.disposal_scene import adopt_with_schedule, confirmed, old_post
from tests.factories import make_cast

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 8
# Kills itself at the given call of a function: between two records, before the bytes, before the certificate.
CHILD = """
import os
import signal
import sys

import django

django.setup()

from django.conf import settings
from django.db import connection

database, media, where, at = sys.argv[1:]
connection.settings_dict["NAME"] = database
settings.MEDIA_ROOT = media
from archive.actions import destroying

destroying.SLICE = 3
whole, calls = getattr(destroying, where), []


def killed(*args, **kwargs):
    calls.append(1)
    if len(calls) == int(at):
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(*args, **kwargs)


setattr(destroying, where, killed)
destroying.carry_out()
"""


@pytest.mark.parametrize(
    ("where", "at", "left"), [("_destroy", 2, 8), ("_destroy", 5, 5), ("take_away_bytes", 2, 2), ("finish", 1, 0)]
)
def test_killed_in_the_middle_nothing_is_half_done(settings, tmp_path, where, at, left):
    settings.MEDIA_ROOT, settings.KANALKOLLEN_DISPOSAL_DAYS = str(tmp_path), 0
    cast = make_cast()
    make_municipality()
    adopt_with_schedule(Actor(cast.administrator))
    channel, owner = make_channel(cast), Actor(cast.owner)
    for _each in range(COUNT):
        old_post(channel, owner, files=[keep_file(owner)])
    row = confirmed(cast)
    arguments = [connection.settings_dict["NAME"], str(tmp_path), where, str(at)]
    died = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments], cwd=of_django.BASE_DIR, env=os.environ, check=False, timeout=120
    )
    assert died.returncode == -signal.SIGKILL
    assert (Record.objects.count(), StoredFile.objects.count()) == (left, left)
    assert DisposalItem.objects.filter(state="destroyed").count() == COUNT - left
    assert actions.carry_out() == left
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert Event.objects.filter(kind="record.destroyed").count() == COUNT
    assert problems_of(DisposalCertificate.objects.get(listing=row)) == []
    assert verify_chain().problems == []
