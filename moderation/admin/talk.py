"""Tips, and the counted figures."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kommun.admin_kit import KEEPS_REGISTER, ChoiceFilter, LookHistory, LookOnly
from moderation.admin.base import reach_in
from moderation.models import CaseFigures, Tip
from moderation.reach import limited_tips


class TipStateFilter(ChoiceFilter):
    """What has come of it."""

    title, parameter_name = _("läge"), "lage"
    answers = [("waiting", _("inte lästa än")), ("case", _("hör till ett ärende")), ("none", _("inget ärende"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "waiting":
                return queryset.filter(handled_at__isnull=True)
            case "case":
                return queryset.filter(case__isnull=False)
            case "none":
                return queryset.filter(case__isnull=True, handled_at__isnull=False)
        return queryset


class SenderFilter(ChoiceFilter):
    """Who told us."""

    title, parameter_name = _("från"), "fran"
    answers = [("visitor", _("besökare")), ("colleague", _("kollegor"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(sent_by__isnull=self.value() == "visitor") if self.value() else queryset


@admin.register(Tip)
class TipAdmin(LookHistory):
    """Tips that the person may read. What a tip says, and how its sender is reached, stands on its own page."""

    group, order, seen_by, guarded = "moderation", 45, KEEPS_REGISTER, True
    nothing_yet = _("Inget tips som du får läsa passar. De kommer från den öppna sidan Tipsa oss och från kollegor.")
    fields = ["reference", "channel", "case", "sent_by", "received_at", "handled_at", "handled_by"]
    list_display = ["reference", "channel", "received_at", "sent_by", "case", "handled_at", "handled_by"]
    list_filter = [TipStateFilter, SenderFilter, ("received_at", admin.DateFieldListFilter)]
    list_select_related = ["channel", "sent_by", "case", "handled_by"]
    search_fields = ["=reference", "channel__name", "=case__pk"]
    search_help_text = _("Sök på tipsets nummer, kanalen eller ärendets nummer.")
    date_hierarchy = "received_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tip]:
        tips: QuerySet[Tip] = super().get_queryset(request)
        return limited_tips(tips, reach_in(request))

    def reads_all(self, request: HttpRequest) -> bool:
        return reach_in(request).everything

    def links(self, obj: Tip) -> list[tuple[Any, str]]:
        case = [(_("Öppna ärendet i arbetsytan"), obj.case.get_absolute_url())] if obj.case else []
        return [*super().links(obj), *case]


class SumFilter(ChoiceFilter):
    """Of each rule, or the rules together."""

    title, parameter_name = _("räknat"), "raknat"
    answers = [("sum", _("alla regler tillsammans")), ("rule", _("varje regel"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(category__isnull=self.value() == "sum") if self.value() else queryset


@admin.register(CaseFigures)
class CaseFiguresAdmin(LookOnly):
    """What the statistics are drawn from. Counted anew each night; nothing in them leads back to a case.

    Of the channels whose cases the person reads, as the page does (`statistics.figures`).
    """

    group, order, seen_by = "moderation", 120, KEEPS_REGISTER
    nothing_yet = _("Inga siffror som du får läsa passar. De räknas varje natt.")
    list_display = ["starts_on", "channel", "title", "cases", "hidden", "answered", "kept", "missed", "appeals"]
    list_filter = [SumFilter, ("starts_on", admin.DateFieldListFilter)]
    list_select_related = ["channel"]
    search_fields = ["title", "channel__name"]
    date_hierarchy = "starts_on"

    def get_queryset(self, request: HttpRequest) -> QuerySet[CaseFigures]:
        figures: QuerySet[CaseFigures] = super().get_queryset(request)
        reach = reach_in(request)
        return figures if reach.everything else figures.filter(channel__in=reach.channels)
