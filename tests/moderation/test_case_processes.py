"""What goes wrong around a case, with real processes: a worker killed, Redis emptied, no scheduler, a database that restarts."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import timedelta

import psycopg
import pytest
import redis
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.actor import VISITOR, Actor
from accounts.models import DigestDay, MailLine
from channels.models import Obligation, ObligationNotice
from kommun import outbox
from kommun.local.services import Services
from kommun.models import Event, OutgoingMail
from moderation.actions import police, registering, tips
from tests.applications import adopt_preset, make_municipality
from tests.archive_scene import make_channel
from tests.cases import THREAT, actor_of, bring_to, fresh, open_case
from tests.duties import assert_chain_holds, at
from tests.factories import make_cast

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 60  # for a loaded machine

# Says that the post is hidden, as a page would, and leaves the mail to a worker.
HIDE = """
import sys, django
django.setup()
from kommun.celery import app
app.conf.update(task_always_eager=False)
from accounts.actor import Actor
from accounts.models import User
from moderation.actions import ladder
ladder.hide(case_id=int(sys.argv[1]), actor=Actor(User.objects.get(pk=int(sys.argv[2]))))
print("hidden", flush=True)
"""
# A real worker; what a dead one had begun comes back after a second, not after the minute that the product waits.
WORKER = """
import django
django.setup()
from kommun.celery import app
app.conf.broker_transport_options = {"visibility_timeout": 1, "unacked_restore_throttle": 0}
app.worker_main(["--quiet", "worker", "--pool=solo", "--without-gossip", "--without-mingle", "--without-heartbeat"])
"""
# Everything that the scheduler has to do, at a moment. Two of these at once are two that were started by mistake.
SCHEDULER = """
import sys, django
django.setup()
from datetime import datetime
import time_machine
from kommun.celery import app
app.loader.import_default_modules()
print("ready", flush=True)
sys.stdin.readline()
with time_machine.travel(datetime.fromisoformat(sys.argv[1])):
    for row in [*app.conf.beat_schedule.values()] * 2:  # and a minute later once more
        app.tasks[row["task"]].apply(throw=True)
print("done", flush=True)
"""
# The product behind its own web server, with somebody who is about to hide a post.
WEB = """
import json, sys, threading, django
django.setup()
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from django.core.management import call_command
from django.test import Client
from accounts.actor import Actor
from tests.applications import adopt_preset, make_municipality
from tests.archive_scene import make_channel
from tests.cases import THREAT, actor_of, bring_to, open_case
from tests.factories import make_cast
from kommun.wsgi import application

call_command("migrate", verbosity=0)
cast = make_cast()
make_municipality()
adopt_preset("sunne", Actor(cast.administrator))
owner = actor_of(cast.owner)
case = bring_to("preserved", open_case(make_channel(cast), owner, category=THREAT["sunne"]), owner)
client = Client()
client.force_login(cast.owner)

class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

class Quiet(WSGIRequestHandler):
    def log_message(self, *args): pass

server = make_server("127.0.0.1", 0, application, Server, Quiet)
told = {"port": server.server_port, "session": client.cookies["sessionid"].value, "case": case.pk, "version": case.version}
print(json.dumps(told), flush=True)
server.serve_forever()
"""


def database_url(name):
    found = connection.settings_dict
    host = found["HOST"].replace("/", "%2F")
    if host.startswith("%2F"):  # a socket's folder and the name are one path
        return f"postgres://{found['USER']}@/{host}%2F{name}"
    sign_in = found["USER"] + (f":{found['PASSWORD']}" if found["PASSWORD"] else "")
    return f"postgres://{sign_in}@{host}:{found['PORT'] or 5432}/{name}"


@contextmanager
def process(program, *arguments, **env):
    """A Python process with connections of its own to this test's database and mail server."""
    given = {
        "DATABASE_URL": database_url(connection.settings_dict["NAME"]),
        "EMAIL_URL": f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "DJANGO_SETTINGS_MODULE": "kommun.settings",
        "LOG_LEVEL": "WARNING",
    }
    started = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        env=os.environ | given | env,
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def wait_until(what, told):
    end = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < end, f"waited in vain: {told}"
        time.sleep(0.02)


