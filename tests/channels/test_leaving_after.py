"""After somebody has left: what was not done is due, the account is closed, and nobody is left with the keys."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import leaving as accounts
from accounts.actor import Actor
from accounts.models import Absence, Appointment, User
from accounts.tasks import let_leavers_go
from channels import clock
from channels.actions import leaving
from channels.actions.people import reconcile
from channels.actions.publishing import open_channel
from channels.holdings import version_of
from channels.models import ChannelAdministrator, Obligation
from kommun.business_time import end_of
from kommun.errors import NotPermitted, StateConflict
from kommun.models import Event, OutgoingMail
from tests.applications import adopt_preset, answer_all, make_application, make_municipality, submit
from tests.factories import AbsenceFactory, make_cast
from tests.leaving import AFTER, LAST, TODAY, hand_over, held, open_account, open_rows, say

pytestmark = pytest.mark.django_db
R = Appointment.Role


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(f"{TODAY}T09:00:00+01:00", tick=False)


@pytest.fixture
def channel(cast, tibro):
    return open_account(cast)


# --- The clock --------------------------------------------------------------------------------------------------------
def test_what_is_still_held_is_due_on_the_last_day_for_the_manager(cast, channel):
    say(cast.owner)
    row = open_rows(clock.HAND_OVER, cast.owner).get()
    assert (row.holder, row.due_at) == (cast.nearest_manager, end_of(LAST))
    assert row.url == reverse("channels:leave", args=[cast.owner.pk])
    hand_over(cast.owner, cast.outsider)
    row.refresh_from_db()
    assert (row.outcome, row.met_by, row.met_for) == ("met", cast.owner, None)


def test_another_last_day_is_another_time_and_none_is_nothing_to_do(cast, channel):
    say(cast.owner)
    later = LAST + timedelta(days=30)
    say(cast.owner, later)
    assert open_rows(clock.HAND_OVER, cast.owner).get().due_at == end_of(later)
    say(cast.owner, None)
    assert not open_rows(clock.HAND_OVER, cast.owner).exists()
    rows = Obligation.objects.filter(kind=clock.HAND_OVER)
    assert set(rows.values_list("outcome", flat=True)) == {"lapsed"}


def test_access_is_to_be_gone_the_first_working_day_after(cast, channel):
    say(cast.owner, date(2026, 12, 23))  # Christmas: the first working day is the 28th
    hand_over(cast.owner, cast.outsider)
    row = open_rows(clock.REMOVE_ACCESS, cast.owner).get()
    assert (row.channel, row.holder) == (channel, cast.outsider)
    assert row.due_at == end_of(date(2026, 12, 28))
    assert row.label.startswith("Ta bort Bibliotekaries behörighet och byt lösenord")
    say(cast.owner, None)
    row.refresh_from_db()
    assert row.outcome == "lapsed"


def test_access_follows_the_next_owner_and_the_day(cast, channel):
    say(cast.owner)
    hand_over(cast.owner, cast.outsider)
    say(cast.outsider, date(2026, 12, 31))
    hand_over(cast.outsider, cast.archivist)
    assert open_rows(clock.REMOVE_ACCESS, cast.owner).get().holder == cast.archivist
    assert open_rows(clock.REMOVE_ACCESS, cast.outsider).get().holder == cast.archivist
    say(cast.owner, date(2026, 12, 3))
    assert open_rows(clock.REMOVE_ACCESS, cast.owner).get().due_at == end_of(date(2026, 12, 4))


def test_taking_access_away_is_met_with_what_was_done_and_never_by_the_leaver(cast, channel):
    say(cast.owner)
    hand_over(cast.owner, cast.outsider)
    done = {"channel_id": channel.pk, "user_id": cast.owner.pk, "password": "changed", "codes": "none"}
    with pytest.raises(NotPermitted):
        leaving.remove_access(**done, actor=Actor(cast.owner))
    with pytest.raises(NotPermitted):
        leaving.remove_access(**done, actor=Actor(cast.archivist))
    leaving.remove_access(**done, actor=Actor(cast.registrar, covers=(cast.outsider,)))
    row = Obligation.objects.get(kind=clock.REMOVE_ACCESS)
    assert (row.met_by, row.met_for) == (cast.registrar, cast.outsider)
    assert row.note == "Behörigheten är borttagen. Lösenordet är bytt. Inga tvåstegskoder delades."
    with pytest.raises(StateConflict):
        leaving.remove_access(**done, actor=Actor(cast.outsider))
    assert reconcile(timezone.now()) == 0


# --- The day after ----------------------------------------------------------------------------------------------------
def test_after_the_last_day_the_account_is_closed_and_nobody_is_nobody(client, cast, channel, time_machine):
    say(cast.owner)
    time_machine.move_to(f"{LAST}T23:50:00+01:00", tick=False)
    client.force_login(cast.owner)
    assert let_leavers_go() == 0
    assert client.get("/start/").status_code == 200
    time_machine.move_to(f"{AFTER}T00:10:00+01:00", tick=False)
    assert let_leavers_go() == 1
    cast.owner.refresh_from_db()
    assert (cast.owner.is_active, cast.owner.leaves_on, cast.owner.has_usable_password()) == (False, LAST, False)
    assert client.get("/start/").status_code == 302
    assert Event.objects.filter(kind="person.deactivated", door="scheduler").count() == 1
    access = open_rows(clock.REMOVE_ACCESS, cast.owner).get()
    assert (access.holder, access.due_at) == (cast.deputy, end_of(AFTER))
    clock.sweep(timezone.now())
    assert open_rows(clock.HAND_OVER, cast.owner).get().holder == cast.nearest_manager
    for row in Obligation.objects.open():
        assert (row.passed_to or row.holder).is_active, row


def test_session_does_not_come_back_with_the_account(client, cast):
    client.force_login(cast.owner)
    accounts.deactivate_person(user_id=cast.owner.pk, actor=Actor(cast.administrator))
    accounts.reactivate_person(user_id=cast.owner.pk, actor=Actor(cast.administrator))
    assert User.objects.get(pk=cast.owner.pk).is_active
    assert client.get("/start/").status_code == 302
    assert OutgoingMail.objects.filter(to=cast.owner.email).exists()


def test_what_was_missed_while_no_scheduler_ran_is_caught_up_with(cast, channel, time_machine):
    say(cast.owner)
    time_machine.move_to(f"{LAST + timedelta(days=9)}T09:00:00+01:00", tick=False)
    let_leavers_go()
    reconcile(timezone.now())
    clock.sweep(timezone.now())
    row = open_rows(clock.HAND_OVER, cast.owner).get()
    assert (row.due_at, row.missed_at) == (end_of(LAST), end_of(LAST))
    assert open_rows(clock.REMOVE_ACCESS, cast.owner).get().missed_at == end_of(AFTER)


def test_somebody_made_inactive_elsewhere_is_found_by_the_next_round(cast, channel):
    User.objects.filter(pk=cast.owner.pk).update(is_active=False)
    assert reconcile(timezone.now()) == 2
    assert open_rows(clock.HAND_OVER, cast.owner).get().due_at == end_of(TODAY)
    assert open_rows(clock.REMOVE_ACCESS, cast.owner).get().due_at is None
    assert reconcile(timezone.now()) == 0
    hand_over(cast.owner, cast.outsider, Actor(cast.strategist))
    channel.refresh_from_db()
    assert channel.owner == cast.outsider
    assert open_rows(clock.REMOVE_ACCESS, cast.owner).get().holder == cast.outsider


def test_roles_of_somebody_who_is_gone_are_taken_over_today(cast):
    User.objects.filter(pk=cast.nearest_manager.pk).update(is_active=False)
    hand_over(cast.nearest_manager, cast.owner, Actor(cast.administrator))
    cast.unit.refresh_from_db()
    assert cast.unit.manager == cast.owner


@pytest.mark.parametrize("who", ["strategist", "nearest_manager", "owner"])
def test_only_administrators_close_and_open_accounts(cast, who):
    for act in (accounts.deactivate_person, accounts.reactivate_person):
        with pytest.raises(NotPermitted):
            act(user_id=cast.deputy.pk, actor=Actor(cast[who]))


def test_own_absence_after_the_last_day_needs_no_cover(cast):
    absence = AbsenceFactory(user=cast.owner, starts_on=LAST + timedelta(days=1))
    reconcile(timezone.now())
    assert open_rows(clock.COVER, absence).exists()
    say(cast.owner)
    assert not open_rows(clock.COVER, absence).exists()
    assert Absence.objects.get(pk=absence.pk).withdrawn_at is None


def test_leaving_administrator_of_the_account_alone_makes_something_to_do(cast, channel, time_machine):
    ChannelAdministrator.objects.create(channel=channel, user=cast.outsider, since=TODAY)
    say(cast.outsider)
    time_machine.move_to(f"{AFTER}T00:10:00+01:00", tick=False)
    let_leavers_go()
    assert open_rows(clock.REMOVE_ACCESS, cast.outsider).get().holder == cast.owner
    assert not open_rows(clock.HAND_OVER, cast.outsider).exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_hand_over_at_once_do_it_once():
    cast = make_cast(TODAY - timedelta(days=30))
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    decided = answer_all(submit(make_application(cast))).channel
    channel = open_channel(channel_id=decided.pk, address="facebook.com/EkhultsBibliotek", actor=Actor(cast.owner))
    say(cast.owner)
    rows = held(cast.owner)
    version, both = version_of(cast.owner, rows), threading.Barrier(2)
    told = []

    def attempt(successor):
        both.wait()
        try:
            who = {one.key: successor.pk for one in rows}
            leaving.hand_over(user_id=cast.owner.pk, successors=who, version=version, actor=Actor(cast.owner))
            told.append(successor)
        except StateConflict as conflict:
            told.append(str(conflict))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[person]) for person in (cast.outsider, cast.archivist)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    channel.refresh_from_db()
    assert channel.owner in told
    assert len([one for one in told if isinstance(one, str)]) == 1
    assert Event.objects.filter(kind="person.handed_over").count() == 1
    assert Obligation.objects.open().filter(kind=clock.REMOVE_ACCESS).count() == 1
