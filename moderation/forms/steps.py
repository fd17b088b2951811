"""One small form for each step of a case. `version` says which case was read."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from archive.models import StoredFile
from kommun.forms import KeepsFile, Option
from moderation.categories import Category
from moderation.forms.fields import CHOOSE, LongText, MomentField, ShortText, UploadField, category_choices
from moderation.forms.opening import KINDS
from moderation.models import Case


class StepForm(forms.Form):
    """A step that asks nothing but whether it is done."""

    use_required_attribute = False
    mark_optional = True

    version = forms.IntegerField(widget=forms.HiddenInput(attrs={"id": False}))  # it stands in every form of the page

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": case.version, **kwargs.get("initial", {})}
        # Several forms stand on one page, some with fields of the same name: a label belongs to the field of its own form.
        kwargs.setdefault("auto_id", f"{type(self).__name__.removesuffix('Form').lower()}-%s")
        super().__init__(*args, **kwargs)
        self.case = case


class CategoryForm(StepForm):
    """What it is about, and which rule it breaks."""

    kind = forms.ChoiceField(label=_("Vad gäller det?"), choices=KINDS, widget=forms.RadioSelect, error_messages=CHOOSE)
    category = forms.ChoiceField(
        label=_("Kategori"),
        required=False,
        error_messages=CHOOSE,
        help_text=_("Kritik mot kommunen är inte skäl att ta bort, och finns därför inte med."),
    )
    words = LongText(
        label=_("Beskriv i ord vad du såg"),
        required=False,
        rows=2,
        most=5000,
        help_text=_("Behövs bara om bilder måste tas bort ur ärendet."),
    )

    def __init__(self, *args: Any, case: Case, categories: list[Category], **kwargs: Any) -> None:
        super().__init__(*args, case=case, initial={"kind": case.kind, "category": case.category}, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        field.choices = category_choices(categories, empty=_("Välj kategori"))
        if not any(row.file_id for row in case.evidence.all()):
            del self.fields["words"]


class EvidenceForm(StepForm, KeepsFile):
    """A screenshot, or words where no picture may be kept: then there is no file to choose."""

    upload = UploadField(
        label=_("Skärmbild eller kopia"),
        required=False,
        help_text=_("Klistra in, dra hit eller välj en bild eller en PDF."),
    )
    words = LongText(label=_("Beskrivning"), required=False, rows=3, most=5000)
    how = forms.ChoiceField(choices=StoredFile.How.choices, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        if case.files_forbidden:
            del self.fields["upload"], self.fields["how"]
            self.fields["words"].required = True
            self.fields["words"].label = _("Beskriv i ord vad du såg")


class AssessForm(StepForm):
    """Does it break the rule? With the reason."""

    assessment = forms.ChoiceField(
        label=_("Bryter inlägget mot regeln?"),
        choices=[
            (Case.Assessment.REMOVE, Option(_("Ja, det ska bort"))),
            (Case.Assessment.KEEP, Option(_("Nej, det ska visas igen"), _("Kritik mot kommunen får stå."))),
        ],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    note = LongText(label=_("Varför?"), rows=3, most=2000, help_text=_("Den som skrev kan fråga efter skälet."))


class NoteForm(StepForm):
    """A reason."""

    note = LongText(label=_("Varför?"), rows=3, most=2000)


class GoneForm(StepForm):
    """Who removed it, when we did not."""

    by = forms.ChoiceField(
        label=_("Vem tog bort inlägget?"),
        choices=[
            (Case.Outcome.BY_AUTHOR, _("Den som skrev")),
            (Case.Outcome.BY_PLATFORM, _("Plattformen")),
        ],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )


class PoliceForm(StepForm):
    """A stand on a police report."""

    reported = forms.TypedChoiceField(
        label=_("Är det polisanmält?"),
        choices=[("yes", _("Ja, det är anmält")), ("no", _("Nej, det anmäls inte"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    number = ShortText(label=_("Polisens diarienummer"), required=False, most=60)
    note = LongText(label=_("Anteckning"), required=False, rows=2, most=2000, help_text=_("Behövs om det inte anmäls."))


class AnswerForm(StepForm):
    """What was answered on the platform."""

    text = LongText(label=_("Svaret, så som det publicerades"), rows=5)
    signature = ShortText(label=_("Underskrift"), required=False, most=300)
    url = ShortText(label=_("Adress till svaret"), required=False, most=2000)
    published_at = MomentField(label=_("När publicerades det?"), required=False, help_text=_("Tomt betyder nu."))
    interim = forms.BooleanField(
        label=_("Det här är bara ett besked om att vi återkommer"),
        required=False,
        help_text=_("Då fortsätter tiden att räknas."),
    )

    template = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, case: Case, first: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, case=case, initial=first or {}, **kwargs)


class ForwardForm(StepForm):
    """To which unit."""

    unit = forms.ModelChoiceField(
        Unit.objects.filter(manager__isnull=False).order_by("name"),
        label=_("Vilken enhet?"),
        empty_label=_("Tillbaka till kanalen"),
        required=False,
        error_messages=CHOOSE,
        help_text=_("Enhetens chef får ärendet. Tiden fortsätter att räknas, och du ser ärendet tills det är klart."),
    )
