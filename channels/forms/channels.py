"""Opening a channel and changing what the register says."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from channels.forms.fields import RoleChoiceField
from channels.models import Channel, ChannelChange
from kommun import policy
from kommun.policy import Scope, keys


class OpenForm(forms.Form):
    """The account exists: here is its address."""

    address = forms.CharField(
        label=_("Kontots adress"),
        max_length=2000,
        help_text=_("Klistra in adressen från webbläsaren. Vi tar bort det som inte hör till kontot."),
        error_messages={"required": _("Klistra in kontots adress.")},
    )
    exists = forms.BooleanField(
        label=_("Kontot finns och visar det som det ska"),
        error_messages={"required": _("Bekräfta att kontot finns och visar det som det ska.")},
    )


class DetailsForm(forms.Form):
    """What owner and deputy change without asking anybody."""

    name = forms.CharField(
        label=_("Kanalens namn"), max_length=120, error_messages={"required": _("Skriv kanalens namn.")}
    )
    description = forms.CharField(
        label=_("Beskrivning"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    audience = forms.CharField(label=_("Målgrupp"), max_length=300, required=False)
    update_frequency = forms.CharField(label=_("Hur ofta kanalen uppdateras"), max_length=120, required=False)
    moderation_hours = forms.CharField(label=_("När kanalen bevakas"), max_length=120, required=False)
    credentials_place = forms.CharField(
        label=_("Var inloggningen förvaras"),
        max_length=200,
        required=False,
        help_text=_("Skriv platsen, aldrig lösenordet. Visas inte för allmänheten."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class ChangeForm(forms.Form):
    """What somebody else has to confirm: who answers, why the channel exists and where it is."""

    owner = RoleChoiceField(label=_("Kontoansvarig"), error_messages={"required": _("Välj en ansvarig.")})
    deputy = RoleChoiceField(label=_("Ersättare"), required=False)
    unit = forms.ModelChoiceField(
        Unit.objects.all(), label=_("Verksamhet"), error_messages={"required": _("Välj en verksamhet.")}
    )
    purpose = forms.CharField(
        label=_("Syfte"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Skriv vad kanalen är till för.")},
    )
    reply_hours = forms.IntegerField(label=_("Svarar inom (timmar)"), min_value=1, max_value=1000, required=False)
    address = forms.CharField(label=_("Kontots adress"), max_length=2000, required=False)
    reason = forms.CharField(
        label=_("Varför behövs ändringen?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Skriv varför, så att den som bekräftar förstår.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, channel: Channel, scope: Scope, **kwargs: Any) -> None:
        self.channel, self.scope = channel, scope
        super().__init__(*args, **kwargs)

    @staticmethod
    def current(channel: Channel) -> dict[str, Any]:
        """Return what the register says today, as initial values."""
        return {
            "owner": channel.owner_id,
            "deputy": channel.deputy_id,
            "unit": channel.unit_id,
            "purpose": channel.purpose,
            "reply_hours": channel.reply_hours,
            "address": channel.address.url if channel.address else "",
            "version": channel.version,
        }

    def clean(self) -> dict[str, Any]:
        """Check what several fields say together, and the promise against the policy."""
        data = super().clean() or self.cleaned_data
        if data.get("owner") and data.get("owner") == data.get("deputy"):
            self.add_error("deputy", _("Ersättaren kan inte vara samma person som den ansvariga."))
        roles = policy.rule(keys.CHANNEL_ROLES, self.scope)
        wanted = roles.value.count("deputy") if roles else None
        if wanted and wanted.min and not data.get("deputy") and "deputy" not in self.errors:
            self.add_error("deputy", _("Välj en ersättare. Kanalen får inte stå utan bevakning."))
        limit = policy.rule(keys.REPLY_WITHIN, self.scope)
        hours = data.get("reply_hours")
        if limit and hours and (most := getattr(limit.value, "hours", None)) and hours > most:
            self.add_error(
                "reply_hours",
                _("Policyn säger högst %(hours)s timmar. Lova samma tid eller kortare.") % {"hours": most},
            )
        return data

    def changed_values(self) -> dict[str, Any]:
        """Return what differs from the register, as plain values for `propose_change`."""
        before = self.current(self.channel)
        values = {
            key: getattr(self.cleaned_data[key], "pk", self.cleaned_data[key])
            for key in ("owner", "deputy", "unit", "purpose", "reply_hours", "address")
        }
        return {
            key: value for key, value in values.items() if value != before[key] and not (key == "address" and not value)
        }


class SettleForm(forms.Form):
    """The answer to a proposed change."""

    action = forms.ChoiceField(choices=[("confirm", ""), ("decline", ""), ("withdraw", "")])
    answer = forms.CharField(
        label=_("Meddelande"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


FIELD_LABELS = {
    **{name: field.label for name, field in ChangeForm.base_fields.items()},
    "purposes": _("Kommunens syften"),
}


def shown_changes(change: ChannelChange) -> list[tuple[str, str, str]]:
    """Return each proposed change as (what, value today, new value), in words."""
    channel = change.channel
    people = User.objects.select_related("unit").in_bulk([change.values.get("owner"), change.values.get("deputy")])
    units = Unit.objects.in_bulk([change.values.get("unit")])
    today: dict[str, Any] = {
        "owner": channel.owner.role,
        "deputy": channel.deputy.role if channel.deputy else "",
        "unit": channel.unit,
        "address": channel.address.url if channel.address else "",
    }
    rows = []
    for key, value in change.values.items():
        if key in {"owner", "deputy"}:
            new = people[value].role if value in people else ""
        elif key == "unit":
            new = str(units.get(value, ""))
        else:
            new = str(value if value is not None else "")
        old = today.get(key, getattr(channel, key, ""))
        rows.append((str(FIELD_LABELS.get(key, key)), str(old if old is not None else ""), new))
    return rows
