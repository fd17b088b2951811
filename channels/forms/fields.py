"""Fields of the application: what people type becomes the value that is kept, or an error that says what to do."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import active_people
from accounts.models import User
from channels.plain_text import clean_text
from channels.questions import Choice, Facts, Kind, Question
from channels.questions.facts import as_id
from kommun.forms import Option

# Typed text that cannot be used is kept up to here, far above any limit that a question has.
MAX_KEPT = 20_000
MAX_KEPT_VALUES = 50
_ERRORS = {
    "invalid_choice": gettext_lazy("Välj ett av alternativen."),
    "invalid_list": gettext_lazy("Välj bland alternativen."),
}


class CleanTextField(forms.CharField):
    """A text without invisible tricks. One that is too long is kept: the check says by how much."""

    def to_python(self, value: Any) -> str:
        """Return the cleaned text."""
        return clean_text(value) if value not in self.empty_values else ""


class HoursField(CleanTextField):
    """A number of hours. "48 timmar" is understood; what is no number comes back as the text it was."""

    def clean(self, value: Any) -> Any:
        """Return an int, None for nothing. Raises ValidationError for anything else."""
        text = self.to_python(value)
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,6})\s*(?:h|tim|timme|timmar)?\.?", text, re.IGNORECASE | re.ASCII)
        if not found:
            raise forms.ValidationError(_("Skriv antalet timmar med siffror, till exempel 48."))
        return int(found[1])


class RoleChoiceField(forms.ModelChoiceField):
    """Choose an active person, shown as title and unit: what others may always see."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(active_people(), **kwargs)

    def label_from_instance(self, obj: User) -> str:
        """Return "Bibliotekschef, Biblioteksenheten"."""
        return obj.role


class IdField(forms.ChoiceField):
    """A choice among rows; the value is a primary key, None for nothing."""

    def clean(self, value: Any) -> Any:
        """Return the primary key as int."""
        chosen = super().clean(value)
        return int(chosen) if chosen else None


class PeopleWidget(forms.SelectMultiple):
    """Several people in order, one list each. Needs no script, and works in a large organisation unlike boxes."""

    template_name = "channels/questions/people.html"
    option_template_name = "django/forms/widgets/select_option.html"
    use_fieldset = True
    slots = 3

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the context with one select for each person and at least one to spare."""
        context = super().get_context(name, [], attrs)
        chosen = [str(item) for item in value or [] if str(item)][:MAX_KEPT_VALUES]
        single = forms.Select(choices=self.choices)
        base = context["widget"]["attrs"]
        context["people"] = [
            single.get_context(name, chosen[slot] if slot < len(chosen) else "", self._attrs(base, slot))["widget"]
            for slot in range(max(self.slots, len(chosen) + 1))
        ]
        return context

    def _attrs(self, base: dict[str, Any], slot: int) -> dict[str, Any]:
        kept = {key: value for key, value in base.items() if key in {"aria-invalid", "aria-describedby"}}
        return {**kept, "id": f"{base.get('id', 'people')}_{slot}"}

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return the id of the first list, where a link from the list of errors leads."""
        return f"{id_}_0" if id_ else ""


class PeopleField(forms.MultipleChoiceField):
    """Primary keys in the order they were chosen, each once."""

    widget = PeopleWidget

    def clean(self, value: Any) -> list[int]:
        """Return the keys. Empty lists among the selects are passed over."""
        chosen = super().clean([item for item in value or [] if item not in self.empty_values])
        return [int(item) for item in dict.fromkeys(chosen)]


def field_for(question: Question, facts: Facts) -> forms.Field:
    """Return the form field of a question."""
    common: dict[str, Any] = {"label": _label(question), "help_text": question.hint, "required": False}
    match question.kind:
        case Kind.CHOICE:
            return forms.ChoiceField(
                choices=_options(question.choices), widget=forms.RadioSelect, error_messages=_ERRORS, **common
            )
        case Kind.CHOICES:
            return forms.MultipleChoiceField(
                choices=_options(question.choices),
                widget=forms.CheckboxSelectMultiple,
                error_messages=_ERRORS,
                **common,
            )
        case Kind.CONFIRM:
            return forms.BooleanField(**common)
        case Kind.HOURS:
            return HoursField(
                widget=forms.TextInput(attrs={"class": "input input--s", "inputmode": "numeric", "size": 6}), **common
            )
        case Kind.PEOPLE:
            field = PeopleField(choices=_people(facts), error_messages=_ERRORS, **common)
            field.widget.slots = max(question.min_count + 1, 3)
            return field
        case Kind.PERSON | Kind.UNIT | Kind.COMMITTEE:
            return IdField(choices=_rows(question.kind, facts), error_messages=_ERRORS, **common)
        case Kind.PLATFORM:
            return forms.ChoiceField(choices=_platforms(question, facts), error_messages=_ERRORS, **common)
        case Kind.LONG:
            return CleanTextField(widget=forms.Textarea(attrs={"rows": 4}), **common)
    return CleanTextField(widget=forms.TextInput(attrs={"class": "input", **_attrs(question)}), **common)


def _label(question: Question) -> str:
    if question.is_optional and question.kind is not Kind.CONFIRM:
        return _("%(question)s (frivilligt)") % {"question": question.label}
    return question.label


def _attrs(question: Question) -> dict[str, Any]:
    if question.kind is Kind.ADDRESS:
        return {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
    return {}


def _options(choices: Iterable[Choice]) -> list[tuple[str, Option]]:
    return [(choice.value, Option(choice.text, choice.hint)) for choice in choices]


def _people(facts: Facts) -> list[tuple[str, Any]]:
    """Return everybody who can be chosen, by unit, the channel's own first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for user in sorted(facts.users.values(), key=lambda user: (str(user.unit or ""), user.name)):
        groups.setdefault(str(user.unit or _("Utan enhet")), []).append((str(user.pk), _person(user)))
    own = str(facts.unit or "")
    ordered = sorted(groups.items(), key=lambda group: group[0] != own)
    return [("", _("Välj")), *ordered]


def _person(user: Any) -> str:
    return f"{user.name}, {user.title}" if user.title and user.title != user.name else user.name


def _rows(kind: Kind, facts: Facts) -> list[tuple[str, Any]]:
    if kind is Kind.PERSON:
        return _people(facts)
    units = sorted(facts.units.values(), key=lambda unit: unit.name)
    if kind is Kind.COMMITTEE:
        units = [unit for unit in units if unit.kind == unit.Kind.COMMITTEE]
    return [("", _("Välj")), *((str(unit.pk), _unit(unit, facts)) for unit in units)]


def _unit(unit: Any, facts: Facts) -> str:
    above = facts.units.get(as_id(unit.parent_id))
    return f"{unit.name} ({above.name})" if above else unit.name


def _platforms(question: Question, facts: Facts) -> list[tuple[str, Any]]:
    """Return the platforms, those that the municipality's own list names first."""
    every = [(row.key, row.name) for row in facts.platforms.values() if not row.archived]
    rule = question.rule
    listed = getattr(rule.value, "platforms", ()) if rule else ()
    if not listed or rule is None or rule.value.mode == "examples":
        return [("", _("Välj")), *every]
    named = [row for row in every if row[0] in listed]
    others = [row for row in every if row[0] not in listed]
    if rule.value.mode == "block" or not others:
        return [("", _("Välj")), *named]
    return [("", _("Välj")), (_("Plattformar som kommunen använder"), named), (_("Andra, med en motivering"), others)]
