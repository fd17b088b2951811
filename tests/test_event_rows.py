"""Events that the database writes are, letter for letter, those that are written one by one, and are sealed as they are."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.actor import Actor
from accounts.models import Unit
from channels.models import Obligation
from kommun.events import Stored, record_many, record_rows, verify_chain
from kommun.models import Event, Municipality
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
MOMENT = st.none() | st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ROW = st.tuples(TEXT, TEXT, MOMENT, st.integers(0, 32_767))
FACTS = ("cite", "label", "due_at", "at_once", "stage", "holder", "outcome")
CONTROLS = "".join(map(chr, range(1, 32))) + '\x7f"\\/\u2028\u00a0\U0001f600%s{}'


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, min_size=1, max_size=4), TEXT)
@example([(CONTROLS, "Hej då", datetime(2026, 3, 29, 1, 0, 0, 120, tzinfo=UTC), 0)], CONTROLS)
@example([("", "", datetime(2026, 10, 25, 1, tzinfo=UTC), 7), ("null", "3", None, 1)], "null")
@time_machine.travel(datetime(2026, 11, 21, 18, 0, 0, 5, tzinfo=UTC), tick=False)
def test_whatever_a_row_holds_its_event_is_the_one_that_is_written_by_itself(rows, source):
    user = UserFactory(name='Åsa "Strateg" \\ %s')
    actor = Actor(user, on_behalf_of=UserFactory())
    made = Obligation.objects.bulk_create(
        Obligation(
            kind="confirm",
            subject_type="a.b",
            subject_id=f"{number}-{len(source)}-{Obligation.objects.count()}",
            cite=cite,
            label=label,
            due_at=due,
            at_once=due is None and stage > 1,
            stage=stage,
            holder=user if stage % 2 else None,
            opened_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for number, (cite, label, due, stage) in enumerate(rows)
    )
    same = {"import": 7, "nothing": None, "source": source, "when": datetime(2026, 1, 1, tzinfo=UTC)}
    values = [(row, same | {name: getattr(row, _attname(name)) for name in FACTS}) for row in made]
    record_many("obligation.seen", actor=actor, subjects=values)
    facts = same | {name: Stored(name) for name in FACTS}
    record_rows("obligation.seen", actor=actor, model=Obligation, ids=[row.pk for row in made], facts=facts)
    names = [field.attname for field in Event._meta.concrete_fields if field.attname != "id"]
    events = list(Event.objects.order_by("-pk").values(*names)[: 2 * len(made)])
    assert events[: len(made)] == events[len(made) :]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    assert verify_chain().problems == []


def _attname(name):
    return Obligation._meta.get_field(name).attname


def test_no_rows_write_nothing():
    record_rows("unit.seen", actor=Actor(None), model=Unit, ids=[], facts={})
    assert not Event.objects.exists()


def test_a_column_of_another_sort_is_no_fact():
    with pytest.raises(TypeError, match="closed_days"):
        record_rows("m.seen", actor=Actor(None), model=Municipality, ids=[1], facts={"days": Stored("closed_days")})
