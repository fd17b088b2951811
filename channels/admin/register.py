"""Platforms, channels, their addresses and people, what the accounts show, and changes that wait."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.admin import BelowFilter
from channels.actions.platforms import archive_platform, reuse_platform
from channels.models import Channel, ChannelAddress, ChannelAdministrator, ChannelChange, DisplayItem, Platform
from kommun.admin_kit import (
    KEEPS_REGISTER,
    STEERS,
    ChoiceFilter,
    KeptAdmin,
    LookHistory,
    LookInline,
    LookOnly,
    link_to,
)


def workplace_of(channel: Channel) -> tuple[Any, str]:
    """Return the link to the channel's page for those who work in the register."""
    return _("Öppna i arbetsytan"), reverse("channels:channel", args=[channel.pk])


class InUseFilter(ChoiceFilter):
    """Whether new channels may be applied for there."""

    title, parameter_name = _("läge"), "lage"
    answers = [("yes", _("i bruk")), ("no", _("ur bruk"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(archived=self.value() == "no") if self.value() else queryset


@admin.register(Platform)
class PlatformAdmin(KeptAdmin):
    """Platforms can be renamed, ordered and taken out of use. They are never removed: old addresses need them."""

    group, order, seen_by, changed_by = "register", 30, KEEPS_REGISTER, KEEPS_REGISTER
    nothing_yet = _("Ingen plattform passar. Plattformarna läggs in när installationen sätts upp.")
    list_display = ["name", "kind", "in_use", "sort"]
    list_filter = [InUseFilter]
    search_fields = ["name", "key", "kind"]
    fields = ["name", "sort", "key", "kind", "archived"]
    readonly_fields = ["key", "kind", "archived"]
    actions = ["archive", "reuse"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a platform without patterns cannot read an address: they come from platforms.toml

    @admin.display(description=_("i bruk"), boolean=True, ordering="archived")
    def in_use(self, platform: Platform) -> bool:
        """Say it as staff do: not "archived: no"."""
        return not platform.archived

    def links(self, obj: Platform) -> list[tuple[Any, str]]:
        return [(_("Visa på registersidan"), f"{reverse('channels:public_register')}?plattform={obj.key}")]

    @admin.action(description=_("Ta ur bruk"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Platform]) -> HttpResponse | None:
        """Offer the chosen ones no longer, when the person is sure."""
        page = self.asked(
            request,
            queryset,
            action="archive",
            question=_("Ta plattformar ur bruk?"),
            button=_("Ja, ta ur bruk"),
            follows=_(
                "Ingen kan längre söka om nya kanaler där. Kanaler som redan finns blir kvar. Det går att ångra."
            ),
        )
        if page is None:
            actor, done = Actor.from_request(request, "admin"), gettext("%(count)s plattform tagen ur bruk.")
            self.let(request, queryset, lambda row: archive_platform(platform_id=row.pk, actor=actor), done)
        return page

    @admin.action(description=_("Ta i bruk igen"), permissions=["change"])
    def reuse(self, request: HttpRequest, queryset: QuerySet[Platform]) -> None:
        """Offer the chosen ones again."""
        actor, done = Actor.from_request(request, "admin"), gettext("%(count)s plattform i bruk igen.")
        self.let(request, queryset, lambda row: reuse_platform(platform_id=row.pk, actor=actor), done)


class AddressInline(LookInline):
    """The addresses of a channel, through time."""

    model = ChannelAddress
    fields = ["platform", "handle", "valid_from", "valid_to"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("platform")


class AdministratorInline(LookInline):
    """Who administers the account on the platform."""

    model = ChannelAdministrator
    fields = ["user", "since"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user", "channel")


@admin.register(Channel)
class ChannelAdmin(LookHistory):
    """Channels as published."""

    group, order, seen_by = "register", 10, KEEPS_REGISTER
    nothing_yet = _(
        "Ingen kanal passar. Ta bort ett filter, sök på något annat, eller läs in en lista under Import och export."
    )
    list_display = ["name", "platform", "unit", "owner", "status", "visibility", "confirmed_on"]
    list_filter = ["status", "visibility", "platform", BelowFilter]
    list_select_related = ["platform", "unit", "owner"]
    search_fields = ["name", "addresses__handle", "unit__name", "owner__name", "platform__name"]
    search_help_text = _("Sök på kanalens namn, kontonamn, plattform, verksamhet eller ansvarig.")
    inlines = [AddressInline, AdministratorInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "status", "visibility", "platform"]}),
        (_("Ansvar"), {"fields": ["unit", "controller", "owner", "deputy", "credentials_place"]}),
        (
            _("Innehåll"),
            {
                "fields": [
                    "purpose", "purposes", "audience", "description", "update_frequency", "reply_hours",
                    "moderation_hours", "languages",
                ]
            },
        ),
        (
            _("Tid"),
            {
                "fields": [
                    "opened_on", "confirmed_on", "closed_on", "closing_reason", "successor", "version", "updated_at",
                ]
            },
        ),
    ]  # fmt: skip

    def links(self, obj: Channel) -> list[tuple[Any, str]]:
        shown = obj.visibility == Channel.Visibility.PUBLIC and obj.status != Channel.Status.DECIDED
        public = [(_("Visa på registersidan"), obj.get_absolute_url())] if shown else []
        return [*public, workplace_of(obj)]


class OfChannel(LookOnly):
    """Rows about one channel: found by it, and with a link to its page."""

    group, seen_by = "register", KEEPS_REGISTER
    list_select_related = ["channel"]
    search_fields = ["channel__name"]
    joined: tuple[str, ...] = ("channel",)

    def links(self, obj: Any) -> list[tuple[Any, str]]:
        return [workplace_of(obj.channel)]

    @admin.display(description=_("kanal"), ordering="channel__name")
    def of_channel(self, row: Any) -> SafeString | str:
        """Link to the channel in the admin."""
        return link_to(row.channel)


class AddressStateFilter(ChoiceFilter):
    """Whether the address is ours today."""

    title, parameter_name = _("läge"), "lage"
    answers = [("now", _("vår nu")), ("before", _("lämnad"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(valid_to__isnull=self.value() == "now") if self.value() else queryset


@admin.register(ChannelAddress)
class ChannelAddressAdmin(OfChannel, LookHistory):
    """Every address that is or was ours."""

    order = 20
    nothing_yet = _("Ingen adress passar. Sök på en del av kontonamnet, utan @.")
    list_display = ["handle", "platform", "of_channel", "valid_from", "valid_to"]
    list_filter = [AddressStateFilter, "platform"]
    list_select_related = ["channel", "platform"]
    search_fields = ["handle", "url", "channel__name", "platform__name"]
    date_hierarchy = "valid_from"
    fields = [
        "channel", "platform", "handle", "url", "platform_account_id", "valid_from", "valid_to", "handle_key", "skeleton",
    ]  # fmt: skip


@admin.register(ChannelAdministrator)
class ChannelAdministratorAdmin(OfChannel, LookHistory):
    """Who administers which account. Changed on the channel's page."""

    order = 40
    nothing_yet = _("Ingen passar. Administratörer anges på kanalens sida i arbetsytan.")
    list_display = ["user", "of_channel", "since"]
    list_filter = [("since", admin.DateFieldListFilter)]
    list_select_related = ["channel", "user"]
    search_fields = ["user__name", "channel__name"]


@admin.register(DisplayItem)
class DisplayItemAdmin(OfChannel):
    """The texts that the accounts shall show. Changed on the channel's page."""

    order = 50
    nothing_yet = _("Ingen text passar. Texterna skrivs på kanalens sida i arbetsytan, under Ändra uppgifter.")
    list_display = ["item", "of_channel", "text"]
    list_filter = ["item"]
    search_fields = ["item", "text", "channel__name"]


@admin.register(ChannelChange)
class ChannelChangeAdmin(OfChannel):
    """Changes that somebody else confirms, on a page of their own."""

    order, seen_by = 60, STEERS
    nothing_yet = _("Ingen ändring passar. Ändringar föreslås på kanalens sida i arbetsytan.")
    list_display = ["of_channel", "status", "proposed_by", "proposed_at", "decided_by", "decided_at"]
    list_display_links = ["status"]
    list_filter = ["status", ("proposed_at", admin.DateFieldListFilter)]
    list_select_related = ["channel", "proposed_by", "decided_by"]
    search_fields = ["channel__name", "proposed_by__name"]
    date_hierarchy = "proposed_at"

    def links(self, obj: ChannelChange) -> list[tuple[Any, str]]:
        return [(_("Öppna i arbetsytan"), obj.get_absolute_url())]
