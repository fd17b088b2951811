"""Which way an import goes, and who may bring in what. A registrar can read the table."""

from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Appointment
from channels.models.imports import ImportRun
from channels.rules import KEEPERS
from kommun.lifecycle import Lifecycle, Transition

S = ImportRun.State
# Communications staff keep the register (matrix J1); units and people are the system administrators'.
WHO = {
    ImportRun.Kind.CHANNELS: KEEPERS,
    ImportRun.Kind.UNITS: frozenset({Appointment.Role.ADMINISTRATOR}),
    ImportRun.Kind.PEOPLE: frozenset({Appointment.Role.ADMINISTRATOR}),
    # What is written in the channels is read by communications staff, and not by a system administrator.
    ImportRun.Kind.CASES: frozenset({Appointment.Role.STRATEGIST, Appointment.Role.WEB_EDITOR}),
}


def kinds_open_to(actor: Actor) -> list[str]:
    """Return what the actor may bring in."""
    return [str(kind) for kind, roles in WHO.items() if actor.roles & roles]


def why_not_import_kind(actor: Actor, kind: str) -> str | None:
    """Return why the actor may not bring in files of the kind, or None."""
    if kind in kinds_open_to(actor):
        return None
    if kind == ImportRun.Kind.CHANNELS:
        return _("Kanaler läses in av kommunikationsstrategen, webbredaktören eller en systemadministratör.")
    if kind == ImportRun.Kind.CASES:
        return _("Ärenden läses in av kommunikationsstrategen eller webbredaktören.")
    return _("Enheter och personer läses in av en systemadministratör.")


def why_not_import(actor: Actor, run: ImportRun) -> str | None:
    """Return why the actor may not work with this import."""
    return why_not_import_kind(actor, run.kind)


IMPORT = Lifecycle(
    S,
    [
        Transition("choose_columns", frozenset({S.COLUMNS, S.READY}), S.READING, why_not_import),
        Transition("accept", frozenset({S.READY}), S.APPLYING, why_not_import),
        Transition("discard", frozenset({S.COLUMNS, S.READY}), S.DISCARDED, why_not_import),
    ],
    attribute="state",
)
