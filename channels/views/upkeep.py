"""Pages that keep the register true: confirm, what is missing, what the account shows, the log-in, administrators, names."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import organisation_of
from channels import clock, proofs, queries, rules, upkeep, watch
from channels.actions import upkeep as actions
from channels.attachments import AttachmentError
from channels.forms.upkeep import AccessForm, AdministratorForm, AttestForm, ConfirmForm, GiveUpForm
from channels.models import Attestation, Channel, ChannelChange
from channels.upkeep.records import Common
from channels.views.application_pages import signed_in
from channels.views.downloads import download
from channels.views.typed import keep_typed, typed_for
from kommun.aside import Shelf
from kommun.components import SummaryRow
from kommun.errors import NotPermitted, StateConflict
from kommun.forms import errors_beside_fields, render_form


def channel_upkeep(request: HttpRequest, channel: Channel) -> dict[str, Any]:
    """Return what the channel's internal page shows of its upkeep."""
    state = _state(request, channel)
    by = ("made_by__unit", "on_behalf_of__unit")
    return {
        "state": state,
        "watch": watch.state_of(channel, _common(request)),
        "confirmation": channel.confirmations.select_related(*by).first(),
        "test": channel.access_tests.select_related(*by).first(),
        "obligations": channel.obligations.open().select_related("holder", "passed_to").order_by("due_at", "pk"),
        "settled": sum(item.settled for item in state.items),
        "why_not": rules.why_not_state(Actor.from_request(request), channel),
    }


def _common(request: HttpRequest) -> Common:
    return Common.load(timezone.localdate(), organisation_of(request))


def _state(request: HttpRequest, channel: Channel) -> upkeep.State:
    return upkeep.state_of(channel, _common(request))


def _channel(request: HttpRequest, pk: int) -> Channel:
    """Return the open channel that the reader answers for. Raises NotPermitted or StateConflict with the reason."""
    channel = get_object_or_404(queries.channels_in_register(), pk=pk)
    if reason := rules.why_not_state(Actor.from_request(request), channel):
        raise NotPermitted(reason)
    if not channel.is_open:
        raise StateConflict(_("Kanalen är inte öppen."))
    return channel


# --- Confirm ----------------------------------------------------------------------------------------------------------
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether what the register says is true. Opening the page changes nothing.

    No leads on to where it is changed; what was typed goes along and stands here again afterwards.
    """
    channel = _channel(request, pk)
    form = ConfirmForm(request.POST or None, initial={**typed_for(request, channel), "version": channel.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if data["answer"] != "yes":
            keep_typed(request, channel, wrong=data["wrong"], works=data["works"])
            return redirect(f"channels:channel_{data['answer']}", pk=pk)
        try:
            with errors_beside_fields(form):
                actions.confirm_channel(
                    channel_id=pk,
                    version=data["version"],
                    works=data["works"],
                    note="",
                    actor=Actor.from_request(request),
                )
                keep_typed(request, channel)
                messages.success(request, _("Tack. Uppgifterna är bekräftade."))
                return redirect("channels:channel", pk=pk)
        except StateConflict as overtaken:
            return _read_again(request, "channels/upkeep_confirm.html", form, pk, str(overtaken), _confirm_context)
    return render_form(request, "channels/upkeep_confirm.html", _confirm_context(request, channel, form))


def _confirm_context(request: HttpRequest, channel: Channel, form: forms.Form) -> dict[str, Any]:
    address = channel.address
    people = channel.administrators.select_related("unit")
    state = _state(request, channel)
    nobody = _("Ingen")
    return {
        "channel": channel,
        "form": form,
        "state": state,
        "rows": [
            SummaryRow(_("Ansvarig"), _short(channel.owner, channel)),
            SummaryRow(_("Ersättare"), _short(channel.deputy, channel) if channel.deputy else nobody),
            SummaryRow(_("Kan administrera"), "; ".join(_short(person, channel) for person in people) or nobody),
            SummaryRow(_("Adress"), address.url if address else ""),
            SummaryRow(_("Syfte"), channel.purpose),
            SummaryRow(_("Målgrupp"), channel.audience),
            SummaryRow(
                _("Svarar inom"), _("%(hours)s timmar") % {"hours": channel.reply_hours} if channel.reply_hours else ""
            ),
            SummaryRow(_("Inloggning"), channel.credentials_place),
        ],
        "change": channel.changes.filter(status=ChannelChange.Status.PROPOSED).first(),
        "last": channel.confirmations.select_related("made_by__unit", "on_behalf_of__unit").first(),
        "obligation": channel.obligations.open().filter(kind=clock.CONFIRM).first(),
    }


def _short(person: User, channel: Channel) -> str:
    """Return who it is, with the unit only where it is another than the channel's own: the page is to fit a phone."""
    return (person.title or person.name) if person.unit_id == channel.unit_id else person.role


