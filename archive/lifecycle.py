"""The tables of permitted state changes: of a diary sheet, and of a disposal list. The tests copy them by hand."""

from archive import disposal_rules, rules
from archive.models import DiarySheet, DisposalList
from kommun.lifecycle import STAYS, Lifecycle, Transition
from kommun.policy import keys

S = DiarySheet.Status
D = DisposalList.Status
UNDER = (keys.DISPOSAL,)

SHEET = Lifecycle(
    S,
    [
        Transition("amend", frozenset({S.RETURNED}), S.PROPOSED, rules.why_not_amend, (keys.REGISTRATION,)),
        Transition("accept", frozenset({S.PROPOSED}), S.ACCEPTED, rules.why_not_answer, (keys.REGISTRATION,)),
        Transition("return", frozenset({S.PROPOSED}), S.RETURNED, rules.why_not_answer, (keys.REGISTRATION,)),
        Transition("decline", frozenset({S.PROPOSED}), S.DECLINED, rules.why_not_decline, (keys.REGISTRATION,)),
    ],
)

DISPOSAL = Lifecycle(
    D,
    [
        Transition("review", frozenset({D.PROPOSED}), STAYS, disposal_rules.why_not_list, UNDER),
        Transition("keep", frozenset({D.PROPOSED, D.SIGNED}), STAYS, disposal_rules.why_not_list, UNDER),
        Transition("sign", frozenset({D.PROPOSED}), D.SIGNED, disposal_rules.why_not_sign, UNDER),
        Transition("withdraw", frozenset({D.PROPOSED, D.SIGNED}), D.WITHDRAWN, disposal_rules.why_not_list, UNDER),
        Transition("confirm", frozenset({D.SIGNED}), D.CONFIRMED, disposal_rules.why_not_confirm, UNDER),
        Transition("destroy", frozenset({D.CONFIRMED}), STAYS, disposal_rules.why_not_carry_out, UNDER),
        Transition("finish", frozenset({D.CONFIRMED}), D.DONE, disposal_rules.why_not_carry_out, UNDER),
    ],
)
