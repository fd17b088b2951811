"""What is delivered, as plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import IO, Any
from uuid import UUID, uuid5

from archive.values import Secrecy


class WrongFile(Exception):
    """A file is not what it was when it was kept, or is gone. `name` is the file's, for whoever has to look for it."""

    def __init__(self, name: str, what: str) -> None:
        self.name, self.what = name, what
        super().__init__(f"{name}: {what}")


@dataclass(frozen=True)
class Source:
    """One kept file: what it must be (`sha256`, `size` in bytes), since when, and how to read it.

    `open` gives a binary stream, and raises OSError when the file is gone. `how` says how the file came here.
    """

    number: int
    name: str
    content_type: str
    size: int
    sha256: str
    kept_at: datetime
    how: str
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True)
class Item:
    """One record. `facts` is all that is known about it, as JSON can say it, text included; `folder` is where its files lie.

    `row` is the same in a few words, for the list of contents. `secrecy` is the mark that its files are delivered with.
    """

    number: int
    title: str
    folder: str
    occurred_at: datetime
    row: Mapping[str, str]
    facts: Mapping[str, Any]
    sources: tuple[Source, ...]
    secrecy: Secrecy | None = None


@dataclass(frozen=True)
class Package:
    """One half-year of one committee. `made_at` is the only time that is written, so that the same package is the same bytes.

    `name` is what the folder or file is called. Secret records are in a package of their own: `secret`.
    """

    name: str
    identifier: UUID
    title: str
    description: str
    municipality: str
    committee: str
    contact: str
    first_day: date
    last_day: date
    made_at: datetime
    software: str
    version: str
    secret: bool
    items: tuple[Item, ...]

    def identifier_of(self, what: str) -> str:
        """Return an identifier of a part, the same each time."""
        return f"urn:uuid:{uuid5(self.identifier, what)}"

    @property
    def period(self) -> str:
        """The days, both included, as ISO 8601 writes an interval."""
        return f"{self.first_day.isoformat()}/{self.last_day.isoformat()}"


@dataclass(frozen=True)
class Digest:
    """What was written, counted on the way."""

    size: int
    sha256: str
    sha512: str


@dataclass(frozen=True)
class Written:
    """One file in the package. `source` and `item` say what it is of, where it is of something."""

    path: str
    digest: Digest
    content_type: str
    created_at: datetime
    item: Item | None = None
    source: Source | None = None


def moment(value: datetime) -> str:
    """Return an instant as xs:dateTime in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
