"""The scheduler's door to the archive."""

from celery import shared_task
from django.utils import timezone

from archive import orphans
from archive.actions import writing


@shared_task(name="archive.throw_away_orphans")
def throw_away_orphans() -> int:
    """Delete files that no row points at, and return how many. Safe to run twice, and beside somebody who is storing one."""
    return orphans.throw_away(timezone.now())


@shared_task(name="archive.resume_deliveries")
def resume_deliveries() -> int:
    """Begin again with packages whose job was lost, and return how many were written. Safe to run twice."""
    return writing.resume_deliveries()
