"""Snapshots and the checks of files in the browser admin."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from archive.models import FixityCheck, Snapshot, SnapshotFile
from kommun.admin_kit import STEERS, LookHistory, LookOnly


@admin.register(Snapshot)
class SnapshotAdmin(LookHistory):
    """Snapshots: of which channel, how they came to be, and what came of them. Notes are left out: they may say anything."""

    group, order, seen_by = "archive", 130, STEERS
    nothing_yet = _("Ingen ögonblicksbild passar. De kommer till när någon lämnar en eller när en hämtas.")
    fields = [
        "channel", "how", "reason", "status", "period", "level", "attempts", "asked_by", "asked_at", "taken_at",
        "handed_in_at", "checked_at", "validation", "validator", "manifest_sha256", "decided_by", "decided_at", "rating",
        "refusal",
    ]  # fmt: skip
    list_display = ["number", "channel", "how", "reason", "status", "taken_at", "validation", "decided_by"]
    list_filter = ["status", "how", "reason", "validation", ("taken_at", admin.DateFieldListFilter)]
    list_select_related = ["channel", "decided_by"]
    joined = ("asked_by", "decided_by")
    search_fields = ["=manifest_sha256", "channel__name"]
    search_help_text = _("Sök på kanal eller förteckningens hela kontrollsumma.")
    date_hierarchy = "asked_at"

    @admin.display(description=_("nummer"), ordering="pk")
    def number(self, obj: Snapshot) -> int:
        """Return the row's own number, as above."""
        return obj.pk

    def links(self, obj: Snapshot) -> list[tuple[Any, str]]:
        return [(_("Öppna i arbetsytan"), obj.get_absolute_url())]


@admin.register(SnapshotFile)
class SnapshotFileAdmin(LookOnly):
    """Which file belongs to which snapshot, and as what."""

    group, order, seen_by = "archive", 140, STEERS
    nothing_yet = _("Ingen fil i någon ögonblicksbild passar.")
    fields = ["snapshot", "file", "role", "place", "attempt", "sha512"]
    list_display = ["number", "file", "role", "place"]
    list_filter = ["role"]
    list_select_related = ["snapshot__channel", "file"]
    search_fields = ["=file__sha256", "=sha512"]
    search_help_text = _("Sök på hela kontrollsumman.")

    @admin.display(description=_("ögonblicksbild"), ordering="snapshot")
    def number(self, obj: SnapshotFile) -> int:
        """Return the snapshot's own number, as above."""
        return obj.snapshot_id


@admin.register(FixityCheck)
class FixityCheckAdmin(LookOnly):
    """What came of the newest check of each file."""

    group, order, seen_by = "archive", 150, STEERS
    nothing_yet = _("Ingen kontroll passar. Varje fil kontrolleras en gång i månaden.")
    fields = ["number", "result", "checked_at", "since", "found_sha256"]
    list_display = ["number", "result", "checked_at", "since"]
    list_filter = ["result", ("checked_at", admin.DateFieldListFilter)]
    search_fields = ["=file__sha256", "=found_sha256"]
    search_help_text = _("Sök på hela kontrollsumman.")

    @admin.display(description=_("filens nummer"), ordering="file")
    def number(self, obj: FixityCheck) -> int:
        """Return the file's own number: its name may say whom it is about."""
        return obj.file_id
