"""Looking after channels: the ticks of Min dag, weekends, and a channel that has gone quiet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import Organisation, organisation_of
from channels import clock, queries, rules, watch
from channels.actions import watch as actions
from channels.forms.watch import LastPostForm, SilenceForm
from channels.models import Channel, Obligation, WatchTick
from channels.public_words import MARKS
from channels.upkeep.records import Common
from channels.views.application_pages import signed_in
from channels.watch.mine import DayOfWeek, watched_by, week_of
from channels.watch.weekend import Trap, trap
from kommun import policy
from kommun.business_time import start_of, swedish_day
from kommun.errors import NotPermitted, StateConflict
from kommun.forms import errors_beside_fields, render_form
from kommun.policy import keys

PAGE = 50


@dataclass(frozen=True)
class Row:
    """One channel on the reader's day. `why` says for whom; `just`: it is the one that was ticked a moment ago.

    `obligation` is the look that is due first, whatever asks for it: the policy's watch, or a crisis (`denser`).
    """

    channel: Channel
    state: watch.State
    obligation: Obligation | None
    why: str
    found_url: str
    mine: bool
    just: bool

    @property
    def state_key(self) -> tuple[int, int | None, int | None, bool, bool]:
        """What the row shows, in short."""
        here, due = self.state.here, self.obligation
        return self.channel.pk, here.pk if here else None, due.pk if due else None, self.late, self.state.asked

    @property
    def mark(self) -> str:
        """Two letters for the platform; decoration."""
        return MARKS.get(self.channel.platform.key, self.channel.platform.name[:2])

    @property
    def next_time(self) -> date | datetime | None:
        """When the next look is asked for: a day, or a time of day where the policy counts in hours."""
        opens = self.state.opens_at
        return swedish_day(opens) if opens and opens == start_of(swedish_day(opens)) else opens

    @property
    def late(self) -> bool:
        """True when the look should have been made already."""
        due = self.obligation.due_at if self.obligation else None
        return due is not None and due <= self.state.now

    @property
    def denser(self) -> bool:
        """True when something else than the policy's watch asks for the next look: then one look today is not enough."""
        return self.obligation is not None and self.obligation.kind != clock.WATCH

    @property
    def done(self) -> bool:
        """True when nobody needs to look again in this round."""
        return self.state.here is not None and not self.denser


@dataclass(frozen=True)
class Round:
    """The part of Min dag that is about looking at the channels."""

    rows: Sequence[Row]
    page: Page[Channel]
    done: int
    left: int
    week: Sequence[DayOfWeek]
    today: date


def round_of(request: HttpRequest) -> Round | None:
    """Return what the reader is to look at, or None: no channel, or a policy that says nothing of watching."""
    found, organisation = policy.policy(), organisation_of(request)
    if found is None or not any(rule.key == keys.WATCH for rule in found.rules):
        return None
    user, today = signed_in(request), timezone.localdate()
    channels = watched_by(user, organisation, today)
    page = Paginator(channels, PAGE).get_page(request.GET.get("kanaler"))
    if not page.paginator.count:
        return None
    on_page = list(page.object_list)
    states = watch.states_of(on_page, Common.load(today, organisation))
    waiting = {row.channel_id: row for row in reversed(_waiting(on_page))}
    just = request.GET.get("klar", "")
    rows = [_row(states[one.pk], waiting.get(one.pk), user, organisation, just) for one in on_page]
    done = channels.filter(looked_at=True).count()
    asked = sum(row.state.asked or row.late or row.denser for row in rows)
    left = asked if page.paginator.num_pages == 1 else page.paginator.count - done if asked else 0
    return Round(rows, page, done, left, week_of(channels, today), today)


def _waiting(channels: Sequence[Channel]) -> list[Obligation]:
    """Return the looks that are due in the channels, the first first: one look meets them all."""
    rows = Obligation.objects.open().filter(kind__in=clock.looks(), channel__in=channels)
    return list(rows.order_by(F("due_at").asc(nulls_last=True), "pk"))


def _row(state: watch.State, obligation: Obligation | None, user: User, organisation: Organisation, just: str) -> Row:
    channel, found = state.channel, settings.KANALKOLLEN_FOUND_SOMETHING
    return Row(
        channel=channel,
        state=state,
        obligation=obligation,
        why=_why(channel, user, organisation),
        found_url=f"{reverse(found)}?kanal={channel.pk}" if found else "",
        mine=state.here is not None
        and state.here.made_by_id == user.pk
        and state.here.found == WatchTick.Found.NOTHING,
        just=state.here is not None and str(state.here.pk) == just,
    )


def _why(channel: Channel, user: User, organisation: Organisation) -> str:
    """Say for whom the reader does it, when it is somebody else's channel."""
    owner = channel.owner
    if owner == user:
        return ""
    if owner in organisation.covered_by(user):
        return _("Du gör det för %(person)s") % {"person": owner}
    if channel.deputy_id and channel.deputy in organisation.acts_as(user) and organisation.absences.get(owner.pk):
        return _("Du är ersättare i dag, för %(person)s") % {"person": owner}
    return _("%(person)s ansvarar. Du är tillfrågad eftersom den inte är genomgången") % {"person": owner.role}


