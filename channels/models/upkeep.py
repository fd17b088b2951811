"""What keeps the register true: the owner's confirmation, what the account shows, and that the log-in works.

Rows are added, never changed: the newest one counts, the older ones tell what was said before.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models.channel import Channel


class Statement(models.Model):
    """What somebody has said about a channel, on a day, for oneself or for somebody else."""

    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("av")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("för"),
    )
    made_at = models.DateTimeField(_("när"))
    policy_version = models.ForeignKey(
        "kommun.PolicyVersion", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("policyversion")
    )
    note = models.CharField(_("anteckning"), max_length=500, blank=True)

    class Meta:
        abstract = True


class Confirmation(Statement):
    """The owner's half-yearly word that what the register says is still true. `facts`: what was confirmed, as it stood."""

    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="confirmations", verbose_name=_("kanal")
    )
    facts = models.JSONField(_("vad som bekräftades"))

    class Meta:
        verbose_name = _("bekräftelse")
        verbose_name_plural = _("bekräftelser")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["channel", "-made_at"], name="confirmation_newest")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.made_at:%Y-%m-%d}"


class Attestation(Statement):
    """Whether the account shows one thing that the policy asks for (matrix E), with proof when there is one.

    `asked` is the policy's text of the item as it was then: when the policy asks for something else, the attestation no
    longer answers it.
    """

    class Answer(models.TextChoices):
        SHOWN = "shown", _("Visas")
        NOT_SHOWN = "not_shown", _("Visas inte")
        NOT_POSSIBLE = "not_possible", _("Går inte på plattformen")

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="attestations", verbose_name=_("kanal"))
    item = models.SlugField(_("uppgift"), max_length=60)
    asked = models.TextField(_("vad policyn bad om"))
    answer = models.CharField(_("svar"), max_length=12, choices=Answer.choices)
    seen_on = models.DateField(_("sågs den"))
    proof = models.FileField(_("skärmbild eller annat bevis"), upload_to="attestations/%Y/", blank=True)
    proof_name = models.CharField(_("filnamn"), max_length=200, blank=True)
    proof_type = models.CharField(_("filtyp efter innehåll"), max_length=100, blank=True)
    proof_sha256 = models.CharField(_("kontrollsumma"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("intyg om vad kontot visar")
        verbose_name_plural = _("intyg om vad kontot visar")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["channel", "item", "-made_at"], name="attestation_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(answer="not_possible") | ~Q(note=""), name="impossible_attestation_has_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.item} ({self.get_answer_display()})"


class AccessTest(Statement):
    """Somebody has signed in on the platform, or could not. Where the log-in is kept and who has it, never the secret."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="access_tests", verbose_name=_("kanal"))
    works = models.BooleanField(_("inloggningen fungerar"))
    strong = models.BooleanField(
        _("inloggningen har två steg"), null=True, blank=True, help_text=_("Tomt: plattformen erbjuder det inte.")
    )
    place = models.CharField(_("var inloggningen förvaras"), max_length=200)
    tested_on = models.DateField(_("provad den"))

    class Meta:
        verbose_name = _("prov av inloggning")
        verbose_name_plural = _("prov av inloggningar")
        ordering = ["-tested_on", "-pk"]
        indexes = [models.Index(fields=["channel", "-tested_on"], name="access_test_newest")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.tested_on:%Y-%m-%d}"
