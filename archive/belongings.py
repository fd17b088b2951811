"""What apps above keep about the records of their objects: when a matter ended, what stops disposal, and what goes with it.

The archive knows none of them: they register, as they do in `archive.readers`.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from archive.models import Record


@dataclass(frozen=True)
class Stop:
    """Why a record may not be destroyed now. `kind` is a Hold.Kind; `reason` a sentence that names nobody."""

    kind: str
    reason: str


Stops = dict[int, list[Stop]]  # by the record's id; records that nothing stops are left out
Ask = Callable[[Sequence[Record]], Stops]


@dataclass(frozen=True)
class Belongings:
    """What an app says of the records about one kind of object. Each function is called once for many.

    `closed_at`: an expression for when the object's matter ended, null while it is open, with OuterRef("subject_id") in it.
    `lock`: lock the objects with these ids, in the order that the app's own acts do, before the records are locked.
    `stops`: what stops disposal, asked again under the locks. `destroy`: destroy every copy of what the records say, in
    the transaction of the disposal, while the records are still there; nothing may point at them afterwards.
    """

    closed_at: Callable[[], Any]
    lock: Callable[[Collection[str]], object]
    stops: Ask
    destroy: Callable[[Sequence[Record]], object]


_of_subjects: dict[str, Belongings] = {}
_asked: list[Ask] = []


def register(subject_type: str, belongings: Belongings) -> None:
    """Let an app above say what belongs to the records of its objects. Raises ValueError when that is said already."""
    if subject_type in _of_subjects:
        raise ValueError(f"{subject_type}: registered twice")
    _of_subjects[subject_type] = belongings


def register_stops(ask: Ask) -> None:
    """Let any app stop the disposal of records, whatever they are about: an open request, for example.

    What makes such a stop has to call `archive.holds.lock` first, so that nothing is destroyed while it is made.
    """
    _asked.append(ask)


def subjects() -> Iterable[tuple[str, Belongings]]:
    """Return each kind of object with what its app has said."""
    return _of_subjects.items()


def lock(records: Iterable[Record]) -> None:
    """Lock the objects that the records are about."""
    for subject_type, rows in _by_subject(records).items():
        if subject_type in _of_subjects:
            _of_subjects[subject_type].lock(sorted({row.subject_id for row in rows}))


def stops(records: Sequence[Record]) -> Stops:
    """Return what apps above say stops the records."""
    found: Stops = {}
    asked = [(ask, records) for ask in _asked]
    asked += [(_of_subjects[kind].stops, rows) for kind, rows in _by_subject(records).items() if kind in _of_subjects]
    for ask, rows in asked:
        for pk, reasons in ask(rows).items():
            found.setdefault(pk, []).extend(reasons)
    return found


def destroy(records: Sequence[Record]) -> None:
    """Let every app destroy its copies of what the records say."""
    for subject_type, rows in _by_subject(records).items():
        if subject_type in _of_subjects:
            _of_subjects[subject_type].destroy(rows)


def _by_subject(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record.subject_type, []).append(record)
    return found
