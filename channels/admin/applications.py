"""Applications and how they were decided. Everything is answered on the pages of its own."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels.models import Application, ApprovalStep, Attachment, Decision
from kommun.admin_kit import STEERS, LookHistory, LookInline, LookOnly


class SentAdmin(LookOnly):
    """Rows of applications that have been sent: a draft is the applicant's own. `path` leads to the application."""

    group, seen_by = "register", STEERS
    path = "application__"
    joined: tuple[str, ...] = ("application",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(**{f"{self.path}submitted_at__isnull": False})


class StepInline(LookInline):
    """The steps of the decision, in order."""

    model = ApprovalStep
    fields = ["position", "kind", "role", "status", "assignee", "decided_by", "decided_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApprovalStep]:
        steps: QuerySet[ApprovalStep] = super().get_queryset(request)
        return steps.select_related("application", "assignee", "decided_by")


@admin.register(Application)
class ApplicationAdmin(SentAdmin, LookHistory):
    """Applications that have been sent."""

    order, path = 120, ""
    joined = ("policy_version", "channel")
    nothing_yet = _("Ingen ansökan passar. Ta bort ett filter för att se alla som är inskickade.")
    list_display = ["title", "applicant", "status", "submitted_at", "decided_at"]
    list_filter = ["status", ("submitted_at", admin.DateFieldListFilter)]
    list_select_related = ["applicant"]
    search_fields = ["applicant__name", "answers__name", "channel__name"]
    search_help_text = _("Sök på sökandes namn eller på vad kanalen ska heta.")
    date_hierarchy = "submitted_at"
    inlines = [StepInline]


@admin.register(ApprovalStep)
class ApprovalStepAdmin(SentAdmin, LookHistory):
    """Who was asked, why just that person, and what the answer was."""

    order = 130
    nothing_yet = _("Inget steg passar. Ta bort ett filter för att se alla.")
    list_display = ["application", "position", "kind", "role", "status", "assignee", "opened_at", "decided_at"]
    list_filter = ["status", "kind", ("opened_at", admin.DateFieldListFilter)]
    list_select_related = ["application", "assignee"]
    search_fields = ["assignee__name", "application__answers__name", "application__applicant__name"]
    date_hierarchy = "opened_at"
    exclude = ["key"]

    def links(self, obj: ApprovalStep) -> list[tuple[Any, str]]:
        return [(_("Öppna ansökan i arbetsytan"), obj.application.get_absolute_url())]


@admin.register(Attachment)
class AttachmentAdmin(SentAdmin):
    """Files of applications. Fetched from the product's own page, which asks who is reading."""

    order = 140
    nothing_yet = _("Ingen bilaga passar. Bilagor lämnas i ansökan.")
    list_display = ["name", "document", "application", "size", "uploaded_by", "uploaded_at", "replaced_at"]
    list_filter = ["document", ("replaced_at", admin.EmptyFieldListFilter)]
    list_select_related = ["application", "uploaded_by"]
    search_fields = ["name", "document", "uploaded_by__name"]
    date_hierarchy = "uploaded_at"
    exclude = ["file"]

    def links(self, obj: Attachment) -> list[tuple[Any, str]]:
        return [
            (_("Öppna ansökan i arbetsytan"), obj.application.get_absolute_url()),
            (_("Hämta filen"), reverse("channels:attachment", args=[obj.pk])),
        ]


@admin.register(Decision)
class DecisionAdmin(SentAdmin):
    """Decisions, which are never changed."""

    order = 150
    nothing_yet = _("Inget beslut är fattat än.")
    list_display = ["application", "outcome", "decided_at"]
    list_filter = ["outcome"]
    list_select_related = ["application"]
    joined = ("application", "policy_version")
    search_fields = ["application__answers__name", "application__applicant__name", "sha256"]
    date_hierarchy = "decided_at"
