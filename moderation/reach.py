"""Which cases a person reads, as conditions for the database: `readers.may_read` for lists, queue, search and counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Appointment, User
from accounts.organisation import Organisation
from archive import readers as archive_readers
from channels.models import Channel
from moderation import standing
from moderation.models import Case, Tip
from moderation.readers import READS_ALL, may_read_subject

COORDINATOR = Appointment.Role.SECURITY_COORDINATOR


@dataclass(frozen=True)
class Reach:
    """Which cases a person reads: all, or those of some channels, and those sent to some people or units.

    `crimes`: what may be a crime, in every channel; `crime_channels`: in some. `cases` and `tips`: those that the clock has
    asked about, beyond the rest. `barred`: the cases that a conflict of interest keeps from the person, whatever else holds.
    """

    everything: bool
    channels: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    units: tuple[int, ...] = ()
    crimes: bool = False
    crime_channels: tuple[int, ...] = ()
    cases: tuple[int, ...] = ()
    tips: tuple[int, ...] = ()
    barred: tuple[int, ...] = ()

    @property
    def sees_nothing(self) -> bool:
        """Return True for somebody whom no channel, unit, role or question gives any case. One may still be sent to them."""
        some = self.channels or self.units or self.crimes or self.crime_channels or self.cases
        return not (self.everything or some)

    def within(self, way: str = "") -> Q:
        """Return the condition for rows whose case is within reach. `way`: how the case is found from them ("case__")."""
        kept = ~Q(**{f"{way}pk__in": self.barred}) if self.barred else Q()
        if self.everything:
            return kept
        mine = Q(**{f"{way}channel__in": self.channels}) | Q(**{f"{way}assigned_to__in": self.people})
        mine |= Q(**{f"{way}assigned_unit__in": self.units}) | Q(**{f"{way}pk__in": self.cases})
        if self.crimes or self.crime_channels:
            crime = Q(**{f"{way}is_crime": True})
            mine |= crime if self.crimes else crime & Q(**{f"{way}channel__in": self.crime_channels})
        return kept & mine


def reach_of(user: User, organisation: Organisation) -> Reach:
    """Return what the person reads: a handful of queries, whatever the number of cases, once for the organisation of a page."""
    known: dict[int, Reach] = organisation.__dict__.setdefault("_reach", {})
    if user.pk not in known:
        known[user.pk] = _reach_of(user, organisation)
    return known[user.pk]


def _reach_of(user: User, organisation: Organisation) -> Reach:
    barred = standing.cases_barred_to(user)
    if any(organisation.holds(user, role, None) for role in READS_ALL):
        return Reach(everything=True, barred=barred)
    me = organisation.acts_as(user)
    managed = tuple(unit.pk for unit in organisation.units.values() if unit.manager_id in {one.pk for one in me})
    mine = Q(owner__in=me) | Q(deputy__in=me) | Q(administrator_rows__user__in=me) | Q(unit__in=managed)
    mine |= Q(unit__in=_units_where(user, organisation, READS_ALL))
    channels = _channels(mine)
    crimes = organisation.holds(user, COORDINATOR, None)
    watched = () if crimes else _units_where(user, organisation, [COORDINATOR])
    cases, tips = standing.asked_of(me, beyond=channels)
    return Reach(
        everything=False,
        channels=channels,
        people=tuple(person.pk for person in me),
        units=managed,
        crimes=crimes,
        crime_channels=_channels(Q(unit__in=watched)) if watched else (),
        cases=cases,
        tips=tips,
        barred=barred,
    )


def _channels(condition: Q) -> tuple[int, ...]:
    return tuple(Channel.objects.filter(condition).order_by("pk").values_list("pk", flat=True).distinct())


def _units_where(user: User, organisation: Organisation, roles: Iterable[str]) -> tuple[int, ...]:
    """Return the ids of the units for which the person holds one of the roles."""
    held = [role for role in roles if organisation.holds_any(user, role)]
    units = organisation.units.values() if held else ()
    return tuple(unit.pk for unit in units if any(organisation.holds(user, role, unit) for role in held))


def limited(rows: QuerySet[Case], reach: Reach) -> QuerySet[Case]:
    """Return those of the rows that are within reach."""
    return rows.filter(reach.within())


def limited_tips(rows: QuerySet[Tip], reach: Reach) -> QuerySet[Tip]:
    """Return the tips that the person reads: of own channels, asked about, or all; none of a case that is barred to them."""
    if reach.barred:
        rows = rows.exclude(case__in=reach.barred)
    return rows if reach.everything else rows.filter(Q(channel__in=reach.channels) | Q(pk__in=reach.tips))


def _cases_read_by(user: User, organisation: Organisation) -> QuerySet[Case]:
    return limited(Case.objects.all(), reach_of(user, organisation))


archive_readers.register(Case._meta.label_lower, may_read_subject, _cases_read_by)
