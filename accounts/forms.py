"""Input about people, as typed values."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Absence, User


def active_people() -> QuerySet[User]:
    """Return everybody who can be chosen, by name."""
    return User.objects.filter(is_active=True).select_related("unit").order_by("name")


class PersonChoiceField(forms.ModelChoiceField):
    """Choose an active person, shown with name, role and unit."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(active_people(), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Return "Bibliotekschef, Biblioteksenheten", with the name first when it is another than the title."""
        return obj.role if obj.title in ("", obj.name) else f"{obj.name} ({obj.role})"


def day_field(label: Any, missing: Any) -> forms.DateField:
    """Return a field for one day, with the browser's own calendar where there is one."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%y%m%d", "%Y%m%d", "%d/%m %Y", "%d/%m/%Y"],
        error_messages={"required": missing, "invalid": _("Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2026-12-21.")},
    )


class AbsenceForm(forms.Form):
    """From, to and who covers."""

    starts_on = day_field(_("Första dagen"), _("Välj den första dagen."))
    ends_on = day_field(_("Sista dagen"), _("Välj den sista dagen."))
    substitute = PersonChoiceField(
        label=_("Ersättare"),
        required=False,
        empty_label=_("Ingen ersättare"),
        help_text=_("Får dina uppgifter medan du är borta. Det som ersättaren gör står som gjort för dig."),
        error_messages={"invalid_choice": _("Välj en person i listan.")},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        field = self.fields["substitute"]
        assert isinstance(field, PersonChoiceField)  # noqa: S101  (declared above)
        field.queryset = active_people().exclude(pk=person.pk)

    def absence(self) -> Absence:
        """Return the absence as typed, not saved. Call it when the form is valid."""
        data: dict[str, Any] = self.cleaned_data
        starts_on: date = data["starts_on"]
        return Absence(user=self.person, starts_on=starts_on, ends_on=data["ends_on"], substitute=data["substitute"])
