"""Counts of cases for each channel, rule and half-year. Numbers only: nothing here leads back to a case or a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models import Channel


class CaseFigures(models.Model):
    """What came of the cases that the municipality came to know of in a half-year.

    Without a channel it counts them all; without a category (None) the rules together, and with "" those that have none.
    Medians cannot be added up, so each of the four sums has a row of its own. Written anew by `actions.counting`, and no
    trail is kept: every number follows from the cases. Hours are clock hours.
    """

    starts_on = models.DateField(_("halvårets första dag"))
    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, null=True, related_name="+", db_index=False, verbose_name=_("kanal")
    )
    category = models.CharField(_("kategori"), max_length=60, null=True)
    title = models.CharField(_("kategorins namn"), max_length=200, blank=True)
    cases = models.PositiveIntegerField(_("ärenden"))
    hidden = models.PositiveIntegerField(_("dolda"))
    answered = models.PositiveIntegerField(_("besvarade frågor"))
    kept = models.PositiveIntegerField(_("klara i tid"))
    missed = models.PositiveIntegerField(_("efter tiden"))
    appeals = models.PositiveIntegerField(_("begärda omprövningar"))
    hours_to_hide = models.FloatField(_("timmar till dolt, median"), null=True)
    hours_to_answer = models.FloatField(_("timmar till svar, median"), null=True)
    counted_at = models.DateTimeField(_("räknat"))

    class Meta:
        verbose_name = _("siffror för ett halvår")
        verbose_name_plural = _("siffror för halvår")
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["starts_on", "channel", "category"], nulls_distinct=False, name="figures_are_counted_once"
            )
        ]
        indexes = [models.Index(fields=["channel", "starts_on"], name="figures_of_channel")]

    def __str__(self) -> str:
        return f"{self.starts_on}: {self.cases}"
