"""The strategist's office, where files come in and the jobs are done at once."""

from typing import Any

from accounts.actor import Actor
from accounts.models import Appointment
from channels.actions.importing import accept_import, start_import
from channels.models import ImportRun
from tests.factories import Cast
from tests.files import text_file, upload

HEADER = [
    "Nyckel",
    "Kanal",
    "Plattform",
    "Adress",
    "Verksamhet",
    "Syfte",
    "Kontoansvarig",
    "Ersättare",
    "Administratörer",
]


class Office:
    """Brings files in as the strategist, or as the administrator. `commit` does what waits for the commit."""

    def __init__(self, cast: Cast, commit: Any) -> None:
        self.cast, self.commit = cast, commit
        self.actor = Actor(cast.strategist, roles=frozenset({Appointment.Role.STRATEGIST}))
        self.administrator = Actor(cast.administrator, roles=frozenset({Appointment.Role.ADMINISTRATOR}))

    def read(
        self,
        content: bytes,
        *,
        kind: str = "channels",
        actor: Actor | None = None,
        name: str = "lista.csv",
        **values: Any,
    ) -> ImportRun:
        values = {"owner_id": self.cast.strategist.pk, "unit_id": self.cast.central.pk, "send_mail": False, **values}
        actor = actor or (self.actor if kind == "channels" else self.administrator)
        with self.commit(execute=True):
            run = start_import(kind=kind, upload=upload(content, name), actor=actor, **values)
        run.refresh_from_db()
        return run

    def rows(self, *rows: list[str], header: list[str] | None = None, **kwargs: Any) -> ImportRun:
        return self.read(text_file([header or HEADER, *rows]), **kwargs)

    def accept(self, run: ImportRun, actor: Actor | None = None) -> ImportRun:
        actor = actor or (self.actor if run.kind == "channels" else self.administrator)
        with self.commit(execute=True):
            accept_import(run_id=run.pk, reading=run.reading, actor=actor)
        run.refresh_from_db()
        return run

    def bring_in(self, content: bytes, **kwargs: Any) -> ImportRun:
        return self.accept(self.read(content, **kwargs), actor=kwargs.get("actor"))


def verdicts(run: ImportRun) -> list[str]:
    return list(run.rows.order_by("number").values_list("verdict", flat=True))


def said(run: ImportRun, kind: str = "errors") -> list[str]:
    return [text for row in run.rows.order_by("number") for *_label, text in row.said[kind]]
