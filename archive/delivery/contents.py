"""What every package says about its records, whatever its form: the files, all facts as JSON, a list, and a text to read."""

import csv
import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import PurePosixPath
from typing import Any

from archive.delivery.package import Digest, Item, Package, Source, Written, WrongFile, moment
from archive.delivery.sinks import Sink, pieces
from kommun.naming import plain_name, safe_name

Tell = Callable[[int], None]  # called with the bytes of each kept file that has been written
FACTS, LIST, READ_ME = "handling.json", "innehall.csv", "las-mig.txt"
COLUMNS = [
    "nummer",
    "handling",
    "slag",
    "riktning",
    "kanal",
    "dag",
    "diarienummer",
    "sekretess",
    "fil",
    "byte",
    "sha256",
]


def nothing(_size: int) -> None:
    """Tell nobody."""


def write_items(package: Package, sink: Sink, root: str, tell: Tell, *, plain: bool) -> list[Written]:
    """Write each record's files, and what is known about it, below `root`. Raises WrongFile for a file that has changed.

    `plain`: folders and files get names of letters that every system can read; the original names stand in the facts.
    """
    written: list[Written] = []
    for item in package.items:
        folder = f"handling-{item.number}" if plain else item.folder
        place = f"{root}{folder}"
        names = _names(item, plain=plain)
        for source, name in zip(item.sources, names, strict=True):
            path = f"{place}/{name}"
            digest = _copy(source, sink, path)
            written.append(Written(path, digest, source.content_type, source.kept_at, item, source))
            tell(digest.size)
        content = _json(item, dict(zip(names, item.sources, strict=True)))
        written.append(
            Written(
                f"{place}/{FACTS}",
                put(sink, f"{place}/{FACTS}", content),
                "application/json",
                package.made_at,
                item,
            )
        )
    return written


def put(sink: Sink, path: str, content: bytes) -> Digest:
    """Write a small file."""
    return sink.put(path, [content], len(content))


def _copy(source: Source, sink: Sink, path: str) -> Digest:
    try:
        stream = source.open()
    except OSError as gone:
        raise WrongFile(source.name, "gone") from gone
    with stream:
        digest = sink.put(path, _within(stream, source), source.size)
    if (digest.sha256, digest.size) != (source.sha256, source.size):
        raise WrongFile(source.name, "wrong checksum")
    return digest


def _within(stream: Any, source: Source) -> Iterator[bytes]:
    """Yield the stream, and stop where it is longer than it can be: a zip could not hold it, and it is wrong anyway."""
    size = 0
    for chunk in pieces(stream):
        size += len(chunk)
        if size > source.size:
            raise WrongFile(source.name, "longer than it was")
        yield chunk


def _names(item: Item, *, plain: bool) -> list[str]:
    """Return what the record's files are called: numbered in order, so that no two are the same."""
    if not plain and len(item.sources) == 1:
        return [_apart(item.sources[0].name)]
    found = []
    for place, source in enumerate(item.sources, start=1):
        path = PurePosixPath(source.name)
        suffix = plain_name(path.suffix.removeprefix("."), most=10) if path.suffix else ""
        stem = plain_name(path.stem, most=60) if plain else safe_name(path.stem)
        found.append(f"{place:02}-{stem or 'fil'}{f'.{suffix}' if suffix else ''}")
    return found


def _apart(name: str) -> str:
    """Return the name as a file can have it, and another than that of our own file."""
    name = safe_name(name)
    return f"fil-{name}" if name.casefold() == FACTS else name


def _json(item: Item, files: dict[str, Source]) -> bytes:
    listed = [
        {
            "file": name,
            "original_name": source.name,
            "content_type": source.content_type,
            "size": source.size,
            "sha256": source.sha256,
            "kept_at": moment(source.kept_at),
            "how": source.how,
        }
        for name, source in files.items()
    ]
    facts = {**item.facts, "files": listed}
    return (json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def list_of_contents(package: Package, written: list[Written], root: str) -> bytes:
    """Return a CSV (RFC 4180, UTF-8) with a row for each file, and for each record without one."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for one in written:
        if one.item is None or (one.source is None and one.item.sources):
            continue
        facts = [_harmless(one.item.row.get(column, "")) for column in COLUMNS[1:8]]
        rows.writerow(
            [one.item.number, *facts, one.path.removeprefix(root), one.digest.size, one.digest.sha256],
        )
    return text.getvalue().encode()


def _harmless(value: str) -> str:
    """Return a cell that a spreadsheet takes for text."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def read_me(package: Package, form: str) -> bytes:
    """Return what a person needs who opens the package in twenty years."""
    secret = (
        "\n\nSekretessmarkerade handlingar. Varje markering står i handlingens handling.json." if package.secret else ""
    )
    return (
        f"{package.title}\n{'=' * len(package.title)}\n\n{package.description}{secret}\n\n"
        f"Kommun: {package.municipality}\nArkivbildare: {package.committee}\nTid: {package.period}\n"
        f"Form: {form}\nPaketets id: urn:uuid:{package.identifier}\nFramställt: {moment(package.made_at)}\n"
        f"Program: {package.software} {package.version}\n\n"
        "Varje handling har en egen mapp. handling.json (UTF-8) säger allt som är känt om handlingen, även dess text\n"
        "och vad som står i diariet. De andra filerna är de som hör till handlingen, oförändrade. innehall.csv räknar\n"
        "upp alla filer med kontrollsummor (sha-256).\n"
    ).encode()
