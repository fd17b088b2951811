"""The scheduler's door to the municipality app."""

from celery import shared_task

from kommun import outbox


@shared_task(name="kommun.send_unsent_mail")
def send_unsent_mail() -> int:
    """Send what a lost job left behind and return how many mails went out. Safe to run twice."""
    return outbox.send_unsent()
