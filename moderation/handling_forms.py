"""Forms around a case: conflicts of interest, what is said to whoever wrote, reconsideration, holds, blocks, crisis, police."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from channels.forms.fields import CleanTextField
from channels.models import Channel
from moderation.models import ConflictOfInterest

CHOOSE = {
    "required": gettext_lazy("Välj ett av alternativen."),
    "invalid_choice": gettext_lazy("Välj ett av alternativen."),
}
WRITE = gettext_lazy("Skriv något här.")
DAY = {"required": gettext_lazy("Välj en dag."), "invalid": gettext_lazy("Skriv dagen som ÅÅÅÅ-MM-DD.")}


class Text(CleanTextField):
    """A text of some lines. What is too long is told of, and stays in the field."""

    def __init__(self, *, rows: int = 3, most: int = 1000, **kwargs: Any) -> None:
        too_long = _too_long()
        super().__init__(
            max_length=most,
            widget=forms.Textarea(attrs={"rows": rows}),
            error_messages={"required": WRITE, "max_length": too_long},
            **kwargs,
        )


class Line(CleanTextField):
    """A text of one line."""

    def __init__(self, *, most: int = 200, **kwargs: Any) -> None:
        super().__init__(max_length=most, error_messages={"required": WRITE, "max_length": _too_long()}, **kwargs)


class Day(forms.DateField):
    """A day, with the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, error_messages=DAY, **kwargs)


class Plain(forms.Form):
    """A form whose errors stand beside the fields in our own words."""

    use_required_attribute = False
    mark_optional = True


def _too_long() -> Any:
    return gettext_lazy("Skriv högst %(limit_value)s tecken.")


class ConflictForm(Plain):
    """Who has a stake in the case, and what it is."""

    person = forms.TypedChoiceField(label=gettext_lazy("Vem gäller det?"), coerce=int, error_messages=CHOOSE)
    ground = forms.ChoiceField(
        label=gettext_lazy("Vad är det som gör jäv?"),
        choices=ConflictOfInterest.Ground.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    note = Text(
        label=gettext_lazy("Förklara kort"),
        required=False,
        help_text=gettext_lazy("Läses av den som prövar frågan. Skriv inget som kan vara hemligt."),
    )

    def __init__(self, *args: Any, me: User, others: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(me.pk, _("Mig själv")), *((one.pk, one.role) for one in others)]
        self.fields["person"].choices = choices  # type: ignore[attr-defined]  # a choice field
        self.fields["person"].initial = me.pk


class TryConflictForm(Plain):
    """Is it a conflict of interest? Why?"""

    answer = forms.ChoiceField(
        label=gettext_lazy("Är personen jävig?"),
        choices=[
            ("yes", gettext_lazy("Ja. Någon annan tar över ärendet.")),
            ("no", gettext_lazy("Nej. Personen kan fortsätta.")),
        ],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    reason = Text(label=gettext_lazy("Skäl"))


# --- To whoever wrote -------------------------------------------------------------------------------------------------
class ExplainForm(Plain):
    """What the author is told. The rule and how to ask for reconsideration are added by themselves."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Vad ska skrivas?"),
        choices=[
            ("explanation", gettext_lazy("En förklaring")),
            ("warning", gettext_lazy("En varning: händer det igen kan kontot blockeras")),
        ],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    text = Text(
        label=gettext_lazy("Text till den som skrev"),
        rows=8,
        most=5000,
        help_text=gettext_lazy("Regeln och hur man ber om omprövning läggs till sist, av sig själva."),
    )


class TemplateForm(Plain):
    """A text to begin with."""

    title = Line(label=gettext_lazy("Mallens namn"), most=120)
    text = Text(
        label=gettext_lazy("Text"),
        rows=10,
        most=5000,
        help_text=gettext_lazy("Luckor som fylls i: {channel}, {rule}, {law}, {until}, {municipality}."),
    )


# --- Reconsideration --------------------------------------------------------------------------------------------------
class AppealForm(Plain):
    """The public form. `website` is for machines: people do not see it."""

    reference = Line(
        label=gettext_lazy("Numret i meddelandet från oss"),
        most=40,
        help_text=gettext_lazy("Tolv tecken, till exempel 7KQ2-MX4R-9HTD."),
    )
    text = Text(label=gettext_lazy("Vad är det som är fel?"), rows=6, most=5000)
    contact = Line(
        label=gettext_lazy("E-post, om du vill ha ett mejl när vi har beslutat"),
        required=False,
        help_text=gettext_lazy("Du behöver inte säga vem du är. Du kan också läsa beslutet här med ditt nummer."),
    )
    website = forms.CharField(required=False, label=gettext_lazy("Lämna tomt"), widget=forms.HiddenInput)

    def clean_website(self) -> str:
        """Refuse what a machine has filled in."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Lämna det dolda fältet tomt."))
        return ""


