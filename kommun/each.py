"""Acts on many rows from the scheduler, of which one may fail without stopping the rest."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress

from kommun.actor import ActorLike
from kommun.errors import StateConflict

log = logging.getLogger(__name__)


def let_each(acts: Iterable[tuple[Callable[..., object], dict[str, int]]], actor: ActorLike) -> int:
    """Carry out each act with its arguments, and return how many were done. One that somebody else was first with is none.

    A bad row is logged and does not stop the rest; the first error is raised at the end, so that the task ends as failed.
    """
    done, failures = 0, []
    for act, which in acts:
        try:
            with suppress(StateConflict):  # done, or no longer possible, between the question and the lock
                act(**which, actor=actor)
                done += 1
        except Exception as error:
            log.exception("%s %s failed", act.__name__, which)
            failures.append(error)
    if failures:
        raise failures[0]
    return done
