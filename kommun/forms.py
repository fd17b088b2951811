"""How forms are drawn (Django's renderer with our templates: `{{ form.x.as_field_group }}`) and how they are answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.forms import BaseForm
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kommun.errors import InvalidInput


class ComponentRenderer(TemplatesSetting):
    """Draw each field with label, hint and error, tied together for screen readers (templates/components/)."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


class Option(str):
    """The label of a choice, with a hint below it: `("vault", Option(_("Valvet"), _("Flera kommer åt den.")))`."""

    __slots__ = ("hint",)
    hint: str

    def __new__(cls, label: object, hint: object = "") -> Self:
        """Keep the hint beside the text."""
        option = super().__new__(cls, str(label))
        option.hint = str(hint)
        return option


@contextmanager
def errors_beside_fields(form: BaseForm) -> Iterator[None]:
    """Put what an action refuses (InvalidInput) beside the fields it is about, above the form when it has no such field."""
    try:
        yield
    except InvalidInput as refusal:
        for field, reasons in refusal.errors.items():
            form.add_error(field if field in form.fields else None, reasons)


def render_form(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Answer with the page of `context["form"]`: 422 when what was sent had errors, so that nobody takes it for done."""
    form: BaseForm = context["form"]
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)
