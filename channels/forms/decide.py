"""What a person who is asked answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.models import ApprovalStep

APPROVE_ANSWERS = [
    ("approve", _("Ja, jag tillstyrker")),
    ("request_changes", _("Komplettera först")),
    ("refuse", _("Nej, jag avslår")),
]
CONSULT_ANSWERS = [("consult", _("Jag har svarat på samrådet")), ("request_changes", _("Komplettera först"))]


class AnswerForm(forms.Form):
    """One answer, which is the button that was pressed, and the reason. Which answers there are depends on the kind of step."""

    answer = forms.ChoiceField(label=_("Ditt svar"), choices=[])
    note = forms.CharField(
        label=_("Motivering"),
        max_length=4000,
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("Skriv högst 4 000 tecken.")},
    )

    def __init__(self, *args: Any, step: ApprovalStep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        consult = step.kind == ApprovalStep.Kind.CONSULT
        answer = self.fields["answer"]
        assert isinstance(answer, forms.ChoiceField)  # noqa: S101  (narrows the type)
        answer.choices = CONSULT_ANSWERS if consult else APPROVE_ANSWERS
        answer.error_messages["required"] = _("Välj ett svar.")
        answer.error_messages["invalid_choice"] = _("Välj ett av svaren.")
        self.fields["note"].help_text = _("Behövs om du vill ha en komplettering.") if consult else _("Skriv varför.")
