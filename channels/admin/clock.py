"""What is due, and who has been told. The clock and the pages where things are done write here; the admin only shows."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import BelowFilter
from channels.clock import KINDS
from channels.models import Obligation, ObligationNotice
from kommun.admin_kit import STEERS, ChoiceFilter, LookHistory, LookInline, LookOnly, StaffAdmin


class DueFilter(ChoiceFilter):
    """Where the obligation stands."""

    title, parameter_name = _("läge"), "lage"
    answers = [
        ("open", _("väntar")),
        ("late", _("försenade")),
        ("met", _("klara")),
        ("lapsed", _("behövs inte längre")),
    ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "open":
                return queryset.open()
            case "late":
                return queryset.late()
            case "met" | "lapsed" as outcome:
                return queryset.filter(closed_at__isnull=False, outcome=outcome)
        return queryset


class KindFilter(ChoiceFilter):
    """What kind of thing is due: the kinds that the clock knows."""

    title, parameter_name = _("slag"), "slag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(key, kind.title) for key, kind in KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class NoticeInline(LookInline):
    """Who was told, when, and why just that person."""

    model = ObligationNotice
    fields = ["stage", "person", "why", "told_at"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("person")


@admin.register(Obligation)
class ObligationAdmin(LookHistory):
    """Everything that is due, newest first. What is due about a case or a record is shown to whoever may read that."""

    group, order, seen_by, guarded = "clock", 10, STEERS, True
    nothing_yet = _("Ingen uppgift passar. Ta bort ett filter för att se alla.")
    list_display = ["label", "kind", "channel", "holder", "passed_to", "due_at", "missed_at", "outcome"]
    list_filter = [DueFilter, KindFilter, BelowFilter, ("due_at", admin.DateFieldListFilter)]
    list_select_related = ["channel", "holder", "passed_to"]
    search_fields = ["label", "channel__name", "holder__name"]
    search_help_text = _("Sök på vad som ska göras, på kanalen eller på vem som har uppgiften.")
    ordering = ["-pk"]
    inlines = [NoticeInline]
    joined = ("policy_version",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(self.seen(request))

    def reads_all(self, request: HttpRequest) -> bool:
        """As for what is due: whoever reads all of that."""
        others = (one for model, one in self.admin_site._registry.items() if model is not self.model)
        return all(one.reads_all(request) for one in others if isinstance(one, StaffAdmin))


@admin.register(ObligationNotice)
class ObligationNoticeAdmin(LookOnly):
    """Reminders that have gone out."""

    group, order, seen_by = "clock", 20, STEERS
    nothing_yet = _("Ingen påminnelse passar. Klockan påminner när tiden är nära eller har gått ut.")
    list_display = ["told_at", "person", "obligation", "stage"]
    list_filter = [("told_at", admin.DateFieldListFilter)]
    list_select_related = ["obligation", "person"]
    search_fields = ["person__name", "obligation__label"]
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(self.seen(request, "obligation__"))

    def links(self, obj: ObligationNotice) -> list[tuple[Any, str]]:
        return [(_("Öppna uppgiften i arbetsytan"), obj.obligation.get_absolute_url())]
