"""What acts beside the ladder have in common: a case that is locked and stored again, whatever step it stands on."""

from typing import Any

from django.utils import timezone

from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import Organisation
from channels import clock
from channels.models import Obligation
from kommun.events import record
from moderation import due, standing
from moderation.models import Case


def store(case: Case, actor: Actor, kind: str, data: dict[str, Any], *, also: tuple[Any, ...] = ()) -> None:
    """Store the case, one version on, and write the event. The step on the ladder stays as it is."""
    due.place(case)
    case.version += 1
    actor.signs(case)
    case.save()
    record(kind, subject=case, actor=actor, rules=also, data=data)


def move_from(case: Case, person: User, exclude: set[int], actor: Actor) -> User | None:
    """Take the case out of a person's hands, with what is due about it. Return who has it then, None when it was not theirs.

    The caller holds the lock and stores the case.
    """
    if case.claimed_by_id == person.pk:
        case.claimed_by = case.claimed_at = None
    about = Obligation.objects.open().about(case)
    clock.ask_no_more(about, person, actor)
    mine = about.filter(holder=person)
    has_it = case.assigned_to_id == person.pk or (case.assigned_to_id is None and case.channel.owner_id == person.pk)
    if not (has_it or mine.exists()):
        return None
    new = standing.who_takes_over(case, Organisation.load(timezone.localdate()), exclude)
    if has_it:
        case.assigned_to, case.forwarded_at = new, timezone.now() if new else None
    clock.hand_on(mine, new, actor)
    return new
