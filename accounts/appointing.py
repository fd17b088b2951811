"""Who is given which role, and when it ends. A role is never edited: it ends, and another one is given."""

from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.consequences import people_changed
from accounts.models import Appointment, User
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record

ADMINISTRATOR = Appointment.Role.ADMINISTRATOR


def why_not_appoint(actor: Actor) -> str | None:
    """Return why the actor may not give or end roles, or None: a role is power, so nobody but an administrator does."""
    if ADMINISTRATOR in actor.roles or (actor.user is not None and actor.user.is_superuser):
        return None
    return _("Uppdrag ges och avslutas av en systemadministratör.")


@transaction.atomic
def give_appointment(
    *, user_id: int, role: str, unit_id: int | None, starts_on: date, ends_on: date | None, actor: Actor
) -> Appointment:
    """Give somebody a role from a day to a day, both included; without a unit in the whole municipality.

    Raises User.DoesNotExist, NotPermitted, or InvalidInput with the reasons per field: somebody who may not sign in, days
    in the wrong order, a role that the person has for the unit on some of the days.
    """
    if reason := why_not_appoint(actor):
        raise NotPermitted(reason)
    one_at_a_time()
    user = User.objects.get(pk=user_id)
    if not user.is_active:
        raise InvalidInput({"user": [_("%(person)s är inte längre aktiv.") % {"person": user}]})
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput({"ends_on": [_("Sista dagen måste vara samma dag som den första eller senare.")]})
    same = Appointment.objects.filter(Q(unit=unit_id) if unit_id else Q(unit__isnull=True), user=user, role=role)
    if any(row.starts_on <= (ends_on or date.max) and starts_on <= (row.ends_on or date.max) for row in same):
        raise InvalidInput({"user": [_("%(person)s har redan det uppdraget under de dagarna.") % {"person": user}]})
    row = Appointment(user=user, role=role, unit_id=unit_id, starts_on=starts_on, ends_on=ends_on)
    actor.signs(row)
    row.save()
    data = {"user": user_id, "role": role, "unit": unit_id, "starts_on": starts_on, "ends_on": ends_on}
    record("appointment.added", subject=row, actor=actor, data=data)
    people_changed(actor)
    return row


@transaction.atomic
def end_appointment(*, appointment_id: int, actor: Actor) -> Appointment:
    """End a role now: yesterday was its last day. One that began today holds the day out; one to come is called off so.

    Raises Appointment.DoesNotExist, NotPermitted, or StateConflict: it has ended already, or nobody would be left who
    may give roles.
    """
    if reason := why_not_appoint(actor):
        raise NotPermitted(reason)
    one_at_a_time()
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment_id)
    today = timezone.localdate()
    last_day = max(row.starts_on, today - timedelta(days=1))
    if row.ends_on is not None and row.ends_on <= last_day:
        raise StateConflict(_("Uppdraget är redan avslutat."))
    if row.role == ADMINISTRATOR and row.unit_id is None and nobody_else(row.role, row.user, today, for_good=True):
        raise StateConflict(_("Kommunen behöver minst en systemadministratör. Ge uppdraget till någon annan först."))
    row.ends_on = last_day
    actor.signs(row)
    row.save()
    record("appointment.ended", subject=row, actor=actor, data={"ends_on": last_day})
    people_changed(actor)
    return row


def nobody_else(role: str, person: User, day: date, *, for_good: bool = False) -> bool:
    """Return whether nobody but the person, and in service, has the role in the whole municipality on the day.

    A superuser administers too. `for_good` asks for the role itself, given until further notice: one who soon stops, or
    whom only the server's command line has let in, is nobody to lean on.
    """
    held = Appointment.objects.on(day).filter(role=role, unit__isnull=True)
    if for_good:
        held = held.filter(ends_on__isnull=True)
    has_it = Q(pk__in=held.values("user"))
    if role == ADMINISTRATOR and not for_good:
        has_it |= Q(is_superuser=True)
    others = User.objects.filter(Q(leaves_on__isnull=True) | Q(leaves_on__gte=day), has_it, is_active=True)
    return not others.exclude(pk=person.pk).exists()


def one_at_a_time() -> None:
    """Let nobody else give, end or hand over roles until the transaction ends: two who end each other's would leave nobody."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_appointment IN SHARE ROW EXCLUSIVE MODE")
