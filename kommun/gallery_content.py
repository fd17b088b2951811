"""Examples for the component gallery. Everything here is invented, and people are roles."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kommun.components import STATUSES, ChannelEntry, Column, Fact, Guard, LogEntry, Step, SummaryRow, Task
from kommun.forms import Option
from kommun.icons import ICONS

STRENGTHS = ("ska", "bör", "kan")


class ExampleForm(forms.Form):
    """One field of each kind."""

    mark_optional = True

    text = forms.CharField(label=_("Kanalens namn"), help_text=_("Till exempel Kulturskolan."))
    unit = forms.ChoiceField(label=_("Enhet"), choices=[("", _("Välj")), ("culture", _("Kultur och fritid"))])
    note = forms.CharField(label=_("Syfte"), widget=forms.Textarea, required=False)
    starts_on = forms.DateField(label=_("Första dag"), widget=forms.DateInput(attrs={"type": "date"}))
    plan = forms.FileField(label=_("Aktivitetsplan"), help_text=_("PDF, högst 10 MB."), required=False)
    custody = forms.ChoiceField(
        label=_("Var sparas inloggningen?"),
        widget=forms.RadioSelect,
        choices=[
            ("vault", Option(_("I kommunens lösenordsvalv"), _("Flera kan komma åt den."))),
            ("other", Option(_("Någon annanstans"), _("Skriv var."))),
        ],
    )
    administrators = forms.MultipleChoiceField(
        label=_("Vilka kan administrera kontot?"),
        help_text=_("Minst två."),
        widget=forms.CheckboxSelectMultiple,
        choices=[("1", _("Kulturpedagog")), ("2", _("Webbredaktör")), ("3", _("Rektor"))],
    )
    read = forms.BooleanField(label=_("Jag har läst handboken"), help_text=_("Det tar ungefär tio minuter."))


class ExamplePerson:
    """Somebody, by role."""

    role = _("Kulturchef, Kultur och fritid")
    title = _("Kulturchef")

    def __str__(self) -> str:
        return str(self.title)


def context(request: HttpRequest) -> dict[str, Any]:
    """Return the examples. With POST the form is shown with its errors; the second form always is."""
    now = timezone.now()
    data = request.POST if request.method == "POST" else None
    return {
        "form": ExampleForm(data, prefix="a"),
        "form_with_errors": ExampleForm({"b-text": "<b>Kulturskolan</b>"}, prefix="b"),
        "rules": [_rule(strength) for strength in STRENGTHS],
        "statuses": list(STATUSES),
        "icons": list(ICONS),
        "now": now,
        "deadlines": _deadlines(now),
        "earlier": [now - timedelta(days=days) for days in (0, 1, 9, 400)],
        "tasks": [
            Task(_("Syfte och målgrupp"), "#uppgifter", "done"),
            Task(_("Ansvarig och ersättare"), "#uppgifter", "missing", _("Ett svar saknas"), current=True),
            Task(_("Arbetstid och innehåll"), "#uppgifter"),
            Task(_("Läs handboken"), "#uppgifter", "ongoing", _("1 av 2 har läst")),
            Task(_("Granska och skicka"), status="locked", status_label=_("Öppnas när resten är klart")),
        ],
        "summary": [
            SummaryRow(_("Syfte"), _("Visa elevernas konserter."), "#sammanfattning", _("syftet")),
            SummaryRow(_("Konto"), "@kulturskolan", "#sammanfattning", _("kontot")),
            SummaryRow(_("Ersättare"), "", "#sammanfattning", _("ersättaren")),
        ],
        "steps": [
            Step(_("Ansökan skickad"), "done", _("tor 19 nov, Kulturpedagog")),
            Step(_("Närmaste chef svarar"), "now", _("helst senast tis 24 nov"), status="waiting"),
            Step(_("Kommunikationsstrategen svarar"), "open"),
            Step(_("Kontot öppnas"), "locked", "", _guards()),
        ],
        "guards": _guards(),
        "log": [
            LogEntry(
                now - timedelta(days=3),
                _("Kulturpedagog"),
                _("Skickade ansökan"),
                _("Rutin för sociala medier, avsnitt 2"),
            ),
            LogEntry(now - timedelta(hours=3), _("Webbredaktör för Kulturchef"), _("Godkände")),
        ],
        "columns": [Column(_("Kanal")), Column(_("Plattform")), Column(_("Följare"), right=True)],
        "rows": [[_("Kulturskolan"), "Instagram", "1 204"], [_("Biblioteket"), "Facebook", "312"]],
        "page": Paginator(range(90), 30).page(2),
        "channels": _channels(),
        "person": ExamplePerson(),
    }


def _rule(strength: str) -> SimpleNamespace:
    return SimpleNamespace(
        key=f"example.{strength}",
        strength=SimpleNamespace(value=strength),
        text=_("Minst två personer kan administrera kontot."),
        cite=_("Rutin för sociala medier, avsnitt 2"),
    )


def _guards() -> list[Guard]:
    return [
        Guard(_("Två personer kan administrera kontot."), met=True, rule=_("avsnitt 2")),
        Guard(_("Ersättaren har inte läst handboken."), met=False, rule=_("avsnitt 3")),
    ]


def _deadlines(now: Any) -> list[dict[str, Any]]:
    opened = now - timedelta(hours=40)
    return [
        {"due": now + timedelta(days=5), "opened": opened},
        {"due": now + timedelta(hours=36, minutes=18), "opened": opened, "note": _("Går ut i helgen")},
        {"due": now + timedelta(hours=6, minutes=8), "opened": opened},
        {"due": now - timedelta(hours=1, minutes=17), "opened": opened},
    ]


def _channels() -> list[ChannelEntry]:
    facts = [
        Fact(_("Ansvarig"), _("Kulturpedagog")),
        Fact(_("Regler för kommentarer"), _("Det här tar vi bort"), "#kanal"),
    ]
    address = "https://www.instagram.com/kulturskolan/"
    purpose = _("Visar konserter och berättar när anmälan öppnar.")
    return [
        ChannelEntry(
            _("Kulturskolan"), "Instagram", "Ig", "@kulturskolan", address, purpose, "#kanal", "kanal-1",
            reply=_("Svarar inom 48 timmar på vardagar"), facts=facts,
        ),
        ChannelEntry(_("Fritidsgården"), "Snapchat", "Sn", "@fritids", address, closed_on=date(2024, 3, 29)),
    ]  # fmt: skip
