"""Text as people give it, whichever way it comes in: one normal form, and nothing in it that nobody sees."""

import unicodedata
from typing import Any

# Characters that nobody sees and that could make a text read as something else: control characters except the line
# break and the tab, lone surrogates, and those that turn the writing direction.
_TURNS = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


def clean_text(text: Any) -> str:
    """Return the text in one normal form, without characters that nobody sees and the database cannot keep."""
    text = unicodedata.normalize("NFC", str(text))
    if text.isprintable():  # as nearly every cell of a large file is: nothing in it to take away
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        char
        for char in text
        if char in "\n\t" or (unicodedata.category(char) not in {"Cc", "Cs"} and char not in _TURNS)
    ).strip()
