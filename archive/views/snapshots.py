"""Snapshots: the list, one of them with the look that is made of it, and the owner's own way in."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actor import Actor
from accounts.organisation import organisation_of
from archive import actions, fixity_queries, snapshot_queries, snapshot_rules
from archive.intake import IntakeError
from archive.models import Snapshot
from archive.snapshot_forms import LookForm, UploadForm
from channels.queries import channel_scope
from channels.views.application_pages import signed_in
from channels.views.downloads import download
from kommun import policy
from kommun.aside import Shelf
from kommun.components import LogEntry
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import events_about
from kommun.forms import errors_beside_fields, render_form
from kommun.policy import keys


@never_cache
@login_required
@require_safe
def snapshots(request: HttpRequest) -> HttpResponse:
    """List the snapshots of the channels that the person may see, half-year by half-year, newest first."""
    user, organisation = signed_in(request), organisation_of(request)
    if not snapshot_queries.sees_any(user, organisation):
        raise NotPermitted(_("Sidan är för dem som ansvarar för kanaler, och för arkivarien och registratorn."))
    choice = snapshot_queries.Choice(
        words=request.GET.get("q", "").strip()[:80],
        reason=request.GET.get("varfor", ""),
        status=request.GET.get("lage", ""),
        period=request.GET.get("halvar", ""),
    )
    rows = snapshot_queries.snapshots_seen_by(user, organisation, choice)
    page = Paginator(rows, snapshot_queries.PAGE).get_page(request.GET.get("sida"))
    context = {
        "page": page,
        "periods": [list(rows) for _period, rows in groupby(page, key=lambda row: row.period)],
        "choice": choice,
        "reasons": Snapshot.Reason.choices,
        "states": [
            ("atgard", _("Väntar på en titt")),
            *(pair for pair in Snapshot.Status.choices if pair[0] != "waiting"),
        ],
        "half_years": snapshot_queries.half_years(user, organisation),
        "own": snapshot_queries.channels_to_hand_in_for(user, organisation, choice.words),
        "fixity": fixity_queries.report() if snapshot_queries.keeps(user, organisation) else None,
        "filtered": any((choice.words, choice.reason, choice.status, choice.period)),
    }
    return render(request, "archive/snapshots.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the files that somebody hands in for a channel. What was chosen stays chosen until it is sent."""
    user, actor = signed_in(request), Actor.from_request(request)
    channel = snapshot_queries.channel_for(user, organisation_of(request), pk)
    if refused := snapshot_rules.why_not_ask(actor, channel):
        raise NotPermitted(refused)
    form = UploadForm(request.POST or None, request.FILES or None, shelf=Shelf(user.pk, "snapshot"))
    context = {"form": form, "channel": channel, "rule": policy.rule(keys.SNAPSHOT_INTERVAL, channel_scope(channel))}
    if request.method != "POST":
        return render(request, "archive/snapshot_upload.html", context)
    valid = form.is_valid()
    if (note := request.POST.get("ta-bort")) is not None or "mer" in request.POST:
        return _chosen_so_far(request, form, note, context, valid=valid)
    if valid:
        row = _hand_in(form, channel.pk, actor)
        if row is not None:
            form.done()
            messages.success(request, _("Filerna är sparade. Nu görs PDF-filen, och sedan tittar arkivarien på den."))
            return redirect(row)
        form.keep(form.cleaned_data["files"])
    return render_form(request, "archive/snapshot_upload.html", context)


def _hand_in(form: UploadForm, channel_id: int, actor: Actor) -> Snapshot | None:
    """Return the snapshot, or None when the form now says beside its fields why there is none."""
    data, row = form.cleaned_data, None
    with errors_beside_fields(form):
        try:
            row = actions.upload_snapshot(
                channel_id=channel_id,
                how=data["how"],
                reason=data["reason"],
                taken_on=data["taken_on"],
                note=data["note"],
                files=form.all_files(),
                actor=actor,
            )
        except IntakeError as refused:
            raise InvalidInput({"files": [str(refused)]}) from refused
    return row


def _chosen_so_far(
    request: HttpRequest, form: UploadForm, note: str | None, context: dict[str, Any], *, valid: bool
) -> HttpResponse:
    """Show the form again with the files chosen so far, without what is not filled in yet being called an error."""
    if valid:
        form.keep(form.cleaned_data["files"])
    if note:
        form.drop(note)
    told = [str(text) for text in form.errors.get("files", ())] if form.put_aside or request.FILES else []
    data = request.POST.copy()
    again = UploadForm(
        initial={name: data.get(name, "") for name in ("how", "taken_on", "reason", "note")}, shelf=form.shelf
    )
    again.put_aside = form.put_aside
    return render(
        request,
        "archive/snapshot_upload.html",
        {**context, "form": again, "told": told},
        status=422 if told else 200,
    )


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
