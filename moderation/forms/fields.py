"""Fields that several forms share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.forms.fields import CleanTextField
from kommun.forms import Option
from moderation.categories import Category

HEADINGS = {
    "statutory": _("Lagen kräver att det tas bort"),
    "other_law": _("Annat som inte är tillåtet enligt lag"),
    "house_rule": _("Kommunens egna regler"),
}
CHOOSE = {"required": _("Välj ett av alternativen."), "invalid_choice": _("Välj ett av alternativen.")}
WHEN = {"required": _("Ange dag och tid."), "invalid": _("Skriv dag och tid, till exempel 2026-11-20 15.20.")}


class MomentField(forms.DateTimeField):
    """A day and a time, with the browser's own calendar, in Swedish time."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H.%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(widget=widget, input_formats=formats, error_messages=WHEN, **kwargs)


class LongText(forms.CharField):
    """A text as it was written, in several lines: what it hides is shown when it is kept."""

    def __init__(self, *, rows: int = 4, most: int = 20_000, **kwargs: Any) -> None:
        super().__init__(
            max_length=most,
            widget=forms.Textarea(attrs={"rows": rows}),
            error_messages={"required": _("Skriv något här."), "max_length": _("Skriv högst %(limit_value)s tecken.")},
            **kwargs,
        )


class ShortText(CleanTextField):
    """A text in one line."""

    def __init__(self, *, most: int = 200, **kwargs: Any) -> None:
        messages = {"required": _("Skriv något här."), "max_length": _("Skriv högst %(limit_value)s tecken.")}
        super().__init__(max_length=most, error_messages=messages, **kwargs)


class UploadField(forms.FileField):
    """A screenshot: chosen, dropped or pasted."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.FileInput(
                attrs={"accept": "image/png,image/jpeg,image/webp,application/pdf", "data-paste": ""}
            ),
            error_messages={"empty": _("Filen är tom. Välj en fil med innehåll."), "required": _("Välj en fil.")},
            **kwargs,
        )


def category_choices(categories: list[Category], *, empty: Any = "") -> list[Any]:
    """Return the categories under their three headings, with the provision where there is one."""
    groups: list[Any] = [("", empty)] if empty else []
    for kind, heading in HEADINGS.items():
        found = [(each.key, _named(each)) for each in categories if each.kind == kind]
        if found:
            groups.append((heading, found))
    return groups


def _named(category: Category) -> Option:
    return Option(f"{category.title} ({category.law})" if category.law else category.title, category.description)
