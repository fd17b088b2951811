"""What a document holds: plain values, in the order in which they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Author = Literal["municipality", "visitor", "unknown"]
LEVELS = {"1b": "pdf/a-1b", "1a": "pdf/a-1a", "2a": "pdf/a-2a", "2b": "pdf/a-2b", "2u": "pdf/a-2u", "3b": "pdf/a-3b"}
CARRIES_FILES = ("3b",)  # part 1 may hold no files, part 2 only other PDF/A


@dataclass(frozen=True)
class Fact:
    """One line of the cover or of the provenance."""

    term: str
    value: str


@dataclass(frozen=True)
class SourceFile:
    """A file that the document was made of, as it is kept beside it."""

    name: str
    what: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True)
class Post:
    """A post or a comment. `at` is when it was written, None where the platform did not say; `when` how it was shown.

    What the municipality wrote is drawn up (upprättad), what anybody else wrote has come in (inkommen). `place` counts
    the posts as they stood on the page; `answers` is the place of what it answers.
    """

    author: str
    kind: Author
    text: str
    at: datetime | None = None
    when: str = ""
    url: str = ""
    place: int = 0
    answers: int | None = None


@dataclass(frozen=True)
class Picture:
    """A picture of the page, as it was taken: PNG, JPEG, WebP or GIF."""

    name: str
    content: bytes
    alt: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file inside the document, where the level allows it. `relationship`: Source for what it was made of, else Data."""

    name: str
    content: bytes
    content_type: str
    description: str
    relationship: Literal["Source", "Data"] = "Source"


@dataclass(frozen=True)
class Sheet:
    """A whole document. `made_at` stands as its date in the metadata, so that the same sheet gives the same bytes."""

    title: str
    author: str
    description: str
    made_at: datetime
    level: str = "1b"
    lead: str = ""
    cover: Sequence[Fact] = ()
    provenance: Sequence[Fact] = ()
    notes: Sequence[str] = ()
    files: Sequence[SourceFile] = ()
    posts: Sequence[Post] = ()
    posts_note: str = ""
    texts: Sequence[Fact] = ()  # texts of files that were given: a heading and the text
    pictures: Sequence[Picture] = ()
    attachments: Sequence[Attachment] = ()
