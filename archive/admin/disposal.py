"""Holds, decisions, lists and certificates of disposal in the browser admin."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from archive.models import DisposalCertificate, DisposalDecision, DisposalItem, DisposalList, Hold
from kommun.admin_kit import STEERS, LookHistory, LookOnly


@admin.register(Hold)
class HoldAdmin(LookHistory):
    """What may not be disposed of, set by hand. Why is read on the product's own page."""

    group, order, seen_by = "archive", 50, STEERS
    nothing_yet = _("Inget undantag passar. Arkivarien sätter undantag i arbetsytan.")
    fields = ["kind", "record_number", "channel", "set_at", "set_by", "released_at", "released_by"]
    list_display = ["number", "kind", "channel", "set_at", "set_by", "released_at"]
    list_filter = ["kind", ("set_at", admin.DateFieldListFilter), ("released_at", admin.EmptyFieldListFilter)]
    list_select_related = ["channel", "set_by"]
    joined = ("released_by",)
    search_fields = ["=record_number", "channel__name"]
    search_help_text = _("Sök på handlingens nummer eller kanal.")
    date_hierarchy = "set_at"

    @admin.display(description=_("nummer"), ordering="pk")
    def number(self, obj: Hold) -> int:
        """Return the row's own number."""
        return obj.pk


@admin.register(DisposalDecision)
class DisposalDecisionAdmin(LookOnly):
    """Decisions that disposal rests on."""

    group, order, seen_by = "archive", 60, STEERS
    nothing_yet = _("Inget gallringsbeslut passar. Arkivarien lägger in beslut i arbetsytan.")
    fields = ["body", "number", "decided_on", "classes", "noted_at", "noted_by"]
    list_display = ["number", "body", "decided_on", "noted_by", "noted_at"]
    list_filter = [("decided_on", admin.DateFieldListFilter)]
    list_select_related = ["noted_by"]
    search_fields = ["=number", "body"]
    search_help_text = _("Sök på beslutets nummer eller vem som beslutade.")
    date_hierarchy = "decided_on"


@admin.register(DisposalList)
class DisposalListAdmin(LookHistory):
    """Lists of what is, or was, to be disposed of."""

    group, order, seen_by = "archive", 70, STEERS
    nothing_yet = _("Ingen gallringslista passar. Arkivarien upprättar listor i arbetsytan.")
    fields = [
        "decision", "status", "proposed_at", "proposed_by", "signed_at", "signed_by", "not_before", "confirmed_at",
        "confirmed_by", "finished_at",
    ]  # fmt: skip
    list_display = ["number", "status", "decision", "proposed_by", "proposed_at", "signed_by", "finished_at"]
    list_filter = ["status", ("proposed_at", admin.DateFieldListFilter)]
    list_select_related = ["decision", "proposed_by", "signed_by"]
    joined = ("confirmed_by",)
    search_fields = ["=decision__number"]
    search_help_text = _("Sök på beslutets nummer.")
    date_hierarchy = "proposed_at"

    @admin.display(description=_("nummer"), ordering="pk")
    def number(self, obj: DisposalList) -> int:
        """Return the row's own number."""
        return obj.pk

    def links(self, obj: DisposalList) -> list[tuple[Any, str]]:
        return [(_("Öppna i arbetsytan"), obj.get_absolute_url())]


@admin.register(DisposalItem)
class DisposalItemAdmin(LookOnly):
    """Which records were on which list, and what became of them."""

    group, order, seen_by = "archive", 80, STEERS
    nothing_yet = _("Ingen handling på någon gallringslista passar.")
    fields = ["listing", "record_number", "state", "kind", "channel", "retention_class", "occurred_on", "ends_on",
              "checksums", "done_at"]  # fmt: skip
    list_display = ["record_number", "listing", "state", "channel", "retention_class", "ends_on", "done_at"]
    list_filter = ["state", ("ends_on", admin.DateFieldListFilter)]
    list_select_related = ["listing", "channel"]
    search_fields = ["=record_number"]
    search_help_text = _("Sök på handlingens nummer.")


@admin.register(DisposalCertificate)
class DisposalCertificateAdmin(LookOnly):
    """What was disposed of."""

    group, order, seen_by = "archive", 90, STEERS
    nothing_yet = _("Inget gallringsintyg passar. Ett intyg utfärdas när en lista är gallrad.")
    fields = ["listing", "finished_at", "sha256", "content"]
    list_display = ["number", "listing", "finished_at", "sha256"]
    list_filter = [("finished_at", admin.DateFieldListFilter)]
    list_select_related = ["listing"]
    search_fields = ["=sha256"]
    search_help_text = _("Sök på hela kontrollsumman.")

    @admin.display(description=_("nummer"), ordering="pk")
    def number(self, obj: DisposalCertificate) -> int:
        """Return the row's own number."""
        return obj.pk
