"""What the components in templates/components/ are given. Plain values; a page builds them, a template shows them.

A template reads attributes only, so anything with the same names will do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

Words = Any  # str, a lazy translation, or SafeString: whatever a template prints


@dataclass(frozen=True)
class Status:
    """Word, icon and colour of a state. Three carriers, and the word comes first."""

    label: Words
    icon: str
    kind: Literal["", "plain", "green", "blue", "amber", "red"] = ""


# The states that pages share. An app may pass its own label with the key of the state that it looks like.
STATUSES: dict[str, Status] = {
    "todo": Status(_("Inte börjat"), "circle"),
    "now": Status(_("Gör nu"), "clock", "blue"),
    "ongoing": Status(_("Påbörjat"), "half", "amber"),
    "missing": Status(_("Svar saknas"), "alert", "red"),
    "done": Status(_("Klart"), "check", "plain"),
    "locked": Status(_("Låst"), "lock"),
    "met": Status(_("Uppfylld"), "check", "green"),
    "unmet": Status(_("Inte uppfylld"), "alert", "red"),
    "gap": Status(_("Brist"), "alert", "red"),
    "soon": Status(_("Snart"), "warning", "amber"),
    "exception": Status(_("Undantag"), "diamond", "blue"),
    "draft": Status(_("Utkast"), "edit"),
    "sent": Status(_("Skickad"), "send", "blue"),
    "waiting": Status(_("Väntar på svar"), "hourglass", "blue"),
    "changes": Status(_("Behöver ändras"), "undo", "amber"),
    "approved": Status(_("Godkänd"), "check", "green"),
    "rejected": Status(_("Avslagen"), "cross", "red"),
    "withdrawn": Status(_("Återtagen"), "minus"),
    "skipped": Status(_("Gäller inte"), "minus", "plain"),
    "active": Status(_("Öppen"), "check", "green"),
    "closing": Status(_("Avslutas"), "hourglass", "amber"),
    "closed": Status(_("Avslutad"), "archive"),
    "hidden": Status(_("Visas inte för allmänheten"), "eye-off"),
    "information": Status(_("Att känna till"), "info", "blue"),
}


@dataclass(frozen=True)
class Guard:
    """One condition of a step, met or not, with the rule it comes from."""

    text: Words
    met: bool
    rule: Words = ""


@dataclass(frozen=True)
class Step:
    """One step of several in order. A locked one says what is missing instead of showing a dead button."""

    title: Words
    state: Literal["done", "now", "open", "locked"] = "open"
    detail: Words = ""
    guards: Sequence[Guard] = ()
    status: str = ""  # a key of STATUSES, when the state is to be said in a tag too


@dataclass(frozen=True)
class Task:
    """One part of a longer form. Without a url it is locked."""

    label: Words
    url: str = ""
    status: str = "todo"  # a key of STATUSES
    status_label: Words = ""
    current: bool = False


@dataclass(frozen=True)
class SummaryRow:
    """A question and its answer, with a link to change it."""

    term: Words
    value: Words
    change_url: str = ""
    change_label: Words = ""  # what is changed, for those who hear the link without the row: "syftet"


@dataclass(frozen=True)
class LogEntry:
    """One act: when, by whom, what, under which rule."""

    when: datetime
    who: Words
    text: Words
    rule: Words = ""


@dataclass(frozen=True)
class Fact:
    """A term and its value, with a link when there is more to read."""

    term: Words
    value: Words
    url: str = ""


@dataclass(frozen=True)
class ChannelEntry:
    """A channel as the public sees it in the register."""

    name: Words
    platform: Words
    mark: str  # two letters for the platform, decoration
    account: Words  # as people know it: @tibrokommun or facebook.com/tibrokommun
    account_url: str
    purpose: Words = ""
    url: str = ""  # the channel's own page
    anchor: str = ""
    official: bool = True
    closed_on: date | None = None
    reply: Words = ""  # "Svarar inom 48 timmar på vardagar"
    facts: Sequence[Fact] = field(default_factory=tuple)


@dataclass(frozen=True)
class Column:
    """A column of a table; its label is repeated in each cell when the table is stacked on a phone."""

    label: Words
    right: bool = False
