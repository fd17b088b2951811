"""Mail that cannot get lost: written with the act, sent after commit, found again by a sweep when a job was lost."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from kommun.models import Municipality, OutgoingMail

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

log = logging.getLogger(__name__)

MINUTELY = 20  # so many attempts a minute apart, and then one an hour
MAX_ATTEMPTS = MINUTELY + 5 * 24  # what a server has refused for five days it will never take
UNSUBSCRIBE = (
    "utskick/avsluta/"  # the address, below our own, that ends what is no duty; last in a mail that can be ended
)


@dataclass(frozen=True)
class Letter:
    """One mail to write: the named gaps of the subject, "%(name)s", are filled from the context, as the template is."""

    to: str
    subject: "str | StrPromise"
    template: str
    context: dict[str, object] = field(default_factory=dict)


def queue(to: str, subject: "str | StrPromise", template: str, context: dict[str, object]) -> OutgoingMail | None:
    """Write one mail from a plain-text template and send it after commit. Somebody without an address gets none.

    The named gaps of the subject, "%(name)s", are filled from the context. It is written in the municipality's language,
    whatever language the person who acts reads: give a lazy subject.
    """
    return next(iter(queue_many([Letter(to, subject, template, context)])), None)


def queue_many(letters: Iterable[Letter]) -> list[OutgoingMail]:
    """Write the mails in one statement and send them after commit, each as `queue` does."""
    common = {"site_url": settings.SITE_URL, "municipality": Municipality.current()}
    with override(settings.LANGUAGE_CODE):
        return _put(
            [
                _mail(one.to, str(one.subject) % one.context, render_to_string(one.template, one.context | common))
                for one in letters
                if one.to
            ]
        )


def put(to: str, subject: str, body: str) -> OutgoingMail:
    """Write one mail and send it after commit. The subject becomes one line, because a header is one."""
    return _put([_mail(to, subject, body)])[0]


def _mail(to: str, subject: str, body: str) -> OutgoingMail:
    return OutgoingMail(to=to, subject=" ".join(subject.split())[:300], body=body.strip() + "\n")


def _put(mails: list[OutgoingMail]) -> list[OutgoingMail]:
    rows = OutgoingMail.objects.bulk_create(mails)

    if rows:
        # Robust: the act is done, also when nobody can be told that there is a mail to send. The sweep finds it.
        transaction.on_commit(lambda: deliver_all.delay([row.pk for row in rows]), robust=True)
    return rows


@shared_task(name="kommun.deliver_all")
def deliver_all(pks: list[int]) -> int:
    """Send each of the mails and return how many this call sent. One job, however many mails an act gave rise to."""
    return sum(deliver(pk) for pk in pks)


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
            EmailMessage(row.subject, row.body, to=[row.to], headers=_headers(row.body)).send()
        except (OSError, ValueError) as error:  # smtplib's errors are OSErrors; ValueError: an address that is none
            row.last_error = repr(error)[:300]
            log.warning(
                "Mail %s was not sent, attempt %s of %s: %s", pk, row.attempts, MAX_ATTEMPTS, type(error).__name__
            )
        else:
            row.sent_at, row.last_error = timezone.now(), ""
        row.save()
        return row.sent_at is not None


def _headers(body: str) -> dict[str, str]:
    """Return what lets a mail program end the mails with one press, where the foot has a link that does.

    Read from the last line, which is ours alone to write: what the reader sees and what the program is told cannot differ.
    Source: RFC 2369, RFC 8058.
    """
    last = body.rstrip().rpartition("\n")[2]
    if not last.startswith(f"{settings.SITE_URL}/{UNSUBSCRIBE}"):
        return {}
    return {"List-Unsubscribe": f"<{last}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def send_unsent() -> int:
    """Send what a lost job or a failing server left behind, and return how many mails went out.

    Raises OSError when the server cannot be reached: then no mail is tried, and none comes closer to being given up.
    """
    waiting = unsent_ids()
    if waiting:
        with get_connection():
            pass
    return sum(deliver(pk) for pk in waiting)


def unsent_ids() -> list[int]:
    """Return the mails to try again now: not given up, and a minute or, after many attempts, an hour since the last."""
    now = timezone.now()
    unsent = OutgoingMail.objects.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS).order_by("created_at")
    rows = unsent.values_list("pk", "created_at", "attempts")
    return [pk for pk, created_at, attempts in rows if now - created_at > _pause(attempts)][:500]


def _pause(attempts: int) -> timedelta:
    """Return how long after it was written a mail is tried again."""
    return timedelta(minutes=1) if attempts < MINUTELY else timedelta(hours=attempts - MINUTELY + 1)
