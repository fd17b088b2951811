"""The removal ladder as a table: preserve → hide → assess → delete or restore → close. A registrar can read it.

Registering and the police report stand beside it: they can be done at any step, and the rules say when they must have been.
"""

from kommun.lifecycle import STAYS, Lifecycle, Transition
from kommun.policy import keys
from moderation import rules
from moderation.models import Case

S = Case.Status
NOT_CLOSED = frozenset(S.values) - {S.CLOSED}
BEFORE_HIDING = frozenset({S.OPEN, S.PRESERVED})
ON_THE_LADDER = frozenset({S.OPEN, S.PRESERVED, S.HIDDEN, S.ASSESSED})
LADDER = (keys.REMOVAL_LADDER,)

CASE = Lifecycle(
    S,
    [
        Transition(
            "categorise", BEFORE_HIDING | {S.HIDDEN}, STAYS, rules.why_not_categorise, (keys.PROHIBITED_CONTENT,)
        ),
        Transition("preserve", frozenset({S.OPEN}), S.PRESERVED, rules.why_not_preserve, (keys.EVIDENCE,)),
        Transition("describe", frozenset({S.OPEN}), STAYS, rules.why_not_preserve, (keys.EVIDENCE,)),
        Transition(
            "add_evidence",
            frozenset({S.PRESERVED, S.HIDDEN, S.ASSESSED, S.GONE}),
            STAYS,
            rules.why_not_preserve,
            (keys.EVIDENCE,),
        ),
        Transition("hide", frozenset({S.PRESERVED}), S.HIDDEN, rules.why_not_hide, LADDER),
        Transition("show", frozenset({S.HIDDEN}), S.PRESERVED, rules.why_not_show),
        Transition("assess", frozenset({S.HIDDEN}), S.ASSESSED, rules.why_not_assess, LADDER),
        Transition("reassess", frozenset({S.ASSESSED}), S.HIDDEN, rules.why_not_assess),
        Transition("delete", frozenset({S.ASSESSED}), S.DELETED, rules.why_not_delete, LADDER),
        Transition("restore", frozenset({S.ASSESSED}), S.RESTORED, rules.why_not_restore, LADDER),
        Transition("leave", BEFORE_HIDING, S.CLOSED, rules.why_not_leave),
        Transition("answer", BEFORE_HIDING, S.CLOSED, rules.why_not_answer_for_all, (keys.REPLY_WITHIN,)),
        Transition("interim", BEFORE_HIDING, STAYS, rules.why_not_answer, (keys.REPLY_WITHIN,)),
        Transition("gone", ON_THE_LADDER, S.GONE, rules.why_not_work),
        Transition("hand_over", frozenset(S.values), STAYS, rules.why_not_hand_over, (keys.REGISTRATION,)),
        Transition("police", NOT_CLOSED, STAYS, rules.why_not_police, (keys.POLICE_REPORT,)),
        Transition("claim", NOT_CLOSED, STAYS, rules.why_not_handle),
        Transition("forward", NOT_CLOSED, STAYS, rules.why_not_handle, (keys.FORWARDING,)),
        Transition("close", frozenset({S.DELETED, S.RESTORED, S.GONE}), S.CLOSED, rules.why_not_close, LADDER),
    ],
)
