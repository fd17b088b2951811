"""Cases are seen, saved, hidden, handed over and answered, by those who answer for the channels."""

import tomllib
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Literal

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont
from pydantic import BaseModel, ConfigDict, Field

from accounts.actor import Actor
from archive.models import StoredFile
from channels.models import Channel
from moderation.actions import handling, ladder, opening, registering, tips
from moderation.actions.counting import count_cases
from moderation.actions.opening import Seen
from moderation.models import Case

FILE = Path(__file__).with_name("cases.toml")
WIDTH, MARGIN, LINE = 720, 32, 36  # pixels


class CaseData(BaseModel):
    """Something that somebody wrote, and how far it has come. `hours_ago`: when it was seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: int = Field(ge=0)
    kind: Literal["report", "question", "opinion"]
    category: str = ""
    text: str
    author: str
    hours_ago: int = Field(ge=1)
    picture: bool = False
    tip: str = ""
    then: Literal["", "hide", "register", "claim", "answer"] = ""
    answer: str = ""
    answered_after: int = 0


def load_cases() -> list[CaseData]:
    """Return the cases of the file. Raises pydantic.ValidationError when it is not as it should be."""
    with FILE.open("rb") as file:
        return [CaseData.model_validate(row) for row in tomllib.load(file)["cases"]]


def add() -> None:
    """Put the cases in the municipality's own pages on Facebook. Called once, inside the transaction of the demo."""
    open_channels = Channel.objects.filter(status=Channel.Status.ACTIVE, platform__key="facebook")
    channels = list(open_channels.select_related("owner", "deputy", "unit", "platform").order_by("pk"))
    for number, data in enumerate(load_cases() if channels else ()):
        _add_case(data, channels[data.channel % len(channels)], number)
    count_cases(now=timezone.now())


def files() -> list[str]:
    """Return the names of the stored files, for `demo --reset`."""
    return list(StoredFile.objects.values_list("file", flat=True))


def _add_case(data: CaseData, channel: Channel, number: int) -> None:
    owner, seen_at = Actor(channel.owner, door="demo"), timezone.now() - timedelta(hours=data.hours_ago)
    account = channel.address.url.rstrip("/") if channel.address else "https://www.facebook.com"
    url = f"{account}/posts/{number + 1}"
    tip = None
    if data.tip:
        colleague = Actor(channel.deputy, door="demo")
        tip = tips.receive_tip(channel_id=channel.pk, url=url, text=data.tip, actor=colleague)
    case = opening.open_case(
        channel_id=channel.pk,
        seen=Seen(url=url, text=data.text, author=data.author, seen_at=seen_at),
        kind=data.kind,
        category=data.category,
        upload=ContentFile(_screenshot(data), name="skärmbild.png") if data.picture else None,
        tip_id=tip.pk if tip else None,
        actor=owner,
    )
    _go_on(case, data, owner)


def _go_on(case: Case, data: CaseData, owner: Actor) -> None:
    match data.then:
        case "hide":
            ladder.hide(case_id=case.pk, actor=owner)
        case "register":
            registering.hand_to_registrar(case_id=case.pk, actor=owner)
        case "claim":
            handling.claim(case_id=case.pk, actor=owner)
        case "answer":
            published = case.known_at + timedelta(hours=data.answered_after)
            handling.answer(case_id=case.pk, text=data.answer, published_at=published, actor=owner)


def _screenshot(data: CaseData) -> bytes:
    """Return a picture of the comment, as somebody would save it."""
    font, bold = ImageFont.load_default(24), ImageFont.load_default(26)
    lines = _lines(data.text, font)
    picture = Image.new("RGB", (WIDTH, 2 * MARGIN + LINE * (len(lines) + 2)), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((MARGIN, MARGIN), data.author, font=bold, fill="#1c4f90")
    for place, line in enumerate(lines, start=1):
        pen.text((MARGIN, MARGIN + LINE * place + 8), line, font=font, fill="#14201f")
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _lines(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> list[str]:
    found = [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if font.getlength(longer) > WIDTH - 2 * MARGIN:
            found.append(word)
        else:
            found[-1] = longer
    return found
