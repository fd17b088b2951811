"""A new case: paste an address, paste or drop a screenshot, say what was seen."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import organisation_of
from archive.intake import inspect_upload
from archive.models import StoredFile
from channels.models import Channel
from channels.views.application_pages import signed_in
from kommun import aside, policy
from kommun.aside import Shelf
from kommun.errors import NotPermitted
from kommun.forms import errors_beside_fields, render_form
from kommun.policy import Scope
from kommun.uploads import in_memory
from moderation import categories, rules
from moderation.actions import opening
from moderation.categories import CHILD_ABUSE
from moderation.forms.opening import NewCaseForm
from moderation.models import Case

TEMPLATE = "moderation/new.html"


@in_memory
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a case. Nothing typed or chosen is lost on the way, except a picture that may not be kept."""
    user = signed_in(request)
    channels = channels_for(request, user)
    words_only = request.GET.get("kategori") == CHILD_ABUSE
    if words_only or request.POST.get("category") == CHILD_ABUSE:
        aside.forget(user.pk)  # it may be what was put aside a moment ago, as something else
    if not channels.exists():
        raise NotPermitted(
            _("Ärenden läggs in av kanalens ansvariga eller kommunikationsenheten. Lämna ett tips i stället.")
        )
    form = NewCaseForm(
        request.POST or None,
        request.FILES or None,
        channels=channels,
        categories=categories_now(),
        words_only=words_only,
        shelf=Shelf(user.pk, "case"),
        initial=_initial(request, channels),
    )
    context = {"form": form, "words_only": words_only}
    if request.method != "POST":
        return render(request, TEMPLATE, context)
    if form.is_valid():
        try:
            with errors_beside_fields(form):
                case = _open(form, Actor.from_request(request), words_only=words_only)
                form.done()
                messages.success(request, _("Ärendet är inlagt. Tiden räknas från när du såg inlägget."))
                return redirect(case)
        except opening.AlreadyKnown as known:
            _leave(form)
            return render(request, TEMPLATE, {**context, "known": known.case, "reason": str(known)}, status=409)
    _leave(form)
    return render_form(request, TEMPLATE, context)


def _open(form: NewCaseForm, actor: Actor, *, words_only: bool) -> Case:
    data = form.cleaned_data
    return opening.open_case(
        channel_id=data["channel"].pk,
        seen=form.seen(),
        kind=data["kind"],
        category=CHILD_ABUSE if words_only else data["category"],
        upload=data.get("upload"),
        how=data["how"] or StoredFile.How.UPLOADED,
        words=data["text"] if words_only else "",
        even_if_known=data["even_if_known"],
        actor=actor,
    )


def _leave(form: NewCaseForm) -> None:
    """Keep the file for when the form is right; of one that may not be kept nothing is left."""
    category = form.data.get("category", "")
    may = category != CHILD_ABUSE and (form.data.get("kind") != Case.Kind.REPORT or bool(category))
    form.leave(lambda upload: inspect_upload(upload).name, may=may)


def channels_for(request: HttpRequest, user: User) -> QuerySet[Channel]:
    """Return the channels that the reader may open cases for, as `rules.why_not_open`."""
    organisation = organisation_of(request)
    rows = Channel.objects.exclude(status=Channel.Status.DECIDED).order_by("name")
    if Actor.from_request(request).roles & rules.STEERS:
        return rows
    me = organisation.acts_as(user)
    mine = Q(owner__in=me) | Q(deputy__in=me) | Q(unit__manager__in=me)
    return rows.filter(mine | Q(administrator_rows__user__in=me)).distinct()


def categories_now() -> list[categories.Category]:
    """Return what may not stand, under the policy in force."""
    version = policy.in_force()
    return categories.categories(Scope(), version.pk if version else None, timezone.localdate())


def _initial(request: HttpRequest, channels: QuerySet[Channel]) -> dict[str, Any]:
    """Return what the address carries: a channel, and what a phone shared."""
    shared = request.GET.get("url") or request.GET.get("text") or ""
    only = channels.first() if channels.count() == 1 else None
    return {"channel": request.GET.get("kanal") or only, "url": shared[:2000]}
