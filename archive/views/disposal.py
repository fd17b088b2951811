"""Disposal: what is due and what stops it, decisions, the list with its review, sign-off and confirmation, the certificate."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actor import Actor
from accounts.organisation import organisation_of
from archive import actions, certificates, disposal_queries, disposal_rules, queries
from archive.actions.disposal import phrase
from archive.disposal_forms import ConfirmForm, DecisionForm, HoldForm, KeepForm, ReleaseForm
from archive.lifecycle import DISPOSAL
from archive.models import DisposalCertificate, DisposalDecision, DisposalItem, DisposalList, Hold, Record
from channels.views.application_pages import signed_in
from kommun import policy
from kommun.components import LogEntry
from kommun.errors import NotPermitted
from kommun.events import events_about
from kommun.forms import errors_beside_fields, render_form
from kommun.policy import keys

PAGE = 50
View = Callable[..., HttpResponse]


def for_archivists(view: View) -> View:
    """Let in only the archivist and the registrar of the municipality. Everybody else is told why not (403)."""

    @never_cache
    @login_required
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if reason := disposal_rules.why_not_list(Actor.from_request(request)):
            raise NotPermitted(reason)
        return view(request, *args, **kwargs)

    return inner


def _number(request: HttpRequest, name: str) -> int:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0


# --- What is due ------------------------------------------------------------------------------------------------------
@for_archivists
@require_safe
def disposal(request: HttpRequest) -> HttpResponse:
    """Show what may be destroyed and what stops it, the decisions, and the lists."""
    today = timezone.localdate()
    rows, after = disposal_queries.due_rows(today, after=_number(request, "efter"), size=PAGE)
    by_class = disposal_queries.by_class()
    context = {
        "rows": rows,
        "after": after,
        "by_class": by_class,
        "undecided": sum(row["count"] for row in by_class if not row["fate"]),
        "decisions": DisposalDecision.objects.select_related("noted_by")[:PAGE],
        "lists": disposal_queries.lists()[:PAGE],
        "rule": policy.rule(keys.DISPOSAL),
    }
    return render(request, "archive/disposal.html", context)


@for_archivists
@require_http_methods(["GET", "HEAD", "POST"])
def decision_new(request: HttpRequest) -> HttpResponse:
    """Take in a disposal decision."""
    classes = Record.objects.filter(fate=Record.Fate.DESTROY).order_by("retention_class")
    names = list(classes.values_list("retention_class", flat=True).distinct())
    form = DecisionForm(request.POST or None, classes=names)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            row = actions.note_decision(**form.cleaned_data, actor=Actor.from_request(request))
            messages.success(request, _("Beslutet %(number)s är sparat.") % {"number": row.number})
            return redirect("archive:disposal")
    return render_form(request, "archive/decision_new.html", {"form": form, "classes": names})


@for_archivists
@require_POST
def list_new(request: HttpRequest, pk: int) -> HttpResponse:
    """List everything that a decision lets be destroyed today."""
    get_object_or_404(DisposalDecision, pk=pk)
    row = actions.propose_list(decision_id=pk, actor=Actor.from_request(request))
    messages.success(request, _("Listan är upprättad. Granska varje handling på den."))
    return redirect(row)


# --- One list ---------------------------------------------------------------------------------------------------------
@for_archivists
@require_http_methods(["GET", "HEAD", "POST"])
def disposal_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a list, and take what is said of it: looked at, signed, taken back, confirmed."""
    row = get_object_or_404(disposal_queries.lists(), pk=pk)
    act = request.POST.get("act", "")
    form = ConfirmForm(request.POST if act == "confirm" else None)
    if act in ACTS:
        messages.success(request, ACTS[act](request, row))
        return redirect(request.get_full_path())
    if form.is_bound and form.is_valid():
        with errors_beside_fields(form):
            typed, actor = form.cleaned_data["typed"], Actor.from_request(request)
            actions.confirm_list(list_id=row.pk, typed=typed, actor=actor)
            messages.success(request, _("Bekräftat. Gallringen börjar inom tio minuter, och intyget kommer hit."))
            return redirect(row)
    return render_form(request, "archive/disposal_list.html", _list_context(request, row, form))


def _approve(request: HttpRequest, row: DisposalList) -> str:
    ids = [int(one) for one in request.POST.getlist("item") if one.isascii() and one.isdigit()]
    done = actions.approve_items(list_id=row.pk, item_ids=ids, actor=Actor.from_request(request))
    said = ngettext("%(count)s handling är granskad.", "%(count)s handlingar är granskade.", done)
    return said % {"count": done}


def _sign(request: HttpRequest, row: DisposalList) -> str:
    actions.sign_list(list_id=row.pk, actor=Actor.from_request(request))
    return _("Listan är godkänd. Nu väntar den.")


