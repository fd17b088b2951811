"""What keeps the register true: confirmations, what accounts show, tests of log-ins, and lists that came in by file."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from channels.actions.importing import discard_import
from channels.admin.register import OfChannel
from channels.imports.lifecycle import kinds_open_to
from channels.models import AccessTest, Activity, Attestation, Confirmation, ImportRow, ImportRun, WatchTick
from kommun.admin_kit import KEEPS_REGISTER, LookOnly


class SaidAdmin(OfChannel):
    """What somebody has said about a channel. Said on the channel's page, and never taken back."""

    list_select_related = ["channel", "made_by", "on_behalf_of"]
    joined: tuple[str, ...] = ("policy_version",)
    search_fields = ["channel__name", "made_by__name"]
    date_hierarchy = "made_at"


@admin.register(Confirmation)
class ConfirmationAdmin(SaidAdmin):
    """The owners' word that the register is true."""

    order = 70
    nothing_yet = _("Ingen bekräftelse passar. Den kontoansvariga bekräftar på kanalens sida, halvårsvis.")
    list_display = ["made_at", "of_channel", "made_by", "on_behalf_of"]
    list_filter = [("made_at", admin.DateFieldListFilter)]


@admin.register(Attestation)
class AttestationAdmin(SaidAdmin):
    """What the accounts have been seen to show."""

    order = 80
    nothing_yet = _("Inget intyg passar. De lämnas på kanalens sida, under Vad kontot visar.")
    list_display = ["item", "of_channel", "answer", "seen_on", "made_by"]
    list_filter = ["answer", ("seen_on", admin.DateFieldListFilter)]
    search_fields = ["item", "channel__name", "made_by__name"]
    exclude = ["proof"]  # media are served by the product's own page, which asks who is reading

    def links(self, obj: Attestation) -> list[tuple[Any, str]]:
        proof = [(_("Visa beviset"), reverse("channels:attestation_proof", args=[obj.pk]))] if obj.proof else []
        return [*super().links(obj), *proof]


@admin.register(AccessTest)
class AccessTestAdmin(SaidAdmin):
    """Whether the log-ins work. Never a secret: the actions refuse what looks like one."""

    order = 90
    nothing_yet = _("Inget prov passar. Inloggningen provas på kanalens sida, under Inloggning.")
    list_display = ["tested_on", "of_channel", "works", "strong", "place", "made_by"]
    list_filter = ["works", "strong", ("tested_on", admin.DateFieldListFilter)]
    date_hierarchy = "tested_on"


@admin.register(WatchTick)
class WatchTickAdmin(SaidAdmin):
    """Who has looked at which channel, and when."""

    order = 92
    nothing_yet = _("Ingen genomgång passar. De bockas av på Min dag.")
    list_display = ["made_at", "of_channel", "found", "made_by", "on_behalf_of", "withdrawn_at"]
    list_filter = ["found", ("made_at", admin.DateFieldListFilter)]
    joined = ("policy_version", "obligation")


@admin.register(Activity)
class ActivityAdmin(SaidAdmin):
    """When something was last posted, and what was decided about quiet channels."""

    order = 94
    nothing_yet = _("Inget svar passar. De lämnas på kanalens sida, under Är kanalen levande?")
    list_display = ["made_at", "of_channel", "answer", "last_post_on", "made_by", "on_behalf_of"]
    list_filter = ["answer", ("made_at", admin.DateFieldListFilter)]


class OwnKinds(LookOnly):
    """Imports of the kinds that the reader may bring in: lists of people are the administrators'."""

    group, seen_by = "register", KEEPS_REGISTER
    run = ""

    def get_queryset(self, request: HttpRequest) -> Any:
        kinds = kinds_open_to(Actor.from_request(request))
        return super().get_queryset(request).filter(**{f"{self.run}kind__in": kinds})


@admin.register(ImportRun)
class ImportRunAdmin(OwnKinds):
    """Lists on their way in."""

    order = 100
    nothing_yet = _("Ingen fil passar. Läs in en lista under Import och export i arbetsytan.")
    list_display = ["name", "kind", "state", "done", "total", "created_by", "created_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["created_by"]
    search_fields = ["name", "created_by__name"]
    date_hierarchy = "created_at"
    exclude = ["file"]
    actions = ["discard"]

    def links(self, obj: ImportRun) -> list[tuple[Any, str]]:
        return [(_("Öppna i arbetsytan"), obj.get_absolute_url())]

    @admin.action(description=_("Kasta importen"), permissions=["view"])
    def discard(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Bring the chosen files in no more, when the person is sure."""
        page = self.asked(
            request,
            queryset,
            action="discard",
            question=_("Kasta importer?"),
            button=_("Ja, kasta"),
            follows=_("Inget ur filerna förs in. Det som redan är infört står kvar."),
        )
        if page is None:
            actor, done = Actor.from_request(request, "admin"), gettext("%(count)s import kastad.")
            self.let(request, queryset, lambda row: discard_import(run_id=row.pk, actor=actor), done)
        return page


@admin.register(ImportRow)
class ImportRowAdmin(OwnKinds):
    """What each row of the files did."""

    order, run = 110, "run__"
    nothing_yet = _("Ingen rad passar. Välj en fil under Importer för att se vad den för in.")
    list_display = ["title", "number", "run", "verdict", "overtaken"]
    list_filter = ["verdict", "overtaken"]
    list_select_related = ["run"]
    search_fields = ["title", "run__name"]
    ordering = ["-run", "number"]

    def get_exclude(self, request: HttpRequest, obj: ImportRow | None = None) -> Any:
        """Leave out what somebody wrote in a channel: it is read in the case, by whoever may read that."""
        of_cases = obj is not None and obj.run.kind == ImportRun.Kind.CASES
        return ["cells", "values", "said"] if of_cases else super().get_exclude(request, obj)

    def links(self, obj: ImportRow) -> list[tuple[Any, str]]:
        return [(_("Öppna importen i arbetsytan"), obj.run.get_absolute_url())]
