"""Keys that are checked with each statement: refused where they are written, without touching the chain before the commit."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.actor import SCHEDULER
from accounts.models import Unit
from channels.models import Obligation
from kommun.events import record
from kommun.models import Event, EventSeal
from kommun.references import checked_at_once
from tests.factories import UnitFactory

SEQSCAN = "SHOW enable_seqscan"


def asked(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def point_at_nothing():
    """Give a unit a manager that there is not."""
    Unit.objects.update(manager_id=-1)


def test_a_key_that_points_at_nothing_is_refused_at_once_and_the_rest_wait_as_before(transactional_db):
    UnitFactory()
    before = asked(SEQSCAN)
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic(), checked_at_once(Unit, Obligation):
            point_at_nothing()
        assert asked(SEQSCAN) == before
        with checked_at_once(Unit):
            assert asked(SEQSCAN) == "off"
        assert asked(SEQSCAN) == before
        point_at_nothing()  # waits for the commit again
        transaction.set_rollback(True)
    with pytest.raises(IntegrityError), transaction.atomic():
        point_at_nothing()


def test_the_seal_still_waits_for_the_commit(transactional_db):
    unit = UnitFactory()
    with transaction.atomic(), checked_at_once(Unit, Event):
        record("unit.seen", subject=unit, actor=SCHEDULER)
        assert not EventSeal.objects.exists()
        assert asked("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7040001") == 0
    assert EventSeal.objects.count() == 1


def test_it_is_for_transactions(transactional_db):
    with pytest.raises(RuntimeError), checked_at_once(Unit):
        pass
