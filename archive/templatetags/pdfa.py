"""How texts stand in a document that is kept."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from archive.pdfa import drawing

register = template.Library()


@register.filter
def drawable(value: Any) -> str:
    """Return the text with what cannot be drawn written out. It is escaped after this, as every text is."""
    return drawing.drawable(str(value))


@register.filter
def oneline(value: str) -> str:
    """Return the text in one line."""
    return " ".join(value.split())


@register.filter
def side(value: Any) -> str:
    """Return the class of a text that is read from right to left, or nothing."""
    return "rtl" if drawing.runs_from_right(str(value)) else ""


@register.filter
def moment(value: datetime) -> str:
    """Return day and time with its zone, the same in every language and year: 2026-06-30 02.03 (+02:00)."""
    local = timezone.localtime(value)
    return f"{local:%Y-%m-%d %H.%M} (UTC{local.isoformat()[-6:]})"
