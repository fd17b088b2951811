"""Which websites may show our list in a frame. Pure: text in, origins for `frame-ancestors` out."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Only what cannot end the directive or the header: a host with letters, digits, dots and hyphens, and perhaps a port.
_ORIGIN = re.compile(r"https://[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::[0-9]{1,5})?")


def validate_sites(text: str) -> None:
    """Refuse lines that are no address of a website over HTTPS. Raises ValidationError that names the first one."""
    for line in text.split():
        if not _ORIGIN.fullmatch(_origin(line)):
            raise ValidationError(
                _("”%(line)s” är ingen adress. Skriv till exempel https://www.kommunen.se") % {"line": line}
            )


def embedding_sites(text: str, website: str) -> list[str]:
    """Return the origins that may show the list: those in the text, or the municipality's own website without any."""
    lines = text.split() or _own(website)
    return [origin for origin in dict.fromkeys(map(_origin, lines)) if _ORIGIN.fullmatch(origin)]


def _own(website: str) -> list[str]:
    """Return the website with and without www."""
    host = urlsplit(website).netloc.removeprefix("www.")
    return [f"https://{host}", f"https://www.{host}"] if host else []


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address.lower())
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
