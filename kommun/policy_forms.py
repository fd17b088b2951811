"""Forms for bringing in a policy file and for putting a draft in force."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kommun.policy.loader import MAX_BYTES


class PolicyUploadForm(forms.Form):
    """A TOML file, or its text. After an error the text stands in the form, so that it can be mended there."""

    file = forms.FileField(
        label=_("Fil"),
        help_text=_("En TOML-fil, högst 1 MB. Väljer du en fil används den och inte texten nedanför."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".toml,application/toml,text/plain"}),
    )
    text = forms.CharField(
        label=_("Eller klistra in texten"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 24,
                "class": "mono-text",
                "spellcheck": "false",
                "autocapitalize": "off",
                "autocomplete": "off",
            }
        ),
    )
    filename = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two. The file comes before the text."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("file") is None and not cleaned.get("text", "").strip() and not self.errors:
            self.add_error("file", _("Välj en fil, eller klistra in texten."))
        return cleaned

    def given(self) -> tuple[str | bytes, str]:
        """Return what was given, with the name of the file. Call it on a valid form."""
        upload = self.cleaned_data["file"]
        if upload is not None:
            return upload.read(MAX_BYTES + 1), upload.name
        # Browsers send line breaks of their own kind; the file shall be the same whichever way it came in.
        return self.cleaned_data["text"].replace("\r\n", "\n"), self.cleaned_data["filename"]


class AdoptForm(forms.Form):
    """The first day, and the same day once more: an adopted version can never be changed."""

    valid_from = forms.DateField(
        label=_("Gäller från och med"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Skriv ett datum som finns, till exempel 2027-01-01.")},
    )
    confirmation = forms.CharField(
        label=_("Skriv datumet en gång till"),
        help_text=_("Till exempel 2027-01-01. Ett regelverk i kraft kan aldrig ändras, bara ersättas av ett nytt."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        cleaned: dict[str, Any] = super().clean() or {}
        day: date | None = cleaned.get("valid_from")
        if day and "confirmation" in cleaned and cleaned["confirmation"].strip() != day.isoformat():
            self.add_error("confirmation", _("Datumen är olika. Skriv %(day)s här också.") % {"day": day.isoformat()})
        return cleaned
