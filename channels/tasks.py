"""The scheduler's door to the register."""

import logging
from contextlib import suppress

from celery import shared_task
from django.utils import timezone

from channels import queries
from channels.actions.approval import reassign_step
from kommun.errors import StateConflict

log = logging.getLogger(__name__)


@shared_task(name="channels.reassign_open_steps")
def reassign_open_steps() -> int:
    """Point out anew every open step whose person cannot act today, and return how many. Safe to run twice or after an outage.

    One bad row is logged and does not stop the rest; the task still ends as failed.
    """
    done, failures = 0, []
    for pk in queries.ids_of_steps_to_reassign(timezone.localdate()):
        try:
            with suppress(StateConflict):  # answered between the query and the lock
                reassign_step(step_id=pk)
                done += 1
        except Exception as error:
            log.exception("approval step %s could not be reassigned", pk)
            failures.append(error)
    if failures:
        raise failures[0]
    return done
