"""The organisation of a new installation, from the server's command line. Afterwards people keep it in the admin."""

from datetime import date

from django.db import transaction

from accounts.models import Appointment, Unit, User
from kommun.actor import ActorLike
from kommun.events import record
from kommun.setup import check_command_line


@transaction.atomic
def add_unit(
    *,
    name: str,
    slug: str,
    kind: str,
    actor: ActorLike,
    parent_id: int | None = None,
    email: str = "",
    central: bool = False,
) -> Unit:
    """Add a unit below `parent_id`, and return it. Raises NotPermitted for everybody but the command line."""
    check_command_line(actor)
    unit = Unit.objects.create(name=name, slug=slug, kind=kind, parent_id=parent_id, email=email, central=central)
    record("unit.added", subject=unit, actor=actor, data={"parent": parent_id, "kind": kind})
    return unit


@transaction.atomic
def put_in_charge(
    *, unit_id: int, actor: ActorLike, manager_id: int | None = None, registrar_id: int | None = None
) -> Unit:
    """Give the unit a manager and a registrar. None leaves what is there. Raises NotPermitted."""
    check_command_line(actor)
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit_id)
    unit.manager_id = manager_id or unit.manager_id
    unit.registrar_id = registrar_id or unit.registrar_id
    unit.save(update_fields=["manager", "registrar"])
    data = {"manager": unit.manager_id, "registrar": unit.registrar_id}
    record("unit.put_in_charge", subject=unit, actor=actor, data=data)
    return unit


@transaction.atomic
def appoint(*, user_id: int, role: str, starts_on: date, actor: ActorLike) -> Appointment:
    """Give somebody a role in the whole municipality, until further notice. Raises NotPermitted."""
    check_command_line(actor)
    row = Appointment.objects.create(user_id=user_id, role=Appointment.Role(role), starts_on=starts_on)
    record("appointment.added", subject=row, actor=actor, data={"user": user_id, "role": role, "starts_on": starts_on})
    return row


@transaction.atomic
def make_administrator(*, user_id: int, starts_on: date, actor: ActorLike) -> User:
    """Give somebody the role of administrator, which the first one can get from nobody. Raises NotPermitted."""
    check_command_line(actor)
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    appoint(user_id=user_id, role=Appointment.Role.ADMINISTRATOR, starts_on=starts_on, actor=actor)
    return user
