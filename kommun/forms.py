"""How forms are drawn (Django's renderer with our templates: `{{ form.x.as_field_group }}`) and how they are answered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Self

from django import forms
from django.core.files.base import File
from django.forms import BaseForm
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kommun.aside import Shelf
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


class KeepsFile(forms.Form):
    """A form with one file, which waits (`kommun.aside`) when something else in the form is wrong.

    A file that waits is the form's file until another is chosen. Without a `shelf` no file waits: for a form that is only
    shown. Call `leave` before the form is drawn again, and `done` when the file has been taken in.
    """

    keeps: ClassVar[str] = "upload"

    aside = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, shelf: Shelf | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shelf = shelf
        self._waited = False
        if shelf is not None and self.is_bound and not self.files.get(self.add_prefix(self.keeps)):
            kept = shelf.take(self._note)
            if kept is not None:
                files: Any = self.files.copy()
                files[self.add_prefix(self.keeps)] = kept
                self.files = files
                self._waited = True

    @property
    def _note(self) -> str:
        return str(self.data.get(self.add_prefix("aside"), ""))

    def leave(self, name_of: Callable[[File], str], *, may: bool = True) -> None:
        """Let the file wait until the form is right; what may not be kept is thrown away, also if it waited before.

        `name_of` looks at the file and returns a name that is safe to show; it raises ValueError, with the reason, for a file
        that can never be taken.
        """
        if self.shelf is None:
            return
        upload = self.files.get(self.add_prefix(self.keeps))
        note = self._note
        if upload is None or not may or self.keeps not in self.fields or self.keeps in self.errors:
            note = self._throw(note)
        elif not self._waited:
            self._throw(note)
            try:
                note = self.shelf.put(upload, name_of(upload))
            except ValueError as refusal:
                note = ""
                self.add_error(self.keeps, str(refusal))
        if note:
            kept = self.shelf.take(note)
            said = _("Filen %(name)s är kvar. Du behöver inte välja den igen.") % {"name": kept.name if kept else ""}
            self[self.keeps].help_text = said  # what the form draws, which the cleaning has made already
        sent: Any = self.data  # a form that was sent has what a request has
        data = sent.copy()
        data[self.add_prefix("aside")] = note
        self.data = data

    def done(self) -> None:
        """Throw away the file that waited: it has been taken in."""
        if self.shelf is not None:
            self._throw(self._note)

    def _throw(self, note: str) -> str:
        assert self.shelf is not None  # noqa: S101  (asked by both callers)
        self.shelf.throw(note)
        return ""


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
