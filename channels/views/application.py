"""Applying for a channel: start, write part by part, look through, send."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actor import Actor
from channels import queries
from channels.actions import approval, drafts
from channels.attachments import AttachmentError
from channels.lifecycle import APPLICATION
from channels.models import Application, Attachment
from channels.questions import Facts, Part, Question, parts_of, problems
from channels.questions.facts import people_in
from channels.views.application_pages import (
    STATUS_TAGS,
    TITLES,
    part_address,
    signed_in,
    step_rows,
    summary_cards,
    tasks_for,
    to_edit_or_403,
    visible,
    visible_or_404,
)
from channels.views.application_part import part
from channels.views.downloads import download
from kommun import policy
from kommun.errors import InvalidInput, StateConflict
from kommun.models import Municipality
from kommun.policy import keys

__all__ = [
    "application_list",
    "attachment",
    "attachment_remove",
    "attachment_upload",
    "detail",
    "part",
    "reading",
    "review",
    "start",
    "submit",
    "withdraw",
]

PAGE = 50


@login_required
@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """List the applications that the reader may see, the newest first."""
    rows = visible(request)
    page = Paginator(rows.order_by("-pk"), PAGE).get_page(request.GET.get("sida"))
    listed = [(row, STATUS_TAGS[row.status], row.applicant_id == signed_in(request).pk) for row in page]
    return render(request, "channels/application_list.html", {"page": page, "rows": listed})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Explain what the policy asks for, and start a draft. Two clicks on the button give one draft."""
    if request.method == "POST":
        key = request.POST.get("nyckel", "")
        key = key if key.isalnum() and len(key) == len(uuid4().hex) else ""
        application = drafts.start_application(actor=Actor.from_request(request), key=key)
        first = parts_of(application)[0]
        return redirect("channels:application_part", pk=application.pk, part=first.slug)
    version = policy.in_force()
    scope = queries.scope_of(signed_in(request).unit)
    context = {
        "key": uuid4().hex,
        "version": version,
        "chain": policy.rule(keys.APPROVAL_CHAIN, scope) if version else None,
        "documents": policy.rule(keys.PRESTART_DOCUMENTS, scope) if version else None,
        "guidance": policy.guidance("application.start", scope) if version else [],
    }
    return render(request, "channels/application_start.html", context)


@never_cache
@login_required
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the task list of a draft, or the application as it was sent with the steps that decide on it."""
    application = visible_or_404(request, pk)
    facts, parts = Facts.load(application), parts_of(application)
    editable = application.status in drafts.EDITABLE and application.applicant_id == signed_in(request).pk
    steps = list(application.steps.select_related("assignee__unit", "decided_by__unit"))
    context: dict[str, Any] = {
        "application": application,
        "status": STATUS_TAGS[application.status],
        "title": TITLES[application.status],
        "editable": editable,
        "mine": application.applicant_id == signed_in(request).pk,
        "steps": step_rows(application, steps),
        "asked_changes": [step for step in steps if step.note and step.status == step.Status.CHANGES_REQUESTED],
    }
    if editable:
        tasks = tasks_for(application, facts, parts)
        context |= {"tasks": tasks, "done": sum(task.status == "done" for task in tasks), "all": len(parts) + 1}
        context["next"] = next((task for task in tasks if task.status != "done" and task.url), None)
        context["fields_to_change"] = _to_change(context["asked_changes"], application)
    else:
        context["cards"] = summary_cards(application, facts, parts, links=False)
    return render(request, "channels/application.html", context)


def _to_change(steps: list[Any], application: Application) -> list[tuple[Question, str]]:
    wanted = {name for step in steps for name in step.fields_to_change}
    return [
        (question, part_address(application, part, question))
        for part in parts_of(application)
        for question in part.questions
        if question.key in wanted or question.field_name in wanted
    ]


@never_cache
@login_required
@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every answer, what is missing, and who will be asked. Sending is on this page."""
    application = to_edit_or_403(request, pk)
    if application.status not in drafts.EDITABLE:
        return redirect(application)
    return _review(request, application)


def _review(request: HttpRequest, application: Application, status: int = 200) -> HttpResponse:
    facts, parts = Facts.load(application), parts_of(application)
    left = [
        (question.short, reason, part_address(application, row, question))
        for row in parts
        for reasons in [problems(row, application, facts)]
        for question in row.questions
        if (reason := reasons.get(question.field_name))
    ]
    context = {
        "application": application,
        "cards": summary_cards(application, facts, parts, links=True),
        "missing": left,
        "chain": queries.preview_chain(application),
        "chain_rule": policy.rule(
            keys.APPROVAL_CHAIN, queries.application_scope(application), version=application.policy_version
        ),
    }
    return render(request, "channels/application_review.html", context, status=status)


