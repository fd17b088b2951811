"""The sweep in real processes of its own: two at once, one killed in the middle, and a queue that was emptied."""

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import redis
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.actor import SCHEDULER
from accounts.models import DigestDay, MailLine, Unit
from channels import clock
from channels.models import Obligation, ObligationNotice
from kommun import outbox
from kommun.models import Event, OutgoingMail
from tests.duties import assert_chain_holds, at
from tests.factories import UserFactory, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
OPENED, DUE = "2026-11-02T09:00", "2026-11-21T00:00"
URGENT, MORNING = "2026-11-02T15:00", "2026-11-03T07:30"  # due before the morning; and the morning
COUNT, PEOPLE = 300, 10
CHILD = """
import sys
from importlib import import_module

import django

django.setup()

from datetime import datetime
from django.db import connection

database, batch, moment, queue, what = sys.argv[1:]
connection.settings_dict["NAME"] = database
import_module("channels.clock.sweep").BATCH = int(batch)
if queue:
    from kommun.celery import app
    app.conf.update(task_always_eager=False, task_default_queue=queue)
connection.cursor().execute("SET application_name = 'sweeper'")
print("ready", flush=True)
sys.stdin.readline()
print(getattr(import_module("channels.clock"), what)(datetime.fromisoformat(moment)), flush=True)
"""


