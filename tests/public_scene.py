"""A register with one channel of each kind that the public pages must tell apart."""

from datetime import date, timedelta
from typing import Any

from accounts.actor import Actor
from channels.actions.platforms import sync_platforms
from channels.addresses import parse_account
from channels.models import Channel, ChannelAddress, Platform
from channels.platform_specs import load_platform_specs
from tests.applications import adopt_preset, make_municipality
from tests.factories import Cast
from tests.many import copy_row, copy_row_for_each

OPENED = date(2024, 3, 1)
LEFT = date(2025, 6, 30)


def make_channel(cast: Cast, name: str, address: str, **values: Any) -> Channel:
    """Return an open public channel of `cast.unit` with the address, or one in another state by the values."""
    account = parse_account(address, load_platform_specs())
    platform = Platform.objects.get(key=account.platform)
    given = {
        "slug": f"{name}-{platform.key}".lower().replace(" ", "-"),
        "status": Channel.Status.ACTIVE,
        "unit": cast.unit,
        "controller": cast.committee,
        "owner": cast.owner,
        "deputy": cast.deputy,
        "purpose": "Berätta om program och böcker.",
        "audience": "Biblioteksbesökare",
        "languages": ["sv", "fi"],
        "opened_on": OPENED,
    }
    channel = Channel.objects.create(name=name, platform=platform, **{**given, **values})
    add_address(channel, address)
    return channel


def add_address(channel: Channel, address: str, *, until: date | None = None) -> ChannelAddress:
    account = parse_account(address, load_platform_specs())
    return ChannelAddress.objects.create(
        channel=channel,
        platform=Platform.objects.get(key=account.platform),
        handle=account.handle,
        handle_key=account.handle_key,
        skeleton=account.skeleton,
        url=account.url,
        valid_from=OPENED,
        valid_to=until,
    )


def make_scene(cast: Cast, preset: str = "tibro") -> dict[str, Channel]:
    """Return channels by what they are: open, closing, closed, renamed, internal, decided."""
    make_municipality()
    actor = Actor(cast.administrator)
    adopt_preset(preset, actor)
    sync_platforms(actor=actor)
    cast.unit.email, cast.unit.phone = "biblioteket@ekhult.example", "0100-10 00 01"
    cast.unit.save()
    found = {
        "open": make_channel(cast, "Biblioteket", "facebook.com/ekhultsbibliotek"),
        "renamed": make_channel(cast, "Badhuset", "instagram.com/ekhultsbad"),
        "internal": make_channel(
            cast, "Hemliga kanalen", "facebook.com/ekhultinternt", visibility=Channel.Visibility.INTERNAL
        ),
        "decided": make_channel(
            cast, "Ej öppnad", "youtube.com/@ekhultframtid", status=Channel.Status.DECIDED, opened_on=None
        ),
    }
    add_address(found["renamed"], "instagram.com/badhusetgamla", until=LEFT)
    found["closing"] = make_channel(
        cast, "Torget", "threads.com/@ekhultstorg", status=Channel.Status.CLOSING, successor=found["open"]
    )
    found["closed"] = make_channel(
        cast,
        "Kulturskolan",
        "x.com/ekhultkultur",
        status=Channel.Status.CLOSED,
        closed_on=LEFT,
        closing_reason="Få läsare.",
        successor=found["open"],
    )
    return found


def many_channels(cast: Cast, count: int, first: int = 0) -> None:
    """Add channels by the thousand, past the actions: for counting queries only. They are numbered from `first`."""
    platform, name = Platform.objects.get(key="facebook"), f"kanal{first:05}"
    channel = Channel.objects.create(
        name=f"Kanal {first:05}",
        slug=f"kanal-{first:05}",
        status=Channel.Status.ACTIVE,
        platform=platform,
        unit=cast.unit,
        controller=cast.committee,
        owner=cast.owner,
        deputy=cast.deputy,
        purpose="Berätta.",
        opened_on=OPENED,
    )
    address = ChannelAddress.objects.create(
        channel=channel,
        platform=platform,
        handle=name,
        handle_key=name,
        skeleton=name,
        url=f"https://www.facebook.com/{name}",
        valid_from=OPENED - timedelta(days=1),
    )
    number = f"to_char({first} + 1 + n, 'FM00000')"
    copy_row(channel, count - 1, name=f"'Kanal ' || {number}", slug=f"'kanal-' || {number}")
    handle = "replace(p.slug, '-', '')"
    same = dict.fromkeys(("handle", "handle_key", "skeleton"), handle)
    copy_row_for_each(address, channel, channel_id="p.id", url=f"'https://www.facebook.com/' || {handle}", **same)
