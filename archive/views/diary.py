"""The hand-over: what the registrar has to answer, one sheet, and the form that hands a record over."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actor import Actor
from accounts.organisation import organisation_of
from archive import actions, queries, registrars, rules
from archive.forms import AnswerForm, SheetForm
from archive.models import DiarySheet
from channels.queries import channel_scope
from channels.views.application_pages import signed_in
from kommun import policy
from kommun.components import LogEntry
from kommun.errors import NotPermitted, StateConflict
from kommun.events import events_about
from kommun.forms import errors_beside_fields, render_form
from kommun.policy import keys


@never_cache
@login_required
@require_safe
def sheets(request: HttpRequest) -> HttpResponse:
    """List what does not stand in the diary yet, oldest first, to whoever registers for the units it comes from."""
    user, organisation = signed_in(request), organisation_of(request)
    units = registrars.units_of(user, organisation)
    if not units:
        raise NotPermitted(_("Sidan är för registratorn. Ingen enhet har dig som registrator i dag."))
    state = request.GET.get("lage", "")
    page = queries.not_diarised(user, units, state=state, after=request.GET.get("efter", ""))
    context = {"page": page, "state": state, "states": queries.SHEET_STATES}
    return render(request, "archive/sheets.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one sheet with its record to those who may read that, and take the registrar's answer."""
    row = queries.sheet_for(signed_in(request), organisation_of(request), pk)
    form = AnswerForm(request.POST or None, sheet=row)
    if request.method == "POST" and form.is_valid():
        try:
            with errors_beside_fields(form):
                answered = _answer(row, form.cleaned_data, Actor.from_request(request))
                messages.success(request, _said(answered))
                return redirect("archive:sheets")
        except StateConflict as overtaken:
            return _overtaken(request, pk, str(overtaken))
    return render_form(request, "archive/sheet.html", _context(request, row, form))


def _answer(row: DiarySheet, data: dict[str, Any], actor: Actor) -> DiarySheet:
    common = {"sheet_id": row.pk, "version": data["version"], "actor": actor}
    match data["answer"]:
        case "accept":
            return actions.accept_diary(number=data["number"], matter=data["matter"] or None, **common)
        case "return":
            return actions.return_diary(reason=data["reason"], **common)
        case _:
            return actions.decline_diary(reason=data["reason"], keeping=data["keeping"], **common)


def _said(row: DiarySheet) -> str:
    match row.status:
        case DiarySheet.Status.ACCEPTED:
            return _("Diarienumret %(number)s är sparat på handlingen.") % {"number": row.diary_number}
        case DiarySheet.Status.RETURNED:
            return _("Bladet är tillbakaskickat. Den som lämnade det får veta.")
        case _:
            return _("Sparat. Handlingen diarieförs inte, och den som lämnade bladet får veta.")


def _overtaken(request: HttpRequest, pk: int, reason: str) -> HttpResponse:
    """Answer 409 with the sheet as it is now, the reason on top, and what was typed still there."""
    row = queries.sheet_for(signed_in(request), organisation_of(request), pk)
    typed = request.POST.copy()
    typed["version"] = str(row.version)
    form = AnswerForm(typed, sheet=row)
    form.add_error(None, reason)
    return render(request, "archive/sheet.html", _context(request, row, form), status=409)


def _context(request: HttpRequest, row: DiarySheet, form: AnswerForm) -> dict[str, Any]:
    actor, record = Actor.from_request(request), row.record
    waits = row.status == DiarySheet.Status.PROPOSED
    return {
        "sheet": row,
        "record": record,
        "files": queries.files_of(record),
        "form": form,
        "waits": waits,
        "why_not": rules.why_not_answer(actor, row) if waits else None,
        "why_not_decline": rules.why_not_decline(actor, row) if waits else None,
        "rule": policy.rule(keys.REGISTRATION, channel_scope(record.channel)),
        "log": [LogEntry(event.occurred_at, event.actor_label, _ACTS[event.kind]()) for event in _acts(row)],
    }


_ACTS = {
    "diary.proposed": lambda: _("Lämnat till registratorn"),
    "diary.returned": lambda: _("Skickat tillbaka"),
    "diary.accepted": lambda: _("Diariefört"),
    "diary.declined": lambda: _("Ska inte diarieföras"),
}


def _acts(row: DiarySheet) -> Any:
    return events_about(row).filter(kind__in=_ACTS)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a record to the registrar, or amend what came back."""
    user = signed_in(request)
    record = queries.record_for(user, organisation_of(request), pk)
    latest = queries.latest_sheet(record)
    if latest is not None and latest.status in (DiarySheet.Status.PROPOSED, DiarySheet.Status.ACCEPTED):
        return redirect(latest)
    amended = latest if latest is not None and latest.status == DiarySheet.Status.RETURNED else None
    form = SheetForm(request.POST or None, record=record, sheet=amended)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            actor = Actor.from_request(request)
            row = actions.propose_diary(record_id=record.pk, sheet=form.values(), actor=actor)
            messages.success(request, _("Bladet är lämnat till registratorn."))
            return redirect(row)
    context = {
        "record": record,
        "sheet": amended,
        "form": form,
        "files": queries.files_of(record),
        "rule": policy.rule(keys.REGISTRATION, channel_scope(record.channel)),
    }
    return render_form(request, "archive/propose.html", context)
