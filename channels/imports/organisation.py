"""Rows about units and people. A unit is told by its key or its name, a person by the e-mail address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.importing import NEW
from accounts.models import Unit, User
from channels.imports.judging import Cells, Judgement, People, Seen, Units
from channels.imports.reading import Line
from channels.models.imports import ImportRow, ImportRun

V = ImportRow.Verdict
KINDS = {
    **{value: value for value in Unit.Kind.values},
    "nämnd": Unit.Kind.COMMITTEE,
    "styrelse": Unit.Kind.COMMITTEE,
    "förvaltning": Unit.Kind.DEPARTMENT,
    "enhet": Unit.Kind.UNIT,
    "avdelning": Unit.Kind.UNIT,
}


@dataclass
class Organisation:
    """Units and people as they are now."""

    units: Units
    people: People
    addresses: dict[str, int]

    @classmethod
    def load(cls) -> "Organisation":
        """Read everything that a row can be about. Three queries."""
        addresses = dict(EmailAddress.objects.values_list("email", "user_id"))
        return cls(
            units=Units(Unit.objects.all()),
            people=People(User.objects.select_related("unit")),
            addresses={address.lower(): user_id for address, user_id in addresses.items()},
        )


# --- Units ------------------------------------------------------------------------------------------------------------
def judge_units(lines: Sequence[Line], mapping: Mapping[str, int], found: Organisation) -> Iterator[Judgement]:
    """Yield what each row would do, in order. A parent may be a unit that the same file brings in, before or after."""
    every = [Cells(line, mapping, ImportRun.Kind.UNITS) for line in lines]
    brought = {name.casefold(): name for cells in every if (name := cells.line("name", 0))}
    seen, above = Seen(), _Above(found.units)
    for cells in every:
        _judge_unit(cells, found, brought, seen)
        above.place(cells.judgement)
    for cells in every:
        if cells.judgement.verdict != V.ERROR and above.goes_round(cells.judgement):
            cells.error("parent", _("Enheterna hör till varandra i en cirkel. Ändra någon av dem."))
            cells.judgement.settle(new=False)
    while _refuse_below_errors(every):
        pass
    for cells in every:
        yield cells.judgement


def _refuse_below_errors(every: Sequence[Cells]) -> bool:
    """Refuse units whose parent the file was to bring in and does not, and say whether there were any."""
    found = [cells.judgement for cells in every]
    made = {one.title.casefold() for one in found if one.verdict == V.CREATE}
    renamed = {one.values["name"].casefold(): one.target for one in found if one.target and "name" in one.values}
    refused = False
    for cells in every:
        values, parent = cells.judgement.values, cells.judgement.values.get("parent")
        if not isinstance(parent, str):
            continue
        word = parent.removeprefix(NEW)
        if word in renamed:
            values["parent"] = renamed[word]
        elif word not in made:
            cells.error("parent", _("Enheten den hör till har fel på sin egen rad. Rätta den först."))
            cells.judgement.settle(new=False)
            refused = True
    return refused


class _Above:
    """Which unit stands below which, as it would be after the import."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._parent: dict[str, str] = {
            str(unit.pk): str(unit.parent_id) for unit in units.by_id.values() if unit.parent_id
        }

    def place(self, found: Judgement) -> None:
        parent = found.values.get("parent")
        if parent is not None:
            self._parent[_mark(found)] = str(parent)

    def goes_round(self, found: Judgement) -> bool:
        start, passed = _mark(found), set()
        current: str | None = start
        while current is not None and current not in passed:
            passed.add(current)
            current = self._parent.get(current)
        return current == start and "parent" in found.values


def _mark(found: Judgement) -> str:
    return str(found.target) if found.target else NEW + found.title.casefold()


def _judge_unit(cells: Cells, found: Organisation, brought: Mapping[str, str], seen: Seen) -> None:
    judgement, name = cells.judgement, cells.line("name", 120)
    judgement.title = name
    unit = _unit_of(cells, name, found.units)
    if not name and unit is None and not judgement.errors:
        cells.error("name", _("Skriv vad enheten heter."))
    if not judgement.errors:
        seen.check(cells, "name", *([("unit", unit.pk)] if unit else []), ("name", cells.text("id") or name.casefold()))
    said = _said_of_unit(cells, found, brought, name)
    if judgement.errors:
        judgement.settle(new=False)
    elif unit is None:
        judgement.values = {"name": name, "kind": str(Unit.Kind.UNIT), "slug": slugify(name)[:50] or "enhet", **said}
        if "kind" not in said:
            cells.remark("kind", _("Slaget saknas. Den läggs in som enhet."))
        judgement.settle(new=True)
    else:
        judgement.target, judgement.title = unit.pk, unit.name
        _compare_unit(cells, unit, said | ({"name": name} if name else {}), found)
        judgement.settle(new=False)


