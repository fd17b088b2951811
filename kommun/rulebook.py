"""The rulebook as a page reads it: the rules in chapters, the texts by place, the facts about the document.

Built from one policy version; nothing here asks the database. A search keeps what has all of its words.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy

from kommun.components import Fact
from kommun.policy import Conflict, Guidance, Law, Policy, Rule, conflicts, laws, removal_duties
from kommun.policy.compiled import cite
from kommun.policy.describe import Part, describe, scope_words
from kommun.policy.describe.header import facts
from kommun.policy.document import PLACES, Companion
from kommun.policy.keys import Kind
from kommun.policy.laws import RemovalDuty

# The work in its order, and which kinds of rule (by number) belong to each part of it.
CHAPTERS: tuple[tuple[str, object, tuple[int, ...]], ...] = (
    ("starta", gettext_lazy("Starta"), (1, 2, 3, 4, 5)),
    ("bemanna", gettext_lazy("Bemanna"), (6, 7, 8, 9, 10)),
    ("visa-avsandaren", gettext_lazy("Visa avsändaren"), (11, 12)),
    ("bevaka-och-svara", gettext_lazy("Bevaka och svara"), (13, 14, 21, 22, 31)),
    ("bilder", gettext_lazy("Bilder"), (30,)),
    ("ta-bort", gettext_lazy("Ta bort"), (15, 16, 17, 18, 19)),
    ("bevara", gettext_lazy("Registrera, bevara och gallra"), (20, 23, 24, 25, 26, 27)),
    ("avsluta", gettext_lazy("Hålla liv i eller avsluta"), (28, 29)),
    ("regelverket", gettext_lazy("Regelverket självt"), (32, 33)),
)

STRENGTHS = {
    "ska": (gettext_lazy("Ska-regel"), "blue"),
    "bör": (gettext_lazy("Bör-regel"), ""),
    "kan": (gettext_lazy("Kan-regel"), ""),
}


def anchor_of(key: str) -> str:
    """Return the id of a rule on the page: `approval.chain` is `regel-approval-chain`."""
    return "regel-" + key.replace(".", "-").replace("_", "-")


@dataclass(frozen=True)
class Card:
    """One rule, or one text that people follow (then there are no parts and no kind)."""

    entry: Rule[Any] | Guidance
    title: str
    anchor: str = ""
    parts: tuple[Part, ...] = ()
    scope: str = ""
    laws: tuple[Law, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def strength_label(self) -> object:
        """Ska-regel, Bör-regel, Kan-regel."""
        return STRENGTHS[self.entry.strength.value][0]

    @property
    def strength_kind(self) -> str:
        """The colour of the strength's tag."""
        return STRENGTHS[self.entry.strength.value][1]


@dataclass(frozen=True)
class Chapter:
    """Rules that belong together, or texts of one place."""

    anchor: str
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class LawRow:
    """A law as the document names it, where it does so, and what holds today."""

    as_named: str
    law: Law
    source: str


@dataclass(frozen=True)
class Rulebook:
    """Everything on the page. `found` counts rules and texts, after the search when there was one."""

    policy: Policy
    chapters: tuple[Chapter, ...]
    places: tuple[Chapter, ...]
    silent: tuple[Kind, ...]
    facts: tuple[Fact, ...]
    companions: tuple[Companion, ...]
    laws: tuple[LawRow, ...]
    outdated: tuple[LawRow, ...]
    duties: tuple[RemovalDuty, ...]
    conflicts: tuple[tuple[Conflict, tuple[Card, ...]], ...]
    found: int


def build(policy: Policy, *, today: date, search: str = "") -> Rulebook:
    """Return the rulebook of a version. `today` decides which law is in force; `search`: words that must all occur."""
    wanted = search.casefold().split()
    clashes = conflicts(policy)
    cards = _rule_cards(policy, clashes, today)
    chapters = []
    for anchor, title, numbers in CHAPTERS:
        own = tuple(card for card in cards if card.entry.kind.number in numbers and _has(card, wanted))  # type: ignore[union-attr]  # rules only
        if own:
            chapters.append(Chapter(anchor, str(title), own))
    places = _places(policy, wanted, today)
    named = _laws(policy, today)
    return Rulebook(
        policy=policy,
        chapters=tuple(chapters),
        places=places,
        silent=policy.silent_kinds,
        facts=tuple(Fact(term, "; ".join(said)) for term, said in facts(policy) if said),
        companions=policy.header.companions,
        laws=named,
        outdated=tuple(row for row in named if row.law.outdated),
        duties=tuple(removal_duties(today)),
        conflicts=tuple((clash, tuple(card for card in cards if clash in card.conflicts)) for clash in clashes),
        found=sum(len(chapter.cards) for chapter in (*chapters, *places)),
    )


def _rule_cards(policy: Policy, clashes: list[Conflict], today: date) -> list[Card]:
    seen: Counter[str] = Counter()
    cards = []
    for rule in policy.rules:
        seen[rule.key] += 1
        anchor = anchor_of(rule.key)
        cards.append(
            Card(
                entry=rule,
                title=str(rule.kind.title),
                anchor=anchor if seen[rule.key] == 1 else f"{anchor}-{seen[rule.key]}",
                parts=tuple(describe(rule, policy)),
                scope=scope_words(rule.scope),
                laws=tuple(rule.laws(today)),
                conflicts=tuple(clash for clash in clashes if rule.key in clash.keys),
            )
        )
    return cards


def _places(policy: Policy, wanted: list[str], today: date) -> tuple[Chapter, ...]:
    found = []
    for place, label in PLACES.items():
        texts = sorted((item for item in policy.guidance if item.place == place), key=lambda item: -item.strength.rank)
        cards = [
            Card(
                entry=item,
                title=item.moment_label,
                scope=scope_words(item.scope),
                laws=tuple(item.laws(today)),
            )
            for item in texts
        ]
        if kept := tuple(card for card in cards if _has(card, wanted, str(label))):
            found.append(Chapter("plats-" + place.replace(".", "-").replace("_", "-"), str(label), kept))
    return tuple(found)


def _has(card: Card, wanted: list[str], *more: str) -> bool:
    if not wanted:
        return True
    said = [card.title, card.entry.text, card.entry.cite(), card.scope, *more]
    if isinstance(card.entry, Rule):
        said.append(card.entry.effect)
    for part in card.parts:
        said += [part.label, *(f"{point.text} {point.detail}" for point in part.points)]
    said += [name for law in card.laws for name in (law.entry.name, law.entry.short, law.entry.sfs)]
    haystack = " ".join(said).casefold()
    return all(word in haystack for word in wanted)


def _laws(policy: Policy, today: date) -> tuple[LawRow, ...]:
    return tuple(
        LawRow(named.as_named, laws.law(named.law, today), _cite(policy, named.sections))
        for named in policy.header.laws
    )


def _cite(policy: Policy, sections: Iterable[str]) -> str:
    sources = [policy.source(section) for section in sections]
    return cite(sources) if sources else ""
