"""Snapshots: how a channel looked, as files that are kept, and what came of somebody's look at them.

A snapshot is the same thing however it came to be: captured by us, given by the channel's owner, or taken out of the
platform. Its files say what they are (`SnapshotFile.role`); the PDF/A is made of them, the manifest covers them all.
"""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.models.files import StoredFile
from archive.models.records import Record
from channels.models import Channel
from kommun.history import HistoricalRecords

# What a platform showed, as it came: at least one of these is what the PDF/A is made of.
SOURCES = ("screenshot", "document", "export")

ACCEPTED_IS_WHOLE = """
IF NOT EXISTS (SELECT FROM archive_snapshotfile WHERE snapshot_id = NEW.id AND role = 'pdfa')
    OR NOT EXISTS (SELECT FROM archive_snapshotfile WHERE snapshot_id = NEW.id AND role = 'manifest')
    OR NOT EXISTS (SELECT FROM archive_snapshotfile WHERE snapshot_id = NEW.id AND role IN ('screenshot', 'document', 'export'))
THEN
    RAISE EXCEPTION 'a snapshot is not accepted without its original, its PDF/A and its manifest'
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
DECIDED_STAYS = """
RAISE EXCEPTION 'what has been decided about a snapshot stays' USING ERRCODE = 'check_violation';
"""
NO_MORE_FILES = """
IF NEW.role NOT IN ('validation', 'timestamp') AND EXISTS (
    SELECT FROM archive_snapshot WHERE id = NEW.snapshot_id AND status IN ('accepted', 'rejected')
) THEN
    RAISE EXCEPTION 'the files of a decided snapshot stay as they are' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    """Snapshots in domain words."""

    def open(self) -> Self:
        """Return those that somebody or something still has to do something with."""
        return self.filter(status__in=Snapshot.OPEN_STATES)


