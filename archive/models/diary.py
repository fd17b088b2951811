"""The hand-over to the registrar: a proposed diary sheet, and what came of it. The product holds the number, not the diary."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.models.kept import Kept
from archive.models.records import MARKED, UNMARKED, Record, SecrecyMark
from kommun.history import HistoricalRecords


class DiarySheet(SecrecyMark):
    """What the registrar is asked to enter in the diary about one record (OSL 5:2), and the answer.

    `counterpart` (sender or recipient) and `concerns` can each be kept apart from the public part of the diary
    (OSL 5:2 second paragraph): `…_apart`. A returned sheet is amended and proposed again; `version` counts the
    proposals, so that nobody answers another text than the one that was read.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Väntar på registratorn")
        RETURNED = "returned", _("Skickad tillbaka")
        ACCEPTED = "accepted", _("Diarieförd")
        DECLINED = "declined", _("Ska inte diarieföras")

    class Matter(models.TextChoices):
        NEW = "new", _("Nytt ärende")
        EXISTING = "existing", _("Ärende som finns")

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="sheets", verbose_name=_("handling"))
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.PROPOSED)
    version = models.PositiveIntegerField(_("version"), default=1)

    document_date = models.DateField(_("kom in eller upprättades"))
    counterpart = models.CharField(_("avsändare eller mottagare"), max_length=200, blank=True)
    counterpart_apart = models.BooleanField(_("avsändare eller mottagare hålls avskild"), default=False)
    concerns = models.CharField(_("vad det rör"), max_length=300)
    concerns_apart = models.BooleanField(_("vad det rör hålls avskilt"), default=False)
    matter = models.CharField(_("ärende"), max_length=8, choices=Matter.choices, default=Matter.NEW)
    matter_number = models.CharField(_("ärendets nummer"), max_length=60, blank=True)
    diary_number = models.CharField(_("diarienummer"), max_length=60, blank=True)

    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("lämnad av")
    )
    proposed_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("lämnad för")
    )
    proposed_at = models.DateTimeField(_("lämnad"))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("besvarad av")
    )
    answered_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("besvarad för")
    )
    answered_at = models.DateTimeField(_("besvarad"), null=True)
    reason = models.CharField(_("skäl"), max_length=1000, blank=True)

    history: Any = HistoricalRecords(
        triggers=[Kept(name="history_stays", gives_way="archive_gives_way(OLD.record_id)")]
    )

    class Meta:
        verbose_name = _("diarieblad")
        verbose_name_plural = _("diarieblad")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["record", "-id"], name="sheet_newest"),
            models.Index(fields=["record"], condition=Q(status="proposed"), name="sheet_waiting"),
        ]
        constraints = [
            # Open or accepted: a record that stands in the diary is not handed over again.
            models.UniqueConstraint(
                fields=["record"], condition=~Q(status="declined"), name="one_sheet_a_record_unless_declined"
            ),
            models.CheckConstraint(condition=MARKED | UNMARKED, name="sheet_secrecy_all_or_none"),
            models.CheckConstraint(
                condition=Q(status="accepted") & ~Q(diary_number="") | ~Q(status="accepted") & Q(diary_number=""),
                name="accepted_sheet_has_number",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["returned", "declined"]) | ~Q(reason=""), name="refused_sheet_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(matter="new", matter_number="") | Q(matter="existing") & ~Q(matter_number=""),
                name="existing_matter_has_number",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", answered_at__isnull=True)
                | ~Q(status="proposed") & Q(answered_at__isnull=False),
                name="answered_sheet_has_time",
            ),
            # A secret document is always registered (OSL 5:1): it can be sent back, never declined.
            models.CheckConstraint(condition=~Q(status="declined") | UNMARKED, name="secret_sheet_is_not_declined"),
        ]
        triggers = [
            Kept(
                name="sheet_never_removed",
                operation=pgtrigger.Delete,
                gives_way="archive_gives_way(OLD.record_id)",
            )
        ]

    def __str__(self) -> str:
        return f"{self.record}: {self.get_status_display()}"

    def get_absolute_url(self) -> str:
        """Return the sheet's page."""
        return reverse("archive:sheet", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Return True while somebody has something to do with it."""
        return self.status in (self.Status.PROPOSED, self.Status.RETURNED)
