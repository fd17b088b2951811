"""Who registers for a unit: its registrar, those above it, the municipality's, and whoever covers for them today.

With the archivists they keep what is kept, and deliver it. `barred`: the ids of those who have a stake in what is to be
registered. They are passed over, as if they were not there.
"""

from collections.abc import Collection

from django.utils import timezone

from accounts.models import Appointment, Unit, User
from accounts.organisation import Organisation

REGISTRAR = Appointment.Role.REGISTRAR


def asked_for(unit: Unit, organisation: Organisation | None = None, barred: Collection[int] = ()) -> User | None:
    """Return who is asked to register today. Never nobody as long as anybody holds a role: then the strategist is asked."""
    organisation = organisation or Organisation.load(timezone.localdate())
    return organisation.responsible_for(REGISTRAR, unit, exclude=barred).asked


def ids_for(unit: Unit, organisation: Organisation | None = None, barred: Collection[int] = ()) -> frozenset[int]:
    """Return the ids of those who may answer for the unit. Where every registrar is gone, of the person asked instead."""
    organisation = organisation or Organisation.load(timezone.localdate())
    registrars = [person for person in organisation.holders(REGISTRAR, unit) if person.pk not in barred]
    found = organisation.responsible_for(REGISTRAR, unit, exclude=barred)
    # Whoever is asked because nobody else is there has to be able to answer. Whoever covers for one acts for that one.
    stands_in = [one for one in (found.asked, found.assignee) if one and not organisation.acts_for(one, registrars)]
    return frozenset(person.pk for person in (*registrars, *stands_in))


def registers(user: User, unit: Unit, organisation: Organisation, barred: Collection[int] = ()) -> bool:
    """Return whether the person answers for the unit today, also for somebody who is away."""
    if user.pk in barred:
        return False
    return organisation.holds(user, REGISTRAR, unit) or user.pk in ids_for(unit, organisation, barred)


def units_of(user: User, organisation: Organisation) -> set[int]:
    """Return the ids of the units that the person registers for, also for somebody who is away."""
    units = organisation.units.values()
    held = {unit.pk for unit in units if organisation.holds(user, REGISTRAR, unit)}
    return held or {unit.pk for unit in units if registers(user, unit, organisation)}


def keepers_of(unit: Unit, organisation: Organisation | None = None) -> frozenset[int]:
    """Return the ids of those who keep the records of the unit: its archivists and registrars."""
    organisation = organisation or Organisation.load(timezone.localdate())
    archivists = organisation.holders(Appointment.Role.ARCHIVIST, unit)
    return frozenset(person.pk for person in archivists) | ids_for(unit, organisation)


def keeps(user: User, unit: Unit, organisation: Organisation) -> bool:
    """Return whether the person keeps the records of the unit today, also for somebody who is away."""
    return organisation.holds(user, Appointment.Role.ARCHIVIST, unit) or registers(user, unit, organisation)
