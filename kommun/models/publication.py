"""What has changed since the public pages were last published. Written by the database itself, in the transaction."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PublicationDue(models.Model):
    """A change that the published pages do not show yet. The row is removed when they do.

    Triggers write it (channels/migrations/0003_publication.py), so a change made past the actions, even by hand in the
    database, is seen too. `slug`: the channel that changed; empty when every page may have.
    """

    slug = models.CharField(_("kanal"), max_length=140, blank=True)
    at = models.DateTimeField(_("ändrat"), db_index=True)

    class Meta:
        verbose_name = _("väntande publicering")
        verbose_name_plural = _("väntande publiceringar")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.slug}"
