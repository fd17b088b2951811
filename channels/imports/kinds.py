"""Kinds of file that an app above brings in. It registers what it knows; the file, the preview and the yes are the same."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from accounts.actor import Actor
from channels.imports.columns import COLUMNS, REQUIRED, Column
from channels.imports.judging import Judgement
from channels.imports.reading import Limits, Line, usual
from channels.models.imports import ImportRun


@dataclass(frozen=True)
class Importer:
    """How one kind of file is brought in.

    `judge` says what each row would do, in a fixed number of queries. `unchanged` says whether every row
    would surely do the same now; when it cannot tell, all are judged again. `write` does what was said yes to, inside the
    transaction of the import, and tells how many rows are done; it is called while no other import is applied. The rows
    are stored, so it reads them there.
    """

    columns: Sequence[Column]
    required: Sequence[tuple[str, ...]]
    limits: Limits
    judge: Callable[[ImportRun, Sequence[Line]], Iterator[Judgement]]
    unchanged: Callable[[ImportRun], bool]
    write: Callable[[ImportRun, Actor, Callable[[int], None]], None]


ABOVE: dict[str, Importer] = {}


def register(kind: str, importer: Importer) -> None:
    """Add how a kind of file is brought in. Called once, when the app above is ready."""
    ABOVE[kind], COLUMNS[kind], REQUIRED[kind] = importer, importer.columns, importer.required


def limits_of(kind: str) -> Limits:
    """Return what a file of the kind may be."""
    return ABOVE[kind].limits if kind in ABOVE else usual()
