"""Turning what the page's scripts saw into values: posts with a kind of author and a time, and what the page is."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archive.capture.platforms import Table
from archive.capture.values import AuthorKind, Order, Outcome, Post

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LITTLE_TEXT = 2500  # characters: a page that says no more than this and asks for a sign-in shows nothing else
BY_STATUS = {401: Outcome.LOGIN_WALL, 404: Outcome.NOT_FOUND, 410: Outcome.NOT_FOUND}


def outcome_of_status(status: int) -> Outcome | None:
    """Return the outcome that a status decides alone, or None. LinkedIn answers 999 to those it turns away."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    if 500 <= status < 600:
        return Outcome.SERVER_ERROR
    return Outcome.TURNED_AWAY if status >= 400 else None


def outcome_of_page(asked: str, reached: str, look: dict[str, Any], posts: int, table: Table) -> tuple[Outcome, str]:
    """Return what the page is, and what it said that decided it.

    A way in that stands on a page with the channel's posts makes it LOGGED_OUT; one without posts makes it LOGIN_WALL.
    """
    if look["missingText"]:
        return Outcome.NOT_FOUND, look["missingText"]
    led_to_login = table.is_login_path(urlsplit(reached).path) and not table.is_login_path(urlsplit(asked).path)
    little = look["textLength"] < LITTLE_TEXT
    if led_to_login:
        return Outcome.LOGIN_WALL, reached
    asks = look["loginOver"] or look["loginText"] or ("password" if look["password"] else "")
    if asks and not posts and (little or look["password"] or look["loginOver"]):
        return Outcome.LOGIN_WALL, asks
    if asks and (look["loginOver"] or look["loginText"]):
        return Outcome.LOGGED_OUT, asks
    if look["contentType"] not in ("text/html", "application/xhtml+xml"):
        return Outcome.NOT_A_PAGE, look["contentType"]
    return Outcome.CAPTURED, ""


class Authors:
    """Tells the municipality's own posts from those of visitors, by name or by the address of the account."""

    def __init__(self, order: Order) -> None:
        self.names = {_plain(name) for name in order.own_names} - {""}
        self.addresses = {_account(address) for address in (order.url, *order.own_addresses)} - {""}

    def kind(self, name: str, address: str) -> AuthorKind:
        """Return who wrote, or UNKNOWN where the page does not say."""
        if address and _account(address) in self.addresses:
            return AuthorKind.MUNICIPALITY
        # Names may stand with a handle after them: "Exempel kommun @exempel".
        shown = {_plain(part) for part in (name, *name.splitlines(), *re.findall(r"@?[\w.-]+", name)[-1:])} - {""}
        if shown & self.names:
            return AuthorKind.MUNICIPALITY
        if not shown and not address:
            return AuthorKind.UNKNOWN
        return AuthorKind.VISITOR if self.names else AuthorKind.UNKNOWN


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()).removeprefix("@")


def _account(address: str) -> str:
    parts = urlsplit(address.strip())
    host = re.sub(r"^(www|m|mobile|mbasic|[a-z]{2}-[a-z]{2})\.", "", (parts.hostname or "").lower())
    path = parts.path.lower().rstrip("/")
    return host + path if path else ""


def moment(value: str, shown: str) -> datetime | None:
    """Return the instant that a page gives, in UTC, or None where it cannot be read exactly ("3 tim").

    ISO 8601 and Unix time are read; one without a zone is Swedish time, because the browser is.
    """
    for text in (value.strip(), shown.strip()):
        if re.fullmatch(r"\d{10}(\d{3})?", text):
            return datetime.fromtimestamp(int(text[:10]), UTC)
        if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text):
            continue
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            continue
        return (at if at.tzinfo else at.replace(tzinfo=STOCKHOLM)).astimezone(UTC)
    return None


Key = tuple[str, ...]


def _key(row: dict[str, Any]) -> Key:
    """Return what tells a post from the others: a post by its address, a comment by its words."""
    return (row["url"] if row["kind"] == "post" else "", row["author"], row["text"], row["time"])


class Posts:
    """The posts that have been seen, each once, in the order of the page. A feed may drop what has scrolled away."""

    def __init__(self, order: Order, most: int) -> None:
        self.authors, self.most = Authors(order), most
        self.full = False
        self._seen: dict[Key, Post] = {}
        self._last: set[Key] = set()
        self._answers: dict[Key, Key] = {}

    def add(self, answer: dict[str, Any]) -> None:
        """Take in what the page showed at one moment."""
        self.full = self.full or bool(answer["full"])
        keys = [_key(row) for row in answer["posts"]]
        self._last = set(keys)
        for key, row in zip(keys, answer["posts"], strict=True):
            if len(self._seen) >= self.most and key not in self._seen:
                self.full = True
                continue
            self._seen[key] = self._post(row, answer["source"])
            if row["answers"] >= 0:
                self._answers[key] = keys[row["answers"]]

    def _post(self, row: dict[str, Any], source: str) -> Post:
        author = " ".join(str(row["author"]).split())[:300]
        return Post(
            text=str(row["text"]),
            author=author,
            author_kind=self.authors.kind(str(row["author"])[:300], str(row["authorUrl"])),
            author_url=str(row["authorUrl"])[:2000],
            at=moment(str(row["time"]), str(row["timeText"])),
            time_as_shown=str(row["timeText"] or row["time"])[:200],
            url=str(row["url"])[:2000],
            is_comment=row["kind"] == "comment",
            source=source,
        )

    def all(self) -> tuple[Post, ...]:
        """Return every post that was seen."""
        places = {key: place for place, key in enumerate(self._seen)}
        return tuple(
            replace(post, answers=places.get(self._answers.get(key, ("",)))) for key, post in self._seen.items()
        )

    def gone(self) -> int:
        """Return how many posts the page had dropped when the picture was taken, so that the picture does not show them."""
        return len(self._seen.keys() - self._last)

    def __len__(self) -> int:
        return len(self._seen)
