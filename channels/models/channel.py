"""The register: platforms, channels and their dated addresses.

A channel is not its address: handles change, are given up and are taken over by others. The row of a channel is its
published version; what somebody wants to change waits in `ChannelChange`, so editing never takes a channel off the page.
"""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from kommun.history import HistoricalRecords


class Platform(models.Model):
    """A platform. Its hosts, patterns and example are data in `platforms.toml`, by key. Archived, never removed."""

    key = models.SlugField(_("nyckel"), max_length=30, unique=True)
    name = models.CharField(_("namn"), max_length=60)
    kind = models.CharField(_("slag"), max_length=30, help_text=_("Regler kan gälla ett slag av plattform."))
    archived = models.BooleanField(_("används inte längre"), default=False)
    sort = models.PositiveSmallIntegerField(_("ordning"), default=100)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("plattform")
        verbose_name_plural = _("plattformar")
        ordering = ["sort", "name"]

    def __str__(self) -> str:
        return self.name


class ChannelQuerySet(models.QuerySet["Channel"]):
    """Channels in domain words."""

    def public(self) -> "ChannelQuerySet":
        """Channels that the public register shows as open."""
        return self.filter(status__in=Channel.OPEN_STATES, visibility=Channel.Visibility.PUBLIC)

    def public_closed(self) -> "ChannelQuerySet":
        """Channels that the public register shows as closed."""
        return self.filter(status=Channel.Status.CLOSED, visibility=Channel.Visibility.PUBLIC)


