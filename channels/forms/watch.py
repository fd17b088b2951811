"""Forms about looking after a channel: when something was last posted, and whether a quiet channel is kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.forms.fields import CleanTextField
from channels.forms.upkeep import DAY, NOTE


class LastPostForm(forms.Form):
    """One field: the day of the last post. Or the other button: nothing has been posted."""

    use_required_attribute = False
    mark_optional = False

    last_post_on = forms.DateField(
        label=gettext_lazy("När publicerades det senaste inlägget?"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages=DAY,
    )

    def __init__(self, *args: Any, nothing: bool = False, **kwargs: Any) -> None:
        self.nothing = nothing
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Ask for a day, unless nothing has been posted; then the field does not matter."""
        data = super().clean() or self.cleaned_data
        if self.nothing:
            self.errors.pop("last_post_on", None)
            data["last_post_on"] = None
        elif not data.get("last_post_on") and "last_post_on" not in self.errors:
            self.add_error("last_post_on", _("Välj en dag, eller svara att inget är publicerat."))
        return data


class SilenceForm(forms.Form):
    """Keep or close, and why."""

    use_required_attribute = False
    mark_optional = False

    keep = forms.TypedChoiceField(
        label=gettext_lazy("Ska kanalen vara kvar?"),
        choices=[("yes", gettext_lazy("Ja, behåll den")), ("no", gettext_lazy("Nej, den ska avslutas"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Välj ja eller nej."),
            "invalid_choice": gettext_lazy("Välj ja eller nej."),
        },
    )
    reason = CleanTextField(
        label=gettext_lazy("Varför?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Skriv varför."), **NOTE},
    )
