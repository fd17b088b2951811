"""The table of permitted state changes of a diary sheet. A registrar can read it, and the tests copy it by hand."""

from archive import rules
from archive.models import DiarySheet
from kommun.lifecycle import Lifecycle, Transition
from kommun.policy import keys

S = DiarySheet.Status

SHEET = Lifecycle(
    S,
    [
        Transition("amend", frozenset({S.RETURNED}), S.PROPOSED, rules.why_not_amend, (keys.REGISTRATION,)),
        Transition("accept", frozenset({S.PROPOSED}), S.ACCEPTED, rules.why_not_answer, (keys.REGISTRATION,)),
        Transition("return", frozenset({S.PROPOSED}), S.RETURNED, rules.why_not_answer, (keys.REGISTRATION,)),
        Transition("decline", frozenset({S.PROPOSED}), S.DECLINED, rules.why_not_decline, (keys.REGISTRATION,)),
    ],
)
