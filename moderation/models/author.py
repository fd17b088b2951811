"""What we say to whoever wrote, and what they can ask for: templates, explanations, blocks, reconsideration."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.models import Record
from archive.models.kept import Kept
from channels.models import Channel
from kommun.history import HistoricalRecords
from moderation.models.case import Case


class ReplyTemplate(models.Model):
    """One version of a text to begin with. Written once: a change is a new version, and what was sent points at its own.

    `category` empty: for every rule that has no text of its own. Gaps: {channel}, {rule}, {law}, {until}, {municipality}.
    """

    class Purpose(models.TextChoices):
        EXPLANATION = "explanation", _("Förklaring till den som skrev")
        WARNING = "warning", _("Varning före blockering")
        BLOCK = "block", _("Besked om blockering")
        INTERIM = "interim", _("Besked om att vi återkommer")
        REPLY = "reply", _("Svar")

    purpose = models.CharField(_("används till"), max_length=11, choices=Purpose.choices)
    category = models.SlugField(_("kategori"), max_length=60, blank=True)
    number = models.PositiveIntegerField(_("version"), editable=False)
    title = models.CharField(_("namn"), max_length=120)
    text = models.TextField(_("text"), max_length=5000)
    made_at = models.DateTimeField(_("skrevs"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("av")
    )
    replaced_at = models.DateTimeField(_("ersattes"), null=True, blank=True)

    class Meta:
        verbose_name = _("mall")
        verbose_name_plural = _("mallar")
        ordering = ["purpose", "category", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "category", "number"], name="one_template_a_version"),
            models.UniqueConstraint(
                fields=["purpose", "category"], condition=Q(replaced_at__isnull=True), name="one_template_in_use"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="version_stays",
                fields=["purpose", "category", "number", "title", "text", "made_at", "made_by"],
            ),
            pgtrigger.Protect(name="template_never_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class Block(models.Model):
    """An account that may not write in a channel for a time: the last step, after a warning. Lifted on its date.

    `released_at`: somebody has opened the account on the platform again. Source: matrix H15; LAW 1.8; ladder block_author.
    """

    class Lifted(models.TextChoices):
        DATE = "date", _("Tiden gick ut")
        DECISION = "decision", _("Hävd i förtid")
        RECONSIDERED = "reconsidered", _("Hävd efter omprövning")

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="blocks", verbose_name=_("kanal"))
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="blocks", verbose_name=_("ärende"))
    author = models.CharField(_("konto, så som det visas"), max_length=200)
    category = models.SlugField(_("kategori"), max_length=60)
    category_title = models.CharField(_("kategorins namn"), max_length=200)
    cite = models.CharField(_("regel"), max_length=300)
    reason = models.CharField(_("skäl"), max_length=2000)
    warned_at = models.DateTimeField(_("varnad"))
    starts_at = models.DateTimeField(_("från"))
    ends_at = models.DateTimeField(_("till"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("beslutat av")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("för")
    )
    lifted_at = models.DateTimeField(_("hävd"), null=True, blank=True)
    lifted_how = models.CharField(_("hur den hävdes"), max_length=12, choices=Lifted.choices, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("hävd av"),
    )
    lifted_note = models.CharField(_("varför den hävdes"), max_length=1000, blank=True)
    released_at = models.DateTimeField(_("öppnad på plattformen"), null=True, blank=True)

    history: Any = HistoricalRecords()

    class Meta:
        verbose_name = _("blockering")
        verbose_name_plural = _("blockeringar")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(lifted_at__isnull=True), name="block_in_force"),
            models.Index(fields=["channel", "-starts_at"], name="block_channel"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="block_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(warned_at__lt=F("starts_at")), name="warned_before_blocked"),
            models.UniqueConstraint(
                fields=["channel", "author"], condition=Q(lifted_at__isnull=True), name="one_block_a_channel_and_author"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_how="") | Q(lifted_at__isnull=False) & ~Q(lifted_how=""),
                name="lifted_block_says_how",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(lifted_at__isnull=False), name="lifted_before_released"
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(cite=""), name="block_has_reason_and_rule"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the page of the block."""
        return reverse("moderation:block", args=[self.pk])

    @property
    def in_force(self) -> bool:
        """Return True until it is lifted."""
        return self.lifted_at is None


