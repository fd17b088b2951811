"""The scheduler's acts, of which one may fail."""

import pytest

from accounts.actor import SCHEDULER
from kommun.each import let_each
from kommun.errors import StateConflict


def test_a_bad_row_stops_nobody_else_and_the_task_ends_as_failed(caplog):
    done = []

    def act(*, row, actor):
        if row == 1:
            raise ValueError("bad")
        if row == 2:
            raise StateConflict("somebody else was first")
        done.append((row, actor))

    with pytest.raises(ValueError, match="bad"):
        let_each([(act, {"row": row}) for row in (1, 2, 3)], SCHEDULER)
    assert done == [(3, SCHEDULER)]
    assert "act {'row': 1} failed" in caplog.text
    assert let_each([(act, {"row": row}) for row in (2, 3, 4)], SCHEDULER) == 2
