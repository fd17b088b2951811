"""Mails kept for the demo's mailbox page. In production this table stays empty: mail goes out by SMTP."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DemoMail(models.Model):
    """One mail as it was sent, readable at the mailbox page of the demo."""

    sent_at = models.DateTimeField(_("skickat"), auto_now_add=True)
    to = models.EmailField(_("till"), db_index=True)
    subject = models.CharField(_("ämne"), max_length=300)
    body = models.TextField(_("text"))

    class Meta:
        verbose_name = _("e-brev i demon")
        verbose_name_plural = _("e-brev i demon")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"


class OutgoingMail(models.Model):
    """A mail that an act gave rise to. Written in the transaction of the act, so a lost job loses no message."""

    to = models.EmailField(_("till"))
    subject = models.CharField(_("ämne"), max_length=300)
    body = models.TextField(_("text"))
    created_at = models.DateTimeField(_("skapat"), auto_now_add=True)
    sent_at = models.DateTimeField(_("skickat"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("försök"), default=0)
    last_error = models.CharField(_("senaste fel"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("utgående e-brev")
        verbose_name_plural = _("utgående e-brev")
        indexes = [models.Index(fields=["created_at"], condition=models.Q(sent_at__isnull=True), name="unsent_mail")]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
