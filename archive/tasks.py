"""The scheduler's door to the archive."""

from celery import shared_task
from django.utils import timezone

from accounts.actor import SCHEDULER
from archive import actions, aside, orphans


@shared_task(name="archive.throw_away_orphans")
def throw_away_orphans() -> int:
    """Delete files that no row points at, and return how many. Safe to run twice, and beside somebody who is storing one."""
    return orphans.throw_away(timezone.now())


@shared_task(name="archive.complete_lost")
def complete_lost() -> int:
    """Make the PDF/A of what somebody handed in and whose job was lost, and return how many. Safe to run twice."""
    return actions.complete_lost(timezone.now())


@shared_task(name="archive.check_files")
def check_files() -> int:
    """Read a slice of the stored files again, those that have waited longest, and return how many. Catches up by itself."""
    return actions.check_files(now=timezone.now(), actor=SCHEDULER)


@shared_task(name="archive.throw_away_aside")
def throw_away_aside() -> int:
    """Delete what somebody chose for a form and never sent, and return how many files."""
    return aside.throw_away(timezone.now())
