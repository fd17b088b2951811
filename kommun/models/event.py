"""The append-only event table and its chain of seals.

The seal is computed by the database at commit, in a deferred trigger: by then the transaction holds every row lock it
needs, so the one lock of the chain is held for the commit only and cannot deadlock with the work before it.
"""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgtrigger import compiler

# 7040001 is any fixed number: the advisory lock of the chain. The trigger runs once for each event, so what it does must
# cost the same for the first event of a transaction and for the hundred-thousandth.
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


class SealSql(compiler.UpsertTriggerSql):
    """How the trigger of the seal is installed. Migrations refer to it: what they install must not change.

    The package's own template begins each call by asking whether the session has switched the trigger off, in a
    subtransaction that fails when it has not. A failed subtransaction goes through everything that is still to be done at
    commit, so the hundred-thousandth event paid for the others: an import of 10,000 channels held the lock of the chain for
    more than a minute. Here nobody is asked, and no session can switch the seal off.

    The plan of a query is made once for a session, perhaps while the chain was empty. Then reading all of it seems cheapest,
    and would be done for each event. `enable_seqscan` sees to it that the index is used whatever the size was.
    """

    def get_template(self) -> str:
        """Return the SQL."""
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER LANGUAGE plpgsql SET enable_seqscan = off AS $$
                {func}
            $$;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                FOR EACH {level}
                EXECUTE FUNCTION {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class SealTrigger(pgtrigger.Trigger):
    """The trigger that seals, installed in our own way."""

    when, operation, timing = pgtrigger.After, pgtrigger.Insert, pgtrigger.Deferred
    func = SEAL

    def compile(self, model: Any) -> compiler.Trigger:
        """Return the trigger as migrations keep it."""
        compiled = super().compile(model)
        return compiler.Trigger(name=compiled.name, sql=SealSql(**compiled.sql.kwargs))


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
            SealTrigger(name="seal_at_commit"),
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
