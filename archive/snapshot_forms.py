"""What somebody says about the snapshot that they hand in, and what somebody says who has looked at one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.intake import IntakeError, inspect_export, inspect_upload
from archive.models import Snapshot
from channels.forms.fields import CleanTextField
from kommun.aside import Shelf, Waiting
from kommun.forms import Option

NOTES = "sparad"  # the notes of files that are put aside: repeated hidden fields
_LONG = {"max_length": gettext_lazy("Skriv högst %(limit_value)s tecken.")}


class SeveralFiles(forms.ClearableFileInput):
    """A file field that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, in the order in which they were chosen. Each is looked at by the form, which knows what they are."""

    def clean(self, data: Any, initial: Any = None) -> list[File]:
        """Return the files; none is an answer too, since some may be put aside already."""
        return [one for one in (data if isinstance(data, list | tuple) else [data]) if one]


class UploadForm(forms.Form):
    """The owner's own snapshot. Files that can be kept are never lost because of an error elsewhere (`kommun.aside`)."""

    use_required_attribute = False

    how = forms.ChoiceField(
        label=gettext_lazy("Vad lämnar du?"),
        choices=[
            (
                Snapshot.How.UPLOADED.value,
                Option(
                    gettext_lazy("Skärmbilder eller PDF"),
                    gettext_lazy("Flera går bra. De kommer i den ordning du väljer dem."),
                ),
            ),
            (
                Snapshot.How.EXPORT.value,
                Option(
                    gettext_lazy("Plattformens export"),
                    gettext_lazy("Zip-filen eller json-filen som du har hämtat från plattformen."),
                ),
            ),
        ],
        widget=forms.RadioSelect,
        initial=Snapshot.How.UPLOADED,
        error_messages={
            "required": gettext_lazy("Välj vad du lämnar."),
            "invalid_choice": gettext_lazy("Välj vad du lämnar."),
        },
    )
    files = FilesField(  # type: ignore[assignment]  # a declared field is no attribute of the form
        label=gettext_lazy("Filer"),
        required=False,
        widget=SeveralFiles,
        help_text=gettext_lazy("Png, jpeg, webp, gif eller pdf. En export: zip eller json."),
    )
    taken_on = forms.DateField(
        label=gettext_lazy("Vilken dag såg kanalen ut så?"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Välj en dag."),
            "invalid": gettext_lazy("Skriv dagen som ÅÅÅÅ-MM-DD."),
        },
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Varför sparas den?"),
        choices=Snapshot.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Välj varför bilden sparas."),
            "invalid_choice": gettext_lazy("Välj varför bilden sparas."),
        },
    )
    note = CleanTextField(
        label=gettext_lazy("Anteckning"),
        max_length=1000,
        required=False,
        error_messages=_LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Till exempel vad som ändras, eller vad som saknas i bilden."),
    )

    def __init__(self, *args: Any, shelf: Shelf, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"taken_on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        self.shelf = shelf
        notes = self.data.getlist(NOTES) if hasattr(self.data, "getlist") else []
        found = [self.shelf.look(note) for note in dict.fromkeys(notes)]
        self.put_aside: list[Waiting] = [one for one in found if one is not None]
        self.lost = len(found) - len(self.put_aside)

    def clean_taken_on(self) -> Any:
        """Refuse a day that has not been yet: it shows nothing."""
        day = self.cleaned_data["taken_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Dagen har inte varit än."))
        return day

    def clean(self) -> dict[str, Any]:
        """Look at each new file, and put aside those that can be kept when anything is wrong."""
        data = super().clean() or self.cleaned_data
        good = self._look_at(data.get("files") or [], data.get("how", ""))
        if self.lost:
            self.add_error("files", _("En fil som du valde förut finns inte kvar. Välj den igen."))
        count = len(good) + len(self.put_aside)
        if not count and "files" not in self.errors:
            self.add_error("files", _("Välj minst en fil."))
        if count > settings.SNAPSHOT_MAX_FILES:
            self.add_error("files", _("Välj högst %(most)s filer.") % {"most": settings.SNAPSHOT_MAX_FILES})
        data["files"] = good
        if self.errors:
            self.keep(good)
        return data

    def keep(self, files: Sequence[File]) -> None:
        """Put the files aside, after those that are."""
        notes = [self.shelf.put(one, (one.name or "fil")[-160:]) for one in files]
        self.put_aside += [found for found in map(self.shelf.look, notes) if found is not None]

    def drop(self, note: str) -> None:
        """Throw away a file that was put aside."""
        self.shelf.throw(note)
        self.put_aside = [one for one in self.put_aside if one.note != note]

    def _look_at(self, files: Sequence[File], how: str) -> list[File]:
        """Return the files that can be kept; say of each of the others what is wrong with it."""
        good = []
        for one in files:
            try:
                _look_at(one, how)
            except IntakeError as refused:
                self.add_error("files", f"{one.name}: {refused}")
            else:
                one.seek(0)
                good.append(one)
        return good

    def all_files(self) -> list[File]:
        """Return the files in their order, those that were put aside first. Only for a form that is valid."""
        taken = [self.shelf.take(one.note) for one in self.put_aside]
        return [one for one in taken if one is not None] + list(self.cleaned_data["files"])

    def done(self) -> None:
        """Throw away what was put aside, once it is kept."""
        for one in self.put_aside:
            self.shelf.throw(one.note)


def _look_at(upload: File, how: str) -> None:
    """Raise IntakeError when the file can be no part of a snapshot that was made so."""
    if how == Snapshot.How.EXPORT:
        inspect_export(upload)
    elif inspect_upload(upload).content_type == "text/plain":
        raise IntakeError(_("En textfil visar inte hur kanalen såg ut. Välj en bild eller en PDF."))


class LookForm(forms.Form):
    """What somebody who has looked at a snapshot says: the button that was pressed, and what goes with it."""

    use_required_attribute = False
    mark_optional = False

    answer = forms.ChoiceField(
        choices=[(name, name) for name in ("accept", "reject")],
        error_messages={"required": gettext_lazy("Välj ett svar."), "invalid_choice": gettext_lazy("Välj ett svar.")},
    )
    rating = forms.ChoiceField(
        label=gettext_lazy("Hur väl visar bilden kanalen?"),
        choices=Snapshot.Rating.choices,
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Välj hur väl bilden visar kanalen.")},
    )
    refusal = forms.ChoiceField(
        label=gettext_lazy("Varför duger den inte?"),
        choices=[("", gettext_lazy("Välj")), *Snapshot.Refusal.choices],
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Välj varför bilden inte duger.")},
    )
    note = CleanTextField(
        label=gettext_lazy("Anteckning"),
        max_length=1000,
        required=False,
        error_messages=_LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Om något saknas: vad. Skriv inga känsliga uppgifter."),
    )
