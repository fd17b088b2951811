"""Who has a stake in what (jäv): the app that owns the objects says it once, and the apps below it ask here.

The clock tells nobody who has one, the archive opens nothing to them, and lists leave out what they are kept from. None of
these know what the objects are: they have a label ("moderation.case") and an id as text, as `Record` and `Obligation` do.
Source: FL 16-18 §§, KL 6:28-32.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

People = Callable[[Collection[str]], Mapping[str, Collection[int]]]  # ids of objects → {id: ids of people}
Kept = Callable[[Any], Mapping[str, Iterable[object]]]  # a person → {label: ids of objects}
Pair = tuple[str, str]  # label and id


@dataclass(frozen=True)
class Stakes:
    """What an app says of one kind of object, in a handful of queries however many ids.

    `barred`: the people who may neither read nor act. `not_asked`: those, and who may read but not do what is waited for
    (whoever decided does not try it again); `barred` where nothing else is said.
    """

    barred: People
    not_asked: People | None = None


_stakes: dict[str, Stakes] = {}
_kept: list[Kept] = []
_pointing: dict[str, tuple[type[Any], str]] = {}


def register(stakes: Mapping[str, Stakes], kept_from: Kept) -> None:
    """Let an app say who has a stake in its objects, by label, and which of them a person is kept from.

    Raises ValueError when that is said already.
    """
    if again := set(stakes) & (set(_stakes) | set(_pointing)):
        raise ValueError(f"{', '.join(sorted(again))}: registered twice")
    _stakes.update(stakes)
    _kept.append(kept_from)


def register_pointing(model: type[Any], way: str = "") -> None:
    """Let an app between say that its rows follow what they point at by label and id. `way`: to the row that points.

    Raises ValueError when that is said already.
    """
    label = model._meta.label_lower
    if label in _stakes or label in _pointing:
        raise ValueError(f"{label}: registered twice")
    _pointing[label] = (model, way)


def barred_from(label: str, pk: object) -> frozenset[int]:
    """Return the ids of those who have a stake in the object; nobody where no app has said anything."""
    return _asked([(label, str(pk))], lambda stakes: stakes.barred).get((label, str(pk)), frozenset())


def not_asked(pairs: Iterable[Pair]) -> dict[Pair, frozenset[int]]:
    """Return for each object in which somebody has a stake the ids of those who are not to be asked about it."""
    return _asked(pairs, lambda stakes: stakes.not_asked or stakes.barred)


def _asked(pairs: Iterable[Pair], choose: Callable[[Stakes], People]) -> dict[Pair, frozenset[int]]:
    wanted: dict[str, set[str]] = {}
    pairs = set(pairs)
    behind = _behind(pairs)
    for label, pk in pairs | set(behind.values()):
        if label in _stakes:
            wanted.setdefault(label, set()).add(pk)
    found: dict[Pair, frozenset[int]] = {}
    for label, ids in wanted.items():
        people = choose(_stakes[label])(ids)
        found |= {(label, pk): frozenset(who) for pk, who in people.items() if who}
    return found | {pair: found[other] for pair, other in behind.items() if other in found}


def _behind(pairs: Iterable[Pair]) -> dict[Pair, Pair]:
    """Return for each row that points what it points at."""
    found = {}
    for label, (model, way) in _pointing.items():
        if ids := {pk for one, pk in pairs if one == label}:
            rows = model._default_manager.filter(pk__in=ids)
            for pk, kind, key in rows.values_list("pk", f"{way}subject_type", f"{way}subject_id"):
                found[label, str(pk)] = (kind, key)
    return found


def kept_from(user: Any, prefix: str = "") -> Q:
    """Return the condition for rows that point (`subject_type`, `subject_id`) at something that the person has a stake in.

    For `exclude`. `prefix`: the way to the row that points. Matches nothing where there is no stake, which costs one query;
    what somebody has a stake in is few things, so their ids are looked up.
    """
    kept: dict[str, list[str]] = {}
    for ask in _kept:
        for label, ids in ask(user).items():
            kept.setdefault(label, []).extend(map(str, ids))
    if any(kept.values()):
        for _twice in range(2):  # what is due about a sheet of a record of a case
            for label, (model, way) in _pointing.items():
                rows = model._default_manager.filter(_pointing_at(kept, way)).order_by()
                kept[label] = [str(pk) for pk in rows.values_list("pk", flat=True).distinct()]
    return _pointing_at(kept, prefix)


def _pointing_at(kept: Mapping[str, Collection[str]], way: str) -> Q:
    found = Q(pk__in=[])
    for label, ids in kept.items():
        if ids:
            found |= Q(**{f"{way}subject_type": label, f"{way}subject_id__in": ids})
    return found
