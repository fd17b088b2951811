"""What a name looks like to somebody in a hurry: `skeleton` folds characters that are mistaken for each other.

Two names with the same skeleton are hard to tell apart on a screen. A skeleton is for comparing only, never for showing.
The table is our own, from what the letters look like in Unicode's Cyrillic and Greek blocks.
"""

import unicodedata

MAX_SKELETON = 300
SEPARATORS = frozenset("._-·'’ ~+")

_LOOKS_LIKE = {
    # Digits and strokes.
    "0": "o", "1": "l", "|": "l", "!": "l", "i": "l", "ı": "l", "ȷ": "j", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h",
    "æ": "ae", "œ": "oe", "ß": "ss", "þ": "p", "ŋ": "n", "ɑ": "a", "ɡ": "g", "ɩ": "l", "ʟ": "l", "ɴ": "n", "ᴏ": "o", "ǀ": "l",
    # Cyrillic, lower case.
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ғ": "f", "һ": "h", "н": "h", "і": "l", "ӏ": "l", "ј": "j", "к": "k",
    "м": "m", "п": "n", "о": "o", "р": "p", "ԛ": "q", "г": "r", "ѕ": "s", "т": "t", "и": "u", "ц": "u", "ѵ": "v", "ѡ": "w",
    "ш": "w", "ԝ": "w", "х": "x", "у": "y", "ү": "y", "з": "3", "б": "6", "я": "r", "ь": "b", "ӕ": "ae", "є": "e", "э": "e",
    # Greek, lower case.
    "α": "a", "β": "b", "ϲ": "c", "δ": "d", "ε": "e", "η": "n", "ι": "l", "κ": "k", "μ": "u", "ν": "v", "ο": "o", "ρ": "p",
    "σ": "o", "ς": "c", "τ": "t", "υ": "u", "χ": "x", "γ": "y", "ω": "w", "ϳ": "j", "π": "n",
    # Armenian letters that are drawn like Latin ones.
    "օ": "o", "ո": "n", "ս": "u", "հ": "h", "ց": "g", "զ": "q", "յ": "j",
}  # fmt: skip
_PAIRS = (("rn", "m"), ("vv", "w"))


def skeleton(name: str) -> str:
    """Return what the name looks like: separators and marks gone, look-alike characters folded. At most 300 characters."""
    text = unicodedata.normalize("NFKC", name).casefold()
    folded = []
    for char in unicodedata.normalize("NFD", text):
        if char in SEPARATORS or unicodedata.category(char) in ("Mn", "Me", "Cf", "Pd", "Pc"):
            continue
        folded.append(_LOOKS_LIKE.get(char, char))
    looks = "".join(folded)
    for pair, single in _PAIRS:
        looks = looks.replace(pair, single)
    return looks[:MAX_SKELETON]
