"""The pages of a PDF that somebody gave us, as pictures and text.

A stranger's PDF is no PDF/A, and no program makes one of it without changing what it says. So its pages become pictures,
its text stands beside them, and the file itself is kept as it came. It is opened in a process of its own, with limits on
memory and time: what reads PDF files is large, and the file is a stranger's.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

LONGEST = 180  # seconds
_WORKER = Path(__file__).with_name("pdf_pages_worker.py")


class PageError(ValueError):
    """The PDF could not be opened. `str(error)` says why, in plain Swedish."""


@dataclass(frozen=True)
class Page:
    """One page: a PNG, and its text."""

    picture: bytes
    text: str


def pages_of(content: bytes) -> list[Page]:
    """Return the pages of the PDF. Raises PageError when it is broken, locked, too long, or takes too much to open."""
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        path = Path(folder)
        (path / "in.pdf").write_bytes(content)
        try:
            done = subprocess.run(  # noqa: S603  (our own script)
                [sys.executable, "-I", str(_WORKER), folder], capture_output=True, timeout=LONGEST, check=False
            )
        except subprocess.TimeoutExpired as late:
            raise PageError(_("PDF-filen tar för lång tid att öppna. Skriv ut den till PDF på nytt.")) from late
        if done.returncode == 3:
            raise PageError(_("PDF-filen har för många sidor. Dela den."))
        if done.returncode != 0:
            raise PageError(_("PDF-filen går inte att öppna. Skriv ut den till PDF på nytt."))
        texts = json.loads((path / "texts.json").read_text(encoding="utf-8"))
        return [Page((path / f"{number}.png").read_bytes(), text) for number, text in enumerate(texts)]
