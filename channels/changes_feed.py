"""What has happened in the register, for those who follow it: opened, closed, another name, another address.

Read from the dated rows of the register and not from the audit trail: a channel that came in from a list has its dates
too. Always in Swedish.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from django.db.models import F, Q, Window
from django.db.models.functions import Lag
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import override

from channels.models import Channel, ChannelAddress
from channels.models.channel import ChannelQuerySet
from channels.platform_specs import load_platform_specs
from kommun.business_time import start_of, swedish_day
from kommun.models import Municipality

LONGEST = 100  # entries: years of changes in any municipality that we know of
_NOT_IN_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Change:
    """One change. `key` tells it from every other of the same channel."""

    day: date
    key: str
    slug: str
    title: str
    text: str = ""


class _Feed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """Return when the newest entry was made. An empty feed has a fixed date: it must not differ between two readings."""
        return max((item["updateddate"] for item in self.items), default=_BEGINNING)


def atom(site: str) -> str:
    """Return the latest changes as Atom. `site` is the address of the installation, without a slash at the end."""
    with override("sv"):
        municipality = Municipality.current()
        name = municipality.name if municipality else _("Kommunen")
        feed = _Feed(
            title=_("%(name)s i sociala medier: ändringar") % {"name": name},
            link=site + reverse("channels:public_register"),
            description="",
            subtitle=_("Nya och avslutade kanaler, nya namn och nya adresser."),
            language="sv",
            author_name=name,
            feed_url=site + reverse("channels:public_changes"),
            feed_guid=_tag(site, "changes"),
        )
        for change in latest():
            feed.add_item(
                title=change.title.translate(_NOT_IN_XML),
                link=site + reverse("channels:public_channel", args=[change.slug]),
                description=change.text.translate(_NOT_IN_XML),
                unique_id=_tag(site, f"{change.slug}/{change.key}"),
                pubdate=start_of(change.day),
                updateddate=start_of(change.day),
            )
        text: str = feed.writeString("utf-8")
    return text


def latest() -> list[Change]:
    """Return the latest changes of the channels that the public may see, the newest first."""
    shown = Channel.objects.public() | Channel.objects.public_closed()
    found = [*_opened(shown), *_closed(shown), *_moved(shown), *_renamed(shown)]
    found.sort(key=lambda change: (change.day, change.slug, change.key), reverse=True)
    return found[:LONGEST]


def _opened(shown: ChannelQuerySet) -> Iterator[Change]:
    rows = shown.filter(opened_on__isnull=False).select_related("platform").order_by("-opened_on", "-pk")[:LONGEST]
    for row in rows:
        if day := row.opened_on:
            yield Change(day, f"opened/{day}", row.slug, _("Ny kanal: %(name)s") % {"name": _name(row)}, row.purpose)


def _closed(shown: ChannelQuerySet) -> Iterator[Change]:
    rows = shown.filter(status=Channel.Status.CLOSED).select_related("platform").order_by("-closed_on", "-pk")[:LONGEST]
    text = _("Det som publiceras där nu kommer inte från oss.")
    for row in rows:
        if day := row.closed_on:
            title = _("Avslutad kanal: %(name)s") % {"name": _name(row)}
            yield Change(day, f"closed/{day}", row.slug, title, f"{row.closing_reason} {text}".strip())


def _moved(shown: ChannelQuerySet) -> Iterator[Change]:
    """Yield each address that came after another of the same channel."""
    rows = ChannelAddress.objects.filter(channel__in=shown, valid_from__gt=F("channel__opened_on"))
    specs = load_platform_specs()
    for row in rows.select_related("platform", "channel__platform").order_by("-valid_from", "-pk")[:LONGEST]:
        shown_as = specs.shown(row.platform.key, row.handle, row.handle_key, row.url)
        title = _("Ny adress: %(name)s är nu %(account)s") % {"name": _name(row.channel), "account": shown_as}
        yield Change(row.valid_from, f"address/{row.pk}", row.channel.slug, title, row.url)


def _renamed(shown: ChannelQuerySet) -> Iterator[Change]:
    """Yield each new name of a channel that the public could see when it got it."""

    def before(field: str) -> Window:
        return Window(Lag(field), partition_by="id", order_by=["history_date", "history_id"])

    rows = (
        Channel.history.filter(id__in=shown.values("pk"))
        .annotate(name_before=before("name"), seen_before=before("status"))
        .annotate(visible_before=before("visibility"))
        .filter(~Q(name=F("name_before")), seen_before__in=Channel.OPEN_STATES, status__in=Channel.OPEN_STATES)
        .filter(visible_before=Channel.Visibility.PUBLIC, visibility=Channel.Visibility.PUBLIC)
        .order_by("-history_date", "-history_id")
    )
    for row in rows[:LONGEST]:
        title = _("Nytt namn: %(before)s heter nu %(after)s") % {"before": row.name_before, "after": row.name}
        yield Change(swedish_day(row.history_date), f"name/{row.history_id}", row.slug, title)


def _name(channel: Channel) -> str:
    return _("%(name)s på %(platform)s") % {"name": channel.name, "platform": channel.platform.name}


def _tag(site: str, what: str) -> str:
    """Return an identifier that stays the same whatever happens to the text (RFC 4151)."""
    return f"tag:{urlsplit(site).hostname},2026:kanaler/{what}"
