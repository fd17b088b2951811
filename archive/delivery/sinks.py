"""Where a package is written: a folder or a zip. Each file is counted as it passes, and read again afterwards."""

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256, sha512
from pathlib import Path
from typing import IO, Protocol
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from archive.delivery.package import Digest, WrongFile

CHUNK = 1024 * 1024
_BIG = 2**31 - 1  # from here on a zip needs its larger form, which has to be said before the bytes


class Sink(Protocol):
    """What the writers need."""

    def put(self, path: str, chunks: Iterable[bytes], size: int) -> Digest:
        """Write one file and return what was written. `size` is what is expected. Raises ValueError for a path twice."""

    def verify(self) -> None:
        """Read everything again. Raises WrongFile with the path that is not what was written."""


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the stream a piece at a time."""
    while chunk := stream.read(CHUNK):
        yield chunk


def _counted(chunks: Iterable[bytes], write: Callable[[bytes], object]) -> Digest:
    size, first, second = 0, sha256(), sha512()
    for chunk in chunks:
        size += len(chunk)
        first.update(chunk)
        second.update(chunk)
        write(chunk)
    return Digest(size, first.hexdigest(), second.hexdigest())


def _checked(path: str) -> str:
    """Return the path. Raises ValueError for one that would leave the package."""
    parts = path.split("/")
    if not path or path.startswith("/") or "\\" in path or any(part in {"", ".", ".."} for part in parts):
        raise ValueError(f"{path!r} is no path inside a package")
    return path


class FolderSink:
    """Write into a folder that nobody else writes in. What is written is on the disk when `put` returns."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written: dict[str, Digest] = {}

    def put(self, path: str, chunks: Iterable[bytes], size: int) -> Digest:
        target = self.root / _checked(path)
        if path in self.written:
            raise ValueError(f"{path} twice")
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            self.written[path] = _counted(chunks, file.write)
            file.flush()
            os.fsync(file.fileno())
        return self.written[path]

    def verify(self) -> None:
        there = {str(file.relative_to(self.root)) for file in self.root.rglob("*") if not file.is_dir()}
        for path in sorted(there ^ set(self.written)):
            raise WrongFile(path, "missing or not ours")
        for path, digest in self.written.items():
            try:
                with (self.root / path).open("rb") as file:
                    found = _counted(pieces(file), lambda _chunk: None)
            except OSError as gone:
                raise WrongFile(path, str(gone)) from gone
            if found != digest:
                raise WrongFile(path, "changed after it was written")


class ZipSink:
    """Write a zip, without compression: pictures and PDF do not shrink, and a damaged zip can be read past the damage."""

    def __init__(self, file: Path, root: str, made_at: datetime) -> None:
        self.file, self.root = file, root
        self.written: dict[str, Digest] = {}
        self._time = max(made_at.astimezone(UTC).timetuple()[:6], (1980, 1, 1, 0, 0, 0))
        self._zip = ZipFile(file, "x", ZIP_STORED, allowZip64=True)

    def put(self, path: str, chunks: Iterable[bytes], size: int) -> Digest:
        if _checked(path) in self.written:
            raise ValueError(f"{path} twice")
        info = ZipInfo(f"{self.root}/{path}", self._time)
        info.create_system, info.external_attr = 3, 0o644 << 16  # the same bytes whichever machine writes them
        with self._zip.open(info, "w", force_zip64=size > _BIG) as file:
            self.written[path] = _counted(chunks, file.write)
        return self.written[path]

    def close(self) -> None:
        """Write the list at the end of the zip, and have everything on the disk."""
        self._zip.close()
        with self.file.open("rb+") as file:
            os.fsync(file.fileno())

    def verify(self) -> None:
        verify_zip(self.file, {f"{self.root}/{path}": digest for path, digest in self.written.items()})


def verify_zip(file: Path, expected: dict[str, Digest]) -> None:
    """Read a zip and compare it with what was written. Raises WrongFile."""
    try:
        with ZipFile(file) as found:
            for path in sorted(set(found.namelist()) ^ set(expected)):
                raise WrongFile(path, "missing or not ours")
            for path, digest in expected.items():
                with found.open(path) as stream:
                    if _counted(pieces(stream), lambda _chunk: None) != digest:
                        raise WrongFile(path, "changed after it was written")
    except (OSError, BadZipFile) as broken:
        raise WrongFile(file.name, str(broken)) from broken
