"""One case: the ladder, who has it, what has happened."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actor import Actor
from accounts.organisation import organisation_of
from archive.intake import inspect_upload
from archive.models import StoredFile
from channels import clock
from channels.views.application_pages import signed_in
from kommun import aside
from kommun.components import Fact, LogEntry
from kommun.errors import DomainError, NotPermitted, StateConflict
from kommun.events import events_about
from kommun.forms import KeepsFile, errors_beside_fields
from kommun.uploads import in_memory
from moderation import due, queries, rules, wording
from moderation.actions import handling, ladder, registering
from moderation.actions.common import take_in_receipt
from moderation.categories import CHILD_ABUSE
from moderation.forms.steps import StepForm
from moderation.lifecycle import CASE
from moderation.models import Case
from moderation.views import stages

TEMPLATE = "moderation/case.html"
HAPPENED = {
    "case.opened": gettext_lazy("Inlagt"),
    "case.categorised": gettext_lazy("Kategorin ändrad"),
    "case.preserved": gettext_lazy("Bevis sparat"),
    "case.hidden": gettext_lazy("Dolt"),
    "case.shown_again": gettext_lazy("Döljningen ångrad"),
    "case.assessed": gettext_lazy("Bedömt"),
    "case.assessment_withdrawn": gettext_lazy("Bedömningen tillbakatagen"),
    "case.deleted": gettext_lazy("Borttaget"),
    "case.restored": gettext_lazy("Visas igen"),
    "case.left_standing": gettext_lazy("Fick stå kvar"),
    "case.gone": gettext_lazy("Borta utan oss"),
    "case.closed": gettext_lazy("Avslutat"),
    "case.handed_over": gettext_lazy("Lämnat till registrator"),
    "case.receipt_noted": gettext_lazy("Mottaget av registrator"),
    "case.sheet_came_back": gettext_lazy("Tillbaka från registrator"),
    "case.police_considered": gettext_lazy("Ställning till polisanmälan"),
    "case.claimed": gettext_lazy("Taget"),
    "case.released": gettext_lazy("Släppt"),
    "case.forwarded": gettext_lazy("Skickat vidare"),
    "case.interim_reply": gettext_lazy("Besked om att vi återkommer"),
    "case.answered": gettext_lazy("Besvarat"),
    "case.explained": gettext_lazy("Skrivet till den som skrev"),
    "conflict.declared": gettext_lazy("Jäv anmält"),
    "conflict.pointed_out": gettext_lazy("Jäv påtalat"),
    "conflict.tried": gettext_lazy("Jäv prövat"),
    "reconsideration.asked": gettext_lazy("Omprövning begärd"),
    "reconsideration.decided": gettext_lazy("Omprövat"),
    "reconsideration.withdrawn": gettext_lazy("Omprövning återtagen"),
    "author.blocked": gettext_lazy("Den som skrev är blockerad"),
    "police.package_fetched": gettext_lazy("Underlag till polisen hämtat"),
    "police.followed_up": gettext_lazy("Polisanmälan följd upp"),
}
DONE = {
    "kategori": gettext_lazy("Sparat."),
    "bevis": gettext_lazy("Beviset är sparat."),
    "dolj": gettext_lazy("Sparat. Tiden är stoppad."),
    "visa": gettext_lazy("Ångrat. Tiden fortsätter där den var."),
    "svar": gettext_lazy("Svaret är sparat."),
    "ta": gettext_lazy("Ärendet är ditt."),
    "ta-over": gettext_lazy("Ärendet är ditt."),
    "slapp": gettext_lazy("Någon annan kan ta ärendet."),
    "skicka": gettext_lazy("Skickat. Tiden fortsätter att räknas."),
    "avsluta": gettext_lazy("Ärendet är avslutat."),
}


@never_cache
@login_required
@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a case to whoever may read it.

    Asked by HTMX with what is shown (`stand`) it answers nothing (204) when that still holds; with `nytt` only what has come.
    """
    row = _case(request, pk)
    asked = request.GET.get("stand", "")
    if request.htmx and asked and asked == _state(row):  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    if request.htmx and asked and "nytt" in request.GET:  # type: ignore[attr-defined]
        return render(request, f"{TEMPLATE}#news", {"case": row, "state": asked, "news": _log(row, after=_seen(asked))})
    return render(request, TEMPLATE, _context(request, row))


def _state(row: Case) -> str:
    """Return what the page shows, in short: the newest event, the version, and whether the registrar has answered."""
    newest = events_about(row).order_by("-pk").values_list("pk", flat=True).first()
    return f"{newest or 0}-{row.version}-{int(row.receipt_at is not None)}"


def _seen(state: str) -> int:
    newest = state.partition("-")[0]
    return int(newest) if newest.isascii() and newest.isdigit() and len(newest) < 19 else 0


def _log(row: Case, after: int = 0) -> list[LogEntry]:
    """Return what has happened, the newest first; `after` an event (id) alone."""
    return [
        LogEntry(event.occurred_at, event.actor_label, HAPPENED.get(event.kind, event.kind))
        for event in events_about(row).filter(pk__gt=after).reverse()
    ]


def _case(request: HttpRequest, pk: int) -> Case:
    row = get_object_or_404(queries.cases_visible_to(signed_in(request), organisation_of(request)), pk=pk)
    take_in_receipt(row)  # to be shown; it is written down by the next act, or by the scheduler
    return row


