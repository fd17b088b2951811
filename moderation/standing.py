"""What stands in the way of a person or of an act: a conflict of interest, a reply that is held. Rules and readers ask here."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from accounts.models import Appointment, User
from accounts.organisation import NEAREST_MANAGER, Organisation
from channels.queries import channel_scope
from kommun import policy
from kommun.policy import keys
from moderation.models import Case, ConflictOfInterest, CrisisPeriod, ReplyHold

Status = ConflictOfInterest.Status
MANY_WITHIN = timedelta(hours=24)  # the rule gives a number and no time; a day is how long people speak of one thing


def barred_from(case: Case) -> set[int]:
    """Return the ids of those whom a conflict of interest keeps from the case. No query where `queries.cases` read it."""
    return {row.person_id for row in case.conflicts.all() if row.status == Status.IN_FORCE}


def cases_barred_to(user: User) -> tuple[int, ...]:
    """Return the ids of the cases that a conflict of interest keeps from the person: seldom more than a few."""
    return tuple(ConflictOfInterest.objects.in_force().filter(person=user).values_list("case_id", flat=True))


def who_takes_over(case: Case, organisation: Organisation, exclude: set[int]) -> User | None:
    """Return who has the case when those in `exclude` may not: owner, deputy, then managers and whoever comes after them.

    Somebody who is away is asked when whoever covers is not excluded. None where nobody is left.
    """
    for person in (case.assigned_to, case.channel.owner, case.channel.deputy):
        if person is None or person.pk in exclude:
            continue
        cover = organisation.who_covers(person).person
        if cover is not None and cover.pk not in exclude:
            return person
    return organisation.responsible_for(NEAREST_MANAGER, case.channel.unit, exclude=exclude).assignee


def who_tries(case: Case, organisation: Organisation, exclude: set[int]) -> User | None:
    """Return who is asked to decide beside the case: the unit's manager, else communications, whoever is not excluded.

    Both read the case already. Those after them are asked when neither is there.
    """
    manager = organisation.users.get(case.channel.unit.manager_id or 0)
    if manager is not None and manager.pk not in exclude:
        cover = organisation.who_covers(manager).person
        if cover is not None and cover.pk not in exclude:
            return manager
    return organisation.responsible_for(Appointment.Role.STRATEGIST, case.channel.unit, exclude=exclude).asked


def hold_on(case: Case) -> ReplyHold | None:
    """Return what makes the official reply wait: a hold on the case, or on everything in its channel."""
    about = Q(case=case) | Q(case__isnull=True, channel=case.channel_id)
    return ReplyHold.objects.open().filter(about, binding=True).order_by("pk").first()


def critical_mass(case: Case) -> Any:
    """Return the rule for much criticism at once (reply.critical_mass), or None where the policy is silent."""
    return policy.rule(keys.CRITICAL_MASS, channel_scope(case.channel), version=case.policy_version_id)


def opinions_lately(case: Case, now: datetime) -> int:
    """Return how many opinions and critical posts the channel has had during the last 24 hours."""
    lately = Case.objects.filter(channel=case.channel_id, kind=Case.Kind.OPINION, known_at__gt=now - MANY_WITHIN)
    return lately.count()


def crisis_in(channel_id: int) -> CrisisPeriod | None:
    """Return the crisis period that the channel is in, its own before the municipality's."""
    running = CrisisPeriod.objects.running().filter(Q(channel=channel_id) | Q(channel__isnull=True))
    return running.order_by("channel_id", "pk").first()  # PostgreSQL puts the empty one last
