"""What a phone shares: a post's address, a text, a screenshot. It becomes a new case with everything filled in.

Decision: the picture is asked about before it is kept anywhere. It goes through this process's memory, once, and back to
the page in the phone, where it stands in the file field until somebody has chosen a category and sends the form. No
temporary file, session, cache or folder ever has it, because it may be what is a crime to hold (BrB 16 kap. 10 a §). So it
is not kept over a sign-in here either: the page that was shared to keeps it, and waits.
"""

import base64
import re
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import User
from archive.intake import IntakeError, inspect_upload
from archive.models import StoredFile
from channels.models import Channel
from kommun.errors import NotPermitted
from kommun.uploads import MemoryHandler
from moderation import tip_queries
from moderation.actions.tips import channel_of
from moderation.addresses import AddressError, parse_post
from moderation.forms.opening import NewCaseForm
from moderation.forms.tips import TipForm
from moderation.views.new import TEMPLATE, categories_now, channels_for

LONGEST = 20_000
_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


@dataclass(frozen=True)
class Shared:
    """What came. `picture` goes back to the page (name, type, content in base64); `not_taken` says why it does not."""

    url: str
    text: str
    picture: dict[str, str] | None = None
    not_taken: str = ""


@csrf_exempt  # the phone sends it and has no token; nothing is changed by it, and another website may not send
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """Show what was shared as a new case to complete; as a tip, to somebody who opens no cases; and wait for the sign-in.

    Opening the page by its address changes nothing: it is where the sign-in of a waiting page ends.
    """
    if request.method != "POST":
        return (
            render(request, "moderation/share_back.html")
            if request.user.is_authenticated
            else redirect("account_login")
        )
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise NotPermitted(_("Det här skickades från en annan webbplats. Dela från telefonens egen meny i stället."))
    request.upload_handlers = [MemoryHandler(request)]
    shared = _read(request)
    if not isinstance(request.user, User):
        sent = {name: request.POST.get(name, "")[:LONGEST] for name in ("title", "text", "url")}
        waiting = {"sent": sent, "shared": shared.picture, "not_taken": shared.not_taken}
        return render(request, "moderation/share_wait.html", waiting)
    channels = channels_for(request, request.user)
    if not channels.exists():
        return _as_tip(request, shared, request.user)
    form = NewCaseForm(
        channels=channels,
        categories=categories_now(),
        initial={
            "channel": _channel(shared, channels),
            "url": shared.url,
            "text": shared.text,
            "how": StoredFile.How.SHARED if shared.picture else "",
        },
    )
    context = {"form": form, "from_phone": True, "shared": shared.picture, "not_taken": shared.not_taken}
    return render(request, TEMPLATE, context)


def _as_tip(request: HttpRequest, shared: Shared, user: User) -> HttpResponse:
    """Answer with a tip to whoever answers for the channel. A tip takes no picture."""
    found = _channel_at(shared)
    form = TipForm(initial={"url": shared.url, "text": shared.text, "channel": found})
    why = shared.not_taken or (_("Ett tips tar inte emot bilder. Adressen räcker.") if shared.picture else "")
    context = {"form": form, "mine": tip_queries.told_by(user), "not_taken": why}
    return render(request, "moderation/tip_new.html", context)


def _read(request: HttpRequest) -> Shared:
    """Return what was shared. Phones put the address in any of the three fields, and words around it."""
    title, text, url = (request.POST.get(name, "").strip()[:LONGEST] for name in ("title", "text", "url"))
    found = next(filter(None, map(_ADDRESS.search, (url, text, title))), None)
    address = found[0].rstrip(".,;:!?)]") if found else url
    words = [part.replace(address, "").strip() if address else part for part in (title, text)]
    picture, not_taken = _picture(request)
    return Shared(address, "\n\n".join(dict.fromkeys(filter(None, words))), picture, not_taken)


def _picture(request: HttpRequest) -> tuple[dict[str, str] | None, str]:
    """Return the first picture that was shared, for the page, or why there is none. Nothing is written."""
    uploads = request.FILES.getlist("image")
    if not uploads:
        return None, ""
    try:
        found = inspect_upload(uploads[0])
    except IntakeError as error:
        return None, str(error)
    content = base64.b64encode(uploads[0].read()).decode()
    more = _("Bara den första bilden följde med. Lägg till de andra i ärendet sedan.") if len(uploads) > 1 else ""
    return {"name": found.name, "type": found.content_type, "content": content}, more


def _channel(shared: Shared, channels: QuerySet[Channel]) -> int | None:
    """Return the channel to begin with: the one that the address lies under, or the only one there is."""
    found = _channel_at(shared)
    mine = set(channels.values_list("pk", flat=True))
    if found in mine:
        return found
    return mine.pop() if len(mine) == 1 else None


def _channel_at(shared: Shared) -> int | None:
    try:
        return channel_of(parse_post(shared.url))
    except AddressError:
        return None
