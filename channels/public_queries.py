"""What the public may see of the register, and nothing else.

Pages, CSV, JSON and the account check all read `PublicChannel` and `RegisteredAccount` from here. What is not a field of
them cannot leak: internal channels, channels not opened yet, names of persons, where log-ins are kept.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils.functional import cached_property

from accounts.models import Unit, User
from channels.account_check import AccountIndex, RegisteredAccount
from channels.models import Channel, ChannelAddress, Platform
from channels.models.channel import ChannelQuerySet
from channels.platform_specs import load_platform_specs
from channels.public_words import Reply, person_words, platform_mark, reply_time
from channels.queries import channel_scope
from kommun import policy
from kommun.models import Municipality
from kommun.policy import Scope, keys

LONGEST_SEARCH = 200
MOST_WORDS = 10


@dataclass(frozen=True)
class PublicUnit:
    """A unit with the ways to reach it."""

    slug: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True)
class PublicAccount:
    """An address that is or was ours. `shown` is how people know it, `valid_to` the day it was given up."""

    platform: str
    handle: str
    shown: str
    url: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class PublicLink:
    """Another channel that the public may see."""

    slug: str
    name: str
    platform: str


@dataclass(frozen=True)
class PublicChannel:
    """A channel as the public sees it. `status` is open, closing or closed."""

    slug: str
    name: str
    status: str
    platform: str
    platform_key: str
    mark: str
    account: PublicAccount | None
    former: tuple[PublicAccount, ...]
    purpose: str
    purposes: tuple[str, ...]
    description: str
    audience: str
    unit: PublicUnit
    controller: PublicUnit | None
    responsible: str
    deputy: str
    reply: Reply | None
    update_frequency: str
    moderation_hours: str
    languages: tuple[str, ...]
    opened_on: date | None
    closed_on: date | None
    closing_reason: str
    successor: PublicLink | None
    updated_at: datetime
    scope: Scope

    @property
    def is_closed(self) -> bool:
        """Return True when the municipality does not answer for the channel any more."""
        return self.status == "closed"


@dataclass(frozen=True)
class Totals:
    """How many channels the public sees, and when one was last changed."""

    opened: int
    closed: int
    updated_at: datetime | None


class PublicRegister:
    """Reads channels for the public in a constant number of queries. Make one for each request."""

    def __init__(self) -> None:
        self.specs = load_platform_specs()

    @cached_property
    def municipality(self) -> Municipality | None:
        """Return the municipality, None before it has been set up."""
        return Municipality.current()

    @cached_property
    def names_are_shown(self) -> bool:
        """Names are shown when the municipality says so and the policy does not say otherwise (matrix J3, LAW 4)."""
        rule = policy.rule(keys.PUBLIC_REGISTER)
        refused = rule is not None and rule.value.names_of_persons is False
        return bool(self.municipality and self.municipality.show_names) and not refused

    @cached_property
    def units(self) -> dict[int, Unit]:
        """Return every unit, each with its parent in place, so that asking for the department costs no query."""
        found = {unit.pk: unit for unit in Unit.objects.all()}
        for unit in found.values():
            unit.parent = found.get(unit.parent_id) if unit.parent_id else None
        return found

    @cached_property
    def purpose_texts(self) -> dict[str, str]:
        """Return the municipality's own purposes by key."""
        rule = policy.rule(keys.PURPOSES)
        return {item.key: item.text for item in rule.value.items} if rule else {}

    @cached_property
    def platforms(self) -> dict[int, Platform]:
        """Return every platform, the archived ones too."""
        return Platform.objects.in_bulk()

    def all_of(self, rows: Iterable[Channel]) -> list[PublicChannel]:
        """Return the rows as the public sees them. Give rows of `open_channels` or `closed_channels` alone.

        What rows share (people, units, platforms, successors) is read once and put in place, not joined to each row.
        """
        channels = list(rows)
        people = self._people({key for row in channels for key in (row.owner_id, row.deputy_id) if key})
        successors = Channel.objects.filter(pk__in={row.successor_id for row in channels if row.successor_id})
        later = {row.pk: row for row in successors}
        for channel in channels:
            channel.unit = self.units[channel.unit_id]
            channel.platform = self.platforms[channel.platform_id]
            channel.owner = people[channel.owner_id]
            channel.deputy = people[channel.deputy_id] if channel.deputy_id else None
            channel.successor = later[channel.successor_id] if channel.successor_id else None
            for address in channel.addresses.all():
                address.platform = self.platforms[address.platform_id]
        return [self._one(channel) for channel in channels]

    def _people(self, keys: set[int]) -> dict[int, User]:
        """Return the people with what the public may see of them: no log-in, no address."""
        found = User.objects.only("name", "title", "unit").in_bulk(keys)
        for user in found.values():
            user.unit = self.units.get(user.unit_id) if user.unit_id else None
        return found

    def one(self, channel: Channel) -> PublicChannel:
        """Return one channel as the public sees it."""
        return self.all_of([channel])[0]

    def _one(self, channel: Channel) -> PublicChannel:
        scope = channel_scope(channel)
        current, former = self._addresses(channel)
        return PublicChannel(
            slug=channel.slug,
            name=channel.name,
            status={"closed": "closed", "closing": "closing"}.get(channel.status, "open"),
            platform=channel.platform.name,
            platform_key=channel.platform.key,
            mark=platform_mark(channel.platform.key, channel.platform.name),
            account=current,
            former=former,
            purpose=channel.purpose,
            purposes=tuple(self.purpose_texts[key] for key in channel.purposes if key in self.purpose_texts),
            description=channel.description,
            audience=channel.audience,
            unit=_unit(channel.unit),
            controller=_unit(self.units[channel.controller_id]) if channel.controller_id else None,
            responsible=person_words(channel.owner, named=self.names_are_shown),
            deputy=person_words(channel.deputy, named=self.names_are_shown),
            reply=reply_time(channel.reply_hours, policy.rule(keys.REPLY_WITHIN, scope)),
            update_frequency=channel.update_frequency,
            moderation_hours=channel.moderation_hours,
            languages=tuple(channel.languages),
            opened_on=channel.opened_on,
            closed_on=channel.closed_on,
            closing_reason=channel.closing_reason,
            successor=self._successor(channel),
            updated_at=channel.updated_at,
            scope=scope,
        )

    def account(self, row: ChannelAddress) -> PublicAccount:
        """Return an address as the public sees it."""
        shown = self.specs.shown(row.platform.key, row.handle, row.handle_key, row.url)
        return PublicAccount(row.platform.name, row.handle, shown, row.url, row.valid_from, row.valid_to)

    def _addresses(self, channel: Channel) -> tuple[PublicAccount | None, tuple[PublicAccount, ...]]:
        """Return the current account, for a closed channel its last one, and those before it, newest first."""
        rows = list(channel.addresses.all())
        current = next((row for row in rows if row.valid_to is None), None)
        if current is None and channel.status == Channel.Status.CLOSED:
            current = rows[0] if rows else None
        former = tuple(self.account(row) for row in rows if row is not current)
        return (self.account(current) if current else None), former

    def _successor(self, channel: Channel) -> PublicLink | None:
        found = channel.successor
        if found is None or found.visibility != Channel.Visibility.PUBLIC or found.status == Channel.Status.DECIDED:
            return None
        return PublicLink(found.slug, found.name, self.platforms[found.platform_id].name)