class Snapshot(models.Model):
    """How one channel looked at one time.

    `address` and `facts` are what held when it was asked for (name, unit, platform, policy version), so that the cover
    sheet can be written again alike. `taken_at`: when the page was seen, which for an upload is what the person says;
    `handed_in_at`: when the files came here. `period`: the first day of the half-year that it tells of. `problems` is
    what our own check of the PDF/A found (empty: nothing), `validation` what an independent validator said.
    """

    class How(models.TextChoices):
        CAPTURED = "captured", _("Hämtad av Kanalkollen")
        UPLOADED = "uploaded", _("Uppladdad av en person")
        EXPORT = "export", _("Plattformens export")

    class Reason(models.TextChoices):
        CAMPAIGN = "campaign", _("Enligt schemat")
        MAJOR_CHANGE = "major_change", _("Inför en stor ändring")
        BEFORE_CLOSING = "before_closing", _("Innan kanalen avslutas")
        ON_REQUEST = "on_request", _("Någon bad om den")

    class Status(models.TextChoices):
        ASKED = "asked", _("Ska tas")
        RUNNING = "running", _("Tas just nu")
        WAITING = "waiting", _("Väntar på en titt")
        ACCEPTED = "accepted", _("Godtagen")
        REJECTED = "rejected", _("Underkänd")

    class Refusal(models.TextChoices):
        LOGGED_OUT = "logged_out", _("Sidan visade sig utloggad")
        LOGIN_WALL = "login_wall", _("Plattformen krävde inloggning")
        BLOCKED = "blocked", _("Plattformen stoppade oss")
        GONE = "gone", _("Inget konto på adressen")
        SERVER_ERROR = "server_error", _("Plattformen svarade med ett fel")
        TIMED_OUT = "timed_out", _("Det tog för lång tid")
        TOO_LARGE = "too_large", _("Sidan var för stor")
        INCOMPLETE = "incomplete", _("Inlägg eller bilder saknas")
        WRONG_CHANNEL = "wrong_channel", _("Visar en annan kanal")
        UNREADABLE = "unreadable", _("Går inte att läsa")
        FORMAT = "format", _("Blev inte en giltig PDF/A")
        FORBIDDEN = "forbidden", _("Visar något som inte får sparas")
        REPLACED = "replaced", _("En bättre bild finns")

    class Rating(models.TextChoices):
        WHOLE = "whole", _("Visar allt den ska")
        GAPS = "gaps", _("Visar det viktiga, men något saknas")

    class Validation(models.TextChoices):
        NONE = "none", _("Inte oberoende validerad")
        VALID = "valid", _("Validerad")
        INVALID = "invalid", _("Underkänd av valideraren")
        FAILED = "failed", _("Valideringen gick inte att göra")

    OPEN_STATES = (Status.ASKED, Status.RUNNING, Status.WAITING)

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="snapshots", verbose_name=_("kanal"))
    how = models.CharField(_("hur den togs"), max_length=10, choices=How.choices)
    reason = models.CharField(_("varför den togs"), max_length=16, choices=Reason.choices)
    note = models.CharField(_("anteckning"), max_length=1000, blank=True)
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.ASKED)
    attempts = models.PositiveSmallIntegerField(_("försök"), default=0)
    address = models.CharField(_("adress"), max_length=2000, blank=True)
    facts = models.JSONField(_("uppgifter när den begärdes"), default=dict)
    level = models.CharField(_("nivå av PDF/A"), max_length=2, default="1b")
    period = models.DateField(_("halvår"))

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("begärd av")
    )
    asked_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("begärd för")
    )
    asked_at = models.DateTimeField(_("begärd"))
    started_at = models.DateTimeField(_("påbörjad"), null=True)
    taken_at = models.DateTimeField(_("tagen"), null=True)
    handed_in_at = models.DateTimeField(_("filerna kom"), null=True)

    problems = models.JSONField(_("fel i filen"), default=list)
    checked_at = models.DateTimeField(_("filen kontrollerad"), null=True)
    validation = models.CharField(
        _("oberoende validering"), max_length=8, choices=Validation.choices, default=Validation.NONE
    )
    validator = models.CharField(_("validerad av"), max_length=200, blank=True)
    validator_profile = models.CharField(_("valideringens profil"), max_length=120, blank=True)
    manifest_sha256 = models.CharField(_("förteckningens kontrollsumma"), max_length=64, blank=True)

    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("granskad av")
    )
    decided_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("granskad för")
    )
    decided_at = models.DateTimeField(_("granskad"), null=True)
    rating = models.CharField(_("omdöme"), max_length=10, choices=Rating.choices, blank=True)
    refusal = models.CharField(_("varför den underkändes"), max_length=14, choices=Refusal.choices, blank=True)
    decision_note = models.CharField(_("granskarens anteckning"), max_length=1000, blank=True)
    record = models.OneToOneField(
        Record, on_delete=models.PROTECT, null=True, related_name="snapshot", verbose_name=_("handling")
    )

    objects = SnapshotQuerySet.as_manager()
    history: Any = HistoricalRecords()

    class Meta:
        verbose_name = _("ögonblicksbild")
        verbose_name_plural = _("ögonblicksbilder")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["channel", "-id"], name="snapshot_of_channel"),
            models.Index(fields=["period", "-id"], name="snapshot_of_period"),
            models.Index(
                fields=["status", "id"],
                condition=Q(status__in=["asked", "running", "waiting"]),
                name="snapshot_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="accepted")
                | Q(
                    record__isnull=False,
                    checked_at__isnull=False,
                    problems=[],
                    taken_at__isnull=False,
                    handed_in_at__isnull=False,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    refusal="",
                )
                & ~Q(rating="")
                & Q(manifest_sha256__regex="^[0-9a-f]{64}$")
                & ~Q(validation="invalid"),
                name="accepted_snapshot_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status="rejected") | ~Q(refusal="") & Q(decided_at__isnull=False, record__isnull=True),
                name="rejected_snapshot_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["asked", "running", "waiting"])
                | Q(decided_at__isnull=True, refusal="", rating="", record__isnull=True),
                name="open_snapshot_is_undecided",
            ),
            models.CheckConstraint(
                condition=~Q(status="waiting") | ~Q(manifest_sha256="") & Q(taken_at__isnull=False),
                name="waiting_snapshot_has_manifest",
            ),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(started_at__isnull=False, attempts__gt=0),
                name="running_snapshot_has_begun",
            ),
            models.CheckConstraint(condition=~Q(validation="valid") | ~Q(validator=""), name="valid_says_by_what"),
        ]
        triggers = [
            pgtrigger.Protect(name="snapshot_never_removed", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="snapshot_keeps_its_origin",
                fields=["channel", "how", "reason", "asked_by", "asked_for", "asked_at"],
            ),
            pgtrigger.Trigger(
                name="accepted_with_files",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("status"),
                condition=pgtrigger.Q(new__status="accepted"),
                func=ACCEPTED_IS_WHOLE,
            ),
            pgtrigger.Trigger(
                name="decided_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(
                    "status", "record_id", "manifest_sha256", "refusal", "rating", "decided_by_id", "decided_at",
                    "problems", "taken_at", "handed_in_at",
                ),
                condition=pgtrigger.Q(old__status__in=["accepted", "rejected"])
                & (
                    pgtrigger.Q(new__status__df=pgtrigger.F("old__status"))
                    | pgtrigger.Q(new__record__df=pgtrigger.F("old__record"))
                    | pgtrigger.Q(new__manifest_sha256__df=pgtrigger.F("old__manifest_sha256"))
                    | pgtrigger.Q(new__refusal__df=pgtrigger.F("old__refusal"))
                    | pgtrigger.Q(new__rating__df=pgtrigger.F("old__rating"))
                    | pgtrigger.Q(new__decided_by__df=pgtrigger.F("old__decided_by"))
                    | pgtrigger.Q(new__decided_at__df=pgtrigger.F("old__decided_at"))
                    | pgtrigger.Q(new__problems__df=pgtrigger.F("old__problems"))
                    | pgtrigger.Q(new__taken_at__df=pgtrigger.F("old__taken_at"))
                    | pgtrigger.Q(new__handed_in_at__df=pgtrigger.F("old__handed_in_at"))
                ),
                func=DECIDED_STAYS,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(_("Ögonblicksbild av %(channel)s (%(pk)s)") % {"channel": self.channel, "pk": self.pk})

    def get_absolute_url(self) -> str:
        """Return the snapshot's page."""
        return reverse("archive:snapshot", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Return True while it is neither accepted nor rejected."""
        return self.status in self.OPEN_STATES


class SnapshotFile(models.Model):
    """A file of a snapshot: what it is, in which order, and its sha-512 beside the sha-256 that every file has."""

    class Role(models.TextChoices):
        PDFA = "pdfa", _("PDF/A, att läsa och bevara")
        SCREENSHOT = "screenshot", _("Skärmbild, som den togs")
        DOCUMENT = "document", _("PDF, som den kom")
        EXPORT = "export", _("Plattformens export, som den kom")
        WACZ = "wacz", _("Sidan som data (WACZ)")
        MHTML = "mhtml", _("Sidan som data (MHTML)")
        POSTS = "posts", _("Inläggen som data (JSON)")
        CAPTURE = "capture", _("Uppgifter om hämtningen (JSON)")
        VALIDATION = "validation", _("Rapport från valideringen")
        MANIFEST = "manifest", _("Förteckning med kontrollsummor")
        TIMESTAMP = "timestamp", _("Tidsstämpel")
        THUMBNAIL = "thumbnail", _("Liten bild till listan")

    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, related_name="file_rows", verbose_name=_("ögonblicksbild")
    )
    file = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, related_name="snapshot_row", verbose_name=_("fil")
    )
    role = models.CharField(_("vad filen är"), max_length=10, choices=Role.choices)
    place = models.PositiveSmallIntegerField(_("ordning"), default=0)
    attempt = models.PositiveSmallIntegerField(_("försök"), default=1)
    sha512 = models.CharField(_("kontrollsumma (sha-512)"), max_length=128)

    class Meta:
        verbose_name = _("fil i en ögonblicksbild")
        verbose_name_plural = _("filer i ögonblicksbilder")
        ordering = ["snapshot", "place", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(sha512__regex="^[0-9a-f]{128}$"), name="snapshot_file_has_sha512"),
            models.UniqueConstraint(
                fields=["snapshot", "attempt", "role"],
                condition=Q(role__in=["pdfa", "manifest", "posts", "capture", "wacz", "mhtml", "thumbnail"]),
                name="one_of_each_an_attempt",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="snapshot_file_written_once", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="no_more_files",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=NO_MORE_FILES,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.file}"
