"""A file that somebody wants to bring in: where it stands, how far the work has come, and what each row would do.

Nothing of it is in the register until the person has said so. The rows keep what was said of each, before and after.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit


class ImportRun(models.Model):
    """One file on its way in. `done` of `total` rows is how far the present step has come; `beat_at` is its last sign of life."""

    class Kind(models.TextChoices):
        CHANNELS = "channels", _("Kanaler")
        UNITS = "units", _("Enheter")
        PEOPLE = "people", _("Personer")
        CASES = "cases", _("Ärenden i granskningen")  # read and written by the app above (`channels.imports.kinds`)

    class State(models.TextChoices):
        READING = "reading", _("Filen läses")
        COLUMNS = "columns", _("Kolumner behöver pekas ut")
        READY = "ready", _("Väntar på ditt ja")
        APPLYING = "applying", _("Förs in")
        DONE = "done", _("Införd")
        REFUSED = "refused", _("Går inte att använda")
        DISCARDED = "discarded", _("Kastad")

    kind = models.CharField(_("vad filen innehåller"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("läge"), max_length=10, choices=State.choices, default=State.READING)
    file = models.FileField(_("fil"), upload_to="imports/%Y/")
    name = models.CharField(_("filnamn"), max_length=200)
    size = models.PositiveIntegerField(_("storlek i byte"))
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tillfällig ansvarig"),
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tillfällig verksamhet")
    )
    send_mail = models.BooleanField(_("brev till nya personer"), default=False)
    header = models.JSONField(_("rubriker"), default=list)
    columns: Any = models.JSONField(_("kolumner"), default=dict)
    remarks = models.JSONField(_("anmärkningar"), default=list)
    problem = models.CharField(_("varför den inte går att använda"), max_length=500, blank=True)
    reading = models.PositiveIntegerField(_("läst gång"), default=0, editable=False)
    calendar = models.CharField(
        _("de stängda dagar som tiderna räknades med"), max_length=64, blank=True, editable=False
    )
    done = models.PositiveIntegerField(_("klara rader"), default=0)
    total = models.PositiveIntegerField(_("rader"), default=0)
    beat_at = models.DateTimeField(_("senaste livstecken"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("av")
    )
    created_at = models.DateTimeField(_("inlämnad"), auto_now_add=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("godkänd av"),
    )
    finished_at = models.DateTimeField(_("klar"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("importer")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "beat_at"], name="import_at_work")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of the import."""
        return reverse("channels:import", args=[self.pk])

    @property
    def at_work(self) -> bool:
        """Return True while a job reads or applies it."""
        return self.state in (self.State.READING, self.State.APPLYING)


class ImportRow(models.Model):
    """What one row of the file would do, and what it did. `values` is what would be written; `said` is what the page shows."""

    class Verdict(models.TextChoices):
        ERROR = "error", _("Fel")
        CREATE = "create", _("Ny")
        CHANGE = "change", _("Ändras")
        SAME = "same", _("Oförändrad")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", verbose_name=_("import"))
    number = models.PositiveIntegerField(_("rad"))
    cells = models.JSONField(_("celler"))
    verdict = models.CharField(_("utfall"), max_length=6, choices=Verdict.choices)
    title = models.CharField(_("vad raden gäller"), max_length=300)
    target = models.BigIntegerField(_("rad i registret"), null=True)
    values: Any = models.JSONField(_("nya värden"), default=dict)
    said: Any = models.JSONField(_("fel, anmärkningar och ändringar"), default=dict)
    overtaken = models.BooleanField(_("ändrad sedan förhandsvisningen"), default=False)

    class Meta:
        verbose_name = _("rad i import")
        verbose_name_plural = _("rader i import")
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["run", "verdict", "number"], name="import_row_verdict")]

    def __str__(self) -> str:
        return f"{self.run}: {self.number}"
