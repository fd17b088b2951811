"""The municipality, its policy versions and the events in the browser admin. Nothing can be removed here.

A version is brought in and put in force on the rulebook's own pages, and an event is written by the act that it records:
here both are only looked at.
"""

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kommun.actor import actor_of
from kommun.events import record
from kommun.models import Event, Municipality, PolicyVersion


class LookOnly(admin.ModelAdmin):
    """Shows rows; adds, changes and removes nothing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(PolicyVersion)
class PolicyVersionAdmin(LookOnly):
    """Versions of the policy, with a way to the page where one is put in force."""

    list_display = ["number", "title", "status", "valid_from", "valid_to", "review_on", "page"]
    list_filter = ["status"]
    search_fields = ["title"]
    fields = [
        "number", "title", "municipality", "status", "page", "adopted_by", "adopted_on", "valid_from", "valid_to",
        "review_on", "filename", "sha256", "created_at", "adopted_at", "original",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[PolicyVersion]:
        versions: models.QuerySet[PolicyVersion] = super().get_queryset(request)
        return versions.defer("content", "original")

    @admin.display(description=_("sida"))
    def page(self, version: PolicyVersion) -> SafeString:
        """Link to what the version changes."""
        address = reverse("policy_version", args=[version.number])
        return format_html('<a href="{}">{}</a>', address, _("Se och sätt i kraft"))


@admin.register(Event)
class EventAdmin(LookOnly):
    """The audit trail, newest first. What is not in it has not happened."""

    list_display = ["occurred_at", "kind", "subject_type", "subject_id", "actor_label", "door"]
    list_filter = ["kind", "door", "subject_type"]
    search_fields = ["kind", "subject_id", "actor_label"]
    date_hierarchy = "occurred_at"
    ordering = ["-pk"]
    fields = [
        "occurred_at", "kind", "subject_type", "subject_id", "actor", "on_behalf_of", "actor_label", "door", "payload",
    ]  # fmt: skip
    show_full_result_count = False  # the table only grows


@admin.register(Municipality)
class MunicipalityAdmin(admin.ModelAdmin):
    """Who the municipality is. There is one row, and each change of it is an event."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fieldsets = [
        (None, {"fields": ["name", "short_name", "slug", "seat"]}),
        (_("Kontakt"), {"fields": ["website", "switchboard", "contact_email", "registrar_email"]}),
        (_("Utseende"), {"fields": ["brand_colour", "brand_colour_dark", "logo"]}),
        (_("Öppenhet och kalender"), {"fields": ["show_names", "closed_days"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Municipality.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Municipality, form: Any, change: Any) -> None:
        """Save, and write down which fields were changed."""
        obj.pk = 1
        with transaction.atomic():
            before = Municipality.objects.select_for_update().filter(pk=obj.pk).first()
            changed = [name for name in form.changed_data if getattr(before, name, None) != getattr(obj, name)]
            super().save_model(request, obj, form, change)
            kind = "municipality.changed" if before else "municipality.added"
            if changed:
                record(kind, subject=obj, actor=actor_of(request, "admin"), data={"fields": sorted(changed)})
