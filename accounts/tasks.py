"""The scheduler's door to the municipality's people."""

from collections.abc import Callable

from celery import shared_task
from django.utils import timezone

from accounts import leaving
from accounts.actor import SCHEDULER
from kommun.each import let_each


@shared_task(name="accounts.let_leavers_go")
def let_leavers_go() -> int:
    """Carry out what was planned for a day that has come, close the accounts of those whose last day has been.

    Returns how many. Asks "what is due and not yet done?": safe to run twice and after an outage. One bad row is logged
    and does not stop the rest; the task still ends as failed. The only administrator stays, and the clock tells of it.
    """
    today = timezone.localdate()
    due: list[tuple[Callable[..., object], dict[str, int]]] = [
        (leaving.carry_out_hand_over, {"hand_over_id": pk}) for pk in leaving.ids_of_hand_overs_due(today)
    ]
    due += [(leaving.deactivate_person, {"user_id": pk}) for pk in leaving.ids_of_leavers(today)]
    return let_each(due, SCHEDULER)
