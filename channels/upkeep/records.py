"""What the state of channels is computed from, read for all of them at once. As many queries for one channel as for all."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.organisation import Organisation
from channels.models import AccessTest, Application, Attestation, Channel, ChannelAddress, ChannelAdministrator
from channels.queries import scope_along
from kommun import policy
from kommun.business_time import swedish_day
from kommun.models import Municipality
from kommun.policy import Policy, Scope


@dataclass
class Common:
    """What is the same for every channel on a day. Read it once, also for ten thousand channels."""

    today: date
    months: int
    closed: frozenset[date]
    policy: Policy | None
    organisation: Organisation

    @classmethod
    def load(cls, today: date, organisation: Organisation | None = None) -> "Common":
        """Return it as it is on the day."""
        municipality = Municipality.current() or Municipality()  # before it has said anything: what it would say
        return cls(
            today=today,
            months=municipality.confirmation_months,
            closed=municipality.closed_dates,
            policy=policy.policy(),
            organisation=organisation or Organisation.load(today),
        )

    def scope(self, channel: Channel) -> Scope:
        """Return the scope of the channel, as `queries.channel_scope`, without asking the database."""
        line = self.organisation.line(self.organisation.units.get(channel.unit_id))
        return scope_along(line, channel.platform.kind, channel.slug)


@dataclass
class Records:
    """What is stored about some channels."""

    common: Common
    addressed: Collection[int] = ()
    administrators: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # active users, by channel
    attestations: dict[tuple[int, str], Attestation] = field(default_factory=dict)  # the newest, by channel and item
    tests: dict[int, AccessTest] = field(default_factory=dict)  # the newest
    # The day it came in, for those that were never confirmed nor decided here.
    added: dict[int, date] = field(default_factory=dict)

    @classmethod
    def load(cls, channels: Sequence[Channel], common: Common) -> "Records":
        """Read what is stored about the channels."""
        ids = [channel.pk for channel in channels]
        found = cls(common)
        current = ChannelAddress.objects.filter(channel__in=ids, valid_to__isnull=True)
        found.addressed = set(current.values_list("channel_id", flat=True))
        active = ChannelAdministrator.objects.filter(channel__in=ids, user__is_active=True)
        for channel_id, user_id in active.values_list("channel_id", "user_id"):
            found.administrators[channel_id].add(user_id)
        attested = Attestation.objects.filter(channel__in=ids).order_by("channel_id", "item", "-made_at", "-pk")
        for row in attested.distinct("channel_id", "item"):
            found.attestations[row.channel_id, row.item] = row
        tested = AccessTest.objects.filter(channel__in=ids).order_by("channel_id", "-tested_on", "-pk")
        found.tests = {row.channel_id: row for row in tested.distinct("channel_id")}
        found.added = _added([channel.pk for channel in channels if channel.confirmed_on is None])
        return found


def _added(ids: Iterable[int]) -> dict[int, date]:
    """Return when channels that were never applied for here came into the register."""
    decided = set(Application.objects.filter(channel__in=(ids := list(ids))).values_list("channel_id", flat=True))
    imported = [pk for pk in ids if pk not in decided]
    if not imported:
        return {}
    history: Any = Channel.history
    rows = history.filter(id__in=imported, history_type="+").values_list("id", "history_date")
    return {pk: swedish_day(moment) for pk, moment in rows}
