"""What every rule is made of: strength, scope, roles, deadlines, and the strict model that all values share."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import total_ordering
from math import ceil
from typing import Annotated, Any, ClassVar, Literal, Self

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator


@total_ordering
class Strength(Enum):
    """How binding a rule is in its source. Ordered: KAN < BOR < SKA (never by letter, where "bör" would come first)."""

    SKA = "ska"
    BOR = "bör"
    KAN = "kan"

    @property
    def rank(self) -> int:
        """3 for ska, 2 for bör, 1 for kan."""
        return {"ska": 3, "bör": 2, "kan": 1}[self.value]

    @property
    def label(self) -> str:
        """The word to show."""
        return str({"ska": _("ska"), "bör": _("bör"), "kan": _("kan")}[self.value])

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Strength):
            return NotImplemented
        return self.rank < other.rank


@dataclass(frozen=True)
class Scope:
    """Where a question is asked from, or where a rule applies. Plain slugs: nothing here knows a channel.

    The empty scope is the whole municipality (`MUNICIPALITY`).
    """

    department: str | None = None
    platform_kind: str | None = None
    channel: str | None = None

    @property
    def specificity(self) -> int:
        """Channel outweighs kind of platform, which outweighs department: two scopes that fit never tie."""
        return 4 * bool(self.channel) + 2 * bool(self.platform_kind) + bool(self.department)

    def applies_to(self, asked: "Scope") -> bool:
        """Return True when a rule of this scope applies where the question is asked."""
        return all(mine is None or mine == theirs for mine, theirs in self._pairs(asked))

    def may_meet(self, other: "Scope") -> bool:
        """Return True when one channel could lie in both scopes."""
        return all(mine is None or theirs is None or mine == theirs for mine, theirs in self._pairs(other))

    def joined(self, other: "Scope") -> "Scope":
        """Return the scope that is in both. Ask `may_meet` first."""
        return Scope(*(mine or theirs for mine, theirs in self._pairs(other)))

    def _pairs(self, other: "Scope") -> tuple[tuple[str | None, str | None], ...]:
        return (
            (self.department, other.department),
            (self.platform_kind, other.platform_kind),
            (self.channel, other.channel),
        )


MUNICIPALITY = Scope()


@dataclass(frozen=True)
class Source:
    """Where a rule comes from. `heading` is the section's own heading, when the document's sections have no numbers."""

    document: str
    section: str
    heading: str = ""


# Organisation-derived, channel-derived and appointed roles. A policy gives them its own names in [role_labels].
Role = Literal[
    "nearest_manager",
    "department_head",
    "chief_executive",
    "committee",
    "owner",
    "deputy",
    "administrator",
    "central_administrator",
    "strategist",
    "it_communications_manager",
    "communications_unit",
    "registrar",
    "archivist",
    "security_coordinator",
    "web_editor",
    "poster",
    "subject_expert",
    "subject_manager",
]

ROLE_LABELS: dict[str, object] = {
    "nearest_manager": _("Närmaste chef"),
    "department_head": _("Förvaltningschef"),
    "chief_executive": _("Kommunchef"),
    "committee": _("Nämnd"),
    "owner": _("Kontoansvarig"),
    "deputy": _("Ersättare"),
    "administrator": _("Administratör"),
    "central_administrator": _("Central administratör"),
    "strategist": _("Kommunikationsstrateg"),
    "it_communications_manager": _("IT- och kommunikationschef"),
    "communications_unit": _("Kommunikationsenheten"),
    "registrar": _("Registrator"),
    "archivist": _("Arkivarie"),
    "security_coordinator": _("Säkerhetssamordnare"),
    "web_editor": _("Webbansvarig"),
    "poster": _("Den som publicerar"),
    "subject_expert": _("Den som är bäst insatt"),
    "subject_manager": _("Ansvarig i verksamheten"),
}


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError(_("Texten är tom."))
    return text.strip()


Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_not_blank)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_not_blank)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_\-]{0,59}$")]
LawId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9\-]{1,59}$")]
CellId = Annotated[str, StringConstraints(pattern=r"^[A-P][1-9][0-9]?$")]
Count = Annotated[int, Field(ge=0, le=1000)]


def no_repeats(values: Iterable[object], what: object) -> None:
    """Raise ValueError, with the names, when a value stands twice."""
    twice = [str(value) for value, count in Counter(values).items() if count > 1]
    if twice:
        raise ValueError(_("%(what)s står två gånger: %(names)s.") % {"what": what, "names": ", ".join(twice)})


class Strict(BaseModel):
    """Unknown keys are refused, nothing is guessed from another type, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Value(Strict):
    """The value of one kind of rule.

    `keeps`: the fields where a stricter value has all that the reference has. A flag that is true stays true, a list
    may grow but not shrink. Kinds that are ordered in another way too say so in `looser_than`.
    """

    keeps: ClassVar[tuple[str, ...]] = ()

    def looser_than(self, reference: Self) -> bool:
        """Return True when this asks for less than the reference. What cannot be ordered never does."""
        return any(_asked(getattr(reference, name)) - _asked(getattr(self, name)) for name in self.keeps)


