"""The lifecycle kernel: permitted state changes are data, and a rule answers with a reason.

A registrar must be able to read the table, and a page must be able to say why a button is missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from kommun.actor import ActorLike
from kommun.errors import NotPermitted, StateConflict

Rule = Callable[[Any, Any], str | None]  # (actor, object) → the reason why not, or None
STAYS = ""  # the target of a step that is allowed in some states and changes none


@dataclass(frozen=True)
class Transition:
    """One permitted state change. `policy` names the rule keys that the act is made under, for whoever reads the table."""

    name: str
    sources: frozenset[str]
    target: str
    why_not: Rule
    policy: tuple[Any, ...] = ()


class Lifecycle:
    """The table of permitted state changes of one kind of object.

    Raises ValueError at import when a state is unknown or a name stands twice.
    """

    def __init__(self, states: type[TextChoices], transitions: Sequence[Transition], attribute: str = "status") -> None:
        self.states, self.attribute = states, attribute
        self.transitions: dict[str, Transition] = {}
        for step in transitions:
            unknown = (step.sources | {step.target}) - {*states.values, STAYS}
            if unknown:
                raise ValueError(f"{step.name}: unknown state {', '.join(sorted(unknown))}")
            if step.name in self.transitions:
                raise ValueError(f"{step.name}: named twice")
            self.transitions[step.name] = step

    def why_not(self, name: str, obj: Any, actor: ActorLike) -> str | None:
        """Return why the actor cannot take the step now, or None. Permission is asked before state."""
        step = self.transitions[name]
        return step.why_not(actor, obj) or self._why_not_state(step, obj)

    def check(self, name: str, obj: Any, actor: ActorLike) -> Transition:
        """Return the transition. Raises NotPermitted or StateConflict, each with the reason. Call it under the row lock."""
        step = self.transitions[name]
        if reason := step.why_not(actor, obj):
            raise NotPermitted(reason)
        if reason := self._why_not_state(step, obj):
            raise StateConflict(reason)
        return step

    def _why_not_state(self, step: Transition, obj: Any) -> str | None:
        state = getattr(obj, self.attribute)
        if state in step.sources:
            return None
        return _("Det går inte nu, eftersom läget är ”%(state)s”. Läs in sidan på nytt.") % {
            "state": self.states(state).label
        }
