"""From a decided channel to a public one, and changes of what is published."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Acknowledgement, Appointment, Unit, User
from channels import notices, queries, rules, secrets, upkeep
from channels.actions import waiting
from channels.addresses import AddressError, CanonicalAccount, load_platform_specs, parse_account
from channels.lifecycle import CHANGE, CHANNEL
from channels.models import (
    Application,
    Channel,
    ChannelAddress,
    ChannelAdministrator,
    ChannelChange,
    DisplayItem,
    Platform,
)
from kommun import policy
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record
from kommun.policy import keys

DIRECT_FIELDS = (
    "name",
    "description",
    "audience",
    "update_frequency",
    "moderation_hours",
    "languages",
    "credentials_place",
)
TEXT_ANSWERS = ("purpose", "audience", "description", "update_frequency", "moderation_hours", "credentials_place")
CONFIRMED_FIELDS = ("owner", "deputy", "unit", "purpose", "purposes", "address", "reply_hours")


def build_channel(application: Application, actor: Actor) -> Channel:
    """Make the channel of an application that was granted. It is not public: the account may not exist yet.

    Call it inside the transaction of the decision.
    """
    answers = application.answers
    unit = queries.application_unit(application)
    if unit is None:
        raise StateConflict(_("Ansökan saknar verksamhet."))
    platform = Platform.objects.get(key=answers["platform"])
    controller = next((above for above in unit.ancestors() if above.kind == Unit.Kind.COMMITTEE), None)
    channel = Channel.objects.create(
        name=answers["name"],
        slug=_free_slug(answers["name"], platform),
        platform=platform,
        unit=unit,
        controller_id=answers.get("controller") or (controller.pk if controller else None),
        owner_id=answers["owner"],
        deputy_id=answers.get("deputy"),
        visibility=answers.get("visibility") or Channel.Visibility.PUBLIC,
        reply_hours=answers.get("reply_hours"),
        purposes=answers.get("purposes") or [],
        languages=answers.get("languages") or ["sv"],
        **{key: answers.get(key) or "" for key in TEXT_ANSWERS},
    )
    today = timezone.localdate()
    for user_id in dict.fromkeys(answers.get("administrators") or []):
        ChannelAdministrator.objects.create(channel=channel, user_id=user_id, since=today)
    for item, text in (answers.get("display") or {}).items():
        DisplayItem.objects.create(channel=channel, item=item, text=text)
    record("channel.decided", subject=channel, actor=actor, data={"application": application.pk})
    return channel


@transaction.atomic
def open_channel(*, channel_id: int, address: str, actor: Actor) -> Channel:
    """Open a decided channel: the account exists at the address, and what must be read first is read.

    Raises NotPermitted, StateConflict (already open), InvalidInput (address unusable or taken, something not read).
    Source: rules prestart.documents and decision.fields.
    """
    channel = _lock(channel_id)
    move = CHANNEL.check("open", channel, actor)
    actor = actor.among(rules.who_opens(channel)) or actor
    if unread := unread_before_opening(channel):
        what = ", ".join(f"{title} ({person.role})" for _document, title, person in unread)
        raise InvalidInput({"address": [_("Det här återstår att läsa: %(what)s.") % {"what": what}]})
    account = _account(address, channel.platform)
    today = timezone.localdate()
    _give_address(channel, account, today)
    channel.status, channel.opened_on = move.target, today
    channel.version += 1
    channel.save(update_fields=["status", "opened_on", "version", "updated_at"])
    rule = policy.rule(keys.PRESTART_DOCUMENTS, queries.channel_scope(channel))
    record("channel.opened", subject=channel, actor=actor, rules=[rule] if rule else [], data={"address": account.url})
    notices.channel_opened(channel)
    upkeep.channel_changed(channel, actor)
    return channel


def unread_before_opening(channel: Channel) -> list[tuple[str, str, User]]:
    """Return what the policy wants read before the channel opens and is not, as (key of the document, title, who)."""
    application = getattr(channel, "application", None)
    version = application.policy_version if application else None  # without an application, the policy in force
    rule = policy.rule(keys.PRESTART_DOCUMENTS, queries.channel_scope(channel), version=version)
    if rule is None:
        return []
    readers = {
        "owner": [channel.owner],
        "deputy": [channel.deputy] if channel.deputy else [],
        "administrators": list(channel.administrators.all()),
    }
    read = set(Acknowledgement.objects.filter(policy_version=rule.version_id).values_list("user_id", "document"))
    wanted = [
        (reading.key, reading.title, person)
        for reading in rule.value.readings
        for group in reading.readers
        for person in readers[group]
        if (person.pk, reading.key) not in read
    ]
    return list(dict.fromkeys(wanted))


@transaction.atomic
def change_details(*, channel_id: int, values: dict[str, Any], version: int, actor: Actor) -> Channel:
    """Change what needs nobody else's word: description, audience, hours. Visible to the public at once.

    Raises NotPermitted, StateConflict (changed in another window), InvalidInput (a password instead of its place).
    """
    channel = _lock(channel_id)
    actor = _check_may_change(channel, actor, version)
    if reason := secrets.why_not_keep(values.get("credentials_place") or ""):
        raise InvalidInput({"credentials_place": [reason]})
    changed = {key: value for key, value in values.items() if key in DIRECT_FIELDS and getattr(channel, key) != value}
    if not changed:
        return channel
    for key, value in changed.items():
        setattr(channel, key, value)
    channel.version += 1
    channel.save()
    record("channel.details_changed", subject=channel, actor=actor, data={"fields": sorted(changed)})
    upkeep.channel_changed(channel, actor)
    return channel


@transaction.atomic
def propose_change(
    *, channel_id: int, values: dict[str, Any], reason: str, version: int, actor: Actor
) -> ChannelChange:
    """Propose a new owner, deputy, unit, purpose, promised reply time or address. The public page stays as it is meanwhile.

    Raises NotPermitted, StateConflict (a change waits already, or changed in another window), InvalidInput.
    """
    channel = _lock(channel_id)
    actor = _check_may_change(channel, actor, version)
    unknown = set(values) - set(CONFIRMED_FIELDS)
    if unknown or not values:
        raise InvalidInput({"reason": [_("Ändra minst en uppgift.")]})
    if "address" in values:
        values = {**values, "address": _account(values["address"], channel.platform).url}
    if channel.changes.filter(status=ChannelChange.Status.PROPOSED).exists():
        raise StateConflict(_("En annan ändring väntar redan på bekräftelse."))
    change = ChannelChange.objects.create(
        channel=channel,
        values=values,
        base_version=channel.version,
        reason=reason.strip(),
        proposed_by=actor.person,
        proposed_at=timezone.now(),
    )
    record("change.proposed", subject=change, actor=actor, data={"channel": channel.pk, "fields": sorted(values)})
    notices.change_proposed(change)
    waiting.wait_for_change(change, actor)
    return change


@transaction.atomic
def settle_change(*, change_id: int, answer: str, note: str, actor: Actor) -> ChannelChange:
    """Confirm, decline or withdraw a proposed change. A confirmed change is published in the same transaction.

    Raises NotPermitted, StateConflict (already settled, or the channel has changed since), InvalidInput.
    """
    found = ChannelChange.objects.only("channel_id").get(pk=change_id)
    channel = _lock(found.channel_id)
    change = (
        ChannelChange.objects.select_for_update(of=("self",))
        .select_related("channel__unit", "proposed_by")
        .get(pk=change_id)
    )
    move = CHANGE.check(answer, change, actor)
    if answer != "withdraw" and Appointment.Role.STRATEGIST not in actor.roles:
        actor = actor.among(rules.who_confirms(change)) or actor
    if answer == "decline" and not note.strip():
        raise InvalidInput({"answer": [_("Skriv varför.")]})
    if answer == "confirm":
        if change.base_version != channel.version:
            raise StateConflict(_("Kanalen har ändrats sedan förslaget skrevs. Be om ett nytt förslag."))
        _apply(channel, change.values)
    change.status, change.answer = move.target, note.strip()
    change.decided_by, change.decided_at = actor.user, timezone.now()
    change.save()
    record(
        f"change.{move.target}",
        subject=change,
        actor=actor,
        data={"channel": channel.pk, "fields": sorted(change.values)},
    )
    if answer != "withdraw":
        notices.change_settled(change)
    waiting.change_settled(change, actor)
    if answer == "confirm":
        upkeep.channel_changed(channel, actor)
    return change


def _apply(channel: Channel, values: dict[str, Any]) -> None:
    if "owner" in values:
        channel.owner = User.objects.get(pk=values["owner"])
    if "deputy" in values:
        channel.deputy = User.objects.filter(pk=values["deputy"]).first()
    if "unit" in values:
        channel.unit = Unit.objects.get(pk=values["unit"])
    for key in ("purpose", "purposes", "reply_hours"):
        if key in values:
            setattr(channel, key, values[key])
    if "address" in values:
        today = timezone.localdate()
        for row in channel.addresses.filter(valid_to__isnull=True):
            row.valid_to = today
            row.save()  # not update(): the history must show it
        _give_address(channel, _account(values["address"], channel.platform), today)
    channel.provisional = [name for name in channel.provisional if name not in values]
    channel.version += 1
    channel.save()


def _check_may_change(channel: Channel, actor: Actor, version: int) -> Actor:
    """Return the actor, acting for whoever is away."""
    if reason := rules.why_not_propose_change(actor, channel):
        raise NotPermitted(reason)
    if channel.version != version:
        raise StateConflict(_("Kanalen har ändrats i ett annat fönster. Läs in sidan på nytt."))
    return actor if actor.roles & rules.KEEPERS else actor.among(rules.who_proposes(channel)) or actor


def _account(address: str, platform: Platform) -> CanonicalAccount:
    try:
        account = parse_account(address, load_platform_specs(), platform_hint=platform.key)
    except AddressError as error:
        raise InvalidInput({"address": [str(error)]}) from error
    if account.platform != platform.key:
        raise InvalidInput(
            {"address": [_("Beslutet gäller %(platform)s. Adressen leder någon annanstans.") % {"platform": platform}]}
        )
    return account


def _give_address(channel: Channel, account: CanonicalAccount, today: date) -> ChannelAddress:
    try:
        with transaction.atomic():
            return ChannelAddress.objects.create(
                channel=channel,
                platform=channel.platform,
                handle=account.handle,
                handle_key=account.handle_key,
                skeleton=account.skeleton,
                url=account.url,
                platform_account_id=account.platform_account_id or "",
                valid_from=today,
            )
    except IntegrityError as error:
        raise InvalidInput({"address": [_("Kontot finns redan i kommunens förteckning.")]}) from error


def _free_slug(name: str, platform: Platform) -> str:
    base = slugify(f"{name} {platform.key}")[:120] or platform.key
    taken = set(Channel.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def _lock(channel_id: int) -> Channel:
    rows = Channel.objects.select_for_update(of=("self",))
    return rows.select_related("platform", "unit__parent", "owner", "deputy", "application").get(pk=channel_id)
