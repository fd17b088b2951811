"""Disposal (gallring): what may not be destroyed now, the decision, the list, its items, and the certificate that stays.

Nothing of what a record says stands here: a record is told by its number. So the rows can stay when it is gone.
"""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.models.kept import Kept, KeptFields
from channels.models import Channel
from kommun.history import HistoricalRecords


def _person(label: Any, **options: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=label, **options
    )


class HoldQuerySet(models.QuerySet["Hold"]):
    """Holds in domain words."""

    def in_force(self) -> Self:
        """Return those that have not been released."""
        return self.filter(released_at__isnull=True)


class Hold(models.Model):
    """Somebody says that one record, or everything of a channel, may not be destroyed now, and why. It always wins."""

    class Kind(models.TextChoices):
        DISCLOSURE = "disclosure", _("Någon har begärt ut handlingen")
        POLICE = "police", _("Polisen behöver handlingen")
        APPEAL = "appeal", _("Ett beslut överklagas eller omprövas")
        MATTER = "matter", _("Ärendet är inte avslutat")
        OTHER = "other", _("Annat skäl")

    kind = models.CharField(_("slag"), max_length=10, choices=Kind.choices)
    record_number = models.BigIntegerField(_("handling"), null=True, blank=True)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="disposal_holds", verbose_name=_("kanal")
    )
    reason = models.CharField(_("varför"), max_length=1000)
    set_at = models.DateTimeField(_("sattes"))
    set_by = _person(_("av"))
    released_at = models.DateTimeField(_("hävdes"), null=True, blank=True)
    released_by = _person(_("hävdes av"), null=True, blank=True)
    release_reason = models.CharField(_("varför det hävdes"), max_length=1000, blank=True)

    objects = HoldQuerySet.as_manager()
    history: Any = HistoricalRecords()

    class Meta:
        verbose_name = _("undantag från gallring")
        verbose_name_plural = _("undantag från gallring")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["record_number"], condition=Q(released_at__isnull=True), name="hold_of_record"),
            models.Index(fields=["channel"], condition=Q(released_at__isnull=True), name="hold_of_channel"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(record_number__isnull=False, channel__isnull=True)
                | Q(record_number__isnull=True, channel__isnull=False),
                name="hold_is_of_record_or_channel",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="disposal_hold_has_reason"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True, release_reason="")
                | Q(released_at__isnull=False, released_by__isnull=False) & ~Q(release_reason=""),
                name="released_hold_has_reason",
            ),
        ]
        triggers = [
            Kept(name="hold_stays", operation=pgtrigger.Delete),
            KeptFields(
                name="hold_says_the_same", fields=["kind", "record_number", "channel", "reason", "set_at", "set_by"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.pk})"


class DisposalDecision(models.Model):
    """A decision that disposal rests on: by whom, when, under which number, for which classes. Written once."""

    body = models.CharField(_("vem som beslutade"), max_length=200)
    decided_on = models.DateField(_("beslutsdag"))
    number = models.CharField(_("beslutets nummer"), max_length=60)
    classes = ArrayField(models.SlugField(max_length=60), verbose_name=_("gallringsklasser"))
    noted_at = models.DateTimeField(_("lades in"))
    noted_by = _person(_("lades in av"))

    class Meta:
        verbose_name = _("gallringsbeslut")
        verbose_name_plural = _("gallringsbeslut")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["body", "number"], name="one_disposal_decision_a_number"),
            models.CheckConstraint(condition=~Q(body="") & ~Q(number=""), name="disposal_decision_says_who_and_which"),
            models.CheckConstraint(condition=Q(classes__len__gt=0), name="disposal_decision_has_classes"),
        ]
        triggers = [Kept(name="decision_stays")]

    def __str__(self) -> str:
        return _("%(body)s, %(number)s") % {"body": self.body, "number": self.number}


