"""The municipality's mark: which files can be one. The content decides, not the name."""

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

MAX_BYTES = 200 * 1024  # it is fetched with every first page


def content_type(content: bytes) -> str | None:
    """Return the media type of a PNG or an SVG, or None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "image/svg+xml" if b"<svg" in content[:4096] else None


def validate_logo(file: File) -> None:
    """Refuse what is too large, or neither PNG nor SVG. No file is fine. Raises ValidationError."""
    if not file:
        return
    try:
        content = file.read()
        file.seek(0)
    except FileNotFoundError:
        return  # lost since it was chosen: pages do without
    if len(content) > MAX_BYTES:
        raise ValidationError(_("Filen är för stor. Den får vara högst 200 kB."))
    if content_type(content) is None:
        raise ValidationError(_("Välj en SVG- eller PNG-fil."))
