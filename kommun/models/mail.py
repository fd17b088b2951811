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
