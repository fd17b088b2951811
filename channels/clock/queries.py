"""What is due, for screens: mine now, one obligation with who was told, and how well the policy is kept.

Each asks only for what is open, or for what was closed within the period, by an index of its own.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from accounts.models import User
from accounts.organisation import Organisation
from channels.clock.paces import KINDS
from channels.models import Obligation, ObligationNotice
from channels.queries import READS_ALL
from kommun import parties


def _kept_from(user: User, organisation: Organisation) -> Q:
    """Return what the person has a stake in, looked up once for the organisation of a page: the menu asks too."""
    known: dict[int, Q] = organisation.__dict__.setdefault("_kept_from", {})
    if user.pk not in known:
        known[user.pk] = parties.kept_from(user)
    return known[user.pk]


def mine_now(user: User, organisation: Organisation) -> QuerySet[Obligation]:
    """Return what waits for the person today: own, covered for, or passed on to either of them.

    What is to be done at once first, then the earliest due, last what has no number. Nothing that the person has a stake
    in, also not for somebody who is away.
    """
    who = organisation.acts_as(user)
    rows = Obligation.objects.open().filter(Q(holder__in=who) | Q(passed_to__in=who))
    rows = rows.exclude(_kept_from(user, organisation))
    return rows.select_related("channel", "holder", "passed_to").order_by(
        "-at_once", F("due_at").asc(nulls_last=True), "pk"
    )


def visible_to(user: User, roles: Collection[str], organisation: Organisation) -> QuerySet[Obligation]:
    """Return the obligations that concern the person: as `mine_now`, told of, of an own channel, or all for those who steer."""
    rows = Obligation.objects.select_related("channel", "unit", "holder", "passed_to", "met_by", "met_for")
    rows = rows.exclude(_kept_from(user, organisation))
    if set(READS_ALL) & set(roles):
        return rows
    who = organisation.acts_as(user)
    told = ObligationNotice.objects.filter(person__in=who).values("obligation")
    concerned = Q(holder__in=who) | Q(passed_to__in=who) | Q(pk__in=told) | Q(met_by=user)
    concerned |= Q(channel__owner__in=who) | Q(channel__deputy__in=who) | Q(unit__manager__in=who)
    return rows.filter(concerned)


@dataclass(frozen=True)
class Kept:
    """How one kind of obligation is kept: what is open now, and what was closed in the period."""

    title: Any
    open: int
    late: int
    in_time: int
    too_late: int

    @property
    def share(self) -> int | None:
        """The share that was done in time, in whole percent; None when nothing was done in the period."""
        done = self.in_time + self.too_late
        return round(100 * self.in_time / done) if done else None


def kept_since(since: datetime) -> list[Kept]:
    """Return for each kind how well it is kept. What has no due time cannot be late, and is in time when it is done."""
    current = (
        Obligation.objects.open()
        .values("kind")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(missed_at__isnull=False)))
    )
    closed = (
        Obligation.objects.filter(closed_at__gte=since, outcome=Obligation.Outcome.MET)
        .values("kind")
        .annotate(
            in_time=Count("pk", filter=Q(missed_at__isnull=True)),
            too_late=Count("pk", filter=Q(missed_at__isnull=False)),
        )
    )
    now: dict[str, dict[str, Any]] = {row["kind"]: dict(row) for row in current.order_by()}
    done: dict[str, dict[str, Any]] = {row["kind"]: dict(row) for row in closed.order_by()}
    return [
        Kept(
            title=kind.title,
            open=now.get(key, {}).get("count", 0),
            late=now.get(key, {}).get("late", 0),
            in_time=done.get(key, {}).get("in_time", 0),
            too_late=done.get(key, {}).get("too_late", 0),
        )
        for key, kind in KINDS.items()
        if key in now or key in done
    ]
