"""How the database is emptied after a test that commits."""

from django.apps import apps
from django.db import connection, transaction
from django.test import TransactionTestCase

KEPT = frozenset({"django_content_type", "auth_permission"})  # what migrate writes: emptied, it would be written anew


def empty_database(_test: TransactionTestCase) -> None:
    """Delete every row. Django's flush truncates eighty tables that are mostly empty: each gets new files on the disk.

    No triggers: what happened may never be deleted, and rows that point at each other would have to go in order.
    """
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)} - KEPT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("; ".join(f"DELETE FROM {table}" for table in tables))  # noqa: S608  (our own tables)


def use() -> None:
    """Let every test that commits be followed by this."""
    TransactionTestCase._fixture_teardown = empty_database  # type: ignore[method-assign]  # there is no setting for it
