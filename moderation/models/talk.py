"""What others tell us, and what we answer."""

from secrets import choice
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.models import Record
from archive.models.kept import Kept
from channels.models import Channel
from kommun.history import HistoricalRecords
from moderation.models.author import ReplyTemplate
from moderation.models.case import Case

# No letters or digits that look like each other, and no vowels that could make a word.
_SIGNS = "23456789BCDFGHJKMNPQRSTVWXZ"


def new_reference() -> str:
    """Return a number to tell a tip by, such as 7K3M-9QXT. It says nothing of how many there are."""
    signs = "".join(choice(_SIGNS) for _each in range(8))
    return f"{signs[:4]}-{signs[4:]}"


class Tip(models.Model):
    """Somebody outside the watch told us. From `received_at` on the municipality knows.

    Until it is handled nobody has looked at it: then it has a case, or the reason why there is none. A visitor need not say
    who is asking; `contact` is given freely. `reference` is what the sender can tell it by.
    """

    reference = models.CharField(_("nummer"), max_length=9, unique=True, default=new_reference, editable=False)

    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="tips", verbose_name=_("kanal")
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="tips", verbose_name=_("ärende")
    )
    url = models.CharField(_("adress"), max_length=2000, blank=True)
    address_key = models.CharField(_("adress att jämföra"), max_length=600, blank=True, editable=False)
    text = models.TextField(_("vad tipset säger"), max_length=5000, blank=True)
    contact = models.CharField(_("kontakt"), max_length=200, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("kollega som tipsade"),
    )
    received_at = models.DateTimeField(_("kom in"))
    handled_at = models.DateTimeField(_("omhändertaget"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("omhändertaget av"),
    )
    answer = models.CharField(_("varför inget ärende"), max_length=500, blank=True)

    history: Any = HistoricalRecords(excluded_fields=["text", "contact"])

    class Meta:
        verbose_name = _("tips")
        verbose_name_plural = _("tips")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["received_at", "id"], condition=Q(handled_at__isnull=True), name="tip_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True) | Q(case__isnull=False) | ~Q(answer=""),
                name="handled_tip_has_case_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.reference}"

    def get_absolute_url(self) -> str:
        """Return the page where it is read."""
        return reverse("moderation:tip_read", args=[self.pk])

    @property
    def is_handled(self) -> bool:
        """Return True when somebody has read it and said what comes of it."""
        return self.handled_at is not None


class Reply(models.Model):
    """What we wrote back. Written once; a correction is a new reply. `template`: the version of the text that it began from."""

    class Kind(models.TextChoices):
        INTERIM = "interim", _("Besked om att vi återkommer")
        FINAL = "final", _("Svar")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="replies", verbose_name=_("ärende"))
    kind = models.CharField(_("slag"), max_length=7, choices=Kind.choices, default=Kind.FINAL)
    text = models.TextField(_("text"), max_length=20_000)
    signature = models.CharField(_("underskrift"), max_length=300, blank=True)
    url = models.CharField(_("var svaret står"), max_length=2000, blank=True)
    published_at = models.DateTimeField(_("publicerades"))
    template = models.ForeignKey(
        ReplyTemplate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("mall"),
    )
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+", verbose_name=_("handling"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("av")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("för")
    )

    class Meta:
        verbose_name = _("svar")
        verbose_name_plural = _("svar")
        ordering = ["pk"]
        triggers = [Kept(name="written_once", gives_way="archive_gives_way(OLD.record_id)")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.get_kind_display()}"
