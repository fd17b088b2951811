"""Who takes over what from somebody who leaves, and what was done when access was taken away."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import active_people
from accounts.models import User
from accounts.organisation import Organisation, short_day
from accounts.rules import why_not_successor
from channels.holdings import Holding

NOBODY = "ingen"
FIELD = "to_"


class HandOverForm(forms.Form):
    """One successor for everything, and another for what somebody else takes."""

    use_required_attribute = False
    mark_optional = False

    successor = forms.ChoiceField(
        label=gettext_lazy("Vem tar över?"),
        required=False,
        help_text=gettext_lazy("Gäller alla rader nedan där du inte väljer någon annan."),
        error_messages={"invalid_choice": gettext_lazy("Välj en person i listan.")},
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(
        self, *args: Any, held: Sequence[Holding], people: Sequence[tuple[str, str]], version: str, **kwargs: Any
    ) -> None:
        """Take what is to be handed over, and the people that can be chosen (`people_to_choose`), read once for all rows."""
        super().__init__(*args, **kwargs)
        self.held = held
        self.fields["version"].initial = version
        self._set_choices("successor", [("", _("Välj")), *people])
        for one in held:
            nobody = [(NOBODY, one.nobody)] if one.nobody else []
            self.fields[FIELD + one.key] = forms.ChoiceField(
                label=one.label,
                required=False,
                choices=[("", _("Samma som ovan")), *nobody, *people],
                error_messages={"invalid_choice": gettext_lazy("Välj en person i listan.")},
            )

    def _set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Ask for a successor when some row has none of its own."""
        data = super().clean() or self.cleaned_data
        alone = [one for one in self.held if not data.get(FIELD + one.key) and FIELD + one.key not in self.errors]
        if alone and not data.get("successor") and "successor" not in self.errors:
            self.add_error("successor", _("Välj vem som tar över, eller någon på varje rad."))
        return data

    def successors(self) -> dict[str, int | None]:
        """Return who takes over each thing, by the key of the holding; None for nobody."""
        chosen = {one.key: self.cleaned_data[FIELD + one.key] or self.cleaned_data["successor"] for one in self.held}
        return {key: None if value == NOBODY else int(value) for key, value in chosen.items()}

    def refused(self, errors: dict[str, list[str]]) -> None:
        """Put what the action refuses beside its rows."""
        for key, reasons in errors.items():
            self.add_error(FIELD + key if FIELD + key in self.fields else None, reasons)


def people_to_choose(leaver: User, day: date, organisation: Organisation) -> list[tuple[str, str]]:
    """Return everybody who can take over from the day on, with name and unit; who is away today says until when."""
    rows = active_people().exclude(pk=leaver.pk)
    return [(str(row.pk), _shown(row, organisation)) for row in rows if why_not_successor(row, leaver, day) is None]


def _shown(person: User, organisation: Organisation) -> str:
    notes = []
    absence = organisation.absence_of(person.pk, organisation.first_day)
    if absence is not None:
        notes.append(_("borta till och med %(day)s") % {"day": short_day(absence.ends_on, organisation.first_day)})
    if person.leaves_on is not None:
        notes.append(_("slutar %(day)s") % {"day": short_day(person.leaves_on, organisation.first_day)})
    return ", ".join([person.name_and_role, *notes])


class RemoveAccessForm(forms.Form):
    """What was done so that somebody can no longer sign in. Never the secret itself: there is nowhere to write it."""

    use_required_attribute = False

    removed = forms.BooleanField(
        label=gettext_lazy("Personen kan inte längre administrera kontot"),
        help_text=gettext_lazy("Ta bort personen under plattformens inställningar för behörighet."),
        error_messages={"required": gettext_lazy("Ta bort behörigheten på plattformen och kryssa i rutan.")},
    )
    password = forms.ChoiceField(
        label=gettext_lazy("Delade ni ett lösenord?"),
        choices=[("changed", gettext_lazy("Ja, och det är bytt")), ("none", gettext_lazy("Nej"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Svara om ni delade ett lösenord.")},
    )
    codes = forms.ChoiceField(
        label=gettext_lazy("Gick tvåstegskoder till personens telefon eller e-post?"),
        choices=[("changed", gettext_lazy("Ja, och de går till någon annan nu")), ("none", gettext_lazy("Nej"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Svara om koder gick till personen.")},
    )
