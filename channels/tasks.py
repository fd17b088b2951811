"""The scheduler's door to the register."""

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.utils import timezone

from accounts.actor import SCHEDULER
from channels import clock, publication, queries, upkeep, watch
from channels.actions import importing, people, waiting
from channels.actions.approval import reassign_step
from kommun.each import let_each
from kommun.models import PublicationDue


@shared_task(name="channels.reassign_open_steps")
def reassign_open_steps() -> int:
    """Point out anew every open step whose person cannot act today, and return how many. Safe to run twice or after an outage.

    One bad row is logged and does not stop the rest; the task still ends as failed.
    """
    steps = queries.ids_of_steps_to_reassign(timezone.localdate())
    return let_each(((reassign_step, {"step_id": pk}) for pk in steps), SCHEDULER)


@shared_task(name="channels.publish")
def publish() -> None:
    """Publish what has changed, what a new day or a new build makes different, and what a killed process left behind.

    Safe to run twice.
    """
    if not publication.publish():
        publish.delay()


def publish_what_changed() -> None:
    """Have the pages published if the transaction changed any (settings.KANALKOLLEN_AFTER_COMMIT)."""
    if settings.PUBLISH_ROOT and PublicationDue.objects.exists():
        publish.delay()


@worker_ready.connect
def publish_at_start(**_kwargs: object) -> None:
    """Publish what changed while no worker was there, without waiting for the minute to pass."""
    publish.delay()


@shared_task(name="channels.resume_imports")
def resume_imports() -> int:
    """Begin again with imports whose job was lost, and return how many. Safe to run twice."""
    return importing.resume_imports()


@shared_task(name="channels.forget_imports")
def forget_imports() -> int:
    """Take away files and rows of old imports, and return of how many. Safe to run twice."""
    return importing.forget_imports()


@shared_task(name="channels.sweep")
def sweep() -> int:
    """Let the one clock go, and return how many obligations it acted on. Safe to run twice, at once, or after an outage."""
    waiting.wait_for_policy_review(timezone.localdate(), SCHEDULER)
    return clock.sweep(timezone.now())


@shared_task(name="channels.write_digests")
def write_digests() -> int:
    """Write the digests of the day and return how many mails. Safe to run twice, at once, or after an outage."""
    return clock.write_digests(timezone.now())


@shared_task(name="channels.reconcile")
def reconcile() -> int:
    """Make the clock true about people and channels, and return how many obligations changed. Safe to run twice or at once."""
    now = timezone.now()
    return people.reconcile(now) + upkeep.reconcile(now) + watch.reconcile(now)
