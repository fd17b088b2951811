"""Whether the files that are kept still are what they were: the newest answer for each."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from archive.models.files import StoredFile


class FixityCheck(models.Model):
    """When a file's checksum was last computed again, and what came of it.

    `since`: when it was first found to be something else than what was kept, and has been so since. `found_sha256` is of
    the bytes that lie there now, empty when there are none.
    """

    class Result(models.TextChoices):
        SAME = "same", _("Oförändrad")
        CHANGED = "changed", _("Ändrad")
        GONE = "gone", _("Borta")

    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="fixity", verbose_name=_("fil"))
    result = models.CharField(_("resultat"), max_length=8, choices=Result.choices)
    checked_at = models.DateTimeField(_("kontrollerad"), db_index=True)
    since = models.DateTimeField(_("fel sedan"), null=True)
    found_sha256 = models.CharField(_("kontrollsumma nu"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("kontroll av en fil")
        verbose_name_plural = _("kontroller av filer")
        ordering = ["-checked_at", "-pk"]
        indexes = [models.Index(fields=["since"], condition=~Q(result="same"), name="fixity_damaged")]
        constraints = [
            models.CheckConstraint(
                condition=Q(result="same", since__isnull=True) | ~Q(result="same") & Q(since__isnull=False),
                name="damaged_since_some_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file}: {self.get_result_display()}"
