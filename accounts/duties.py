"""What somebody holds, asked of the apps above by dotted string (settings.KANALKOLLEN_DUTIES): accounts imports none.

Each entry names a function `(user, first_day, last_day) -> list[Duty]`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User


@dataclass(frozen=True)
class Duty:
    """Something that somebody answers for, and how it stands while the person is away.

    `covered_by` names who does it all the time (the deputy of a channel, say); empty means the person's substitute.
    `problem` is a sentence when it would stand without anybody even so.
    """

    label: str
    url: str = ""
    covered_by: str = ""
    problem: str = ""


Source = Callable[[User, date, date], Sequence[Duty]]


@lru_cache
def _sources(paths: tuple[str, ...]) -> tuple[Source, ...]:
    return tuple(import_string(path) for path in paths)


def duties_from_apps(user: User, first_day: date, last_day: date) -> list[Duty]:
    """Return what the person holds in the other apps during the days, both included."""
    sources = _sources(tuple(settings.KANALKOLLEN_DUTIES))
    return [duty for source in sources for duty in source(user, first_day, last_day)]
