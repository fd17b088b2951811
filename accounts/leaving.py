"""A person who leaves: the last day, what the organisation hands over, and the account that is closed afterwards.

Actions, as those in `accounts.actions`. What the person holds in the register of channels is handed over there.
"""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notices, rules
from accounts.actor import Actor
from accounts.appointing import ADMINISTRATOR, nobody_else, one_at_a_time
from accounts.consequences import people_changed
from accounts.models import Appointment, Unit, UnitHandOver, User
from accounts.organisation import Organisation
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record

# Without one of these nobody could give anybody a role again, or see to the register.
NEVER_EMPTY = (ADMINISTRATOR, Appointment.Role.STRATEGIST)


def gone_from(person: User, today: date) -> date:
    """Return the first day on which the person does nothing any more; tomorrow while no last day is said."""
    if person.leaves_on is not None:
        return max(person.leaves_on + timedelta(days=1), today)
    return today + timedelta(days=1) if person.is_active else today


@transaction.atomic
def set_last_day(*, user_id: int, day: date | None, actor: Actor) -> User:
    """Say the person's last day of service, or with None that the person stays, and tell the person.

    What is handed over already is not taken back. Raises User.DoesNotExist, NotPermitted, StateConflict (no longer
    active), InvalidInput (a day that has been).
    """
    user, today = lock_person(user_id, actor), timezone.localdate()
    if not user.is_active:
        raise StateConflict(_("%(person)s är inte längre aktiv.") % {"person": user})
    if user.leaves_on == day:
        return user
    if day is not None and (reason := rules.why_not_last_day(day, today)):
        raise InvalidInput({"leaves_on": [reason]})
    before, user.leaves_on = user.leaves_on, day
    _save(user, actor, "leaves_on")
    record("person.last_day", subject=user, actor=actor.acting_for(user), data={"from": before, "to": day})
    if actor.user != user:
        notices.last_day_changed(user)
    people_changed(actor)
    return user


def lock_person(user_id: int, actor: Actor) -> User:
    """Return the person, locked, for one who may keep the person. Raises User.DoesNotExist or NotPermitted."""
    user = User.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=user_id)
    if reason := rules.why_not_keep_person(actor, user, Organisation.load(timezone.localdate())):
        raise NotPermitted(reason)
    return user


def why_must_stay(person: User, day: date) -> str:
    """Return why the person's account cannot be closed on the day: nobody else could administer. Empty: it can."""
    held = Appointment.objects.on(day).filter(user=person, role=ADMINISTRATOR, unit__isnull=True)
    if (person.is_superuser or held.exists()) and nobody_else(ADMINISTRATOR, person, day):
        return _(
            "%(person)s är den enda systemadministratören. Ge någon annan rollen först, annars kan ingen ge någon behörighet."
        ) % {"person": person}
    return ""


# --- Closing and opening an account -----------------------------------------------------------------------------------
@transaction.atomic
def deactivate_person(*, user_id: int, actor: Actor) -> User:
    """Close the account: the person cannot sign in, and every session ends. Done already, it stays as it is.

    By the scheduler after the last day, or by an administrator. Raises NotPermitted, or StateConflict when nobody else
    could administer.
    """
    user, today = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id), timezone.localdate()
    if actor.user is not None:
        _check_administrator(actor)
    elif user.in_service(today):
        raise StateConflict(_("%(person)s är kvar i tjänst.") % {"person": user})
    if not user.is_active:
        return user
    if reason := why_must_stay(user, today):
        raise StateConflict(reason)
    user.is_active = False
    user.leaves_on = min(user.leaves_on or today, today)
    user.set_unusable_password()  # a session is bound to the password: every one of them ends, for good
    _save(user, actor, "is_active", "leaves_on", "password")
    record("person.deactivated", subject=user, actor=actor, data={"last_day": user.leaves_on})
    people_changed(actor)
    return user


@transaction.atomic
def reactivate_person(*, user_id: int, actor: Actor) -> User:
    """Open the account of somebody who is back, and mail how to choose a password. Raises NotPermitted."""
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    _check_administrator(actor)
    if user.is_active:
        return user
    user.is_active, user.leaves_on = True, None
    _save(user, actor, "is_active", "leaves_on")
    record("person.reactivated", subject=user, actor=actor)
    notices.person_added(user)
    people_changed(actor)
    return user


