"""Asking for a snapshot that Kanalkollen captures itself. A worker with a browser takes it; nothing is captured here."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actor import Actor
from accounts.organisation import organisation_of
from archive import actions, snapshot_queries, snapshot_rules
from archive.models import Snapshot
from channels.views.application_pages import signed_in
from kommun.errors import InvalidInput, NotPermitted


@login_required
@require_POST
def capture(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the channel's page to be captured, or lead to the one that is on its way already."""
    actor = Actor.from_request(request)
    channel = snapshot_queries.channel_for(signed_in(request), organisation_of(request), pk)
    if refused := snapshot_rules.why_not_ask(actor, channel):
        raise NotPermitted(refused)
    under_way = snapshot_queries.capture_under_way(channel)
    if under_way is not None:
        messages.info(request, _("En hämtning är redan på gång. Den här är det."))
        return redirect(under_way)
    try:
        row = actions.ask_snapshot(
            channel_id=channel.pk, how=Snapshot.How.CAPTURED, reason=Snapshot.Reason.ON_REQUEST, actor=actor
        )
    except InvalidInput as wrong:
        messages.error(request, str(wrong))
        return redirect("archive:snapshot_upload", channel.pk)
    messages.success(request, _("Sidan hämtas inom några minuter. Sedan tittar arkivarien på bilden."))
    return redirect(row)
