"""Many rows of everything, made in the database itself: each copy points at its own copies of what the row pointed at.

That is where a list that reads row by row shows: ten rows with the same owner hide it.
"""

from django.db import connection, models

from accounts.models import Absence, Appointment, DigestDay, Unit, UnitHandOver
from archive.models import DisposalDecision, Hold
from kommun.models import Municipality, PolicyVersion
from moderation.models import Case, ConflictOfInterest, Explanation, Reconsideration, ReplyTemplate

FIRST = 1_000_000  # the number of the first copy
# What a copy cannot take over from its row; and what is over is not read to find out who may do what today.
INSTEAD = {
    (PolicyVersion, "status"): "'draft'",
    (DisposalDecision, "number"): "'KF ' || n",
    (Hold, "released_by"): "NULL",
    (Appointment, "ends_on"): "t.starts_on",
    (Absence, "withdrawn_at"): "now()",
    (DigestDay, "day"): "date '1900-01-01' + n",
    (Case, "claimed_by"): "NULL",
    (ConflictOfInterest, "decided_by"): "NULL",
    (Explanation, "block"): "NULL",
    (Reconsideration, "decision_record"): "NULL",
    (ReplyTemplate, "number"): f"{FIRST} + n",
    (ReplyTemplate, "replaced_at"): "now()",
}
# A municipality has hundreds of units at most, and every page reads them: with more, each request is slow for nothing.
FEW = {Unit: 1_000, UnitHandOver: 1_000, Appointment: 1_000, Absence: 1_000}


def copy_rows(rows, first, last):
    """Give every row in `rows` copies with the numbers FIRST + first to FIRST + last, fewer of what there are few of."""
    copied = {type(row) for row in rows}
    with connection.cursor() as cursor:
        # No triggers and no checks of relations: the copies point at each other, and ten thousand seals take a minute.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for row in rows:
            fields = type(row)._meta.concrete_fields
            values = ", ".join(_value(row, field, copied, fields) for field in fields)
            quote = connection.ops.quote_name
            columns = ", ".join(quote(field.column) for field in fields)
            table, key = quote(row._meta.db_table), quote(row._meta.pk.column)
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, generate_series(%s, %s) n"  # noqa: S608  (our own tables)
                f" WHERE t.{key} = %s",
                [first, min(last, FEW.get(type(row), last + 1) - 1), row.pk],
            )
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE")


def _value(row, field, copied, fields):
    model, column = type(row), connection.ops.quote_name(field.column)
    if (model, field.name) in INSTEAD:
        return INSTEAD[model, field.name]
    related = field.related_model
    if related is model:  # a tree: all below the first
        return f"CASE WHEN n = 0 THEN NULL ELSE {FIRST} END"
    if field.is_relation and related in copied:
        others = [one.name for one in fields if one.related_model is related]
        # Two people of one row are never the same person.
        there = f"least((n / 10 + 1) * 10, {FEW[related]})" if related in FEW else "(n / 10 + 1) * 10"
        return f"{FIRST} + mod(n + {others.index(field.name)}, {there})"
    if field.primary_key:
        return f"{FIRST} + n"
    if not _is_unique(model, field):
        return f"t.{column}"
    if isinstance(field, models.UUIDField):
        return "gen_random_uuid()"
    if isinstance(field, models.IntegerField):
        return f"t.{column} + {FIRST} + n"
    return f"'copy' || n || left(t.{column}, {max((field.max_length or 40) - 12, 0)})"


def _is_unique(model, field):
    """Whether two rows must differ here. Where a relation is part of what is unique, it differs already."""
    together = [getattr(one, "fields", ()) for one in model._meta.constraints]
    alone = any(tuple(names) == (field.name,) for names in together)
    return field.unique or alone or field.name == "email"


def one_of_each(admins):
    """Return a row of every model in the admin that may have more than one."""
    found = {model: model._default_manager.order_by("pk").first() for model in admins if model is not Municipality}
    assert None not in found.values(), [model for model, row in found.items() if row is None]
    return list(found.values())
