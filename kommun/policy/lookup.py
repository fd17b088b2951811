"""How other code asks: which version is in force, and what it says.

Content never changes once adopted, so a parsed version is kept for good. Which version is in force is asked once per
request or task and remembered until it ends; elsewhere it is asked each time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from threading import Lock
from typing import Any, TypeVar

from asgiref.local import Local
from celery.signals import task_postrun, task_prerun
from django.core.signals import request_finished, request_started
from django.utils import timezone

from kommun.models import PolicyVersion
from kommun.policy.base import MUNICIPALITY, Scope, Value
from kommun.policy.checks import looser_value
from kommun.policy.compiled import Guidance, Policy, Rule, default_role_label
from kommun.policy.keys import Key, V
from kommun.policy.loader import parse_content

A = TypeVar("A", date, int)
_KEPT = 16  # versions: today's, and those that old decisions point at
_compiled: dict[tuple[int, str], Policy] = {}
_compiled_lock = Lock()
_memory = Local()  # .days: list of {day or number as primary key: version or None}, the innermost task last


def in_force(on: date | None = None) -> PolicyVersion | None:
    """Return the version in force on a day (today), or None before one has been adopted."""
    return _remember(on or timezone.localdate(), _ask)


def policy(on: date | None = None, version: PolicyVersion | int | None = None) -> Policy | None:
    """Return a whole version: the given one (an instance or its number as primary key), else the one in force."""
    if isinstance(version, int):
        version = _remember(version, _get)
    version = version or in_force(on)
    return compile_version(version) if version is not None else None


def compile_version(version: PolicyVersion) -> Policy:
    """Return the version ready to be asked. Its text is read from the database the first time only."""
    place = (version.pk, version.sha256)
    found = _compiled.get(place)
    if found is None:
        found = Policy(parse_content(version.content), version.pk)
        with _compiled_lock:
            while len(_compiled) >= _KEPT:
                del _compiled[next(iter(_compiled))]
            _compiled[place] = found
    return found


def rule(
    key: Key[V], scope: Scope = MUNICIPALITY, on: date | None = None, version: PolicyVersion | int | None = None
) -> Rule[V] | None:
    """Return the rule that holds for a scope, or None where the policy is silent. The one way other code asks.

    The most specific scope wins: channel, kind of platform, department, municipality. `on`: the day asked about
    (today); `version`: a certain version, for what was decided under it.
    """
    found = policy(on, version)
    return found.rule(key, scope) if found else None


def guidance(
    place: str, scope: Scope = MUNICIPALITY, on: date | None = None, version: PolicyVersion | int | None = None
) -> list[Guidance]:
    """Return the texts that people follow at a place. Raises ValueError for one that is not in `document.PLACES`."""
    found = policy(on, version)
    return found.guidance_at(place, scope) if found else []


def role_label(role: str, version: PolicyVersion | int | None = None) -> str:
    """Return what the policy calls a role. Raises KeyError for a role that does not exist."""
    found = policy(version=version)
    return found.role_label(role) if found else default_role_label(role)


def is_looser(key: Key[V], candidate: Value, reference: Value | Rule[V]) -> bool:
    """Return True when the candidate asks for less than the reference: a later reply, fewer administrators.

    So a channel's own promise can be checked: stricter is allowed, looser is not. Kinds without an order never are.
    Raises TypeError when a value is of another kind than the key.
    """
    value = reference.value if isinstance(reference, Rule) else reference
    if not isinstance(candidate, key.model) or not isinstance(value, key.model):
        raise TypeError(f"{key} takes {key.model.__name__}.")
    return looser_value(candidate, value)


def forget() -> None:
    """Forget which version is in force: ask anew for the rest of this request or task."""
    _memory.days = []


@contextmanager
def remembered() -> Iterator[None]:
    """Ask once which version is in force, for a block of work outside requests and tasks."""
    _push()
    try:
        yield
    finally:
        _pop()


def _ask(day: date) -> PolicyVersion | None:
    return PolicyVersion.objects.in_force(day).defer("content", "original").first()


def _get(pk: int) -> PolicyVersion:
    return PolicyVersion.objects.defer("content", "original").get(pk=pk)


def _remember(asked: A, ask: Callable[[A], PolicyVersion | None]) -> PolicyVersion | None:
    days: list[dict[date | int, PolicyVersion | None]] = getattr(_memory, "days", [])
    if not days:
        return ask(asked)
    if asked not in days[-1]:
        days[-1][asked] = ask(asked)
    return days[-1][asked]


def _push(**_kwargs: Any) -> None:
    _memory.days = [*getattr(_memory, "days", []), {}]


def _pop(**_kwargs: Any) -> None:
    _memory.days = getattr(_memory, "days", [])[:-1]


def _begin_request(**_kwargs: Any) -> None:
    _memory.days = [{}]


def _end_request(**_kwargs: Any) -> None:
    _memory.days = []


request_started.connect(_begin_request, dispatch_uid="policy_memory_begin")
request_finished.connect(_end_request, dispatch_uid="policy_memory_end")
task_prerun.connect(_push, dispatch_uid="policy_memory_push", weak=False)
task_postrun.connect(_pop, dispatch_uid="policy_memory_pop", weak=False)