def _context(request: HttpRequest, row: Case, sent: tuple[str, StepForm] | None = None) -> dict[str, Any]:
    """Return what the page shows. `sent`: a step that was refused, with its form as it was filled in."""
    actor = Actor.from_request(request)
    steps, others = stages.stages(row, actor), stages.beside(row, actor)
    if sent:
        _put_back(steps, others, *sent)
    obligation = due.open_obligation(row)
    return {
        "case": row,
        "stages": steps,
        "others": others,
        "opened": sent[0] if sent else "",
        "sent": sent[1] if sent else None,
        "obligation": obligation,
        "limit_rule": due.limit_of(row, clock.closed_days()).rule if row.has_clock else None,
        "why_not": rules.why_not_handle(actor, row),
        "taken_by_other": row.claimed_by if row.claimed_by_id not in (None, request.user.pk) else None,
        "mine": row.claimed_by_id == request.user.pk,
        "can_claim": CASE.why_not("claim", row, actor) is None,
        "facts": _facts(row),
        "replies": row.replies.select_related("made_by__unit", "template"),
        "log": _log(row),
        "state": _state(row),
    }


def _put_back(steps: list[stages.Stage], others: list[stages.Stage], key: str, form: StepForm) -> None:
    """Let the form that was sent stand where it was, with what was typed, also when the step is closed by now."""
    for stage in [*steps, *others]:
        if stage.key == key:
            stage.form = form
            stage.state = "now" if stage.state != "done" else "done"


def _facts(row: Case) -> list[Fact]:
    facts = [
        Fact(_("Kanal"), row.channel),
        Fact(_("Skrivet av"), row.author or row.get_direction_display()),
        Fact(_("Kommunen fick veta"), row.get_known_how_display()),
        Fact(_("Ansvarig"), row.assigned_to.role if row.assigned_to else row.channel.owner.role),
    ]
    if row.channel.deputy:
        facts.append(Fact(_("Ersättare"), row.channel.deputy.role))
    if row.outcome:
        facts.append(Fact(_("Utfall"), row.get_outcome_display()))
    return facts


# --- Steps ------------------------------------------------------------------------------------------------------------
@in_memory
@never_cache
@login_required
@require_POST
def act(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take a step. What is refused comes back with its reason, and with everything that was typed."""
    row = _case(request, pk)
    if step not in ACTS:
        raise Http404
    actor = Actor.from_request(request)
    if step == "svar" and "hamta" in request.POST:
        return _begin(request, row)
    form = stages.form_for(step, row, actor, request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            with errors_beside_fields(form):
                data = dict(form.cleaned_data)
                ACTS[step]({"case_id": pk, "actor": actor, **data})
                if isinstance(form, KeepsFile):
                    form.done()
                messages.success(request, DONE.get(step, _("Sparat.")))
                return redirect(row)
        except (NotPermitted, StateConflict) as refusal:
            status = 403 if isinstance(refusal, NotPermitted) else 409
            row = _case(request, pk)
            _read_anew(form, row, refusal)
    if isinstance(form, KeepsFile):
        may = rules.why_not_file(row) is None and rules.why_not_handle(actor, row) is None
        form.leave(lambda upload: inspect_upload(upload).name, may=may)
    return render(request, TEMPLATE, _context(request, row, (step, form)), status=status)


def _begin(request: HttpRequest, row: Case) -> HttpResponse:
    """Answer with the page, the chosen template's text in the answer's form. Nothing is saved, and nothing typed is lost."""
    start = next((one for one in wording.answers(row) if one.key == request.POST.get("mall")), None)
    if start is None:
        raise Http404
    form = stages.begun(row, request.POST.dict(), start)
    return render(request, TEMPLATE, _context(request, row, ("svar", form)))


def _read_anew(form: StepForm, row: Case, refusal: DomainError) -> None:
    assert isinstance(form.data, QueryDict)  # noqa: S101  (it was sent)
    sent = form.data.copy()
    sent["version"] = str(row.version)
    form.data = sent
    form.add_error(None, str(refusal))


def _answer(values: dict[str, Any]) -> None:
    template_id = values.pop("template", None)
    handling.answer(**values, template_id=template_id)


def _categorise(values: dict[str, Any]) -> None:
    if values["category"] == CHILD_ABUSE:  # also when it is refused: whoever says so has seen it
        aside.forget(values["actor"].person.pk, stages.shelf_of(values["case_id"]))
    ladder.categorise(**values)


def _evidence(values: dict[str, Any]) -> None:
    values.pop("aside", None)
    upload = values.pop("upload", None)
    how = values.pop("how", "") or StoredFile.How.UPLOADED
    ladder.keep_evidence(**values, upload=upload, how=how)


def _forward(values: dict[str, Any]) -> None:
    unit = values.pop("unit")
    handling.forward(**values, unit_id=unit.pk if unit else None)


def _release(values: dict[str, Any]) -> None:
    handling.release(case_id=values["case_id"], actor=values["actor"])


ACTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "kategori": _categorise,
    "bevis": _evidence,
    "dolj": lambda values: ladder.hide(**values),
    "visa": lambda values: ladder.show_again(**values),
    "bedom": lambda values: ladder.assess(**values),
    "andra-bedomning": lambda values: ladder.reassess(**values),
    "polis": lambda values: registering.decide_police(**values),
    "ta-bort": lambda values: ladder.delete(**values),
    "aterstall": lambda values: ladder.restore(**values),
    "lat-sta": lambda values: ladder.leave_standing(**values),
    "borta": lambda values: ladder.mark_gone(**values),
    "svar": _answer,
    "avsluta": lambda values: ladder.close(**values),
    "ta": lambda values: handling.claim(**values),
    "ta-over": lambda values: handling.claim(**values, take_over=True),
    "slapp": _release,
    "skicka": _forward,
}
