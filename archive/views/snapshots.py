"""Snapshots: the list, one of them with the look that is made of it, and the owner's own way in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actor import Actor
from accounts.organisation import organisation_of
from archive import actions, snapshot_queries, snapshot_rules
from archive.forms import LookForm
from archive.models import Snapshot
from channels.queries import channel_scope
from channels.views.application_pages import signed_in
from channels.views.downloads import download
from kommun import policy
from kommun.components import LogEntry
from kommun.errors import StateConflict
from kommun.events import events_about
from kommun.forms import errors_beside_fields, render_form
from kommun.policy import keys


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def snapshot(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one snapshot with its files, and take the verdict of whoever looks at it."""
    row = snapshot_queries.snapshot_for(signed_in(request), organisation_of(request), pk)
    form = LookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with errors_beside_fields(form):
                looked_at = _look(row, form.cleaned_data, Actor.from_request(request))
                messages.success(request, _said(looked_at))
                return redirect(looked_at)
        except StateConflict as overtaken:
            row = snapshot_queries.snapshot_for(signed_in(request), organisation_of(request), pk)
            form.add_error(None, str(overtaken))
            return render(request, "archive/snapshot.html", _context(request, row, form), status=409)
    return render_form(request, "archive/snapshot.html", _context(request, row, form))


def _look(row: Snapshot, data: dict[str, Any], actor: Actor) -> Snapshot:
    if data["answer"] == "accept":
        return actions.accept_snapshot(snapshot_id=row.pk, rating=data["rating"], note=data["note"], actor=actor)
    return actions.reject_snapshot(snapshot_id=row.pk, refusal=data["refusal"], note=data["note"], actor=actor)


def _said(row: Snapshot) -> str:
    if row.status == Snapshot.Status.ACCEPTED:
        return _("Bilden är godtagen och sparad som handling.")
    return _("Bilden är underkänd. Den som lämnade den får veta varför.")


def _context(request: HttpRequest, row: Snapshot, form: LookForm) -> dict[str, Any]:
    actor, files = Actor.from_request(request), snapshot_queries.files_of(row)
    waits = row.status == Snapshot.Status.WAITING
    return {
        "snapshot": row,
        "form": form,
        "files": files,
        "pdfa": next((one.file for one in files if one.role == "pdfa"), None),
        "thumbnail": any(one.role == "thumbnail" for one in files),
        "waits": waits,
        "why_not_look": snapshot_rules.why_not_look(actor, row) if waits else None,
        "why_not_accept": snapshot_rules.why_not_accept(actor, row) if waits else None,
        "rule": policy.rule(keys.SNAPSHOT_FORMAT, channel_scope(row.channel)),
        "log": [
            LogEntry(event.occurred_at, event.actor_label, _ACTS[event.kind]())
            for event in events_about(row)
            if event.kind in _ACTS
        ],
    }


_ACTS = {
    "snapshot.asked": lambda: _("Begärd"),
    "snapshot.started": lambda: _("Påbörjad"),
    "snapshot.given_back": lambda: _("Försöket misslyckades, nytt försök görs"),
    "snapshot.handed_in": lambda: _("Filerna inlämnade och PDF/A gjord"),
    "snapshot.failed": lambda: _("Gick inte att ta"),
    "snapshot.accepted": lambda: _("Godtagen"),
    "snapshot.rejected": lambda: _("Underkänd"),
}


@login_required
@require_safe
def thumbnail(request: HttpRequest, pk: int) -> FileResponse:
    """Send the little picture of the list: too small to read, so looking at it is not written down."""
    row = snapshot_queries.snapshot_for(signed_in(request), organisation_of(request), pk)
    drawn = next((one.file for one in snapshot_queries.files_of(row) if one.role == "thumbnail"), None)
    if drawn is None:
        raise Http404
    response = download(drawn.file, drawn.name, drawn.content_type)
    response["Content-Disposition"] = "inline"
    response["Cache-Control"] = "private, max-age=86400"  # its bytes never change
    return response
