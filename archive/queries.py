"""What screens, exports and the apps above ask, with what a row needs to be shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.organisation import Organisation
from archive import readers, registrars
from archive.models import Delivery, DiarySheet, Record, RecordFile, StoredFile
from kommun import parties

PAGE = 50
S = DiarySheet.Status
_CHANNEL = ("channel__unit", "channel__platform", "channel__owner__unit", "channel__deputy__unit")
_FILES = RecordFile.objects.select_related("file__uploaded_by__unit").order_by("place", "pk")


def records_about(subject: models.Model) -> QuerySet[Record]:
    """Return the records of an object of an app above, oldest first, with their files. Ask `readers` who may see them."""
    files = Prefetch("file_rows", queryset=_FILES)
    return Record.objects.about(subject).select_related(*_CHANNEL).prefetch_related(files).order_by("pk")


def files_of(record: Record) -> list[StoredFile]:
    """Return the record's files in their order, with who gave them."""
    return [row.file for row in _FILES.filter(record=record)]


def latest_sheet(record: Record) -> DiarySheet | None:
    """Return the newest diary sheet of the record, whatever became of it; None when it was never handed over."""
    return DiarySheet.objects.filter(record=record).order_by("-pk").first()


# --- What one person may see: what is unseen is not there (Http404) ---------------------------------------------------
def record_for(user: User, organisation: Organisation, pk: int) -> Record:
    """Return the record when the person may read it. Raises Http404 otherwise."""
    row = get_object_or_404(Record.objects.select_related(*_CHANNEL), pk=pk)
    if not readers.may_read(user, organisation, row):
        raise Http404
    return row


def sheet_for(user: User, organisation: Organisation, pk: int) -> DiarySheet:
    """Return the sheet when the person may read its record. Raises Http404 otherwise."""
    people = ("proposed_by__unit", "proposed_for__unit", "answered_by__unit", "answered_for__unit")
    rows = DiarySheet.objects.select_related(*people, *(f"record__{name}" for name in _CHANNEL))
    row = get_object_or_404(rows, pk=pk)
    if not readers.may_read(user, organisation, row.record):
        raise Http404
    return row


def file_for(user: User, organisation: Organisation, pk: int) -> StoredFile:
    """Return the file when the person may see it. Raises Http404 otherwise."""
    row = get_object_or_404(StoredFile.objects.select_related("uploaded_by__unit"), pk=pk)
    if not readers.may_read_file(user, organisation, row):
        raise Http404
    return row


def delivery_for(user: User, organisation: Organisation, pk: int) -> Delivery | None:
    """Return the delivery when the person keeps the records of its committee, else None."""
    people = ("prepared_by__unit", "prepared_for__unit", "begun_by__unit", "begun_for__unit", "answered_by__unit")
    row = Delivery.objects.select_related("committee", *people).filter(pk=pk).first()
    return row if row is not None and registrars.keeps(user, row.committee, organisation) else None


# --- The registrar's list ---------------------------------------------------------------------------------------------
SHEET_STATES = [
    ("", _("Allt som inte är diariefört")),
    ("svara", _("Väntar på dig")),
    ("tillbaka", _("Skickat tillbaka")),
    ("blad", _("Diarieblad saknas")),
]


@dataclass(frozen=True)
class Page:
    """Some rows of a list that is long; `after` leads to the next ones, and is empty when there are none."""

    rows: list[Record]
    after: str


def sheets_waiting(user: User, units: Collection[int]) -> QuerySet[DiarySheet]:
    """Return the sheets that wait for the registrar of the units, but those that the person has a stake in."""
    rows = DiarySheet.objects.filter(status=S.PROPOSED, record__channel__unit__in=units)
    return rows.exclude(parties.kept_from(user, "record__"))


def not_diarised(user: User, units: Collection[int], *, state: str = "", after: str = "") -> Page:
    """Return the records of the units that are to stand in the diary and do not, oldest knowledge first.

    What the person has a stake in is left out: somebody else registers it.

    `state` is a key of SHEET_STATES. `after` is what the page before gave: rows are found from there by index, so that
    the last page costs what the first does. Each row has `sheet`: the newest one that is open, or None.
    """
    rows = Record.objects.not_diarised().filter(channel__unit__in=units).exclude(parties.kept_from(user))
    sheets = DiarySheet.objects.filter(record=OuterRef("pk"))
    match state:
        case "svara":
            rows = rows.filter(Exists(sheets.filter(status=S.PROPOSED)))
        case "tillbaka":
            rows = rows.filter(Exists(sheets.filter(status=S.RETURNED)))
        case "blad":
            rows = rows.exclude(Exists(sheets.filter(status__in=(S.PROPOSED, S.RETURNED))))
    rows = rows.filter(_beyond(after)).select_related("channel__unit").order_by("known_at", "pk")
    found: list[Any] = list(rows[: PAGE + 1])
    open_sheets = DiarySheet.objects.filter(record__in=found, status__in=(S.PROPOSED, S.RETURNED))
    by_record = {sheet.record_id: sheet for sheet in open_sheets.select_related("proposed_by__unit")}
    for row in found:
        row.sheet = by_record.get(row.pk)
    more = len(found) > PAGE
    found = found[:PAGE]
    return Page(found, f"{found[-1].known_at.isoformat()}_{found[-1].pk}" if more else "")


def _beyond(after: str) -> Q:
    """Return the condition for rows past the place; a place that makes no sense is the beginning."""
    moment, _line, pk = after.rpartition("_")
    try:
        known_at, last = datetime.fromisoformat(moment), int(pk)
    except ValueError:
        return Q()
    if known_at.tzinfo is None or not 0 <= last < 2**63:
        return Q()
    return Q(known_at__gt=known_at) | Q(known_at=known_at, pk__gt=last)
