"""The kernel: events are append-only and sealed, lifecycles answer with reasons, mail cannot get lost."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.actor import SCHEDULER, Actor
from accounts.models import Unit, User
from kommun import outbox
from kommun.errors import NotPermitted, StateConflict
from kommun.events import record, verify_chain
from kommun.lifecycle import Lifecycle, Transition
from kommun.models import Event, EventSeal, OutgoingMail
from tests.conftest import no_smtp
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
        ("UPDATE kommun_event SET payload = replace(payload, '\"n\":1', '\"n\":7')", "har inte det innehåll"),
        ("DELETE FROM kommun_eventseal WHERE seq = (SELECT max(seq) - 1 FROM kommun_eventseal)", "är inte förseglad"),
        ("UPDATE kommun_eventseal SET seq = seq + 100 WHERE seq = (SELECT max(seq) FROM kommun_eventseal)", "väntat"),
        ("UPDATE kommun_event SET actor_label = 'Någon annan'", "visar något annat"),
        ("UPDATE kommun_event SET actor_id = NULL", "visar något annat"),
        ("UPDATE kommun_event SET kind = 'unit.left'", "visar något annat"),
        ("UPDATE kommun_event SET occurred_at = occurred_at - interval '1 day'", "visar något annat"),
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


def test_a_long_name_and_title_leave_an_event_too(cast):
    User.objects.filter(pk__in=[cast.owner.pk, cast.deputy.pk]).update(name="N" * 120, title="T" * 120)
    deputy, owner = User.objects.get(pk=cast.deputy.pk), User.objects.get(pk=cast.owner.pk)
    event = record("unit.seen", subject=cast.unit, actor=Actor(deputy, on_behalf_of=owner))
    seal_now()
    assert len(event.actor_label) == 300
    assert verify_chain().problems == []


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


def test_a_step_is_open_when_nothing_speaks_against_it(cast):
    assert lifecycle().why_not("go", Lamp(), Actor(cast.owner)) is None
    assert lifecycle().check("go", Lamp(), Actor(cast.owner)).target == "green"
    assert lifecycle().why_not("go", Lamp(), SCHEDULER) == "Bara en person får."


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


def test_a_mail_that_fails_stays_and_is_given_up_in_the_end(db, settings, caplog):
    no_smtp(settings)
    row = OutgoingMail.objects.create(to="a@kommunen.example", subject="Hej", body="Text")
    for _attempt in range(outbox.MAX_ATTEMPTS + 5):
        assert outbox.deliver(row.pk) is False
    row.refresh_from_db()
    assert row.attempts == outbox.MAX_ATTEMPTS
    assert "ConnectionRefused" in row.last_error
    assert "ConnectionRefusedError" in caplog.text
    assert "a@kommunen.example" not in caplog.text


def test_a_server_that_is_down_costs_no_mail_an_attempt(db, settings, smtp):
    row = OutgoingMail.objects.create(to="a@kommunen.example", subject="Hej", body="Text")
    OutgoingMail.objects.update(created_at="2026-01-01T00:00Z")
    port = settings.EMAIL_PORT
    no_smtp(settings)
    with pytest.raises(OSError, match="refused"):
        outbox.send_unsent()
    row.refresh_from_db()
    assert row.attempts == 0
    settings.EMAIL_PORT = port
    assert outbox.send_unsent() == 1
    assert [to for to, _content in smtp.messages] == [["a@kommunen.example"]]


@pytest.mark.parametrize(
    ("attempts", "hours", "due"),
    [(1, 0.1, True), (19, 0.4, True), (20, 0.9, False), (20, 1.1, True), (139, 119, False)],
)
def test_a_mail_is_tried_each_minute_and_then_each_hour(db, attempts, hours, due):
    row = OutgoingMail.objects.create(to="a@kommunen.example", subject="Hej", body="Text", attempts=attempts)
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=hours))
    assert outbox.unsent_ids() == ([row.pk] if due else [])


def test_one_mail_that_can_never_be_sent_does_not_stop_the_others(db, smtp):
    for to in ("a\nb@kommunen.example", "c@kommunen.example"):
        OutgoingMail.objects.create(to=to, subject="Hej", body="Text")
    OutgoingMail.objects.update(created_at="2026-01-01T00:00Z")
    assert outbox.send_unsent() == 1
    assert [to for to, _content in smtp.messages] == [["c@kommunen.example"]]


def test_a_subject_is_one_line(db, smtp, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        row = outbox.put("a@kommunen.example", "Ansökan om\nBcc: b@kommunen.example", "Text")
    row.refresh_from_db()
    assert (row.subject, row.sent_at is None) == ("Ansökan om Bcc: b@kommunen.example", False)
    assert [to for to, _content in smtp.messages] == [["a@kommunen.example"]]


def test_an_act_holds_although_the_queue_is_down(db, django_capture_on_commit_callbacks, monkeypatch):
    def nobody_answers(_pk):
        raise OperationalError("Connection refused")  # what Celery raises when Redis is gone

    monkeypatch.setattr(outbox.deliver_all, "delay", nobody_answers)
    with django_capture_on_commit_callbacks(execute=True):
        row = outbox.put("a@kommunen.example", "Hej", "Text")
    row.refresh_from_db()
    assert row.attempts == 0  # nobody has tried: the sweep will


def test_the_command_says_whether_the_chain_holds(cast, capsys):
    make_events(2, cast)
    call_command("verify_events")
    assert "Kedjan håller: " in capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kommun_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE kommun_event SET payload = payload || ' '")
    with pytest.raises(CommandError, match="Kedjan håller inte"):
        call_command("verify_events")


def test_the_history_of_a_model_is_one_manager_class():
    assert type(Unit.history) is type(Unit.history)
    assert Unit.history.model is not User.history.model
