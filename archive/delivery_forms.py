"""What is to be delivered, and what became of a delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit
from archive import deliverable
from archive.models import Delivery, Record
from channels.forms.fields import CleanTextField
from kommun.forms import Option
from kommun.half_years import half_from, half_key, half_name, half_of

T, F = Delivery.Target, Delivery.Form
HINTS = {
    T.REGISTRAR: gettext_lazy("Registratorn hämtar paketet, och numret i diariet skrivs in här."),
    T.COLLECTION_MATTER: gettext_lazy("Som till registratorn, i ett ärende som samlar handlingarna."),
    T.SHARED_FOLDER: gettext_lazy("Filerna läggs i kommunens mapp och kontrolleras där."),
    T.E_ARCHIVE: gettext_lazy("Du hämtar paketet, lämnar det till e-arkivet och skriver in kvittensen."),
}
FORM_HINTS = {
    F.FILES: gettext_lazy("En mapp för varje handling, så som kommunen vill att mapparna heter."),
    F.BAGIT: gettext_lazy("RFC 8493, med sha-256 och sha-512."),
    F.FGS: gettext_lazy("Riksarkivets paket, E-ARK CSIP och SIP 2.1.0, med METS och PREMIS."),
}


@dataclass(frozen=True)
class Chosen:
    """What was chosen. `form` is the receiver's own where nothing else was chosen."""

    committee: Unit
    starts_on: date
    target: str
    form: str
    again: bool

    @property
    def half(self) -> str:
        """What the half-year is called."""
        return half_name(self.starts_on)

    @property
    def target_label(self) -> Any:
        """The receiver, in words."""
        return T(self.target).label

    @property
    def form_label(self) -> Any:
        """The form, in words."""
        return F(self.form).label

    @property
    def goes_on(self) -> bool:
        """Return True while the half-year is not over."""
        return half_of(timezone.localdate()) == self.starts_on


def _required(text: Any) -> dict[str, Any]:
    return {"required": text, "invalid_choice": text}


class ChooseForm(forms.Form):
    """Committee, half-year, receiver and form. Sent with GET to look, and with POST to prepare."""

    use_required_attribute = False
    mark_optional = False

    committee = forms.ChoiceField(
        label=gettext_lazy("Vilken nämnd?"), error_messages=_required(gettext_lazy("Välj en nämnd."))
    )
    half = forms.ChoiceField(
        label=gettext_lazy("Vilket halvår?"), error_messages=_required(gettext_lazy("Välj ett halvår som har börjat."))
    )
    target = forms.ChoiceField(
        label=gettext_lazy("Till vem?"),
        widget=forms.RadioSelect,
        error_messages=_required(gettext_lazy("Välj vem som ska ha handlingarna.")),
    )
    form = forms.ChoiceField(
        label=gettext_lazy("I vilken form?"),
        widget=forms.RadioSelect,
        required=False,
        error_messages=_required(gettext_lazy("Välj en form.")),
    )
    again = forms.BooleanField(
        label=gettext_lazy("Ta med det som mottagaren redan har fått"),
        required=False,
        help_text=gettext_lazy("Behövs bara när mottagaren ber om handlingarna en gång till."),
    )

    def __init__(self, *args: Any, committees: Sequence[Unit], **kwargs: Any) -> None:
        self.committees = {str(unit.pk): unit for unit in committees}
        self.receivers = {one.target: one for one in deliverable.choices(deliverable.delivery_rule())}
        halves = _halves()
        kwargs["initial"] = {
            "committee": next(iter(self.committees)),
            "half": half_key(halves[min(1, len(halves) - 1)]),  # the last one that is over
            "target": next(iter(self.receivers)),
            "form": "",
        }
        super().__init__(*args, **kwargs)
        self._choices("committee", [(key, str(unit)) for key, unit in self.committees.items()])
        self._choices("half", [(half_key(day), half_name(day)) for day in halves])
        self._choices("target", [(one.target, _receiver(one)) for one in self.receivers.values()])
        usual = Option(
            _("Den som mottagaren brukar få"),
            _("Så som regelverket säger, annars FGS till e-arkivet och filer till andra."),
        )
        self._choices("form", [("", usual), *((form.value, Option(form.label, FORM_HINTS[form])) for form in F)])

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = choices

    def chosen(self) -> Chosen:
        """Return what was chosen. Only for a form that is valid."""
        data = self.cleaned_data
        starts_on = half_from(data["half"])
        assert starts_on is not None  # noqa: S101  (the choices are half-years)
        form = data["form"] or self.receivers[data["target"]].form
        return Chosen(self.committees[data["committee"]], starts_on, data["target"], form, data["again"])


def _receiver(one: deliverable.Choice) -> Option:
    named = _("Enligt regelverket.") if one.named else ""
    name = f"{T(one.target).label}: {one.name}" if one.name else T(one.target).label
    return Option(name, " ".join(filter(None, [named, str(HINTS[T(one.target)])])))


def _halves() -> list[date]:
    """Return the half-years from the oldest record's until now, newest first."""
    now = half_of(timezone.localdate())
    oldest = Record.objects.aggregate(at=Min("occurred_at"))["at"]
    first = half_of(timezone.localdate(oldest)) if oldest else now
    found = [now]
    while found[-1] > first:
        day = found[-1]
        found.append(date(day.year, 1, 1) if day.month > 6 else date(day.year - 1, 7, 1))
    return found


class ReceiptForm(forms.Form):
    """The next step with a delivery, which is the button that was pressed. What each step needs is asked by the action."""

    use_required_attribute = False
    mark_optional = False

    act = forms.ChoiceField(
        choices=[(name, name) for name in ("deliver", "receive", "refuse", "again", "withdraw")],
        error_messages=_required(gettext_lazy("Välj vad du vill göra.")),
    )
    number = CleanTextField(
        label=gettext_lazy("Kvittensens nummer"), max_length=100, required=False,
        error_messages={"max_length": gettext_lazy("Skriv högst %(limit_value)s tecken.")},
    )  # fmt: skip
    on = forms.DateField(
        label=gettext_lazy("Vilken dag togs den emot?"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Skriv dagen som ÅÅÅÅ-MM-DD.")},
    )
    reason = CleanTextField(
        label=gettext_lazy("Varför godtogs den inte?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": gettext_lazy("Skriv högst %(limit_value)s tecken.")},
    )

    def __init__(self, *args: Any, delivery: Delivery, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": timezone.localdate()}
        super().__init__(*args, **kwargs)
        if delivery.to_registrar:
            self.fields["number"].label = _("Diarienummer")
            self.fields["number"].help_text = _("Så som det står i diariet, till exempel KS 2026/123.")

    def clean(self) -> dict[str, Any]:
        """Ask for the day of a receipt."""
        data = super().clean() or self.cleaned_data
        if data.get("act") == "receive" and not data.get("on") and "on" not in self.errors:
            self.add_error("on", _("Välj en dag."))
        return data
