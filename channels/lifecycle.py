"""The tables of permitted state changes. A registrar can read them, and the tests copy them by hand."""

from channels import rules
from channels.models import Application, ApprovalStep, Channel, ChannelChange
from kommun.lifecycle import Lifecycle, Transition
from kommun.policy import keys

A, C, H, S = Application.Status, Channel.Status, ChannelChange.Status, ApprovalStep.Status

APPLICATION = Lifecycle(
    A,
    [
        Transition(
            "submit", frozenset({A.DRAFT, A.CHANGES_REQUESTED}), A.SUBMITTED, rules.why_not_edit, (keys.APPROVAL_CHAIN,)
        ),
        Transition("withdraw", frozenset({A.DRAFT, A.SUBMITTED, A.CHANGES_REQUESTED}), A.WITHDRAWN, rules.why_not_edit),
        Transition(
            "return", frozenset({A.SUBMITTED}), A.CHANGES_REQUESTED, rules.why_not_steer, (keys.APPROVAL_CHAIN,)
        ),
        Transition("grant", frozenset({A.SUBMITTED}), A.APPROVED, rules.why_not_steer, (keys.APPROVAL_CHAIN,)),
        Transition("refuse", frozenset({A.SUBMITTED}), A.REFUSED, rules.why_not_steer, (keys.APPROVAL_CHAIN,)),
    ],
)

STEP = Lifecycle(
    S,
    [
        Transition("open", frozenset({S.WAITING}), S.OPEN, rules.why_not_steer),
        Transition("approve", frozenset({S.OPEN}), S.APPROVED, rules.why_not_answer, (keys.APPROVAL_CHAIN,)),
        Transition("refuse", frozenset({S.OPEN}), S.REFUSED, rules.why_not_answer, (keys.APPROVAL_CHAIN,)),
        Transition(
            "request_changes", frozenset({S.OPEN}), S.CHANGES_REQUESTED, rules.why_not_answer, (keys.APPROVAL_CHAIN,)
        ),
        Transition("consult", frozenset({S.OPEN}), S.CONSULTED, rules.why_not_answer, (keys.APPROVAL_CHAIN,)),
        Transition("inform", frozenset({S.WAITING}), S.INFORMED, rules.why_not_steer),
        Transition(  # when changes are asked for, and when they have been made
            "put_back",
            frozenset({S.OPEN, S.CHANGES_REQUESTED, S.APPROVED, S.CONSULTED}),
            S.WAITING,
            rules.why_not_steer,
        ),
        Transition("cancel", frozenset({S.WAITING, S.OPEN, S.CHANGES_REQUESTED}), S.CANCELLED, rules.why_not_steer),
    ],
)

CHANNEL = Lifecycle(
    C,
    [
        Transition("open", frozenset({C.DECIDED}), C.ACTIVE, rules.why_not_open_channel, (keys.PRESTART_DOCUMENTS,)),
        Transition(  # a channel that has gone quiet is to be closed; closing it is another act
            "end",
            frozenset({C.ACTIVE, C.UNDER_REVIEW}),
            C.CLOSING,
            rules.why_not_state,
            (keys.MINIMUM_ACTIVITY, keys.CLOSING),
        ),
        Transition("go_on", frozenset({C.CLOSING}), C.ACTIVE, rules.why_not_state, (keys.MINIMUM_ACTIVITY,)),
    ],
)

CHANGE = Lifecycle(
    H,
    [
        Transition("confirm", frozenset({H.PROPOSED}), H.CONFIRMED, rules.why_not_confirm_change),
        Transition("decline", frozenset({H.PROPOSED}), H.DECLINED, rules.why_not_confirm_change),
        Transition("withdraw", frozenset({H.PROPOSED}), H.WITHDRAWN, rules.why_not_withdraw_change),
    ],
)
