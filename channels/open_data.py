"""The register as open data: CSV, JSON and schema.org. Pure: `PublicChannel` in, text out. The data is always in Swedish.

The shapes are a promise to those who build on them: keys are added, never renamed or given another meaning.
Source: lag (2022:818), LAW.md part 4; times are RFC 3339 in UTC, days are ISO 8601.
"""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from channels.public_queries import PublicAccount, PublicChannel, PublicUnit
from kommun.models import Municipality

LICENSE = "https://creativecommons.org/publicdomain/zero/1.0/"
SHAPE_VERSION = 1
# A cell that begins with one of these is run as a formula by spreadsheets; the last four are their full-width forms.
# A Swedish Excel divides at the semicolon: what follows one begins a cell there.
_FORMULA = re.compile("(^|;)(?=[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
_UNSAFE_IN_MARKUP = {
    ord("<"): "\\u003C",
    ord(">"): "\\u003E",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
_REPLY_KEYS = ("value", "unit", "working_days", "text")

CSV_COLUMNS = (
    "id",
    "name",
    "platform",
    "account",
    "url",
    "status",
    "purpose",
    "audience",
    "unit",
    "controller",
    "responsible",
    "deputy",
    "contact_email",
    "reply_time",
    "update_frequency",
    "languages",
    "opened_on",
    "updated_at",
    "page",
)


def register_json(
    channels: Sequence[PublicChannel],
    closed: Sequence[PublicChannel],
    municipality: Municipality | None,
    site: str,
) -> str:
    """Return the whole register as JSON. `channels` are ours today; `closed_channels` were, and their accounts are not ours.

    They are two lists so that nobody who reads the first by mistake takes a former account for an official one.
    """
    with override("sv"):
        changed = [channel.updated_at for channel in (*channels, *closed)]
        data = {
            "shape_version": SHAPE_VERSION,
            "license": LICENSE,
            "publisher": _publisher(municipality),
            "page": f"{site}/kanaler/",
            "updated_at": _instant(max(changed)) if changed else None,
            "count": len(channels),
            "channels": [_channel(channel, site) for channel in channels],
            "closed_channels": [_channel(channel, site) for channel in closed],
        }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _publisher(municipality: Municipality | None) -> dict[str, Any] | None:
    if municipality is None:
        return None
    return {
        "name": municipality.name,
        "website": municipality.website or None,
        "email": municipality.contact_email or None,
        "phone": municipality.switchboard or None,
    }


def _channel(channel: PublicChannel, site: str) -> dict[str, Any]:
    return {
        "id": channel.slug,
        "name": channel.name,
        "status": channel.status,
        "platform": {"id": channel.platform_key, "name": channel.platform},
        "account": _account(channel.account) if channel.account else None,
        "former_accounts": [_account(account) for account in channel.former],
        "purpose": channel.purpose,
        "municipal_purposes": list(channel.purposes),
        "description": channel.description or None,
        "audience": channel.audience or None,
        "unit": _unit(channel.unit),
        "controller": _unit(channel.controller) if channel.controller else None,
        "responsible": channel.responsible or None,
        "deputy": channel.deputy or None,
        "reply_time": _reply(channel),
        "update_frequency": channel.update_frequency or None,
        "moderation_hours": channel.moderation_hours or None,
        "languages": list(channel.languages),
        "opened_on": _day(channel.opened_on),
        "closed_on": _day(channel.closed_on),
        "closing_reason": channel.closing_reason or None,
        "successor": channel.successor.slug if channel.successor else None,
        "page": _page(channel, site),
        "rules": None if channel.is_closed else f"{_page(channel, site)}regler/",
        "updated_at": _instant(channel.updated_at),
    }


def _account(account: PublicAccount) -> dict[str, Any]:
    return {
        "platform": account.platform,
        "handle": account.handle,
        "url": account.url,
        "valid_from": _day(account.valid_from),
        "valid_to": _day(account.valid_to),
    }


def _unit(unit: PublicUnit) -> dict[str, Any]:
    return {"id": unit.slug, "name": unit.name, "email": unit.email or None, "phone": unit.phone or None}


def _reply(channel: PublicChannel) -> dict[str, Any] | None:
    reply = channel.reply
    if reply is None or channel.is_closed:
        return None
    unit = reply.unit if reply.value is not None else None
    working_days = reply.working_days if reply.value is not None else None
    return dict(zip(_REPLY_KEYS, (reply.value, unit, working_days, reply.sentence), strict=True))


def _page(channel: PublicChannel, site: str) -> str:
    return f"{site}/kanaler/{channel.slug}/"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# --- CSV --------------------------------------------------------------------------------------------------------------
def register_csv(channels: Iterable[PublicChannel], site: str) -> str:
    """Return the open channels as CSV: RFC 4180, comma, CRLF, with a byte order mark so that Excel reads å, ä and ö."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    with override("sv"):
        writer.writerows([safe_cell(cell) for cell in _row(channel, site)] for channel in channels)
    return "\ufeff" + out.getvalue()


def safe_cell(text: str) -> str:
    """Return the text so that no spreadsheet runs it as a formula: an apostrophe first where a cell begins as one."""
    return _FORMULA.sub(r"\1'", text)


def _row(channel: PublicChannel, site: str) -> tuple[str, ...]:
    account = channel.account
    return (
        channel.slug,
        channel.name,
        channel.platform,
        account.handle.lstrip("@") if account else "",  # without @, which would need an apostrophe before it
        account.url if account else "",
        channel.status,
        channel.purpose,
        channel.audience,
        channel.unit.name,
        channel.controller.name if channel.controller else "",
        channel.responsible,
        channel.deputy,
        channel.unit.email,
        channel.reply.sentence if channel.reply else "",
        channel.update_frequency,
        " ".join(channel.languages),
        _day(channel.opened_on) or "",
        _instant(channel.updated_at),
        _page(channel, site),
    )


# --- schema.org -------------------------------------------------------------------------------------------------------
def register_markup(channels: Iterable[PublicChannel], municipality: Municipality | None) -> SafeString:
    """Return JSON-LD that says which accounts the municipality and its units have: `sameAs`. Empty when it has none."""
    if municipality is None:
        return SafeString("")
    units: dict[str, list[PublicChannel]] = {}
    for channel in channels:
        if channel.account and not channel.is_closed:
            units.setdefault(channel.unit.slug, []).append(channel)
    if not units:
        return SafeString("")
    parts = [_organisation(found[0].unit, [c.account.url for c in found if c.account]) for found in units.values()]
    return _markup({**_municipality(municipality), "subOrganization": parts})


def channel_markup(channel: PublicChannel, municipality: Municipality | None) -> SafeString:
    """Return JSON-LD for one channel: the unit, its municipality, and the account as `sameAs`. Empty for a closed one."""
    if channel.is_closed or channel.account is None:
        return SafeString("")
    data = _organisation(channel.unit, [channel.account.url])
    if municipality is not None:
        data["parentOrganization"] = _municipality(municipality)
    return _markup(data)


def _municipality(municipality: Municipality) -> dict[str, Any]:
    found = {"@type": "GovernmentOrganization", "name": municipality.name, "url": municipality.website}
    return {key: value for key, value in found.items() if value}


def _organisation(unit: PublicUnit, accounts: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {"@type": "GovernmentOrganization", "name": unit.name, "sameAs": accounts}
    ways = {"email": unit.email, "telephone": unit.phone}
    if any(ways.values()):
        data["contactPoint"] = {"@type": "ContactPoint", **{key: value for key, value in ways.items() if value}}
    return data


def _markup(data: dict[str, Any]) -> SafeString:
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    return mark_safe(text.translate(_UNSAFE_IN_MARKUP))  # noqa: S308  (nothing in it can end the script element)
