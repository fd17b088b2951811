"""Forms that keep the register true: confirm, attest, test the log-in, who can administer, a name that was left."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import active_people
from channels.actions.upkeep import Answer
from channels.forms.fields import CleanTextField, RoleChoiceField
from channels.models import Attestation, Channel
from channels.upkeep import ShownItem, State
from kommun.forms import KeepsFile

A = Attestation.Answer


DAY = {"required": gettext_lazy("Välj en dag."), "invalid": gettext_lazy("Skriv dagen som ÅÅÅÅ-MM-DD.")}
NOTE = {"max_length": gettext_lazy("Skriv högst 500 tecken.")}


class DayField(forms.DateField):
    """A day, with the browser's own calendar. Today to begin with."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, initial=timezone.localdate, error_messages=DAY, **kwargs)


class NoteField(CleanTextField):
    """A short text in own words."""

    def __init__(self, **kwargs: Any) -> None:
        rows = kwargs.pop("rows", 2)
        super().__init__(
            max_length=500,
            required=False,
            widget=forms.Textarea(attrs={"rows": rows}),
            error_messages=NOTE,
            **kwargs,
        )


class ConfirmForm(forms.Form):
    """Is it true? The answer is the button that was pressed."""

    use_required_attribute = False
    mark_optional = False

    works = forms.BooleanField(
        label=gettext_lazy("Jag har loggat in på kontot, och det fungerade"),
        required=False,
        help_text=gettext_lazy("Frivilligt. Då är inloggningen också provad."),
    )
    wrong = NoteField(label=gettext_lazy("Vad stämmer inte?"))
    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("yes", ""), ("details", ""), ("change", ""), ("administrators", "")])

    def clean(self) -> dict[str, Any]:
        """Refuse a yes together with words on what is wrong: one of the two is a mistake."""
        data = super().clean() or self.cleaned_data
        if data.get("answer") == "yes" and data.get("wrong"):
            self.add_error("wrong", _("Du har skrivit att något inte stämmer. Ändra det först, eller ta bort texten."))
        return data


class AttestForm(KeepsFile):
    """Every item that the account must show, with the answer that holds today filled in."""

    use_required_attribute = False
    mark_optional = False
    keeps = "proof"

    def __init__(self, *args: Any, items: tuple[ShownItem, ...], **kwargs: Any) -> None:
        self.items = items
        super().__init__(*args, **kwargs)
        for item in items:
            valid = item.valid
            self.fields[f"answer-{item.key}"] = forms.ChoiceField(
                label=item.label,
                choices=self._choices(item),
                widget=forms.RadioSelect,
                required=False,
                initial=valid.answer if valid else None,
                error_messages={"invalid_choice": _("Välj ett av svaren.")},
            )
            self.fields[f"note-{item.key}"] = NoteField(
                label=_("Anteckning: %(item)s") % {"item": item.label}, initial=valid.note if valid else "", rows=1
            )
        self.fields["seen_on"] = DayField(label=_("När såg du kontot?"))
        self.fields["proof"] = forms.FileField(
            label=_("Skärmbild eller PDF"),
            required=False,
            help_text=_("Frivilligt. En bild av kontots presentation räcker för allt. Högst 10 MB."),
            widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg,.pdf"}),
            error_messages={"empty": _("Filen är tom. Välj en fil med innehåll.")},
        )

    @staticmethod
    def _choices(item: ShownItem) -> list[tuple[str, str]]:
        choices = [(A.SHOWN.value, _("Visas")), (A.NOT_SHOWN.value, _("Visas inte"))]
        if item.may_be_impossible:
            choices.append((A.NOT_POSSIBLE.value, _("Går inte på plattformen")))
        return choices

    def rows(self) -> list[dict[str, Any]]:
        """Return what the page shows for each item."""
        return [
            {"item": item, "answer": self[f"answer-{item.key}"], "note": self[f"note-{item.key}"]}
            for item in self.items
        ]

    def answers(self) -> list[Answer]:
        """Return the items that have an answer. Call it after `is_valid`."""
        data = self.cleaned_data
        return [
            Answer(item.key, data[f"answer-{item.key}"], data[f"note-{item.key}"])
            for item in self.items
            if data.get(f"answer-{item.key}")
        ]


class AccessForm(forms.Form):
    """Does the log-in work, and where is it kept?"""

    mark_optional = True

    works = forms.TypedChoiceField(
        label=gettext_lazy("Fungerar inloggningen?"),
        choices=[("yes", gettext_lazy("Ja, jag har loggat in")), ("no", gettext_lazy("Nej, det gick inte"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Välj ja eller nej.")},
    )
    strong = forms.TypedChoiceField(
        label=gettext_lazy("Har inloggningen två steg?"),
        choices=[
            ("yes", gettext_lazy("Ja")),
            ("no", gettext_lazy("Nej")),
            ("none", gettext_lazy("Plattformen erbjuder det inte")),
        ],
        coerce=lambda value: {"yes": True, "no": False}.get(value),
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Välj ett av svaren.")},
    )
    place = CleanTextField(
        label=gettext_lazy("Var och hos vem förvaras inloggningen?"),
        max_length=200,
        help_text=gettext_lazy("Skriv platsen, aldrig lösenordet. Visas inte för allmänheten."),
        error_messages={
            "required": gettext_lazy("Skriv var inloggningen förvaras."),
            "max_length": gettext_lazy("Skriv högst 200 tecken."),
        },
    )
    tested_on = DayField(label=gettext_lazy("När provade du?"))
    note = NoteField(label=gettext_lazy("Anteckning"), help_text=gettext_lazy("Behövs om det inte gick att logga in."))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, state: State, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = state.strong is not None and state.strong.value.required
        self.fields["strong"].required = asked


class AdministratorForm(forms.Form):
    """Somebody more who can administer the account."""

    user = RoleChoiceField(
        label=gettext_lazy("Vem mer kan administrera kontot?"),
        empty_label=gettext_lazy("Välj"),
        error_messages={
            "required": gettext_lazy("Välj en person."),
            "invalid_choice": gettext_lazy("Välj någon som finns i listan."),
        },
    )

    def __init__(self, *args: Any, channel: Channel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, RoleChoiceField)  # noqa: S101  (declared above)
        field.queryset = active_people().exclude(pk__in=channel.administrator_rows.values("user"))


class GiveUpForm(forms.Form):
    """The account name is not ours any more."""

    mark_optional = True

    last_day = DayField(
        label=gettext_lazy("Sista dagen som kontot var vårt"),
        help_text=gettext_lazy("Den som frågar får veta att kontot var officiellt till och med den dagen."),
    )
    note = NoteField(label=gettext_lazy("Varför lämnade ni namnet?"))
