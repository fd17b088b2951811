"""Mail that cannot get lost: written with the act, sent after commit, found again by a sweep when a job was lost."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from kommun.models import Municipality, OutgoingMail

MAX_ATTEMPTS = (
    20  # with one attempt a minute: a mail server may be down for a while, an address that never works is given up
)


def queue(to: str, subject: str, template: str, context: dict[str, object]) -> OutgoingMail | None:
    """Write one mail from a plain-text template and send it after commit. Somebody without an address gets none."""
    if not to:
        return None
    body = render_to_string(
        template, {**context, "site_url": settings.SITE_URL, "municipality": Municipality.current()}
    )
    row = OutgoingMail.objects.create(to=to, subject=subject[:300], body=body.strip() + "\n")
    transaction.on_commit(lambda: deliver.delay(row.pk))
    return row


@shared_task(name="kommun.deliver")
def deliver(pk: int) -> bool:
    """Send one mail unless it is sent, being sent, or given up. Return True when this call sent it.

    The row is locked while the mail server answers: two workers never send the same mail.
    """
    with transaction.atomic():
        row = (
            OutgoingMail.objects.select_for_update(skip_locked=True)
            .filter(pk=pk, sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS)
            .first()
        )
        if row is None:
            return False
        row.attempts += 1
        try:
            EmailMessage(row.subject, row.body, to=[row.to]).send()
        except OSError as error:  # smtplib's errors are OSErrors too; the next sweep tries again
            row.last_error = repr(error)[:300]
        else:
            row.sent_at, row.last_error = timezone.now(), ""
        row.save()
        return row.sent_at is not None


def unsent_ids() -> list[int]:
    """Return the mails that a lost job or a failing server left behind: older than a minute, not given up."""
    before = timezone.now() - timedelta(minutes=1)
    unsent = OutgoingMail.objects.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS, created_at__lt=before)
    return list(unsent.order_by("created_at").values_list("pk", flat=True)[:500])
