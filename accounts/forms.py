"""Input about people, as typed values."""

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

    def label_from_instance(self, obj: User) -> str:
        """Return "Bibliotekschef, Biblioteksenheten", with the name first when it is another than the title."""
        return obj.name_and_role


def day_field(label: Any, missing: Any) -> forms.DateField:
    """Return a field for one day, with the browser's own calendar where there is one."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%y%m%d", "%Y%m%d", "%d/%m %Y", "%d/%m/%Y"],
        error_messages={"required": missing, "invalid": _("Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2026-12-21.")},
    )


def substitute_field() -> PersonChoiceField:
    """Return the field for who covers during an absence."""
    return PersonChoiceField(
        label=_("Ersättare"),
        required=False,
        empty_label=_("Ingen ersättare"),
        help_text=_("Får uppgifterna under frånvaron. Det ersättaren gör står som gjort för den som är borta."),
        error_messages={"invalid_choice": _("Välj en person i listan.")},
    )


def _offer(form: forms.Form, name: str, people: QuerySet[User]) -> None:
    field = form.fields[name]
    assert isinstance(field, PersonChoiceField)  # noqa: S101  (declared in the form)
    field.queryset = people


class SubstituteForm(forms.Form):
    """Who covers during an absence that is handed in."""

    substitute = substitute_field()

    def __init__(self, *args: Any, absence: Absence, **kwargs: Any) -> None:
        """Offer everybody but the one who is away."""
        super().__init__(*args, **kwargs)
        self.fields["substitute"].initial = absence.substitute
        _offer(self, "substitute", active_people().exclude(pk=absence.user_id))


class LastDayForm(forms.Form):
    """Somebody's last day of service."""

    leaves_on = day_field(_("Sista dagen i tjänst"), _("Välj den sista dagen."))


class AbsenceForm(forms.Form):
    """Who is away, from, to, and who covers. Whoever may hand in for nobody else is not asked who."""

    user = PersonChoiceField(
        label=_("Vem är borta?"),
        empty_label=None,
        error_messages={"required": _("Välj vem som är borta."), "invalid_choice": _("Välj en person i listan.")},
    )
    starts_on = day_field(_("Första dagen"), _("Välj den första dagen."))
    ends_on = day_field(_("Sista dagen"), _("Välj den sista dagen."))
    substitute = substitute_field()

    def __init__(self, *args: Any, person: User, people: QuerySet[User], **kwargs: Any) -> None:
        """Take who fills in the form, and `people` for whom it can be filled in, the person among them."""
        super().__init__(*args, **kwargs)
        self.person = person
        if people.exclude(pk=person.pk).exists():
            self.fields["user"].initial = person
            _offer(self, "user", people.select_related("unit").order_by("name"))
        else:
            del self.fields["user"]
            _offer(self, "substitute", active_people().exclude(pk=person.pk))

    def absence(self) -> Absence:
        """Return the absence as typed, not saved. Call it when the form is valid."""
        data: dict[str, Any] = self.cleaned_data
        return Absence(
            user=data.get("user", self.person),
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            substitute=data["substitute"],
        )


class MailChoiceForm(forms.Form):
    """What somebody wants by mail of that which is no duty."""

    soon = forms.BooleanField(
        label=_("Det som ska göras senare"),
        required=False,
        help_text=_("Delen ”Snart” i morgonens mejl. Utan den får du veta det den dag det ska vara klart."),
    )
    copies = forms.BooleanField(
        label=_("Besked att känna till"),
        required=False,
        help_text=_(
            "Till exempel att en kanal du har hand om är beviljad eller öppen. Du behöver inte göra något åt dem."
        ),
    )
