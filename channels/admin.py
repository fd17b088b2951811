"""The register in the browser admin: to look at, with history. State changes are made on the register's own pages."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from channels.models import Application, Channel, ChannelAddress, Decision, Platform


class ReadOnly:
    """Adds, changes and removes nothing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Platform)
class PlatformAdmin(SimpleHistoryAdmin):
    """Platforms can be renamed, ordered and taken out of use. They are never removed: old addresses need them."""

    list_display = ["name", "kind", "archived", "sort"]
    list_filter = ["kind", "archived"]
    search_fields = ["name", "key"]
    readonly_fields = ["key"]

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a platform without patterns cannot read an address: they come from platforms.toml


class AddressInline(admin.StackedInline):
    """The addresses of a channel, through time. Not as a table: its empty headings say nothing to those who listen."""

    model = ChannelAddress
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Channel)
class ChannelAdmin(ReadOnly, SimpleHistoryAdmin):
    """Channels as published."""

    list_display = ["name", "platform", "unit", "owner", "status", "visibility"]
    list_filter = ["status", "visibility", "platform", "unit"]
    list_select_related = ["platform", "unit", "owner"]
    search_fields = ["name", "purpose", "addresses__handle"]
    inlines = [AddressInline]


@admin.register(Application)
class ApplicationAdmin(ReadOnly, SimpleHistoryAdmin):
    """Applications that have been sent; a draft is the applicant's own."""

    list_display = ["title", "applicant", "status", "submitted_at", "decided_at"]
    list_filter = ["status"]
    list_select_related = ["applicant"]
    search_fields = ["applicant__name"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Application]:
        return super().get_queryset(request).exclude(status=Application.Status.DRAFT)


@admin.register(Decision)
class DecisionAdmin(ReadOnly, admin.ModelAdmin):
    """Decisions, which are never changed."""

    list_display = ["application", "outcome", "decided_at"]
    list_filter = ["outcome"]
