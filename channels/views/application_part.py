"""One part of the application: shown, saved, and never lost.

What is typed is saved also when it cannot be used. When it cannot be saved, because the sign-in ran out, the token is
old or another window saved something else, it comes back on the page.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from channels import queries
from channels.actions import drafts
from channels.actions.drafts import PartConflict
from channels.attachments import AttachmentError
from channels.forms.application import PartForm, stored_data
from channels.models import Application
from channels.questions import Facts, Part, is_blank, parts_of, saved, shown
from channels.views import kept
from channels.views.application_pages import signed_in, tasks_for, to_edit_or_403
from kommun import policy
from kommun.views import errors


@csrf_exempt  # checked in the function, so that an old token gives back what was typed (kept.csrf_problem)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """Show one part, or save it. Sign-in is asked for here, because a post without one has something to keep."""
    if not request.user.is_authenticated:
        if request.method == "POST":
            kept.keep(request, pk, part)
            # 303, "see the page": it tells the general keeper of sent forms (accounts.middleware) that this is taken care of.
            return HttpResponseRedirect(redirect_to_login(request.path).url, status=303)
        return redirect_to_login(request.path)
    if request.method == "POST" and kept.csrf_problem(request):
        return _old_token(request, pk, part)
    application = to_edit_or_403(request, pk)
    found = _part_or_404(application, part)
    if request.method == "POST":
        return _discard(request, pk, part) if "discard" in request.POST else _save(request, application, found)
    if application.status not in drafts.EDITABLE:
        return redirect(application)
    facts = Facts.load(application)
    if (typed := kept.kept_for(request, application, part)) is not None:
        form = PartForm(found, application, facts, typed)
        version = _number(typed.get("version", ""))
        return _page(request, application, found, form, facts, version=version, notice="kept")
    return _page(request, application, found, PartForm.stored(found, application, facts), facts)


def _part_or_404(application: Application, slug: str) -> Part:
    found = next((row for row in parts_of(application) if row.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _old_token(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """Answer a post whose token is old: what was typed, on a fresh page, if the form was drawn for this very person."""
    if kept.marked_user(request, pk) != request.user.pk:
        return errors.csrf_failure(request)
    application = to_edit_or_403(request, pk)
    found = _part_or_404(application, part)
    facts = Facts.load(application)
    form = PartForm(found, application, facts, request.POST)
    return _page(
        request,
        application,
        found,
        form,
        facts,
        version=_number(request.POST.get("version", "")),
        notice="old",
        status=403,
    )


def _discard(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    kept.forget(request, pk, part)
    return redirect("channels:application_part", pk=pk, part=part)


def _save(request: HttpRequest, application: Application, found: Part) -> HttpResponse:
    facts = Facts.load(application)
    form = PartForm(found, application, facts, request.POST)
    form.is_valid()
    refused = _keep_files(request, application, found)
    version, later = _number(request.POST.get("version", "")), "later" in request.POST
    try:
        application = drafts.save_part(
            application_id=application.pk,
            part=found.key,
            values=form.values(),
            unusable=form.unusable(),
            notes=form.notes(),
            version=version,
            later=later,
            actor=Actor.from_request(request),
        )
    except PartConflict as conflict:
        return _conflict(request, conflict.application, found)
    kept.forget(request, application.pk, found.slug)
    if later:
        messages.success(request, _("Sparat. Du kan fortsätta när du vill."))
        return redirect(application)
    if form.errors or refused:
        # The page is drawn from what is stored now, so that the next save has the right version.
        facts = Facts.load(application)
        form = PartForm(found, application, facts, request.POST)
        return _page(request, application, found, form, facts, refused=refused, notice="saved", status=422)
    return _on(application, found)


def _on(application: Application, found: Part) -> HttpResponse:
    """Go on to the next part; its questions may have changed with the answers that were just saved."""
    parts = parts_of(application)
    position = next((number for number, row in enumerate(parts) if row.key == found.key), len(parts))
    if position + 1 < len(parts):
        return redirect("channels:application_part", pk=application.pk, part=parts[position + 1].slug)
    return redirect("channels:application_review", pk=application.pk)


def _keep_files(request: HttpRequest, application: Application, found: Part) -> dict[str, str]:
    """Store the files that came with the form at once, whatever the rest of it says. Return why others were refused."""
    refused = {}
    for question in found.attachments:
        upload = request.FILES.get(f"file-{question.key}")
        if upload is None:
            continue
        try:
            drafts.attach_file(
                application_id=application.pk, document=question.key, upload=upload, actor=Actor.from_request(request)
            )
        except AttachmentError as refusal:
            refused[question.key] = str(refusal)
    return refused


def _conflict(request: HttpRequest, stored: Application, found: Part) -> HttpResponse:
    """Show what was typed here beside what the other window saved. Nothing has been overwritten."""
    facts = Facts.load(stored)
    form = PartForm(found, stored, facts, request.POST)
    form.is_valid()
    theirs = stored_data(found, stored)
    others = {
        question.field_name: shown(question, stored, facts) or ", ".join(theirs.getlist(question.field_name))
        for question in found.fields
        if form.values().get(question.field_name) != _value(question.value(stored.answers))
        or form.unusable().get(question.field_name, []) != _unusable(stored, found, question.field_name)
    }
    return _page(request, stored, found, form, facts, others=others, notice="conflict", status=409)


def _value(value: Any) -> Any:
    return None if is_blank(value) else value


def _unusable(application: Application, found: Part, name: str) -> list[str]:
    raw = application.answers.get("_raw")
    return raw.get(found.key, {}).get(name, []) if isinstance(raw, dict) else []


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page(
    request: HttpRequest,
    application: Application,
    found: Part,
    form: PartForm,
    facts: Facts,
    *,
    version: int | None = None,
    refused: dict[str, str] | None = None,
    others: dict[str, str] | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    parts = parts_of(application)
    tasks = tasks_for(application, facts, parts, current=found.key)
    scope = queries.application_scope(application)
    stored_version = saved(application, found).get("version", 0)
    rows = list(form.rows())
    for row in rows:
        row["other"] = (others or {}).get(row["question"].field_name)
    context = {
        "application": application,
        "part": found,
        "number": parts.index(found) + 1,
        "tasks": tasks,
        "done": sum(task.status == "done" for task in tasks),
        "form": form,
        "rows": rows,
        "files": [_file_row(question, facts, refused or {}) for question in found.attachments],
        "readings": [_reading_row(question, application, facts, signed_in(request)) for question in found.readings],
        "guidance": [
            text for place in found.places for text in policy.guidance(place, scope, version=application.policy_version)
        ],
        "version": stored_version if version is None else version,
        "mark": kept.mark_for(signed_in(request), application),
        "notice": notice,
        "conflict": notice == "conflict",
    }
    return render(request, "channels/application_part.html", context, status=status)


def _file_row(question: Any, facts: Facts, refused: dict[str, str]) -> dict[str, Any]:
    file = facts.attachments.get(question.key)
    error = refused.get(question.key, "")
    return {
        "question": question,
        "file": file,
        "error": error,
        "name": f"file-{question.key}",
        "state": "unmet" if error else "met" if file else "",
    }


def _reading_row(question: Any, application: Application, facts: Facts, user: Any) -> dict[str, Any]:
    readers = facts.readers(question, application.answers)
    have = [(reader, facts.has_read(reader, question)) for reader in readers]
    return {
        "question": question,
        "readers": have,
        "to_read": (user, False) in have,
        "state": "met" if have and all(read for _reader, read in have) else "unmet" if have else "",
    }
