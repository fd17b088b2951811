"""A page as PDF, by WeasyPrint."""

from typing import Any

import weasyprint
from PIL import ImageFile
from weasyprint.urls import URLFetcher

# The library lets pictures that break off be read, in the whole process. What is kept as evidence must be whole.
ImageFile.LOAD_TRUNCATED_IMAGES = False


class NoNetwork(URLFetcher):
    """Lets a document ask for nothing, from the network or from the disk: one that does is not made."""

    def __init__(self) -> None:
        super().__init__(fail_on_errors=True)

    def fetch(self, url: str, *_args: Any, **_options: Any) -> Any:
        """Refuse."""
        raise ValueError(f"the document asks for {url[:200]}")


def pdf(page: str) -> bytes:
    """Return the page as PDF/A-2a. Nothing is fetched: a document that asks for something outside fails."""
    # A line or paragraph separator would stop the library.
    page = page.replace("\u2028", "\n").replace("\u2029", "\n")
    document = weasyprint.HTML(string=page, url_fetcher=NoNetwork())
    return bytes(document.write_pdf(pdf_variant="pdf/a-2a"))
