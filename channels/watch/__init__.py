"""Looking after the channels: when somebody is to look at each, whether anything is posted, and that the one clock says so.

`states_of` computes it for any number of channels in a constant number of queries; `keep` and `reconcile` see to it that
the one clock says the same.
"""

from channels.watch.keeping import keep, reconcile
from channels.watch.rounds import Round, round_at
from channels.watch.state import Quiet, State, state_of, states_of

__all__ = ["Quiet", "Round", "State", "keep", "reconcile", "round_at", "state_of", "states_of"]
