"""Versions of the policy: the list, what one changes, bringing in a draft, throwing it away, putting it in force."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kommun import policy, words
from kommun.actor import actor_of
from kommun.errors import NotPermitted, StateConflict
from kommun.models import PolicyVersion
from kommun.policy import PolicyFileError, loader, queries
from kommun.policy.actions import adopt, check_discard, discard_draft, import_draft
from kommun.policy.compare import changes
from kommun.policy.lifecycle import POLICY
from kommun.policy.lookup import compile_version
from kommun.policy.rules import why_not_discard, why_not_import
from kommun.policy_forms import AdoptForm, PolicyUploadForm
from kommun.views.policy_pages import base_for
from kommun.views.policy_problems import problem_rows, readable


@require_safe
def policy_versions(request: HttpRequest) -> HttpResponse:
    """List the versions: the adopted ones for everybody, drafts too for those who prepare them."""
    today = timezone.localdate()
    rows = [(version, status_of(version, today)) for version in queries.visible_to(request.user)]
    may_import = request.user.is_authenticated and why_not_import(actor_of(request)) is None
    context = {"base": base_for(request), "rows": rows, "may_import": may_import}
    return render(request, "kommun/policy_versions.html", context)


def status_of(version: PolicyVersion, today: Any) -> tuple[str, str]:
    """Return (key of the status tag, its words) for a version on a day."""
    if version.status == PolicyVersion.Status.DRAFT:
        return "draft", _("Utkast")
    if version.is_in_force(today):
        return "active", _("Gäller nu")
    if version.valid_from and version.valid_from > today and version.valid_to is None:
        return "soon", _("Börjar gälla senare")
    return "closed", _("Gäller inte längre")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def policy_upload(request: HttpRequest) -> HttpResponse:
    """Bring in a file. What is wrong in it is listed beside the text, which stays in the form until it is right."""
    actor = actor_of(request)
    if reason := why_not_import(actor):
        raise NotPermitted(reason)
    context: dict[str, Any] = {"form": PolicyUploadForm(), "presets": loader.preset_names()}
    if request.method != "POST":
        return render(request, "kommun/policy_upload.html", context)
    form = PolicyUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "kommun/policy_upload.html", {**context, "form": form}, status=422)
    content, filename = form.given()
    try:
        version = import_draft(toml_text=content, filename=filename, actor=actor)
    except PolicyFileError as error:
        text = readable(content)
        context |= {
            "form": PolicyUploadForm(initial={"text": text, "filename": filename}),
            "problems": problem_rows(error.problems, text),
            "count": len(error.problems),
        }
        return render(request, "kommun/policy_upload.html", context, status=422)
    messages.success(
        request, _("Filen är inläst som utkast, version %(number)s. Den gäller inte än.") % {"number": version.number}
    )
    return redirect("policy_version", number=version.number)


@never_cache
@require_safe
def policy_version(request: HttpRequest, number: int) -> HttpResponse:
    """Show what a version changes, and for a draft the way into force."""
    version = get_object_or_404(queries.visible_to(request.user), number=number)
    return _version_page(request, version)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def policy_discard(request: HttpRequest, number: int) -> HttpResponse:
    """Ask, and throw a draft away."""
    version = get_object_or_404(queries.visible_to(request.user), number=number)
    check_discard(version, actor_of(request))
    if request.method != "POST":
        return render(request, "kommun/policy_discard.html", {"version": version})
    with _gone_is_404():
        discard_draft(version_id=version.pk, actor=actor_of(request))
    messages.success(request, _("Utkastet, version %(number)s, är kastat.") % {"number": number})
    return redirect("policy_versions")


@login_required
@require_POST
def policy_adopt(request: HttpRequest, number: int) -> HttpResponse:
    """Put a draft in force. The day is typed twice; a day that cannot be is said beside the field."""
    version = get_object_or_404(queries.visible_to(request.user), number=number)
    form = AdoptForm(request.POST)
    POLICY.check("adopt", version, actor_of(request))  # who may not, or comes too late, is told so before the form
    if not form.is_valid():
        return _version_page(request, version, form)
    try:
        with _gone_is_404():
            adopted = adopt(version_id=version.pk, actor=actor_of(request), valid_from=form.cleaned_data["valid_from"])
    except StateConflict as refusal:
        version.refresh_from_db(fields=["status"])
        if version.status != PolicyVersion.Status.DRAFT:  # somebody else was first
            raise
        form.add_error("valid_from", str(refusal))
        return _version_page(request, version, form)
    day = words.day_full(adopted.valid_from or timezone.localdate())
    messages.success(
        request, _("Version %(number)s gäller från och med %(day)s.") % {"number": adopted.number, "day": day}
    )
    return redirect(f"{reverse('rulebook')}?version={adopted.number}")


@contextmanager
def _gone_is_404() -> Iterator[None]:
    """Answer 404 when somebody else has thrown the draft away since it was read."""
    try:
        yield
    except PolicyVersion.DoesNotExist:
        raise Http404 from None


def _version_page(request: HttpRequest, version: PolicyVersion, form: AdoptForm | None = None) -> HttpResponse:
    today = timezone.localdate()
    compiled = compile_version(version)
    before = queries.predecessor(version)
    context: dict[str, Any] = {
        "base": base_for(request),
        "version": version,
        "status": status_of(version, today),
        "policy": compiled,
        "before": before,
        "changes": changes(compile_version(before), compiled) if before else None,
        "conflicts": policy.conflicts(compiled),
        "form": None,
    }
    if request.user.is_authenticated and version.status == PolicyVersion.Status.DRAFT:
        context["why_not"] = POLICY.why_not("adopt", version, actor_of(request))
        context["may_discard"] = why_not_discard(actor_of(request)) is None
        context["form"] = form or AdoptForm(initial={"valid_from": _suggested_day(version, before)})
    return render(request, "kommun/policy_version.html", context, status=422 if form else 200)


def _suggested_day(version: PolicyVersion, before: PolicyVersion | None) -> Any:
    """Return the day in the file, or the first day that is possible when that one would rewrite the past."""
    today = timezone.localdate()
    if before is None:
        return version.valid_from or today
    return max(day for day in (version.valid_from, before.valid_from, today) if day)