class Explanation(models.Model):
    """What we told whoever wrote: which rule, what was done, and how to have it tried again. Written once.

    `reference` is what the public page for reconsideration asks for: random, and nothing else about the case is told by it.
    """

    class Kind(models.TextChoices):
        EXPLANATION = "explanation", _("Förklaring")
        WARNING = "warning", _("Varning")
        BLOCK = "block", _("Besked om blockering")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="explanations", verbose_name=_("ärende"))
    block = models.OneToOneField(
        Block,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="explanation",
        verbose_name=_("blockering"),
    )
    kind = models.CharField(_("slag"), max_length=11, choices=Kind.choices, default=Kind.EXPLANATION)
    reference = models.CharField(_("nummer för omprövning"), max_length=14, unique=True)
    text = models.TextField(_("text"), max_length=8000)
    cite = models.CharField(_("regel"), max_length=300)
    template = models.ForeignKey(
        ReplyTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mall")
    )
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+", verbose_name=_("handling"))
    sent_at = models.DateTimeField(_("skickades"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("av")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("för")
    )

    class Meta:
        verbose_name = _("förklaring till den som skrev")
        verbose_name_plural = _("förklaringar till dem som skrev")
        ordering = ["pk"]
        triggers = [Kept(name="written_once", gives_way="archive_gives_way(OLD.record_id)")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="block", block__isnull=False) | ~Q(kind="block") & Q(block__isnull=True),
                name="block_explanation_has_block",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.get_kind_display()}"


class ReconsiderationQuerySet(models.QuerySet["Reconsideration"]):
    """Reconsiderations in domain words."""

    def open(self) -> Self:
        """Return those that wait for a decision."""
        return self.filter(status=Reconsideration.Status.OPEN)


class Reconsideration(models.Model):
    """Somebody asks for what we did to be tried again: a post hidden or removed, or a block. Decided by somebody else.

    `first_decider` made the decision that is tried; the database lets nobody try their own. Source: LAW 1.8; FL 36-38 §§.
    """

    class Came(models.TextChoices):
        PAGE = "page", _("Den öppna sidan")
        NOTED = "noted", _("Muntligt eller på annat sätt")

    class Status(models.TextChoices):
        OPEN = "open", _("Väntar på beslut")
        UPHELD = "upheld", _("Beslutet står fast")
        CHANGED = "changed", _("Beslutet ändrat")
        WITHDRAWN = "withdrawn", _("Återtagen")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reconsiderations", verbose_name=_("ärende"))
    block = models.ForeignKey(
        Block,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reconsiderations",
        verbose_name=_("blockering"),
    )
    reference = models.CharField(_("nummer"), max_length=14, unique=True)
    came = models.CharField(_("hur den kom in"), max_length=5, choices=Came.choices)
    text = models.TextField(_("vad som begärs"), max_length=5000)
    contact = models.CharField(_("kontakt"), max_length=200, blank=True)
    received_at = models.DateTimeField(_("kom in"))
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("skrevs ner av"),
    )
    record = models.OneToOneField(
        Record, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("handling")
    )
    first_decider = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("vem som beslutade först"),
    )
    status = models.CharField(_("läge"), max_length=9, choices=Status.choices, default=Status.OPEN)
    decided_at = models.DateTimeField(_("beslutat"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("beslutat av"),
    )
    decided_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("för"),
    )
    reason = models.TextField(_("skäl"), max_length=5000, blank=True)
    decision_record = models.OneToOneField(
        Record, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("beslut")
    )

    objects = ReconsiderationQuerySet.as_manager()
    history: Any = HistoricalRecords(excluded_fields=["text", "contact"])

    class Meta:
        verbose_name = _("omprövning")
        verbose_name_plural = _("omprövningar")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["received_at", "id"], condition=Q(status="open"), name="reconsideration_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(status="open", block__isnull=True),
                name="one_open_reconsideration_a_case",
            ),
            models.UniqueConstraint(
                fields=["block"], condition=Q(status="open"), name="one_open_reconsideration_a_block"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(first_decider__isnull=True)
                | ~Q(decided_by=F("first_decider")),
                name="reconsidered_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "withdrawn"]) | Q(decided_at__isnull=False) & ~Q(reason=""),
                name="reconsidered_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the page where it is decided."""
        return reverse("moderation:reconsideration", args=[self.pk])