def ids_of_leavers(today: date) -> list[int]:
    """Return the active people whose last day has been. Asks what is so, so an outage loses nobody."""
    return list(User.objects.filter(is_active=True, leaves_on__lt=today).order_by("pk").values_list("pk", flat=True))


# --- Units and appointments: from the day after the last one ----------------------------------------------------------
def hand_over_unit(
    *, unit_id: int, role: str, leaver: User, successor: User | None, day: date, actor: Actor
) -> UnitHandOver:
    """Plan who manages the unit, or is its registrar, from the day on; a day that has come takes effect at once.

    Call it under the lock of the leaver (`lock_person`), by one who may.
    """
    plan = UnitHandOver.objects.create(
        unit_id=unit_id, role=role, leaver=leaver, successor=successor, takes_effect_on=day
    )
    data = {"unit": unit_id, "role": role, "to": successor.pk if successor else None, "day": day}
    record("unit.hand_over_planned", subject=plan.unit, actor=actor, data=data)
    if day <= timezone.localdate():
        _carry_out(plan, actor)
    return plan


@transaction.atomic
def carry_out_hand_over(*, hand_over_id: int, actor: Actor) -> None:
    """Give the unit its new manager or registrar, unless somebody else has been put there since. Safe to run twice."""
    plan = UnitHandOver.objects.select_for_update(of=("self",)).get(pk=hand_over_id)
    if plan.done_at is None:
        _carry_out(plan, actor)
        people_changed(actor)


def _carry_out(plan: UnitHandOver, actor: Actor) -> None:
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=plan.unit_id)
    if getattr(unit, f"{plan.role}_id") == plan.leaver_id:
        setattr(unit, plan.role, plan.successor)
        actor.signs(unit)
        unit.save(update_fields=[plan.role])
        data = {"role": plan.role, "from": plan.leaver_id, "to": plan.successor_id}
        record("unit.handed_over", subject=unit, actor=actor, data=data)
    plan.done_at = timezone.now()
    plan.save(update_fields=["done_at"])


def ids_of_hand_overs_due(today: date) -> list[int]:
    """Return the hand-overs of units whose day has come."""
    rows = UnitHandOver.objects.filter(done_at__isnull=True, takes_effect_on__lte=today)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def hand_over_appointment(*, appointment_id: int, successor: User | None, day: date, actor: Actor) -> None:
    """End the role the day before, and give it to the successor from the day on, for as long as it was given.

    A role that has not begun by then changes hands whole. Call it under the lock of the leaver, by one who may. Raises
    InvalidInput when nobody would have the role.
    """
    one_at_a_time()
    row = Appointment.objects.select_for_update(of=("self",)).select_related("user").get(pk=appointment_id)
    if row.ends_on is not None and row.ends_on < day:
        return
    if successor is None and (reason := why_not_leave_empty(row, day)):
        raise InvalidInput({"successor": [reason]})
    leaver, last = row.user_id, row.ends_on
    if row.starts_on >= day:
        starts_on = row.starts_on
        row.ends_on = starts_on if successor is None else last
        row.user = successor or row.user
    else:
        starts_on, row.ends_on = day, day - timedelta(days=1)
    actor.signs(row)
    row.save()
    if successor is not None and row.user_id == leaver:
        following = Appointment(user=successor, role=row.role, unit_id=row.unit_id, starts_on=starts_on, ends_on=last)
        actor.signs(following)
        following.save()
    data = {"role": row.role, "from": leaver, "to": successor.pk if successor else None, "day": starts_on}
    record("appointment.handed_over", subject=row, actor=actor, data=data)


def why_not_leave_empty(row: Appointment, day: date) -> str:
    """Return why the role cannot be left without anybody on the day. Empty: it can."""
    if row.unit_id is None and row.role in NEVER_EMPTY and nobody_else(row.role, row.user, day):
        return _("Ingen annan har rollen %(role)s. Någon behöver ha den, så välj en efterträdare.") % {
            "role": row.get_role_display()
        }
    return ""


def _check_administrator(actor: Actor) -> None:
    user = actor.user
    if user is None:
        raise NotPermitted(_("En människa ger behörighet, inte schemaläggaren."))
    organisation = Organisation.load(timezone.localdate())
    if not user.is_superuser and not organisation.holds_any(user, ADMINISTRATOR):
        raise NotPermitted(_("Det här görs av en systemadministratör."))


def _save(user: User, actor: Actor, *fields: str) -> None:
    actor.signs(user)
    user.save(update_fields=fields)
