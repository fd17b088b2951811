"""Bringing a file in, and pointing out which of its columns is what."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from channels.forms.fields import RoleChoiceField
from channels.imports.columns import COLUMNS
from channels.models.imports import ImportRun
from kommun.forms import KeepsFile, Option

K = ImportRun.Kind
KIND_HINTS = {
    K.CHANNELS: _("Varje rad är en kanal. Det som saknas blir uppgifter efter importen."),
    K.UNITS: _("Nämnder, förvaltningar och enheter, med chef och registrator."),
    K.PEOPLE: _("Personer med e-postadress. Roller ger du för hand efteråt."),
    K.CASES: _("Inlägg och kommentarer att granska, ett på varje rad. CSV eller JSON, högst 100 000 rader och 100 MB."),
}


class ForTheTimeBeing(forms.Form):
    """Who answers for a new channel where the file says nothing."""

    owner = RoleChoiceField(
        label=_("Tillfällig ansvarig"),
        help_text=_("Ansvarar för nya kanaler som saknar ansvarig i filen, tills någon annan är utsedd."),
        error_messages={"required": _("Välj vem som ansvarar tills vidare.")},
    )
    unit = forms.ModelChoiceField(
        Unit.objects.all(),
        label=_("Tillfällig verksamhet"),
        help_text=_("Dit hör nya kanaler vars verksamhet saknas i filen eller inte finns i Kanalkollen."),
        error_messages={"required": _("Välj en verksamhet tills vidare.")},
    )

    def ids(self) -> dict[str, int | None]:
        """Return what was chosen, for the action."""
        owner, unit = self.cleaned_data.get("owner"), self.cleaned_data.get("unit")
        return {"owner_id": owner.pk if owner else None, "unit_id": unit.pk if unit else None}


class UploadForm(ForTheTimeBeing, KeepsFile):
    """A file and what it holds."""

    keeps = "file"

    kind = forms.ChoiceField(
        label=_("Vad innehåller filen?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad filen innehåller.")},
    )
    file = forms.FileField(
        label=_("Fil"),
        help_text=_(
            "Excel (xlsx), CSV eller JSON, högst 10 MB och 20 000 rader. Rubrikerna kan vara på svenska eller engelska."
        ),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv,.json"}),
        error_messages={"required": _("Välj en fil.")},
        max_length=1000,
    )
    send_mail = forms.BooleanField(
        label=_("Skicka ett brev om inloggningen till dem som läggs in"),
        help_text=_("Gäller personer. Utan brev kan de ändå väljas som ansvariga, och logga in senare."),
        required=False,
    )
    field_order = ["kind", "file", "aside", "owner", "unit", "send_mail"]

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101  (narrows the type)
        kind.choices = [(each, Option(K(each).label, KIND_HINTS[K(each)])) for each in kinds]
        if K.PEOPLE not in kinds:
            del self.fields["send_mail"]
        if kinds == [K.CHANNELS]:
            kind.widget, kind.initial = forms.HiddenInput(), K.CHANNELS


class ColumnsForm(ForTheTimeBeing):
    """One choice for each column of the file."""

    def __init__(self, *args: Any, run: ImportRun, examples: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run
        if run.kind != K.CHANNELS:
            del self.fields["owner"], self.fields["unit"]
        chosen = {place: key for key, place in run.columns.items()}
        choices = [("", gettext("Använd inte")), *((column.key, str(column.label)) for column in COLUMNS[run.kind])]
        for place, name in enumerate(run.header):
            example = examples[place] if place < len(examples) else ""
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=name or gettext("Kolumn %(number)s, utan rubrik") % {"number": place + 1},
                help_text=gettext("Till exempel: %(text)s") % {"text": example[:80]} if example else "",
                choices=choices,
                required=False,
                initial=chosen.get(place, ""),
            )
        self.order_fields([*(f"column-{place}" for place in range(len(run.header))), "owner", "unit"])

    def clean(self) -> dict[str, Any]:
        """Refuse two columns that mean the same."""
        data = super().clean() or self.cleaned_data
        taken: dict[str, str] = {}
        for place in range(len(self.run.header)):
            name = f"column-{place}"
            if key := data.get(name):
                if key in taken:
                    self.add_error(
                        name, gettext("Du har redan valt det för kolumnen ”%(name)s”.") % {"name": taken[key]}
                    )
                taken[key] = str(self.fields[name].label)
        return data

    def columns(self) -> dict[str, int]:
        """Return what was chosen, as key → position."""
        places = range(len(self.run.header))
        return {key: place for place in places if (key := self.cleaned_data.get(f"column-{place}"))}
