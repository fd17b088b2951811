"""The weekend trap: channels watched on working days whose content is to be gone within fewer hours than a weekend has."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.organisation import Organisation
from channels.models import Channel
from channels.queries import scope_along
from kommun.policy import Conflict, Policy
from kommun.policy.conflicts import watch_and_removal


@dataclass(frozen=True)
class Trap:
    """The conflicts in words, the open channels that are in them, and those that weekend watch has taken out."""

    conflicts: tuple[Conflict, ...]
    channels: QuerySet[Channel]
    arranged: QuerySet[Channel]


def trap(found: Policy | None, organisation: Organisation) -> Trap:
    """Return it for the policy. Asks once for every kind of channel there is, not for every channel."""
    rows = Channel.objects.filter(status__in=Channel.OPEN_STATES)
    caught, conflicts = Q(pk__in=[]), []
    if found is not None:
        named = {rule.scope.channel for rule in found.rules if rule.scope.channel}
        units: dict[tuple[str, str], list[int]] = defaultdict(list)
        for unit_id, kind, slug in _kinds(rows, named):
            line = organisation.line(organisation.units.get(unit_id))
            if conflict := watch_and_removal(found, scope_along(line, kind, slug)):
                conflicts.append(conflict)
                units[kind, slug].append(unit_id)
        for (kind, slug), ids in units.items():
            here = Q(platform__kind=kind, unit__in=ids)
            caught |= here & (Q(slug=slug) if slug else ~Q(slug__in=named))
    caught_rows = rows.filter(caught).select_related("platform", "unit", "owner").order_by("name", "pk")
    return Trap(
        conflicts=tuple(dict.fromkeys(conflicts)),
        channels=caught_rows.filter(weekend_watch_from=None),
        arranged=caught_rows.exclude(weekend_watch_from=None),
    )


def _kinds(rows: QuerySet[Channel], named: set[str]) -> list[tuple[int, str, str]]:
    """Return (unit, kind of platform, slug) of every sort of channel; the slug only where the policy names the channel."""
    plain = rows.exclude(slug__in=named).order_by().values_list("unit", "platform__kind").distinct()
    own = rows.filter(slug__in=named).values_list("unit", "platform__kind", "slug")
    return [(unit, kind, "") for unit, kind in plain] + list(own)
