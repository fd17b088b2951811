"""Who has a stake in a case (jäv), said for the apps below: the clock, the archive, every list that points at a case.

What belongs to a case follows the case. Of what is tried, whoever it is about and whoever decided are not asked either.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import models

from accounts.models import User
from kommun import parties
from kommun.models import Event
from kommun.parties import People, Stakes
from moderation import standing
from moderation.handling_rules import DECISIONS
from moderation.models import (
    Block,
    Case,
    ConflictOfInterest,
    HoldAnswer,
    PoliceFollowUp,
    Reconsideration,
    ReplyHold,
    Tip,
)

Found = dict[str, set[int]]


def _barred_from_cases(ids: Collection[Any]) -> Mapping[str, Collection[int]]:
    found: Found = defaultdict(set)
    rows = ConflictOfInterest.objects.in_force().filter(case__in=ids)
    for case, person in rows.values_list("case_id", "person_id"):
        found[str(case)].add(person)
    return found


def _through(model: type[models.Model], way: str) -> People:
    """Return the same question for rows that belong to a case. `way`: how the case is found from them."""

    def barred(ids: Collection[str]) -> Mapping[str, Collection[int]]:
        cases = dict(model._default_manager.filter(pk__in=ids).values_list("pk", way))
        people = _barred_from_cases({case for case in cases.values() if case is not None})
        return {str(pk): people.get(str(case), ()) for pk, case in cases.items()}

    return barred


def _not_asked_to_try(ids: Collection[str]) -> Mapping[str, Collection[int]]:
    """Return who does not try a conflict: as `why_not_try_conflict`, also the one it is about."""
    found: Found = {pk: set(people) for pk, people in _through(ConflictOfInterest, "case_id")(ids).items()}
    for pk, person in ConflictOfInterest.objects.filter(pk__in=ids).values_list("pk", "person_id"):
        found[str(pk)].add(person)
    return found


def _not_asked_to_reconsider(ids: Collection[str]) -> Mapping[str, Collection[int]]:
    """Return who does not try a decision again: as `why_not_reconsider`, also those who made it."""
    found: Found = {pk: set(people) for pk, people in _through(Reconsideration, "case_id")(ids).items()}
    rows = list(Reconsideration.objects.filter(pk__in=ids).select_related("case", "block"))
    cases = {str(row.case_id) for row in rows if row.block is None}
    events = Event.objects.filter(subject_type=Case._meta.label_lower, subject_id__in=cases, kind__in=DECISIONS)
    deciders: Found = defaultdict(set)
    for case, person in events.exclude(actor_id=None).values_list("subject_id", "actor_id"):
        deciders[case].add(person)
    for row in rows:
        decided = {row.block.made_by_id} if row.block else deciders[str(row.case_id)] | {row.case.assessed_by_id}
        found[str(row.pk)] |= {pk for pk in (*decided, row.first_decider_id) if pk is not None}
    return found


FOLLOWS = {Block: "case", HoldAnswer: "hold__case", PoliceFollowUp: "case", ReplyHold: "case", Tip: "case"}


def _kept_from(user: User) -> Mapping[str, Iterable[object]]:
    """Return what the person has a stake in; and the conflicts about the person, which somebody else tries. Mostly one query."""
    rows = ConflictOfInterest.objects.filter(person=user).values_list("pk", "case_id", "status")
    own, cases = (
        {pk for pk, _case, _status in rows},
        {case for _pk, case, status in rows if status == standing.Status.IN_FORCE},
    )
    found: dict[str, Iterable[object]] = {Case._meta.label_lower: cases, ConflictOfInterest._meta.label_lower: own}
    if cases:
        own.update(ConflictOfInterest.objects.filter(case__in=cases).values_list("pk", flat=True))
        for model, way in {**FOLLOWS, Reconsideration: "case"}.items():
            there = model._default_manager.filter(**{f"{way}__in": cases})
            found[model._meta.label_lower] = there.values_list("pk", flat=True)
    return found


parties.register(
    {
        Case._meta.label_lower: Stakes(_barred_from_cases),
        ConflictOfInterest._meta.label_lower: Stakes(_through(ConflictOfInterest, "case_id"), _not_asked_to_try),
        Reconsideration._meta.label_lower: Stakes(_through(Reconsideration, "case_id"), _not_asked_to_reconsider),
        **{model._meta.label_lower: Stakes(_through(model, way)) for model, way in FOLLOWS.items()},
    },
    _kept_from,
)
