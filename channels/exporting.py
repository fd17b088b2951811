"""The register, the units and the people as tables to take out, and to bring in again unchanged.

The columns are those of an import (`channels.imports.columns`), in Swedish whatever the reader's language: a file goes
from one person to another. No cell is run as a formula. Who may see what is asked before these are called.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import override
from openpyxl import Workbook

from accounts.actor import Actor
from accounts.models import Unit, User
from channels import rules
from channels.imports.columns import COLUMNS, ERROR_COLUMN
from channels.models import Channel
from channels.models.imports import ImportRow, ImportRun
from channels.open_data import safe_cell
from channels.plain_text import clean_text

CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
EXPORTED = (ImportRun.Kind.CHANNELS, ImportRun.Kind.UNITS, ImportRun.Kind.PEOPLE)
YES, NO = "ja", "nej"
Row = Sequence[str]


def written(form: str, header: Row, rows: Iterable[Row]) -> bytes:
    """Return the table as a file: CSV with semicolons and a byte order mark, as a Swedish Excel opens it, or XLSX."""
    safe = ([safe_cell(clean_text(cell)) for cell in row] for row in rows)
    if form == CSV:
        out = StringIO()
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(safe)
        return ("\ufeff" + out.getvalue()).encode()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Kanalkollen")
    sheet.freeze_panes = "A2"
    sheet.append(list(header))
    for cells in safe:
        sheet.append(cells)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def header_of(kind: str) -> list[str]:
    """Return the headers of a kind of file."""
    return [column.header for column in COLUMNS[kind]]


def template_rows(kind: str) -> list[Row]:
    """Return one example row, below the headers of an empty file."""
    return [[column.example for column in COLUMNS[kind]]]


def channel_rows(channels: QuerySet[Channel], actor: Actor) -> Iterator[Row]:
    """Yield a row for each channel, as the actor may see it.

    Those who keep the register see people by their e-mail address, others by role, as on the pages; where the log-in is
    kept is for those who keep the channel's data true, and for its administrators.
    """
    keeper = bool(actor.roles & rules.KEEPERS)
    names = Counter(Unit.objects.values_list("name", flat=True))
    rows = channels.select_related("controller", "unit__manager").prefetch_related("administrators__unit")

    def person(user: User | None) -> str:
        if user is None:
            return ""
        return (user.email or user.name) if keeper else user.role

    with override("sv"):
        for row in rows:
            address = row.address
            values: dict[str, Any] = {
                "id": row.slug,
                "platform": row.platform.name,
                "address": address.url if address else "",
                "handle": address.handle if address else "",
                "unit": _unit(row.unit, names),
                "controller": _unit(row.controller, names),
                "owner": person(row.owner),
                "deputy": person(row.deputy),
                "administrators": ", ".join(sorted(person(user) for user in row.administrators.all())),
                "languages": " ".join(row.languages),
                "visibility": YES if row.visibility == Channel.Visibility.PUBLIC else NO,
                "opened_on": row.opened_on.isoformat() if row.opened_on else "",
                "status": row.get_status_display(),
            }
            administers = actor.user in row.administrators.all()
            if not (keeper or administers) and rules.why_not_propose_change(actor, row):
                values["credentials_place"] = ""
            yield _row(ImportRun.Kind.CHANNELS, row, values)


def unit_rows() -> Iterator[Row]:
    """Yield a row for each unit."""
    names = Counter(Unit.objects.values_list("name", flat=True))
    with override("sv"):
        for row in Unit.objects.select_related("parent", "manager", "registrar"):
            values = {
                "id": row.slug,
                "kind": row.get_kind_display(),
                "parent": _unit(row.parent, names),
                "manager": (row.manager.email or row.manager.name) if row.manager else "",
                "registrar": (row.registrar.email or row.registrar.name) if row.registrar else "",
                "central": YES if row.central else NO,
            }
            yield _row(ImportRun.Kind.UNITS, row, values)


def people_rows() -> Iterator[Row]:
    """Yield a row for each person who can be brought in again: those with an address."""
    names = Counter(Unit.objects.values_list("name", flat=True))
    for row in User.objects.exclude(email="").select_related("unit"):
        yield _row(ImportRun.Kind.PEOPLE, row, {"unit": _unit(row.unit, names)})


def error_rows(run: ImportRun) -> tuple[Row, list[Row]]:
    """Return header and rows of what could not be brought in, as they stood in the file, each with its error beside."""
    width = len(run.header)
    found = run.rows.filter(verdict=ImportRow.Verdict.ERROR)
    rows: list[Row] = [[*(row.cells + [""] * width)[:width], _said(row.said["errors"])] for row in found]
    return [*run.header, ERROR_COLUMN], rows


def _said(errors: Sequence[tuple[str, str]]) -> str:
    return " ".join(f"{label}: {reason}" if label else reason for label, reason in errors)


def _row(kind: str, row: Any, values: dict[str, Any]) -> Row:
    found = (values.get(column.key, getattr(row, column.key, "")) for column in COLUMNS[kind])
    return ["" if value is None else str(value) for value in found]


def _unit(unit: Unit | None, names: Counter[str]) -> str:
    if unit is None:
        return ""
    return unit.name if names[unit.name] == 1 else unit.slug