def _unit(unit: Unit) -> PublicUnit:
    return PublicUnit(unit.slug, unit.name, unit.email, unit.phone)


def _shown(rows: ChannelQuerySet) -> ChannelQuerySet:
    return rows.defer("credentials_place").prefetch_related("addresses")


def open_channels() -> ChannelQuerySet:
    """Return the channels that the municipality answers for in public. One without an account is not among them."""
    current = ChannelAddress.objects.filter(channel=OuterRef("pk"), valid_to__isnull=True)
    return _shown(Channel.objects.public().filter(Exists(current)))


def closed_channels() -> ChannelQuerySet:
    """Return the channels that were the municipality's, the last closed first."""
    return _shown(Channel.objects.public_closed()).order_by("-closed_on", "name", "pk")


def channels_with_a_page() -> ChannelQuerySet:
    """Return every channel that has a page of its own: the open, and the closed that keep theirs."""
    return _shown(Channel.objects.public() | Channel.objects.public_closed())


def given_up_addresses() -> QuerySet[ChannelAddress]:
    """Return addresses that open channels have left, the latest first. A closed channel is listed as a whole."""
    rows = ChannelAddress.objects.filter(valid_to__isnull=False, channel__in=Channel.objects.public())
    return rows.select_related("platform", "channel", "channel__platform").order_by("-valid_to", "-pk")


def narrowed(rows: QuerySet[Channel], *, words: str = "", platform: str = "", unit: str = "") -> QuerySet[Channel]:
    """Return the channels where every word is found somewhere, of the platform and the unit. Empty means no limit.

    One search for the visitor and for staff: which rows may be seen is for the caller to say.
    """
    for word in words[:LONGEST_SEARCH].replace("\x00", " ").split()[:MOST_WORDS]:
        name = word.lstrip("@") or word
        accounts = ChannelAddress.objects.filter(
            Q(handle__icontains=name) | Q(url__icontains=name), channel=OuterRef("pk"), valid_to__isnull=True
        )
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(purpose__icontains=word)
            | Q(audience__icontains=word)
            | Q(unit__name__icontains=word)
            | Q(platform__name__icontains=word)
            | Exists(accounts)
        )
    if platform:
        rows = rows.filter(platform__key=platform.replace("\x00", ""))
    if unit:
        rows = rows.filter(unit__slug=unit.replace("\x00", ""))
    return rows


