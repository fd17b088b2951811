"""Pages about blocks: the list, one of them, and the last step; and the texts to begin with."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actor import Actor
from accounts.organisation import organisation_of
from kommun.errors import NotPermitted, StateConflict
from kommun.forms import errors_beside_fields, render_form
from moderation import handling_rules, queries, wording
from moderation.actions import blocking
from moderation.actions import templates as template_actions
from moderation.handling_forms import BlockForm, LiftForm, TemplateForm
from moderation.models import Block, ReplyTemplate
from moderation.rules import STEERS
from moderation.views.around import case_for, reader, row_for

SHOWN = 200


@never_cache
@login_required
@require_safe
def blocks(request: HttpRequest) -> HttpResponse:
    """List the blocks of the channels whose cases the reader follows: those in force, and the latest that are lifted."""
    reach = queries.reach_of(reader(request), organisation_of(request))
    rows = Block.objects.select_related("channel__platform", "made_by__unit").exclude(case__in=reach.barred)
    if not reach.everything:
        rows = rows.filter(channel__in=reach.channels)
    context = {
        "in_force": rows.filter(lifted_at__isnull=True).order_by("ends_at")[:SHOWN],
        "lifted": rows.filter(lifted_at__isnull=False).order_by("-lifted_at")[:50],
    }
    return render(request, "moderation/blocks.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def block_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide on a block. Without a warning before there is none."""
    case, actor = case_for(request, pk), Actor.from_request(request)
    if reason := handling_rules.why_not_block(actor, case):
        raise NotPermitted(reason)
    if reason := blocking.why_not_yet(case):
        raise StateConflict(reason)
    text, template = wording.beginning("block", case, until="{until}")  # filled when the day is chosen
    form = BlockForm(request.POST or None, initial={"text": text})
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            template_id = template.pk if template else None
            row = blocking.block(case_id=pk, template_id=template_id, actor=actor, **form.cleaned_data)
            return redirect("moderation:block", row.pk)
    context = {"case": case, "form": form, "warning": blocking.last_warning(case), "cite": wording.cite_of(case)}
    return render_form(request, "moderation/block_new.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a block: whom, since when, until when, why, what the account was told; and lift it."""
    people = ("channel__unit", "channel__owner", "channel__deputy", "made_by__unit", "lifted_by__unit", "explanation")
    row = row_for(request, get_object_or_404(Block.objects.select_related(*people), pk=pk))
    actor = Actor.from_request(request)
    why_not = handling_rules.why_not_lift(actor, row)
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            blocking.lift_block(block_id=pk, note=form.cleaned_data["note"], actor=actor)
            messages.success(request, _("Blockeringen är hävd. Öppna kontot på plattformen."))
            return redirect("moderation:block", pk)
    context = {
        "row": row,
        "case": row.case,
        "form": form,
        "why_not": why_not,
        "why_not_free": handling_rules.why_not_free(actor, row),
        "reconsiderations": row.reconsiderations.order_by("pk"),
    }
    return render_form(request, "moderation/block.html", context)


@login_required
@require_POST
def block_opened(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the account is open on the platform again."""
    row_for(request, get_object_or_404(Block, pk=pk))
    blocking.account_opened(block_id=pk, actor=Actor.from_request(request))
    messages.success(request, _("Tack. Kontot är öppet på plattformen."))
    return redirect("moderation:block", pk)


# --- Texts to begin with ----------------------------------------------------------------------------------------------
@login_required
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """List the texts in use, and which rules have one of their own."""
    _must_write(request)
    rows = ReplyTemplate.objects.filter(replaced_at__isnull=True).select_related("made_by__unit")
    used = {(row.purpose, row.category) for row in rows}
    purposes = [(purpose, label, (purpose, "") in used) for purpose, label in ReplyTemplate.Purpose.choices]
    context = {"rows": rows, "purposes": purposes, "categories": wording.template_categories()}
    return render(request, "moderation/templates.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, purpose: str, category: str = "") -> HttpResponse:
    """Write the next version of a text, with the earlier ones below it."""
    _must_write(request)
    titles = dict(wording.template_categories())
    if purpose not in ReplyTemplate.Purpose.values or (category and category not in titles):
        raise Http404
    versions = list(ReplyTemplate.objects.filter(purpose=purpose, category=category).select_related("made_by__unit"))
    used = next((row for row in versions if row.replaced_at is None), None)
    label = ReplyTemplate.Purpose(purpose).label
    first = {"title": used.title if used else label, "text": used.text if used else wording.default_text(purpose)}
    form = TemplateForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            template_actions.save_template(
                purpose=purpose, category=category, actor=Actor.from_request(request), **form.cleaned_data
            )
            messages.success(request, _("Mallen är sparad. Det som redan är skickat ändras inte."))
            return redirect("moderation:templates")
    context = {"form": form, "versions": versions, "label": label, "rule": titles.get(category, ""), "used": used}
    return render_form(request, "moderation/template.html", context)


def _must_write(request: HttpRequest) -> None:
    if not Actor.from_request(request).roles & STEERS:
        raise NotPermitted(_("Kommunikationsenheten skriver mallarna."))
