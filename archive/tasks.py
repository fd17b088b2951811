"""The scheduler's door to the archive."""

from celery import shared_task
from django.utils import timezone

from accounts.actor import SCHEDULER
from archive import actions, orphans


@shared_task(name="archive.throw_away_orphans")
def throw_away_orphans() -> int:
    """Delete files that no row points at, and return how many. Safe to run twice, and beside somebody who is storing one."""
    return orphans.throw_away(timezone.now())


@shared_task(name="archive.put_classes")
def put_classes() -> int:
    """Give records without a retention class the one that the policy has for them, and return how many. Safe to run twice."""
    return actions.put_classes(actor=SCHEDULER)


@shared_task(name="archive.carry_out_disposals")
def carry_out_disposals() -> int:
    """Destroy what is confirmed and due, and return how many records. Safe to run twice, at once, or after a kill."""
    return actions.carry_out()
