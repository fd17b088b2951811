"""On which line of a TOML file something stands. Python's parser does not say, and a writer needs to know."""

import re

_TABLE = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+|\"[^\"]*\"|'[^']*')(\s*\.\s*[A-Za-z0-9_\-]+)*\s*=")
_PART = re.compile(r"\"[^\"]*\"|'[^']*'|[^.\s]+")


class LineIndex:
    """Maps paths such as ("rules", 3, "value") to line numbers.

    A path that stands inside a value gets the value's line.
    It reads well-formed TOML line by line; where a file is unusual, a line is left out rather than wrong.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[tuple[str | int, ...], int] = {}
        self._counts: dict[tuple[str | int, ...], int] = {}
        base: tuple[str | int, ...] = ()
        inside = ""  # the quotes of a text over several lines, while in one
        for number, line in enumerate(text.splitlines(), start=1):
            if inside:
                inside = "" if inside in line else inside
                continue
            if table := _TABLE.match(line):
                base = self._enter(table[2], repeated=table[1] == "[[")
                self._lines.setdefault(base, number)
            elif key := _KEY.match(line):
                parts = _parts(line[: key.end() - 1])
                for length in range(1, len(parts) + 1):
                    self._lines.setdefault((*base, *parts[:length]), number)
            inside = next((quotes for quotes in ('"""', "'''") if line.count(quotes) % 2), "")

    def _enter(self, name: str, *, repeated: bool) -> tuple[str | int, ...]:
        path: tuple[str | int, ...] = ()
        parts = _parts(name)
        for index, part in enumerate(parts):
            path = (*path, part)
            last = index == len(parts) - 1
            if last and repeated:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:  # a table below a repeated one belongs to the latest of them
                path = (*path, self._counts[path])
        if repeated:
            for nested in [known for known in self._counts if len(known) > len(path) and known[: len(path)] == path]:
                del self._counts[nested]
        return path

    def line_of(self, path: tuple[str | int, ...]) -> int | None:
        """Return the line of the path, or of the nearest thing around it."""
        for length in range(len(path), 0, -1):
            if line := self._lines.get(path[:length]):
                return line
        return None


def _parts(name: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(name.strip())]