class RequestForm(Plain):
    """A request that came in another way, written down by staff."""

    text = Text(label=gettext_lazy("Vad begärs, och varför?"), rows=5, most=5000)
    contact = Line(label=gettext_lazy("Hur vi når den som begär"), required=False)


class DecideForm(Plain):
    """Does the decision stand? Why?"""

    answer = forms.ChoiceField(
        label=gettext_lazy("Vad blir det?"),
        choices=[
            ("uphold", gettext_lazy("Beslutet står fast")),
            ("change", gettext_lazy("Beslutet ändras")),
        ],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    reason = Text(
        label=gettext_lazy("Skäl"),
        rows=6,
        most=5000,
        help_text=gettext_lazy("Läses av den som har begärt omprövning. Skriv enkelt och säg vilken regel det gäller."),
    )


# --- Others before the answer -----------------------------------------------------------------------------------------
class HoldForm(Plain):
    """Why others are to be heard, and about what."""

    scope = forms.ChoiceField(
        label=gettext_lazy("Vad gäller det?"),
        choices=[
            ("case", gettext_lazy("Bara det här ärendet")),
            ("channel", gettext_lazy("Alla svar i kanalen")),
        ],
        initial="case",
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    reason = Text(label=gettext_lazy("Varför?"))


class AdviceForm(Plain):
    """What the one who is asked thinks."""

    advice = Text(label=gettext_lazy("Ditt råd"), most=2000, rows=4)


# --- Block ------------------------------------------------------------------------------------------------------------
class BlockForm(Plain):
    """Until when, why nothing less is enough, and what the author is told."""

    until = Day(label=gettext_lazy("Till och med"))
    reason = Text(label=gettext_lazy("Varför räcker det inte med något mindre?"), most=2000)
    text = Text(
        label=gettext_lazy("Text till den som skrev"),
        rows=7,
        most=5000,
        help_text=gettext_lazy("{until} byts ut mot dagen ovan. Regeln och hur man ber om omprövning läggs till sist."),
    )


class LiftForm(Plain):
    """Why the block is lifted."""

    note = Text(label=gettext_lazy("Varför hävs den?"))


# --- Crisis -----------------------------------------------------------------------------------------------------------
class CrisisForm(Plain):
    """Which channels, what has happened, how often somebody looks, until when."""

    channel = forms.ModelChoiceField(
        queryset=Channel.objects.none(),
        label=gettext_lazy("Vilken kanal?"),
        required=False,
        empty_label=gettext_lazy("Alla kommunens kanaler"),
        error_messages=CHOOSE,
    )
    reason = Text(label=gettext_lazy("Vad har hänt?"))
    every_hours = forms.IntegerField(
        label=gettext_lazy("Hur många timmar får gå mellan bevakningarna?"),
        initial=2,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": gettext_lazy("Skriv antalet timmar med siffror."),
            "invalid": gettext_lazy("Skriv antalet timmar med siffror."),
        },
    )
    until = Day(label=gettext_lazy("Till och med"))

    def __init__(self, *args: Any, channels: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]  # a choice among rows


# --- The police -------------------------------------------------------------------------------------------------------
class PoliceForm(Plain):
    """The police's number, who has it there, when to ask again, what became of it."""

    number = Line(label=gettext_lazy("Polisens diarienummer"), most=60, required=False)
    contact = Line(label=gettext_lazy("Kontakt hos polisen"), required=False)
    follow_up_on = Day(label=gettext_lazy("Fråga igen den"), required=False)
    outcome = Text(
        label=gettext_lazy("Vad blev det?"),
        required=False,
        help_text=gettext_lazy("Fyll i när ärendet är klart hos polisen."),
    )
