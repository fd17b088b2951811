"""How the database seals the events: at commit, in one chain, whoever writes them and however many they are."""

import threading
from importlib import import_module

from django.db import connection, transaction

from accounts.actor import SCHEDULER
from kommun.events import record, record_many, verify_chain
from kommun.models import Event, EventSeal
from tests.factories import UnitFactory

RAW = """
INSERT INTO kommun_event (kind, occurred_at, subject_type, subject_id, actor_label, door, payload)
SELECT 'unit.seen', moment, 'accounts.unit', n::text, 'psql', 'shell', json_build_object('kind', 'unit.seen', 'at', moment,
    'subject', json_build_array('accounts.unit', n::text), 'actor', NULL, 'label', 'psql', 'on_behalf_of', NULL,
    'door', 'shell')::text
FROM generate_series(1, 5) AS n, (SELECT now() AS moment) AS t
"""


def execute(sql, params=None):
    """Run one statement and return its rows, if it gives any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def seal_now():
    """As a commit does, in a test that never commits."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")


def see(unit, count=1):
    """Write events about the unit."""
    record_many("unit.seen", actor=SCHEDULER, subjects=[(unit, {"n": n}) for n in range(count)])


def assert_one_chain(count):
    """Every event is sealed, in the order in which a transaction has written them, and nothing else is."""
    report = verify_chain()
    assert (report.problems, report.count, Event.objects.count()) == ([], count, count)


# --- What it costs ----------------------------------------------------------------------------------------------------
def rows_read():
    """Return how many rows of the chain have been read, by commits that are done."""
    execute("SELECT pg_stat_force_next_flush()")
    (read,) = execute(
        "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_user_tables"
        " WHERE relname IN ('kommun_event', 'kommun_eventseal')"
    )[0]
    return int(read)


def test_growth_of_what_a_commit_reads_is_linear_also_in_a_session_that_planned_for_an_empty_chain(transactional_db):
    unit = UnitFactory()
    execute("ANALYZE kommun_event, kommun_eventseal")  # the statistics say: empty
    for _commit in range(10):  # from the sixth time a plan is kept for the session
        with transaction.atomic():
            see(unit)
    read = []
    for count in (100, 1000):
        before = rows_read()
        with transaction.atomic():
            see(unit, count)
        read.append(rows_read() - before)
    assert read[0] >= 100
    assert read[1] <= 10 * read[0] + 10
    assert_one_chain(1110)


def test_sealing_asks_nothing_else_for_each_event(db):
    """Not the guard of django-pgtrigger, above all: its failed subtransaction goes through all that the commit has to do."""
    unit = UnitFactory()
    execute("SET LOCAL track_functions = 'pl'")
    see(unit, 20)
    seal_now()
    called = dict(execute("SELECT funcname, calls FROM pg_stat_xact_user_functions"))
    assert len(called) == 1
    assert called.popitem()[1] == 20


# --- When it is done --------------------------------------------------------------------------------------------------
def holders():
    """Return how many sessions hold or wait for the lock of the chain."""
    return execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7040001")[0][0]


def test_the_chain_is_locked_at_commit_and_not_before(transactional_db):
    unit = UnitFactory()
    with transaction.atomic():
        see(unit, 3)
        assert holders() == 0
        other = threading.Thread(target=in_a_session_of_its_own, args=[lambda: see(unit)])
        other.start()
        other.join(20)
        assert not other.is_alive()
        assert list(EventSeal.objects.values_list("seq", flat=True)) == [1]
    assert holders() == 0
    assert_one_chain(4)
    first, *others = Event.objects.order_by("seal__seq").values_list("pk", flat=True)
    assert others == sorted(others)
    assert first > others[-1]  # sealed in the order of the commits


def in_a_session_of_its_own(act):
    """Do something in a transaction of another connection."""
    try:
        with transaction.atomic():
            act()
    finally:
        connection.close()


def test_two_who_commit_at_once_make_one_chain(transactional_db):
    units = [UnitFactory(), UnitFactory()]
    for _round in range(5):
        gate = threading.Barrier(len(units), timeout=20)

        def act(unit, gate=gate):
            see(unit, 100)
            gate.wait()

        threads = [
            threading.Thread(target=in_a_session_of_its_own, args=[lambda unit=unit: act(unit)]) for unit in units
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert_one_chain(1000)
    whose = list(Event.objects.order_by("seal__seq").values_list("subject_id", flat=True))
    for start in range(0, 1000, 100):  # each transaction's events are together
        assert len(set(whose[start : start + 100])) == 1


def test_what_is_rolled_back_leaves_nothing(transactional_db):
    unit = UnitFactory()
    for constraints in ("DEFERRED", "IMMEDIATE"):
        with transaction.atomic():
            execute(f"SET CONSTRAINTS ALL {constraints}")
            see(unit, 3)
            transaction.set_rollback(True)
    assert_one_chain(0)


def test_what_a_savepoint_takes_back_is_not_sealed_and_leaves_no_gap(transactional_db):
    unit = UnitFactory()
    with transaction.atomic():
        see(unit, 2)
        for constraints in ("DEFERRED", "IMMEDIATE"):
            with transaction.atomic():
                see(unit, 3)
                execute(f"SET CONSTRAINTS ALL {constraints}")
                transaction.set_rollback(True)
        with transaction.atomic():
            see(unit, 2)
    assert_one_chain(4)


def test_what_follows_after_the_constraints_were_made_immediate_is_sealed_too(transactional_db):
    unit = UnitFactory()
    with transaction.atomic():
        see(unit, 2)
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert EventSeal.objects.count() == 2
        see(unit, 3)
        record("unit.seen", subject=unit, actor=SCHEDULER)
        assert EventSeal.objects.count() == 6
        execute("SET CONSTRAINTS ALL DEFERRED")
        see(unit)
        assert EventSeal.objects.count() == 6
    assert_one_chain(7)


# --- Whoever writes ---------------------------------------------------------------------------------------------------
def test_events_that_somebody_writes_past_the_code_are_sealed_too(transactional_db):
    with transaction.atomic():
        execute(RAW)
        execute(
            "INSERT INTO kommun_event (id, kind, occurred_at, subject_type, subject_id, actor_label, door, payload)"
            " SELECT 1000 - id, kind, occurred_at, subject_type, subject_id, actor_label, door, payload FROM kommun_event"
        )
    execute(RAW)  # without a transaction of its own
    assert_one_chain(15)


def test_no_session_can_switch_the_seal_off(transactional_db):
    with transaction.atomic():
        name = execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger\\_seal%%'", [])[0][0]
        execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{name},kommun_event:{name}}}"])
        execute(RAW)
    assert_one_chain(5)


def test_a_chain_that_was_begun_by_the_first_version_goes_on(db):
    unit = UnitFactory()
    versions = [
        operation.trigger.install_sql
        for name in ("0001_initial", "0005_seal_in_linear_time")
        for operation in import_module(f"kommun.migrations.{name}").Migration.operations
        if getattr(getattr(operation, "trigger", None), "name", "") == "seal_at_commit"
    ]
    assert len(versions) == 2
    for version in versions:
        execute(version)
        see(unit, 3)
        seal_now()
    assert_one_chain(6)
