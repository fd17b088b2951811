"""A channel with something kept, for the tests of the archive and of what builds on it."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.actor import Actor
from archive import actions
from archive.models import DiarySheet, Record, StoredFile
from archive.values import Secrecy, SheetValues
from channels.models import Channel, Platform
from tests.factories import Cast


def png(width: int = 8, height: int = 6, **options: Any) -> bytes:
    """A small picture."""
    out = BytesIO()
    Image.new("RGB", (width, height), (200, 30, 60)).save(out, "PNG", **options)
    return out.getvalue()


def upload(content: bytes | None = None, name: str = "skärmbild.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png() if content is None else content)


def make_channel(cast: Cast, name: str = "Biblioteket", **values: Any) -> Channel:
    """An open channel of the cast's unit, made directly: how it was decided is tested elsewhere."""
    platform, _made = Platform.objects.get_or_create(key="facebook", defaults={"name": "Facebook", "kind": "network"})
    defaults = {
        "slug": name.lower(),
        "platform": platform,
        "unit": cast.unit,
        "controller": cast.committee,
        "owner": cast.owner,
        "deputy": cast.deputy,
        "status": Channel.Status.ACTIVE,
        "opened_on": timezone.localdate() - timedelta(days=60),
        "purpose": "Visa vad som händer.",
        "audience": "Alla.",
    }
    return Channel.objects.create(name=name, **{**defaults, **values})


def keep_file(actor: Actor, **values: Any) -> StoredFile:
    return actions.keep_file(**{"upload": upload(), "how": "uploaded", "actor": actor, **values})


def keep_record(channel: Channel, actor: Actor, **values: Any) -> Record:
    """A comment that came in an hour ago, about the channel itself where nothing else is said."""
    now = timezone.now()
    defaults = {
        "kind": "post",
        "direction": "incoming",
        "channel": channel,
        "occurred_at": now - timedelta(hours=1),
        "text": "Jag vet var du bor.",
        "author": "Kalle 123",
        "source_url": "https://www.facebook.com/ekhult/posts/1",
        "subject": channel,
        "label": "Kommentar på Biblioteket",
        "url": "/register/",
        "actor": actor,
    }
    return actions.keep_record(**{**defaults, **values})


def sheet_values(**values: Any) -> SheetValues:
    defaults = {"document_date": timezone.localdate(), "concerns": "Hot i en kommentar", "counterpart": "Kalle 123"}
    return SheetValues(**{**defaults, **values})


def a_mark(**values: Any) -> Secrecy:
    defaults = {"provision": "OSL 21 kap. 3 §", "date": timezone.localdate(), "authority": "Kulturnämnden"}
    return Secrecy(**{**defaults, **values})


def propose(record: Record, actor: Actor, **values: Any) -> DiarySheet:
    return actions.propose_diary(record_id=record.pk, sheet=sheet_values(**values), actor=actor)
