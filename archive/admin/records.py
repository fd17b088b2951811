"""What is kept, in the browser admin: that it is there and how it is kept, never what it says.

The rows are those that the person may read on the product's own pages (`archive.readers`), where the texts are. A system
administrator reads none by that role, and nobody what they have a stake in.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Appointment, User
from accounts.organisation import organisation_of
from archive import readers
from archive.models import DiarySheet, Record, RecordFile, StoredFile
from archive.models.files import PICTURES
from kommun.admin_kit import STEERS, ChoiceFilter, LookHistory, LookInline, LookOnly

SECRECY = ["secrecy_provision", "secrecy_date", "secrecy_authority"]


def _records(request: HttpRequest) -> QuerySet[Record]:
    """Return the records that the person may read today, worked out once for each request."""
    found: QuerySet[Record] | None = getattr(request, "_records_read", None)
    if found is None:
        assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
        found = readers.records_read_by(request.user, organisation_of(request))
        request._records_read = found  # type: ignore[attr-defined]  # kept where the request is, for as long as it is
    return found


def _reads_all(request: HttpRequest) -> bool:
    """Return whether the person may read every record: of the roles that come in here the strategist alone."""
    assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
    return organisation_of(request).holds(request.user, Appointment.Role.STRATEGIST, None)


class OfRecords(LookOnly):
    """Rows of the records that the person may read. `way`: to the record."""

    group, seen_by, guarded = "archive", STEERS, True
    way = "record"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(**{f"{self.way}__in": _records(request)})

    def reads_all(self, request: HttpRequest) -> bool:
        return _reads_all(request)


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
class RecordAdmin(OfRecords, LookHistory):
    """The records: which kind, which channel, when, and how each is kept."""

    order, way = 10, "pk"
    nothing_yet = _("Ingen handling passar. Handlingar sparas när någon granskar, svarar eller bevarar något.")
    fields = [
        "kind", "direction", "channel", "occurred_at", "known_at", "keeping", "diary_number", *SECRECY,
        "retention_class", "fate", "keep_months", "counted_from", "retention_cite",
        "created_at", "created_by", "on_behalf_of",
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
class DiarySheetAdmin(OfRecords, LookHistory):
    """What has been handed to registrars, and what came of it."""

    order = 20
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

    group, order, seen_by, guarded = "archive", 30, STEERS, True
    nothing_yet = _("Ingen fil passar. Filer sparas som bevis när någon granskar.")
    fields = ["name", "content_type", "size", "sha256", "how", "uploaded_by", "at"]
    list_display = ["name", "content_type", "size", "how", "uploaded_by", "at"]
    list_filter = ["how", "content_type", ("at", admin.DateFieldListFilter)]
    list_select_related = ["uploaded_by"]
    search_fields = ["=sha256", "name"]
    search_help_text = _("Sök på filnamn eller hela kontrollsumman.")
    date_hierarchy = "at"

    def get_queryset(self, request: HttpRequest) -> Any:
        assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
        files = readers.files_read_by(request.user, organisation_of(request))
        return super().get_queryset(request).filter(pk__in=files)

    def reads_all(self, request: HttpRequest) -> bool:
        return _reads_all(request)

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
class RecordFileAdmin(OfRecords):
    """Which file belongs to which record."""

    order = 40
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
