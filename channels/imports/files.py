"""From the stored file of an import to judged rows: the one way for the preview and for the check before it is applied."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from django.utils.translation import gettext as _

from channels.imports import channels, organisation
from channels.imports.columns import MAX_HEADER, find_header, missing_columns, recognise
from channels.imports.judging import Judgement
from channels.imports.kinds import ABOVE, limits_of
from channels.imports.reading import Line, ReadError, read, too_long
from channels.models.imports import ImportRun
from channels.plain_text import clean_text


@dataclass(frozen=True)
class Table:
    """The lines below the header that have something in them."""

    header: list[str]
    lines: list[Line]
    remarks: list[str]


def read_table(run: ImportRun) -> Table:
    """Return the table in the file. Raises ReadError, also when there is a header and nothing below it."""
    limits = limits_of(run.kind)
    with run.file.open("rb") as stream:
        sheet = read(stream, run.size, limits)  # type: ignore[arg-type]  # a Django file reads and seeks like any other
    header = find_header(sheet.lines, run.kind)
    if header is None:
        raise ReadError(_("Vi hittar ingen rubrikrad. Skriv kolumnernas namn på första raden."))
    if header.problem:
        raise ReadError(_("Rubrikraden går inte att läsa. %(problem)s") % {"problem": header.problem})
    below = [line for line in sheet.lines if line.number > header.number and (line.cells or line.problem)]
    if not below:
        raise ReadError(_("Filen har bara rubriker. Fyll i minst en rad under dem och välj filen igen."))
    if len(below) > limits.rows:
        raise too_long(limits.rows)
    width = max(len(header.cells), *(len(line.cells) for line in below))
    names = [cell[:MAX_HEADER] for cell in header.cells] + [""] * (width - len(header.cells))
    return Table(names, [_fitting(line, len(header.cells)) for line in below], sheet.remarks)


def _fitting(line: Line, width: int) -> Line:
    if line.problem or len(line.cells) <= width:
        return line
    problem = _("Raden har fler celler än rubrikraden. Kontrollera citattecken och skiljetecken.")
    return Line(line.number, line.cells, problem)


def needs_columns(table: Table, run: ImportRun) -> tuple[dict[str, int], list[str]]:
    """Return the columns as recognised or chosen, and what is still missing in words."""
    chosen = {key: place for key, place in run.columns.items() if place < len(table.header)}
    mapping = chosen or recognise(table.header, run.kind)
    return mapping, missing_columns(mapping, run.kind)


def judge(run: ImportRun, lines: list[Line], today: date) -> Iterator[Judgement]:
    """Yield what each row would do to the register as it is at this moment. The number of queries is fixed."""
    if run.kind in ABOVE:
        return ABOVE[run.kind].judge(run, lines)
    match run.kind:
        case ImportRun.Kind.CHANNELS:
            if run.owner_id is None or run.unit_id is None:
                raise ValueError("an import of channels has a provisional owner and unit")
            defaults = channels.Defaults(run.owner_id, run.unit_id, today)
            return channels.judge(lines, run.columns, defaults, channels.Register.load())
        case ImportRun.Kind.UNITS:
            return organisation.judge_units(lines, run.columns, organisation.Organisation.load())
        case _:
            return organisation.judge_people(lines, run.columns, organisation.Organisation.load())


def clean_name(raw: str) -> str:
    """Return a file name that is safe to show: no folders, no characters that nobody sees."""
    name = " ".join(clean_text(PurePath(raw.replace("\\", "/")).name).split())
    return name[-200:] or _("fil")