@login_required
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the application. Sent twice, the second answer is the page with the result of the first."""
    application = to_edit_or_403(request, pk)
    version = request.POST.get("version", "")
    try:
        approval.submit_application(
            application_id=pk,
            version=int(version) if version.isascii() and version.isdigit() else 0,
            actor=Actor.from_request(request),
        )
    except InvalidInput:
        application.refresh_from_db()
        return _review(request, application, status=422)
    except StateConflict:
        application.refresh_from_db()
        if application.status in drafts.EDITABLE:
            raise
        return redirect(application)
    messages.success(request, _("Ansökan är skickad. Du får e-post när någon har svarat."))
    return redirect(application)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, and take the application back."""
    application = to_edit_or_403(request, pk)
    actor = Actor.from_request(request)
    if APPLICATION.why_not("withdraw", application, actor):  # taken back already, or decided
        return redirect(application)
    if request.method == "POST":
        approval.withdraw_application(application_id=pk, actor=actor)
        messages.success(request, _("Ansökan är återtagen."))
        return redirect(application)
    return render(request, "channels/application_withdraw.html", {"application": application})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: HttpRequest, pk: int, document: str) -> HttpResponse:
    """Show what is to be read, and sign for it. Those who are to read may open it for a draft too."""
    user = signed_in(request)
    application = get_object_or_404(Application.objects.select_related("applicant__unit", "policy_version"), pk=pk)
    if user.pk not in people_in(application.answers) and not visible(request).filter(pk=pk).exists():
        raise Http404
    question = next((row for part in parts_of(application) for row in part.readings if row.key == document), None)
    if question is None:
        raise Http404
    if request.method == "POST":
        drafts.acknowledge_reading(application_id=pk, document=document, actor=Actor.from_request(request))
        messages.success(request, _("Tack. Vi har sparat att du har läst."))
        return redirect("channels:application_read", pk=pk, document=document)
    facts = Facts.load(application)
    readers = facts.readers(question, application.answers)
    found = policy.policy(version=application.policy_version)
    companions = found.header.companions if found else ()
    context = {
        "application": application,
        "may_see_application": visible(request).filter(pk=pk).exists(),
        "question": question,
        "companion": next((row for row in companions if row.key == document), None),
        "rules": found.rules if found else (),
        "guidance": found.guidance if found else (),
        "header": found.header if found else None,
        "readers": [(reader, facts.has_read(reader, question)) for reader in readers],
        "to_read": user in readers and not facts.has_read(user, question),
        "has_read": user in readers and facts.has_read(user, question),
        "municipality_row": Municipality.current(),
    }
    return render(request, "channels/application_reading.html", context)


def _part_with_file_or_404(application: Application, document: str) -> Part:
    found = next((part for part in parts_of(application) for file in part.attachments if file.key == document), None)
    if found is None:
        raise Http404
    return found


@login_required
@require_POST
def attachment_upload(request: HttpRequest, pk: int, document: str) -> HttpResponse:
    """Keep one file at once. The rest of the page is not touched."""
    application = to_edit_or_403(request, pk)
    asking = _part_with_file_or_404(application, document)
    upload = request.FILES.get(f"file-{document}")
    if upload is None:
        messages.error(request, _("Välj en fil först."))
    else:
        try:
            drafts.attach_file(application_id=pk, document=document, upload=upload, actor=Actor.from_request(request))
        except AttachmentError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Filen är sparad."))
    return redirect("channels:application_part", pk=pk, part=asking.slug)


@login_required
@require_POST
def attachment_remove(request: HttpRequest, pk: int, document: str) -> HttpResponse:
    """Take a file off the application."""
    application = to_edit_or_403(request, pk)
    asking = _part_with_file_or_404(application, document)
    drafts.remove_attachment(application_id=pk, document=document, actor=Actor.from_request(request))
    messages.success(request, _("Filen är borttagen från ansökan."))
    return redirect("channels:application_part", pk=pk, part=asking.slug)


@login_required
@require_safe
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out a file to those who may see the application: always as a download, never run or shown in the page."""
    theirs = Q(replaced_at__isnull=True) | Q(uploaded_by=signed_in(request))  # what was taken away is nobody else's
    row = get_object_or_404(Attachment, theirs, pk=pk, application__in=visible(request).values("pk"))
    return download(row.file, row.name, row.content_type)
