"""One kept file: masked until somebody who may read it asks to see it. Each asking is written in the log.

The bytes are sent only against a key that the asking gave: for that person, that file, and ten minutes.
"""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import organisation_of
from archive import actions, disposal_queries, queries, readers
from archive.intake import REMOVED
from archive.models import StoredFile
from archive.retention import FOR_EVER
from channels.views.application_pages import signed_in
from channels.views.downloads import download
from kommun.components import Fact
from kommun.words import day_full

KEY, KEPT_FOR = "nyckel", 600  # seconds
_SALT = "archive.file"


@never_cache
@login_required
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell what the file is and what it proves. With a key from `show` it is shown too; a fragment when HTMX asks."""
    user = signed_in(request)
    row = queries.file_for(user, organisation_of(request), pk)
    key = request.GET.get(KEY, "")
    context = {
        "file": row,
        "shown": _content_url(row, key) if _opens(key, user, row) else "",
        "facts": _facts(row),
        "records": [record for record in readers.records_with(row) if record.subject_url],
        "snapshot": readers.snapshot_with(row),
    }
    return render(request, "archive/_file.html" if request.htmx else "archive/file.html", context)  # type: ignore[attr-defined]


@login_required
@require_POST
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down who asked to see the file, and show it."""
    user = signed_in(request)
    row = queries.file_for(user, organisation_of(request), pk)
    actions.show_file(file_id=row.pk, actor=Actor.from_request(request))
    return redirect(_with_key(reverse("archive:file", args=[pk]), signing.dumps([user.pk, row.pk], salt=_SALT)))


@login_required
@require_safe
def content(request: HttpRequest, pk: int) -> FileResponse:
    """Send the bytes to whoever has just asked to see them. Pictures are shown, everything else is a download."""
    user = signed_in(request)
    row = queries.file_for(user, organisation_of(request), pk)
    if not _opens(request.GET.get(KEY, ""), user, row):
        raise Http404
    response = download(row.file, row.name, row.content_type)
    if row.is_picture and "spara" not in request.GET:
        response["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=row.name) or "inline"
    if row.content_type == "text/plain":
        response["Content-Type"] = "text/plain; charset=utf-8"
    return response


def _opens(key: str, user: User, row: StoredFile) -> bool:
    try:
        return bool(signing.loads(key, salt=_SALT, max_age=KEPT_FOR) == [user.pk, row.pk])
    except signing.BadSignature:
        return False


def _with_key(url: str, key: str) -> str:
    query = QueryDict(mutable=True)
    query[KEY] = key
    return f"{url}?{query.urlencode()}"


def _content_url(row: StoredFile, key: str) -> str:
    return _with_key(reverse("archive:file_content", args=[row.pk]), key)


def _how_long(row: StoredFile) -> str:
    """Return until when the file is kept: as long as the last of the records that hold it."""
    day = disposal_queries.kept_until(row)
    if day == FOR_EVER:
        return _("Bevaras")
    return _("Får gallras tidigast %(day)s") % {"day": day_full(day)} if day else _("Inte bestämt")


def _facts(row: StoredFile) -> list[Fact]:
    """Return how the file was made and what can be checked about it."""
    said: dict[str, Any] = row.metadata
    removed = ", ".join(str(REMOVED[key]) for key in said.get("removed", ()) if key in REMOVED)
    facts = [
        Fact(_("Hur filen kom hit"), row.get_how_display()),
        Fact(_("Var den sågs"), row.source_url),
        Fact(_("När bilden togs, enligt filen"), said.get("taken_at", "")),
        Fact(_("Borttaget innan filen sparades"), removed),
        Fact(_("Hur länge den finns kvar"), _how_long(row)),
        Fact(_("Kontrollsumma (sha-256)"), row.sha256),
        Fact(_("Kontrollsumma när den kom"), said.get("received_sha256", "") if removed else ""),
    ]
    return [fact for fact in facts if fact.value]
