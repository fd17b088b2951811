"""What folders and files are called: the municipality's own pattern, filled in and made safe for every file system."""

import re
import unicodedata
from collections.abc import Collection, Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# What a pattern of the municipality's may hold, and what is used where it has none of its own.
DELIVERY, DELIVERY_NAMES = "{nämnd} {halvår}", ("nämnd", "halvår", "år")
RECORD, RECORD_NAMES = (
    "{kanal}/{dag} {slag} {nummer}",
    ("kanal", "plattform", "enhet", "dag", "slag", "nummer", "diarienummer"),
)
PART = re.compile(r"\{([^{}]*)\}")
# What Windows, macOS or Linux refuses in a name, or takes for something else.
REFUSED = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
DEEPEST = 4  # folders in folders
MOST = 80  # characters of one name: several folders deep it must still be shorter than 260


class PatternError(ValueError):
    """A pattern cannot be used. `unknown` are the names in braces that mean nothing; empty when the pattern is wrong itself."""

    def __init__(self, unknown: Collection[str]) -> None:
        self.unknown = sorted(unknown)
        super().__init__(", ".join(self.unknown))


def check_pattern(pattern: str, known: Collection[str], *, folders: bool) -> None:
    """Raise PatternError unless the pattern is filled in with known names. `folders`: whether "/" may divide it."""
    if unknown := set(PART.findall(pattern)) - set(known):
        raise PatternError(unknown)
    bare = PART.sub("x", pattern)
    parts = bare.split("/") if folders else [bare]
    if re.search(r'[{}<>:"|?*\\\x00-\x1f]', bare) or (not folders and "/" in bare):
        raise PatternError([])
    if len(parts) > DEEPEST or any(not part.strip(" .") for part in parts):
        raise PatternError([])


def fill_pattern(pattern: str, values: Mapping[str, str]) -> str:
    """Return the pattern with its values, as a path that every file system takes. A value never makes a folder of its own."""
    filled = [PART.sub(lambda found: values[found[1]].replace("/", "-"), part) for part in pattern.split("/")]
    return "/".join(safe_name(part) for part in filled)


def safe_name(text: str) -> str:
    """Return a name that every file system takes, as near to the text as that can be. Never empty."""
    name = REFUSED.sub("-", unicodedata.normalize("NFC", text)).replace("/", "-")
    name = " ".join(name.split())[:MOST].strip(" .")
    if name.casefold().partition(".")[0] in DEVICES:
        name = f"_{name}"
    return name or "_"


def plain_name(text: str, most: int = MOST) -> str:
    """Return the text in lower-case letters a to z, digits and hyphens. Empty when nothing of it can be said so."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:most].strip("-")


def validate_delivery_name(pattern: str) -> None:
    """Refuse a pattern that no folder can be named by. Raises ValidationError."""
    _validate(pattern, DELIVERY_NAMES, folders=False)


def validate_record_name(pattern: str) -> None:
    """Refuse a pattern that no folders can be named by. Raises ValidationError."""
    _validate(pattern, RECORD_NAMES, folders=True)


def _validate(pattern: str, known: Collection[str], *, folders: bool) -> None:
    try:
        check_pattern(pattern, known, folders=folders)
    except PatternError as wrong:
        names = {"known": ", ".join(f"{{{name}}}" for name in known)}
        if wrong.unknown:
            text = _("{%(name)s} går inte att fylla i. Använd %(known)s.")
            raise ValidationError(text % {"name": wrong.unknown[0], **names}) from wrong
        raise ValidationError(
            _('Så kan ingen mapp heta. Skriv text och %(known)s, till exempel utan : och ".') % names
        ) from wrong
