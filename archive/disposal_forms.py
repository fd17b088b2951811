"""What the archivist writes: a decision, a hold and its release, why something stays, and the words that confirm."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from archive.forms import DAY
from archive.models import Hold
from channels.forms.fields import CleanTextField
from channels.models import Channel

CHOOSE = {"required": _("Välj ett av alternativen."), "invalid_choice": _("Välj ett av alternativen.")}
NUMBER = {"invalid": _("Skriv numret med siffror."), "min_value": _("Skriv numret med siffror.")}


def _line(label: Any, most: int, **options: Any) -> CleanTextField:
    messages = {"required": _("Skriv något här."), "max_length": _("Skriv högst %(limit_value)s tecken.")}
    return CleanTextField(label=label, max_length=most, error_messages=messages, **options)


def _reason(label: Any, hint: Any) -> CleanTextField:
    return _line(label, 1000, widget=forms.Textarea(attrs={"rows": 3}), help_text=hint)


class DecisionForm(forms.Form):
    """A disposal decision as it was made. The classes are those that records have."""

    use_required_attribute = False

    body = _line(_("Vem fattade beslutet?"), 200, help_text=_("Till exempel Kommunstyrelsen."))
    decided_on = forms.DateField(
        label=_("Vilken dag?"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages=DAY,
    )
    number = _line(_("Beslutets nummer"), 60, help_text=_("Diarienummer eller paragraf, till exempel KS 2026/12 § 4."))
    classes = forms.MultipleChoiceField(
        label=_("Vilka gallringsklasser gäller beslutet?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Välj minst en gallringsklass som beslutet gäller."),
            "invalid_choice": _("Välj ett av alternativen."),
        },
    )

    def __init__(self, *args: Any, classes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["classes"].choices = [(name, name) for name in classes]  # type: ignore[attr-defined]


class HoldForm(forms.Form):
    """A hold on one record, by its number, or on everything of a channel."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=_("Vad hindrar gallring?"), choices=Hold.Kind.choices, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    record_number = forms.IntegerField(
        label=_("Handlingens nummer"),
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        error_messages=NUMBER,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Numret står i listan över det som får gallras. Lämna tomt om undantaget gäller en hel kanal."),
    )
    channel = forms.ModelChoiceField(
        label=_("Eller en hel kanal"),
        queryset=Channel.objects.none(),
        required=False,
        empty_label=_("Ingen kanal"),
        error_messages=CHOOSE,
    )
    reason = _reason(_("Varför?"), _("Skriv inga namn och inget om den som har begärt ut något."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = Channel.objects.order_by("name", "pk")  # type: ignore[attr-defined]


class ReleaseForm(forms.Form):
    """Why a hold is no longer needed."""

    use_required_attribute = False

    reason = _reason(_("Varför hävs undantaget?"), _("Till exempel att handlingen är utlämnad."))


class KeepForm(forms.Form):
    """Why one record is taken off the list."""

    use_required_attribute = False

    reason = _reason(_("Varför ska handlingen vara kvar?"), _("Står i gallringsintyget. Skriv inga namn."))


class ConfirmForm(forms.Form):
    """The words that have to be typed before anything is destroyed."""

    use_required_attribute = False

    typed = _line(_("Skriv orden ovan för att bekräfta"), 60, required=False)
