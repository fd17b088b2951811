"""Who may list, sign, confirm and hold, and why not. Functions of actor and object: the reason, or None."""

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Appointment
from accounts.organisation import Organisation
from archive.models import DisposalList, Hold

ARCHIVIST, REGISTRAR = Appointment.Role.ARCHIVIST, Appointment.Role.REGISTRAR


def ids_of(*roles: str) -> frozenset[int]:
    """Return the ids of those who have one of the roles for the whole municipality today."""
    organisation = Organisation.load(timezone.localdate())
    return frozenset(person.pk for role in roles for person in organisation.holders(role, None))


def who_lists() -> frozenset[int]:
    """Return the ids of those who may propose what is to be destroyed, and set holds."""
    return ids_of(ARCHIVIST, REGISTRAR)


def who_signs() -> frozenset[int]:
    """Return the ids of the archivists."""
    return ids_of(ARCHIVIST)


def why_not_list(actor: Actor, row: DisposalList | None = None) -> str | None:
    """Return why not: the archivist or the registrar of the municipality proposes, reviews and takes back."""
    return _why_not(actor, who_lists(), _("Bara arkivarien eller registratorn kan göra det."))


def why_not_sign(actor: Actor, row: DisposalList) -> str | None:
    """Return why not: an archivist signs, and never a list of one's own. Nor does somebody who acts for the proposer."""
    if reason := _why_not(actor, who_signs(), _("Bara arkivarien kan godkänna en gallringslista.")):
        return reason
    acting = actor.among(who_signs()) or actor
    if row.proposed_by_id in (actor.user_id, acting.on_behalf_of_id):
        return _("Någon annan än den som upprättade listan ska godkänna den.")
    return None


def why_not_confirm(actor: Actor, row: DisposalList) -> str | None:
    """Return why not: an archivist confirms."""
    return _why_not(actor, who_signs(), _("Bara arkivarien kan bekräfta att något ska gallras."))


def why_not_carry_out(actor: Actor, row: DisposalList) -> str | None:
    """Return why not: what is confirmed is carried out by the scheduler alone, slice by slice."""
    return None if actor.user is None else _("Gallringen görs automatiskt när den är bekräftad.")


def why_not_hold(actor: Actor, hold: Hold | None = None) -> str | None:
    """As `why_not_list`: whoever lists also sets holds and releases them."""
    return why_not_list(actor)


def _why_not(actor: Actor, people: Collection[int], reason: str) -> str | None:
    if actor.user is None:
        return _("Det görs av en person.")
    return None if actor.among(people) else reason