def totals() -> Totals:
    """Return how many channels the public sees, and when one was last changed. Counted anew when something has changed."""
    found: Totals = _kept("totals", _stamp(), _count)
    return found


def _count() -> Totals:
    both = Channel.objects.public() | Channel.objects.public_closed()
    opened = open_channels().prefetch_related(None)
    found = both.order_by().aggregate(
        opened=Count("pk", filter=Q(pk__in=opened.values("pk"))),
        closed=Count("pk", filter=Q(status=Channel.Status.CLOSED)),
        updated_at=Max("updated_at"),
    )
    return Totals(**found)


def platforms_in_use() -> QuerySet[Platform]:
    """Return the platforms of the open channels, for the filter. One that only internal channels use is not named."""
    return Platform.objects.filter(Exists(Channel.objects.public().filter(platform=OuterRef("pk"))))


def units_in_use() -> QuerySet[Unit]:
    """Return the units of the open channels, for the filter. One that only internal channels have is not named."""
    return Unit.objects.filter(Exists(Channel.objects.public().filter(unit=OuterRef("pk"))))


_made: dict[str, tuple[Hashable, Any]] = {}  # one per process: what was made, and from which state of the register


def _kept(what: str, stamp: Hashable, make: Callable[[], Any]) -> Any:
    """Return what was made last time if nothing has changed since, else make it."""
    if what not in _made or _made[what][0] != stamp:
        _made[what] = (stamp, make())
    return _made[what][1]


def _stamp() -> Hashable:
    """Return what is another as soon as a channel or an address has changed, in one cheap query.

    Every change of an address goes with one of its channel. The sum of the versions is there because the latest moment
    is not enough: of two changes at once, the one that began first may be committed last.
    """
    return tuple(Channel.objects.aggregate(Max("updated_at"), Sum("version"), Max("pk"), Count("pk")).values())


def registered_accounts() -> Iterator[RegisteredAccount]:
    """Yield every address that is or was ours, for the account check, in one query.

    Those that the public may not see come too, marked as not listed: the check needs to know that such an account is
    none to warn of, and says nothing more about it than about any unknown name.
    """
    rows = ChannelAddress.objects.values_list(
        "platform__key", "handle", "handle_key", "skeleton", "url", "channel_id", "channel__name", "valid_from",
        "valid_to", "platform_account_id", "channel__successor_id", "channel__status", "channel__visibility",
        "channel__closed_on",
        named=True,
    )  # fmt: skip
    for row in rows.iterator(chunk_size=5000):
        valid_to = row.valid_to
        if row.channel__status == Channel.Status.CLOSED and row.channel__closed_on:
            # Whatever the address says: a closed channel has no account of its own any more.
            valid_to = min(valid_to or row.channel__closed_on, row.channel__closed_on)
        hidden = row.channel__visibility != Channel.Visibility.PUBLIC or row.channel__status == Channel.Status.DECIDED
        yield RegisteredAccount(
            platform=row.platform__key,
            handle=row.handle,
            handle_key=row.handle_key,
            skeleton=row.skeleton,
            url=row.url,
            channel=row.channel_id,
            channel_name=row.channel__name,
            valid_from=row.valid_from,
            valid_to=valid_to,
            platform_account_id=row.platform_account_id,
            successor=row.channel__successor_id,
            listed=not hidden,
        )


def account_index(today: date) -> AccountIndex:
    """Return the register made ready for the account check: made anew when something has changed, or the day has.

    10,000 accounts take a quarter of a second to make ready.
    """
    website = Municipality.objects.values_list("website", flat=True).first() or ""

    def make() -> AccountIndex:
        return AccountIndex(registered_accounts(), load_platform_specs(), today, website)

    index: AccountIndex = _kept("index", (today, website, _stamp()), make)
    return index


def pages_of(channel_ids: Iterable[int]) -> dict[int, PublicLink]:
    """Return the public pages of channels. One that the public may not see is left out."""
    rows = (Channel.objects.public() | Channel.objects.public_closed()).filter(pk__in=set(channel_ids))
    return {row.pk: PublicLink(row.slug, row.name, row.platform.name) for row in rows.select_related("platform")}
