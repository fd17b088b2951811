"""Law as data: what a source calls a law, and what holds today. Each entry says how it was verified."""

import json
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import Field

from kommun.policy.base import ContentKind, LawId, Short, Slug, Strict, Text

LAWS_FILE = Path(__file__).with_name("laws.toml")


class LawEntry(Strict):
    """One law. `verified`: yes (read in the text), partly, or no (a jurist must confirm before it is stated as law)."""

    id: LawId
    name: Short
    short: Short
    sfs: Short
    in_force_from: date | None = None
    in_force_to: date | None = None
    replaced_by: tuple[LawId, ...] = ()
    note: Text | None = None
    verified: str = Field(pattern="^(yes|partly|no)$")

    @property
    def cited(self) -> str:
        """Name and number: "Brottsbalken (1962:700)", "Dataskyddsförordningen, (EU) 2016/679"."""
        return f"{self.name}, {self.sfs}" if self.sfs.startswith("(") else f"{self.name} ({self.sfs})"


class RemovalDuty(Strict):
    """A kind of content that current law says must be removed, whatever the policy lists."""

    key: Slug
    title: Short
    law: LawId
    provision: Short
    crime: Short | None = None
    kind: ContentKind = "statutory"
    in_force_from: date | None = None
    in_force_to: date | None = None
    evidence: str = Field(default="image", pattern="^(image|text_only)$")
    verified: str = Field(pattern="^(yes|partly|no)$")
    note: Text | None = None


class LawBook(Strict):
    """The file of laws."""

    laws: tuple[LawEntry, ...]
    removal_duties: tuple[RemovalDuty, ...] = ()


@dataclass(frozen=True)
class Law:
    """A law as a source cites it, with what holds in its place (itself when it is in force)."""

    entry: LawEntry
    current: tuple[LawEntry, ...]

    @property
    def outdated(self) -> bool:
        """Return True when other law has taken its place."""
        return self.entry not in self.current


@cache
def book() -> LawBook:
    """Return every law that the product knows. The file is part of the code and read once."""
    data = tomllib.loads(LAWS_FILE.read_text(encoding="utf-8"))
    return LawBook.model_validate_json(json.dumps(data, default=str))


@cache
def by_id() -> dict[str, LawEntry]:
    """Return the laws by id."""
    return {entry.id: entry for entry in book().laws}


def law(law_id: str, on: date) -> Law:
    """Return a law with what holds on a day. Raises KeyError for an unknown id."""
    entry = by_id()[law_id]
    return Law(entry, tuple(_current(entry, on)))


def _current(entry: LawEntry, on: date) -> list[LawEntry]:
    if entry.in_force_to is None or on <= entry.in_force_to:
        return [entry]
    found: list[LawEntry] = []
    for successor in entry.replaced_by:
        found += [law for law in _current(by_id()[successor], on) if law not in found]
    return found


def removal_duties(on: date) -> list[RemovalDuty]:
    """Return the content that law says must be removed, as it stands on a day (lag 1998:112, 5 §)."""
    return [
        duty
        for duty in book().removal_duties
        if (duty.in_force_from is None or duty.in_force_from <= on)
        and (duty.in_force_to is None or on <= duty.in_force_to)
    ]
