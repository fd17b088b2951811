"""Files that are kept as evidence. A row is written once; the database refuses to change or remove it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.models.kept import UNLAWFUL, Kept

PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")


class StoredFile(models.Model):
    """One file as it is kept: what it is by its content, who put it here, when, how, and where it was seen.

    `sha256` is over the bytes that are stored. What `archive.intake` left out of what came is told in `metadata`
    (`removed`), with the checksum of what came (`received_sha256`), so that somebody who still has that file can show
    that it is the same. Two files with the same bytes are two rows: each says who, when and how.
    """

    class How(models.TextChoices):
        UPLOADED = "uploaded", _("Uppladdad av en person")
        PASTED = "pasted", _("Inklistrad av en person")
        SHARED = "shared", _("Delad från en telefon")
        RECEIVED = "received", _("Mottagen i en fil från plattformen")
        CAPTURED = "captured", _("Hämtad av Kanalkollen")
        MADE = "made", _("Gjord av Kanalkollen")

    sha256 = models.CharField(_("kontrollsumma (sha-256)"), max_length=64)
    size = models.PositiveBigIntegerField(_("storlek i byte"))
    content_type = models.CharField(_("filtyp efter innehåll"), max_length=100)
    name = models.CharField(_("filnamn"), max_length=160)
    file = models.FileField(_("fil"), max_length=200)
    how = models.CharField(_("hur filen kom hit"), max_length=10, choices=How.choices)
    source_url = models.CharField(_("var den sågs"), max_length=2000, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("av")
    )
    at = models.DateTimeField(_("när"))
    metadata = models.JSONField(_("uppgifter om filen"), default=dict)

    class Meta:
        verbose_name = _("bevarad fil")
        verbose_name_plural = _("bevarade filer")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["sha256"], name="stored_file_sha256"),
            models.Index(fields=["file"], name="stored_file_path"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="stored_file_has_checksum"),
            models.CheckConstraint(condition=Q(size__gt=0), name="stored_file_is_not_empty"),
        ]
        triggers = [
            Kept(name="written_once", gives_way=f"archive_file_gives_way(OLD.id) OR {UNLAWFUL.format(file='OLD.id')}")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page about the file, where it is masked until somebody asks to see it."""
        return reverse("archive:file", args=[self.pk])

    @property
    def is_picture(self) -> bool:
        """Return True for what a browser shows as a picture."""
        return self.content_type in PICTURES

    @property
    def proves(self) -> Any:
        """What the way in proves, and what it does not: in a sentence, for whoever weighs the evidence."""
        return PROVES[self.How(self.how)]


H = StoredFile.How
_BY_A_PERSON = _(
    "En person har gett oss filen. Den visar vad personen såg, men inte i sig att plattformen visade det."
    " Kontrollsumman visar att filen inte har ändrats sedan dess."
)
PROVES = {
    H.UPLOADED: _BY_A_PERSON,
    H.PASTED: _BY_A_PERSON,
    H.SHARED: _BY_A_PERSON,
    H.RECEIVED: _(
        "Filen kom från plattformen i en export. Den visar vad plattformen lämnade ut."
        " Kontrollsumman visar att filen inte har ändrats sedan dess."
    ),
    H.CAPTURED: _(
        "Kanalkollen hämtade filen från adressen. Den visar vad adressen svarade då."
        " Kontrollsumman visar att filen inte har ändrats sedan dess."
    ),
    H.MADE: _(
        "Kanalkollen gjorde filen av andra filer som är sparade. Det är de som visar vad som fanns på kanalen."
        " Kontrollsumman visar att filen inte har ändrats sedan dess."
    ),
}
