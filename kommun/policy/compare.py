"""What a new version changes: rule by rule, in words, and whether it asks for more or less than before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from kommun.policy import laws
from kommun.policy.base import ContentKind
from kommun.policy.checks import is_looser_rule, kinds_in
from kommun.policy.compiled import Guidance, Policy, Rule, default_role_label
from kommun.policy.describe import as_lines, scope_words
from kommun.policy.describe.header import facts


@dataclass(frozen=True)
class Shift:
    """One thing that differs. Empty `before` or `after`: it was not there, or is not there any more."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A rule or a guidance that is new, gone or different. `direction` says if a changed rule asks for more or less."""

    what: Literal["added", "removed", "changed"]
    title: str
    text: str
    scope: str = ""
    shifts: tuple[Shift, ...] = ()
    direction: Literal["", "stricter", "looser"] = ""


@dataclass(frozen=True)
class Changes:
    """Everything that differs between two versions."""

    header: tuple[Shift, ...]
    rules: tuple[Change, ...]
    guidance: tuple[Change, ...]

    @property
    def count(self) -> int:
        """How many things differ."""
        return len(self.header) + len(self.rules) + len(self.guidance)

    @property
    def looser(self) -> int:
        """How many rules ask for less than before."""
        return sum(change.direction == "looser" or change.what == "removed" for change in self.rules)


def changes(before: Policy, after: Policy) -> Changes:
    """Return what is different in `after`. Guidance is the same when its id is; rules when key and scope are."""
    old_rules = {(rule.key, rule.scope): rule for rule in before.rules}
    new_rules = {(rule.key, rule.scope): rule for rule in after.rules}
    rules: list[Change] = []
    for place in dict.fromkeys([*new_rules, *old_rules]):
        old, new = old_rules.get(place), new_rules.get(place)
        if change := _rule_change(old, new, before, after):
            rules.append(change)
    old_texts = {item.id: item for item in before.guidance}
    new_texts = {item.id: item for item in after.guidance}
    texts = [
        _guidance_change(old_texts.get(name), new_texts.get(name)) for name in dict.fromkeys([*new_texts, *old_texts])
    ]
    return Changes(
        header=(*_header(before, after), *_role_labels(before, after)),
        rules=tuple(rules),
        guidance=tuple(change for change in texts if change),
    )


def _rule_change(old: Rule[Any] | None, new: Rule[Any] | None, before: Policy, after: Policy) -> Change | None:
    known = new or old
    assert known is not None  # noqa: S101  (each place comes from one of the two)
    title, scope = str(known.kind.title), scope_words(known.scope)
    if old is None or new is None:
        return Change("removed" if new is None else "added", title, known.text, scope)
    shifts = _shifts(
        (_("Regeln"), [old.text], [new.text]),
        (_("Styrka"), [old.strength.label], [new.strength.label]),
        (_("Innebär"), as_lines(old, before), as_lines(new, after)),
        (_("Så hjälper systemet"), [old.effect], [new.effect]),
        (_("Källa"), [old.cite()], [new.cite()]),
        (_("Lagar"), _laws(old), _laws(new)),
    )
    return (
        Change("changed", title, new.text, scope, shifts, _direction(old, new, kinds_in([*before.rules, *after.rules])))
        if shifts
        else None
    )


def _laws(entry: Rule[Any] | Guidance) -> list[str]:
    return [laws.by_id()[law_id].cited for law_id in entry.law_ids]


def _direction(old: Rule[Any], new: Rule[Any], kinds: Mapping[str, ContentKind]) -> Literal["", "stricter", "looser"]:
    if is_looser_rule(new, old, kinds):
        return "looser"
    return "stricter" if is_looser_rule(old, new, kinds) else ""


def _guidance_change(old: Guidance | None, new: Guidance | None) -> Change | None:
    known = new or old
    assert known is not None  # noqa: S101  (each id comes from one of the two)
    scope = scope_words(known.scope)
    if old is None or new is None:
        return Change("removed" if new is None else "added", known.place_label, known.text, scope)
    shifts = _shifts(
        (_("Text"), [old.text], [new.text]),
        (_("Styrka"), [old.strength.label], [new.strength.label]),
        (_("Visas"), [old.place_label, old.moment_label], [new.place_label, new.moment_label]),
        (_("Gäller"), [scope_words(old.scope)], [scope]),
        (_("Källa"), [old.cite()], [new.cite()]),
        (_("Lagar"), _laws(old), _laws(new)),
    )
    return Change("changed", new.place_label, new.text, scope, shifts) if shifts else None


def _shifts(*compared: tuple[str, Iterable[str], Iterable[str]]) -> tuple[Shift, ...]:
    """Return the pairs that differ, without the lines that both have."""
    found = []
    for label, before, after in compared:
        old, new = list(before), list(after)
        gone = tuple(line for line in old if line and line not in new)
        come = tuple(line for line in new if line and line not in old)
        if gone or come:
            found.append(Shift(label, gone, come))
        elif old != new:  # the same lines in another order
            found.append(Shift(label, tuple(old), tuple(new)))
    return tuple(found)


def _header(before: Policy, after: Policy) -> tuple[Shift, ...]:
    old, new = before.header, after.header
    return _shifts(
        (_("Titel"), [old.title], [new.title]),
        (_("Kort titel"), [old.short_title], [new.short_title]),
        *((label, was, now) for (label, was), (_label, now) in zip(facts(before), facts(after), strict=True)),
        (_("Hör ihop med"), [one.title for one in old.companions], [one.title for one in new.companions]),
        (_("Lagar som nämns"), [law.as_named for law in old.laws], [law.as_named for law in new.laws]),
        (_("Anmärkningar"), old.notes, new.notes),
    )


def _role_labels(before: Policy, after: Policy) -> tuple[Shift, ...]:
    roles = dict.fromkeys([*before.document.role_labels, *after.document.role_labels])
    return _shifts(
        *(
            (
                _("Rollen %(role)s") % {"role": default_role_label(role)},
                before.document.role_labels.get(role, ()),
                after.document.role_labels.get(role, ()),
            )
            for role in roles
        )
    )
