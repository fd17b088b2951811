"""Units and people that come in by file. What each row would do has been judged and said yes to before.

Call these inside the transaction of the import. Nobody is given a role here: appointments have dates and are made by hand.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import models
from django.utils.translation import gettext as _

from accounts import notices
from accounts.actor import Actor
from accounts.models import Appointment, Unit, User
from kommun.errors import NotPermitted
from kommun.events import record

NEW = "new:"  # before the name of a parent that the same file brings in


class ImportedRow(Protocol):
    """What a row would write: `target` is the row's id, None for a new one; `values` are by field, ids for relations."""

    number: int
    title: str
    target: int | None
    values: dict[str, Any]


def write_units(rows: Sequence[ImportedRow], *, run_id: int, actor: Actor, tell: Callable[[int], None]) -> None:
    """Add and change units. A parent may be one that another of the rows brings in. Raises NotPermitted."""
    _check(actor)
    slugs = set(Unit.objects.values_list("slug", flat=True))
    made: dict[str, Unit] = {}
    written: list[tuple[Unit, ImportedRow]] = []
    for done, row in enumerate(rows, start=1):
        values = {key: value for key, value in row.values.items() if key not in {"parent", "slug"}}
        unit = Unit.objects.select_for_update(of=("self",)).get(pk=row.target) if row.target else Unit()
        if row.target is None:
            unit.slug = _free(row.values["slug"], slugs)
            made[NEW + row.title.casefold()] = unit
        _set(unit, values, relations=("manager", "registrar"))
        if isinstance(row.values.get("parent"), int):
            unit.parent_id = row.values["parent"]
        _save(unit, actor)
        written.append((unit, row))
        tell(done)
    for unit, row in written:
        if isinstance(parent := row.values.get("parent"), str):  # every new unit has its row now
            unit.parent = made[parent]
            _save(unit, actor)
        kind = "unit.import_changed" if row.target else "unit.imported"
        record(
            kind, subject=unit, actor=actor, data={"import": run_id, "row": row.number, "fields": sorted(row.values)}
        )


def write_people(
    rows: Sequence[ImportedRow], *, run_id: int, send_mail: bool, actor: Actor, tell: Callable[[int], None]
) -> None:
    """Add and change people. With `send_mail`, each new one is told how to choose a password. Raises NotPermitted."""
    _check(actor)
    unusable = make_password(None)
    for done, row in enumerate(rows, start=1):
        user = (
            User.objects.select_for_update(of=("self",)).get(pk=row.target) if row.target else User(password=unusable)
        )
        _set(user, row.values, relations=("unit",))
        if row.target is None:
            user.username = row.values["email"]
        _save(user, actor)
        if row.target is None:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            if send_mail:
                notices.person_added(user)
        kind = "person.import_changed" if row.target else "person.imported"
        record(
            kind, subject=user, actor=actor, data={"import": run_id, "row": row.number, "fields": sorted(row.values)}
        )
        tell(done)


def _check(actor: Actor) -> None:
    if Appointment.Role.ADMINISTRATOR not in actor.roles:
        raise NotPermitted(_("Enheter och personer läses in av en systemadministratör."))


def _set(row: models.Model, values: dict[str, Any], *, relations: tuple[str, ...]) -> None:
    for key, value in values.items():
        setattr(row, f"{key}_id" if key in relations else key, value)


def _save(row: Any, actor: Actor) -> None:
    actor.signs(row)
    row.save()


def _free(wanted: str, taken: set[str]) -> str:
    slug, number = wanted, 2
    while slug in taken:
        slug, number = f"{wanted[:54]}-{number}", number + 1
    taken.add(slug)
    return slug
