"""Rules of one policy that cannot all be kept. They are shown, not mended: the municipality decides."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from kommun.policy import keys
from kommun.policy.base import MUNICIPALITY, Scope
from kommun.policy.compiled import Policy


@dataclass(frozen=True)
class Conflict:
    """Two rules that cannot both be kept, in words."""

    keys: tuple[str, ...]
    text: str


def conflicts(policy: Policy, scope: Scope = MUNICIPALITY) -> list[Conflict]:
    """Return the conflicts of a policy for a scope."""
    found = []
    watch, removal = policy.rule(keys.WATCH, scope), policy.rule(keys.REMOVE_WITHIN, scope)
    gap = watch.value.longest_gap_hours if watch else None
    limits = [item for item in removal.value.classes if item.hours is not None] if removal else []
    shortest = min((item.longest_hours or 0 for item in limits), default=None)
    if watch and removal and gap is not None and shortest is not None and gap > shortest:
        found.append(
            Conflict(
                (watch.key, removal.key),
                _(
                    "Det kan gå %(gap)s timmar mellan två bevakningar, men innehåll ska bort inom %(limit)s timmar. "
                    "En kommentar från fredag kväll hinner då inte tas bort i tid. Bevaka även på helgen."
                )
                % {"gap": gap, "limit": shortest},
            )
        )
    return found