class SilentServer:
    """A mail server that takes the call and says nothing."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.url = f"smtp://127.0.0.1:{self.socket.getsockname()[1]}"
        self.calls = []

    @property
    def asked(self):
        """True when somebody has called."""
        with suppress(BlockingIOError):
            self.calls.append(self.socket.accept())
        return bool(self.calls)

    def close(self):
        for call, _address in self.calls:
            call.close()
        self.socket.close()


@pytest.fixture
def silent_smtp():
    server = SilentServer()
    yield server
    server.close()


@pytest.fixture
def broker(tmp_path):
    """The address of a Redis of this test's own: it is emptied, and others may use the machine's."""
    with Services(tmp_path / "run", durable=False, postgres=False) as services:
        yield services.redis_url(0)


@pytest.fixture
def hidden(broker, smtp):
    """A threat that a process has hidden under Sunne's policy: three are to be told, and the job waits in the queue."""
    cast = make_cast()
    make_municipality()
    adopt_preset("sunne", Actor(cast.administrator))
    owner = actor_of(cast.owner)
    case = bring_to("preserved", open_case(make_channel(cast), owner, category=THREAT["sunne"]), owner)
    with process(HIDE, case.pk, cast.owner.pk, REDIS_URL=broker) as acting:
        assert acting.stdout.readline() == "hidden\n"
    with redis.from_url(broker) as keys:
        assert keys.llen("celery") == 1
    assert (OutgoingMail.objects.filter(sent_at=None).count(), smtp.messages) == (3, [])
    return case


def assert_hidden_once_and_told_once(case, smtp):
    """The act is there once, with its clock stopped, and each of the three has had one mail."""
    assert (fresh(case).status, Event.objects.filter(kind="case.hidden").count()) == ("hidden", 1)
    assert Obligation.objects.about(case).get(kind="remove").outcome == "met"
    told = sorted(to for recipients, _content in smtp.messages for to in recipients)
    assert told == sorted(OutgoingMail.objects.values_list("to", flat=True))
    assert len(told) == len(set(told)) == 3
    assert OutgoingMail.objects.filter(sent_at=None).count() == 0
    assert_chain_holds()


def test_a_worker_killed_between_hidden_and_the_mail(hidden, broker, smtp, silent_smtp):
    with process(WORKER, REDIS_URL=broker, EMAIL_URL=silent_smtp.url) as worker:
        wait_until(lambda: silent_smtp.asked, "the worker to turn to the mail server")
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert OutgoingMail.objects.filter(sent_at=None).count() == 3
    with redis.from_url(broker) as keys:
        assert keys.llen("celery") == 0
        assert keys.hlen("unacked") == 1  # the dead one has it
    with process(WORKER, REDIS_URL=broker):
        wait_until(lambda: not OutgoingMail.objects.filter(sent_at=None).exists(), "the next worker to send them")
        with redis.from_url(broker) as keys:
            wait_until(lambda: keys.hlen("unacked") == 0, "the job to be done with")
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert outbox.send_unsent() == 0
    assert_hidden_once_and_told_once(hidden, smtp)


def test_an_emptied_redis(hidden, broker, smtp):
    with redis.from_url(broker) as keys:
        keys.flushdb()
    with process(WORKER, REDIS_URL=broker) as worker:  # one that finds nothing to do
        with redis.from_url(broker) as keys:
            wait_until(lambda: keys.exists("_kombu.binding.celery"), "the worker to listen")
        assert worker.poll() is None
    assert smtp.messages == []
    assert outbox.send_unsent() == 0  # young: a job may be on its way
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert outbox.send_unsent() == 3
        assert outbox.send_unsent() == 0
    assert_hidden_once_and_told_once(hidden, smtp)


# --- No scheduler for three days --------------------------------------------------------------------------------------
FRIDAY, TUESDAY = "2026-11-06T15:00", "2026-11-10T16:00"
# What runs out while nobody is there: the kind, and when by the almanac.
MISSED = {
    "remove": at("2026-11-08T15:00"),  # 48 clock hours
    "answer": at("2026-11-10T15:00"),  # 48 hours of working days
    "read_tip": at("2026-11-08T15:00"),
    "ask_police": at("2026-11-08T00:00"),  # asked again on the Saturday, which is over at midnight
}


@pytest.fixture
def friday(smtp):
    """One of each that has a time, opened on a Friday afternoon, and a hand-over that has none."""
    with time_machine.travel(at(FRIDAY), tick=False):
        cast = make_cast()
        make_municipality()
        adopt_preset("tibro", Actor(cast.administrator))
        channel, owner = make_channel(cast), actor_of(cast.owner)
        open_case(channel, owner, category="hate_speech")
        open_case(channel, owner, kind="question", text="När öppnar ni?")
        tips.receive_tip(channel_id=channel.pk, url="https://www.facebook.com/a/posts/9", text="Titta.", actor=VISITOR)
        done = bring_to("hidden", open_case(channel, owner, category="hate_speech"), owner)
        registering.hand_to_registrar(case_id=done.pk, actor=owner)
        registering.decide_police(case_id=done.pk, reported=True, number="5000-K1-26", actor=owner)
        police.follow_up(
            case_id=done.pk,
            number="5000-K1-26",
            contact="Utredare",
            follow_up_on=timezone.localdate() + timedelta(days=1),
            outcome="",
            actor=actor_of(cast.strategist),
        )
    return cast


