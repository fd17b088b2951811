"""Hand what was saved to the registrar: the facts that are proposed to stand in the diary."""

from dataclasses import asdict

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.organisation import organisation_of
from archive import queries as archived
from archive.forms import SheetForm
from archive.models import DiarySheet, Record
from channels.views.application_pages import signed_in
from kommun.errors import NotPermitted, StateConflict
from kommun.forms import errors_beside_fields, render_form
from moderation import queries
from moderation.actions import registering
from moderation.lifecycle import CASE
from moderation.models import Case


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def registrar(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose what is to stand in the diary about what was saved. Opening the page changes nothing."""
    row = get_object_or_404(queries.cases_visible_to(signed_in(request), organisation_of(request)), pk=pk)
    actor = Actor.from_request(request)
    if reason := CASE.why_not("hand_over", row, actor):
        raise NotPermitted(reason)
    sheet = archived.latest_sheet(row.record) if row.record else None
    form = _form(request, row, sheet)
    if request.method == "POST" and form.is_valid():
        try:
            with errors_beside_fields(form):
                registering.hand_to_registrar(case_id=pk, sheet=form.values(), actor=actor)
                messages.success(request, _("Lämnat till registrator."))
                return redirect(row)
        except StateConflict as refusal:  # it stands there already
            messages.warning(request, str(refusal))
            return redirect(row)
    return render_form(request, "moderation/registrar.html", {"case": row, "form": form, "sheet": sheet})


def _form(request: HttpRequest, row: Case, sheet: DiarySheet | None) -> SheetForm:
    """Return the sheet that came back, or what the case proposes about itself."""
    kept = row.record or Record(author=row.author, occurred_at=row.written_at or row.seen_at)
    form = SheetForm(request.POST or None, record=kept, sheet=sheet)
    if sheet is None:
        proposed = asdict(registering.sheet_for(row))
        proposed.pop("secrecy")
        form.initial = {**form.initial, **proposed}
    return form
