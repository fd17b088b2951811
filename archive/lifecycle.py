"""The tables of permitted state changes: a sheet, a snapshot, a delivery, a disposal list. The tests copy them by hand."""

from archive import disposal_rules, rules, snapshot_rules
from archive.models import Delivery, DiarySheet, DisposalList, Snapshot
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

P = Snapshot.Status

SNAPSHOT = Lifecycle(
    P,
    [
        Transition("start", frozenset({P.ASKED}), P.RUNNING, snapshot_rules.why_not_take, (keys.SNAPSHOT_INTERVAL,)),
        Transition("give_back", frozenset({P.RUNNING}), P.ASKED, snapshot_rules.why_not_take),
        Transition("finish", frozenset({P.RUNNING}), P.WAITING, snapshot_rules.why_not_take, (keys.SNAPSHOT_FORMAT,)),
        Transition("fail", frozenset({P.ASKED, P.RUNNING}), P.REJECTED, snapshot_rules.why_not_take),
        Transition(
            "accept", frozenset({P.WAITING}), P.ACCEPTED, snapshot_rules.why_not_accept, (keys.SNAPSHOT_FORMAT,)
        ),
        Transition("reject", frozenset({P.WAITING}), P.REJECTED, snapshot_rules.why_not_look, (keys.SNAPSHOT_FORMAT,)),
    ],
)

V = Delivery.Status
_POLICY = (keys.SNAPSHOT_DELIVERY,)
DELIVERY = Lifecycle(
    V,
    [
        Transition("deliver", frozenset({V.PREPARED}), V.WRITING, rules.why_not_deliver, _POLICY),
        Transition("finish", frozenset({V.WRITING}), V.DELIVERED, rules.why_not_finish, _POLICY),
        Transition("stop", frozenset({V.WRITING}), V.PREPARED, rules.why_not_finish, _POLICY),
        Transition("receive", frozenset({V.DELIVERED}), V.RECEIVED, rules.why_not_deliver, _POLICY),
        Transition("refuse", frozenset({V.DELIVERED}), V.REFUSED, rules.why_not_deliver, _POLICY),
        Transition("prepare_again", frozenset({V.REFUSED}), V.PREPARED, rules.why_not_deliver, _POLICY),
        Transition("withdraw", frozenset({V.PREPARED, V.REFUSED}), V.WITHDRAWN, rules.why_not_deliver, _POLICY),
    ],
)
