"""The same thing done with several cases: only what the same person can take back. Each case by itself, refused by itself.

Nothing is hidden, assessed, removed or answered for many at once: each of those is looked at by somebody.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Unit
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from moderation import rules
from moderation.actions import handling
from moderation.models import Case

MOST = 100


@dataclass(frozen=True)
class Outcome:
    """What became of one case, in words. `done`: it is as it was asked to be. `before`: what an undo puts back, or None."""

    case_id: int
    title: str
    said: str
    done: bool
    version: int = 0
    before: dict[str, int | None] | None = None

    def kept(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Return what `kept` gave."""
        return cls(**values)


def claim_many(*, cases: Mapping[int, int], actor: Actor) -> list[Outcome]:
    """Take several cases: id to the version that was read. Raises InvalidInput (none, or more than MOST)."""
    return _each(cases, lambda case_id, version: _claim(case_id, version, actor))


def forward_many(*, cases: Mapping[int, int], unit_id: int | None, actor: Actor) -> list[Outcome]:
    """Send several cases to a unit, or back to their channels (None). As `claim_many`; also InvalidInput (no such unit).

    Only for those who could take it back: whoever has a case because it was sent to them would lose it by this.
    """
    unit = Unit.objects.filter(pk=unit_id, manager__isnull=False).first() if unit_id else None
    if unit_id and unit is None:
        raise InvalidInput({"unit": [_("Välj en enhet som har en chef.")]})
    return _each(cases, lambda case_id, version: _forward(case_id, version, unit, actor))


def undo_many(*, outcomes: Iterable[Outcome], actor: Actor) -> list[Outcome]:
    """Take back what was done, where nothing has happened since. What cannot be taken back says why."""
    found = [one for one in outcomes if one.done and one.before is not None]
    before = {one.case_id: one for one in found}
    return _each({one.case_id: one.version for one in found}, lambda pk, version: _undo(before[pk], version, actor))


def _each(cases: Mapping[int, int], act: Callable[[int, int], Outcome]) -> list[Outcome]:
    if not cases:
        raise InvalidInput({"val": [_("Markera minst ett ärende.")]})
    if len(cases) > MOST:
        raise InvalidInput({"val": [_("Markera högst %(count)s ärenden åt gången.") % {"count": MOST}]})
    titles = {case.pk: case.title for case in Case.objects.filter(pk__in=cases)}
    outcomes = []
    for pk in sorted(cases):  # in one order, whoever else does the same
        try:
            with transaction.atomic():
                outcomes.append(act(pk, cases[pk]))
        except (NotPermitted, StateConflict) as refusal:
            outcomes.append(Outcome(pk, titles.get(pk, ""), str(refusal), done=False))
        except InvalidInput as refusal:
            said = " ".join(str(reason) for reasons in refusal.errors.values() for reason in reasons)
            outcomes.append(Outcome(pk, titles.get(pk, ""), said, done=False))
        except Case.DoesNotExist:
            outcomes.append(Outcome(pk, "", _("Ärendet finns inte."), done=False))
    return outcomes


def _claim(case_id: int, version: int, actor: Actor) -> Outcome:
    before = _now(case_id)
    case = handling.claim(case_id=case_id, version=version, actor=actor)
    if before["claimed_by"] == case.claimed_by_id:
        return Outcome(case_id, case.title, _("Du hade det redan."), done=True)
    return Outcome(case_id, case.title, _("Nu är det ditt."), done=True, version=case.version, before=before)


def _forward(case_id: int, version: int, unit: Unit | None, actor: Actor) -> Outcome:
    before = _now(case_id)
    case = Case.objects.select_related("channel__unit").get(pk=case_id)
    if not (actor.roles & rules.STEERS or actor.among(rules.who_opens(case.channel))):
        raise NotPermitted(_("Du kan inte ångra det sedan. Skicka det vidare från ärendets egen sida."))
    if before["unit"] == (unit.pk if unit else None):
        return Outcome(case_id, case.title, _("Det var redan där."), done=True)
    case = handling.forward(case_id=case_id, unit_id=unit.pk if unit else None, version=version, actor=actor)
    said = _("Skickat till %(unit)s.") % {"unit": unit} if unit else _("Tillbaka hos kanalen.")
    return Outcome(case_id, case.title, said, done=True, version=case.version, before=before)


def _undo(outcome: Outcome, version: int, actor: Actor) -> Outcome:
    before = outcome.before or {}
    case = Case.objects.select_for_update(of=("self",)).get(pk=outcome.case_id)
    if case.version != version:
        raise StateConflict(_("Något har hänt i ärendet sedan dess. Ändra det från ärendets egen sida."))
    if before["unit"] != case.assigned_unit_id or before["person"] != case.assigned_to_id:
        handling.forward(case_id=case.pk, unit_id=before["unit"], person_id=before["person"], actor=actor)
        if before["claimed_by"] == actor.user_id:
            handling.claim(case_id=case.pk, actor=actor)
    else:
        handling.release(case_id=case.pk, actor=actor)
    return Outcome(case.pk, case.title, _("Ångrat."), done=True)


def _now(case_id: int) -> dict[str, int | None]:
    row = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    return {"unit": row.assigned_unit_id, "person": row.assigned_to_id, "claimed_by": row.claimed_by_id}
