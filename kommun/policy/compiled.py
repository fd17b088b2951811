"""A policy ready to be asked: rules by key, the most specific first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, cast

from django.utils.translation import gettext as _

from kommun.policy import laws
from kommun.policy.base import MUNICIPALITY, ROLE_LABELS, Role, Scope, Source, Strength
from kommun.policy.document import MOMENTS, PLACES, Entry, GuidanceEntry, Header, PolicyDocument, RuleEntry
from kommun.policy.keys import BY_NAME, KINDS, Key, Kind, V


def cite(sources: Sequence[Source]) -> str:
    """Return "Rutin för sociala medier, avsnitt 4.2 och 4.4", or the headings where sections have no numbers."""
    by_document: dict[str, list[Source]] = {}
    for source in sources:
        by_document.setdefault(source.document, []).append(source)
    return "; ".join(f"{document}, {_sections(found)}" for document, found in by_document.items())


def _sections(sources: Sequence[Source]) -> str:
    numbered = [source.section for source in sources if source.section[:1].isdigit()]
    named = [f"”{source.heading or source.section}”" for source in sources if not source.section[:1].isdigit()]
    words = [*numbered, *named]
    text = (
        words[0]
        if len(words) == 1
        else _("%(first)s och %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
    )
    return _("avsnitt %(sections)s") % {"sections": text}


@dataclass(frozen=True)
class _Cited:
    strength: Strength
    text: str
    sources: tuple[Source, ...]
    covers: tuple[str, ...]
    law_ids: tuple[str, ...]
    scope: Scope
    version_id: int | None

    def cite(self) -> str:
        """Return document and section, to show beside a question or to keep in an event."""
        return cite(self.sources)

    def laws(self, on: date) -> list[laws.Law]:
        """Return the laws it leans on, each with what holds on the day."""
        return [laws.law(law_id, on) for law_id in self.law_ids]


@dataclass(frozen=True)
class Rule(_Cited, Generic[V]):
    """A rule of a policy version.

    `value` is typed by the key; `text` says what holds, `effect` what the system does.
    """

    key: str
    value: V
    effect: str

    @property
    def kind(self) -> Kind:
        """Number, key and title of the kind of rule."""
        return BY_NAME[self.key]


@dataclass(frozen=True)
class Guidance(_Cited):
    """A text that people follow, with the place and the moment where it is shown."""

    id: str
    place: str
    moment: str

    @property
    def place_label(self) -> str:
        """Where it is shown, in words."""
        return str(PLACES[self.place])

    @property
    def moment_label(self) -> str:
        """When it is shown, in words."""
        return str(MOMENTS[self.moment])


@dataclass(frozen=True)
class Policy:
    """One version of the policy, compiled."""

    document: PolicyDocument
    version_id: int | None = None
    rules: tuple[Rule[Any], ...] = field(init=False)
    guidance: tuple[Guidance, ...] = field(init=False)
    _by_key: dict[str, list[Rule[Any]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        order = {name: kind.number for name, kind in BY_NAME.items()}
        rules = sorted(
            (self._rule(entry) for entry in self.document.rules),
            key=lambda rule: (order[rule.key], rule.scope.specificity),
        )
        by_key: dict[str, list[Rule[Any]]] = {}
        for rule in reversed(rules):
            by_key.setdefault(rule.key, []).append(rule)
        object.__setattr__(self, "rules", tuple(rules))
        object.__setattr__(self, "guidance", tuple(map(self._guidance, self.document.guidance)))
        object.__setattr__(self, "_by_key", by_key)

    @property
    def header(self) -> Header:
        """Title, adoption, dates, owner, companions, laws."""
        return self.document.policy

    @property
    def owner(self) -> str:
        """Who answers for the document: the title in it, else the role, else nothing."""
        return self.header.owner_title or (self.role_label(self.header.owner_role) if self.header.owner_role else "")

    @property
    def silent_kinds(self) -> tuple[Kind, ...]:
        """The kinds of rule that this policy says nothing about."""
        return tuple(kind for kind in KINDS if str(kind.key) not in self._by_key)

    def rule(self, key: Key[V], scope: Scope = MUNICIPALITY) -> Rule[V] | None:
        """Return the most specific rule that applies, or None where the policy is silent."""
        return next((rule for rule in self._by_key.get(key, ()) if rule.scope.applies_to(scope)), None)

    def guidance_at(self, place: str, scope: Scope = MUNICIPALITY) -> list[Guidance]:
        """Return the texts of a place, the more binding first. Raises ValueError for a place that does not exist."""
        if place not in PLACES:
            raise ValueError(f"There is no place {place!r}.")
        found = [item for item in self.guidance if item.place == place and item.scope.applies_to(scope)]
        return sorted(found, key=lambda item: -item.strength.rank)

    def role_label(self, role: str) -> str:
        """Return what this policy calls a role: its first label, else the product's own."""
        own = self.document.role_labels.get(cast(Role, role))
        return own[0] if own else default_role_label(role)

    def role_named(self, label: str) -> str | None:
        """Return the role that a label or one of its aliases stands for."""
        for role, labels in self.document.role_labels.items():
            if label.casefold() in map(str.casefold, labels):
                return role
        return None

    def source(self, section: str) -> Source:
        """Return the source of a section of this document, for an item in a value that has its own section."""
        return Source(self.header.short_title, section, self.document.sections.get(section, ""))

    def _common(self, entry: Entry) -> dict[str, Any]:
        return {
            "strength": entry.strength,
            "text": entry.text,
            "sources": tuple(self.source(section) for section in entry.sections),
            "covers": entry.covers,
            "law_ids": entry.law,
            "scope": entry.scope.as_scope(),
            "version_id": self.version_id,
        }

    def _rule(self, entry: RuleEntry) -> Rule[Any]:
        return Rule(**self._common(entry), key=entry.key, value=entry.value, effect=entry.effect)

    def _guidance(self, entry: GuidanceEntry) -> Guidance:
        return Guidance(**self._common(entry), id=entry.id, place=entry.place, moment=entry.moment)


def default_role_label(role: str) -> str:
    """Return the product's own name of a role. Raises KeyError for an unknown role."""
    return str(ROLE_LABELS[role])