def _read_again(
    request: HttpRequest, template: str, form: forms.Form, pk: int, reason: str, context: Any
) -> HttpResponse:
    """Answer 409 with the channel as it is now, the reason on top and what was typed still there."""
    channel = get_object_or_404(queries.channels_in_register(), pk=pk)
    sent = request.POST.copy()
    sent["version"] = str(channel.version)
    form.data = sent
    form.add_error(None, reason)
    return render(request, template, context(request, channel, form), status=409)


@login_required
@require_safe
def missing(request: HttpRequest, pk: int) -> HttpResponse:
    """List what the register lacks about the channel, each with the rule that asks for it and where to fill it in."""
    channel = _channel(request, pk)
    context = {"channel": channel, "state": _state(request, channel), "pages": _pages(channel)}
    return render(request, "channels/upkeep_missing.html", context)


def _pages(channel: Channel) -> dict[str, str]:
    """Return where each thing is filled in."""
    details, change, administrators, access = (
        reverse(f"channels:channel_{name}", args=[channel.pk])
        for name in ("details", "change", "administrators", "access")
    )
    return {
        **dict.fromkeys(("owner", "deputy", "unit", "purpose", "address", "reply_time", "controller"), change),
        **dict.fromkeys(("audience", "update_frequency", "languages"), details),
        "administrators": administrators,
        "credentials_place": access,
    }


# --- What the account shows -------------------------------------------------------------------------------------------
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attest(request: HttpRequest, pk: int) -> HttpResponse:
    """Attest what the account shows, item by item, with the rule beside. A file is kept also when something else is wrong."""
    channel, user = _channel(request, pk), signed_in(request)
    common = _common(request)
    state = upkeep.state_of(channel, common)
    shelf = Shelf(user.pk, f"attest:{pk}")
    form = AttestForm(request.POST or None, request.FILES or None, items=state.items, shelf=shelf)
    if request.method == "POST":
        proof = _proof(form) if form.is_valid() else None
        if not form.errors:
            with errors_beside_fields(form):
                made = actions.attest(
                    channel_id=pk,
                    answers=form.answers(),
                    seen_on=form.cleaned_data["seen_on"],
                    proof=proof,
                    actor=Actor.from_request(request),
                )
                form.done()
                _thank(request, upkeep.state_of(channel, common), made)
                return redirect("channels:channel", pk=pk)
        if proof is not None:
            proof.throw()
        form.leave(lambda upload: proofs.looked_at(upload).name)
    texts = {row.item: row.text for row in channel.display_items.all()}
    rows = [
        {
            **row,
            "rule": row["item"].cited(common.policy),
            "text": texts.get(row["item"].key, "") or (row["item"].asked if row["item"].is_standard else ""),
        }
        for row in form.rows()
        if common.policy
    ]
    context = {
        "channel": channel,
        "form": form,
        "rows": rows,
        "state": state,
    }
    return render_form(request, "channels/upkeep_attest.html", context)


def _thank(request: HttpRequest, state: upkeep.State, made: list[Attestation]) -> None:
    if state.remaining:
        what = ", ".join(item.label for item in state.remaining)
        messages.warning(request, _("Sparat. Det här ska också visas: %(what)s.") % {"what": what})
    else:
        messages.success(request, _("Tack. Det är sparat.") if made else _("Inget var ändrat."))


