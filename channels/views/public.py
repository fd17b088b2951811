"""The public pages: the register, one page for each channel, "Är kontot verkligen vårt?", comment rules, open data.

A visitor is never asked who they are, and nothing here depends on who is signed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from channels import open_data, public_queries
from channels.account_check import RegisteredAccount, Verdict, check_account, explanation, headline
from channels.comment_rules import comment_rules as rules_of
from channels.platform_specs import load_platform_specs
from channels.public_queries import PublicChannel, PublicLink, PublicRegister
from channels.questions.catalogue import LANGUAGES
from kommun.components import ChannelEntry, Fact

View = TypeVar("View", bound=Callable[..., HttpResponse])
PAGE = 200  # one page for any municipality that we know of, and still a page of bearable length beyond that
LONGEST_QUESTION = 2000


def revalidated(view: View) -> View:
    """Let everybody keep the answer, and ask each time whether it still holds: what we have said is true is never old."""
    return cache_control(public=True, no_cache=True)(conditional_page(view))


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Lead to the register. Not a permanent redirect: a browser would never ask again when the front page moves."""
    return redirect("channels:public_register")


@require_safe
@revalidated
def register(request: HttpRequest) -> HttpResponse:
    """Show the official channels: search, narrow by platform and unit, and check an account on the same page."""
    words, platform, unit = (request.GET.get(key, "").strip() for key in ("q", "plattform", "verksamhet"))
    public = PublicRegister()
    rows = public_queries.narrowed(public_queries.open_channels(), words=words, platform=platform, unit=unit)
    narrowed, totals = bool(words or platform or unit), public_queries.totals()
    paginator = Paginator(rows, PAGE)
    if not narrowed:
        paginator.count = totals.opened  # already counted: Django would ask again
    page = paginator.get_page(request.GET.get("sida"))
    channels = public.all_of(page.object_list)
    answer = _answer(request)
    context = {
        "public": public,
        "page": page,
        "entries": [entry_of(channel) for channel in channels],
        "totals": totals,
        "platforms": public_queries.platforms_in_use(),
        "units": public_queries.units_in_use(),
        "chosen": {"q": words, "plattform": platform, "verksamhet": unit},
        "narrowed": narrowed,
        "markup": open_data.register_markup(channels, public.municipality),
        "answer": answer,
        "canonical": _absolute("channels:public_register"),
    }
    return _with_answer(request, "channels/public/register.html", context, answer)


