"""What a row would do, in words and in values, and the look-ups that every kind of row needs. Pure: no database.

`Cells` reads one row by column key. What cannot be used becomes an error beside its column; what is missing but can be
mended later becomes a remark.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from channels.imports.columns import COLUMNS
from channels.imports.reading import Line
from channels.models.imports import ImportRow
from channels.plain_text import clean_text

V = ImportRow.Verdict
YES = frozenset({"ja", "j", "x", "sant", "true", "1", "yes", "y", "publik", "public", "öppen", "visas för allmänheten"})
NO = frozenset({"nej", "n", "falskt", "false", "0", "no", "intern", "internal", "dold", "visas inte för allmänheten"})
SEVERAL = re.compile(r"[;,\n]+")


@dataclass
class Judgement:
    """What one row would do. `changes` are (column, today, new) in words; `missing` are the keys that a new row lacks."""

    number: int
    cells: list[str]
    title: str = ""
    verdict: str = V.SAME
    target: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def settle(self, *, new: bool) -> "Judgement":
        """Decide the verdict from what has been gathered."""
        if self.errors:
            self.verdict, self.values, self.changes = V.ERROR, {}, []
        elif new:
            self.verdict = V.CREATE
        else:
            self.verdict = V.CHANGE if self.values else V.SAME
        return self

    @property
    def said(self) -> dict[str, Any]:
        """What the page shows, to store."""
        return {"errors": self.errors, "remarks": self.remarks, "changes": self.changes, "missing": self.missing}

    @property
    def core(self) -> tuple[Any, ...]:
        """What the person says yes to: equal cores do the same."""
        return (str(self.verdict), self.target, self.values)


class Cells:
    """One row by column key, with the judgement that gathers what is wrong with it."""

    def __init__(self, line: Line, mapping: Mapping[str, int], kind: str) -> None:
        self.judgement = Judgement(line.number, line.cells)
        self._kind = kind
        self._cells, self._mapping = line.cells, mapping
        if line.problem:
            self.judgement.errors.append(("", line.problem))

    def text(self, key: str, longest: int = 0) -> str:
        """Return the cell, empty when the file has no such column. Longer than allowed is an error."""
        place = self._mapping.get(key)
        text = self._cells[place] if place is not None and place < len(self._cells) else ""
        if longest and len(text) > longest:
            self.error(
                key,
                _("Texten är för lång: %(length)s tecken. Högst %(longest)s.")
                % {"length": len(text), "longest": longest},
            )
            return ""
        return text

    def line(self, key: str, longest: int) -> str:
        """Return the cell as one line."""
        return " ".join(self.text(key, longest).split())

    def error(self, key: str, reason: str) -> None:
        """Say what is wrong with a cell."""
        self.judgement.errors.append((self._label(key), reason))

    def _label(self, key: str) -> str:
        return next((str(column.label) for column in COLUMNS[self._kind] if column.key == key), "")

    def remark(self, key: str, text: str) -> None:
        """Say what the reader should know of a cell."""
        self.judgement.remarks.append((self._label(key), text))

    def yes_or_no(self, key: str) -> bool | None:
        """Return True, False, or None for an empty cell."""
        word = self.text(key).casefold()
        if not word:
            return None
        if word in YES or word in NO:
            return word in YES
        self.error(key, _("Skriv ja eller nej."))
        return None

    def whole_number(self, key: str, most: int) -> int | None:
        """Return the number, None for an empty cell. "48 timmar" is understood."""
        text = self.text(key)
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,6})(\s*(h|tim|timme|timmar|hours?))?\.?", text, re.IGNORECASE | re.ASCII)
        if found and 1 <= int(found[1]) <= most:
            return int(found[1])
        self.error(key, _("Skriv ett antal med siffror, från 1 till %(most)s.") % {"most": most})
        return None

    def day(self, key: str, today: date) -> date | None:
        """Return the day, None for an empty cell. A day to come is refused."""
        text = self.text(key)
        if not text:
            return None
        found = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})( 00:00(:00)?)?", text, re.ASCII)
        try:
            day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
        except ValueError:
            day = None
        if day is None:
            self.error(key, _("Skriv ett datum som finns, till exempel 2024-03-01."))
        elif day > today:
            self.error(key, _("Datumet har inte varit än. Skriv i dag eller en tidigare dag."))
        else:
            return day
        return None

    def email(self, key: str) -> str:
        """Return the address in lower case, empty when there is none or it is none."""
        text = self.text(key, 254).lower()
        if text:
            try:
                validate_email(text)
            except ValidationError:
                self.error(key, _("Det är ingen e-postadress. Skriv den som namn@kommunen.se."))
                return ""
        return text

    def compare(self, key: str, today: Any, new: Any, *, shown: tuple[str, str] | None = None, write: str = "") -> None:
        """Note a change from what the register says today to a new value. An empty cell has never come here."""
        if today == new or (isinstance(new, str) and isinstance(today, str) and _words(today) == _words(new)):
            return  # spaces and line breaks change on the way through a file
        before, after = shown or (str(today if today is not None else ""), str(new if new is not None else ""))
        self.judgement.values[write or key] = new
        self.judgement.changes.append((self._label(key) or key, before, after))


def _words(text: str) -> list[str]:
    return clean_text(text).split()


class People:
    """Everybody, found by address or, where only one is called so, by name, title or user name."""

    def __init__(self, users: Iterable[User], addresses: Mapping[str, int] | None = None) -> None:
        self.by_id = {user.pk: user for user in users}
        self.by_email = {user.email.lower(): user for user in self.by_id.values() if user.email}
        for address, user_id in (addresses or {}).items():  # further addresses that somebody has proved to have
            if user_id in self.by_id:
                self.by_email.setdefault(address.lower(), self.by_id[user_id])
        self._named: dict[str, set[int]] = {}
        for user in self.by_id.values():
            for word in {user.name, user.title, user.username, user.role} - {""}:
                self._named.setdefault(word.casefold(), set()).add(user.pk)

    def find(self, cells: Cells, key: str, text: str) -> User | None:
        """Return who is meant. Several with the name is an error; nobody is a remark, because that can be mended later."""
        if found := self.by_email.get(text.lower()):
            return found
        named = self._named.get(text.casefold(), set())
        if len(named) == 1:
            return self.by_id[next(iter(named))]
        if named:
            cells.error(key, _("Flera heter ”%(name)s”. Skriv personens e-postadress.") % {"name": text[:100]})
        else:
            cells.remark(key, _("Ingen i Kanalkollen heter eller har adressen ”%(name)s”.") % {"name": text[:100]})
        return None

    def shown(self, user_id: int | None) -> str:
        """Return a person in words, empty for nobody."""
        user = self.by_id.get(user_id or 0)
        return (user.email or user.name or user.username) if user else ""


class Units:
    """Every unit, found by key or, where only one is called so, by name."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.by_id = {unit.pk: unit for unit in units}
        self.by_slug = {unit.slug: unit for unit in self.by_id.values()}
        self._named: dict[str, list[Unit]] = {}
        for unit in self.by_id.values():
            self._named.setdefault(unit.name.casefold(), []).append(unit)

    def named(self, text: str) -> Sequence[Unit]:
        """Return the units that the text may mean: one by its key, or all of the name."""
        by_slug = self.by_slug.get(text)
        return [by_slug] if by_slug else self._named.get(text.casefold(), [])

    def find(self, cells: Cells, key: str, text: str) -> Unit | None:
        """Return the unit that is meant. Several of the name is an error, none is a remark."""
        named = self.named(text)
        if len(named) == 1:
            return named[0]
        if named:
            keys = ", ".join(sorted(unit.slug for unit in named))
            cells.error(key, _("Flera enheter heter så. Skriv någon av nycklarna: %(keys)s.") % {"keys": keys})
        else:
            cells.remark(key, _("Ingen enhet heter ”%(name)s”.") % {"name": text[:100]})
        return None

    def line(self, unit: Unit | None) -> list[Unit]:
        """Return the unit and every unit above it, nearest first, without asking the database."""
        found: list[Unit] = []
        while unit is not None and unit not in found:
            found.append(unit)
            unit = self.by_id.get(unit.parent_id or 0)
        return found

    def committee_of(self, unit: Unit) -> Unit | None:
        """Return the committee above the unit: the controller of personal data."""
        return next((above for above in self.line(unit) if above.kind == Unit.Kind.COMMITTEE), None)

    def shown(self, unit_id: int | None) -> str:
        """Return a unit's name, empty for none."""
        unit = self.by_id.get(unit_id or 0)
        return unit.name if unit else ""


class Seen:
    """What earlier rows of the file are about, so that the same thing is not brought in twice."""

    def __init__(self) -> None:
        self._rows: dict[Any, int] = {}

    def check(self, cells: Cells, key: str, *marks: Any) -> None:
        """Refuse the row when an earlier one has any of the marks; otherwise remember them."""
        number = cells.judgement.number
        for mark in marks:
            earlier = self._rows.setdefault(mark, number)
            if earlier != number:
                cells.error(key, _("Står redan på rad %(number)s. Ta bort den ena raden.") % {"number": earlier})
                return