def _asked(value: Any) -> set[Any]:
    """Return what a field asks for, things in a list by their keys."""
    if isinstance(value, bool):
        return {True} if value else set()
    return {getattr(one, "key", one) for one in value}


class Item(Strict):
    """One thing on a list in a rule. `strength` and `section` are given when they differ from those of the rule."""

    strength: Strength | None = None
    section: Short | None = None


ContentKind = Literal["statutory", "other_law", "house_rule"]
Unit = Literal["hours", "days"]
Calendar = Literal["clock", "working_days"]

# The longest run of closed days beside the weekends that a deadline can meet (Christmas), on the safe side.
HOLIDAYS_AT_ONCE = 5


class Deadline(Value):
    """A time limit. Without a number (*skyndsamt*) it has a word, and a screen shows age, never "overdue".

    `calendar` None means that the source is silent: then hours are clock hours (`counted_in`).
    """

    value: Count | None = None
    unit: Unit | None = None
    calendar: Calendar | None = None
    word: Short | None = None

    @model_validator(mode="after")
    def _number_with_unit_or_word(self) -> Self:
        if self.value is not None and self.unit is None:
            raise ValueError(_("En frist med tal behöver också ”unit”: hours eller days."))
        if self.value is None and (self.unit is not None or self.calendar is not None):
            raise ValueError(
                _("En frist utan tal kan inte ha ”unit” eller ”calendar”. Ange ”value”, eller ta bort dem.")
            )
        if self.value is None and self.word is None and self._needs_word():
            raise ValueError(_("En frist behöver ett tal (”value”) eller ett ord (”word”, till exempel skyndsamt)."))
        return self

    def _needs_word(self) -> bool:
        return True

    @property
    def counted_in(self) -> Calendar:
        """The calendar to compute with: clock hours unless the source says working days."""
        return self.calendar or "clock"

    @property
    def hours(self) -> int | None:
        """The nominal number of hours, a day being 24; None when the source gives no number."""
        if self.value is None:
            return None
        return self.value * (24 if self.unit == "days" else 1)

    @property
    def longest_hours(self) -> int | None:
        """At most how many clock hours can pass: weekends and holidays are added when working days are counted."""
        if self.hours is None or self.hours == 0 or self.counted_in == "clock":
            return self.hours
        return self.hours + 24 * (2 * ceil(self.hours / 120) + HOLIDAYS_AT_ONCE)

    def looser_than(self, reference: Self) -> bool:
        """No number is looser than a number; working days are looser than clock hours, unless surely shorter."""
        if reference.hours is None or reference.longest_hours is None:
            return False
        if self.hours is None or self.longest_hours is None:
            return True
        if self.counted_in == reference.counted_in or self.counted_in == "clock":
            return self.hours > reference.hours
        return self.longest_hours > reference.longest_hours
