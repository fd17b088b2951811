"""Text that looks like a password. Where a log-in is kept may be written; the secret itself never (matrix D6)."""

import re
import unicodedata

from django.utils.translation import gettext as _

from channels.plain_text import clean_text

_WORD = r"(?:lösen(?:ord\w*)?|losenord\w*|pass(?:word|wd|phrase|kod)?|pwd|pw|pin(?:-?kod\w*)?|kod(?:en)?|engångskod\w*)"
_SAID = re.compile(rf"\b{_WORD}\s*(?:[:=]|->|→)\s*\S", re.IGNORECASE)
# "Lösenordet är x7 …": the next word has a digit or a sign in it. "Lösenordet är i kassaskåpet" has not.
_TOLD = re.compile(rf"\b{_WORD}\s+(?:är|is)\s+(?=\S*[\d!#$%&*?@+=])\S{{4,}}", re.IGNORECASE)
_SLASHED = re.compile(r"\b\S+@\S+\s*/\s*\S{6,}")  # address / password
# A word alone with small and large letters, a digit and a sign.
_ALONE = re.compile(r"(?=\S*[a-zåäö])(?=\S*[A-ZÅÄÖ])(?=\S*\d)(?=\S*[^\w\s])\S{8,}")


def why_not_keep(text: str) -> str | None:
    """Return why the text may not be stored: it looks like a password. None for anything else."""
    text = unicodedata.normalize("NFKC", clean_text(text))  # wide signs are signs too
    if _SAID.search(text) or _TOLD.search(text) or _SLASHED.search(text) or _ALONE.fullmatch(text):
        return _(
            "Det ser ut som ett lösenord eller en kod. Skriv bara var inloggningen förvaras, aldrig själva lösenordet."
        )
    return None