# --- Ticks ------------------------------------------------------------------------------------------------------------
def _channel(request: HttpRequest, pk: int) -> Channel:
    """Return the open channel that the reader answers for. Raises NotPermitted or StateConflict with the reason."""
    channel = get_object_or_404(queries.channels_in_register(), pk=pk)
    if reason := rules.why_not_state(Actor.from_request(request), channel):
        raise NotPermitted(reason)
    if not channel.is_open:
        raise StateConflict(_("Kanalen är inte öppen."))
    return channel


def _back(request: HttpRequest, channel_id: int, tick: WatchTick | None = None) -> HttpResponse:
    """Return to the page that the button stood on: the channel's, or Min dag with the row that was pressed in focus."""
    if request.POST.get("till") == "kanal":
        return redirect("channels:channel", pk=channel_id)
    kept = f"&kanaler={page}" if (page := request.POST.get("kanaler", "")).isdigit() else ""
    return redirect(f"{reverse('channels:my_day')}?klar={tick.pk if tick else ''}{kept}")


@login_required
@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick the channel: looked at, nothing to do. One tap; a second one changes nothing."""
    get_object_or_404(Channel, pk=pk)
    tick = actions.look(channel_id=pk, actor=Actor.from_request(request))
    return _back(request, pk, tick)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a tick back."""
    tick = get_object_or_404(WatchTick, pk=pk)
    actions.withdraw_tick(tick_id=pk, actor=Actor.from_request(request))
    messages.success(request, _("Ångrat. %(channel)s väntar på dig igen.") % {"channel": tick.channel})
    return _back(request, tick.channel_id)


# --- Weekends ---------------------------------------------------------------------------------------------------------
def weekend_trap(request: HttpRequest) -> Trap:
    """Return the channels that are caught between watch on working days and a removal time in clock hours."""
    return trap(policy.policy(), organisation_of(request))


@login_required
@require_safe
def weekend(request: HttpRequest) -> HttpResponse:
    """List the channels in the weekend trap, and those that are out of it, for those who steer. 404 for others."""
    if not Actor.from_request(request).roles & set(queries.READS_ALL):
        raise Http404
    found, actor = weekend_trap(request), Actor.from_request(request)
    context = {
        "trap": found,
        "page": Paginator(found.channels, PAGE).get_page(request.GET.get("sida")),
        "arranged": Paginator(found.arranged, PAGE).get_page(request.GET.get("ordnade")),
        "keeps": bool(actor.roles & rules.KEEPERS),
    }
    return render(request, "channels/weekend.html", context)


@login_required
@require_POST
def weekend_watch(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the channel watched at weekends too, or no longer."""
    channel, on = _channel(request, pk), request.POST.get("helg") == "ja"
    actions.arrange_weekend_watch(channel_id=pk, on=on, actor=Actor.from_request(request))
    text = _("%(channel)s bevakas nu alla dagar.") if on else _("%(channel)s bevakas nu på regelverkets dagar.")
    messages.success(request, text % {"channel": channel})
    return redirect("channels:weekend") if request.POST.get("till") == "oversikt" else redirect("channels:channel", pk)


# --- Posts, and silence -----------------------------------------------------------------------------------------------
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """Say when something was last posted; when the channel is too quiet, decide whether it is kept."""
    channel, actor = _channel(request, pk), Actor.from_request(request)
    act = request.POST.get("svar", "")
    about_posts, about_silence = act in {"inlagg", "inget"}, act == "beslut"
    posted = LastPostForm(request.POST if about_posts else None, nothing=act == "inget")
    silence = SilenceForm(request.POST if about_silence else None)
    if about_posts and posted.is_valid():
        with errors_beside_fields(posted):
            actions.state_last_post(channel_id=pk, actor=actor, **posted.cleaned_data)
            messages.success(request, _("Tack. Det är sparat."))
            return redirect("channels:channel_activity", pk)
    if about_silence and silence.is_valid():
        with errors_beside_fields(silence):
            actions.decide_on_silence(channel_id=pk, actor=actor, **silence.cleaned_data)
            messages.success(request, _("Tack. Beslutet är sparat."))
            return redirect("channels:channel_activity", pk)
    channel = get_object_or_404(queries.channels_in_register(), pk=pk)
    closing = policy.rule(keys.CLOSING, queries.channel_scope(channel))
    context = {
        "channel": channel,
        "form": silence if about_silence else posted,
        "posted": posted,
        "silence": silence,
        "quiet": watch.state_of(channel).quiet,
        "closing": closing,
        "closers": [policy.role_label(role) for role in closing.value.closed_by] if closing else [],
        "log": channel.activity.select_related("made_by__unit", "on_behalf_of__unit")[:10],
    }
    return render_form(request, "channels/activity.html", context)
