"""Write judged rows into the register of channels: in bulk, with the same events and history as one at a time.

Source: matrix J1 (communications staff keep the register). Call it inside the transaction of the import.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from accounts.actor import Actor
from accounts.models import User
from channels import notices
from channels.imports.judging import Judgement
from channels.models import Channel, ChannelAddress, ChannelAdministrator, Platform
from channels.models.imports import ImportRow
from channels.upkeep import channels_changed
from kommun.events import record_many
from kommun.history import change_many, create_many, remove_many

CHUNK = 500
PLAIN = (
    "name",
    "visibility",
    "purpose",
    "audience",
    "description",
    "update_frequency",
    "reply_hours",
    "moderation_hours",
    "languages",
    "credentials_place",
)
# What a channel cannot be without, so that it gets somebody or something until it is decided.
PROVISIONAL = ("owner", "unit")
PEOPLE_AND_UNITS = ("platform", "unit", "controller", "owner", "deputy")


def write_channels(
    found: Sequence[Judgement], *, run_id: int, actor: Actor, tell: Callable[[int], None]
) -> list[Channel]:
    """Create and change the channels, and return them. A new one is open from its day, or from today.

    The people who come to answer for a channel are told, once each, however many channels there are.
    """
    writer = _Writer(run_id, actor)
    written: list[Channel] = []
    for verdict, write in ((ImportRow.Verdict.CREATE, writer.create), (ImportRow.Verdict.CHANGE, writer.change)):
        rows = iter([one for one in found if one.verdict == verdict])
        while chunk := list(islice(rows, CHUNK)):
            written += write(chunk)
            tell(len(written))
    writer.announce()
    return written


class _Writer:
    """Writes one import."""

    def __init__(self, run_id: int, actor: Actor) -> None:
        self.run_id, self.actor, self.today = run_id, actor, timezone.localdate()
        self.slugs = set(Channel.objects.values_list("slug", flat=True))
        self.platforms = Platform.objects.in_bulk()
        self.answering: Counter[int] = Counter()

    def create(self, rows: list[Judgement]) -> list[Channel]:
        """Add open channels with their addresses and administrators."""
        channels = [self._new(row) for row in rows]
        create_many(channels, self.actor)
        pairs = list(zip(channels, rows, strict=True))
        for channel in channels:
            self._answers(channel)
        self._give_addresses(
            (channel, row.values["address"], channel.opened_on or self.today)
            for channel, row in pairs
            if row.values["address"]
        )
        self._give_administrators((channel, row.values.get("administrators", [])) for channel, row in pairs)
        self._record("channel.imported", pairs, lambda row: {"missing": row.missing})
        channels_changed([channel.pk for channel in channels], self.actor)
        return channels

    def _new(self, row: Judgement) -> Channel:
        values = row.values
        platform = self.platforms[values["platform"]]
        return Channel(
            slug=self._free_slug(values["name"], platform),
            status=Channel.Status.ACTIVE,
            opened_on=date.fromisoformat(values["opened_on"]),
            provisional=[key for key in PROVISIONAL if key in row.missing],
            **{key: values[key] for key in PLAIN if key in values},
            **{f"{key}_id": values[key] for key in PEOPLE_AND_UNITS if key in values},
        )

    def _free_slug(self, name: str, platform: Platform) -> str:
        base = slugify(f"{name} {platform.key}")[:120] or platform.key
        slug, number = base, 2
        while slug in self.slugs:
            slug, number = f"{base}-{number}", number + 1
        self.slugs.add(slug)
        return slug

    def change(self, rows: list[Judgement]) -> list[Channel]:
        """Change what the rows say. A given-up address stays, with its last day."""
        by_id = Channel.objects.select_for_update(of=("self",)).in_bulk([row.target for row in rows if row.target])
        pairs = [(by_id[row.target], row) for row in rows if row.target]
        for channel, row in pairs:
            before = (channel.owner_id, channel.deputy_id)
            for key, value in row.values.items():
                if key in PLAIN:
                    setattr(channel, key, value)
                elif key == "opened_on":
                    channel.opened_on = date.fromisoformat(value)
                elif key in PEOPLE_AND_UNITS:
                    setattr(channel, f"{key}_id", value)
            channel.provisional = [key for key in channel.provisional if key not in row.values]
            channel.version += 1
            channel.updated_at = timezone.now()
            if (channel.owner_id, channel.deputy_id) != before:
                self._answers(channel, *before)
        fields = [*PLAIN, *PEOPLE_AND_UNITS, "opened_on", "provisional", "version", "updated_at"]
        change_many([channel for channel, _row in pairs], fields, self.actor)
        moved = [(channel, row.values["address"]) for channel, row in pairs if "address" in row.values]
        self._give_up([channel.pk for channel, _address in moved])
        self._give_addresses((channel, address, self.today) for channel, address in moved)
        self._replace_administrators(
            [(channel, row.values["administrators"]) for channel, row in pairs if "administrators" in row.values]
        )
        self._record("channel.import_changed", pairs, lambda row: {"fields": sorted(row.values)})
        channels_changed([channel.pk for channel, _row in pairs], self.actor)
        return [channel for channel, _row in pairs]

    # --- Addresses and administrators ---------------------------------------------------------------------------------
    def _give_addresses(self, rows: Iterator[tuple[Channel, dict[str, str], date]]) -> None:
        addresses = [
            ChannelAddress(channel=channel, platform_id=channel.platform_id, valid_from=since, **address)
            for channel, address, since in rows
        ]
        create_many(addresses, self.actor)

    def _give_up(self, channel_ids: list[int]) -> None:
        addresses = list(ChannelAddress.objects.filter(channel__in=channel_ids, valid_to__isnull=True))
        for address in addresses:
            address.valid_to = max(self.today, address.valid_from)
        change_many(addresses, ["valid_to"], self.actor)

    def _give_administrators(self, rows: Iterator[tuple[Channel, list[int]]]) -> None:
        new = [
            ChannelAdministrator(channel=channel, user_id=user_id, since=self.today)
            for channel, users in rows
            for user_id in users
        ]
        create_many(new, self.actor)

    def _replace_administrators(self, rows: list[tuple[Channel, list[int]]]) -> None:
        have: dict[int, set[int]] = {}
        gone: list[int] = []
        wanted = {channel.pk: users for channel, users in rows}
        for row in ChannelAdministrator.objects.filter(channel__in=wanted).select_for_update():
            if row.user_id in wanted[row.channel_id]:
                have.setdefault(row.channel_id, set()).add(row.user_id)
            else:
                gone.append(row.pk)
        remove_many(ChannelAdministrator, gone, self.actor)
        self._give_administrators(
            (channel, [user for user in users if user not in have.get(channel.pk, set())]) for channel, users in rows
        )

    # --- What is written down, and who is told ------------------------------------------------------------------------
    def _record(
        self, kind: str, pairs: list[tuple[Channel, Judgement]], said: Callable[[Judgement], dict[str, Any]]
    ) -> None:
        subjects = [(channel, {"import": self.run_id, "row": row.number, **said(row)}) for channel, row in pairs]
        record_many(kind, subjects=subjects, actor=self.actor)

    def _answers(self, channel: Channel, *before: int | None) -> None:
        for user_id in {channel.owner_id, channel.deputy_id} - {None, self.actor.user_id, *before}:
            self.answering[user_id] += 1  # type: ignore[index]  # None has been taken away

    def announce(self) -> None:
        """Tell everybody who has come to answer for a channel, but for the one who brought them in."""
        for person in User.objects.filter(pk__in=self.answering, is_active=True):
            notices.channels_imported(person, self.answering[person.pk])