@require_safe
@revalidated
def channel(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one channel. A closed one keeps its page, with when and why and what came instead."""
    public = PublicRegister()
    found = public.one(get_object_or_404(public_queries.channels_with_a_page(), slug=slug))
    context = {
        "public": public,
        "channel": found,
        "about": _about(found),
        "work": _work(found),
        "markup": open_data.channel_markup(found, public.municipality),
        "canonical": _absolute("channels:public_channel", slug),
    }
    return render(request, "channels/public/channel.html", context)


@require_safe
@revalidated
def comment_rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what holds for those who write to the channel. A closed channel has none left and leads to its page."""
    public = PublicRegister()
    found = public.one(get_object_or_404(public_queries.channels_with_a_page(), slug=slug))
    if found.is_closed:
        return redirect("channels:public_channel", slug)
    context = {
        "public": public,
        "channel": found,
        "rules": rules_of(found.scope, timezone.localdate()),
        "canonical": _absolute("channels:public_rules", slug),
    }
    return render(request, "channels/public/rules.html", context)


@require_safe
@revalidated
def closed(request: HttpRequest) -> HttpResponse:
    """List channels that are closed, and addresses that open channels have left, with dates and what came instead."""
    public = PublicRegister()
    page = Paginator(public_queries.closed_channels(), PAGE).get_page(request.GET.get("sida"))
    left = public_queries.given_up_addresses()[:PAGE]
    context = {
        "public": public,
        "page": page,
        "closed": public.all_of(page.object_list),
        "left": [
            (public.account(row), PublicLink(row.channel.slug, row.channel.name, row.channel.platform.name))
            for row in left
        ],
        "canonical": _absolute("channels:public_closed"),
    }
    return render(request, "channels/public/closed.html", context)


@require_safe
@revalidated
def check(request: HttpRequest) -> HttpResponse:
    """Answer whether an account is ours: `?konto=` takes an address or a name. The link to an answer can be shared."""
    answer = _answer(request)
    context = {"answer": answer, "canonical": _absolute("channels:public_check")}
    return _with_answer(request, "channels/public/check.html", context, answer)


@require_safe
@revalidated
def register_csv(request: HttpRequest) -> HttpResponse:
    """Answer the open channels as CSV (RFC 4180, UTF-8 with byte order mark)."""
    channels = PublicRegister().all_of(public_queries.open_channels())
    text = open_data.register_csv(channels, settings.SITE_URL)
    response = data_response(text, "text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = 'attachment; filename="kanaler.csv"'
    return response


@require_safe
@revalidated
def register_json(request: HttpRequest) -> HttpResponse:
    """Answer the whole register as JSON: the official channels, and apart from them the closed ones."""
    public = PublicRegister()
    opened = public.all_of(public_queries.open_channels())
    no_more = public.all_of(public_queries.closed_channels())
    text = open_data.register_json(opened, no_more, public.municipality, settings.SITE_URL)
    return data_response(text, "application/json")


def data_response(text: str, content_type: str) -> HttpResponse:
    """Return open data: free to use, readable from any page, in Swedish."""
    response = HttpResponse(text, content_type=content_type)
    response["Access-Control-Allow-Origin"] = "*"  # open data: any page may read it
    response["Content-Language"] = "sv"  # whatever the visitor reads
    response["Link"] = f'<{open_data.LICENSE}>; rel="license"'
    return response


def _absolute(name: str, *args: str) -> str:
    return settings.SITE_URL + reverse(name, args=args)


# --- The account check ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Match:
    """An account of ours that an answer is about, with its page."""

    page: PublicLink
    platform: str
    shown: str
    url: str


@dataclass(frozen=True)
class Answer:
    """What to show for a question. `error` is set instead of a verdict when nothing was asked.

    `links` are accounts that are ours today; `left` is the one that was, whose address is never a link.
    """

    asked: str
    verdict: Verdict | None = None
    title: str = ""
    sentences: tuple[str, ...] = ()
    links: tuple[Match, ...] = ()
    left: Match | None = None
    error: str = ""

    @property
    def kind(self) -> str:
        """Return the verdict in one word, as the templates know it. Empty without an answer."""
        return str(self.verdict.kind) if self.verdict else ""


def _answer(request: HttpRequest) -> Answer | None:
    if "konto" not in request.GET:
        return None
    asked = request.GET["konto"].strip()
    if not asked:
        return Answer("", error=_("Klistra in kontots adress eller skriv kontots namn."))
    today = timezone.localdate()
    index = public_queries.account_index(today)
    verdict = check_account(asked, index, index.specs, today=today)
    about = [*verdict.matches, *([verdict.successor] if verdict.successor else [])]
    pages = public_queries.pages_of(each.channel for each in about)
    ours = [each for each in about if each.is_current(today) and each.channel in pages]
    lost = next((each for each in verdict.matches if each.is_former(today) and each.channel in pages), None)
    return Answer(
        asked=asked[:LONGEST_QUESTION],
        verdict=verdict,
        title=headline(verdict),
        sentences=tuple(explanation(verdict, index.specs)),
        links=tuple(_match(each, pages) for each in ours),
        left=_match(lost, pages) if lost else None,
    )


def _match(account: RegisteredAccount, pages: dict[int, PublicLink]) -> Match:
    specs = load_platform_specs()
    spec = specs.get(account.platform)
    shown = specs.shown(account.platform, account.handle, account.handle_key, account.url)
    return Match(pages[account.channel], spec.name if spec else account.platform, shown, account.url)


def _with_answer(request: HttpRequest, template: str, context: dict[str, Any], answer: Answer | None) -> HttpResponse:
    return render(request, template, context, status=422 if answer is not None and answer.error else 200)


# --- What a channel's entry and page say ------------------------------------------------------------------------------
def entry_of(channel: PublicChannel) -> ChannelEntry:
    """Return the channel as the list in the register shows it."""
    account = channel.account
    return ChannelEntry(
        name=channel.name,
        platform=channel.platform,
        mark=channel.mark,
        account=account.shown if account else "",
        account_url=account.url if account else "",
        purpose=channel.purpose,
        url=_path(channel.slug),
        anchor=f"kanal-{channel.slug}",
        reply=channel.reply.sentence if channel.reply else "",
        facts=[fact for fact in _facts(channel) if fact.value],
    )


def _facts(channel: PublicChannel) -> list[Fact]:
    return [
        Fact(_("Ansvarig"), channel.responsible),
        Fact(_("Ersättare"), channel.deputy),
        Fact(_("Verksamhet"), channel.unit.name),
        Fact(_("Målgrupp"), _swedish(channel.audience)),
        Fact(_("Uppdateras"), _swedish(channel.update_frequency)),
        Fact(_("Regler för kommentarer"), _("Det här tar vi bort"), _path(channel.slug, "channels:public_rules")),
    ]


def _about(channel: PublicChannel) -> list[Fact]:
    """Return why the channel exists and who answers for it."""
    controller = channel.controller
    return _stated(
        [
            Fact(_("Syfte"), _swedish(channel.purpose)),
            Fact(_("Kommunens syften"), _swedish("; ".join(channel.purposes))),
            Fact(_("Om kanalen"), _swedish(channel.description)),
            Fact(_("Målgrupp"), _swedish(channel.audience)),
            Fact(_("Verksamhet"), channel.unit.name),
            Fact(_("Ansvarig"), channel.responsible),
            Fact(_("Ersättare"), channel.deputy),
            Fact(_("Ansvarar för personuppgifter"), controller.name if controller else ""),
        ]
    )


def _work(channel: PublicChannel) -> list[Fact]:
    """Return what a visitor can expect: when we answer, look in and write."""
    languages = dict(LANGUAGES)
    names = ", ".join(languages.get(code, code) for code in channel.languages)
    return _stated(
        [
            Fact(_("Svarstid"), channel.reply.sentence if channel.reply else _("Vi har inte lovat någon bestämd tid")),
            Fact(_("Uppdateras"), _swedish(channel.update_frequency)),
            Fact(_("Bevakas"), _swedish(channel.moderation_hours)),
            Fact(_("Språk"), names),
        ]
    )


def _stated(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.value]


def _swedish(text: str) -> Any:
    """Mark what people have written as Swedish, so that a screen reader that reads English says it right (WCAG 3.1.2)."""
    return format_html('<span lang="sv">{}</span>', text) if text else ""


def _path(slug: str, name: str = "channels:public_channel") -> str:
    return reverse(name, args=[slug])
