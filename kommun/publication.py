"""Published pages as files: how they lie on disk, how one is written, how they are found again.

    root/current        which folder is in force, for which day and which build: replaced by rename
    root/<folder>/<id>  one page in one language: its headers and its bytes in every encoding, replaced by rename

A file is whole or not there. Its name is a digest of language and path, so no path that a visitor makes up can lead to
anything but a page that was published for exactly that path.
"""

import fcntl
import gzip
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import brotli
from django.conf import settings
from django.http import HttpResponse

IDENTITY = "identity"
# In the order of preference. Brotli at 5 makes a register page smaller than gzip at 9, in a tenth of the time.
_SUFFIXES = {"br": "-br", "gzip": "-gz", IDENTITY: ""}
_OWN = ("content-length", "etag", "last-modified", "date")  # set anew for each encoding
_MARKED_SETTINGS = ("SITE_URL", "DEMO", "SECURE_SSL_REDIRECT", "CONTENT_SECURITY_POLICY", "STATIC_URL")


def build_mark() -> str:
    """Return a mark of everything but the data that a page is made from: code, templates, translations, settings.

    What another version of the product has published is not shown by this one. Only the files are remembered: settings
    that are changed within a process must not leave their mark behind. The same for whoever asks: the languages count by
    their codes, since their names are words in the asker's language.
    """
    given = repr([getattr(settings, name) for name in _MARKED_SETTINGS] + [code for code, _name in settings.LANGUAGES])
    return sha256((given + _files_mark()).encode()).hexdigest()[:20]


