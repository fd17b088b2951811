"""Snapshots in every state, made through the actions, for the tests of the archive and of what builds on it."""

from typing import Any

from django.utils import timezone

from accounts.actor import SCHEDULER, Actor
from archive import actions
from archive.models import Snapshot, StoredFile
from channels.models import Channel
from tests.archive_scene import keep_file, png, upload

NOT_A_PDF = b"%PDF-1.4 what the tests of the states need; making one is tested elsewhere"


def ask(channel: Channel, actor: Actor, **values: Any) -> Snapshot:
    return actions.ask_snapshot(
        **{"channel_id": channel.pk, "how": "uploaded", "reason": "on_request", "actor": actor, **values}
    )


def running(channel: Channel, actor: Actor, *, pictures: int = 1, **values: Any) -> Snapshot:
    row = ask(channel, actor, **values)
    actions.start_snapshot(snapshot_id=row.pk, actor=actor)
    for number in range(pictures):
        file = keep_file(actor, upload=upload(png(20 + number, 30), f"bild {number}.png"))
        actions.add_snapshot_file(snapshot_id=row.pk, role="screenshot", file=file, actor=actor)
    row.refresh_from_db()
    return row


def made(actor: Actor, content: bytes = NOT_A_PDF, name: str = "bild.pdf") -> StoredFile:
    return actions.keep_made_file(content=content, name=name, content_type="application/pdf", how="made", actor=actor)


def waiting(channel: Channel, actor: Actor, *, verdict: Any = None, **values: Any) -> Snapshot:
    """One that waits for a look, with something in the place of its PDF/A."""
    row = running(channel, actor, **values)
    return actions.hand_in_snapshot(
        snapshot_id=row.pk,
        taken_at=timezone.now(),
        pdfa=made(SCHEDULER),
        verdict=verdict or actions.Verdict(),
        actor=SCHEDULER,
    )
