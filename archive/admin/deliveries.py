"""Deliveries in the browser admin."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from archive.models import Delivery, DeliveryFile, DeliveryRecord
from kommun.admin_kit import STEERS, LookHistory, LookOnly


@admin.register(Delivery)
class DeliveryAdmin(LookHistory):
    """What has left for registrars, the shared folder and the e-archive, and what came of it."""

    group, order, seen_by = "archive", 100, STEERS
    nothing_yet = _("Ingen leverans passar. En leverans kommer till när arkivarien eller registratorn förbereder den.")
    fields = [
        "status", "version", "name", "reference", "committee", "starts_on", "target", "form", "secret", "again",
        "prepared_by", "prepared_for", "prepared_at", "begun_by", "begun_for", "begun_at", "delivered_at", "place",
        "package_sha256", "receipt_number", "receipt_on", "answered_by", "answered_for", "answered_at", "problem",
    ]  # fmt: skip
    list_display = ["name", "status", "committee", "starts_on", "target", "form", "prepared_at", "delivered_at"]
    list_filter = ["status", "target", "form", "secret", ("prepared_at", admin.DateFieldListFilter)]
    list_select_related = ["committee"]
    joined = ("prepared_by", "prepared_for", "begun_by", "begun_for", "answered_by", "answered_for")
    search_fields = ["name", "=receipt_number", "=package_sha256"]
    search_help_text = _("Sök på paketets namn, kvittens eller hela kontrollsumman.")
    date_hierarchy = "prepared_at"

    def links(self, obj: Delivery) -> list[tuple[Any, str]]:
        return [(_("Öppna i arbetsytan"), obj.get_absolute_url())]


@admin.register(DeliveryRecord)
class DeliveryRecordAdmin(LookOnly):
    """Which record went in which delivery."""

    group, order, seen_by = "archive", 110, STEERS
    nothing_yet = _("Ingen handling i någon leverans passar.")
    fields = ["delivery", "number", "target", "counts"]
    list_display = ["number", "delivery", "target", "counts"]
    list_filter = ["target", "counts"]
    list_select_related = ["delivery"]
    search_fields = ["=number", "delivery__name"]
    search_help_text = _("Sök på handlingens nummer eller paketets namn.")


@admin.register(DeliveryFile)
class DeliveryFileAdmin(LookOnly):
    """The lists of contents: each file as it was written and read again."""

    group, order, seen_by = "archive", 120, STEERS
    nothing_yet = _("Ingen fil i någon leverans passar.")
    fields = ["delivery", "version", "path", "size", "sha256", "sha512", "verified_at"]
    list_display = ["path", "delivery", "version", "size", "verified_at"]
    list_filter = [("verified_at", admin.DateFieldListFilter)]
    list_select_related = ["delivery"]
    search_fields = ["=sha256", "delivery__name"]
    search_help_text = _("Sök på hela kontrollsumman eller paketets namn.")
    date_hierarchy = "verified_at"
