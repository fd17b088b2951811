"""What a row looked like (django-simple-history), and history rows for changes that are made in one statement.

`QuerySet.update()` leaves no trace in django-simple-history, and its bulk helpers copy objects from memory, which may be
stale. Here the database copies what it holds, in the transaction of the change.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Literal

from django.db import connection, models
from django.utils import timezone
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords as LibraryRecords

from kommun.actor import ActorLike


class _KeptManager(HistoryManager):
    """The library makes a new manager class each time somebody says `.history`, at each save; this one makes it once."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class: type[models.QuerySet[Any]], class_name: str | None = None) -> Any:
        return super().from_queryset(queryset_class, class_name)


class HistoricalRecords(LibraryRecords):
    """`history` of a model: a row for each time that it is saved. `triggers` are those of the table of old rows.

    `lean`: found by its row and its time only, as history is read. The library copies the index of each column and makes
    one for each key, and a row of history then costs more to write than the row itself.
    """

    def __init__(self, *, lean: bool = False, triggers: Sequence[Any] = (), **options: Any) -> None:
        self.lean, self.triggers = lean, triggers
        super().__init__(history_manager=_KeptManager, **options)

    def copy_fields(self, model: type[models.Model]) -> dict[str, Any]:
        """Return the fields of the history."""
        if self.lean:
            self.no_db_index = [field.name for field in self.fields_included(model) if not field.primary_key]
        found: dict[str, Any] = super().copy_fields(model)
        return found

    def get_meta_options(self, model: Any) -> dict[str, Any]:
        """Return the Meta of the table of old rows, with its triggers."""
        options: dict[str, Any] = super().get_meta_options(model)
        return options | {"triggers": list(self.triggers)} if self.triggers else options


def array_of(ids: Collection[int]) -> str:
    """Return the numbers as PostgreSQL writes an array of them: for many thousands, which the driver writes one by one."""
    return "{" + ",".join(map(str, ids)) + "}"


def write_history(model: Any, ids: Collection[int], actor: ActorLike, kind: Literal["+", "~", "-"] = "~") -> None:
    """Write one history row for each row with an id in `ids`, as it is stored now: new, changed, or soon to be removed.

    Call it after the change, or before the removal, under the lock.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("History is written in the transaction of the change.")
    if not ids:
        return
    table, history = model._meta.db_table, model.history.model._meta.db_table
    fields: list[models.Field[Any, Any]] = model.history.model.tracked_fields
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {history} ({names}, history_date, history_type, history_user_id)"  # noqa: S608  (names of our own tables)
            f" SELECT {names}, %s, %s, %s FROM {table} WHERE id = ANY(%s::bigint[]) ORDER BY id",
            [timezone.now(), kind, actor.user_id, array_of(ids)],
        )


def create_many(rows: Sequence[models.Model], actor: ActorLike) -> None:
    """Store new rows of one model, which get their ids, with their history. Four statements at the most, however many."""
    if rows:
        model: Any = type(rows[0])
        model.objects.bulk_create(rows)
        write_history(model, [row.pk for row in rows], actor, "+")


def change_many(rows: Sequence[models.Model], fields: Collection[str], actor: ActorLike) -> None:
    """Store the fields of rows that are there, with their history. Call it with the rows locked.

    As an insertion that finds each row there: `bulk_update` asks for every field of every row with a condition for each of
    the others, and takes twenty times as long for five hundred.
    """
    if rows:
        model: Any = type(rows[0])
        model.objects.bulk_create(rows, update_conflicts=True, unique_fields=["pk"], update_fields=fields)
        write_history(model, [row.pk for row in rows], actor)


def remove_many(model: Any, ids: Collection[int], actor: ActorLike) -> None:
    """Remove rows that nothing points at, with a last row of history each. Call it with the rows locked.

    Past Django's collector, which would remove and write history one row at a time.
    """
    write_history(model, ids, actor, "-")
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = ANY(%s)", [list(ids)])  # noqa: S608  (our own table)


def forget(model: Any, ids: Collection[int]) -> None:
    """Remove every old row of these rows, for disposal: what a row said is not kept in its history either."""
    rows = model.history.model._base_manager.filter(id__in=list(ids))
    rows._raw_delete(rows.db)
