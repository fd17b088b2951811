"""What somebody hands to the registrar, and what the registrar answers."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.models import DiarySheet, Record
from archive.values import Secrecy, SheetValues
from channels.forms.fields import CleanTextField
from kommun.forms import Option

DAY = {"required": gettext_lazy("Välj en dag."), "invalid": gettext_lazy("Skriv dagen som ÅÅÅÅ-MM-DD.")}
MATTERS = [
    (DiarySheet.Matter.NEW, gettext_lazy("Ett nytt ärende")),
    (DiarySheet.Matter.EXISTING, gettext_lazy("Ett ärende som finns")),
]
NUMBER = gettext_lazy("Så som det står i diariet, till exempel KS 2026/123.")


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, error_messages=DAY, **kwargs)


def _text(label: Any, most: int, **kwargs: Any) -> CleanTextField:
    messages = {
        "required": gettext_lazy("Skriv något här."),
        "max_length": gettext_lazy("Skriv högst %(limit_value)s tecken."),
    }
    return CleanTextField(label=label, max_length=most, error_messages=messages, **kwargs)


class SheetForm(forms.Form):
    """A proposed diary sheet: the facts of OSL 5:2, and the mark of OSL 5:5 where there is one."""

    use_required_attribute = False

    document_date = _day(gettext_lazy("När kom handlingen in, eller när upprättades den?"))
    counterpart = _text(
        gettext_lazy("Avsändare eller mottagare"),
        200,
        required=False,
        help_text=gettext_lazy("Kontots namn så som det visades. Lämna tomt om det inte går att veta."),
    )
    counterpart_apart = forms.BooleanField(
        label=gettext_lazy("Håll avsändare eller mottagare utanför det som alla får läsa i diariet"), required=False
    )
    concerns = _text(gettext_lazy("Vad rör handlingen?"), 300, help_text=gettext_lazy("Kort, utan känsliga uppgifter."))
    concerns_apart = forms.BooleanField(
        label=gettext_lazy("Håll vad den rör utanför det som alla får läsa i diariet"), required=False
    )
    matter = forms.ChoiceField(
        label=gettext_lazy("Vilket ärende hör den till?"),
        choices=MATTERS,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Välj om ärendet är nytt."),
            "invalid_choice": gettext_lazy("Välj om ärendet är nytt."),
        },
    )
    matter_number = _text(gettext_lazy("Ärendets nummer, om det finns"), 60, required=False, help_text=NUMBER)
    secrecy_provision = _text(
        gettext_lazy("Bestämmelse om sekretess"),
        120,
        required=False,
        help_text=gettext_lazy("Om handlingen kan vara hemlig, till exempel OSL 21 kap. 1 §. Annars tomt."),
    )
    secrecy_date = _day(gettext_lazy("Dag för sekretessmarkeringen"), required=False)
    secrecy_authority = _text(gettext_lazy("Myndighet som sätter markeringen"), 120, required=False)

    def __init__(self, *args: Any, record: Record, sheet: DiarySheet | None, **kwargs: Any) -> None:
        kwargs["initial"] = _initial(record, sheet)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Ask for the rest of a secrecy mark that has been begun: it says all three or nothing."""
        data = super().clean() or self.cleaned_data
        asked = {
            "secrecy_provision": _("Ange bestämmelsen, till exempel OSL 21 kap. 1 §."),
            "secrecy_date": _("Ange dagen för markeringen."),
            "secrecy_authority": _("Ange vilken myndighet som sätter markeringen."),
        }
        if any(data.get(name) for name in asked):
            for name, reason in asked.items():
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, reason)
        return data

    def values(self) -> SheetValues:
        """Return what is proposed. Only for a form that is valid."""
        data = dict(self.cleaned_data)
        mark = [data.pop(f"secrecy_{part}") for part in ("provision", "date", "authority")]
        return SheetValues(**data, secrecy=Secrecy(*mark) if all(mark) else None)


def _initial(record: Record, sheet: DiarySheet | None) -> dict[str, Any]:
    """Return the sheet that came back, or what the record says about itself."""
    mark = (sheet and sheet.secrecy) or record.secrecy
    secrecy = {
        "secrecy_provision": mark.provision if mark else "",
        "secrecy_date": mark.date if mark else None,
        "secrecy_authority": mark.authority if mark else "",
    }
    if sheet is None:
        return {
            "document_date": timezone.localdate(record.occurred_at),
            "counterpart": record.author,
            "matter": DiarySheet.Matter.NEW,
            **secrecy,
        }
    fields = (
        "document_date",
        "counterpart",
        "counterpart_apart",
        "concerns",
        "concerns_apart",
        "matter",
        "matter_number",
    )
    return {name: getattr(sheet, name) for name in fields} | secrecy


class AnswerForm(forms.Form):
    """The registrar's answer, which is the button that was pressed. What each answer needs is asked by the action."""

    use_required_attribute = False
    mark_optional = False

    answer = forms.ChoiceField(
        choices=[(name, name) for name in ("accept", "return", "decline")],
        error_messages={"required": gettext_lazy("Välj ett svar."), "invalid_choice": gettext_lazy("Välj ett svar.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    number = _text(gettext_lazy("Diarienummer"), 100, required=False, help_text=NUMBER)
    matter = forms.ChoiceField(
        label=gettext_lazy("Vilket ärende hör den till?"), choices=MATTERS, widget=forms.RadioSelect, required=False
    )
    reason = _text(
        gettext_lazy("Varför?"),
        1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Den som lämnade bladet läser det här. Skriv inga känsliga uppgifter."),
    )
    keeping = forms.ChoiceField(
        label=gettext_lazy("Om den inte ska diarieföras: hur hålls den då?"),
        choices=[
            (
                Record.Keeping.ORDERED.value,
                Option(gettext_lazy("Hålls ordnad"), gettext_lazy("Den går att söka här, i tidsordning.")),
            ),
            (
                Record.Keeping.MINOR.value,
                Option(
                    gettext_lazy("Ringa betydelse"), gettext_lazy("Den behöver varken diarieföras eller hållas ordnad.")
                ),
            ),
        ],
        widget=forms.RadioSelect,
        required=False,
        initial=Record.Keeping.ORDERED,
    )

    def __init__(self, *args: Any, sheet: DiarySheet, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": sheet.version, "number": sheet.matter_number, "matter": sheet.matter}
        super().__init__(*args, **kwargs)
