"""What no single value can show: references, repeated rules, rules that loosen one another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, Protocol

from django.utils.translation import gettext as _

from kommun.policy import keys, laws
from kommun.policy.base import ContentKind, Item, Scope, Strength, Value
from kommun.policy.document import Entry, PolicyDocument, RuleEntry
from kommun.policy.problems import Path, Reporter, listed, suggestion
from kommun.policy.values.starting import ChannelRoles, MinimumAdministrators
from kommun.policy.values.talking import NO_KINDS, ProhibitedContent, RemoveWithin


def check(document: PolicyDocument, report: Reporter) -> None:
    """Note every problem between the parts of the document."""
    _check_header(document, report)
    _check_role_labels(document, report)
    for index, rule in enumerate(document.rules):
        _check_entry(rule, ("rules", index), document, report)
    for index, guidance in enumerate(document.guidance):
        _check_entry(guidance, ("guidance", index), document, report)
    _check_guidance_ids(document, report)
    _check_repeated(document, report)
    _check_looser(document, report)
    _check_administrators(document, report)


def _check_law(law_id: str, path: Path, report: Reporter) -> None:
    if law_id not in laws.by_id():
        hint = suggestion(law_id, laws.by_id()) or " " + _("Lagarna är: %(ids)s.") % {"ids": listed(laws.by_id())}
        report.add(path, _("Okänd lag ”%(law)s”.") % {"law": law_id} + hint)


def _check_section(section: str, path: Path, document: PolicyDocument, report: Reporter) -> None:
    if section not in document.sections:
        hint = suggestion(section, document.sections)
        report.add(path, _("Avsnittet ”%(section)s” står inte under [sections].") % {"section": section} + hint)


def _check_header(document: PolicyDocument, report: Reporter) -> None:
    header = document.policy
    start = header.valid_from or header.adopted_on
    if header.review_on and start and header.review_on <= start:
        report.add(
            ("policy", "review_on"), _("Datumet för översyn ska vara efter den dag då regelverket börjar gälla.")
        )
    for index, named in enumerate(header.laws):
        _check_law(named.law, ("policy", "laws", index, "law"), report)
    for name in ("laws", "companions", "bound"):
        for index, item in enumerate(getattr(header, name)):
            for section in item.sections:
                _check_section(section, ("policy", name, index, "sections"), document, report)


def _check_role_labels(document: PolicyDocument, report: Reporter) -> None:
    owners: dict[str, str] = {}
    for role, labels in document.role_labels.items():
        for label in labels:
            folded = label.casefold()
            if folded in owners:
                report.add(
                    ("role_labels", role),
                    _("Namnet ”%(label)s” används redan för rollen %(role)s.")
                    % {"label": label, "role": owners[folded]},
                )
            owners[folded] = role


def _check_entry(entry: Entry, path: Path, document: PolicyDocument, report: Reporter) -> None:
    if not entry.sections:
        report.add((*path, "sections"), _("Ange källan: minst ett avsnitt ur [sections]."))
    for section in entry.sections:
        _check_section(section, (*path, "sections"), document, report)
    for law_id in entry.law:
        _check_law(law_id, (*path, "law"), report)
    if len(set(entry.covers)) != len(entry.covers):
        report.add((*path, "covers"), _("Samma rad står två gånger i ”covers”."))
    if isinstance(entry, RuleEntry):
        dumped = entry.value.model_dump(mode="json")
        _check_inside(dumped, (*path, "value"), document, report)


def _check_inside(value: object, path: Path, document: PolicyDocument, report: Reporter) -> None:
    """Check every `section` and `law` inside a value."""
    if isinstance(value, dict):
        if isinstance(section := value.get("section"), str):
            _check_section(section, (*path, "section"), document, report)
        if isinstance(named := value.get("law"), list):
            for law_id in named:
                _check_law(law_id, (*path, "law"), report)
        for key, inner in value.items():
            _check_inside(inner, (*path, key), document, report)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_inside(inner, (*path, index), document, report)


def _check_guidance_ids(document: PolicyDocument, report: Reporter) -> None:
    seen: set[str] = set()
    for index, guidance in enumerate(document.guidance):
        if guidance.id in seen:
            report.add(("guidance", index, "id"), _("Vägledningen ”%(id)s” står två gånger.") % {"id": guidance.id})
        seen.add(guidance.id)


def _check_repeated(document: PolicyDocument, report: Reporter) -> None:
    seen: dict[tuple[str, Scope], int] = {}
    for index, rule in enumerate(document.rules):
        place = (rule.key, rule.scope.as_scope())
        if place in seen:
            report.add(
                ("rules", index, "key"),
                _("Regeln finns redan för samma område (rules[%(index)s]). Slå ihop dem.") % {"index": seen[place]},
            )
        seen.setdefault(place, index)


def _check_looser(document: PolicyDocument, report: Reporter) -> None:
    """Note a specific rule that loosens a wider one, for every two rules that one channel can meet."""
    by_key: dict[str, list[tuple[int, RuleEntry]]] = {}
    kinds = kinds_in(document.rules)
    for index, rule in enumerate(document.rules):
        by_key.setdefault(rule.key, []).append((index, rule))
    for rules in by_key.values():
        scopes = {rule.scope.as_scope() for _index, rule in rules}
        for first, second in combinations(rules, 2):
            (index, narrow), (other, wide) = sorted(
                (first, second), key=lambda pair: pair[1].scope.as_scope().specificity, reverse=True
            )
            inner, outer = narrow.scope.as_scope(), wide.scope.as_scope()
            if inner == outer or not inner.may_meet(outer) or inner.joined(outer) in scopes - {inner}:
                continue
            if is_looser_rule(narrow, wide, kinds):
                report.add(
                    ("rules", index),
                    _("Regeln är lösare än rules[%(other)s], som gäller mer. Den får bara vara strängare.")
                    % {"other": other},
                )


class Binding(Protocol):
    """A rule, in a file or compiled."""

    @property
    def strength(self) -> Strength: ...

    @property
    def value(self) -> Any: ...


def kinds_in(rules: Iterable[Binding]) -> dict[str, ContentKind]:
    """Return which kind each category of content is of: what the law lists is statutory whatever a policy calls it.

    A category that two rules name as different kinds is left out: it could be of either.
    """
    kinds: dict[str, set[ContentKind]] = defaultdict(set)
    for rule in rules:
        if isinstance(rule.value, ProhibitedContent):
            for item in rule.value.categories:
                kinds[item.key].add(item.kind)
    own = {key: next(iter(found)) for key, found in kinds.items() if len(found) == 1}
    return own | {duty.key: duty.kind for duty in laws.book().removal_duties}


def is_looser_rule(candidate: Binding, reference: Binding, kinds: Mapping[str, ContentKind] = NO_KINDS) -> bool:
    """Return True when the candidate, or anything on its lists, binds less, or when it asks for less.

    `kinds`: which kind each category of content is of (`kinds_in`).
    """
    if candidate.strength < reference.strength or looser_value(candidate.value, reference.value, kinds):
        return True
    mine, asked = _item_strengths(candidate), _item_strengths(reference)
    return any(mine[place] < asked[place] for place in mine.keys() & asked.keys())


def _item_strengths(rule: Binding) -> dict[tuple[str, str], Strength]:
    """Return how binding each thing on the lists of a value is: a thing without a strength has that of the rule."""
    return {
        (name, item.key): item.strength or rule.strength
        for name, things in rule.value
        if isinstance(things, tuple)
        for item in things
        if isinstance(item, Item) and hasattr(item, "key")
    }


def looser_value(candidate: Value, reference: Value, kinds: Mapping[str, ContentKind] = NO_KINDS) -> bool:
    """Return True when the candidate asks for less. Values of two kinds cannot be compared: TypeError."""
    if type(candidate) is not type(reference):
        raise TypeError(f"{type(candidate).__name__} cannot be compared with {type(reference).__name__}")
    if isinstance(candidate, RemoveWithin) and isinstance(reference, RemoveWithin):
        return candidate.looser_than(reference, kinds)
    return candidate.looser_than(reference)


def _check_administrators(document: PolicyDocument, report: Reporter) -> None:
    minimum = max(
        (rule.value.count for rule in document.rules if isinstance(rule.value, MinimumAdministrators)), default=None
    )
    for index, rule in enumerate(document.rules):
        if not isinstance(rule.value, ChannelRoles) or minimum is None:
            continue
        asked = rule.value.count("administrator")
        if asked and asked.max is not None and asked.max < minimum:
            report.add(
                ("rules", index, "value", "roles"),
                _("Högst %(max)s administratörer, men %(key)s kräver minst %(min)s.")
                % {"max": asked.max, "min": minimum, "key": str(keys.MINIMUM_ADMINISTRATORS)},
            )
