"""The municipality, its policy versions, the events and the mail in the browser admin. Nothing can be removed here.

A version is brought in and put in force on the rulebook's own pages, and an event is written by the act that it records:
here both are only looked at.
"""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kommun.actor import actor_of
from kommun.admin_kit import KEEPS_REGISTER, STEERS, ChoiceFilter, LookInline, LookOnly, RecordsChanges, link_to
from kommun.mail_actions import send_again
from kommun.models import DemoMail, Event, EventSeal, Municipality, OutgoingMail, PolicyVersion, PublicationDue
from kommun.outbox import MAX_ATTEMPTS
from kommun.policy.actions import discard_draft


@admin.register(PolicyVersion)
class PolicyVersionAdmin(LookOnly):
    """Versions of the policy, with a way to the page where one is put in force."""

    group, order, seen_by = "rules", 10, KEEPS_REGISTER
    nothing_yet = _("Inget regelverk är inläst. Läs in det under Regelverk, Alla versioner.")
    list_display = ["title", "number", "status", "valid_from", "valid_to", "review_on"]
    list_filter = ["status"]
    search_fields = ["title", "adopted_by", "filename"]
    date_hierarchy = "valid_from"
    ordering = ["-number"]
    fields = [
        "number", "title", "municipality", "status", "adopted_by", "adopted_on", "valid_from", "valid_to",
        "review_on", "filename", "sha256", "created_at", "adopted_at", "original",
    ]  # fmt: skip
    actions = ["discard"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[PolicyVersion]:
        versions: models.QuerySet[PolicyVersion] = super().get_queryset(request)
        return versions.defer("content", "original")

    def links(self, obj: PolicyVersion) -> list[tuple[Any, str]]:
        return [
            (_("Öppna i arbetsytan: se ändringarna och sätt i kraft"), reverse("policy_version", args=[obj.number]))
        ]

    def has_discard_permission(self, request: HttpRequest) -> bool:
        """Return whether to offer it. The action decides."""
        return request.user.has_perm("kommun.adopt_policyversion")

    @admin.action(description=_("Kasta utkast"), permissions=["discard"])
    def discard(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Throw drafts away, when the person is sure. A version that is adopted stays."""
        page = self.asked(
            request,
            queryset,
            action="discard",
            question=_("Kasta utkast?"),
            button=_("Ja, kasta"),
            follows=_("Utkastet försvinner för gott. Ett regelverk som är satt i kraft går inte att kasta."),
        )
        if page is None:
            actor = actor_of(request, "admin")
            done = gettext("%(count)s utkast kastat.")
            self.let(request, queryset, lambda row: discard_draft(version_id=row.pk, actor=actor), done)
        return page


class DoorFilter(ChoiceFilter):
    """How the act came in."""

    title, parameter_name = _("väg in"), "door"
    answers = [
        ("web", _("webben")),
        ("admin", _("Hantera")),
        ("mail", _("länken i ett mejl")),
        ("scheduler", _("klockan")),
        ("command", _("kommandoraden")),
        ("demo", _("demon")),
    ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(door=self.value()) if self.value() else queryset


class SubjectFilter(ChoiceFilter):
    """What kind of row the act was about: every kind that the admin shows."""

    title, parameter_name = _("vad händelsen gäller"), "subject"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        known = [model._meta for model in model_admin.admin_site._registry]
        return sorted(((one.label_lower, one.verbose_name) for one in known), key=lambda pair: str(pair[1]))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(subject_type=self.value()) if self.value() else queryset


class SealInline(LookInline):
    """The event's place in the chain."""

    model = EventSeal
    fields = ["seq", "previous", "digest"]


@admin.register(Event)
class EventAdmin(LookOnly):
    """The audit trail, newest first. What is not in it has not happened; what one may not read is not shown."""

    group, order, seen_by = "log", 10, STEERS
    nothing_yet = _("Ingen händelse passar. Ta bort ett filter, eller sök på ett annat ord.")
    list_display = ["occurred_at", "kind", "subject_type", "subject_id", "actor_label", "door"]
    # By the clock and not by drilling down: the table only grows, and its first and last day would be looked for each time.
    list_filter = [("occurred_at", admin.DateFieldListFilter), DoorFilter, SubjectFilter]
    search_fields = ["kind", "=subject_id", "actor_label"]
    search_help_text = _("Sök på händelse, till exempel channel.opened, på objektets nummer eller på vem.")
    ordering = ["-pk"]
    inlines = [SealInline]
    fields = [
        "occurred_at", "kind", "subject_type", "subject_id", "subject", "actor", "on_behalf_of", "actor_label", "door",
        "payload",
    ]  # fmt: skip
    readonly_fields = ["subject"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Event]:
        """Leave out what was done with things that the person may not read: a case, a record."""
        events: models.QuerySet[Event] = super().get_queryset(request)
        return events.filter(self.seen(request))

    @admin.display(description=_("gå till objektet"))
    def subject(self, event: Event) -> SafeString | str:
        """Link to the row that the event is about, when it is still there."""
        known = {model._meta.label_lower: model for model in self.admin_site._registry}
        model = known.get(event.subject_type)
        return link_to(model._default_manager.filter(pk=event.subject_id).first()) if model else "–"


@admin.register(EventSeal)
class EventSealAdmin(LookOnly):
    """The chain that would show if an event had been changed. Written by the database."""

    group, order, seen_by = "log", 20, STEERS
    list_display = ["seq", "event", "digest"]
    list_select_related = ["event"]
    search_fields = ["=seq", "digest"]
    ordering = ["-seq"]
    fields = ["seq", "event", "previous", "digest"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[EventSeal]:
        """Leave out the seals of events that the person does not see."""
        seals: models.QuerySet[EventSeal] = super().get_queryset(request)
        return seals.filter(self.seen(request, "event__"))


class MailStateFilter(ChoiceFilter):
    """Whether a mail has gone out."""

    title, parameter_name = _("läge"), "lage"
    answers = [("failed", _("gick inte fram")), ("waiting", _("väntar")), ("sent", _("skickat"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "failed":
                return queryset.filter(sent_at__isnull=True).exclude(last_error="")
            case "waiting":
                return queryset.filter(sent_at__isnull=True, last_error="")
            case "sent":
                return queryset.filter(sent_at__isnull=False)
        return queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(LookOnly):
    """Mail on its way. Its text is not shown: it is the receiver's, and may hold a link that is for nobody else."""

    group, order, seen_by = "log", 30, STEERS
    nothing_yet = _("Inget brev passar. Ta bort ett filter för att se alla.")
    list_display = ["subject", "to", "created_at", "sent_at", "attempts", "state"]
    list_filter = [MailStateFilter, ("created_at", admin.DateFieldListFilter)]
    search_fields = ["to", "subject"]
    ordering = ["-pk"]
    fields = ["to", "subject", "created_at", "sent_at", "attempts", "state", "last_error"]
    readonly_fields = ["state"]
    actions = ["send_again"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[OutgoingMail]:
        mails: models.QuerySet[OutgoingMail] = super().get_queryset(request)
        return mails.defer("body")

    @admin.display(description=_("läge"))
    def state(self, mail: OutgoingMail) -> str:
        """Return where the mail is, in a word."""
        if mail.sent_at is not None:
            return gettext("Skickat")
        if mail.attempts >= MAX_ATTEMPTS:
            return gettext("Gav upp")
        return gettext("Gick inte fram, försöker igen") if mail.last_error else gettext("Väntar")

    @admin.action(description=_("Skicka igen"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: Any) -> None:
        """Try mails that have not been sent once more."""
        actor = actor_of(request, "admin")
        done = gettext("%(count)s brev skickas nu. Läs in sidan på nytt om en stund.")
        self.let(request, queryset, lambda row: send_again(mail_id=row.pk, actor=actor), done)


@admin.register(DemoMail)
class DemoMailAdmin(LookOnly):
    """The mailbox of the demo. Empty in production."""

    group, order = "log", 90
    nothing_yet = _("Här finns brev bara i demonstrationen.")
    list_display = ["subject", "to", "sent_at"]
    list_filter = [("sent_at", admin.DateFieldListFilter)]
    search_fields = ["to", "subject"]


@admin.register(PublicationDue)
class PublicationDueAdmin(LookOnly):
    """Changes that the public pages do not show yet."""

    group, order, seen_by = "log", 40, KEEPS_REGISTER
    nothing_yet = _("Allt är publicerat: de öppna sidorna visar det som står i registret.")
    list_display = ["at", "slug"]
    list_filter = [("at", admin.DateFieldListFilter)]
    search_fields = ["slug"]


@admin.register(Municipality)
class MunicipalityAdmin(RecordsChanges):
    """Who the municipality is. There is one row, and each change of it is an event."""

    group, order, seen_by = "organisation", 10, KEEPS_REGISTER
    list_display = ["name", "seat", "website", "contact_email", "show_names"]
    list_filter = ["show_names"]
    search_fields = ["name"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fieldsets = [
        (None, {"fields": ["name", "short_name", "slug", "seat"]}),
        (_("Kontakt"), {"fields": ["website", "switchboard", "contact_email", "registrar_email"]}),
        (_("Utseende"), {"fields": ["brand_colour", "brand_colour_dark", "logo"]}),
        (
            _("Öppenhet och kalender"),
            {
                "fields": [
                    "show_names",
                    "embedded_on",
                    "closed_days",
                    "confirmation_months",
                    "watch_report_at",
                    "at_once_hours",
                ]
            },
        ),
        (_("Leveranser till arkivet"), {"fields": ["delivery_name", "delivery_record_name"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Municipality.objects.exists()

    def save_model(self, request: HttpRequest, obj: Municipality, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's)
        """Save: an installation has one municipality."""
        obj.pk = 1
        super().save_model(request, obj, form, change)
