"""Forms for tips: a visitor's, a colleague's, and what whoever reads one does with it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import public_queries
from channels.forms.fields import CleanTextField
from channels.models import Channel
from moderation import guard
from moderation.actions.tips import MAX_CONTACT, MAX_REASON, MAX_TEXT
from moderation.models import Case

MAX_URL = 2000
WHERE = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false", "inputmode": "url"}
CHOOSE = {"invalid_choice": gettext_lazy("Välj en kanal i listan.")}


class ChannelField(forms.ModelChoiceField):
    """One of the municipality's open channels, as everybody knows it: its name and the platform."""

    def __init__(self, **kwargs: Any) -> None:
        rows = public_queries.open_channels().select_related("platform").order_by("name", "pk")
        super().__init__(
            rows, required=False, empty_label=gettext_lazy("Jag vet inte"), error_messages=CHOOSE, **kwargs
        )

    def label_from_instance(self, obj: Channel) -> str:
        """Return "Biblioteket på Facebook"."""
        return _("%(name)s på %(platform)s") % {"name": obj.name, "platform": obj.platform}


class TipForm(forms.Form):
    """What somebody has seen, and where. Nothing about who tells."""

    use_required_attribute = False
    mark_optional = True

    url = CleanTextField(
        label=gettext_lazy("Adress till inlägget"),
        required=False,
        max_length=MAX_URL,
        help_text=gettext_lazy("Öppna inlägget eller kommentaren, välj Dela och Kopiera länk, och klistra in här."),
        widget=forms.TextInput(attrs={"class": "input", **WHERE}),
        error_messages={"max_length": gettext_lazy("Adressen är för lång. Kopiera inläggets egen adress.")},
    )
    channel = ChannelField(label=gettext_lazy("Vilken av våra kanaler gäller det?"))
    text = CleanTextField(
        label=gettext_lazy("Vad ska vi titta på?"),
        required=False,
        max_length=MAX_TEXT,
        help_text=gettext_lazy("Skriv med egna ord. Ta inte med känsliga uppgifter om dig själv eller någon annan."),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"max_length": gettext_lazy("Skriv högst 3 000 tecken.")},
    )

    def clean_text(self) -> str:
        """Refuse a text with many web addresses: that is how advertising looks."""
        text: str = self.cleaned_data["text"]
        if guard.links_in(text) > guard.MAX_LINKS:
            raise forms.ValidationError(
                _("Skriv högst %(most)s webbadresser i texten. Skicka ett tips för varje inlägg.")
                % {"most": guard.MAX_LINKS}
            )
        return text

    def clean(self) -> dict[str, Any]:
        """Ask for at least one of the two: what, or where."""
        data = super().clean() or self.cleaned_data
        if not (self.errors or data.get("url") or data.get("text")):
            self.add_error("url", _("Klistra in adressen, eller berätta vad du har sett och var."))
        return data


class VisitorTipForm(TipForm):
    """A visitor's tip. `website` is seen by machines alone; `ticket` says when the form was shown (`moderation.guard`)."""

    contact = CleanTextField(
        label=gettext_lazy("Hur når vi dig, om vi behöver fråga något?"),
        required=False,
        max_length=MAX_CONTACT,
        help_text=gettext_lazy("Du behöver inte lämna någon uppgift om dig själv."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"max_length": gettext_lazy("Skriv högst 200 tecken.")},
    )
    website = forms.CharField(
        label=gettext_lazy("Lämna det här fältet tomt"),
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    ticket = forms.CharField(widget=forms.HiddenInput, required=False)

    reference = ""

    def clean_website(self) -> str:
        """Refuse what fills in everything. A person whose browser did it sees the field and can empty it."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Töm fältet och skicka igen. Det finns för att stoppa skräppost."))
        return ""

    def clean(self) -> dict[str, Any]:
        """Read the ticket. What was typed is kept either way."""
        data = super().clean()
        try:
            self.reference = guard.reference_of(data.get("ticket", ""))
        except guard.TooFast:
            self.add_error(None, _("Det gick väldigt fort. Vänta några sekunder och skicka igen."))
        except guard.TooOld:
            self.add_error(None, _("Sidan har stått öppen länge. Kontrollera det du skrev och skicka igen."))
            self.renew()
        return data

    def renew(self) -> None:
        """Give the form a new ticket, with what was typed still there."""
        self.data = {**self.data.dict(), "ticket": guard.new_ticket()}  # type: ignore[attr-defined]  # a QueryDict


class OpenForm(forms.Form):
    """Make a case of a tip: what it is about and where. The category is chosen in the case, before anything is saved."""

    use_required_attribute = False
    mark_optional = False

    channel = forms.ModelChoiceField(
        Channel.objects.none(),
        label=gettext_lazy("Kanal"),
        empty_label=gettext_lazy("Välj"),
        error_messages={**CHOOSE, "required": gettext_lazy("Välj vilken kanal det gäller.")},
    )
    url = CleanTextField(
        label=gettext_lazy("Adress till inlägget"),
        required=False,
        max_length=MAX_URL,
        widget=forms.TextInput(attrs={"class": "input", **WHERE}),
    )
    text = CleanTextField(
        label=gettext_lazy("Vad står det i inlägget?"),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("Behövs om du inte har någon adress. Skriv av det som står, inte det som tipset säger."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Vad gäller det?"),
        choices=Case.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Välj vad det gäller.")},
    )

    def __init__(self, *args: Any, channels: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]


class SetAsideForm(forms.Form):
    """Why nothing is done."""

    use_required_attribute = False
    mark_optional = False

    reason = CleanTextField(
        label=gettext_lazy("Varför blir det inget ärende?"),
        max_length=MAX_REASON,
        help_text=gettext_lazy("Till exempel: inlägget finns inte kvar, eller det är kritik som får stå kvar."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": gettext_lazy("Skriv varför det inte blir något ärende."),
            "max_length": gettext_lazy("Skriv högst 500 tecken."),
        },
    )