def _proof(form: AttestForm) -> proofs.Proof | None:
    """Return the file that came, or that waited. Raises nothing: what cannot be taken becomes an error beside it."""
    upload = form.cleaned_data.get("proof")
    try:
        return proofs.put_aside(upload) if upload else None
    except AttachmentError as refusal:
        form.add_error("proof", str(refusal))
        return None


@login_required
@require_safe
def proof(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out a proof to whoever is signed in: always as a download, never run or shown in the page."""
    row = get_object_or_404(Attestation.objects.exclude(proof=""), pk=pk)
    return download(row.proof, row.proof_name, row.proof_type)


# --- The log-in -------------------------------------------------------------------------------------------------------
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def access(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether the log-in works and where it is kept. Never the secret."""
    channel = _channel(request, pk)
    initial = {"place": channel.credentials_place, "version": channel.version}
    state = _state(request, channel)
    form = AccessForm(request.POST or None, initial=initial, state=state)
    if request.method == "POST" and form.is_valid():
        try:
            with errors_beside_fields(form):
                actions.test_access(channel_id=pk, actor=Actor.from_request(request), **form.cleaned_data)
                messages.success(request, _("Tack. Det är sparat."))
                return redirect("channels:channel", pk=pk)
        except StateConflict as overtaken:
            return _read_again(request, "channels/upkeep_access.html", form, pk, str(overtaken), _access_context)
    return render_form(request, "channels/upkeep_access.html", _access_context(request, channel, form, state))


def _access_context(
    request: HttpRequest, channel: Channel, form: forms.Form, state: upkeep.State | None = None
) -> dict[str, Any]:
    tests = channel.access_tests.select_related("made_by__unit", "on_behalf_of__unit")[:5]
    return {"channel": channel, "form": form, "state": state or _state(request, channel), "tests": tests}


# --- Administrators and names -----------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def administrators(request: HttpRequest, pk: int) -> HttpResponse:
    """List those who can administer the account; add one. The policy's minimum stands beside."""
    channel = _channel(request, pk)
    form = AdministratorForm(request.POST or None, channel=channel)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            user = form.cleaned_data["user"]
            actions.add_administrator(channel_id=pk, user_id=user.pk, actor=Actor.from_request(request))
            messages.success(request, _("%(person)s står nu i listan.") % {"person": user.role})
            return redirect("channels:channel_administrators", pk=pk)
    context = {
        "channel": channel,
        "form": form,
        "state": _state(request, channel),
        "rows": channel.administrator_rows.select_related("user__unit").order_by("user__name"),
    }
    return render_form(request, "channels/upkeep_administrators.html", context)


@login_required
@require_POST
def administrator_remove(request: HttpRequest, pk: int, user_id: int) -> HttpResponse:
    """Take somebody off the list."""
    channel = _channel(request, pk)
    actions.remove_administrator(channel_id=pk, user_id=user_id, actor=Actor.from_request(request))
    state = _state(request, channel)
    if too_few := next((one for one in state.missing if one.field == "administrators"), None):
        messages.warning(request, _("Borttagen ur listan. %(problem)s") % {"problem": too_few.text})
    else:
        messages.success(request, _("Borttagen ur listan."))
    return redirect("channels:channel_administrators", pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: HttpRequest, pk: int, address: int) -> HttpResponse:
    """Say that an account name has been left. It stays in the register with its dates."""
    channel = _channel(request, pk)
    row = get_object_or_404(channel.addresses, pk=address, valid_to__isnull=True)
    form = GiveUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_beside_fields(form):
            actions.give_up_address(
                channel_id=pk, address_id=row.pk, actor=Actor.from_request(request), **form.cleaned_data
            )
            messages.success(request, _("Sparat. Kontonamnet står kvar i förteckningen med sina datum."))
            return redirect("channels:channel", pk=pk)
    return render_form(request, "channels/upkeep_give_up.html", {"channel": channel, "row": row, "form": form})
