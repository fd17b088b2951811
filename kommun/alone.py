"""Jobs that keep out of each other's way, whichever worker they run in."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(lock: int, number: int) -> Iterator[bool]:
    """Say whether this is the only job that works on the row. `lock`: a fixed number for the kind of job; `number`: the row's.

    It is an advisory lock of the connection, so it goes with the connection when the job is killed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [lock, number])
        found = bool(cursor.fetchone()[0])
    try:
        yield found
    finally:
        if found:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [lock, number])
