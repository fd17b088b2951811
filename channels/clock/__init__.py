"""The one clock: what is due, who is told in turn, and the sweep. No second kind of deadline is written anywhere.

Apps above register their kinds (`register`), open obligations about their own objects (`begin`), and close them (`meet`,
`lapse`).
"""

from channels.clock.book import (
    Due,
    begin,
    begin_many,
    closed_days,
    hand_on,
    hand_on_many,
    lapse,
    lapse_many,
    meet,
    meet_many,
    reopen,
)
from channels.clock.digest import write_digests
from channels.clock.paces import (
    ACCESS_TEST,
    APPROVAL,
    ATTEST,
    CHANGE,
    COMPLETE,
    CONFIRM,
    COVER,
    HAND_OVER,
    KINDS,
    POLICY_REVIEW,
    REMOVE_ACCESS,
    SILENT,
    WATCH,
    Kind,
    Pace,
    Stage,
    register,
)
from channels.clock.sweep import sweep

__all__ = [
    "ACCESS_TEST",
    "APPROVAL",
    "ATTEST",
    "CHANGE",
    "COMPLETE",
    "CONFIRM",
    "COVER",
    "HAND_OVER",
    "KINDS",
    "POLICY_REVIEW",
    "REMOVE_ACCESS",
    "SILENT",
    "WATCH",
    "Due",
    "Kind",
    "Pace",
    "Stage",
    "begin",
    "begin_many",
    "closed_days",
    "hand_on",
    "hand_on_many",
    "lapse",
    "lapse_many",
    "meet",
    "meet_many",
    "register",
    "reopen",
    "sweep",
    "write_digests",
]
