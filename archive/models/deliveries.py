"""What has left for a registrar, a shared folder or an e-archive: one package for a half-year of one committee."""

from typing import Any
from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from archive.models.records import Record
from kommun.half_years import half_name
from kommun.history import HistoricalRecords


class Delivery(models.Model):
    """One package: what, to whom, in which form, and what came of it.

    Records marked as secret go in a package of their own (`secret`). `again`: records that the receiver has had before are
    in it because somebody asked for that. `name` is what the package is called, and nothing else has that name. `begun_at`
    is the time that is written in the package. `done` of `total` bytes is how far the writing has come; `beat_at` is its last
    sign of life. `problem` says why it stopped.
    """

    class Status(models.TextChoices):
        PREPARED = "prepared", _("Förberedd")
        WRITING = "writing", _("Skrivs")
        DELIVERED = "delivered", _("Levererad")
        RECEIVED = "received", _("Mottagen")
        REFUSED = "refused", _("Inte godtagen")
        WITHDRAWN = "withdrawn", _("Återtagen")

    class Target(models.TextChoices):
        REGISTRAR = "registrar", _("Registrator")
        COLLECTION_MATTER = "collection_matter", _("Samlingsärende")
        SHARED_FOLDER = "shared_folder", _("Gemensam mapp")
        E_ARCHIVE = "e_archive", _("E-arkiv")

    class Form(models.TextChoices):
        FILES = "files", _("Filer med kontrollsummor")
        BAGIT = "bagit", _("BagIt")
        FGS = "fgs", _("FGS Paketstruktur 2.0")

    reference = models.UUIDField(_("paketets id"), default=uuid4, unique=True, editable=False)
    committee = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("nämnd"))
    starts_on = models.DateField(_("halvåret börjar"))
    target = models.CharField(_("till"), max_length=20, choices=Target.choices)
    form = models.CharField(_("form"), max_length=8, choices=Form.choices)
    secret = models.BooleanField(_("sekretessmarkerade handlingar"), default=False)
    again = models.BooleanField(_("även det som är levererat förut"), default=False)
    name = models.CharField(_("paketets namn"), max_length=200, unique=True)
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.PREPARED)
    version = models.PositiveIntegerField(_("version"), default=1)

    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("förberedd av")
    )
    prepared_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("förberedd för")
    )
    prepared_at = models.DateTimeField(_("förberedd"))
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("levererad av")
    )
    begun_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("levererad för")
    )
    begun_at = models.DateTimeField(_("började skrivas"), null=True)
    delivered_at = models.DateTimeField(_("levererad"), null=True)
    place = models.CharField(_("var paketet ligger"), max_length=300, blank=True)
    package_sha256 = models.CharField(_("paketets kontrollsumma (sha-256)"), max_length=64, blank=True)
    receipt_number = models.CharField(_("kvittensens nummer"), max_length=60, blank=True)
    receipt_on = models.DateField(_("mottagen"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("svaret av")
    )
    answered_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("svaret för")
    )
    answered_at = models.DateTimeField(_("svaret skrevs in"), null=True)
    reason = models.CharField(_("varför den inte godtogs"), max_length=1000, blank=True)

    problem = models.CharField(_("varför det stannade"), max_length=500, blank=True)
    done = models.PositiveBigIntegerField(_("klara byte"), default=0)
    total = models.PositiveBigIntegerField(_("byte"), default=0)
    beat_at = models.DateTimeField(_("senaste livstecken"), null=True)

    history: Any = HistoricalRecords(excluded_fields=["done", "total", "beat_at"])

    class Meta:
        verbose_name = _("leverans")
        verbose_name_plural = _("leveranser")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["committee", "-id"], name="delivery_newest"),
            models.Index(fields=["beat_at"], condition=Q(status="writing"), name="delivery_at_work"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["writing", "delivered", "received", "refused"]) | Q(begun_at__isnull=False),
                name="written_delivery_has_begun",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["delivered", "received", "refused"])
                | Q(delivered_at__isnull=False) & ~Q(place=""),
                name="delivered_has_time_and_place",
            ),
            models.CheckConstraint(
                condition=~Q(status="received") | ~Q(receipt_number="") & Q(receipt_on__isnull=False),
                name="received_delivery_has_receipt",
            ),
            models.CheckConstraint(condition=~Q(status="refused") | ~Q(reason=""), name="refused_delivery_has_reason"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="delivery_done_within_total"),
        ]
        triggers = [pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the delivery's page."""
        return reverse("archive:delivery", args=[self.pk])

    @property
    def half(self) -> str:
        """What the half-year is called."""
        return half_name(self.starts_on)

    @property
    def at_work(self) -> bool:
        """Return True while the package is being written."""
        return self.status == self.Status.WRITING

    @property
    def is_zip(self) -> bool:
        """Return True for a package that is one file. A shared folder gets a folder."""
        return self.target != self.Target.SHARED_FOLDER

    @property
    def to_registrar(self) -> bool:
        """Return True where the receipt is a diary number."""
        return self.target in (self.Target.REGISTRAR, self.Target.COLLECTION_MATTER)


class DeliveryRecord(models.Model):
    """A record in a package. `counts`: it is the one time that the record goes to the receiver; a time more is asked for.

    The record's number stays when the record itself has been disposed of.
    """

    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="record_rows", verbose_name=_("leverans")
    )
    record = models.ForeignKey(
        Record, on_delete=models.SET_NULL, null=True, related_name="delivery_rows", verbose_name=_("handling")
    )
    number = models.BigIntegerField(_("handlingens nummer"))
    target = models.CharField(_("till"), max_length=20, choices=Delivery.Target.choices)
    counts = models.BooleanField(_("den enda gången"), default=True)

    class Meta:
        verbose_name = _("handling i en leverans")
        verbose_name_plural = _("handlingar i leveranser")
        ordering = ["delivery", "number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="one_row_a_delivery_and_record"),
            models.UniqueConstraint(
                fields=["record", "target"], condition=Q(counts=True), name="record_goes_once_to_each_target"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery}: {self.number}"


class DeliveryFile(models.Model):
    """A file as it was written in a package and read again: the list of contents. Written once.

    `version`: of the delivery, which counts how many times it has been prepared.
    """

    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="file_rows", verbose_name=_("leverans")
    )
    version = models.PositiveIntegerField(_("version"))
    path = models.CharField(_("sökväg i paketet"), max_length=500)
    size = models.PositiveBigIntegerField(_("storlek i byte"))
    sha256 = models.CharField(_("kontrollsumma (sha-256)"), max_length=64)
    sha512 = models.CharField(_("kontrollsumma (sha-512)"), max_length=128)
    verified_at = models.DateTimeField(_("läst och kontrollerad"))

    class Meta:
        verbose_name = _("fil i en leverans")
        verbose_name_plural = _("filer i leveranser")
        ordering = ["delivery", "version", "path"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "version", "path"], name="one_row_a_delivery_version_and_path"),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="delivery_file_has_checksum"),
        ]
        triggers = [pgtrigger.Protect(name="written_once", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.path
