"""The scheduler's door to the archive."""

import time
from collections.abc import Callable, Iterator

from celery import shared_task
from django.utils import timezone

from accounts.actor import SCHEDULER
from archive import actions, orphans
from archive.actions import writing
from kommun.each import let_each

# A round of captures takes no new one after so long: the next round does.
ROUND_SECONDS = 600


@shared_task(name="archive.throw_away_orphans")
def throw_away_orphans() -> int:
    """Delete files that no row points at, and return how many. Safe to run twice, and beside somebody who is storing one."""
    return orphans.throw_away(timezone.now())


@shared_task(name="archive.resume_deliveries")
def resume_deliveries() -> int:
    """Begin again with packages whose job was lost, and return how many were written. Safe to run twice."""
    return writing.resume_deliveries()


@shared_task(name="archive.put_classes")
def put_classes() -> int:
    """Give records without a retention class the one that the policy has for them, and return how many. Safe to run twice."""
    return actions.put_classes(actor=SCHEDULER)


@shared_task(name="archive.carry_out_disposals")
def carry_out_disposals() -> int:
    """Destroy what is confirmed and due, and return how many records. Safe to run twice, at once, or after a kill."""
    return actions.carry_out()


@shared_task(name="archive.complete_lost")
def complete_lost() -> int:
    """Make the PDF/A of what somebody handed in and whose job was lost, and return how many. Safe to run twice."""
    return actions.complete_lost(timezone.now())


@shared_task(name="archive.check_files")
def check_files() -> int:
    """Read a slice of the stored files again, those that have waited longest, and return how many. Catches up by itself."""
    return actions.check_files(now=timezone.now(), actor=SCHEDULER)


@shared_task(name="archive.capture_due", acks_late=False)
def capture_due() -> int:
    """Take the snapshots that are to be captured now, one after another, and return how many were tried.

    Runs on the queue `capture`, where a browser is. Safe to run twice and beside itself: whoever locks the row first takes it.
    A round lasts longer than the broker waits for an answer, so its message is answered at once; a lost one comes again
    within a minute.
    """
    actions.take_back_lost(timezone.now(), actor=SCHEDULER)
    return let_each(_acts(), SCHEDULER)


def _acts() -> Iterator[tuple[Callable[..., object], dict[str, int]]]:
    end = time.monotonic() + ROUND_SECONDS
    for pk in actions.ids_to_take(timezone.now()):
        if time.monotonic() > end:
            return
        yield actions.take_snapshot, {"snapshot_id": pk}
