"""The scheduler's door to the municipality app."""

from celery import shared_task
from django.utils import timezone

from kommun import aside, outbox


@shared_task(name="kommun.send_unsent_mail")
def send_unsent_mail() -> int:
    """Send what a lost job left behind and return how many mails went out. Safe to run twice."""
    return outbox.send_unsent()


@shared_task(name="kommun.throw_away_aside")
def throw_away_aside() -> int:
    """Delete files that waited for a form and that nobody came back for. Safe to run twice."""
    return aside.throw_away(timezone.now())
