"""What a capture says, as files that are kept with a snapshot: the posts and the record, in the shape that the PDF/A reads."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from pydantic import TypeAdapter

from archive.capture.browser_facts import LANGUAGE, TIME_ZONE
from archive.capture.values import Banner, Kind, Order, Outcome, Result
from archive.capture.words import BANNERS, LIMITS, OUTCOMES, REASONS, STEPS
from archive.models import Snapshot, SnapshotFile
from archive.pdfa import Post
from archive.pdfa.data import posts_json
from kommun.models import Municipality

R, F = SnapshotFile.Role, Snapshot.Refusal
ROLES = {
    Kind.PICTURE: R.SCREENSHOT,
    Kind.WACZ: R.WACZ,
    Kind.MHTML: R.MHTML,
    Kind.POSTS: R.POSTS,
    Kind.RECORD: R.CAPTURE,
}
# Why a page that was not captured is no snapshot. What has no reason of its own says so in the note.
REFUSALS = {
    Outcome.LOGIN_WALL: F.LOGIN_WALL,
    Outcome.LOGGED_OUT: F.LOGGED_OUT,
    Outcome.NOT_FOUND: F.GONE,
    Outcome.TURNED_AWAY: F.BLOCKED,
    Outcome.SERVER_ERROR: F.SERVER_ERROR,
    Outcome.NO_CONTACT: F.SERVER_ERROR,
    Outcome.NOT_A_PAGE: F.UNREADABLE,
    Outcome.REFUSED_ADDRESS: F.UNREADABLE,
    Outcome.TIMEOUT: F.TIMED_OUT,
    Outcome.TOO_HIGH: F.TOO_LARGE,
    Outcome.TOO_BIG: F.TOO_LARGE,
    Outcome.BROWSER_DIED: F.UNREADABLE,
    Outcome.NO_BROWSER: F.UNREADABLE,
}


def order_of(row: Snapshot) -> Order:
    """Return what to capture, and the names by which the municipality's own posts are told."""
    municipality = Municipality.current()
    names = (row.facts["name"], row.facts["handle"], municipality.name if municipality else "")
    return Order(
        url=row.address,
        platform=row.channel.platform.key,
        own_names=tuple(name for name in names if name),
        own_addresses=(row.address,),
    )


def taken_at(result: Result) -> datetime:
    """Return when the page was drawn."""
    return next((step.at for step in result.steps if step.name == "draw"), result.started_at)


def note_of(result: Result) -> str:
    """Return how it ended in a sentence, with what the page said."""
    with override(settings.LANGUAGE_CODE):
        text = str(OUTCOMES[result.outcome])
        return f"{text} ({result.report.detail})" if result.report.detail else text


def posts_of(result: Result) -> bytes:
    """Return the posts as the PDF/A reads them. Places are counted from 1."""
    posts = [
        Post(
            author=post.author,
            kind=post.author_kind.value,
            text=post.text,
            at=post.at,
            when=post.time_as_shown,
            url=post.url,
            place=place,
            answers=None if post.answers is None else post.answers + 1,
        )
        for place, post in enumerate(result.report.posts, start=1)
    ]
    with override(settings.LANGUAGE_CODE):
        return posts_json(posts, _posts_note(result))


def _posts_note(result: Result) -> str:
    sources = sorted({post.source for post in result.report.posts})
    text = _("Inläggen är utlästa ur sidan (%(how)s). Bilden visar hur de såg ut.") % {"how": ", ".join(sources)}
    gone = result.report.posts_left_page
    if gone:
        more = ngettext(
            "%(number)s inlägg hade sidan tagit bort ur visningen när bilden togs.",
            "%(number)s inlägg hade sidan tagit bort ur visningen när bilden togs.",
            gone,
        )
        text = f"{text} {more % {'number': gone}}"
    return text


def record_of(result: Result) -> bytes:
    """Return the record in words for the PDF/A, with the whole of it as data beside (`whole`)."""
    report = result.report
    with override(settings.LANGUAGE_CODE):
        said: dict[str, Any] = {
            "version": 1,
            "asked_url": result.order.url,
            "reached_url": report.reached_url,
            "status": report.status,
            "started_at": _moment(result.started_at),
            "finished_at": _moment(result.ended_at),
            "browser": _browser(result),
            "viewport": f"{result.limits.width} x {result.limits.window_height}",
            "page_size": f"{result.limits.width} x {report.page_height}",
            "signed_in": False,
            "language": f"{LANGUAGE}, {TIME_ZONE}",
            "cookie_banner": _banner(result),
            "done": [_step(step.name, step.detail) for step in result.steps],
            "limits": [str(LIMITS[limit]) for limit in result.limits_hit],
            "refused": sorted(
                {_refused(one.host, one.port, str(REASONS[one.refused])) for one in result.refusals if one.refused}
            ),
            "whole": TypeAdapter(Result).dump_python(_without_what_is_made_anew(result), mode="json"),
        }
    return json.dumps(said, ensure_ascii=True, sort_keys=True, indent=1).encode()


def _without_what_is_made_anew(result: Result) -> Result:
    """Return the result without the files that are written in another shape here, whose checksums are others."""
    return replace(result, files=tuple(one for one in result.files if one.kind not in (Kind.POSTS, Kind.RECORD)))


def _moment(value: datetime) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds")


def _browser(result: Result) -> str:
    browser = result.report.browser
    text = f"{browser.name} {browser.version}".strip()
    if browser.sandbox and browser.own_network:
        return text
    return _("%(browser)s, utan sandlåda eller eget nät") % {"browser": text}


def _banner(result: Result) -> str:
    text = str(BANNERS[result.report.banner])
    return text if result.report.banner is Banner.NONE else f"{text} ({result.report.banner_text})"


def _step(name: str, detail: str) -> str:
    words = str(STEPS.get(name, name))
    return f"{words}: {detail}" if detail else words


def _refused(host: str, port: int, why: str) -> str:
    return f"{host}:{port}. {why}"
