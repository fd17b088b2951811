"""The scheduler's door to the moderation."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from kommun.half_years import half_of
from moderation.actions import blocking, counting, crisis, registering


@shared_task(name="moderation.note_receipts")
def note_receipts() -> int:
    """Write down which cases the registrar has taken in since last time. Safe to run twice or after an outage."""
    return registering.note_receipts()


@shared_task(name="moderation.end_what_has_run_out")
def end_what_has_run_out() -> int:
    """Lift blocks and end crises whose time is over, and keep the denser watch going. Return how many blocks were lifted.

    Safe to run twice, at once, or after an outage.
    """
    crisis.keep_watch()
    return blocking.lift_what_has_run_out()


@shared_task(name="moderation.count_cases")
def count_cases() -> int:
    """Count the figures of this half-year and the one before anew, and return how many. Safe to run twice or after an outage."""
    this = half_of(timezone.localdate())
    return counting.count_cases(now=timezone.now(), since=half_of(this - timedelta(days=1)))


@shared_task(name="moderation.count_all_cases")
def count_all_cases() -> int:
    """Count the figures of every half-year anew, for what ended late, and return how many. Safe to run twice."""
    return counting.count_cases(now=timezone.now())
