"""What was seen: the form that opens a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from archive.models import StoredFile
from channels.models import Channel
from kommun.forms import KeepsFile, Option
from moderation.actions.opening import Seen
from moderation.categories import CHILD_ABUSE, Category
from moderation.forms.fields import CHOOSE, LongText, MomentField, ShortText, UploadField, category_choices
from moderation.models import Case

K = Case.Kind
KINDS = [
    (K.REPORT, Option(_("Ta bort eller dölja"), _("Det kan bryta mot lagen eller mot reglerna i kanalen."))),
    (K.QUESTION, Option(_("Fråga att svara på"), _("Någon väntar på ett svar."))),
    (K.OPINION, Option(_("Åsikt eller kritik"), _("Får stå kvar. Kritik är aldrig ett skäl att ta bort."))),
]


class NewCaseForm(KeepsFile):
    """An address or a screenshot is enough. For child abuse material there is no file to choose."""

    use_required_attribute = False
    mark_optional = True

    channel = forms.ModelChoiceField(
        Channel.objects.none(), label=_("Kanal"), empty_label=_("Välj kanal"), error_messages=CHOOSE
    )
    url = ShortText(
        label=_("Adress till inlägget"),
        most=2000,
        required=False,
        help_text=_("Kopiera den från inlägget. Finns det ingen adress räcker en skärmbild."),
    )
    kind = forms.ChoiceField(
        label=_("Vad gäller det?"), choices=KINDS, widget=forms.RadioSelect, initial=K.REPORT, error_messages=CHOOSE
    )
    category = forms.ChoiceField(
        label=_("Kategori"),
        required=False,
        error_messages=CHOOSE,
        help_text=_("Avgör tiden, beviset och om polisen ska få veta. Behövs för att spara en skärmbild."),
    )
    upload = UploadField(
        label=_("Skärmbild"), required=False, help_text=_("Klistra in, dra hit eller välj en bild eller en PDF.")
    )
    text = LongText(label=_("Vad står det?"), required=False, help_text=_("Ordagrant, så som det visas."))
    author = ShortText(label=_("Vem har skrivit?"), required=False, help_text=_("Kontots namn, så som det visas."))
    direction = forms.ChoiceField(
        label=_("Är det kommunens eget inlägg?"),
        choices=[(Case.Direction.INCOMING, _("Nej, någon annan har skrivit")), (Case.Direction.OWN, _("Ja"))],
        widget=forms.RadioSelect,
        initial=Case.Direction.INCOMING,
        required=False,
    )
    written_at = MomentField(label=_("När skrevs det?"), required=False)
    seen_at = MomentField(
        label=_("När såg du det?"), required=False, help_text=_("Tomt betyder nu. Tiden räknas härifrån.")
    )
    how = forms.ChoiceField(choices=StoredFile.How.choices, widget=forms.HiddenInput, required=False)
    even_if_known = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, channels: Any, categories: list[Category], words_only: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        channel, category = self.fields["channel"], self.fields["category"]
        assert isinstance(channel, forms.ModelChoiceField)  # noqa: S101  (declared above)
        assert isinstance(category, forms.ChoiceField)  # noqa: S101
        channel.queryset = channels
        category.choices = category_choices(categories, empty=_("Vet inte än"))
        category.widget.attrs["data-no-file"] = CHILD_ABUSE
        if words_only:
            del self.fields["upload"]
            self.fields["category"].widget = forms.HiddenInput()
            self.fields["text"].label = _("Beskriv i ord vad du såg")
            self.fields["text"].help_text = _("Skriv inget mer än vad som behövs för att polisen ska förstå.")

    def seen(self) -> Seen:
        """Return what was seen. Only for a form that is valid."""
        data = self.cleaned_data
        return Seen(
            url=data["url"],
            text=data["text"],
            author=data["author"],
            written_at=data["written_at"],
            seen_at=data["seen_at"],
            direction=data["direction"] or Case.Direction.INCOMING,
        )
