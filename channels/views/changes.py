"""Changing what the register says: at once, or after somebody else's confirmation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.organisation import organisation_of
from channels import queries, rules
from channels.actions import publishing
from channels.forms.channels import ChangeForm, DetailsForm, SettleForm, shown_changes
from channels.models import Channel, ChannelChange
from channels.views.application_pages import signed_in
from channels.views.typed import typed_for
from kommun import policy
from kommun.errors import NotPermitted
from kommun.forms import errors_beside_fields, render_form
from kommun.policy import keys


def _channel_to_change(request: HttpRequest, pk: int) -> Channel:
    channel = get_object_or_404(queries.channels_in_register(), pk=pk)
    if reason := rules.why_not_propose_change(Actor.from_request(request), channel):
        raise NotPermitted(reason)
    return channel


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, pk: int) -> HttpResponse:
    """Change description, audience and hours. Published at once."""
    channel = _channel_to_change(request, pk)
    fields = (*publishing.DIRECT_FIELDS, "version")
    initial = {key: getattr(channel, key) for key in fields}
    typed = typed_for(request, channel)  # on the page where it was said that something is wrong
    form = DetailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = dict(form.cleaned_data)
        version = values.pop("version")
        with errors_beside_fields(form):
            publishing.change_details(channel_id=pk, values=values, version=version, actor=Actor.from_request(request))
            messages.success(request, _("Uppgifterna är sparade."))
            return redirect("channels:channel", pk=pk)
    return render_form(request, "channels/channel_details.html", {"channel": channel, "form": form, "typed": typed})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a change of owner, deputy, unit, purpose, promise or address. The public page stays as it is meanwhile."""
    channel = _channel_to_change(request, pk)
    scope = queries.channel_scope(channel)
    initial = ChangeForm.current(channel) | {"reason": typed_for(request, channel).get("wrong", "")}
    form = ChangeForm(request.POST or None, initial=initial, channel=channel, scope=scope)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            change = publishing.propose_change(
                channel_id=pk,
                values=form.changed_values(),
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
                actor=Actor.from_request(request),
            )
            messages.success(
                request, _("Förslaget är skickat. Den publicerade sidan är oförändrad tills någon har bekräftat.")
            )
            return redirect("channels:change", pk=change.pk)
    context = {"channel": channel, "form": form, "rule": policy.rule(keys.CHANNEL_ROLES, scope)}
    return render_form(request, "channels/channel_change.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a proposed change beside what is published; confirm, decline or withdraw it."""
    row = get_object_or_404(queries.changes_visible_to(signed_in(request), organisation_of(request)), pk=pk)
    actor = Actor.from_request(request)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            publishing.settle_change(
                change_id=pk, answer=form.cleaned_data["action"], note=form.cleaned_data["answer"], actor=actor
            )
            messages.success(request, _("Tack. Svaret är sparat."))
            return redirect("channels:change", pk=pk)
    context = {
        "change": row,
        "rows": shown_changes(row),
        "form": form,
        "open": row.status == ChannelChange.Status.PROPOSED,
        "why_not_confirm": rules.why_not_confirm_change(actor, row),
        "why_not_withdraw": rules.why_not_withdraw_change(actor, row),
    }
    return render_form(request, "channels/change.html", context)
