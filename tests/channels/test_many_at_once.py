"""Many channels in one act: it asks as much as for few, and leaves of each what it leaves of one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actor import SCHEDULER, Actor
from channels import clock
from channels.actions.importing import accept_import, apply_import
from channels.models import Channel, ChannelAddress, ChannelAdministrator, Obligation
from kommun.events import events_about
from tests.applications import adopt_preset
from tests.duties import assert_chain_holds, at, make_channel, owe
from tests.imports import verdicts

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(office):
    """The office with a policy in force, so that every channel that comes in owes something."""
    adopt_preset("tibro", Actor(office.cast.administrator))
    return office


def new_rows(first, count):
    return [
        ["", f"Kanal {n}", "Facebook", f"facebook.com/ekhult{n}", "", "", "", "", ""]
        for n in range(first, first + count)
    ]


def changed_rows(cast, first, count):
    """The same channels with another address, a purpose, and people who answer for them."""
    people = [cast.owner.email, cast.deputy.email, cast.owner.email]
    slugs = [f"kanal-{n}-facebook" for n in range(first, first + count)]
    return [
        [slug, f"Kanal {n}", "Facebook", f"facebook.com/nyttekhult{n}", "Biblioteksenheten", "Läsning.", *people]
        for n, slug in enumerate(slugs, start=first)
    ]


def questions(office, rows):
    """Bring the rows in and return how many statements it took."""
    run = office.rows(*rows)
    assert set(verdicts(run)) <= {"create", "change"}
    accept_import(run_id=run.pk, reading=run.reading, actor=office.actor)
    with CaptureQueriesContext(connection) as asked:
        assert apply_import(run.pk)
    return len(asked)


def last_history(row):
    """Return the newest row of history, and whether it shows the row as it is stored."""
    newest = row.history.first()
    stored = type(row).objects.get(pk=row.pk)
    names = [field.attname for field in type(row).history.model.tracked_fields]
    return newest, all(getattr(newest, name) == getattr(stored, name) for name in names)


# --- Brought in -------------------------------------------------------------------------------------------------------
def test_an_import_asks_as_much_for_many_rows_as_for_few(register):
    few, many = questions(register, new_rows(0, 4)), questions(register, new_rows(4, 200))
    assert many <= few
    few = questions(register, changed_rows(register.cast, 0, 4))
    many = questions(register, changed_rows(register.cast, 4, 200))
    assert many <= few
    again = [[*row[:8], register.cast.deputy.email] for row in changed_rows(register.cast, 0, 204)]
    few, many = questions(register, again[:4]), questions(register, again[4:])  # other administrators, nothing else
    assert many <= few


def test_what_many_rows_change_has_the_history_and_the_events_of_one(register):
    cast, actor = register.cast, register.actor.user
    questions(register, new_rows(0, 3))
    opened = Obligation.objects.open().count()
    assert opened >= 6
    for model in (Channel, ChannelAddress, Obligation):
        for row in model.objects.all():
            newest, same = last_history(row)
            assert (newest.history_type, newest.history_user, newest.history_change_reason, same) == (
                "+",
                actor,
                None,
                True,
            )
    questions(register, changed_rows(cast, 0, 3))
    for channel in Channel.objects.all():
        newest, same = last_history(channel)
        assert (newest.history_type, newest.history_user, same, channel.history.count()) == ("~", actor, True, 2)
        assert (channel.owner, channel.deputy, channel.unit, channel.provisional) == (
            cast.owner,
            cast.deputy,
            cast.unit,
            [],
        )
        old, new = channel.addresses.order_by("pk")
        assert (old.valid_to, new.valid_to) == (timezone.localdate(), None)
        assert [row.history_type for row in old.history.order_by("history_id")] == ["+", "~"]
    handed = Obligation.objects.filter(holder=cast.owner)
    assert handed.count() >= 3
    for row in Obligation.objects.all():
        newest, same = last_history(row)
        assert (newest.history_user, same) == (actor, True)
        assert events_about(row).last().kind == ("obligation.handed_on" if row.is_open else "obligation.met")
        assert row.holder == (cast.owner if row.is_open else cast.strategist)
        assert row.met_by == (None if row.is_open else actor)
    assert_chain_holds()


def test_an_administrator_whom_a_row_leaves_out_is_gone_and_the_history_says_who_did_it(register):
    cast = register.cast
    questions(register, new_rows(0, 2))
    questions(register, changed_rows(cast, 0, 2))
    questions(register, [[*row[:8], cast.deputy.email] for row in changed_rows(cast, 0, 2)])
    assert set(ChannelAdministrator.objects.values_list("user", flat=True)) == {cast.deputy.pk}
    gone = ChannelAdministrator.history.filter(user=cast.owner).order_by("history_id")
    assert [row.history_type for row in gone] == ["+", "+", "-", "-"]
    assert {row.history_user for row in gone} == {register.actor.user}


def read_in_sequence():
    """Return how many channels this transaction has read without an index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'channels_channel'")
        return cursor.fetchone()[0]


def test_a_session_that_has_planned_for_an_empty_register_reads_it_no_more_for_each_row(register):
    """The triggers of the publication, and the references that are checked at commit."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE channels_channel, channels_channeladdress")
        questions(register, new_rows(0, 8))  # from the sixth time a plan is kept for the session
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        before, count = read_in_sequence(), 400
        questions(register, new_rows(8, count))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert read_in_sequence() - before < 30 * count


# --- The book ---------------------------------------------------------------------------------------------------------
def test_many_are_closed_each_with_the_truth_of_its_own_time(cast, time_machine):
    late, silent = (
        owe(cast, make_channel(cast), due="2026-11-21T00:00"),
        owe(cast, make_channel(cast, "Badet"), due=None),
    )
    closed = owe(cast, make_channel(cast, "Torget"))
    clock.lapse(closed.kind, closed.channel, SCHEDULER, channel=closed.channel)
    time_machine.move_to(at("2026-12-01T09:00"), tick=False)
    actor = Actor(cast.deputy, on_behalf_of=cast.owner)
    assert clock.meet_many(Obligation.objects.all(), actor) == 2
    assert clock.meet_many(Obligation.objects.all(), actor) == 0
    for row in (late, silent):
        row.refresh_from_db()
        assert (row.outcome, row.met_by, row.met_for, row.closed_at) == ("met", cast.deputy, cast.owner, timezone.now())
        event = events_about(row).last()
        assert (event.kind, event.actor, event.on_behalf_of) == ("obligation.met", cast.deputy, cast.owner)
        assert f'"late":{"true" if row == late else "false"}' in event.payload
    assert (late.missed_at, silent.missed_at) == (late.due_at, None)
    assert [event.kind for event in events_about(closed)][-1] == "obligation.lapsed"


def test_many_are_handed_on_each_to_its_own_holder(cast):
    rows = [owe(cast, make_channel(cast, name)) for name in ("Biblioteket", "Badet", "Torget")]
    holders = {rows[0].pk: cast.deputy.pk, rows[1].pk: None, rows[2].pk: cast.owner.pk}
    assert clock.hand_on_many(holders, Actor(cast.strategist)) == 2  # the third has it
    for row in rows:
        row.refresh_from_db()
    assert [row.holder for row in rows] == [cast.deputy, None, cast.owner]
    assert [row.history.first().history_type for row in rows] == ["~", "~", "+"]
    assert f'"from":{cast.owner.pk},"to":null' in events_about(rows[1]).last().payload
    assert clock.hand_on_many(holders, Actor(cast.strategist)) == 0
