"""The one clock (design idea 2): everything that is due, whatever the app, is one kind of row.

An obligation carries a label and an address, never an import: an app above opens one, points at its own object with
`subject_type` and `subject_id`, and closes it when the thing is done. Who is told in turn is in `channels.clock`.
"""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from channels.models.channel import Channel
from kommun.history import HistoricalRecords
from kommun.policy import Strength


class ObligationQuerySet(models.QuerySet["Obligation"]):
    """Obligations in domain words."""

    def open(self) -> Self:
        """Return those that are not met and still needed."""
        return self.filter(closed_at__isnull=True)

    def late(self) -> Self:
        """Return the open ones whose time has run out and been seen to."""
        return self.open().filter(missed_at__isnull=False)

    def about(self, subject: models.Model) -> Self:
        """Return those that point at the object."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))


class Obligation(models.Model):
    """Something that somebody is to do: for which rule, since when, until when, and how it ended.

    `due_at` is None where no number was given (*skyndsamt*): then age is shown, never "late". `at_once` is one of those: it
    is to be done now, and there is no later moment at which it would be late. `missed_at` is the true
    moment when the time ran out, whenever the sweep came by. `next_at` is when the clock acts next, `stage` how far it
    has come. A row that was missed can still be met, and says both.
    """

    class Outcome(models.TextChoices):
        MET = "met", _("Klart")
        LAPSED = "lapsed", _("Behövs inte längre")

    kind = models.SlugField(_("slag"), max_length=30)
    rule = models.CharField(_("regel"), max_length=60, blank=True)
    policy_version = models.ForeignKey(
        "kommun.PolicyVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("policyversion"),
    )
    cite = models.CharField(_("dokument och avsnitt"), max_length=300, blank=True)
    strength = models.CharField(
        _("styrka"), max_length=3, blank=True, choices=[(one.value, one.value) for one in Strength]
    )
    channel = models.ForeignKey(
        Channel,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="obligations",
        db_index=False,
        verbose_name=_("kanal"),
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("verksamhet"),
    )
    subject_type = models.CharField(_("slag av objekt"), max_length=80)
    subject_id = models.CharField(_("objekt"), max_length=40)
    label = models.CharField(_("vad som ska göras"), max_length=300)
    url = models.CharField(_("var det görs"), max_length=300, blank=True)

    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="obligations",
        db_index=False,
        verbose_name=_("vem som har uppgiften"),
    )
    passed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("vem som nu är tillfrågad"),
    )

    opened_at = models.DateTimeField(_("började"))
    due_at = models.DateTimeField(_("klart senast"), null=True, blank=True)
    at_once = models.BooleanField(_("genast"), default=False, db_default=False, editable=False)
    next_at = models.DateTimeField(_("klockan går nästa gång"), null=True, blank=True, editable=False)
    stage = models.PositiveSmallIntegerField(_("steg"), default=0, editable=False)
    missed_at = models.DateTimeField(_("tiden gick ut"), null=True, blank=True)
    missed_why = models.CharField(_("varför tiden gick ut"), max_length=500, blank=True)

    closed_at = models.DateTimeField(_("avslutad"), null=True, blank=True)
    outcome = models.CharField(_("utfall"), max_length=6, choices=Outcome.choices, blank=True)
    met_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("av vem"),
    )
    met_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("för vem"),
    )
    note = models.CharField(_("anteckning"), max_length=500, blank=True)

    objects = ObligationQuerySet.as_manager()
    history: Any = HistoricalRecords(lean=True)

    class Meta:
        verbose_name = _("uppgift med tid")
        verbose_name_plural = _("uppgifter med tid")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id", "channel"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="one_open_obligation_a_subject",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="") | Q(closed_at__isnull=False) & ~Q(outcome=""),
                name="closed_obligation_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(missed_at__isnull=True) | Q(missed_at=F("due_at")), name="missed_at_its_true_time"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(next_at__isnull=True), name="closed_obligation_is_silent"
            ),
            models.CheckConstraint(condition=Q(at_once=False) | Q(due_at__isnull=True), name="at_once_has_no_number"),
        ]
        # Each question asks only for what is open: the cost follows what is due, not how much has ever been.
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                condition=Q(closed_at__isnull=True, next_at__isnull=False),
                name="obligation_clock",
            ),
            models.Index(
                fields=["holder", "due_at", "id"], condition=Q(closed_at__isnull=True), name="obligation_holder"
            ),
            models.Index(fields=["passed_to", "due_at"], condition=Q(closed_at__isnull=True), name="obligation_passed"),
            models.Index(fields=["channel"], condition=Q(closed_at__isnull=True), name="obligation_channel"),
            models.Index(fields=["subject_type", "subject_id"], name="obligation_subject"),
            models.Index(fields=["closed_at", "kind"], condition=Q(closed_at__isnull=False), name="obligation_closed"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_open(self) -> bool:
        """Return True while it is neither met nor called off."""
        return self.closed_at is None

    @property
    def met_late(self) -> bool:
        """Return True when it was done, but after its time."""
        return self.outcome == self.Outcome.MET and self.missed_at is not None

    @property
    def met_in_time(self) -> bool:
        """Return True when it was done before its time. What has no time is never in time, only done."""
        return self.outcome == self.Outcome.MET and self.due_at is not None and self.missed_at is None

    def get_absolute_url(self) -> str:
        """Return the page that says what it is, who has been told, and why."""
        return reverse("channels:obligation", args=[self.pk])


class ObligationNotice(models.Model):
    """Somebody was told, at one stage of the clock, and why just that person. Each stage tells once, for good."""

    obligation = models.ForeignKey(
        Obligation, on_delete=models.PROTECT, related_name="notices", db_index=False, verbose_name=_("uppgift")
    )
    stage = models.PositiveSmallIntegerField(_("steg"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("vem"),
    )
    why = models.CharField(_("varför just den personen"), max_length=500)
    told_at = models.DateTimeField(_("när"))

    class Meta:
        verbose_name = _("påminnelse")
        verbose_name_plural = _("påminnelser")
        ordering = ["obligation", "stage"]
        constraints = [models.UniqueConstraint(fields=["obligation", "stage"], name="each_stage_tells_once")]
        indexes = [
            models.Index(fields=["person", "obligation"], name="notice_person")
        ]  # what somebody has been told of

    def __str__(self) -> str:
        return f"{self.obligation_id}.{self.stage}: {self.person}"
