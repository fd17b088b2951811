"""When much is said at once: replies held until others have been heard, crisis mode with denser watch, and the police."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels.models import Channel
from kommun.history import HistoricalRecords
from moderation.models.case import Case


class HoldQuerySet(models.QuerySet["ReplyHold"]):
    """Held replies in domain words."""

    def open(self) -> Self:
        """Return those that are not released."""
        return self.filter(released_at__isnull=True)


class ReplyHold(models.Model):
    """Others are asked before the municipality answers: about one case, or everything in a channel (`case` empty).

    `binding`: the official reply waits until it is released. Where the policy only asks or informs it does not.
    Source: rule reply.critical_mass; matrix G8.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="holds", verbose_name=_("kanal"))
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="holds", verbose_name=_("ärende")
    )
    binding = models.BooleanField(_("svaret väntar"))
    reason = models.CharField(_("skäl"), max_length=1000)
    cite = models.CharField(_("regel"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("från"))
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("av")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("för")
    )
    released_at = models.DateTimeField(_("släppt"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("släppt av"),
    )

    objects = HoldQuerySet.as_manager()
    history: Any = HistoricalRecords()

    class Meta:
        verbose_name = _("svar på vänt")
        verbose_name_plural = _("svar på vänt")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(released_at__isnull=True, case__isnull=False), name="one_hold_a_case"
            ),
            models.UniqueConstraint(
                fields=["channel"], condition=Q(released_at__isnull=True, case__isnull=True), name="one_hold_a_channel"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the page of the hold."""
        return reverse("moderation:hold", args=[self.pk])


class HoldAnswer(models.Model):
    """One who is asked, or told (`asked` False), and what they said."""

    hold = models.ForeignKey(
        ReplyHold, on_delete=models.PROTECT, related_name="answers", verbose_name=_("svar på vänt")
    )
    role = models.CharField(_("roll"), max_length=40)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("vem som frågas")
    )
    asked = models.BooleanField(_("ska svara"), default=True)
    advice = models.CharField(_("råd"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(_("svarade"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("svarade, person"),
    )

    history: Any = HistoricalRecords()

    class Meta:
        verbose_name = _("svar från den som hörs")
        verbose_name_plural = _("svar från dem som hörs")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["hold", "role"], name="one_answer_a_hold_and_role"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, advice="") | Q(answered_at__isnull=False) & ~Q(advice=""),
                name="hold_answer_has_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hold_id}: {self.role}"


class CrisisQuerySet(models.QuerySet["CrisisPeriod"]):
    """Crisis periods in domain words."""

    def running(self) -> Self:
        """Return those that nobody and no date has ended."""
        return self.filter(ended_at__isnull=True)


class CrisisPeriod(models.Model):
    """Crisis mode, for a channel or for all of them (`channel` empty): somebody looks every so many clock hours.

    Ended by a person, or by its date. Source: matrix P1; BBS 4 § (watch as the situation asks for).
    """

    class Ended(models.TextChoices):
        DATE = "date", _("Tiden gick ut")
        PERSON = "person", _("Avslutades")

    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="crises", verbose_name=_("kanal")
    )
    reason = models.CharField(_("vad som har hänt"), max_length=1000)
    every_hours = models.PositiveSmallIntegerField(_("timmar mellan bevakningarna"))
    starts_at = models.DateTimeField(_("från"))
    until = models.DateTimeField(_("till"))
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("av")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("för")
    )
    ended_at = models.DateTimeField(_("avslutat"), null=True, blank=True)
    ended_how = models.CharField(_("hur det avslutades"), max_length=6, choices=Ended.choices, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("avslutat av"),
    )

    objects = CrisisQuerySet.as_manager()
    history: Any = HistoricalRecords()

    class Meta:
        verbose_name = _("krisläge")
        verbose_name_plural = _("krislägen")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="one_crisis_at_a_time",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("starts_at")), name="crisis_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(every_hours__gte=1, every_hours__lte=24), name="crisis_watch_hours"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="") | Q(ended_at__isnull=False) & ~Q(ended_how=""),
                name="ended_crisis_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the page of the period."""
        return reverse("moderation:crisis_one", args=[self.pk])


class PoliceFollowUp(models.Model):
    """Who at the police has the report, and when we ask what became of it. The number is on the case."""

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="police_follow_up", verbose_name=_("ärende")
    )
    contact = models.CharField(_("kontakt hos polisen"), max_length=200, blank=True)
    follow_up_on = models.DateField(_("fråga igen den"), null=True, blank=True)
    outcome = models.CharField(_("vad det blev"), max_length=1000, blank=True)
    changed_at = models.DateTimeField(_("ändrades"))

    history: Any = HistoricalRecords()

    class Meta:
        verbose_name = _("uppföljning av polisanmälan")
        verbose_name_plural = _("uppföljningar av polisanmälningar")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.case_id}"

    def get_absolute_url(self) -> str:
        """Return the page of the report."""
        return reverse("moderation:police", args=[self.case_id])
