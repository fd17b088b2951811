"""The register for those who work in it: the list, one channel, opening it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actor import Actor
from accounts.models import Unit
from channels import public_queries, queries, rules
from channels.actions import publishing
from channels.forms.channels import OpenForm
from channels.models import Channel, ChannelChange, Platform
from channels.views.upkeep import channel_upkeep
from kommun import policy
from kommun.errors import NotPermitted
from kommun.forms import errors_beside_fields, render_form
from kommun.policy import keys

PAGE = 50


@login_required
@require_safe
def channel_list(request: HttpRequest) -> HttpResponse:
    """List every channel, also those that are not public. Narrow by words, platform, unit and status."""
    words, platform, unit, status = (request.GET.get(key, "").strip() for key in ("q", "plattform", "enhet", "lage"))
    rows = public_queries.narrowed(queries.channels_in_register(), words=words, platform=platform, unit=unit)
    if status in Channel.Status.values:
        rows = rows.filter(status=status)
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("sida")),
        "platforms": Platform.objects.filter(archived=False),
        "units": Unit.objects.all(),
        "statuses": Channel.Status.choices,
        "chosen": {"q": words, "plattform": platform, "enhet": unit, "lage": status},
    }
    return render(request, "channels/channel_list.html", context)


@login_required
@require_safe
def channel_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one channel with its people, addresses, what it must show and the change that waits."""
    channel = get_object_or_404(queries.channels_in_register(), pk=pk)
    actor, scope = Actor.from_request(request), queries.channel_scope(channel)
    information = policy.rule(keys.ACCOUNT_INFORMATION, scope)
    texts = {row.item: row.text for row in channel.display_items.all()}
    context = {
        "channel": channel,
        "administrators": channel.administrators.select_related("unit"),
        "items": [(item, texts.get(item.key, "")) for item in information.value.items] if information else [],
        "information": information,
        "change": channel.changes.filter(status=ChannelChange.Status.PROPOSED).select_related("proposed_by").first(),
        "application": getattr(channel, "application", None),
        "why_not_open": channel.status != Channel.Status.DECIDED or rules.why_not_open_channel(actor, channel),
        "why_not_change": rules.why_not_propose_change(actor, channel),
        "guidance": policy.guidance("channel.page", scope=scope),
        "upkeep": channel_upkeep(request, channel) if channel.is_open else None,
    }
    return render(request, "channels/channel_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_channel(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a decided channel: confirm that the account exists, at which address. Then it is public."""
    channel = get_object_or_404(queries.channels_in_register().select_related("application__policy_version"), pk=pk)
    if channel.is_open and request.method != "POST":
        return redirect("channels:channel", pk=pk)
    actor = Actor.from_request(request)
    if reason := rules.why_not_open_channel(actor, channel):
        raise NotPermitted(reason)
    application = getattr(channel, "application", None)
    initial = {"address": application.answers.get("address", "") if application else ""}
    form = OpenForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            publishing.open_channel(channel_id=pk, address=form.cleaned_data["address"], actor=actor)
            messages.success(request, _("Kanalen är öppen och står i förteckningen."))
            return redirect("channels:channel", pk=pk)
    context = {
        "channel": channel,
        "form": form,
        "unread": publishing.unread_before_opening(channel),
        "guidance": policy.guidance("application.appearance", scope=queries.channel_scope(channel)),
    }
    return render_form(request, "channels/channel_open.html", context)
