"""Conflict of interest (jäv): somebody who has a stake in a case takes no part in it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kommun.history import HistoricalRecords
from moderation.models.case import Case


class ConflictQuerySet(models.QuerySet["ConflictOfInterest"]):
    """Conflicts in domain words."""

    def in_force(self) -> Self:
        """Return those that keep somebody from the case now."""
        return self.filter(status=ConflictOfInterest.Status.IN_FORCE)


class ConflictOfInterest(models.Model):
    """One person and one case. Declared by oneself it holds at once; pointed out by somebody else it waits for a decision.

    What it is about is `ground`; the words (`note`) are for whoever decides. Source: matrix O8; FL 16-18 §§, KL 6:28-32.
    """

    class Ground(models.TextChoices):
        OWN_INTEREST = "own_interest", _("Saken rör mig själv eller någon närstående")
        FRIEND = "friend", _("Vän eller ovän till den som skrev eller den som inlägget handlar om")
        REPRESENTATIVE = "representative", _("Ombud, medlem eller företrädare för den som saken gäller")
        TARGET = "target", _("Inlägget är riktat mot den som handlägger")
        OTHER = "other", _("Något annat som kan rubba förtroendet")

    class Status(models.TextChoices):
        POINTED_OUT = "pointed_out", _("Ska prövas")
        IN_FORCE = "in_force", _("Gäller")
        DISMISSED = "dismissed", _("Gäller inte")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="conflicts", verbose_name=_("ärende"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("vem det gäller")
    )
    status = models.CharField(_("läge"), max_length=11, choices=Status.choices)
    ground = models.CharField(_("skäl"), max_length=14, choices=Ground.choices)
    note = models.CharField(_("förklaring"), max_length=1000, blank=True)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("anmäldes av")
    )
    said_at = models.DateTimeField(_("anmäldes"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("prövat av"),
    )
    decided_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("för"),
    )
    decided_at = models.DateTimeField(_("prövat"), null=True, blank=True)
    reason = models.CharField(_("skäl för beslutet"), max_length=1000, blank=True)
    passed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("vem som tog över"),
    )

    objects = ConflictQuerySet.as_manager()
    history: Any = HistoricalRecords(excluded_fields=["note"])

    class Meta:
        verbose_name = _("jäv")
        verbose_name_plural = _("jäv")
        ordering = ["-pk"]
        indexes = [
            # Asked at each page and each step: who is kept from what.
            models.Index(fields=["person", "case"], condition=Q(status="in_force"), name="conflict_in_force"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "person"], condition=~Q(status="dismissed"), name="one_conflict_a_case_and_person"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("person")), name="conflict_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="conflict_decision_has_person_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="dismissed") | Q(decided_at__isnull=False) & ~Q(reason=""),
                name="dismissed_conflict_has_reason",
            ),
            # Without a decision it holds only for whoever said it of themselves.
            models.CheckConstraint(
                condition=~Q(status="in_force") | Q(said_by=F("person")) | Q(decided_at__isnull=False),
                name="conflict_declared_or_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the page where it is tried."""
        return reverse("moderation:conflict", args=[self.pk])

    @property
    def is_own(self) -> bool:
        """Return True when the person said it."""
        return self.said_by_id == self.person_id
