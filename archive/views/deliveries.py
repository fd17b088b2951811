"""Deliveries: the list, what would go and what would not, one package with its contents, and its receipt."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.actor import Actor
from accounts.models import Unit
from accounts.organisation import organisation_of
from archive import actions, deliverable, packing, queries
from archive.delivery_forms import ChooseForm, ReceiptForm
from archive.models import Delivery
from channels.views.application_pages import signed_in
from kommun.components import Fact, LogEntry
from kommun.errors import NotPermitted, StateConflict
from kommun.events import events_about
from kommun.forms import errors_beside_fields, render_form

SHOWN = 50  # records of each kind in a preview; the list of contents has them all
S = Delivery.Status
TAGS = {
    S.PREPARED: "draft",
    S.WRITING: "ongoing",
    S.DELIVERED: "waiting",
    S.RECEIVED: "done",
    S.REFUSED: "changes",
    S.WITHDRAWN: "withdrawn",
}


@never_cache
@login_required
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """List the deliveries of the committees that the person keeps the records of, newest first."""
    rows = deliverable.deliveries_for(_committees(request))
    page: Any = Paginator(rows, queries.PAGE).get_page(request.GET.get("sida"))
    for row in page:
        row.tag = TAGS[S(row.status)]
    return render(request, "archive/deliveries.html", {"page": page})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest) -> HttpResponse:
    """Choose committee, half-year and receiver; show what would go and what would not; and fix it."""
    committees = _committees(request)
    asked = request.POST or request.GET
    sent = request.method == "POST" or "half" in asked
    form = ChooseForm(asked if sent else None, committees=committees)
    context: dict[str, Any] = {"form": form, "rule": deliverable.delivery_rule()}
    if form.is_bound and form.is_valid():
        chosen = form.chosen()
        if request.method == "POST":
            with errors_beside_fields(form):
                made = actions.prepare_deliveries(
                    committee_id=chosen.committee.pk,
                    starts_on=chosen.starts_on,
                    target=chosen.target,
                    form=chosen.form,
                    again=chosen.again,
                    actor=Actor.from_request(request),
                )
                return _prepared(request, made)
        units = organisation_of(request).units
        found = deliverable.select(chosen.committee, chosen.starts_on, chosen.target, again=chosen.again, units=units)
        context |= {"chosen": chosen, "found": found, "stays": sum(map(len, found.stays.values())), "shown": SHOWN}
        context["fields"] = [(name, asked.get(name, "")) for name in form.fields if asked.get(name)]
    return render_form(request, "archive/delivery_prepare.html", context)


def _prepared(request: HttpRequest, made: list[Delivery]) -> HttpResponse:
    if len(made) == 1:
        messages.success(request, _("Leveransen är förberedd. Inget har lämnats ut än."))
        return redirect(made[0])
    messages.success(
        request,
        _("Två leveranser är förberedda, eftersom sekretessmarkerade handlingar går för sig. Inget har lämnats ut än."),
    )
    return redirect("archive:deliveries")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one delivery with its contents, and take the next step with it. The progress alone when HTMX asks."""
    row = _visible(request, pk)
    form = ReceiptForm(request.POST or None, delivery=row)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            _act(row, form.cleaned_data, Actor.from_request(request))
            messages.success(request, _said(form.cleaned_data["act"]))
            return redirect(row)
    if request.htmx and request.method == "GET":  # type: ignore[attr-defined]
        if row.at_work:
            return render(request, "archive/delivery.html#progress", {"delivery": row})
        return HttpResponseClientRefresh()
    return render_form(request, "archive/delivery.html", _context(request, row, form))


def _act(row: Delivery, data: dict[str, Any], actor: Actor) -> None:
    which: dict[str, Any] = {"delivery_id": row.pk, "actor": actor}
    match data["act"]:
        case "deliver":
            actions.deliver(**which)
        case "receive":
            actions.receive_delivery(number=data["number"], on=data["on"], **which)
        case "refuse":
            actions.refuse_delivery(reason=data["reason"], **which)
        case "again":
            actions.prepare_delivery_again(**which)
        case "withdraw":
            actions.withdraw_delivery(**which)


