"""When foreign keys are checked in work on many rows: with each statement, while the rows are at hand, or at commit.

Django's keys wait for the commit. For a hundred thousand rows that takes twice as long, and the commit is when the chain of
events is locked, so that everybody else waits for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models

KEYS = """
SELECT string_agg(format('%%I', conname), ', ') FROM pg_constraint
WHERE contype = 'f' AND condeferrable AND conrelid = ANY(ARRAY(SELECT to_regclass(name) FROM unnest(%s::text[]) AS name))
"""


@contextmanager
def checked_at_once(*tables: type[models.Model]) -> Iterator[None]:
    """Check the foreign keys of these tables with each statement of the block; the seal of the events waits for the commit.

    Call it inside the transaction. A key that points at nothing raises IntegrityError where it is written.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Keys are checked in the transaction of the change.")
    with connection.cursor() as cursor:
        cursor.execute(KEYS, [[table._meta.db_table for table in tables]])
        (names,) = cursor.fetchone()
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")
        # A check is planned once for a session. Where the table it looks in is small, reading all of it seems cheapest, and
        # is done for each row: now the checks are planned anew, with an index.
        cursor.execute("DISCARD PLANS; SET LOCAL enable_seqscan = off")
    yield
    # Not when the block failed: then the transaction, or the savepoint, is taken back, and the settings with it.
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = DEFAULT; SET CONSTRAINTS {names} DEFERRED")
