"""Mail that cannot wait: what runs out before the next working morning. The rest waits for the digest of that morning.

Each telling of the sweep leaves a line (`accounts.MailLine`), in the transaction in which the stage is written. What is
to be mailed at once is asked of the lines, each minute: a worker that is killed after the stage loses no mail, and what
comes to run out before the morning because the municipality closes a day is found too.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import MailLine, User
from accounts.organisation import Organisation
from channels.clock.book import closed_days
from channels.clock.letters import Thing, letter_to
from channels.clock.paces import Stage
from channels.clock.standing import Things, things_to_read
from kommun import outbox
from kommun.business_time import ends_with_its_day, next_morning, swedish_day

log = logging.getLogger(__name__)


def read_before(stage: Stage, due_at: datetime | None, *, late: bool) -> datetime | None:
    """Return before when a telling of the stage is to be read; None when it can wait for the next working morning.

    What ran out with its day can wait: it is a thing of days, and nobody is there at midnight. So can a stage that is
    counted in working days, and comes in the morning. What ran out at an hour cannot.
    """
    if due_at is None or (late and (stage.days is not None or ends_with_its_day(due_at))):
        return None
    return due_at


def waiting() -> QuerySet[MailLine]:
    """Return the lines that are in no mail yet, the oldest first."""
    return MailLine.objects.filter(mailed_at__isnull=True).select_related("person", "covers_for").order_by("pk")


@transaction.atomic
def mail_at_once(now: datetime) -> int:
    """Write one mail to each person with what runs out before the next working morning, and return how many mails.

    Safe to run twice and from two workers at once. Call it with the municipality's language active.
    """
    morning = next_morning(now, closed_days())
    urgent = waiting().filter(expires_at__lte=morning)
    lines = list(urgent.select_for_update(of=("self",), skip_locked=True))
    if not lines:
        return 0
    today = swedish_day(now)
    things, readers = things_to_read(lines, Organisation.load(today), today)
    mails, failed = put(things, lambda person, theirs: letter_to(person, theirs, morning, at_once=True))
    mark(lines, readers, failed, now)
    return mails


def put(things: Things, write: Callable[[User, list[Thing]], outbox.Letter]) -> tuple[int, set[int]]:
    """Put each person's letter in the outbox. Return how many mails, and for whom (ids) none could be written.

    One that cannot be written is logged, and stops nobody else's.
    """
    letters, failed = [], set()
    for person, theirs in things.items():
        try:
            letters.append(write(person, list(theirs.values())))
        except Exception:
            log.exception("the mail to person %s could not be written", person.pk)
            failed.add(person.pk)
    return len(outbox.queue_many(letters)), failed


def mark(lines: Iterable[MailLine], readers: dict[int, int], failed: set[int], now: datetime) -> None:
    """Note that the lines are mailed, or that nobody is to read them any more; not those whose letter could not be written."""
    done = [one.pk for one in lines if readers.get(one.pk) not in failed]
    MailLine.objects.filter(pk__in=done).update(mailed_at=now)