def _withdraw(request: HttpRequest, row: DisposalList) -> str:
    actions.withdraw_list(list_id=row.pk, actor=Actor.from_request(request))
    return _("Listan är återtagen. Inget på den gallras.")


ACTS = {"approve": _approve, "sign": _sign, "withdraw": _withdraw}


def _list_context(request: HttpRequest, row: DisposalList, form: ConfirmForm) -> dict[str, Any]:
    actor, after = Actor.from_request(request), _number(request, "efter")
    items = list(row.items.filter(pk__gt=after).select_related("channel").order_by("pk")[: PAGE + 1])
    more, items = len(items) > PAGE, items[:PAGE]
    status = DisposalList.Status(row.status)
    early = status == DisposalList.Status.SIGNED and row.not_before is not None and timezone.now() < row.not_before
    return {
        "list": row,
        "items": items,
        "after": items[-1].pk if more else 0,
        "to_review": [item for item in items if item.state == DisposalItem.State.LISTED],
        "counts": disposal_queries.counts_of(row),
        "form": form,
        "phrase": phrase(row),
        "early": early,
        "why_not": {name: DISPOSAL.why_not(name, row, actor) for name in ("review", "sign", "withdraw", "confirm")},
        "certificate": getattr(row, "certificate", None),
        "log": [LogEntry(one.occurred_at, one.actor_label, str(_LOG[one.kind]())) for one in _events(row)],
    }


_LOG: dict[str, Callable[[], str]] = {
    "disposal.proposed": lambda: _("Listan upprättad"),
    "disposal.reviewed": lambda: _("Handlingar granskade"),
    "disposal.item_kept": lambda: _("En handling ska vara kvar"),
    "disposal.signed": lambda: _("Godkänd"),
    "disposal.withdrawn": lambda: _("Återtagen"),
    "disposal.confirmed": lambda: _("Bekräftad"),
    "disposal.finished": lambda: _("Gallrad, intyget utfärdat"),
}


def _events(row: DisposalList) -> Any:
    return events_about(row).filter(kind__in=_LOG)


@for_archivists
@require_http_methods(["GET", "HEAD", "POST"])
def disposal_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one record of a list, to whoever may read it, and take why it is to stay."""
    item = get_object_or_404(DisposalItem.objects.select_related("listing", "channel"), pk=pk)
    gone = item.state == DisposalItem.State.DESTROYED
    record = None if gone else queries.record_for(signed_in(request), organisation_of(request), item.record_number)
    form = KeepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            actions.keep_item(item_id=pk, reason=form.cleaned_data["reason"], actor=Actor.from_request(request))
            messages.success(request, _("Handling %(number)s är kvar.") % {"number": item.record_number})
            return redirect(item.listing)
    context = {
        "item": item,
        "record": record,
        "files": queries.files_of(record) if record else [],
        "form": form,
        "why_not": DISPOSAL.why_not("keep", item.listing, Actor.from_request(request)),
    }
    return render_form(request, "archive/disposal_item.html", context)


@for_archivists
@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a certificate and whether it holds; as it was written with ?format=json."""
    rows = DisposalCertificate.objects.exclude(finished_at=None).select_related("listing__decision")
    row = get_object_or_404(rows, pk=pk)
    if request.GET.get("format") == "json":
        response = HttpResponse(row.content, content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="gallringsintyg-{row.pk}.json"'
        return response
    said = json.loads(row.content)
    context = {"certificate": row, "said": said, "problems": certificates.problems_of(row)}
    return render(request, "archive/certificate.html", context)


# --- Holds ------------------------------------------------------------------------------------------------------------
@for_archivists
@require_http_methods(["GET", "HEAD", "POST"])
def disposal_holds(request: HttpRequest) -> HttpResponse:
    """Show the holds that are set by hand, and set one."""
    form = HoldForm(request.POST or None, initial={"record_number": _number(request, "handling") or None})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with errors_beside_fields(form):
            actions.set_hold(
                kind=data["kind"],
                reason=data["reason"],
                record_number=data["record_number"],
                channel_id=data["channel"].pk if data["channel"] else None,
                actor=Actor.from_request(request),
            )
            messages.success(request, _("Undantaget gäller från och med nu."))
            return redirect("archive:holds")
    context = {"form": form, "holds": disposal_queries.holds_in_force()}
    return render_form(request, "archive/holds.html", context)


@for_archivists
@require_http_methods(["GET", "HEAD", "POST"])
def hold_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Release a hold, with the reason."""
    row = get_object_or_404(Hold.objects.select_related("channel", "set_by", "released_by"), pk=pk)
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            actions.release_hold(hold_id=pk, reason=form.cleaned_data["reason"], actor=Actor.from_request(request))
            messages.success(request, _("Undantaget är hävt."))
            return redirect("archive:holds")
    return render_form(request, "archive/hold_release.html", {"form": form, "hold": row})
