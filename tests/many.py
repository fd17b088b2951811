"""Many rows in one statement: copies of a row, made in the database itself, for counting what a page or a job costs.

Past the actions, the triggers and the checks of relations. Ten thousand rows by way of Python take seconds, and their
seals as many again, without showing anything more.
"""

from django.db import connection, models, transaction


def copy_row(row: models.Model, count: int, **unlike: str) -> None:
    """Add so many copies of the row. `unlike`: SQL for what a copy cannot take over; `n` is its number, from 0."""
    _copy(row, f"generate_series(0, {count - 1}) n", unlike)


def copy_row_for_each(row: models.Model, parent: models.Model, **unlike: str) -> None:
    """Add a copy of the row for each row that was made after `parent`, which is called `p` in `unlike`."""
    table, key = parent._meta.db_table, parent._meta.pk.column
    made = f"(SELECT * FROM {table} WHERE {key} > {parent.pk} ORDER BY {key}) p"  # noqa: S608  (our own tables)
    _copy(row, made, unlike)


def _copy(row: models.Model, source: str, unlike: dict[str, str]) -> None:
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]  # the database numbers the copies
    quote, table = connection.ops.quote_name, row._meta.db_table
    columns = ", ".join(quote(field.column) for field in fields)
    values = ", ".join(unlike.get(field.attname, f"t.{quote(field.column)}") for field in fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, {source} WHERE t.{row._meta.pk.column} = %s",  # noqa: S608  (our own tables)
            [row.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute(f"ANALYZE {table}")  # as autovacuum does in a real database
