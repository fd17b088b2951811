"""Tips: what the municipality knows from then on, who is to read them, and what comes of them."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone, translation

from accounts.actor import SCHEDULER, VISITOR, Actor
from channels.models import Obligation
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.models import Event
from moderation.actions import opening, tips
from moderation.actions.opening import Seen
from moderation.models import Case, Tip
from tests.cases import POST, actor_of, open_case
from tests.public_scene import make_channel as public_channel
from tests.public_scene import make_scene

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday afternoon


def waiting(tip):
    return Obligation.objects.about(tip).open()


def test_a_tip_is_known_from_when_it_came_and_is_logged_without_its_words(tibro, channel, cast):
    with time_machine.travel(NOW, tick=False):
        tip = tips.receive_tip(channel_id=channel.pk, text="Någon hotar en anställd.", actor=VISITOR)
    assert tip.received_at == NOW
    event = Event.objects.get(kind="tip.received")
    assert (event.door, event.actor_id, event.actor_label) == ("visitor", None, "En besökare")
    assert "hotar" not in event.payload
    due = waiting(tip).get()
    assert (due.holder, due.opened_at, due.due_at) == (
        cast.owner,
        NOW,
        NOW + timedelta(hours=48),
    )  # through the weekend
    assert (due.rule, due.url) == ("removal.within", tip.get_absolute_url())


@pytest.mark.policy("removal.within")
@pytest.mark.parametrize(
    ("preset", "hours"), [("sunne", None), ("tibro", 48), ("nora", None), ("overkalix", 48), ("forshaga", None)]
)
def test_a_tip_is_read_within_the_time_that_the_policy_gives(policy, channel, preset, hours):
    policy(preset)
    with time_machine.travel(NOW, tick=False):
        tip = tips.receive_tip(channel_id=channel.pk, text="Titta.", actor=VISITOR)
    assert waiting(tip).get().due_at == (NOW + timedelta(hours=hours) if hours else None)


def test_a_tip_without_a_channel_waits_for_communications_staff(tibro, cast):
    tip = tips.receive_tip(channel_id=None, text="Någonstans på nätet.", actor=VISITOR)
    due = waiting(tip).get()
    assert (due.channel, due.holder) == (None, None)
    with pytest.raises(NotPermitted):
        tips.set_aside(tip_id=tip.pk, reason="Nej.", actor=actor_of(cast.owner))
    assert tips.set_aside(tip_id=tip.pk, reason="Nej.", actor=actor_of(cast.strategist)).is_handled
    assert not waiting(tip).exists()


def test_the_address_says_which_channel(cast):
    scene = make_scene(cast)
    there = public_channel(cast, "Simhallen", "https://www.facebook.com/ekhultssimhall")
    tip = tips.receive_tip(channel_id=None, url="https://m.facebook.com/ekhultssimhall/posts/10", actor=VISITOR)
    assert tip.channel == there
    assert tips.receive_tip(channel_id=None, url="https://www.example.org/a/1", actor=VISITOR).channel is None
    other = scene["open"]
    chosen = tips.receive_tip(
        channel_id=other.pk, url="https://www.facebook.com/ekhultssimhall/posts/11", actor=VISITOR
    )
    assert chosen.channel == other  # what somebody chose is not changed


def test_the_label_is_swedish_whatever_the_sender_reads(tibro, channel):
    with translation.override("en"):
        tip = tips.receive_tip(channel_id=channel.pk, text="Look at this.", actor=VISITOR)
    assert waiting(tip).get().label == "Läs ett tips: Biblioteket"


def test_sent_twice_it_is_received_once(tibro, channel):
    first = tips.receive_tip(channel_id=channel.pk, text="Titta.", reference="2222-3333", actor=VISITOR)
    again = tips.receive_tip(channel_id=channel.pk, text="Titta.", reference="2222-3333", actor=VISITOR)
    assert first == again
    assert Event.objects.filter(kind="tip.received").count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "url"),
        ({"url": "  ", "text": " "}, "url"),
        ({"url": "inte en adress"}, "url"),
        ({"url": "https://www.facebook.com/" + "a" * 2100}, "url"),
        ({"text": "a" * 3001}, "text"),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(tibro, values, field):
    with pytest.raises(InvalidInput) as refusal:
        tips.receive_tip(channel_id=None, actor=VISITOR, **values)
    assert list(refusal.value.errors) == [field]
    assert not Tip.objects.exists()


def test_hidden_characters_are_written_out(tibro):
    tip = tips.receive_tip(channel_id=None, text="hej\u202ejeh\x00", contact="a\u202eb", actor=VISITOR)
    assert tip.text == "hej[U+202E]jeh[U+0000]"
    assert "\u202e" not in tip.contact


# --- Joined -----------------------------------------------------------------------------------------------------------
def test_a_tip_about_a_known_post_joins_its_open_case(tibro, channel, owner):
    case = open_case(channel, owner, url=POST)
    tip = tips.receive_tip(channel_id=None, url=POST + "?fbclid=1", text="Jag också.", actor=VISITOR)
    assert (tip.case, tip.handled_by, tip.is_handled) == (case, None, True)
    assert not waiting(tip).exists()
    assert [event.kind for event in Event.objects.filter(kind__startswith="tip.")] == ["tip.received", "tip.joined"]


def test_a_tip_is_joined_by_hand_to_a_case_that_is_open(tibro, channel, owner, cast):
    tip = tips.receive_tip(channel_id=channel.pk, text="Samma tråd.", actor=VISITOR)
    case = open_case(channel, owner, url=POST)
    with pytest.raises(NotPermitted):
        tips.join_tip(tip_id=tip.pk, case_id=case.pk, actor=Actor(cast.outsider))
    joined = tips.join_tip(tip_id=tip.pk, case_id=case.pk, actor=owner)
    assert (joined.case, joined.handled_by) == (case, cast.owner)
    assert not waiting(tip).exists()
    assert tips.join_tip(tip_id=tip.pk, case_id=case.pk, actor=owner).handled_at == joined.handled_at
    other = open_case(channel, owner, url=POST + "9")
    with pytest.raises(StateConflict):
        tips.join_tip(tip_id=tip.pk, case_id=other.pk, actor=owner)


def test_a_tip_is_not_joined_to_a_closed_case(tibro, channel, owner):
    tip = tips.receive_tip(channel_id=channel.pk, text="Samma tråd.", actor=VISITOR)
    case = open_case(channel, owner, url=POST)
    Case.objects.filter(pk=case.pk).update(status="closed", closed_at=timezone.now(), outcome="left")
    with pytest.raises(StateConflict):
        tips.join_tip(tip_id=tip.pk, case_id=case.pk, actor=owner)


# --- A case of it -----------------------------------------------------------------------------------------------------
@pytest.mark.policy("H1")
def test_a_case_made_of_a_tip_counts_from_when_the_tip_came(tibro, channel, owner):
    with time_machine.travel(NOW, tick=False):
        tip = tips.receive_tip(channel_id=channel.pk, url=POST, actor=VISITOR)
    with time_machine.travel(NOW + timedelta(hours=60), tick=False):
        case = opening.open_case(channel_id=channel.pk, seen=Seen(url=POST), tip_id=tip.pk, actor=owner)
        assert (case.known_at, case.known_how) == (NOW, "visitor")
        assert case.due_at == NOW + timedelta(hours=48)
    tip.refresh_from_db()
    assert tip.case == case
    assert not waiting(tip).exists()


def test_what_was_set_aside_can_become_a_case_and_nothing_is_won_in_time(tibro, channel, owner):
    with time_machine.travel(NOW, tick=False):
        tip = tips.receive_tip(channel_id=channel.pk, url=POST, actor=VISITOR)
        tips.set_aside(tip_id=tip.pk, reason="Inlägget finns inte kvar.", actor=owner)
    case = opening.open_case(channel_id=channel.pk, seen=Seen(url=POST), tip_id=tip.pk, actor=owner)
    tip.refresh_from_db()
    assert (tip.case, case.known_at) == (case, NOW)


def test_nothing_is_set_aside_without_a_reason_or_when_it_has_a_case(tibro, channel, owner):
    tip = tips.receive_tip(channel_id=channel.pk, url=POST, actor=VISITOR)
    with pytest.raises(InvalidInput):
        tips.set_aside(tip_id=tip.pk, reason="  ", actor=owner)
    opening.open_case(channel_id=channel.pk, seen=Seen(url=POST), tip_id=tip.pk, actor=owner)
    with pytest.raises(StateConflict):
        tips.set_aside(tip_id=tip.pk, reason="Nej.", actor=owner)


# --- Who --------------------------------------------------------------------------------------------------------------
READERS = {
    "owner",
    "deputy",
    "nearest_manager",
    "strategist",
}  # by hand: those who watch the channel, and communications


@pytest.mark.parametrize("who", [
    "owner", "deputy", "nearest_manager", "department_head", "chief_executive", "strategist", "it_communications_manager",
    "registrar", "archivist", "administrator", "outsider",
])  # fmt: skip
def test_only_those_who_watch_the_channel_handle_its_tips(tibro, channel, cast, who):
    tip = tips.receive_tip(channel_id=channel.pk, text="Titta.", actor=VISITOR)
    try:
        tips.set_aside(tip_id=tip.pk, reason="Inget att göra.", actor=actor_of(cast[who]))
        allowed = True
    except NotPermitted:
        allowed = False
    assert allowed == (who in READERS)


@pytest.mark.parametrize("machine", [SCHEDULER, VISITOR])
def test_a_tip_is_read_by_a_person(tibro, channel, machine):
    tip = tips.receive_tip(channel_id=channel.pk, text="Titta.", actor=VISITOR)
    with pytest.raises(NotPermitted):
        tips.set_aside(tip_id=tip.pk, reason="Nej.", actor=machine)


@pytest.mark.django_db(transaction=True)
def test_two_copies_at_once_become_one_tip(tibro, channel):
    start, numbers = threading.Barrier(2), []

    def send():
        try:
            start.wait()
            tip = tips.receive_tip(channel_id=channel.pk, text="Titta.", reference="4444-5555", actor=VISITOR)
            numbers.append(tip.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 2
    assert len(set(numbers)) == 1
    assert Tip.objects.count() == 1
