"""What is missing on a channel and what its account must show, in each of the five municipalities."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Appointment
from channels import secrets, upkeep
from channels.actions.platforms import sync_platforms
from channels.models import AccessTest, Attestation, Channel, ChannelAddress, ChannelAdministrator, Platform
from kommun.business_time import end_of
from kommun.models import Municipality
from kommun.policy import loader
from kommun.policy.actions import adopt, import_draft
from tests.factories import AppointmentFactory
from tests.many import copy_row

pytestmark = pytest.mark.django_db
PRESETS = ["tibro", "sunne", "nora", "overkalix", "forshaga"]


def bare_channel(cast, **values):
    """An open channel with an owner and nothing else, as a real list gives it."""
    sync_platforms(actor=Actor(cast.administrator))
    platform = Platform.objects.get(key=values.pop("platform", "instagram"))
    number = Channel.objects.count()
    return Channel.objects.create(
        **{
            "name": "Biblioteket",
            "slug": f"biblioteket-{number}",
            "platform": platform,
            "unit": cast.unit,
            "owner": cast.owner,
            "status": Channel.Status.ACTIVE,
            "opened_on": date(2024, 3, 1),
            **values,
        }
    )


def complete(channel, cast):
    """Fill in what any of the five policies asks for."""
    channel.deputy, channel.purpose, channel.audience = cast.deputy, "Visa vad som händer.", "Alla"
    channel.credentials_place = "Kommunikationsenhetens valv"
    channel.save()
    for user in (cast.owner, cast.deputy):
        ChannelAdministrator.objects.create(channel=channel, user=user, since=date(2024, 3, 1))
    ChannelAddress.objects.create(
        channel=channel,
        platform=channel.platform,
        handle="biblioteket",
        handle_key=f"biblioteket{channel.pk}",
        skeleton="biblioteket",
        url="https://www.instagram.com/biblioteket",
        valid_from=date(2024, 3, 1),
    )


# Copied by hand from the policies: field → strength. The address and the purpose are always needed.
LACKING = {
    "tibro": {
        "deputy": "ska", "purpose": "ska", "audience": "ska", "address": "ska", "credentials_place": "ska",
        "administrators": "ska",
    },
    "sunne": {"deputy": "ska", "purpose": "ska", "address": "ska", "administrators": "ska"},
    "nora": {"deputy": "ska", "purpose": "ska", "address": "ska", "credentials_place": "ska", "administrators": "ska"},
    "overkalix": {
        "purpose": "ska", "audience": "ska", "address": "ska", "credentials_place": "bör", "administrators": "bör",
    },
    "forshaga": {"purpose": "ska", "address": "ska", "credentials_place": "ska", "administrators": "ska"},
}  # fmt: skip


@pytest.mark.policy("D5")
@pytest.mark.parametrize("preset", PRESETS)
def test_each_policy_has_its_own_idea_of_what_is_missing(cast, policy, preset):
    policy(preset)
    channel = bare_channel(cast)
    state = upkeep.state_of(channel)
    assert {one.field: one.strength.value for one in state.missing} == LACKING[preset]
    assert {one.field for one in state.needed} == {name for name, how in LACKING[preset].items() if how == "ska"}
    assert all(one.label and one.text for one in state.missing)
    assert all(one.rule.cite() for one in state.missing if one.field not in {"address", "purpose"})
    complete(channel, cast)
    assert upkeep.state_of(channel).missing == ()


@pytest.mark.policy("E1")
@pytest.mark.parametrize(
    ("preset", "items", "demanded"),
    [("tibro", 10, 7), ("sunne", 10, 10), ("nora", 12, 12), ("overkalix", 9, 5), ("forshaga", 2, 1)],
)
def test_each_policy_has_its_own_checklist(cast, policy, preset, items, demanded):
    policy(preset)
    state = upkeep.state_of(bare_channel(cast))
    assert (len(state.items), len(state.remaining)) == (items, demanded)
    assert all(item.label and item.asked for item in state.items)


def test_facebook_has_two_items_more_in_nora(cast, policy):
    policy("nora")
    assert len(upkeep.state_of(bare_channel(cast, platform="facebook")).items) == 14


def test_the_common_text_is_on_the_list_and_asks_for_itself_whole(cast, tibro):
    item = upkeep.state_of(bare_channel(cast)).items[-1]
    assert item.key == "standard_text"
    assert "inom 48 timmar" in item.asked


def attested(channel, item, answer, cast, **values):
    return Attestation.objects.create(
        channel=channel,
        item=item.key,
        **{
            "asked": item.asked,
            "answer": answer,
            "seen_on": timezone.localdate(),
            "note": "Plattformen har ingen plats för det." if answer == "not_possible" else "",
            "made_by": cast.owner,
            "made_at": timezone.now(),
            **values,
        },
    )


@pytest.mark.parametrize(
    ("key", "answer", "remains"),
    [
        ("sender", "shown", False),
        ("sender", "not_shown", True),
        ("sender", "not_possible", True),  # ska, without a condition: it must be there
        ("logotype", "not_possible", False),  # ska, "när den passar"
        ("logotype", "not_shown", True),
        ("phone", "not_shown", False),  # bör
        ("phone", "not_possible", False),
    ],
)
def test_what_an_answer_is_worth(cast, tibro, key, answer, remains):
    channel = bare_channel(cast)
    item = next(one for one in upkeep.state_of(channel).items if one.key == key)
    attested(channel, item, answer, cast)
    assert (key in {one.key for one in upkeep.state_of(channel).remaining}) == remains


def test_only_the_newest_answer_counts(cast, tibro):
    channel = bare_channel(cast)
    item = upkeep.state_of(channel).items[0]
    attested(channel, item, "shown", cast, made_at=timezone.now() - timedelta(days=9))
    attested(channel, item, "not_shown", cast)
    assert upkeep.state_of(channel).items[0].remains


def test_an_answer_to_something_else_than_the_policy_asks_is_no_answer(cast, tibro, policy):
    channel = bare_channel(cast)
    for item in upkeep.state_of(channel).items:
        attested(channel, item, "shown", cast)
    assert upkeep.state_of(channel).remaining == ()
    policy("sunne")
    state = upkeep.state_of(channel)
    assert len(state.remaining) == len(state.items) == 10
    sender = next(item for item in state.items if item.key == "sender")
    assert sender.newest is not None
    assert sender.valid is None


def test_whoever_has_left_counts_as_missing(cast, tibro):
    channel = bare_channel(cast)
    complete(channel, cast)
    cast.deputy.is_active = False
    cast.deputy.save()
    found = {one.field: one.text for one in upkeep.state_of(Channel.objects.get()).missing}
    assert set(found) == {"deputy", "administrators"}
    assert "1 person kan" in found["administrators"]
    cast.owner.is_active = False
    cast.owner.save()
    assert "owner" in {one.field for one in upkeep.state_of(Channel.objects.get()).missing}


def test_what_was_filled_in_for_the_time_being_is_missing_until_somebody_says_yes(cast, tibro):
    channel = bare_channel(cast, provisional=["owner", "unit"])
    complete(channel, cast)
    assert {one.field for one in upkeep.state_of(channel).missing} == {"owner", "unit"}


def test_the_central_administrator_fills_a_place_only_where_the_policy_says_so(cast, tibro):
    channel = bare_channel(cast)
    ChannelAdministrator.objects.create(channel=channel, user=cast.owner, since=date(2024, 3, 1))
    AppointmentFactory(user=cast.strategist, role=Appointment.Role.WEB_EDITOR)
    assert upkeep.state_of(channel).administrators == 1
    text = (loader.PRESETS / "tibro.toml").read_text().replace("central_counts = false", "central_counts = true")
    draft = import_draft(toml_text=text.encode(), filename="tibro.toml", actor=Actor(cast.administrator))
    adopt(version_id=draft.pk, actor=Actor(cast.administrator))
    assert upkeep.state_of(channel).administrators == 2


def test_without_a_policy_only_what_the_register_itself_needs_is_missing(cast):
    state = upkeep.state_of(bare_channel(cast))
    assert {one.field for one in state.missing} == {"purpose", "address"}
    assert state.items == ()


@pytest.mark.parametrize(
    ("months", "last", "due"),
    [
        (6, date(2026, 8, 31), date(2027, 2, 28)),
        (6, date(2027, 8, 29), date(2028, 2, 29)),
        (12, None, date(2025, 3, 1)),
    ],
)
def test_a_confirmation_is_due_after_the_municipalitys_months(cast, tibro, months, last, due):
    Municipality.objects.update(confirmation_months=months)
    channel = bare_channel(cast, confirmed_on=last)
    if last is None:
        channel.history.all().delete()  # it was here before anything was written down about it
    assert upkeep.state_of(channel).confirm_by == end_of(due)


def test_a_channel_out_of_a_list_has_twenty_working_days_the_first_time(cast, tibro, time_machine):
    time_machine.move_to("2026-12-14T09:00:00+01:00", tick=False)
    channel = bare_channel(cast)
    assert upkeep.state_of(channel).confirm_by == end_of(date(2027, 1, 18))  # Christmas and Epiphany lie between


def test_a_login_that_failed_is_due_at_once_and_one_that_worked_after_the_interval(cast, tibro):
    channel = bare_channel(cast)
    common = {"channel": channel, "place": "Valvet", "made_by": cast.owner, "made_at": timezone.now()}
    AccessTest.objects.create(works=False, tested_on=date(2026, 10, 1), **common)
    assert upkeep.state_of(channel).test_by is None
    AccessTest.objects.create(works=True, tested_on=date(2026, 10, 2), **common)
    assert upkeep.state_of(channel).test_by == end_of(date(2027, 4, 2))


@pytest.mark.parametrize("count", [10, 1000])
def test_the_state_of_many_costs_as_many_questions_as_of_few(cast, tibro, count, django_assert_num_queries):
    bare_channel(cast)
    kept = bare_channel(cast, deputy=cast.deputy, purpose="P", confirmed_on=date(2026, 9, 1))
    copy_row(kept, count - 2, slug="'kanal-' || n")
    channels = list(Channel.objects.select_related("platform", "owner", "deputy"))
    with django_assert_num_queries(13):
        states = upkeep.states_of(channels)
    assert len(states) == count


@pytest.mark.parametrize(
    "text",
    [
        "lösenord: sommar2024", "Lösenord = hemligt", "password:abc", "pw: x", "PIN-kod: 4821", "kod: 1234",
        "Lösenordet är Hemligt7", "info@ekhult.example / bokmal77", "Sommar2024!", "LÖSENORD：hemligt",
    ],
)  # fmt: skip
def test_a_line_with_a_password_is_seen(text):
    assert "aldrig själva lösenordet" in secrets.why_not_keep(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Kommunikationsenhetens lösenordshanterare", "Lösenordet är i kassaskåpet", "Lösenordet är hos kanslichefen",
        "Valvet ”Sociala medier”, grupp 2", "Kassaskåp 3, rum B214", "Koden byts av kommunikationsenheten",
        "Bitwarden, samlingen Kultur & fritid", "registrator@ekhult.example",
    ],
)  # fmt: skip
def test_a_place_is_no_password(text):
    assert secrets.why_not_keep(text) is None
