"""The states of a policy version. Superseding is not a step of its own: it is what adopting does to the one before."""

from kommun.lifecycle import Lifecycle, Transition
from kommun.models import PolicyVersion
from kommun.policy import rules

_S = PolicyVersion.Status
POLICY = Lifecycle(_S, [Transition("adopt", frozenset({_S.DRAFT}), _S.ADOPTED, rules.why_not_adopt)])
