"""What a person who is asked answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels import questions
from channels.models import ApprovalStep

ANSWERS = {
    ApprovalStep.Kind.APPROVE: ("approve", "request_changes", "refuse"),
    ApprovalStep.Kind.CONSULT: ("consult", "request_changes"),
}


class AnswerForm(forms.Form):
    """One answer, which is the button that was pressed, and the reason. Which answers there are depends on the kind of step."""

    answer = forms.ChoiceField(
        error_messages={"required": _("Välj ett svar."), "invalid_choice": _("Välj ett av svaren.")}
    )
    note = forms.CharField(
        label=_("Motivering"),
        max_length=4000,
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("Skriv högst 4 000 tecken.")},
    )
    to_change = forms.MultipleChoiceField(
        label=_("Vilka frågor behöver ändras?"),
        help_text=_("Den som söker får en länk till varje fråga som du kryssar för."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Välj bland frågorna.")},
    )

    def __init__(self, *args: Any, step: ApprovalStep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        consult = step.kind == ApprovalStep.Kind.CONSULT
        self._offer("answer", [(answer, answer) for answer in ANSWERS.get(ApprovalStep.Kind(step.kind), ())])
        self.fields["note"].help_text = _("Behövs om du vill ha en komplettering.") if consult else _("Skriv varför.")
        asked = [question for part in questions.parts_of(step.application) for question in part.questions]
        self._offer("to_change", [(question.field_name, question.short) for question in asked])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (narrows the type)
        field.choices = choices