def _unit_of(cells: Cells, name: str, units: Units) -> Unit | None:
    if key := cells.text("id"):
        if key not in units.by_slug:
            cells.error("id", _("Nyckeln finns inte. Lämna cellen tom om enheten är ny."))
        return units.by_slug.get(key)
    named = units.named(name) if name else []
    if len(named) > 1:
        keys = ", ".join(unit.slug for unit in named)
        cells.error("id", _("Flera enheter heter så. Skriv någon av nycklarna: %(keys)s.") % {"keys": keys})
    return named[0] if len(named) == 1 else None


def _said_of_unit(cells: Cells, found: Organisation, brought: Mapping[str, str], name: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "email": cells.email("email"),
        "phone": cells.line("phone", 30),
        "central": cells.yes_or_no("central"),
    }
    if word := cells.text("kind").casefold():
        said["kind"] = str(KINDS[word]) if word in KINDS else None
        if said["kind"] is None:
            cells.error("kind", _("Skriv nämnd, förvaltning eller enhet."))
    for key in ("manager", "registrar"):
        if text := cells.line(key, 254):
            person = found.people.find(cells, key, text)
            said[key] = person.pk if person else None
            if person is not None and not person.is_active:
                cells.remark(key, _("%(person)s är inte längre aktiv.") % {"person": person})
    if text := cells.line("parent", 120):
        said["parent"] = _parent(cells, text, found.units, brought, name)
    return {key: value for key, value in said.items() if value not in (None, "")}


def _parent(cells: Cells, text: str, units: Units, brought: Mapping[str, str], name: str) -> int | str | None:
    named = units.named(text)
    if len(named) == 1:
        return named[0].pk
    if not named and text.casefold() == name.casefold():
        cells.error("parent", _("En enhet kan inte höra till sig själv."))
    elif not named and text.casefold() in brought:
        return NEW + text.casefold()
    elif named:
        units.find(cells, "parent", text)  # says which keys to choose between
    else:
        cells.error(
            "parent", _("Ingen enhet heter ”%(name)s”. Lägg den på en egen rad i filen.") % {"name": text[:100]}
        )
    return None


def _compare_unit(cells: Cells, unit: Unit, said: dict[str, Any], found: Organisation) -> None:
    people, units, kinds = found.people, found.units, dict(Unit.Kind.choices)
    yes, no = _("ja"), _("nej")
    for key, new in said.items():
        today = getattr(unit, f"{key}_id" if key in {"parent", "manager", "registrar"} else key)
        match key:
            case "parent":
                after = new.removeprefix(NEW) if isinstance(new, str) else units.shown(new)
                shown = (units.shown(today), after)
            case "manager" | "registrar":
                shown = (people.shown(today), people.shown(new))
            case "kind":
                shown = (str(kinds[today]), str(kinds[new]))
            case "central":
                shown = (yes if today else no, yes if new else no)
            case _:
                shown = (str(today), str(new))
        cells.compare(key, today, new, shown=shown)


# --- People -----------------------------------------------------------------------------------------------------------
def judge_people(lines: Sequence[Line], mapping: Mapping[str, int], found: Organisation) -> Iterator[Judgement]:
    """Yield what each row would do, in order."""
    seen = Seen()
    for line in lines:
        cells = Cells(line, mapping, ImportRun.Kind.PEOPLE)
        _judge_person(cells, found, seen)
        yield cells.judgement


def _judge_person(cells: Cells, found: Organisation, seen: Seen) -> None:
    judgement, name, email = cells.judgement, cells.line("name", 120), cells.email("email")
    judgement.title = name or email
    if not email and not judgement.errors:
        cells.error("email", _("Skriv personens e-postadress. Den skiljer personer åt."))
    person = found.people.by_email.get(email) if email else None
    holder = found.addresses.get(email)
    if email and holder is not None and (person is None or person.pk != holder):
        cells.error("email", _("Någon annan har redan den adressen."))
    if email and not judgement.errors:
        seen.check(cells, "email", email)
    said: dict[str, Any] = {"title": cells.line("title", 120), "phone": cells.line("phone", 30)}
    if text := cells.line("unit", 120):
        unit = found.units.find(cells, "unit", text)
        said["unit"] = unit.pk if unit else None
    said = {key: value for key, value in said.items() if value not in (None, "")}
    if person is None:
        if not name and not judgement.errors:
            cells.error("name", _("Skriv vad personen heter."))
        judgement.values = {"email": email, "name": name, **said}
        judgement.settle(new=True)
        return
    judgement.target = person.pk
    for key, new in {**({"name": name} if name else {}), **said}.items():
        today: Any = person.unit_id if key == "unit" else getattr(person, key)
        shown = (found.units.shown(today), found.units.shown(new)) if key == "unit" else (str(today), str(new))
        cells.compare(key, today, new, shown=shown)
    if judgement.values and not person.is_active:
        cells.error("", _("Personen är inte längre aktiv och ändras inte."))
    judgement.settle(new=False)
