"""From a TOML file to a checked policy document. Whatever is wrong becomes a list of problems, never a traceback."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path as FilePath
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from kommun.policy.checks import check
from kommun.policy.document import PolicyDocument
from kommun.policy.problems import Path, PolicyFileError, Problem, Reporter, suggestion

PRESETS = FilePath(__file__).with_name("presets")
MAX_BYTES = 1024 * 1024
MAX_DEPTH = 20

_AT = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")
# What Python's parser says, and what it means. The first that is found in the message is used.
_TOML_MESSAGES = (
    ("Cannot overwrite a value", gettext_lazy("Nyckeln står redan längre upp. Samma nyckel får stå en gång.")),
    ("Invalid date", gettext_lazy("Datumet finns inte. Skriv år, månad och dag: 2026-01-31.")),
    ("Cannot declare", gettext_lazy("Tabellen finns redan. Skriv [[ ]] runt namnet om det ska finnas flera.")),
    ("Cannot redefine", gettext_lazy("Tabellen finns redan. Samma tabell får stå en gång.")),
    ("Cannot mutate immutable", gettext_lazy("En tabell eller lista på en rad kan inte fyllas på längre ner.")),
    (
        "Invalid value",
        gettext_lazy("Väntade ett värde: text inom citattecken, tal, datum, true, false, [ ] eller { }."),
    ),
    ("Expected '=' after a key", gettext_lazy("Väntade = efter nyckeln.")),
    ("Unclosed array", gettext_lazy("Listan är inte avslutad: ] saknas, eller ett kommatecken mellan två värden.")),
    (
        "Unclosed inline table",
        gettext_lazy("Tabellen är inte avslutad: } saknas, eller ett kommatecken mellan två värden."),
    ),
    ("Unterminated string", gettext_lazy("Texten är inte avslutad: citattecken saknas.")),
    ("Unescaped '\\'", gettext_lazy("Skriv två omvända snedstreck (\\\\) i texten, eller använd enkla citattecken.")),
    ("Illegal character", gettext_lazy("Tecknet får inte stå här. En text på flera rader behöver tre citattecken.")),
    ("Found invalid character", gettext_lazy("Tecknet får inte stå här.")),
    ("Expected newline or end of document", gettext_lazy("Väntade ny rad: bara en nyckel per rad.")),
    ("Expected ']", gettext_lazy("Namnet på tabellen är inte avslutat: ] saknas.")),
    ("Invalid initial character for a key", gettext_lazy("En nyckel kan inte börja så. Använd a–z, siffror, - och _.")),
    ("Invalid statement", gettext_lazy("Raden är varken en nyckel, en tabell eller en kommentar (#).")),
)


@dataclass(frozen=True)
class Loaded:
    """A checked file: the document, its canonical text (JSON), the checksum of that text, and the original."""

    document: PolicyDocument
    content: str
    digest: str
    original: str


def preset_names() -> list[str]:
    """Return the names of the policies that come with the product."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def load_preset(name: str) -> Loaded:
    """Load one of the presets. Raises PolicyFileError."""
    if name not in preset_names():
        known = preset_names()
        raise PolicyFileError(
            [Problem(name, "", _("Det finns inget färdigt regelverk med det namnet.") + suggestion(name, known))]
        )
    return load_file(PRESETS / f"{name}.toml")


def load_file(path: FilePath) -> Loaded:
    """Load a file. Raises PolicyFileError, also when it cannot be read."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise PolicyFileError([Problem(path.name, "", _("Det är en mapp. Ange en fil."))]) from None
    except OSError:
        raise PolicyFileError([Problem(path.name, "", _("Filen finns inte, eller får inte läsas."))]) from None
    return load(raw, path.name)


def load(raw: bytes | str, filename: str) -> Loaded:
    """Load what somebody has written or uploaded. Raises PolicyFileError with everything that was found."""
    filename = filename.replace("\x00", "")[-100:] or _("filen")
    text = _decode(raw, filename)
    data = _parse(text, filename)
    report = Reporter(filename, text, data)
    for path, expected in _unusable(data):
        report.add(path, expected)
    report.raise_if_any()
    document = _validate(data, report)
    check(document, report)
    report.raise_if_any()
    content = canonical(document)
    return Loaded(document, content, sha256(content.encode()).hexdigest(), text)


def canonical(document: PolicyDocument) -> str:
    """Return the document as JSON text with sorted keys: equal documents have equal text."""
    values = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    values["schema"] = document.schema_version
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parse_content(content: str) -> PolicyDocument:
    """Return the document of a stored version."""
    return PolicyDocument.model_validate_json(content)


def _validate(data: dict[str, Any], report: Reporter) -> PolicyDocument:
    try:
        return PolicyDocument.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        report.add_validation(error)
    raise PolicyFileError(report.problems)


def _decode(raw: bytes | str, filename: str) -> str:
    def refuse(reason: str) -> PolicyFileError:
        return PolicyFileError([Problem(filename, "", reason)])

    if len(raw) > MAX_BYTES:
        raise refuse(_("Filen är för stor. Ett regelverk får vara högst 1 MB."))
    if isinstance(raw, str):
        text = raw.removeprefix("\ufeff")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise refuse(_("Filen har tecken som inte går att spara. Spara den som UTF-8."))
    else:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise refuse(_("Filen är sparad som UTF-16. Spara den som UTF-8."))
        try:
            # A mark at the start is what Windows' Notepad leaves; it is harmless.
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            reason = _("Filen är inte sparad som UTF-8. Troligen är å, ä eller ö sparade på ett annat sätt.")
            raise PolicyFileError([Problem(filename, "", reason, line=line)]) from None
    if not text.strip():
        raise refuse(_("Filen är tom."))
    return text


def _parse(text: str, filename: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _AT.search(message)
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        for said, meant in _TOML_MESSAGES:
            if said in message:
                raise PolicyFileError([Problem(filename, "", str(meant), line=line)]) from None
        raise PolicyFileError([Problem(filename, "", _("Raden går inte att läsa som TOML."), line=line)]) from None
    except RecursionError:
        raise PolicyFileError(
            [Problem(filename, "", _("Listor eller tabeller ligger för djupt i varandra."))]
        ) from None
    except ValueError:  # for example a date that does not exist, or a number of thousands of digits
        raise PolicyFileError([Problem(filename, "", _("Ett datum eller ett tal i filen finns inte."))]) from None


def _unusable(data: Any) -> Iterator[tuple[Path, str]]:
    """Yield what no value may be: too deep, a number without end, a control character (PostgreSQL refuses the null)."""
    stack: list[tuple[Path, Any]] = [((), data)]
    while stack:
        path, value = stack.pop()
        if len(path) > MAX_DEPTH:
            yield path[:3], _("Listor eller tabeller ligger för djupt i varandra.")
        elif isinstance(value, dict):
            for key, inner in value.items():
                if _has_control_character(key):
                    yield path, _("En nyckel har ett osynligt styrtecken.")
                else:
                    stack.append(((*path, key), inner))
        elif isinstance(value, list):
            stack.extend(((*path, index), inner) for index, inner in enumerate(value))
        elif isinstance(value, str) and _has_control_character(value):
            yield path, _("Texten har ett osynligt styrtecken. Ta bort det.")
        elif isinstance(value, float):
            yield path, _("Väntade ett heltal, inte ett decimaltal.")
        elif isinstance(value, int) and abs(value) > 10**9:
            yield path, _("Talet är för stort.")


def _has_control_character(text: str) -> bool:
    return any((ord(character) < 32 and character not in "\n\t\r") or ord(character) == 127 for character in text)
