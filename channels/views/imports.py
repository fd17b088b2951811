"""Bringing files in: choose a file, watch it being read, look at every row, say yes. And taking the tables out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.actor import Actor
from accounts.models import Unit
from channels import exporting, public_queries, queries
from channels.actions import importing
from channels.forms.imports import ColumnsForm, UploadForm
from channels.imports.columns import missing_columns
from channels.imports.lifecycle import kinds_open_to, why_not_import_kind
from channels.models import Channel
from channels.models.imports import ImportRow, ImportRun
from kommun.aside import Shelf
from kommun.errors import NotPermitted
from kommun.forms import errors_beside_fields, render_form

PAGE, LATEST = 50, 20
K, V = ImportRun.Kind, ImportRow.Verdict


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Choose a file, and see the latest imports."""
    actor = Actor.from_request(request)
    kinds = kinds_open_to(actor)
    if not kinds:
        raise NotPermitted(why_not_import_kind(actor, K.CHANNELS) or "")
    unit = actor.person.unit or Unit.objects.filter(central=True).first()
    initial = {"kind": kinds[0], "owner": actor.person, "unit": unit}
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*given, kinds=kinds, initial=initial, shelf=Shelf(actor.person.pk, "import"))
    if form.is_valid():
        with errors_beside_fields(form):
            run = importing.start_import(
                kind=form.cleaned_data["kind"],
                upload=form.cleaned_data["file"],
                send_mail=form.cleaned_data.get("send_mail", False),
                actor=actor,
                **form.ids(),
            )
            form.done()
            return redirect(run)
    if form.is_bound:
        form.leave(lambda upload: importing.looked_at(upload, form.data.get("kind", "")))
    context = {
        "form": form,
        "kinds": [(kind, K(kind).label) for kind in kinds],
        "exported": [(kind, K(kind).label) for kind in kinds if kind in exporting.EXPORTED],
        "runs": ImportRun.objects.filter(kind__in=kinds).select_related("created_by__unit")[:LATEST],
    }
    return render_form(request, "channels/imports.html", context)


@never_cache
@login_required
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show where an import stands: at work, waiting for columns, every row with what it would do, or what it did."""
    run = _visible(request, pk)
    if getattr(request, "htmx", False):
        return (
            render(request, "channels/import.html#progress", {"run": run})
            if run.at_work
            else HttpResponseClientRefresh()
        )
    if run.state == ImportRun.State.COLUMNS:
        return redirect("channels:import_columns", pk=pk)
    return render(request, "channels/import.html", _context(request, run))


def _context(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    if run.at_work:
        return {"run": run}
    counts = dict.fromkeys(V.values, 0) | dict(run.rows.values_list("verdict").annotate(Count("pk")).order_by())
    chosen = request.GET.get("visa", "")
    rows = run.rows.filter(verdict=chosen) if chosen in V.values else run.rows.all()
    used = set(run.columns.values())
    return {
        "run": run,
        "counts": counts,
        "wanted": counts[V.CREATE] + counts[V.CHANGE],
        "all": sum(counts.values()),
        "tabs": [(V(verdict), V(verdict).label, counts[verdict]) for verdict in V.values if counts[verdict]],
        "chosen": chosen,
        "overtaken": run.rows.filter(overtaken=True).count(),
        "page": Paginator(rows.order_by("number"), PAGE).get_page(request.GET.get("sida")),
        "unused": [name for place, name in enumerate(run.header) if place not in used and name],
    }


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Point out which column is what, and who answers for the time being."""
    run = _visible(request, pk)
    if run.state not in (ImportRun.State.COLUMNS, ImportRun.State.READY):
        return redirect(run)
    first = run.rows.order_by("number").first()
    initial = {"owner": run.owner_id, "unit": run.unit_id}
    given = (request.POST,) if request.method == "POST" else ()
    form = ColumnsForm(*given, run=run, examples=first.cells if first else [], initial=initial)
    if form.is_valid():
        with errors_beside_fields(form):
            actor = Actor.from_request(request)
            importing.choose_columns(run_id=pk, columns=form.columns(), actor=actor, **form.ids())
            return redirect(run)
    context = {"run": run, "form": form, "missing": missing_columns(run.columns, run.kind)}
    return render_form(request, "channels/import_columns.html", context)


@login_required
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Say yes to the preview that was shown."""
    run = _visible(request, pk)
    reading = request.POST.get("reading", "")
    importing.accept_import(
        run_id=run.pk,
        reading=int(reading) if reading.isascii() and reading.isdigit() else 0,
        actor=Actor.from_request(request),
    )
    return redirect(run)


@login_required
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the file away."""
    run = _visible(request, pk)
    importing.discard_import(run_id=run.pk, actor=Actor.from_request(request))
    messages.success(request, _("Filen är kastad. Inget är infört."))
    return redirect("channels:imports")


@login_required
@require_safe
def errors(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Hand out the rows that have errors, each with its error beside, to be mended and brought in again."""
    run = _visible(request, pk)
    header, rows = exporting.error_rows(run)
    return _file(form, f"{_('rader-med-fel')}-{run.pk}", header, rows)


@login_required
@require_safe
def template(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """Hand out an empty file with the headers and one example."""
    if kind not in K.values:
        raise Http404
    actor = Actor.from_request(request)
    if reason := why_not_import_kind(actor, kind):
        raise NotPermitted(reason)
    return _file(form, f"{_('mall')}-{_slug(kind)}", exporting.header_of(kind), exporting.template_rows(kind))


@login_required
@require_safe
def export(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """Hand out what the reader may see: the channels as filtered on the page, or for administrators units and people."""
    actor = Actor.from_request(request)
    if kind == K.CHANNELS:
        words, platform, unit, status = (
            request.GET.get(key, "").strip() for key in ("q", "plattform", "enhet", "lage")
        )
        found = public_queries.narrowed(queries.channels_in_register(), words=words, platform=platform, unit=unit)
        found = found.filter(status=status) if status in Channel.Status.values else found
        rows = exporting.channel_rows(found, actor)
    elif kind in exporting.EXPORTED:
        if reason := why_not_import_kind(actor, kind):
            raise NotPermitted(reason)
        rows = exporting.unit_rows() if kind == K.UNITS else exporting.people_rows()
    else:
        raise Http404
    return _file(form, _slug(kind), exporting.header_of(kind), rows)


def _visible(request: HttpRequest, pk: int) -> ImportRun:
    rows = ImportRun.objects.select_related("owner", "unit", "created_by__unit", "accepted_by__unit")
    return get_object_or_404(rows, pk=pk, kind__in=kinds_open_to(Actor.from_request(request)))


def _slug(kind: str) -> str:
    return str(K(kind).label).lower()


def _file(form: str, name: str, header: exporting.Row, rows: Any) -> HttpResponse:
    if form not in exporting.CONTENT_TYPES:
        raise Http404
    answer = HttpResponse(exporting.written(form, header, rows), content_type=exporting.CONTENT_TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
