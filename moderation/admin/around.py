"""What is done around cases: replies and explanations, reconsiderations, blocks, held replies, crisis mode."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kommun.admin_kit import KEEPS_REGISTER, ChoiceFilter, LookHistory, LookInline
from moderation.admin.base import OfCases, reach_in
from moderation.models import Block, CrisisPeriod, Explanation, HoldAnswer, Reconsideration, Reply, ReplyHold


@admin.register(Reply)
class ReplyAdmin(OfCases):
    """What we answered: when and who. The words stand in the case."""

    order = 50
    nothing_yet = _("Inget svar som du får läsa passar. Svar skrivs i ärendet.")
    fields = ["case", "kind", "published_at", "made_by", "on_behalf_of"]
    list_display = ["published_at", "of_case", "in_channel", "kind", "made_by"]
    list_filter = ["kind", ("published_at", admin.DateFieldListFilter)]
    list_select_related = ["case__channel", "made_by"]
    joined = ("on_behalf_of",)
    search_fields = ["=case__pk", "case__channel__name", "made_by__name"]
    search_help_text = _("Sök på ärendets nummer, kanalen eller den som svarade.")
    date_hierarchy = "published_at"


@admin.register(Explanation)
class ExplanationAdmin(OfCases):
    """What we told those who wrote. The number for reconsideration is theirs, and is not shown."""

    order = 60
    nothing_yet = _("Ingen förklaring som du får läsa passar. De skrivs i ärendet, under Mer om ärendet.")
    fields = ["case", "kind", "cite", "template", "block", "sent_at", "made_by", "on_behalf_of"]
    list_display = ["sent_at", "of_case", "in_channel", "kind", "made_by"]
    list_filter = ["kind", ("sent_at", admin.DateFieldListFilter)]
    list_select_related = ["case__channel", "made_by"]
    joined = ("template", "block", "on_behalf_of")
    search_fields = ["=case__pk", "case__channel__name", "made_by__name"]
    search_help_text = _("Sök på ärendets nummer, kanalen eller den som skrev.")
    date_hierarchy = "sent_at"


@admin.register(Reconsideration)
class ReconsiderationAdmin(OfCases, LookHistory):
    """Decisions that somebody asks to have tried again, and what came of it."""

    order = 70
    nothing_yet = _(
        "Ingen omprövning som du får läsa passar. De kommer in från den öppna sidan eller skrivs ner i ärendet."
    )
    fields = [
        "case", "block", "came", "received_at", "noted_by", "status", "first_decider", "decided_by", "decided_for",
        "decided_at",
    ]  # fmt: skip
    list_display = ["received_at", "of_case", "in_channel", "status", "first_decider", "decided_by", "decided_at"]
    list_filter = ["status", "came", ("received_at", admin.DateFieldListFilter)]
    list_select_related = ["case__channel", "first_decider", "decided_by"]
    joined = ("block", "noted_by", "decided_for")
    search_fields = ["=case__pk", "case__channel__name", "decided_by__name"]
    search_help_text = _("Sök på ärendets nummer, kanalen eller den som beslutade.")
    date_hierarchy = "received_at"


class InForceFilter(ChoiceFilter):
    """Whether the account may not write now."""

    title, parameter_name = _("läge"), "lage"
    answers = [("now", _("gäller")), ("over", _("hävda"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(lifted_at__isnull=self.value() == "now") if self.value() else queryset


@admin.register(Block)
class BlockAdmin(OfCases, LookHistory):
    """Accounts that may not write for a time. Decided and lifted on their own pages."""

    order = 80
    nothing_yet = _("Ingen blockering som du får läsa passar. De beslutas i ärendet, som det sista steget.")
    fields = [
        "channel", "case", "author", "category_title", "cite", "warned_at", "starts_at", "ends_at", "made_by",
        "on_behalf_of", "lifted_at", "lifted_how", "lifted_by", "released_at",
    ]  # fmt: skip
    list_display = ["author", "channel", "of_case", "starts_at", "ends_at", "made_by", "lifted_how", "lifted_at"]
    list_filter = [InForceFilter, "lifted_how", ("ends_at", admin.DateFieldListFilter)]
    list_select_related = ["case", "channel", "made_by"]
    joined = ("on_behalf_of", "lifted_by")
    search_fields = ["author", "=case__pk", "channel__name"]
    search_help_text = _("Sök på kontot, ärendets nummer eller kanalen.")
    date_hierarchy = "starts_at"


class AnswerInline(LookInline):
    """Who is asked. What they said stands on the page of the hold."""

    model = HoldAnswer
    fields = ["role", "person", "asked", "answered_at", "answered_by"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("person", "answered_by")


def _held(request: HttpRequest, way: str = "") -> Q:
    """Return the condition for holds that the person may read: by the case, or by the channel where all of it is held."""
    reach = reach_in(request)
    whole = Q(**{f"{way}case__isnull": True})
    if not reach.everything:
        whole &= Q(**{f"{way}channel__in": reach.channels})
    return whole | Q(**{f"{way}case__isnull": False}) & reach.within(f"{way}case__")


@admin.register(ReplyHold)
class ReplyHoldAdmin(OfCases, LookHistory):
    """Replies that wait for others to be heard."""

    order = 90
    nothing_yet = _("Inget svar på vänt som du får läsa passar. Svar ställs på vänt i ärendet.")
    fields = [
        "channel",
        "case",
        "binding",
        "cite",
        "started_at",
        "started_by",
        "on_behalf_of",
        "released_at",
        "released_by",
    ]
    list_display = ["started_at", "channel", "of_case", "binding", "started_by", "released_at"]
    list_filter = ["binding", ("released_at", admin.EmptyFieldListFilter), ("started_at", admin.DateFieldListFilter)]
    list_select_related = ["channel", "case", "started_by"]
    joined = ("on_behalf_of", "released_by")
    search_fields = ["=case__pk", "channel__name"]
    date_hierarchy = "started_at"
    inlines = [AnswerInline]

    def within(self, request: HttpRequest) -> Q:
        return _held(request)


@admin.register(HoldAnswer)
class HoldAnswerAdmin(OfCases, LookHistory):
    """Who was heard before a reply, and when."""

    order, way = 100, "hold__case__"
    nothing_yet = _("Ingen som hörs passar. De frågas när ett svar ställs på vänt.")
    fields = ["hold", "role", "person", "asked", "answered_at", "answered_by"]
    list_display = ["person", "role", "hold", "asked", "answered_at", "answered_by"]
    list_filter = ["asked", ("answered_at", admin.EmptyFieldListFilter)]
    list_select_related = ["hold", "person", "answered_by"]
    search_fields = ["person__name", "=hold__case__pk"]
    search_help_text = _("Sök på personen eller ärendets nummer.")

    def within(self, request: HttpRequest) -> Q:
        return _held(request, "hold__")

    def links(self, obj: HoldAnswer) -> list[tuple[Any, str]]:
        return [(_("Öppna i arbetsytan"), obj.hold.get_absolute_url())]


class RunningFilter(ChoiceFilter):
    """Whether it goes on."""

    title, parameter_name = _("läge"), "lage"
    answers = [("now", _("pågår")), ("over", _("avslutade"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(ended_at__isnull=self.value() == "now") if self.value() else queryset


@admin.register(CrisisPeriod)
class CrisisPeriodAdmin(LookHistory):
    """Crisis mode, started and ended on a page of its own. It is about channels, and no case stands in it."""

    group, order, seen_by = "moderation", 110, KEEPS_REGISTER
    nothing_yet = _("Inget krisläge passar. Det startas i arbetsytan, under Granska.")
    list_display = ["starts_at", "channel", "every_hours", "until", "started_by", "ended_how", "ended_at"]
    list_filter = [RunningFilter, "ended_how", ("starts_at", admin.DateFieldListFilter)]
    list_select_related = ["channel", "started_by"]
    joined = ("on_behalf_of", "ended_by")
    search_fields = ["channel__name", "reason", "started_by__name"]
    search_help_text = _("Sök på kanalen, vad som har hänt eller vem som startade.")
    date_hierarchy = "starts_at"
