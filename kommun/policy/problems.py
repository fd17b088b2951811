"""What is wrong with a policy file, said so that the person who wrote it can mend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from kommun.policy.document import PolicyDocument
from kommun.policy.keys import BY_NAME
from kommun.policy.lines import LineIndex

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where it is, what was found, what was expected."""

    file: str
    path: str
    expected: str
    found: str = ""
    line: int | None = None
    rule: str = ""

    def __str__(self) -> str:
        where = self.file if self.line is None else _("%(file)s, rad %(line)s") % {"file": self.file, "line": self.line}
        parts = [where]
        if self.path:
            parts.append(
                _("%(path)s i regeln %(rule)s") % {"path": self.path, "rule": self.rule} if self.rule else self.path
            )
        said = self.expected if not self.found else _("%(expected)s Hittade %(found)s.") % vars(self)
        return f"{', '.join(parts)}: {said}"


class PolicyFileError(Exception):
    """A policy file cannot be used. `problems` lists everything that was found, for the page or the terminal."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


def dotted(path: Path) -> str:
    """Return `rules[3].value.steps[0].role`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def show(value: Any) -> str:
    """Return what was found, shortened, as a person would quote it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return _("en tabell")
    if isinstance(value, list | tuple):
        return _("en lista")
    text = str(value)
    text = text if len(text) <= 60 else text[:57] + "…"
    return f"”{text}”" if isinstance(value, str) else text


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return " Menade du ”x”?" for a near miss, else nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return " " + _("Menade du ”%(word)s”?") % {"word": near[0]} if near else ""


def listed(words: Iterable[str]) -> str:
    """Return the words with commas between."""
    return ", ".join(words)


class Reporter:
    """Collects the problems of one file. Knows which rule a path lies in and on which line."""

    def __init__(self, file: str, text: str = "", data: Any = None) -> None:
        self.file, self.data, self.lines = file, data, LineIndex(text)
        self.problems: list[Problem] = []

    def add(self, path: Path, expected: str, found: str = "") -> None:
        """Note one problem."""
        self.problems.append(
            Problem(self.file, dotted(path), expected, found, self.lines.line_of(path), self._rule_of(path))
        )

    def raise_if_any(self) -> None:
        """Raise PolicyFileError when something was noted."""
        if self.problems:
            raise PolicyFileError(self.problems)

    def _rule_of(self, path: Path) -> str:
        entry = self.at(path[:2])
        name = entry.get("key", entry.get("id")) if len(path) > 1 and isinstance(entry, dict) else None
        return name[:60] if isinstance(name, str) and path[0] in {"rules", "guidance"} else ""

    def at(self, path: Path) -> Any:
        """Return what the file has at the path, or None."""
        here = self.data
        for part in path:
            try:
                here = here[part]
            except (KeyError, IndexError, TypeError):
                return None
        return here

    def add_validation(self, error: ValidationError) -> None:
        """Note everything that the schema refused, in plain Swedish."""
        items = error.errors(include_url=False)
        for item in items:
            # A list that is refused for what is in it is also called too short. That would only mislead.
            if item["type"] == "too_short" and any(_lies_in(other["loc"], item["loc"]) for other in items):
                continue
            path = self._plain_path(item["loc"])
            expected, found = _say(item, self, path)
            self.add(path, expected, found)

    def _plain_path(self, loc: tuple[str | int, ...]) -> Path:
        # A rule's location carries its key as an extra part, because the key chooses the model.
        if len(loc) > 2 and loc[0] == "rules" and loc[2] in BY_NAME:
            loc = loc[:2] + loc[3:]
        return tuple(part for part in loc if part != "[key]")


def _lies_in(inner: Path, outer: Path) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _say(item: Any, report: Reporter, path: Path) -> tuple[str, str]:
    """Return (what was expected, what was found) for one of pydantic's errors."""
    kind, context, value = item["type"], item.get("ctx", {}), item.get("input")
    last = str(path[-1]) if path else ""
    match kind:
        case "missing":
            return _("Nyckeln ”%(key)s” saknas.") % {"key": last}, ""
        case "extra_forbidden":
            known = report_known(report, path)
            hint = suggestion(last, known)
            text = _("Okänd nyckel ”%(key)s”.") % {"key": last} + hint
            return (
                text if hint or not known else text + " " + _("Nycklar som finns: %(keys)s.") % {"keys": listed(known)}
            ), ""
        case "union_tag_invalid":
            tag = str(context.get("tag", ""))
            hint = suggestion(tag, BY_NAME) or " " + _("Regelslagen är: %(keys)s.") % {"keys": listed(BY_NAME)}
            return _("Okänt regelslag i ”key”.") + hint, show(tag)
        case "union_tag_not_found":
            return _("Regeln saknar ”key”, som säger vilket slag av regel det är."), ""
        case "literal_error" | "enum":
            choices = [word.strip().strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
            hint = suggestion(value, choices) if isinstance(value, str) else ""
            return _("Väntade något av: %(choices)s.") % {"choices": listed(choices)} + hint, show(value)
        case "value_error":
            return str(context["error"]), ""
    return _plain_type(kind, context), show(value)


_TYPES = {
    "string": gettext_lazy("Väntade en text inom citattecken."),
    "int": gettext_lazy("Väntade ett heltal, utan citattecken."),
    "bool": gettext_lazy("Väntade true eller false, utan citattecken."),
    "tuple": gettext_lazy("Väntade en lista inom hakparenteser, [ ]."),
    "dict": gettext_lazy("Väntade en tabell med nycklar."),
    "model": gettext_lazy("Väntade en tabell med nycklar."),
    "date": gettext_lazy("Väntade ett datum, till exempel 2026-01-01, utan klockslag."),
}
# Limits that a value breaks, with the name that pydantic gives the limit.
_LIMITS = {
    "greater_than_equal": (gettext_lazy("Talet får inte vara mindre än %(limit)s."), "ge"),
    "less_than_equal": (gettext_lazy("Talet får inte vara större än %(limit)s."), "le"),
    "too_short": (gettext_lazy("Antalet värden ska vara minst %(limit)s."), "min_length"),
    "too_long": (gettext_lazy("Antalet värden får vara högst %(limit)s."), "max_length"),
    "string_too_long": (gettext_lazy("Texten får ha högst %(limit)s tecken."), "max_length"),
}


def _plain_type(kind: str, context: dict[str, Any]) -> str:
    """Return what was expected, for pydantic's simpler errors."""
    if kind in _LIMITS:
        text, limit = _LIMITS[kind]
        return str(text) % {"limit": context[limit]}
    if kind == "string_too_short":
        return _("Texten är tom.")
    if kind == "string_pattern_mismatch":
        return _pattern(context["pattern"])
    return str(_TYPES.get(kind.split("_")[0]) or _("Värdet går inte att använda här."))


def _pattern(pattern: str) -> str:
    if pattern.startswith("^[A-P]"):
        return _("Väntade en rad i regelmatrisen, till exempel C1.")
    return _("Väntade en nyckel med små bokstäver a–z, siffror, bindestreck och understreck.")


def report_known(report: Reporter, path: Path) -> list[str]:
    """Return the keys that exist where an unknown key was found."""
    schema = PolicyDocument.model_json_schema(by_alias=True)
    node: Any = schema
    for index, part in enumerate(path[:-1]):
        node = _resolve(schema, node, report.at(path[:index]))
        inside = node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part)
        node = inside or {}
    node = _resolve(schema, node, report.at(path[:-1]))
    return sorted(node.get("properties", {}))


def _resolve(schema: Any, node: Any, data: Any) -> Any:
    if "discriminator" in node and isinstance(data, dict):
        node = {"$ref": node["discriminator"]["mapping"].get(str(data.get("key")), "")}
    for option in node.get("anyOf", ()):
        if "$ref" in option or "properties" in option:
            node = option
    while node.get("$ref"):
        node = schema["$defs"].get(node["$ref"].rsplit("/", 1)[-1], {})
    return node