def _said(act: str) -> str:
    return {
        "deliver": _("Paketet skrivs och kontrolleras."),
        "receive": _("Kvittensen är sparad."),
        "refuse": _("Sparat. Leveransen kan förberedas igen."),
        "again": _("Leveransen är förberedd igen, med handlingarna som de är nu."),
        "withdraw": _("Leveransen är återtagen. Handlingarna kan gå i en ny leverans."),
    }[act]


@login_required
@require_POST
def fetch(request: HttpRequest, pk: int) -> FileResponse:
    """Send the package as a zip, and write in the log who fetched it. 409 where it has been moved or is no longer whole."""
    row = _visible(request, pk)
    actions.fetch_delivery(delivery_id=row.pk, actor=Actor.from_request(request))
    try:
        content = packing.open_package(row)
    except (OSError, LookupError) as gone:
        raise StateConflict(_("Paketet ligger inte kvar där det skrevs, eller har ändrats.")) from gone
    response = FileResponse(content, as_attachment=True, filename=f"{row.name}.zip", content_type="application/zip")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _committees(request: HttpRequest) -> list[Unit]:
    """Return the committees of the person. Raises NotPermitted for whoever keeps no records."""
    found = deliverable.committees_of(signed_in(request), organisation_of(request))
    if not found:
        raise NotPermitted(_("Sidan är för arkivarien och registratorn. Ingen nämnd har dig som det i dag."))
    return found


def _visible(request: HttpRequest, pk: int) -> Delivery:
    """Return a delivery that the person keeps the records of. Raises Http404 otherwise."""
    found = queries.delivery_for(signed_in(request), organisation_of(request), pk)
    if found is None:
        raise Http404
    return found


def _context(request: HttpRequest, row: Delivery, form: ReceiptForm) -> dict[str, Any]:
    files = row.file_rows.filter(version=row.version).order_by("path")
    page = Paginator(files, queries.PAGE).get_page(request.GET.get("sida"))
    return {
        "delivery": row,
        "form": form,
        "tag": TAGS[S(row.status)],
        "facts": _facts(row),
        "records": row.record_rows.count(),
        "page": page,
        "rule": deliverable.delivery_rule(),
        "log": [LogEntry(one.occurred_at, one.actor_label, _ACTS[one.kind]()) for one in _acts(row)],
    }


def _facts(row: Delivery) -> list[Fact]:
    number = row.record_rows.count()
    facts = [
        Fact(_("Nämnd"), row.committee),
        Fact(_("Halvår"), row.half),
        Fact(_("Till"), row.get_target_display()),
        Fact(_("Form"), row.get_form_display()),
        Fact(_("Handlingar"), ngettext("%(n)s handling", "%(n)s handlingar", number) % {"n": number}),
        Fact(_("Paketets namn"), row.name),
        Fact(_("Paketets id"), f"urn:uuid:{row.reference}"),
        Fact(_("Paketets kontrollsumma (sha-256)"), row.package_sha256),
        Fact(_("Kvittens"), row.receipt_number),
        Fact(_("Mottagen"), row.receipt_on.isoformat() if row.receipt_on else ""),
        Fact(_("Varför den inte godtogs"), row.reason),
    ]
    return [fact for fact in facts if fact.value]


_ACTS = {
    "delivery.prepared": lambda: _("Förberedd"),
    "delivery.begun": lambda: _("Började skrivas"),
    "delivery.delivered": lambda: _("Skriven, kontrollerad och levererad"),
    "delivery.stopped": lambda: _("Stannade"),
    "delivery.received": lambda: _("Mottagen"),
    "delivery.refused": lambda: _("Inte godtagen"),
    "delivery.prepared_again": lambda: _("Förberedd igen"),
    "delivery.withdrawn": lambda: _("Återtagen"),
    "delivery.fetched": lambda: _("Hämtad"),
}


def _acts(row: Delivery) -> Any:
    return events_about(row).filter(kind__in=_ACTS)