def test_a_scheduler_that_is_down_for_three_days(friday, smtp):
    before = OutgoingMail.objects.count()
    with process(SCHEDULER, at(TUESDAY).isoformat()) as one, process(SCHEDULER, at(TUESDAY).isoformat()) as other:
        for started in (one, other):
            assert started.stdout.readline() == "ready\n"
        for started in (one, other):
            started.stdin.write("\n")
            started.stdin.flush()
        for started in (one, other):
            assert started.stdout.readline() == "done\n"
    for kind, due in MISSED.items():
        row = Obligation.objects.get(kind=kind, closed_at=None)
        assert (row.due_at, row.missed_at) == (due, due), kind
        assert Event.objects.filter(kind="obligation.missed", subject_id=str(row.pk)).count() == 1
        assert row.missed_why
    told = list(ObligationNotice.objects.values_list("obligation", "stage"))
    assert len(told) == len(set(told)) > len(MISSED)
    assert Obligation.objects.filter(next_at__lte=at(TUESDAY), closed_at=None).count() == 0
    assert Obligation.objects.filter(kind="remove", outcome="met", missed_at=None).count() == 1  # hidden in time
    with time_machine.travel(at(TUESDAY) + timedelta(minutes=5)):
        outbox.send_unsent()
    assert OutgoingMail.objects.filter(sent_at=None).count() == 0
    assert OutgoingMail.objects.count() == len(smtp.messages) > before
    written = list(OutgoingMail.objects.values_list("to", "subject", "body"))
    assert len(written) == len(set(written))
    assert DigestDay.objects.count() == 1
    assert MailLine.objects.filter(mailed_at=None, expires_at__lte=at(TUESDAY)).count() == 0
    assert_chain_holds()


# --- A database that restarts -----------------------------------------------------------------------------------------
@pytest.fixture
def own_database(tmp_path, smtp):
    """A PostgreSQL of this test's own: the machine's is left alone."""
    with Services(tmp_path / "run", durable=False, redis=False) as services:
        services.create_database("prov")
        yield services


class Person:
    """Somebody signed in at a server that runs in another process."""

    def __init__(self, told):
        self.told = told
        token = "a" * 32
        self.headers = {
            "Cookie": f"sessionid={told['session']}; csrftoken={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def ask(self, method, path, body=""):
        web = http.client.HTTPConnection("127.0.0.1", self.told["port"], timeout=SECONDS)
        web.request(method, path, body=body, headers=self.headers)
        answer = web.getresponse()
        return answer.status, answer.read().decode()

    def start_to_hide(self):
        """Send the form, and return the connection: the answer has not come yet."""
        web = http.client.HTTPConnection("127.0.0.1", self.told["port"], timeout=SECONDS)
        web.request("POST", f"/granska/{self.told['case']}/dolj/", f"version={self.told['version']}", self.headers)
        return web


def test_a_database_that_restarts_during_a_decision(own_database, smtp):
    where = {"host": str(own_database.reach() / "postgres"), "user": "kanalkollen", "dbname": "prov"}
    with process(WEB, DATABASE_URL=own_database.database_url("prov")) as web:
        person = Person(json.loads(web.stdout.readline()))
        page = f"/granska/{person.told['case']}/"
        keeper = psycopg.connect(**where)  # no "with": the restart ends it
        with psycopg.connect(**where, autocommit=True) as onlooker:
            keeper.execute("LOCK TABLE kommun_event IN SHARE MODE")  # the decision comes as far as its event
            waiting = person.start_to_hide()
            asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'prov'"
            wait_until(lambda: onlooker.execute(asked).fetchone()[0], "the decision to be in its transaction")
        own_database.postgres.stop()
        keeper.close()
        assert waiting.getresponse().status == 500
        own_database.postgres.start(own_database.lock)
        own_database.postgres.wait_until_ready(own_database.reach() / "postgres")
        with psycopg.connect(**where) as rows:
            assert count(rows, "moderation_case WHERE status = 'preserved'") == 1  # what was said before is kept
            assert count(rows, "kommun_event WHERE kind = 'case.hidden'") == 0  # what was not is not there by halves
            assert count(rows, "kommun_outgoingmail") == 0
        status, shown = person.ask("GET", page)  # by the same server, which had lost its connections
        assert (status, "Jag har dolt inlägget" in shown) == (200, True)
        for _press in range(2):  # and once more, because nobody knows whether the first one counted
            person.ask("POST", f"{page}dolj/", f"version={person.told['version']}")
        assert "Tiden är stoppad." in person.ask("GET", page)[1]
        with psycopg.connect(**where) as rows:
            assert count(rows, "kommun_event WHERE kind = 'case.hidden'") == 1
            assert count(rows, "channels_obligation WHERE kind = 'remove' AND outcome = 'met'") == 1
            assert count(rows, "kommun_outgoingmail WHERE sent_at IS NOT NULL") == len(smtp.messages) == 3


def count(rows, what):
    return rows.execute(f"SELECT count(*) FROM {what}").fetchone()[0]  # noqa: S608  (this test's own words)
