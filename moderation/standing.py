"""What stands in the way of a person or of an act, and whom the clock has asked. Rules and readers ask here."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from accounts.models import Appointment, User
from accounts.organisation import NEAREST_MANAGER, Organisation
from channels.models import Obligation
from channels.queries import channel_scope
from kommun import policy
from kommun.policy import keys
from moderation.models import (
    Block,
    Case,
    ConflictOfInterest,
    CrisisPeriod,
    PoliceFollowUp,
    Reconsideration,
    ReplyHold,
    Tip,
)

Status = ConflictOfInterest.Status
# What belongs to one case and that somebody can be asked to decide or do. Advice before an answer is not among them:
# whoever is asked for that need not read the case.
OF_A_CASE: tuple[type[models.Model], ...] = (ConflictOfInterest, Reconsideration, Block, PoliceFollowUp)
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


def asked_about(row: models.Model) -> set[int]:
    """Return the ids of those whom the clock asks about the row: whoever has it to do, and all who have been told since."""
    return _asked(Obligation.objects.open().about(row))


def asked_in(case: Case) -> set[int]:
    """Return the ids of those whom the clock asks about the case, or about what belongs to it. Asked once for each object.

    To be told is to read and to act (`readers.may_read`) until it is done: a manager further up, or whoever is left when
    others have a conflict of interest, has no other way in.
    """
    known: set[int] | None = case.__dict__.get("_asked_in")
    if known is None:
        about = Q(subject_type=Case._meta.label_lower, subject_id=str(case.pk))
        for model in OF_A_CASE:
            ids = model._default_manager.filter(case=case).annotate(key=Cast("pk", models.CharField())).values("key")
            about |= Q(subject_type=model._meta.label_lower, subject_id__in=ids)
        known = case.__dict__["_asked_in"] = _asked(Obligation.objects.open().filter(about))
    return known


def _asked(rows: models.QuerySet[Obligation]) -> set[int]:
    found = {pk for three in rows.values_list("holder_id", "passed_to_id", "notices__person_id") for pk in three}
    return {pk for pk in found if pk is not None}


def asked_of(people: Collection[User], beyond: Collection[int] = ()) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the ids of the cases and of the tips that the clock asks one of the people about: as `asked_in`.

    `beyond`: ids of channels whose cases the people read anyway. What somebody is told of beyond them is seldom more than
    a few. One query, by an index for each way to be asked, and one for each kind of thing that was found.
    """
    kinds = {model._meta.label_lower: model for model in OF_A_CASE}
    case, tip = Case._meta.label_lower, Tip._meta.label_lower
    rows = Obligation.objects.open().filter(subject_type__in=[case, tip, *kinds]).exclude(channel__in=beyond).order_by()
    holds, has_it, told = (
        rows.filter(**{f"{way}__in": people}).values_list("subject_type", "subject_id")
        for way in ("holder", "passed_to", "notices__person")
    )
    found: dict[str, set[int]] = {}
    for label, pk in holds.union(has_it, told):
        found.setdefault(label, set()).add(int(pk))
    cases, tips = found.pop(case, set()), found.pop(tip, set())
    for label, ids in found.items():
        cases |= set(kinds[label]._default_manager.filter(pk__in=ids).values_list("case_id", flat=True))
    return tuple(sorted(cases)), tuple(sorted(tips))


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
