"""Cases, what was saved of them, who has a stake in them, and what is with the police."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Appointment, User
from accounts.organisation import organisation_of
from kommun.admin_kit import ChoiceFilter, LookHistory, LookInline
from moderation.admin.base import OfCases
from moderation.models import Case, CaseEvidence, ConflictOfInterest, PoliceFollowUp

ALWAYS_NAMED = (Appointment.Role.STRATEGIST, Appointment.Role.SECURITY_COORDINATOR)  # readers.police


class OpenFilter(ChoiceFilter):
    """Whether somebody still has something to do with it."""

    title, parameter_name = _("läge"), "lage"
    answers = [("open", _("pågår")), ("closed", _("avslutade"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(closed_at__isnull=self.value() == "open") if self.value() else queryset


class CrimeFilter(ChoiceFilter):
    """What may be a crime, and where a stand on the police report is missing."""

    title, parameter_name = _("brott"), "brott"
    answers = [
        ("yes", _("kan vara brott")),
        ("not_considered", _("ställning till anmälan saknas")),
        ("no", _("inte brott")),
    ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "yes":
                return queryset.filter(is_crime=True)
            case "not_considered":
                return queryset.filter(is_crime=True, police_at__isnull=True)
            case "no":
                return queryset.filter(is_crime=False)
        return queryset


class EvidenceInline(LookInline):
    """What was saved: a file, masked on its own page, or words, on the case's."""

    model = CaseEvidence
    fields = ["file", "at", "made_by"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("file", "made_by")


@admin.register(Case)
class CaseAdmin(OfCases, LookHistory):
    """Cases: what kind, where, how far, and who has it. Handled on their own pages."""

    order, way = 10, ""
    nothing_yet = _("Inget ärende som du får läsa passar. Ärenden öppnas i arbetsytan, under Granska.")
    fields = [
        "channel", "kind", "direction", "status", "category_title", "is_crime", "files_forbidden", "known_at", "known_how",
        "written_at", "seen_at", "opened_at", "opened_by", "policy_version", "due_at", "claimed_by", "assigned_to",
        "assigned_unit", "preserved_at", "hidden_at", "assessed_at", "assessment", "assessed_by", "handed_at", "receipt_at",
        "police", "police_at", "deleted_at", "restored_at", "answered_at", "gone_at", "closed_at", "outcome",
    ]  # fmt: skip
    list_display = ["number", "what", "channel", "status", "known_at", "due_at", "claimed_by", "closed_at"]
    list_filter = [OpenFilter, CrimeFilter, "kind", "status", "outcome", ("known_at", admin.DateFieldListFilter)]
    list_select_related = ["channel", "claimed_by"]
    joined = ("policy_version", "opened_by", "assigned_to", "assigned_unit", "assessed_by")
    search_fields = ["=pk", "category_title", "channel__name", "=external_id"]
    search_help_text = _(
        "Sök på ärendets nummer, kategorin eller kanalen. Ord i inlägget söker du i arbetsytan, under Granska."
    )
    inlines = [EvidenceInline]

    @admin.display(description=_("nummer"), ordering="pk")
    def number(self, obj: Case) -> int:
        """Return the case's own number."""
        return obj.pk

    @admin.display(description=_("vad det gäller"), ordering="category_title")
    def what(self, obj: Case) -> str:
        """Return the category, or the kind where none is chosen."""
        return obj.category_title or obj.get_kind_display()


class ForbiddenFilter(ChoiceFilter):
    """Files, or words where no file may be kept."""

    title, parameter_name = _("slag"), "slag"
    answers = [("file", _("filer")), ("words", _("beskrivna i ord"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(file__isnull=self.value() == "words") if self.value() else queryset


@admin.register(CaseEvidence)
class CaseEvidenceAdmin(OfCases):
    """What was saved before anybody touched the post. Masked: it is shown on the file's own page, and each showing is logged."""

    order = 20
    nothing_yet = _("Inget bevis som du får läsa passar. Bevis sparas i ärendet, innan något döljs.")
    fields = ["case", "file", "at", "made_by", "on_behalf_of"]
    list_display = ["at", "of_case", "in_channel", "in_words", "made_by"]
    list_filter = [ForbiddenFilter, ("at", admin.DateFieldListFilter)]
    list_select_related = ["case__channel", "made_by"]
    joined = ("file", "on_behalf_of")
    search_fields = ["=case__pk", "case__channel__name"]
    date_hierarchy = "at"

    @admin.display(description=_("beskrivet i ord"), boolean=True)
    def in_words(self, obj: CaseEvidence) -> bool:
        """Whether there is no file."""
        return obj.file_id is None

    def links(self, obj: CaseEvidence) -> list[tuple[Any, str]]:
        file = [(_("Öppna filens sida"), obj.file.get_absolute_url())] if obj.file else []
        return [*super().links(obj), *file]


@admin.register(ConflictOfInterest)
class ConflictOfInterestAdmin(OfCases, LookHistory):
    """Who has a stake in which case. What the explanation says is read where it is tried; one's own is tried by another."""

    order = 30
    nothing_yet = _("Inget jäv som du får läsa passar. Jäv anmäls i ärendet, under Mer om ärendet.")
    fields = [
        "case", "person", "status", "ground", "said_by", "said_at", "decided_by", "decided_for", "decided_at", "passed_to",
    ]  # fmt: skip
    list_display = ["said_at", "of_case", "person", "status", "said_by", "decided_by", "passed_to"]
    list_filter = ["status", "ground", ("said_at", admin.DateFieldListFilter)]
    list_select_related = ["case__channel", "person", "said_by", "decided_by", "passed_to"]
    joined = ("decided_for",)
    search_fields = ["=case__pk", "case__channel__name", "person__name"]
    search_help_text = _("Sök på ärendets nummer, kanalen eller personen.")
    date_hierarchy = "said_at"

    def within(self, request: HttpRequest) -> Q:
        return super().within(request) & ~Q(person=request.user.pk)


@admin.register(PoliceFollowUp)
class PoliceFollowUpAdmin(OfCases, LookHistory):
    """What is with the police. For the roles that every policy lets see it; others open the page where they are named."""

    order = 40
    nothing_yet = _(
        "Ingen polisanmälan som du får läsa passar. De följs upp i ärendet, under Underlag och uppföljning."
    )
    fields = ["case", "follow_up_on", "changed_at"]
    list_display = ["changed_at", "of_case", "in_channel", "follow_up_on"]
    list_filter = [("follow_up_on", admin.DateFieldListFilter)]
    search_fields = ["=case__pk", "case__channel__name"]
    date_hierarchy = "changed_at"

    def within(self, request: HttpRequest) -> Q:
        """Narrower than the case: as `handling_rules.why_not_package`, for the roles that it always names."""
        return super().within(request) & Q(case__is_crime=True) if self._named(request) else Q(pk__in=[])

    def reads_all(self, request: HttpRequest) -> bool:
        return super().reads_all(request) and self._named(request)

    def _named(self, request: HttpRequest) -> bool:
        assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
        organisation = organisation_of(request)
        return any(organisation.holds(request.user, role, None) for role in ALWAYS_NAMED)

    def links(self, obj: PoliceFollowUp) -> list[tuple[Any, str]]:
        return [
            (_("Öppna i arbetsytan"), reverse("moderation:police", args=[obj.case_id])),
            *OfCases.links(self, obj)[1:],
        ]
