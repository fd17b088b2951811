"""The forms for tips: the public one, and the one for colleagues."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actor import VISITOR, Actor
from accounts.models import User
from channels import public_queries
from kommun.forms import errors_beside_fields, render_form
from moderation import guard, tip_queries
from moderation.actions import tips as actions
from moderation.forms.tips import TipForm, VisitorTipForm
from moderation.models import Tip
from moderation.uploads import without_files


@without_files
@never_cache
@csrf_exempt  # no session is used, and no cookie is set: the ticket of the form is signed instead (moderation.guard)
@require_http_methods(["GET", "HEAD", "POST"])
def tip(request: HttpRequest) -> HttpResponse:
    """Take a visitor's tip. Nobody is asked who they are, and no file is taken.

    422: something to correct; 429: too many from here this hour. What was typed stands there either way.
    """
    form = VisitorTipForm(request.POST or None, initial={"channel": _chosen(request), "ticket": guard.new_ticket()})
    full = False
    if request.method == "POST" and form.is_valid():
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            form.add_error(None, _("Formuläret skickades från en annan webbplats. Skicka det härifrån i stället."))
        elif not guard.has_room(get_adapter(request).get_client_ip(request)):
            full = True
        else:
            with errors_beside_fields(form):
                received = actions.receive_tip(**_said(form), reference=form.reference, actor=VISITOR)
                return redirect("moderation:tip_sent", received.reference)
    context = {"form": form, "full": full, "trapped": bool(form.errors.get("website"))}
    if full:
        return render(request, "moderation/tip.html", context, status=429)
    return render_form(request, "moderation/tip.html", context)


@never_cache
@require_safe
def tip_sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirm that the tip has come in, with its number. Nothing of what it says is shown."""
    found = get_object_or_404(Tip.objects.filter(sent_by__isnull=True), reference=reference)
    return render(request, "moderation/tip_sent.html", {"tip": found})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tip_new(request: HttpRequest) -> HttpResponse:
    """Let anybody who is signed in tell whoever answers for a channel, and see what came of what they told before."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required)
    form = TipForm(request.POST or None, initial={"channel": _chosen(request)})
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            received = actions.receive_tip(**_said(form), actor=Actor.from_request(request))
            messages.success(request, _thanks(received))
            return redirect("moderation:tip_new")
    context = {"form": form, "mine": tip_queries.told_by(request.user)}
    return render_form(request, "moderation/tip_new.html", context)


def _thanks(tip: Tip) -> str:
    if tip.case_id:
        return _("Tack. Det finns redan ett ärende om inlägget, och tipset har lagts till det.")
    if tip.channel:
        return _("Tack. Den som ansvarar för %(channel)s får ditt tips.") % {"channel": tip.channel}
    return _("Tack. Kommunikationsenheten får ditt tips.")


def _chosen(request: HttpRequest) -> int | None:
    """Return the channel whose public page led here (`?kanal=`)."""
    slug = request.GET.get("kanal", "")
    row = public_queries.open_channels().filter(slug=slug).only("pk").first() if slug else None
    return row.pk if row else None


def _said(form: TipForm) -> dict[str, Any]:
    data = form.cleaned_data
    channel = data["channel"]
    said = {"channel_id": channel.pk if channel else None, "url": data["url"], "text": data["text"]}
    return {**said, "contact": data.get("contact", "")}