class DisposalList(models.Model):
    """What somebody proposes to destroy under a decision, from the proposal to the day when it is done.

    Signed by another person than who proposed it; not carried out before `not_before`, which the signing sets.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Granskas")
        SIGNED = "signed", _("Godkänd, väntar")
        CONFIRMED = "confirmed", _("Gallras")
        DONE = "done", _("Gallrad")
        WITHDRAWN = "withdrawn", _("Återtagen")

    decision = models.ForeignKey(
        DisposalDecision, on_delete=models.PROTECT, related_name="lists", verbose_name=_("beslut")
    )
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.PROPOSED)
    proposed_at = models.DateTimeField(_("upprättades"))
    proposed_by = _person(_("upprättades av"))
    signed_at = models.DateTimeField(_("godkändes"), null=True, blank=True)
    signed_by = _person(_("godkändes av"), null=True, blank=True)
    not_before = models.DateTimeField(_("tidigast"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("bekräftades"), null=True, blank=True)
    confirmed_by = _person(_("bekräftades av"), null=True, blank=True)
    finished_at = models.DateTimeField(_("klar"), null=True, blank=True)

    history: Any = HistoricalRecords()

    class Meta:
        verbose_name = _("gallringslista")
        verbose_name_plural = _("gallringslistor")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("proposed_by")), name="list_signed_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["signed", "confirmed", "done"])
                | Q(signed_by__isnull=False, signed_at__isnull=False, not_before__isnull=False),
                name="signed_list_has_person_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["confirmed", "done"])
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="confirmed_list_has_person_and_time",
            ),
            models.CheckConstraint(
                condition=Q(status="done", finished_at__isnull=False) | ~Q(status="done") & Q(finished_at__isnull=True),
                name="done_list_has_time",
            ),
            models.CheckConstraint(
                condition=Q(not_before__isnull=True) | Q(not_before__gte=F("signed_at")),
                name="list_waits_after_signing",
            ),
        ]
        triggers = [
            Kept(name="list_stays", operation=pgtrigger.Delete),
            KeptFields(name="list_says_the_same", fields=["decision", "proposed_at", "proposed_by"]),
        ]

    def __str__(self) -> str:
        return _("Gallringslista %(number)s") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        """Return the page of the list."""
        return reverse("archive:disposal_list", args=[self.pk])


class DisposalItem(models.Model):
    """One record on a list, by its number, and what became of it. `paths`: bytes that are still to be taken off the disk."""

    class State(models.TextChoices):
        LISTED = "listed", _("Inte granskad än")
        APPROVED = "approved", _("Ska gallras")
        KEPT = "kept", _("Ska vara kvar")
        STOPPED = "stopped", _("Stoppad")
        DESTROYED = "destroyed", _("Gallrad")

    listing = models.ForeignKey(DisposalList, on_delete=models.PROTECT, related_name="items", verbose_name=_("lista"))
    record_number = models.BigIntegerField(_("handling"))
    state = models.CharField(_("läge"), max_length=9, choices=State.choices, default=State.LISTED)
    kind = models.CharField(_("slag"), max_length=20)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", verbose_name=_("kanal"))
    retention_class = models.SlugField(_("gallringsklass"), max_length=60)
    occurred_on = models.DateField(_("kom in eller upprättades"))
    ends_on = models.DateField(_("får gallras från"))
    reason = models.CharField(_("varför den är kvar"), max_length=1000, blank=True)
    file_numbers = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("filer som gallrats"))
    checksums = ArrayField(models.CharField(max_length=64), default=list, verbose_name=_("filernas kontrollsummor"))
    paths = ArrayField(models.CharField(max_length=200), default=list, verbose_name=_("filer att ta bort från disken"))
    done_at = models.DateTimeField(_("när"), null=True, blank=True)

    class Meta:
        verbose_name = _("handling på en gallringslista")
        verbose_name_plural = _("handlingar på gallringslistor")
        ordering = ["listing", "pk"]
        indexes = [
            models.Index(fields=["listing", "state", "id"], name="disposal_item_state"),
            GinIndex(fields=["file_numbers"], name="disposal_item_files"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["listing", "record_number"], name="record_once_a_list"),
            models.UniqueConstraint(
                fields=["record_number"], condition=Q(state__in=["listed", "approved"]), name="record_on_one_open_list"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["kept", "stopped"]) | ~Q(reason=""), name="item_that_stays_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state="destroyed") | Q(done_at__isnull=False), name="destroyed_item_has_time"
            ),
        ]
        triggers = [
            Kept(name="item_stays", operation=pgtrigger.Delete),
            KeptFields(
                name="item_is_of_the_same",
                fields=["listing", "record_number", "kind", "channel", "occurred_on", "ends_on"],
            ),
        ]

    def __str__(self) -> str:
        return _("Handling %(number)s") % {"number": self.record_number}


class DisposalCertificate(models.Model):
    """What was destroyed: how many, of which classes, their files' checksums, under which decision, by whom, when. Stays.

    Made with the confirmation, so that what destroys can name it; written when the list is done. `content` is JSON and
    `sha256` is over its UTF-8 bytes; the event "disposal.finished" has the same checksum in the sealed chain.
    """

    listing = models.OneToOneField(
        DisposalList, on_delete=models.PROTECT, related_name="certificate", verbose_name=_("lista")
    )
    content = models.TextField(_("innehåll"), blank=True)
    sha256 = models.CharField(_("kontrollsumma (sha-256)"), max_length=64, blank=True)
    finished_at = models.DateTimeField(_("utfärdat"), null=True, blank=True)

    class Meta:
        verbose_name = _("gallringsintyg")
        verbose_name_plural = _("gallringsintyg")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, content="", sha256="")
                | Q(finished_at__isnull=False) & ~Q(content="") & ~Q(sha256=""),
                name="certificate_is_whole_or_not_written",
            ),
        ]
        triggers = [
            Kept(name="certificate_stays", operation=pgtrigger.Delete),
            Kept(
                name="certificate_is_written_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return _("Gallringsintyg %(number)s") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        """Return the certificate's page."""
        return reverse("archive:certificate", args=[self.pk])
