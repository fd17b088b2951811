"""The tables of permitted state changes around a case: a conflict of interest, a reconsideration."""

from kommun.lifecycle import Lifecycle, Transition
from moderation import handling_rules as rules
from moderation.models import ConflictOfInterest, Reconsideration

C, S = ConflictOfInterest.Status, Reconsideration.Status

CONFLICT = Lifecycle(
    C,
    [
        Transition("uphold", frozenset({C.POINTED_OUT}), C.IN_FORCE, rules.why_not_try_conflict),
        Transition("dismiss", frozenset({C.POINTED_OUT, C.IN_FORCE}), C.DISMISSED, rules.why_not_try_conflict),
    ],
)

RECONSIDERATION = Lifecycle(
    S,
    [
        Transition("uphold", frozenset({S.OPEN}), S.UPHELD, rules.why_not_reconsider),
        Transition("change", frozenset({S.OPEN}), S.CHANGED, rules.why_not_reconsider),
        Transition("withdraw", frozenset({S.OPEN}), S.WITHDRAWN, rules.why_not_withdraw),
    ],
)
