"""What keeps the register true: the half-yearly confirmation, what the account shows, the log-in, and who can administer.

Each is a statement by somebody who answers for the channel, or by whoever covers for that person today, and is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import User
from channels import clock, rules, secrets, upkeep
from channels.models import AccessTest, Attestation, Channel, ChannelAddress, ChannelAdministrator, Confirmation
from channels.proofs import Proof
from channels.upkeep import ShownItem, State
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record

A = Attestation.Answer


@transaction.atomic
def confirm_channel(*, channel_id: int, version: int, works: bool, note: str, actor: Actor) -> Confirmation:
    """Confirm that what the register says about the channel is true. `works`: the log-in was tried, and worked.

    Sent twice on a day by the same person it is stored once. Raises NotPermitted, StateConflict (not open, or changed in
    another window: then what was read is not what stands there), InvalidInput (the note looks like a password).
    """
    channel, actor = _lock(channel_id, actor)
    _check_version(channel, version)
    _no_secrets({"note": note})
    today, state = timezone.localdate(), upkeep.state_of(channel)
    facts = facts_of(channel)
    last = channel.confirmations.first()
    if last and last.made_by == actor.user and last.facts == facts and channel.confirmed_on == today and not works:
        return last
    confirmation = Confirmation.objects.create(
        channel=channel, facts=facts, note=note.strip(), **_said_by(actor, state)
    )
    channel.confirmed_on, channel.provisional = today, []
    _save(channel, actor, ["confirmed_on", "provisional"])
    if works:
        _add_test(channel, state, actor, works=True, place=channel.credentials_place, tested_on=today)
    data = {"confirmation": confirmation.pk, "version": version}
    record("channel.confirmed", subject=channel, actor=actor, rules=_known(state.register), data=data)
    clock.meet(clock.CONFIRM, channel, actor, channel=channel)
    upkeep.channel_changed(channel, actor)
    return confirmation


def facts_of(channel: Channel) -> dict[str, Any]:
    """Return what a confirmation is about, as plain values: ids of people and units, never their names."""
    address = channel.addresses.filter(valid_to__isnull=True).first()
    return {
        "name": channel.name,
        "owner": channel.owner_id,
        "deputy": channel.deputy_id,
        "administrators": sorted(channel.administrator_rows.values_list("user_id", flat=True)),
        "unit": channel.unit_id,
        "purpose": channel.purpose,
        "audience": channel.audience,
        "address": address.url if address else "",
        "reply_hours": channel.reply_hours,
        "credentials_place": channel.credentials_place,
    }


@dataclass(frozen=True)
class Answer:
    """What somebody says about one item that the account must show."""

    item: str
    answer: str
    note: str = ""


@transaction.atomic
def attest(
    *, channel_id: int, answers: Sequence[Answer], seen_on: date, proof: Proof | None, actor: Actor
) -> list[Attestation]:
    """Attest what the account shows, item by item, as it was seen on a day; `proof` is one picture or PDF of all of it.

    Only what is new is stored: the same answer from the same day without a new proof changes nothing. Raises
    NotPermitted, StateConflict (not open), InvalidInput (an item that is not asked for, a day to come, a reason missing).
    Source: rules account.information and account.standard_text.
    """
    channel, actor = _lock(channel_id, actor)
    state = upkeep.state_of(channel)
    items = {item.key: item for item in state.items}
    _check_answers(items, answers, seen_on, channel)
    made = []
    for said in answers:
        item = items[said.item]
        if _says_the_same(item, said, seen_on, proof):
            continue
        row = Attestation(
            channel=channel,
            item=said.item,
            asked=item.asked,
            answer=said.answer,
            note=said.note.strip(),
            seen_on=seen_on,
            **_said_by(actor, state),
        )
        if proof is not None:
            proof.put_on(row)
        row.policy_version_id = item.rule.version_id
        made.append(row)
    if not made:
        return []
    if proof is not None:
        proof.keep()
    Attestation.objects.bulk_create(made)
    rules_asked = list(dict.fromkeys(items[row.item].rule for row in made))
    data = {"items": {row.item: row.answer for row in made}, "seen_on": seen_on, "proof": made[0].proof_sha256}
    record("channel.attested", subject=channel, actor=actor, rules=rules_asked, data=data)
    upkeep.channel_changed(channel, actor)
    return made


def _says_the_same(item: ShownItem, said: Answer, seen_on: date, proof: Proof | None) -> bool:
    last = item.valid
    if last is None or (proof is not None and last.proof_sha256 != proof.sha256):
        return False
    return (last.answer, last.note, last.seen_on) == (said.answer, said.note.strip(), seen_on)


def _check_answers(items: dict[str, ShownItem], answers: Sequence[Answer], seen_on: date, channel: Channel) -> None:
    errors: dict[str, list[str]] = {}
    if not answers:
        errors["seen_on"] = [_("Svara på minst en av uppgifterna.")]
    if day_wrong := _why_not_day(seen_on, channel):
        errors["seen_on"] = [day_wrong]
    for said in answers:
        if said.item not in items or said.answer not in A.values:
            raise StateConflict(_("Regelverket frågar inte efter det här längre. Läs in sidan på nytt."))
        if said.answer == A.NOT_POSSIBLE and not said.note.strip():
            errors[f"note-{said.item}"] = [_("Skriv varför det inte går.")]
        if reason := secrets.why_not_keep(said.note):
            errors[f"note-{said.item}"] = [reason]
    if errors:
        raise InvalidInput(errors)


@transaction.atomic
def test_access(
    *,
    channel_id: int,
    works: bool,
    strong: bool | None,
    place: str,
    tested_on: date,
    note: str,
    version: int,
    actor: Actor,
) -> AccessTest:
    """Say whether the log-in works, whether it has two steps (None: the platform has none), and where it is kept.

    Raises NotPermitted, StateConflict (not open, or changed in another window), InvalidInput (a day to come, no place,
    something that looks like a password). Source: rules credentials.custody and authentication.strong.
    """
    channel, actor = _lock(channel_id, actor)
    place, note = place.strip(), note.strip()
    last = channel.access_tests.first()
    same = (last.works, last.strong, last.place, last.tested_on, last.note, last.made_by) if last else None
    if last and same == (works, strong, place, tested_on, note, actor.user):
        return last  # sent twice
    _check_version(channel, version)
    _no_secrets({"place": place, "note": note})
    errors = {}
    if not place:
        errors["place"] = [_("Skriv var inloggningen förvaras.")]
    if reason := _why_not_day(tested_on, channel):
        errors["tested_on"] = [reason]
    if not works and not note:
        errors["note"] = [_("Skriv vad som hände, så att någon kan ordna det.")]
    if errors:
        raise InvalidInput(errors)
    if place != channel.credentials_place:
        channel.credentials_place = place
        channel.version += 1
        _save(channel, actor, ["credentials_place", "version"])
    test = _add_test(
        channel,
        upkeep.state_of(channel),
        actor,
        works=works,
        strong=strong,
        place=place,
        tested_on=tested_on,
        note=note,
    )
    upkeep.channel_changed(channel, actor)
    return test


def _add_test(channel: Channel, state: State, actor: Actor, **values: Any) -> AccessTest:
    test = AccessTest.objects.create(channel=channel, **values, **_said_by(actor, state))
    asked = _known(state.custody, state.strong)
    record("channel.access_tested", subject=channel, actor=actor, rules=asked, data={"works": test.works})
    if test.works:
        clock.meet(clock.ACCESS_TEST, channel, actor, channel=channel)
    return test


@transaction.atomic
def add_administrator(*, channel_id: int, user_id: int, actor: Actor) -> ChannelAdministrator:
    """Write down that somebody can administer the account. Added twice it stands once.

    Raises NotPermitted, StateConflict (not open), InvalidInput (no such active person). Source: administrators.minimum.
    """
    channel, actor = _lock(channel_id, actor)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise InvalidInput({"user": [_("Välj någon som finns i listan.")]})
    known = channel.administrator_rows.filter(user=user).first()
    if known is not None:
        return known
    row = ChannelAdministrator(channel=channel, user=user, since=timezone.localdate())
    actor.signs(row)
    row.save()
    _administrators_changed(channel, "channel.administrator_added", user, actor)
    return row


@transaction.atomic
def remove_administrator(*, channel_id: int, user_id: int, actor: Actor) -> None:
    """Write down that somebody can no longer administer the account. Whoever is gone stays gone.

    Too few left is not refused: the register says what is so, and it becomes something to do. Raises NotPermitted or
    StateConflict (not open).
    """
    channel, actor = _lock(channel_id, actor)
    row = channel.administrator_rows.filter(user=user_id).select_related("user").first()
    if row is None:
        return
    actor.signs(row)
    row.delete()
    _administrators_changed(channel, "channel.administrator_removed", row.user, actor)


def _administrators_changed(channel: Channel, kind: str, user: User, actor: Actor) -> None:
    channel.version += 1
    _save(channel, actor, ["version"])
    rule = upkeep.state_of(channel).minimum
    record(kind, subject=channel, actor=actor, rules=_known(rule), data={"user": user.pk})
    upkeep.channel_changed(channel, actor)


@transaction.atomic
def give_up_address(*, channel_id: int, address_id: int, last_day: date, note: str, actor: Actor) -> ChannelAddress:
    """Write down that the account name is not ours any more. The name stays in the register with its dates.

    Whoever asks about it is told until when it was official. Raises NotPermitted, StateConflict (not open, or given up
    already with another day), InvalidInput (a day to come, or before it was ours).
    """
    channel, actor = _lock(channel_id, actor)
    address = channel.addresses.select_for_update(of=("self",)).get(pk=address_id)
    if address.valid_to == last_day:
        return address
    if address.valid_to is not None:
        raise StateConflict(_("Kontonamnet är redan lämnat. Läs in sidan på nytt."))
    _no_secrets({"note": note})
    if last_day > timezone.localdate():
        raise InvalidInput({"last_day": [_("Dagen har inte varit än.")]})
    if last_day < address.valid_from:
        raise InvalidInput({"last_day": [_("Kontonamnet var inte vårt den dagen.")]})
    address.valid_to = last_day
    actor.signs(address)
    address.save(update_fields=["valid_to"])
    channel.version += 1
    _save(channel, actor, ["version", "updated_at"])
    data = {"address": address.url, "last_day": last_day}
    record("channel.address_given_up", subject=channel, actor=actor, rules=_known(_register(channel)), data=data)
    upkeep.channel_changed(channel, actor)
    return address


def _register(channel: Channel) -> Any:
    return upkeep.state_of(channel).register


# --- What the acts have in common -------------------------------------------------------------------------------------
def _lock(channel_id: int, actor: Actor) -> tuple[Channel, Actor]:
    """Return the open channel, locked, and the actor, acting for whoever is away."""
    rows = Channel.objects.select_for_update(of=("self",))
    channel = rows.select_related("platform", "unit", "owner__unit", "deputy__unit").get(pk=channel_id)
    if reason := rules.why_not_state(actor, channel):
        raise NotPermitted(reason)
    if not channel.is_open:
        raise StateConflict(
            _("Kanalen är %(state)s och kan inte ändras här.") % {"state": channel.get_status_display().lower()}
        )
    return channel, actor.among(rules.who_proposes(channel)) or actor


def _check_version(channel: Channel, version: int) -> None:
    if channel.version != version:
        raise StateConflict(_("Uppgifterna har ändrats sedan du öppnade sidan. Läs dem igen innan du svarar."))


def _save(channel: Channel, actor: Actor, fields: list[str]) -> None:
    actor.signs(channel)
    channel.save(update_fields=fields)


def _said_by(actor: Actor, state: State) -> dict[str, Any]:
    version = state.register or state.custody or (state.items[0].rule if state.items else None)
    return {
        "made_by": actor.person,
        "on_behalf_of": actor.on_behalf_of,
        "made_at": timezone.now(),
        "policy_version_id": version.version_id if version else None,
    }


def _known(*found: Any) -> list[Any]:
    return [rule for rule in found if rule is not None]


def _no_secrets(texts: dict[str, str]) -> None:
    """Raise InvalidInput beside each text that looks like a password."""
    errors = {name: [reason] for name, text in texts.items() if (reason := secrets.why_not_keep(text))}
    if errors:
        raise InvalidInput(errors)


def _why_not_day(day: date, channel: Channel) -> str:
    if day > timezone.localdate():
        return _("Dagen har inte varit än.")
    if channel.opened_on and day < channel.opened_on:
        return _("Kanalen var inte öppen den dagen.")
    return ""
