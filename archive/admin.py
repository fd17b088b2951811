"""What is kept, in the browser admin: that it is there and how it is kept, never what it says.

A system administrator may not read records by that role (`archive.readers`), so texts, names and addresses are left out
here, in the old rows too. Whoever may read them does so on the product's own pages.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.models import DiarySheet, FixityCheck, Record, RecordFile, Snapshot, SnapshotFile, StoredFile
from archive.models.files import PICTURES
from kommun.admin_kit import STEERS, ChoiceFilter, LookHistory, LookInline, LookOnly

SECRECY = ["secrecy_provision", "secrecy_date", "secrecy_authority"]


class DiaryFilter(ChoiceFilter):
    """Whether the record stands in the diary."""

    title, parameter_name = _("diariet"), "diariet"
    answers = [("not", _("ska diarieföras, inte gjort än")), ("done", _("diarieförd"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "not":
                return queryset.not_diarised()
            case "done":
                return queryset.exclude(diary_number="")
        return queryset


class FileInline(LookInline):
    """The record's files."""

    model = RecordFile
    fields = ["file", "place"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("file")


@admin.register(Record)
class RecordAdmin(LookHistory):
    """Every record: which kind, which channel, when, and how it is kept."""

    group, order, seen_by = "archive", 10, STEERS
    nothing_yet = _("Ingen handling passar. Handlingar sparas när någon granskar, svarar eller bevarar något.")
    fields = [
        "kind", "direction", "channel", "occurred_at", "known_at", "keeping", "diary_number", *SECRECY,
        "retention_class", "created_at", "created_by", "on_behalf_of",
    ]  # fmt: skip
    list_display = ["number", "kind", "direction", "channel", "known_at", "keeping", "diary_number"]
    list_filter = [DiaryFilter, "keeping", "kind", "direction", ("known_at", admin.DateFieldListFilter)]
    list_select_related = ["channel"]
    joined = ("created_by", "on_behalf_of")
    search_fields = ["=diary_number", "channel__name"]
    search_help_text = _("Sök på diarienummer eller kanal.")
    date_hierarchy = "known_at"
    inlines = [FileInline]

    @admin.display(description=_("nummer"), ordering="pk")
    def number(self, obj: Record) -> int:
        """Return the row's own number: its name may say whom it is about."""
        return obj.pk

    def links(self, obj: Record) -> list[tuple[Any, str]]:
        return [(_("Öppna i arbetsytan"), obj.subject_url)] if obj.subject_url else []


@admin.register(DiarySheet)
class DiarySheetAdmin(LookHistory):
    """What has been handed to registrars, and what came of it."""

    group, order, seen_by = "archive", 20, STEERS
    nothing_yet = _("Inget diarieblad passar. Ett blad kommer till när någon lämnar en handling till diariet.")
    fields = [
        "status", "version", "document_date", "matter", "matter_number", "diary_number", *SECRECY,
        "proposed_by", "proposed_for", "proposed_at", "answered_by", "answered_for", "answered_at",
    ]  # fmt: skip
    list_display = ["number", "status", "diary_number", "proposed_by", "proposed_at", "answered_by", "answered_at"]
    list_filter = ["status", "matter", ("proposed_at", admin.DateFieldListFilter)]
    list_select_related = ["proposed_by", "answered_by"]
    joined = ("record", "proposed_for", "answered_for")
    search_fields = ["=diary_number", "=matter_number", "proposed_by__name"]
    search_help_text = _("Sök på diarienummer, ärende eller vem som lämnade bladet.")
    date_hierarchy = "proposed_at"

    @admin.display(description=_("nummer"), ordering="pk")
    def number(self, obj: DiarySheet) -> int:
        """Return the row's own number, as above."""
        return obj.pk


@admin.register(StoredFile)
class StoredFileAdmin(LookOnly):
    """Files that are kept: what they are and their checksums. Who has asked to see them stands in the history."""

    group, order, seen_by = "archive", 30, STEERS
    nothing_yet = _("Ingen fil passar. Filer sparas som bevis när någon granskar.")
    fields = ["name", "content_type", "size", "sha256", "how", "uploaded_by", "at"]
    list_display = ["name", "content_type", "size", "how", "uploaded_by", "at"]
    list_filter = ["how", "content_type", ("at", admin.DateFieldListFilter)]
    list_select_related = ["uploaded_by"]
    search_fields = ["=sha256", "name"]
    search_help_text = _("Sök på filnamn eller hela kontrollsumman.")
    date_hierarchy = "at"

    def links(self, obj: StoredFile) -> list[tuple[Any, str]]:
        return [(_("Öppna i arbetsytan"), reverse("archive:file", args=[obj.pk]))]


class PictureFilter(ChoiceFilter):
    """Pictures, or everything else."""

    title, parameter_name = _("slag"), "slag"
    answers = [("picture", _("bilder")), ("other", _("annat än bilder"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "picture":
                return queryset.filter(file__content_type__in=PICTURES)
            case "other":
                return queryset.exclude(file__content_type__in=PICTURES)
        return queryset


@admin.register(RecordFile)
class RecordFileAdmin(LookOnly):
    """Which file belongs to which record."""

    group, order, seen_by = "archive", 40, STEERS
    nothing_yet = _("Ingen fil i någon handling passar.")
    fields = ["record", "file", "place"]
    list_display = ["number", "file", "place"]
    list_filter = [PictureFilter]
    list_select_related = ["record", "file"]
    search_fields = ["=file__sha256"]
    search_help_text = _("Sök på hela kontrollsumman.")

    @admin.display(description=_("handling"), ordering="record")
    def number(self, obj: RecordFile) -> int:
        """Return the record's own number, as above."""
        return obj.record_id


@admin.register(Snapshot)
class SnapshotAdmin(LookHistory):
    """Snapshots: of which channel, how they came to be, and what came of them. Notes are left out: they may say anything."""

    group, order, seen_by = "archive", 50, STEERS
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

    group, order, seen_by = "archive", 60, STEERS
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

    group, order, seen_by = "archive", 70, STEERS
    nothing_yet = _("Ingen kontroll passar. Varje fil kontrolleras en gång i månaden.")
    fields = ["file", "result", "checked_at", "since", "found_sha256"]
    list_display = ["file", "result", "checked_at", "since"]
    list_filter = ["result", ("checked_at", admin.DateFieldListFilter)]
    list_select_related = ["file"]
    search_fields = ["=file__sha256", "=found_sha256"]
    search_help_text = _("Sök på hela kontrollsumman.")
