"""Rules of one policy that cannot all be kept. They are shown, not mended: the municipality decides."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from kommun.policy import keys
from kommun.policy.base import Scope
from kommun.policy.compiled import Policy


@dataclass(frozen=True)
class Conflict:
    """Two rules that cannot both be kept, in words. `remedy`: what can be done without changing the rules."""

    keys: tuple[str, ...]
    text: str
    remedy: str = ""


def conflicts(policy: Policy) -> list[Conflict]:
    """Return the conflicts of a policy, each once, wherever in the municipality they are.

    "At once" (0) is no conflict: it counts from when somebody has seen the content.
    """
    scopes = {rule.scope for rule in policy.rules if rule.key in (keys.WATCH, keys.REMOVE_WITHIN)}
    joined = {one.joined(other) for one in scopes for other in scopes if one.may_meet(other)}
    found = (watch_and_removal(policy, scope) for scope in sorted(joined, key=lambda scope: scope.specificity))
    return list(dict.fromkeys(conflict for conflict in found if conflict))


def watch_and_removal(policy: Policy, scope: Scope) -> Conflict | None:
    """Return the conflict for a scope: what is written after the last look before a weekend cannot be removed in time."""
    watch, removal = policy.rule(keys.WATCH, scope), policy.rule(keys.REMOVE_WITHIN, scope)
    gap = watch.value.longest_gap_hours if watch else None
    limits = [item.longest_hours for item in removal.value.classes if item.longest_hours] if removal else []
    if not watch or not removal or gap is None or not limits or gap <= min(limits):
        return None
    text = _(
        "Det kan gå %(gap)s timmar mellan två bevakningar, men innehåll ska bort inom %(limit)s timmar. "
        "En kommentar från fredag kväll hinner då inte tas bort i tid. Bevaka även på helgen."
    )
    remedy = _("Helgbevakning ordnas för en kanal i taget, på kanalens sida eller under Översikt.")
    return Conflict((watch.key, removal.key), text % {"gap": gap, "limit": min(limits)}, remedy)
