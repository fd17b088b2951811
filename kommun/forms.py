"""How forms are drawn: Django's renderer with our templates, so that `{{ form.x.as_field_group }}` is enough."""

from typing import Self

from django.forms.renderers import TemplatesSetting


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
