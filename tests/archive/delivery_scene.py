"""Records to deliver and deliveries, for the tests of them."""

from contextlib import contextmanager
from datetime import date
from typing import Any

from django.utils import timezone

from accounts.actor import Actor
from archive import actions
from archive.models import Delivery, Record
from channels.models import Channel
from kommun.half_years import half_of
from tests.archive_scene import a_mark, keep_file, keep_record, png, upload
from tests.factories import Cast


def kept(channel: Channel, actor: Actor, *pictures: int, **values: Any) -> Record:
    """A record that can be delivered, with a picture of each of the widths."""
    files = [keep_file(actor, upload=upload(png(width, 6), f"bild-{width}.png")) for width in pictures]
    return keep_record(channel, actor, files=files, **{"keeping": "ordered", **values})


def kept_secret(channel: Channel, actor: Actor, *pictures: int, number: str = "KS 2026/7") -> Record:
    """A record that is marked as secret, and registered."""
    row = kept(channel, actor, *pictures, keeping="register", secrecy=a_mark())
    row.diary_number = number
    row.save()
    return row


def prepare(cast: Cast, **values: Any) -> list[Delivery]:
    defaults = {
        "committee_id": cast.committee.pk,
        "starts_on": this_half(),
        "target": "e_archive",
        "form": "fgs",
        "actor": Actor(cast.archivist),
    }
    return actions.prepare_deliveries(**{**defaults, **values})


def this_half() -> date:
    return half_of(timezone.localdate())


@contextmanager
def changed_on_disk(record: Record, place: int = 0):
    """Flip a byte of one of the record's files, as a bad disk would, and put it back afterwards."""
    path = record.file_rows.order_by("place")[place].file.file.path
    with open(path, "rb+") as file:  # noqa: PTH123
        body = file.read()
        file.seek(0)
        file.write(bytes([body[0] ^ 1]))
    yield path
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(body)
