"""The append-only event table and its chain of seals.

The seal is computed by the database at commit, in a deferred trigger: by then the transaction holds every row lock it
needs, so the one lock of the chain is held for the commit only and cannot deadlock with the work before it.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

# 7040001 is any fixed number: the advisory lock of the chain.
SEAL = """
DECLARE
    last RECORD;
    next_seq bigint := 1;
    previous text := repeat('0', 64);
BEGIN
    PERFORM pg_advisory_xact_lock(7040001);
    SELECT seq, digest INTO last FROM kommun_eventseal ORDER BY seq DESC LIMIT 1;
    IF FOUND THEN
        next_seq := last.seq + 1;
        previous := last.digest;
    END IF;
    INSERT INTO kommun_eventseal (event_id, seq, previous, digest)
    VALUES (NEW.id, next_seq, previous, encode(sha256(convert_to(previous || NEW.payload, 'UTF8')), 'hex'));
    RETURN NULL;
END;
"""


class Event(models.Model):
    """One act. Never changed, never removed."""

    kind = models.CharField(_("händelse"), max_length=80)
    occurred_at = models.DateTimeField(_("tidpunkt"))
    subject_type = models.CharField(_("slag av objekt"), max_length=80)
    subject_id = models.CharField(_("objekt"), max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, verbose_name=_("vem"), related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, verbose_name=_("för vem"), related_name="+"
    )
    actor_label = models.CharField(_("namn och roll då"), max_length=300)
    door = models.CharField(_("väg in"), max_length=20)
    payload = models.TextField(_("innehåll"))

    class Meta:
        verbose_name = _("händelse")
        verbose_name_plural = _("händelser")
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"])]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="seal_at_commit",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=pgtrigger.Func(SEAL),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occurred_at:%Y-%m-%d %H:%M} {self.kind} ({self.subject_type} {self.subject_id})"


class EventSeal(models.Model):
    """The event's place in the chain: sha256 over the digest before it and the event's payload. Written by the database."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="seal")
    seq = models.BigIntegerField(_("nummer"), unique=True)
    previous = models.CharField(_("föregående"), max_length=64)
    digest = models.CharField(_("kontrollsumma"), max_length=64)

    class Meta:
        verbose_name = _("sigill")
        verbose_name_plural = _("sigill")
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.seq}: {self.digest[:12]}"
