"""The permitted state changes of a diary sheet and of a snapshot. A registrar can read them; tests copy them by hand."""

from archive import rules, snapshot_rules
from archive.models import DiarySheet, Snapshot
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
