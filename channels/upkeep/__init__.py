"""A register that stays true: what is missing on a channel, what its account must show, and when it is looked at again.

`states_of` computes it for any number of channels in a constant number of queries; `channel_changed` and `reconcile` see
to it that the one clock says the same.
"""

from channels.upkeep.checklist import ShownItem
from channels.upkeep.keeping import channel_changed, channels_changed, reconcile
from channels.upkeep.state import Missing, State, state_of, states_of

__all__ = [
    "Missing",
    "ShownItem",
    "State",
    "channel_changed",
    "channels_changed",
    "reconcile",
    "state_of",
    "states_of",
]
