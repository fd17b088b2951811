"""The permitted state changes of a diary sheet and a delivery. A registrar can read them; the tests copy them by hand."""

from archive import rules
from archive.models import Delivery, DiarySheet
from kommun.lifecycle import Lifecycle, Transition
from kommun.policy import keys

S, D = DiarySheet.Status, Delivery.Status

SHEET = Lifecycle(
    S,
    [
        Transition("amend", frozenset({S.RETURNED}), S.PROPOSED, rules.why_not_amend, (keys.REGISTRATION,)),
        Transition("accept", frozenset({S.PROPOSED}), S.ACCEPTED, rules.why_not_answer, (keys.REGISTRATION,)),
        Transition("return", frozenset({S.PROPOSED}), S.RETURNED, rules.why_not_answer, (keys.REGISTRATION,)),
        Transition("decline", frozenset({S.PROPOSED}), S.DECLINED, rules.why_not_decline, (keys.REGISTRATION,)),
    ],
)

_POLICY = (keys.SNAPSHOT_DELIVERY,)
DELIVERY = Lifecycle(
    D,
    [
        Transition("deliver", frozenset({D.PREPARED}), D.WRITING, rules.why_not_deliver, _POLICY),
        Transition("finish", frozenset({D.WRITING}), D.DELIVERED, rules.why_not_finish, _POLICY),
        Transition("stop", frozenset({D.WRITING}), D.PREPARED, rules.why_not_finish, _POLICY),
        Transition("receive", frozenset({D.DELIVERED}), D.RECEIVED, rules.why_not_deliver, _POLICY),
        Transition("refuse", frozenset({D.DELIVERED}), D.REFUSED, rules.why_not_deliver, _POLICY),
        Transition("prepare_again", frozenset({D.REFUSED}), D.PREPARED, rules.why_not_deliver, _POLICY),
        Transition("withdraw", frozenset({D.PREPARED, D.REFUSED}), D.WITHDRAWN, rules.why_not_deliver, _POLICY),
    ],
)
