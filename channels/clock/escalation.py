"""Who is told at a stage, and why just that person. Pure: asks an `Organisation` that is already read.

Somebody named is always told. Whoever is away is passed over for the substitute, or for the next in line; when
everybody is away, the first in line is told all the same, and the reason says so.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.models import Appointment, Unit, User
from accounts.organisation import FALLBACK, Candidate, Organisation
from channels.clock.paces import ORDER, Audience
from kommun import policy


@dataclass(frozen=True)
class Line:
    """Who stands in line for an obligation. `anybody` is asked last of all, when the municipality has named nobody.

    `barred`: the ids of those who have a stake in it (jäv), or decided what is to be tried. They are never told.
    """

    holder: User | None
    owner: User | None = None
    deputy: User | None = None
    unit: Unit | None = None
    has_channel: bool = False
    anybody: User | None = None
    barred: Collection[int] = ()


@dataclass(frozen=True)
class Told:
    """Who is told, the sentences that say why, and whom the person covers for, if anybody."""

    person: User | None
    why: str
    covers_for: User | None = None


def whom_to_tell(
    audience: Audience, line: Line, organisation: Organisation, day: date, told: Collection[int] = ()
) -> Told:
    """Return who is told on the day when the stage belongs to `audience`. `told`: ids of those who were told before.

    The holder is reminded however often; everybody else only after those who have not been asked yet. Never nobody,
    as long as somebody in line may sign in and has no stake in it. Who has is not told to the others: the reasons say nothing.
    """
    said: list[str] = []
    spare: Told | None = None  # somebody who is there, but was told before
    away: User | None = None  # somebody who would have been asked, but is away
    seen: set[int] = set()
    for candidate in _in_turn(audience, line, organisation, day):
        person = candidate.user
        if person is None or person.pk in seen:
            said += [] if person else [candidate.why]
            continue
        seen.add(person.pk)
        if person.pk in line.barred:
            continue
        cover = organisation.who_covers(person, day)
        if cover.person is not None and cover.person.pk in line.barred:
            away = away or person
            continue
        why = [candidate.why, *organisation.explain(cover, day)]
        if cover.person is None:
            said += why
            away = away or (person if person.is_active else None)
            continue
        found = Told(cover.person, " ".join([*said, *why]), person if cover.absent else None)
        if cover.person.pk not in told or (audience == "holder" and person == line.holder):
            return found
        spare = spare or found
        said += [*why, _("%(person)s har redan fått veta.") % {"person": cover.person}]
    if spare is not None:
        return Told(
            spare.person,
            _("Alla som finns att fråga har redan fått veta. %(why)s") % {"why": spare.why},
            spare.covers_for,
        )
    if away is not None:
        said.append(_("Alla är borta. %(person)s får veta ändå.") % {"person": away})
    return Told(away, " ".join(said))


def why_missed(line: Line, organisation: Organisation, day: date) -> str:
    """Return why the time ran out, in sentences. `day` is the day on which it did."""
    if line.holder is None:
        return _("Ingen hade uppgiften.")
    cover = organisation.who_covers(line.holder, day)
    if cover.person is None:
        return _("%(person)s hade uppgiften.") % {"person": line.holder} + " " + cover.problem
    if cover.absent:
        values = {"person": cover.person, "absent": line.holder}
        return _("%(person)s ersatte %(absent)s. Uppgiften blev inte klar i tid.") % values
    return _("%(person)s hade uppgiften. Den blev inte klar i tid.") % {"person": cover.person}


def _in_turn(audience: Audience, line: Line, organisation: Organisation, day: date) -> Iterator[Candidate]:
    for one in ORDER[ORDER.index(audience) :]:
        yield from _candidates(one, line, organisation, day)
    for role in FALLBACK:
        for _row, person in organisation.appointments_in_force(role, day):
            yield _asked_last(person)
    if audience != "holder":  # the holder again, rather than nobody
        yield from _candidates("holder", line, organisation, day)
    if line.anybody is not None:
        yield _asked_last(line.anybody)


def _asked_last(person: User) -> Candidate:
    return Candidate(person, _("%(person)s frågas när ingen annan finns.") % {"person": person})


def _candidates(audience: Audience, line: Line, organisation: Organisation, day: date) -> Iterator[Candidate]:
    match audience:
        case "holder" if line.holder is None:
            yield Candidate(None, _("Ingen har uppgiften."))
        case "holder":
            yield Candidate(line.holder, _("%(person)s har uppgiften.") % {"person": line.holder})
        case "deputy" if line.has_channel:
            yield from _of_the_channel(line)
        case "strategist":
            role = Appointment.Role.STRATEGIST
            found = list(organisation.candidates(role, line.unit, day))
            yield from found or [Candidate(None, _("Ingen har rollen %(role)s.") % {"role": policy.role_label(role)})]
        case "manager":
            yield from organisation.candidates("nearest_manager", line.unit, day)


def _of_the_channel(line: Line) -> Iterator[Candidate]:
    """Yield the deputy and the owner, without the one who holds the obligation: each stands in for the other."""
    if line.deputy is None:
        yield Candidate(None, _("Kanalen har ingen ersättare."))
    elif line.deputy != line.holder:
        yield Candidate(line.deputy, _("%(person)s är kanalens ersättare.") % {"person": line.deputy})
    if line.owner is not None and line.owner != line.holder:
        yield Candidate(line.owner, _("%(person)s är kontoansvarig för kanalen.") % {"person": line.owner})
