"""The channels that somebody is to look at, for that person's own day. As many queries for one channel as for a thousand."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.organisation import Organisation
from channels import clock
from channels.models import Channel, Obligation, WatchTick
from channels.queries import channels_in_register

WORKING_WEEK = 5


@dataclass(frozen=True)
class DayOfWeek:
    """How many of the channels that were open on a day were looked at."""

    day: date
    done: int
    all: int
    past: bool  # or today

    @property
    def complete(self) -> bool:
        """True when each of them was."""
        return 0 < self.all <= self.done


def watched_by(user: User, organisation: Organisation, today: date) -> QuerySet[Any]:
    """Return the open channels that the person looks at, those that nobody has looked at today first.

    Own ones, those of whoever the person covers for, as deputy those whose owner is away with nobody who covers, and those
    whose look the person has been asked for, because it was not made, or in a crisis.
    """
    who = organisation.acts_as(user)
    away = [organisation.users[pk] for pk in organisation.absences if pk in organisation.users]
    uncovered = [person for person in away if organisation.who_covers(person).person is None]
    asked = Obligation.objects.open().filter(Q(holder__in=who) | Q(passed_to__in=who), kind__in=clock.looks())
    mine = Q(owner__in=who) | Q(deputy__in=who, owner__in=uncovered) | Q(pk__in=asked.values("channel"))
    looked = WatchTick.objects.filter(channel=OuterRef("pk"), day=today, withdrawn_at=None)
    rows = channels_in_register().filter(mine, status__in=Channel.OPEN_STATES)
    return rows.annotate(looked_at=Exists(looked)).order_by("looked_at", "name", "pk")


def week_of(channels: QuerySet[Channel], today: date) -> list[DayOfWeek]:
    """Return each day of the week up to Friday, and days off with a look."""
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=number) for number in range(7)]
    plain = channels.order_by().values("pk")
    ticks = WatchTick.objects.filter(withdrawn_at=None, day__in=days, channel__in=plain).order_by()
    done = dict(ticks.values("day").annotate(n=Count("channel", distinct=True)).values_list("day", "n"))
    own = Channel.objects.filter(pk__in=plain)
    wanted = own.aggregate(**{f"d{at}": Count("pk", filter=Q(opened_on__lte=day)) for at, day in enumerate(days)})
    found = [DayOfWeek(day, done.get(day, 0), wanted[f"d{at}"], day <= today) for at, day in enumerate(days)]
    return [row for at, row in enumerate(found) if at < WORKING_WEEK or row.done or row.day == today]
