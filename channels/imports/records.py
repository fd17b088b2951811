"""A file of records (JSON) as lines of a table: a list of objects, or one object with such a list in it. Pure."""

import json
from typing import Any

from django.utils.translation import gettext as _

from channels.imports.reading import MAX_COLUMNS, Limits, Line, ReadError, Sheet, decoded, tidy, too_long, too_wide


def read_records(content: bytes, limits: Limits) -> Sheet:
    """Return the records as lines, below a line with the names of their fields. The first record is line 1.

    Numbers are kept as they are written: the id of a post has more digits than a decimal number keeps. Raises ReadError.
    """
    text, remarks = decoded(content)
    records = _records(text)
    if len(records) > limits.rows:
        raise too_long(limits.rows)
    names: dict[str, int] = {}
    for number, record in enumerate(records, start=1):
        if isinstance(record, dict):
            for name in record:
                names.setdefault(name, len(names))
            if len(names) > MAX_COLUMNS:
                raise too_wide(number)
    header = Line(0, tidy(list(names)))
    return Sheet([header, *(_line(number, each, names, limits) for number, each in enumerate(records, 1))], remarks)


def _records(text: str) -> list[Any]:
    try:
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise ReadError(
            _("Filen är ingen riktig JSON: rad %(line)s, tecken %(column)s går inte att läsa.")
            % {"line": error.lineno, "column": error.colno}
        ) from error
    except RecursionError as error:
        raise ReadError(_("Filen har listor i listor i för många led. Spara en enda lista med objekt.")) from error
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else [found]
    if not isinstance(found, list) or not any(isinstance(each, dict) and each for each in found):
        raise ReadError(_("Filen är JSON men har ingen lista med objekt. Spara en lista där varje objekt är en rad."))
    return found


def _line(number: int, record: Any, names: dict[str, int], limits: Limits) -> Line:
    if not isinstance(record, dict):
        return Line(number, [], _("Det här är inget objekt med namngivna fält."))
    cells, problem = [""] * len(names), ""
    for name, value in record.items():
        if isinstance(value, (dict, list)):
            problem = _("Fältet ”%(name)s” innehåller en lista eller ett objekt. Skriv en enda text.") % {
                "name": name[:60]
            }
        else:
            cells[names[name]] = _said(value)
    return Line(number, tidy(cells, limits.clean), problem)


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return str(value)
