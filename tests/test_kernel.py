"""The kernel: events are append-only and sealed, lifecycles answer with reasons, mail cannot get lost."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction

from accounts.actor import SCHEDULER, Actor
from kommun import outbox
from kommun.errors import NotPermitted, StateConflict
from kommun.events import record, verify_chain
from kommun.lifecycle import Lifecycle, Transition
from kommun.models import Event, EventSeal, OutgoingMail
from tests.factories import UnitFactory


def seal_now():
    """The seal is written at commit; in a test that never commits, ask for it now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def make_events(count, cast):
    unit = UnitFactory()
    events = [record("unit.seen", subject=unit, actor=Actor(cast.owner), data={"n": n}) for n in range(count)]
    seal_now()
    return events


def test_every_event_is_sealed_in_order(cast):
    events = make_events(5, cast)
    report = verify_chain()
    assert report.problems == []
    assert [event.seal.seq for event in events] == list(range(events[0].seal.seq, events[0].seal.seq + 5))
    assert report.head == EventSeal.objects.order_by("-seq").first().digest


@pytest.mark.parametrize(
    "statement",
    ["UPDATE kommun_event SET payload='x'", "DELETE FROM kommun_event", "UPDATE kommun_eventseal SET digest='x'"],
)
def test_the_database_refuses_to_change_what_has_happened(cast, statement):
    make_events(1, cast)
    with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        ("UPDATE kommun_event SET payload = replace(payload, '\"n\":1', '\"n\":7')", "not the one that was sealed"),
        ("DELETE FROM kommun_eventseal WHERE seq = (SELECT max(seq) - 1 FROM kommun_eventseal)", "not sealed"),
        ("UPDATE kommun_eventseal SET seq = seq + 100 WHERE seq = (SELECT max(seq) FROM kommun_eventseal)", "where"),
    ],
)
def test_verification_finds_what_somebody_with_the_keys_to_the_database_did(cast, tamper, found):
    make_events(3, cast)
    with connection.cursor() as cursor:
        for table in ("kommun_event", "kommun_eventseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(tamper)
        assert cursor.rowcount >= 1
    assert any(found in problem for problem in verify_chain().problems)


def test_an_event_needs_the_transaction_of_its_act(transactional_db):
    with pytest.raises(RuntimeError):
        record("unit.seen", subject=UnitFactory(), actor=SCHEDULER)
    assert not Event.objects.exists()


class Light(models.TextChoices):
    RED = "red", "Rött"
    GREEN = "green", "Grönt"


def lifecycle():
    return Lifecycle(
        Light,
        [
            Transition(
                "go", frozenset({"red"}), "green", lambda actor, obj: None if actor.user else "Bara en person får."
            )
        ],
    )


class Lamp:
    status = "red"


def test_permission_is_asked_before_state(cast):
    lamp = Lamp()
    lamp.status = "green"
    with pytest.raises(NotPermitted, match="Bara en person får"):
        lifecycle().check("go", lamp, SCHEDULER)
    with pytest.raises(StateConflict, match="Grönt"):
        lifecycle().check("go", lamp, Actor(cast.owner))


def test_open_steps_are_those_that_nothing_speaks_against(cast):
    assert [step.name for step in lifecycle().open_to(Actor(cast.owner), Lamp())] == ["go"]
    assert lifecycle().open_to(SCHEDULER, Lamp()) == []


@pytest.mark.parametrize(
    "steps",
    [
        [Transition("go", frozenset({"blue"}), "green", lambda a, o: None)],
        [Transition("go", frozenset({"red"}), "blue", lambda a, o: None)],
        [Transition("go", frozenset({"red"}), "green", lambda a, o: None)] * 2,
    ],
)
def test_a_faulty_table_fails_at_import(steps):
    with pytest.raises(ValueError, match=r"unknown state|named twice"):
        Lifecycle(Light, steps)


def test_a_mail_is_sent_once_and_found_again_when_the_job_was_lost(db, mailoutbox, django_capture_on_commit_callbacks):
    row = OutgoingMail.objects.create(to="a@kommunen.example", subject="Hej", body="Text")
    assert outbox.deliver(row.pk) is True
    assert outbox.deliver(row.pk) is False
    assert [mail.to for mail in mailoutbox] == [["a@kommunen.example"]]
    OutgoingMail.objects.update(sent_at=None, created_at="2026-01-01T00:00Z")
    assert outbox.unsent_ids() == [row.pk]


def test_a_mail_that_fails_stays_and_is_given_up_in_the_end(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    row = OutgoingMail.objects.create(to="a@kommunen.example", subject="Hej", body="Text")
    for _attempt in range(outbox.MAX_ATTEMPTS + 5):
        assert outbox.deliver(row.pk) is False
    row.refresh_from_db()
    assert row.attempts == outbox.MAX_ATTEMPTS
    assert "ConnectionRefused" in row.last_error


def test_the_command_says_whether_the_chain_holds(cast, capsys):
    make_events(2, cast)
    call_command("verify_events")
    assert "Kedjan håller: " in capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kommun_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE kommun_event SET payload = payload || ' '")
    with pytest.raises(CommandError, match="Kedjan håller inte"):
        call_command("verify_events")