@contextmanager
def sweeper(moment, *, batch=COUNT, queue="", what="sweep"):
    """A process with a connection of its own to this test's database. It sweeps when it is told to (`go`)."""
    arguments = [connection.settings_dict["NAME"], str(batch), at(moment).isoformat(), queue, what]
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        env=os.environ | {"EMAIL_URL": f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"},
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


def wait_until(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@pytest.fixture
def rows(smtp):
    """Some hundred obligations of ten people, opened together and due together: they can wait for the digest."""
    return begin_all(DUE)


@pytest.fixture
def urgent(smtp):
    """As `rows`, but they are mailed at once."""
    return begin_all(URGENT)


def begin_all(due):
    cast = make_cast(starts_on=date(2026, 1, 1))
    people = [UserFactory() for _number in range(PEOPLE)]
    dues = [
        clock.Due(
            clock.CONFIRM,
            Unit(pk=1_000_000 + number),
            f"Bekräfta kanal {number}.",
            unit=cast.unit,
            holder=people[number % PEOPLE],
            opened_at=at(OPENED),
            due_at=at(due),
        )
        for number in range(COUNT)
    ]
    assert clock.begin_many(dues, SCHEDULER) == COUNT
    return Obligation.objects.order_by("pk")


def assert_each_told_once(rows, smtp):
    """One notice, event and history row for each obligation, and every mail has arrived once."""
    assert rows.count() == ObligationNotice.objects.count() == COUNT
    assert Event.objects.filter(kind="obligation.reminded").count() == COUNT
    assert Obligation.history.filter(history_type="~").count() == COUNT
    assert_chain_holds()
    assert_each_mailed_once(rows, smtp)


def assert_each_mailed_once(rows, smtp):
    """No line waits, every mail has arrived once, and each obligation stands in one of them."""
    assert MailLine.objects.filter(mailed_at=None).count() == 0
    assert OutgoingMail.objects.filter(sent_at=None).count() == 0
    assert OutgoingMail.objects.count() == len(smtp.messages)
    listed = re.findall(r"/min-dag/(\d+)/", "".join(OutgoingMail.objects.values_list("body", flat=True)))
    more = sum(map(int, re.findall(r"Och (\d+) uppgift", "".join(OutgoingMail.objects.values_list("body", flat=True)))))
    assert len(listed) == len(set(listed))
    assert len(listed) + more == COUNT


def test_two_processes_at_once_tell_each_once(urgent, smtp):
    with sweeper(OPENED, batch=20) as one, sweeper(OPENED, batch=20) as other:
        go(one)
        go(other)
        done = [int(process.stdout.readline()) for process in (one, other)]
    assert clock.sweep(at(OPENED)) == 0
    assert sum(done) == COUNT
    assert min(done) > 0  # they did run at the same time
    assert_each_told_once(urgent, smtp)


def test_two_processes_at_once_write_one_digest(rows, smtp):
    clock.sweep(at(OPENED))
    assert smtp.messages == []
    with sweeper(MORNING, what="write_digests") as one, sweeper(MORNING, what="write_digests") as other:
        go(one)
        go(other)
        done = [int(process.stdout.readline()) for process in (one, other)]
    assert sorted(done) == [0, PEOPLE]
    assert_each_told_once(rows, smtp)


def test_a_digest_that_is_killed_before_its_commit_is_written_by_the_next(rows, smtp):
    clock.sweep(at(OPENED))
    with sweeper(MORNING, what="write_digests") as process:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE kommun_outgoingmail IN SHARE MODE")  # it comes as far as its mails
            go(process)
            wait_until(lambda: _waiting_for_a_lock(cursor))
            process.send_signal(signal.SIGKILL)
            process.wait()
        wait_until(lambda: not _others())
    assert (DigestDay.objects.count(), OutgoingMail.objects.count()) == (0, 0)
    assert clock.write_digests(at(MORNING)) == PEOPLE
    assert clock.write_digests(at(MORNING)) == 0
    assert_each_told_once(rows, smtp)


def test_an_emptied_queue_loses_no_digest(rows, smtp):
    clock.sweep(at(OPENED))
    queue = f"digest-{uuid.uuid4()}"
    with sweeper(MORNING, queue=queue, what="write_digests") as process:
        go(process)
        assert int(process.stdout.readline()) == PEOPLE
    with redis.from_url(settings.REDIS_URL) as keys:
        assert keys.delete(queue) == 1
    assert clock.write_digests(at(MORNING)) == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert outbox.send_unsent() == PEOPLE
    assert_each_told_once(rows, smtp)


def test_two_processes_at_once_after_an_outage_mark_each_miss_at_its_true_time(rows, smtp):
    with sweeper("2026-11-24T12:00", batch=50) as one, sweeper("2026-11-24T12:00", batch=50) as other:
        go(one)
        go(other)
        assert sum(int(process.stdout.readline()) for process in (one, other)) == COUNT
    assert set(rows.values_list("missed_at", flat=True)) == {at(DUE)}
    assert Event.objects.filter(kind="obligation.missed").count() == COUNT
    assert Obligation.history.filter(history_type="~").count() == COUNT
    assert_chain_holds()
    for row in rows[:20]:
        stages = list(row.notices.values_list("stage", flat=True))
        assert stages == [1, 2, 3]


def test_killed_before_its_commit_it_has_done_nothing(urgent, smtp):
    with sweeper(OPENED) as process:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE kommun_event IN SHARE MODE")  # it comes as far as its events
            go(process)
            wait_until(lambda: _waiting_for_a_lock(cursor))
            process.send_signal(signal.SIGKILL)
            process.wait()
        wait_until(lambda: not _others())
    assert (ObligationNotice.objects.count(), OutgoingMail.objects.count()) == (0, 0)
    assert urgent.exclude(stage=0).count() == 0
    assert clock.sweep(at(OPENED)) == COUNT
    assert_each_told_once(urgent, smtp)


def test_killed_between_two_commits_it_loses_and_doubles_nothing(urgent, smtp):
    with sweeper(OPENED, batch=5) as process:
        go(process)
        wait_until(ObligationNotice.objects.exists)
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until(lambda: not _others())
    told = ObligationNotice.objects.count()
    assert 0 < told < COUNT
    assert clock.sweep(at(OPENED)) == COUNT - told
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        outbox.send_unsent()  # what the killed process had written and not sent
    assert_each_told_once(urgent, smtp)


def test_an_emptied_queue_loses_no_mail(urgent, smtp):
    queue = f"clock-{uuid.uuid4()}"
    with sweeper(OPENED, queue=queue) as process:
        go(process)
        assert int(process.stdout.readline()) == COUNT
    assert smtp.messages == []
    with redis.from_url(settings.REDIS_URL) as keys:
        assert keys.llen(queue) > 0
        assert keys.delete(queue) == 1
    assert clock.sweep(at(OPENED)) == 0  # nothing is told twice because a queue was lost
    assert OutgoingMail.objects.filter(sent_at=None).count() == PEOPLE
    assert outbox.send_unsent() == 0  # young: a job may be on its way
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert outbox.send_unsent() == PEOPLE
        assert outbox.send_unsent() == 0
    assert_each_told_once(urgent, smtp)


def _others():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sweeper'"
        )
        return cursor.fetchone()[0]


def _waiting_for_a_lock(cursor):
    cursor.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return cursor.fetchone()[0]