@cache
def _files_mark() -> str:
    digest = sha256()
    base = Path(settings.BASE_DIR)
    folders = [
        base / name for name in ("kommun", "accounts", "channels", "archive", "moderation", "templates", "locale")
    ]
    files = [
        file
        for folder in folders
        for ending in ("py", "toml", "html", "js", "mo")
        for file in folder.rglob(f"*.{ending}")
    ]
    for file in sorted([*files, Path(settings.STATIC_ROOT) / "staticfiles.json"]):
        if file.exists():
            digest.update(str(file.relative_to(base)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Edition:
    """What `current` says: the folder in force, the one before it, and the day and the build that the pages are true for."""

    folder: str
    previous: str
    day: str
    build: str

    def holds_between(self) -> tuple[float, float]:
        """Return the instants between which the pages are right: "i dag" is another day after midnight."""
        day, zone = date.fromisoformat(self.day), ZoneInfo(settings.TIME_ZONE)
        first, last = (datetime.combine(each, time.min, tzinfo=zone) for each in (day, day + timedelta(days=1)))
        return first.timestamp(), last.timestamp()


@dataclass(frozen=True)
class Page:
    """A published answer. `headers` are Django's own; `bodies` are by encoding; `modified` is in whole seconds, UTC."""

    path: str
    language: str
    headers: tuple[tuple[str, str], ...]
    etag: str
    modified: int
    bodies: Mapping[str, bytes]

    @classmethod
    def of(cls, path: str, language: str, headers: Iterable[tuple[str, str]], body: bytes, modified: int) -> Self:
        """Return the page that Django answered with these headers and bytes, compressed."""
        given = next((value for name, value in headers if name.lower() == "etag"), "").strip('"')
        kept = tuple((name, value) for name, value in headers if name.lower() not in _OWN)
        return cls(path, language, kept, given or sha256(body).hexdigest()[:32], modified, compressed(body))

    def etag_of(self, encoding: str) -> str:
        """Return the strong validator of the bytes in the encoding."""
        return f'"{self.etag}{_SUFFIXES[encoding]}"'

    def pack(self) -> bytes:
        """Return the page as a file: one line of JSON, then the bodies."""
        about = {
            "path": self.path,
            "language": self.language,
            "headers": self.headers,
            "etag": self.etag,
            "modified": self.modified,
            "lengths": {encoding: len(body) for encoding, body in self.bodies.items()},
        }
        return json.dumps(about).encode() + b"\n" + b"".join(self.bodies.values())

    @classmethod
    def unpack(cls, data: bytes) -> "Page":
        """Return the page of a file. Raises ValueError or KeyError for what is no page, or not a whole one."""
        line, _newline, rest = data.partition(b"\n")
        about, bodies, at = json.loads(line), {}, 0
        for encoding, length in about.pop("lengths").items():
            bodies[encoding] = rest[at : at + length]
            at += length
        if at != len(rest):
            raise ValueError("the page is not whole")
        about["headers"] = tuple((name, value) for name, value in about["headers"])
        return cls(**about, bodies=bodies)


def file_name(language: str, path: str) -> str:
    """Return the name of the file of a page."""
    return blake2b(f"{language} {path}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def compressed(body: bytes) -> dict[str, bytes]:
    """Return the bytes in every encoding that makes them smaller, the best first, and as they are."""
    tried = {"br": brotli.compress(body, quality=5), "gzip": gzip.compress(body, 9, mtime=0)}
    return {**{name: data for name, data in tried.items() if len(data) < len(body)}, IDENTITY: body}


class Shelf:
    """The folder of published pages, for whoever writes it. Hold `lock` while writing."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    @contextmanager
    def lock(self) -> Iterator[bool]:
        """Yield True to the one that may write, False when somebody else is writing. Free as soon as its holder is gone."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def edition(self) -> Edition | None:
        """Return what is in force, None before anything was published."""
        try:
            return Edition(**json.loads((self.root / "current").read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def new_edition(self, day: date) -> Edition:
        """Return an edition with an empty folder of its own. It is not in force before `put_in_force`."""
        before = self.edition()
        found = Edition(f"{day:%Y%m%d}-{secrets.token_hex(6)}", before.folder if before else "", str(day), build_mark())
        (self.root / found.folder).mkdir(parents=True)
        return found

    def put_in_force(self, edition: Edition) -> None:
        """Show the edition from now on, and remove what is older than the one before it."""
        self._replace(self.root / "current", json.dumps(asdict(edition)).encode())
        for entry in self.root.iterdir():
            if entry.name.startswith("."):
                entry.unlink(missing_ok=True)  # what somebody who was killed had begun to write
            elif entry.is_dir() and entry.name not in (edition.folder, edition.previous):
                shutil.rmtree(entry, ignore_errors=True)

    def write(self, edition: Edition, language: str, path: str, answer: HttpResponse, now: float) -> None:
        """Publish one page. When nothing in it has changed since last time it keeps its file and its date."""
        page, name = Page.of(path, language, list(answer.items()), answer.content, int(now)), file_name(language, path)
        target = self.root / edition.folder / name
        for folder in filter(None, (edition.folder, edition.previous)):
            before = self.read(self.root / folder / name)
            if before is None:
                continue
            if (before.headers, before.etag, before.bodies) == (page.headers, page.etag, page.bodies):
                if folder == edition.previous:
                    target.unlink(missing_ok=True)
                    os.link(self.root / folder / name, target)
                return
            # Two versions within a second must not have the same date: somebody may hold the first one.
            page = replace(page, modified=max(page.modified, before.modified + 1))
            break
        self._replace(target, page.pack())

    def remove(self, edition: Edition, names: Iterable[str]) -> None:
        """Take pages away, by the names of their files. The dynamic page answers instead."""
        for name in names:
            (self.root / edition.folder / name).unlink(missing_ok=True)

    def names(self, edition: Edition) -> set[str]:
        """Return the names of the files that are there."""
        return {entry.name for entry in os.scandir(self.root / edition.folder) if not entry.name.startswith(".")}

    @staticmethod
    def read(file: Path) -> Page | None:
        """Return the page of a file, None when there is none that is whole."""
        try:
            return Page.unpack(file.read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @staticmethod
    def _replace(target: Path, data: bytes) -> None:
        """Write beside and rename: whoever reads gets the old file or the new one, also after a power cut."""
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
