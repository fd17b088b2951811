"""What a rule's value is said with: parts with points, and the words that several kinds share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kommun.policy.base import Deadline, Item, Strength, Value
from kommun.policy.compiled import Policy, cite
from kommun.policy.keys import Key


@dataclass(frozen=True)
class Point:
    """One thing said: the words, what is said beside them, and where it differs from the rule it belongs to."""

    text: str
    detail: str = ""
    strength: Strength | None = None
    source: str = ""


@dataclass(frozen=True)
class Part:
    """One aspect of a value. `ordered`: the points come one after another."""

    label: str
    points: tuple[Point, ...]
    ordered: bool = False

    @property
    def single(self) -> Point | None:
        """The only point, when there is one."""
        return self.points[0] if len(self.points) == 1 and not self.ordered else None


class Teller:
    """Says things in the words of one policy: its names of roles, its sections."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def roles(self, roles: Iterable[str]) -> str:
        """Return the names of the roles: "Förvaltningschef och Kommunchef"."""
        return joined(self.policy.role_label(role) for role in roles)

    def point(self, item: Item, text: object, detail: object = "") -> Point:
        """Return a point of a list, with the strength and the section that the item has of its own."""
        source = ""
        if item.section:
            own = self.policy.source(item.section)
            source = cite([own]).removeprefix(f"{own.document}, ")
        return Point(str(text), str(detail), item.strength, source)

    def who(self, label: object, roles: Sequence[str]) -> list[Part]:
        """Return a part that names roles, or nothing when there are none."""
        return [part(label, self.roles(roles))] if roles else []


V = TypeVar("V", bound=Value)
Describe = Callable[[Any, Teller], list[Part]]
DESCRIBERS: dict[str, Describe] = {}


def describes(key: Key[V]) -> Callable[[Callable[[V, Teller], list[Part]]], Callable[[V, Teller], list[Part]]]:
    """Register the function as the one that says what a value of the kind means."""

    def register(function: Callable[[V, Teller], list[Part]]) -> Callable[[V, Teller], list[Part]]:
        DESCRIBERS[str(key)] = function
        return function

    return register


def part(label: object, text: object, detail: object = "") -> Part:
    """Return a part with one point."""
    return Part(str(label), (Point(str(text), str(detail)),))


def listed_part(label: object, texts: Iterable[object], *, ordered: bool = False) -> Part:
    """Return a part with a point for each text."""
    return Part(str(label), tuple(Point(str(text)) for text in texts), ordered)


def joined(words: Iterable[object]) -> str:
    """Return "a, b och c"."""
    texts = [str(word) for word in words]
    if len(texts) < 2:
        return "".join(texts)
    return _("%(first)s och %(last)s") % {"first": ", ".join(texts[:-1]), "last": texts[-1]}


def sentences(*texts: object) -> str:
    """Return the texts that are not empty, with a space between."""
    return " ".join(str(text) for text in texts if text)


def sentence(text: str) -> str:
    """Return the text with a full stop, unless it is empty or has one."""
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."


def upper_first(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def months(count: int) -> str:
    """Return how often something is done, given in months."""
    if count == 1:
        return _("varje månad")
    if count % 12 == 0:
        return ngettext("varje år", "vart %(years)s:e år", count // 12) % {"years": count // 12}
    return _("varje halvår") if count == 6 else _("var %(count)s:e månad") % {"count": count}


def deadline(limit: Deadline) -> tuple[str, str]:
    """Return the limit and how it is counted: ("48 timmar", "Räknas bara på vardagar.")."""
    if limit.value is None:
        if not limit.word:
            return "", ""
        return upper_first(limit.word), _(
            "Inget antal timmar eller dagar är bestämt. Systemet visar hur gammalt det är."
        )
    if limit.value == 0:
        return upper_first(limit.word or _("genast")), ""
    if limit.unit == "days":
        length = ngettext("%(count)s dag", "%(count)s dagar", limit.value) % {"count": limit.value}
    else:
        length = ngettext("%(count)s timme", "%(count)s timmar", limit.value) % {"count": limit.value}
    if limit.word:
        length = _("%(word)s, senast inom %(length)s") % {"word": upper_first(limit.word), "length": length.lower()}
    return length, str(_COUNTED[limit.calendar])


_COUNTED = {
    "working_days": gettext_lazy("Räknas bara på vardagar."),
    "clock": gettext_lazy("Räknas dygnet runt, även på helger."),
    None: gettext_lazy("Dokumentet säger inte hur tiden räknas. Systemet räknar dygnet runt, även på helger."),
}

# What people call the platforms. A key that is not here is shown as it is written: platforms are data, not a closed list.
_PLATFORMS = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "x": "X",
    "youtube": "YouTube",
    "linkedin": "LinkedIn",
    "tiktok": "TikTok",
    "threads": "Threads",
    "snapchat": "Snapchat",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "wikipedia": "Wikipedia",
    "myspace": "Myspace",
    "flickr": "Flickr",
    "slideshare": "Slideshare",
    "blog": gettext_lazy("Blogg"),
    "podcast": gettext_lazy("Podd"),
    "chat": gettext_lazy("Chatt"),
    "forum": gettext_lazy("Forum"),
    "learning": gettext_lazy("Lärplattform"),
    "other": gettext_lazy("Annan plattform"),
}


def platform_name(key: str, as_named: str = "") -> str:
    """Return what people call a platform, and beside it what the source calls it when that differs."""
    name = str(_PLATFORMS.get(key, as_named or upper_first(key.replace("_", " ").replace("-", " "))))
    if as_named and as_named.casefold() != name.casefold():
        return _("%(name)s (”%(as_named)s” i dokumentet)") % {"name": name, "as_named": as_named}
    return name
