"""Texts as they can be drawn: every character that no font of ours has is written out as [U+XXXX].

The exact text stands in the data beside the document. Here nothing may make a file that is no PDF/A, and nothing may
disappear without a trace: a reader sees that something stood there, and what.
"""

import unicodedata

from archive.pdfa.fonts import covered

_JOINERS = "\u200c\u200d"
_STYLES = "\ufe0e\ufe0f"
_TAGS = range(0xE0020, 0xE0080)  # flags of regions: the black flag before them is drawn
_MODIFIERS = range(0x1F3FB, 0x1F400)
_DIRECTIONS = {"R", "AL"}


def drawable(text: str) -> str:
    """Return the text with every character drawn or written out, and with one kind of line break."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    known = covered()
    return "".join(_shown(char, ord(char), place, text, known) for place, char in enumerate(text))


def _shown(char: str, code: int, place: int, text: str, known: frozenset[int]) -> str:
    if char in "\n\t":
        return char if char == "\n" else "    "
    if char in "\u2028\u2029\x0b\x0c\x85":
        return "\n"
    category = unicodedata.category(char)
    if char in _JOINERS:
        return char if _between_letters(text, place) else _written_out(code)
    if char in _STYLES:
        return ""  # how a sign is to be drawn; the sign itself is there
    if char == "\xad":
        return char
    if category in {"Cc", "Cf", "Cs", "Co", "Cn"} or char in "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffc":
        return _written_out(code)
    if category == "Zs":
        return char if code in known else " "
    return char if code in known else _written_out(code)


def _written_out(code: int) -> str:
    return f"[U+{code:04X}]"


def _between_letters(text: str, place: int) -> bool:
    return 0 < place < len(text) - 1 and not text[place - 1].isspace() and not text[place + 1].isspace()


def runs_from_right(text: str) -> bool:
    """Return whether the text is read from right to left: what its first letter says."""
    return next(
        (kind in _DIRECTIONS for kind in map(unicodedata.bidirectional, text) if kind in {"L", *_DIRECTIONS}), False
    )
