"""Confirm, attest, test the log-in, who can administer, a name that was left: who may, what is stored, what the clock says."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.actor import SCHEDULER, Actor
from accounts.models import Appointment
from channels import clock, proofs
from channels.actions import upkeep as actions
from channels.actions.publishing import change_details, open_channel, propose_change, settle_change
from channels.actions.upkeep import Answer
from channels.models import AccessTest, Attestation, Channel, Confirmation, Obligation
from channels.upkeep import state_of
from kommun import aside
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.models import Event
from tests.applications import adopt_preset, answer_all, make_application, submit
from tests.factories import AbsenceFactory, AppointmentFactory

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
MAY = {"owner", "deputy", "nearest_manager", "strategist", "administrator"}
OPEN = Obligation.objects.open


@pytest.fixture
def channel(cast, tibro):
    decided = answer_all(submit(make_application(cast))).channel
    return open_channel(channel_id=decided.pk, address="facebook.com/ekhult", actor=Actor(cast.owner))


def acting(cast, who):
    """The actor as a request would make it."""
    roles = {row.role for row in Appointment.objects.filter(user=cast[who], unit=None)}
    return Actor(cast[who], roles=frozenset(roles))


def confirm(channel, actor, works=False, **values):
    channel.refresh_from_db()
    values = {"version": channel.version, "note": "", **values}
    return actions.confirm_channel(channel_id=channel.pk, works=works, actor=actor, **values)


def attest(channel, actor, answer="shown", keys=None, proof=None, note="", **values):
    said = [Answer(item.key, answer, note) for item in state_of(channel).items if keys is None or item.key in keys]
    values = {"seen_on": timezone.localdate(), **values}
    return actions.attest(channel_id=channel.pk, answers=said, proof=proof, actor=actor, **values)


def try_access(channel, actor, **values):
    channel.refresh_from_db()
    values = {
        "works": True, "strong": None, "place": "Kommunikationsenhetens valv", "tested_on": timezone.localdate(),
        "note": "", "version": channel.version, **values,
    }  # fmt: skip
    return actions.test_access(channel_id=channel.pk, actor=actor, **values)


def give_up(channel, actor, **values):
    values = {"last_day": timezone.localdate(), "note": "", "address_id": channel.addresses.get().pk, **values}
    return actions.give_up_address(channel_id=channel.pk, actor=actor, **values)


ACTS = {
    "confirm": confirm,
    "attest": attest,
    "test": try_access,
    "add": lambda channel, actor: actions.add_administrator(
        channel_id=channel.pk, user_id=channel.unit.parent.manager_id, actor=actor
    ),
    "remove": lambda channel, actor: actions.remove_administrator(
        channel_id=channel.pk, user_id=channel.owner_id, actor=actor
    ),
    "give up": give_up,
}


@pytest.mark.parametrize("act", ACTS)
def test_those_who_answer_for_the_channel_may_and_nobody_else(cast, channel, act):
    for who, _person in cast.people():
        if who not in MAY:
            with pytest.raises(NotPermitted):
                ACTS[act](channel, acting(cast, who))
    with pytest.raises(NotPermitted):
        ACTS[act](channel, SCHEDULER)
    before = Event.objects.filter(kind__startswith="channel.").count()
    ACTS[act](channel, acting(cast, "deputy"))
    assert Event.objects.filter(kind__startswith="channel.").count() == before + 1


@pytest.mark.parametrize("who", sorted(MAY))
def test_each_of_them_may_confirm(cast, channel, who):
    confirm(channel, acting(cast, who))
    assert Confirmation.objects.get().made_by == cast[who]


@pytest.mark.parametrize("act", ACTS)
def test_whoever_covers_acts_for_the_one_who_is_away(cast, channel, act):
    AbsenceFactory(user=cast.owner, substitute=cast.outsider)
    ACTS[act](channel, Actor(cast.outsider, covers=(cast.owner,)))
    event = Event.objects.filter(kind__startswith="channel.").latest("pk")
    assert (event.actor_id, event.on_behalf_of_id) == (cast.outsider.pk, cast.owner.pk)
    assert "för Bibliotekarie" in event.actor_label


@pytest.mark.parametrize("act", ACTS)
def test_a_channel_that_is_not_open_is_left_alone(cast, channel, act):
    Channel.objects.update(status="closed", closed_on=timezone.localdate())
    with pytest.raises(StateConflict):
        ACTS[act](channel, Actor(cast.owner))


# --- Confirm ----------------------------------------------------------------------------------------------------------
def test_a_confirmation_keeps_what_was_confirmed_and_meets_the_clock(cast, channel):
    due = clock.begin(clock.Due(clock.CONFIRM, channel, "Bekräfta", channel=channel, holder=cast.owner), SCHEDULER)
    said = confirm(channel, Actor(cast.deputy))
    channel.refresh_from_db()
    due.refresh_from_db()
    assert channel.confirmed_on == timezone.localdate()
    assert (due.outcome, due.met_by) == ("met", cast.deputy)
    assert said.facts["owner"] == cast.owner.pk
    assert said.facts["address"] == "https://www.facebook.com/ekhult"
    assert said.policy_version is not None
    event = Event.objects.get(kind="channel.confirmed")
    assert '"register.public"' in event.payload
    assert channel.history.first().history_user == cast.deputy


def test_sent_twice_it_is_stored_once(cast, channel):
    first, second = (confirm(channel, Actor(cast.owner)) for _turn in range(2))
    assert first == second
    assert Event.objects.filter(kind="channel.confirmed").count() == 1
    confirm(channel, Actor(cast.deputy))
    assert Confirmation.objects.count() == 2


def test_what_was_read_in_another_version_is_not_confirmed(cast, channel):
    change_details(
        channel_id=channel.pk, values={"audience": "Barn"}, version=channel.version, actor=Actor(cast.deputy)
    )
    with pytest.raises(StateConflict, match="har ändrats sedan"):
        confirm(channel, Actor(cast.owner), version=channel.version - 1)
    assert not Confirmation.objects.exists()


def test_a_login_that_was_tried_is_tested_too(cast, channel):
    clock.begin(clock.Due(clock.ACCESS_TEST, channel, "Prova", channel=channel, holder=cast.owner), SCHEDULER)
    confirm(channel, Actor(cast.owner), works=True)
    test = AccessTest.objects.get()
    assert (test.works, test.place) == (True, channel.credentials_place)
    assert not OPEN().filter(kind=clock.ACCESS_TEST).exists()


def test_a_confirmation_makes_what_was_for_the_time_being_true(cast, channel):
    Channel.objects.update(provisional=["owner"])
    change_details(channel_id=channel.pk, values={"audience": "Barn"}, version=channel.version, actor=Actor(cast.owner))
    assert OPEN().filter(kind=clock.COMPLETE).exists()
    confirm(channel, Actor(cast.owner))
    done = Obligation.objects.get(kind=clock.COMPLETE)
    assert (done.outcome, done.met_by) == ("met", cast.owner)


# --- Attest -----------------------------------------------------------------------------------------------------------
@pytest.mark.policy("E1")
def test_opening_asks_for_attestations_and_the_last_one_meets_them(cast, channel):
    due = OPEN().get(kind=clock.ATTEST)
    assert (due.holder, due.rule, due.due_at) == (cast.owner, "account.information", None)
    attest(channel, Actor(cast.owner), keys={"sender"})
    assert OPEN().filter(kind=clock.ATTEST).exists()
    attest(channel, Actor(cast.deputy))
    due.refresh_from_db()
    assert (due.outcome, due.met_by) == ("met", cast.deputy)
    payload = Event.objects.filter(kind="channel.attested").latest("pk").payload
    assert '"account.information"' in payload
    assert '"account.standard_text"' in payload


def test_a_new_policy_asks_again(cast, channel, policy):
    attest(channel, Actor(cast.owner))
    policy("sunne")
    change_details(channel_id=channel.pk, values={"audience": "Barn"}, version=channel.version, actor=Actor(cast.owner))
    assert OPEN().filter(kind=clock.ATTEST).exists()
    attest(channel, Actor(cast.owner))
    assert not OPEN().filter(kind=clock.ATTEST).exists()


def test_a_proof_is_shared_and_the_same_answers_twice_are_one(cast, channel):
    proof = proofs.put_aside(ContentFile(PNG, name="../Skärmbild 1.exe"))
    made = attest(channel, Actor(cast.owner), proof=proof)
    assert len({row.proof.name for row in made}) == 1
    assert (made[0].proof_name, made[0].proof_type) == ("Skärmbild 1.png", "image/png")
    assert made[0].proof.open().read() == PNG
    again = proofs.put_aside(ContentFile(PNG, name="Skärmbild 1.png"))
    assert attest(channel, Actor(cast.owner), proof=again) == []
    assert Event.objects.filter(kind="channel.attested").count() == 1


def test_what_cannot_be_attested_is_refused_beside_its_field(cast, channel):
    tomorrow, before = timezone.localdate() + timedelta(days=1), channel.opened_on - timedelta(days=1)
    for values, field in [
        ({"seen_on": tomorrow}, "seen_on"),
        ({"seen_on": before}, "seen_on"),
        ({"keys": set()}, "seen_on"),
        ({"answer": "not_possible", "keys": {"phone"}}, "note-phone"),
        ({"note": "lösenord: abc", "keys": {"phone"}}, "note-phone"),
    ]:
        with pytest.raises(InvalidInput) as refusal:
            attest(channel, Actor(cast.owner), **values)
        assert set(refusal.value.errors) == {field}
    unknown = [Answer("finns_inte", "shown")]
    with pytest.raises(StateConflict):
        actions.attest(
            channel_id=channel.pk, answers=unknown, seen_on=timezone.localdate(), proof=None, actor=Actor(cast.owner)
        )
    assert not Attestation.objects.exists()


# --- The log-in -------------------------------------------------------------------------------------------------------
def test_a_login_that_fails_is_something_to_do_until_it_works(cast, channel):
    try_access(channel, Actor(cast.owner), works=False, note="Koden kom inte.")
    due = OPEN().get(kind=clock.ACCESS_TEST)
    assert (due.due_at, due.label) == (None, "Ordna inloggningen: Biblioteket")
    try_access(channel, Actor(cast.deputy))
    due.refresh_from_db()
    assert (due.outcome, due.met_by) == ("met", cast.deputy)


def test_a_new_place_is_the_registers_and_the_same_twice_is_one(cast, channel):
    first = try_access(channel, Actor(cast.owner), place="Kassaskåp 3")
    channel.refresh_from_db()
    assert channel.credentials_place == "Kassaskåp 3"
    again = try_access(channel, Actor(cast.owner), place="Kassaskåp 3", version=channel.version - 1)
    assert again == first


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"place": "lösenord: sommar"}, "place"),
        ({"place": " "}, "place"),
        ({"works": False}, "note"),
        ({"works": False, "note": "pw: sommar"}, "note"),
    ],
)
def test_what_is_not_stored_about_a_login(cast, channel, values, field):
    with pytest.raises(InvalidInput) as refusal:
        try_access(channel, Actor(cast.owner), **values)
    assert set(refusal.value.errors) == {field}
    assert not AccessTest.objects.exists()


def test_the_secret_is_refused_where_details_are_changed_too(cast, channel):
    with pytest.raises(InvalidInput, match="aldrig själva lösenordet"):
        change_details(
            channel_id=channel.pk,
            values={"credentials_place": "Lösenord: hemligt"},
            version=channel.version,
            actor=Actor(cast.owner),
        )


def test_a_stale_page_changes_no_login(cast, channel):
    with pytest.raises(StateConflict):
        try_access(channel, Actor(cast.owner), version=channel.version - 1)


# --- Administrators and names -----------------------------------------------------------------------------------------
@pytest.mark.policy("D5")
def test_too_few_administrators_become_something_to_do_and_enough_meet_it(cast, channel):
    for user in (cast.owner, cast.deputy):
        actions.remove_administrator(channel_id=channel.pk, user_id=user.pk, actor=Actor(cast.owner))
    due = OPEN().get(kind=clock.COMPLETE)
    assert (due.rule, due.strength, due.holder) == ("administrators.minimum", "ska", cast.owner)
    actions.remove_administrator(channel_id=channel.pk, user_id=cast.owner.pk, actor=Actor(cast.owner))  # gone already
    actions.add_administrator(channel_id=channel.pk, user_id=cast.outsider.pk, actor=Actor(cast.owner))
    due.refresh_from_db()
    assert due.outcome == "met"
    assert Event.objects.filter(kind="channel.administrator_removed").count() == 2


def test_fewer_than_should_be_is_shown_but_nobody_is_chased(cast, policy):
    policy("overkalix")
    decided = answer_all(submit(make_application(cast))).channel
    channel = open_channel(channel_id=decided.pk, address="facebook.com/ekhult", actor=Actor(cast.owner))
    for user in (cast.owner, cast.deputy, cast.nearest_manager):
        actions.remove_administrator(channel_id=channel.pk, user_id=user.pk, actor=Actor(cast.owner))
    assert [one.field for one in state_of(channel).missing] == ["administrators"]
    assert not OPEN().filter(kind=clock.COMPLETE).exists()


def test_somebody_who_is_not_here_cannot_be_added(cast, channel):
    cast.outsider.is_active = False
    cast.outsider.save()
    for user_id in (cast.outsider.pk, 0):
        with pytest.raises(InvalidInput):
            actions.add_administrator(channel_id=channel.pk, user_id=user_id, actor=Actor(cast.owner))


def test_a_name_that_was_left_stays_ours_with_its_dates(cast, channel, client):
    give_up(channel, Actor(cast.owner))
    give_up(channel, Actor(cast.owner))  # sent twice
    row = channel.addresses.get()
    assert row.valid_to == timezone.localdate()
    assert row.history.first().history_user == cast.owner
    assert OPEN().filter(kind=clock.COMPLETE).exists()
    answer = client.get("/kanaler/kontrollera/?konto=facebook.com/ekhult")
    assert "var" in answer.content.decode()
    with pytest.raises(StateConflict):
        give_up(channel, Actor(cast.owner), last_day=timezone.localdate() - timedelta(days=1))


@pytest.mark.parametrize("days", [1, -1])
def test_a_name_is_left_on_a_day_when_it_was_ours(cast, channel, days):
    with pytest.raises(InvalidInput):
        give_up(channel, Actor(cast.owner), last_day=timezone.localdate() + timedelta(days=days))


def test_a_new_owner_gets_what_is_to_be_done(cast, channel):
    change = propose_change(
        channel_id=channel.pk,
        values={"owner": cast.deputy.pk, "deputy": cast.owner.pk},
        reason="Ny ansvarig.",
        version=channel.version,
        actor=Actor(cast.owner),
    )
    settle_change(change_id=change.pk, answer="confirm", note="", actor=Actor(cast.nearest_manager))
    assert OPEN().get(kind=clock.ATTEST).holder == cast.deputy
    handed = Event.objects.get(kind="obligation.handed_on")
    assert f'"to":{cast.deputy.pk}' in handed.payload


def test_another_policy_in_force_is_what_the_act_cites(cast, channel):
    version = adopt_preset("nora", Actor(cast.administrator))
    AppointmentFactory(user=cast.outsider, role=Appointment.Role.WEB_EDITOR)
    attest(channel, acting(cast, "outsider"), keys={"sender"})
    assert Attestation.objects.get().policy_version == version


def test_files_nobody_came_back_for_are_thrown_away(cast, channel):
    proofs.put_aside(ContentFile(PNG, name="a.png"))  # by an act that was undone
    assert aside.throw_away(timezone.now()) == 0
    assert aside.throw_away(timezone.now() + timedelta(hours=25)) == 1
