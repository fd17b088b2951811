"""Texts as strangers write them: kept as they are, except that what nobody sees is made to show.

A hidden character can turn the reading order, hide a word or break a page. As evidence it matters that it was there, so
it is not dropped but written out, "[U+202E]". What a language or an emoji needs to be drawn right is left alone.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from archive.intake.reasons import IntakeError

MAX_TEXT = 20_000  # characters: the longest comment that a platform allows, twice over
MAX_TEXT_FILE = 2_000_000  # bytes
MAX_MARKS = 6  # accents on one letter; no language stacks more
_JOINER, _NON_JOINER = "\u200d", "\u200c"
_PICTURE_STYLE = "\ufe0f"
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800\u2028\u2029")


@dataclass(frozen=True)
class Text:
    """A text as it is kept. `notes`: how many of which hidden characters are written out."""

    text: str
    notes: dict[str, int] = field(default_factory=dict)


def clean_text(text: str, *, most: int = MAX_TEXT) -> Text:
    """Return the text with one kind of line break and with hidden characters written out.

    Raises IntakeError when it is longer than `most` characters: cutting it would change what was said.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > most:
        raise IntakeError(
            _("Texten är för lång: %(length)s tecken. Högst %(most)s får plats. Spara den som en textfil i stället.")
            % {"length": len(text), "most": most}
        )
    notes: Counter[str] = Counter()
    shown, marks = [], 0
    for place, char in enumerate(text):
        marks = marks + 1 if unicodedata.combining(char) or unicodedata.category(char) == "Mn" else 0
        if (_is_hidden(char) and not _is_needed(char, text, place)) or (marks > MAX_MARKS and char != _PICTURE_STYLE):
            name = f"U+{ord(char):04X}"
            if not notes[name] or _is_hidden(char):
                shown.append(f"[{name}]")
            notes[name] += 1
        else:
            shown.append(char)
    return Text(unicodedata.normalize("NFC", "".join(shown)).strip(), dict(sorted(notes.items())))


def clean_line(text: str, *, most: int) -> str:
    """Return a short text in one line: a name, a label. As `clean_text`; what is too long is cut, with an ellipsis."""
    line = " ".join(clean_text(text[: most * 4], most=most * 4).text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _is_hidden(char: str) -> bool:
    return char in _INVISIBLE or (char not in "\n\t" and unicodedata.category(char) in {"Cc", "Cf", "Cs"})


def _is_needed(char: str, text: str, place: int) -> bool:
    """Return True for a joiner between two characters that it can join: emojis, or letters of a script that joins."""
    if char not in (_JOINER, _NON_JOINER) or not 0 < place < len(text) - 1:
        return False
    return _joins(text[place - 1]) and _joins(text[place + 1])


def _joins(char: str) -> bool:
    if char == _PICTURE_STYLE or unicodedata.category(char) in {"So", "Sk"}:
        return True
    return unicodedata.category(char) in {
        "Lo",
        "Mn",
        "Mc",
    }  # letters without case: Arabic, Persian, the scripts of India