class Channel(models.Model):
    """One official channel, as published: why it exists, for whom, and who answers for it."""

    class Status(models.TextChoices):
        DECIDED = "decided", _("Beslutad, inte öppnad")
        ACTIVE = "active", _("Öppen")
        UNDER_REVIEW = "under_review", _("Öppen, ses över")
        CLOSING = "closing", _("Öppen, ska avslutas")
        CLOSED = "closed", _("Avslutad")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Visas för allmänheten")
        INTERNAL = "internal", _("Visas inte för allmänheten")

    OPEN_STATES = (Status.ACTIVE, Status.UNDER_REVIEW, Status.CLOSING)

    name = models.CharField(_("kanalens namn"), max_length=120)
    slug = models.SlugField(_("nyckel"), max_length=140, unique=True)
    status = models.CharField(_("läge"), max_length=14, choices=Status.choices, default=Status.DECIDED)
    visibility = models.CharField(_("synlighet"), max_length=10, choices=Visibility.choices, default=Visibility.PUBLIC)
    platform = models.ForeignKey(
        Platform, on_delete=models.PROTECT, related_name="channels", verbose_name=_("plattform")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="channels", verbose_name=_("verksamhet"))
    controller = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("personuppgiftsansvarig nämnd"), null=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="owned_channels",
        verbose_name=_("kontoansvarig"),
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="deputised_channels",
        verbose_name=_("ersättare"),
        null=True,
        blank=True,
    )
    administrators: Any = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="ChannelAdministrator", related_name="administered_channels"
    )
    purposes = ArrayField(models.SlugField(max_length=60), verbose_name=_("kommunens syften"), default=list, blank=True)
    purpose = models.TextField(_("syfte"), max_length=2000)
    audience = models.CharField(_("målgrupp"), max_length=300, blank=True)
    description = models.TextField(_("beskrivning"), max_length=2000, blank=True)
    update_frequency = models.CharField(_("hur ofta kanalen uppdateras"), max_length=120, blank=True)
    reply_hours = models.PositiveSmallIntegerField(_("svarar inom (timmar)"), null=True, blank=True)
    moderation_hours = models.CharField(_("när kanalen bevakas"), max_length=120, blank=True)
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("språk"), default=list, blank=True)
    credentials_place = models.CharField(
        _("var inloggningen förvaras"), max_length=200, blank=True, help_text=_("Platsen, aldrig lösenordet.")
    )
    opened_on = models.DateField(_("öppnad"), null=True, blank=True)
    closed_on = models.DateField(_("avslutad"), null=True, blank=True)
    closing_reason = models.CharField(_("varför kanalen avslutades"), max_length=300, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("ersätts av"),
    )
    confirmed_on = models.DateField(
        _("bekräftad"), null=True, blank=True, editable=False, help_text=_("När uppgifterna senast bekräftades.")
    )
    weekend_watch_from = models.DateField(
        _("bevakas alla dagar från"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Också på helger, när regelverket bara säger vardagar."),
    )
    provisional = ArrayField(
        models.SlugField(max_length=30),
        verbose_name=_("satt tills vidare"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("Uppgifter som en inläst lista saknade, och som någon behöver ta ställning till."),
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    updated_at = models.DateTimeField(_("ändrad"), auto_now=True)

    objects = ChannelQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kanal")
        verbose_name_plural = _("kanaler")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["visibility", "status"]),
            models.Index(fields=["owner"], name="channel_owner"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(closed_on__isnull=False), name="closed_channel_has_date"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["decided", "closed"]) | Q(opened_on__isnull=False), name="open_channel_has_date"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the public page of the channel."""
        return reverse("channels:public_channel", args=[self.slug])

    @property
    def is_open(self) -> bool:
        """Return True while the municipality answers for the channel."""
        return self.status in self.OPEN_STATES

    @property
    def address(self) -> "ChannelAddress | None":
        """Return the current address. Uses prefetched addresses, so a list costs no query per row."""
        current = [row for row in self.addresses.all() if row.valid_to is None]
        return current[0] if current else None


class ChannelAddress(models.Model):
    """An address that is or was ours. An old one keeps answering "was official until"."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="addresses", verbose_name=_("kanal"))
    platform = models.ForeignKey(
        Platform, on_delete=models.PROTECT, related_name="addresses", verbose_name=_("plattform")
    )
    handle = models.CharField(_("kontonamn"), max_length=300)
    handle_key = models.CharField(_("kontonamn att jämföra"), max_length=300)
    skeleton = models.CharField(_("kontonamn utan förväxlingsbara tecken"), max_length=300, db_index=True)
    url = models.URLField(_("adress"), max_length=500)
    platform_account_id = models.CharField(
        _("plattformens eget id"), max_length=120, blank=True, help_text=_("Det som inte ändras när kontot byter namn.")
    )
    valid_from = models.DateField(_("från och med"))
    valid_to = models.DateField(_("till och med"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("adress")
        verbose_name_plural = _("adresser")
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "handle_key"],
                condition=Q(valid_to__isnull=True),
                name="one_channel_an_account",
                violation_error_message=_("Kontot finns redan i förteckningen."),
            ),
            models.UniqueConstraint(fields=["channel"], condition=Q(valid_to__isnull=True), name="one_current_address"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="address_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.url


class ChannelAdministrator(models.Model):
    """Somebody who can administer the account on the platform (matrix D5)."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="administrator_rows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, verbose_name=_("vem"))
    since = models.DateField(_("från och med"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("administratör av kontot")
        verbose_name_plural = _("administratörer av kontot")
        constraints = [models.UniqueConstraint(fields=["channel", "user"], name="administrator_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.channel}"


class DisplayItem(models.Model):
    """What the account must show (matrix E): the item of the policy and the text to show."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="display_items")
    item = models.SlugField(_("uppgift"), max_length=60)
    text = models.TextField(_("text att visa"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("uppgift som kontot ska visa")
        verbose_name_plural = _("uppgifter som kontot ska visa")
        constraints = [models.UniqueConstraint(fields=["channel", "item"], name="display_item_once")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.item}"


class ChannelChange(models.Model):
    """A wished change of owner, deputy, purpose, unit or address, waiting for somebody else's confirmation."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Väntar på bekräftelse")
        CONFIRMED = "confirmed", _("Bekräftad")
        DECLINED = "declined", _("Nekad")
        WITHDRAWN = "withdrawn", _("Återtagen")

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="changes", verbose_name=_("kanal"))
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.PROPOSED)
    values = models.JSONField(_("nya värden"))
    base_version = models.PositiveIntegerField(_("bygger på version"))
    reason = models.TextField(_("varför"), max_length=1000, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("föreslagen"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(_("avgjord"), null=True)
    answer = models.TextField(_("svar"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("ändring som väntar")
        verbose_name_plural = _("ändringar som väntar")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel"], condition=Q(status="proposed"), name="one_pending_change_a_channel"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(status="confirmed") | ~Q(decided_by=models.F("proposed_by")),
                name="change_confirmed_by_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.get_status_display()}"

    def get_absolute_url(self) -> str:
        """Return the page of the change, the one that the mail links to."""
        return reverse("channels:change", args=[self.pk])
