"""Records (allmänna handlingar): what came in and what we drew up, how it is kept, and whether it is marked as secret."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from archive.models.files import StoredFile
from archive.models.kept import UNLAWFUL, Kept, KeptFields
from archive.values import Secrecy
from channels.models import Channel
from kommun.history import HistoricalRecords

# A secrecy mark says all three or nothing (OSL 5:5).
MARKED = ~Q(secrecy_provision="") & Q(secrecy_date__isnull=False) & ~Q(secrecy_authority="")
UNMARKED = Q(secrecy_provision="", secrecy_date__isnull=True, secrecy_authority="")


class SecrecyMark(models.Model):
    """A mark that the document may be secret: under which provision, since when, set by which authority (OSL 5:5)."""

    secrecy_provision = models.CharField(_("bestämmelse om sekretess"), max_length=120, blank=True)
    secrecy_date = models.DateField(_("sekretessmarkerad den"), null=True, blank=True)
    secrecy_authority = models.CharField(_("myndighet som satt markeringen"), max_length=120, blank=True)

    class Meta:
        abstract = True

    @property
    def secrecy(self) -> Secrecy | None:
        """The mark; None where there is none."""
        if not self.secrecy_provision or self.secrecy_date is None:
            return None
        return Secrecy(self.secrecy_provision, self.secrecy_date, self.secrecy_authority)

    @secrecy.setter
    def secrecy(self, mark: Secrecy | None) -> None:
        self.secrecy_provision = mark.provision if mark else ""
        self.secrecy_date = mark.date if mark else None
        self.secrecy_authority = mark.authority if mark else ""


class RecordQuerySet(models.QuerySet["Record"]):
    """Records in domain words."""

    def about(self, subject: models.Model) -> Self:
        """Return those that belong to the object of an app above."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))

    def not_diarised(self) -> Self:
        """Return those that are to stand in the diary and do not yet."""
        return self.filter(keeping=Record.Keeping.REGISTER, diary_number="")


class Record(SecrecyMark):
    """One allmän handling: a post as seen, evidence, a reply, a decision. What it says is never changed.

    `occurred_at`: when it came in (TF 2:9, when we could read it) or was drawn up (TF 2:10). `known_at`: when the
    municipality came to know of it. `subject_*` points up at what it belongs to by label and address, never by import.
    `text_notes` tells which hidden characters of the text are shown as [U+…]. How it is kept: OSL 5:1.
    """

    class Direction(models.TextChoices):
        INCOMING = "incoming", _("Inkommen")
        OUTGOING = "outgoing", _("Upprättad hos oss")

    class Kind(models.TextChoices):
        POST = "post", _("Inlägg eller kommentar")
        EVIDENCE = "evidence", _("Bevis")
        REPLY = "reply", _("Svar")
        EXPLANATION = "explanation", _("Förklaring till den som skrev")
        APPEAL = "appeal", _("Begäran om omprövning")
        DECISION = "decision", _("Beslut")
        POLICE_REPORT = "police_report", _("Polisanmälan")
        SNAPSHOT = "snapshot", _("Ögonblicksbild")

    class Keeping(models.TextChoices):
        UNDECIDED = "undecided", _("Inte bestämt än")
        REGISTER = "register", _("Diarieförs")
        ORDERED = "ordered", _("Hålls ordnad här")
        MINOR = "minor", _("Ringa betydelse")

    class Fate(models.TextChoices):
        """What becomes of it in the end. Empty: not decided, and then it is never destroyed."""

        KEEP = "keep", _("Bevaras")
        DESTROY = "destroy", _("Gallras")

    class CountedFrom(models.TextChoices):
        OCCURRED = "occurred", _("när den kom in eller upprättades")
        MATTER_CLOSED = "matter_closed", _("när ärendet avslutades")
        CHANNEL_CLOSED = "channel_closed", _("när kanalen avslutades")

    direction = models.CharField(_("inkommen eller upprättad"), max_length=8, choices=Direction.choices)
    kind = models.CharField(_("slag"), max_length=20, choices=Kind.choices)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="records", verbose_name=_("kanal"))
    occurred_at = models.DateTimeField(_("kom in eller upprättades"))
    known_at = models.DateTimeField(_("vi fick veta"))
    text = models.TextField(_("text"), blank=True)
    text_notes = models.JSONField(_("dolda tecken i texten"), default=dict, blank=True)
    author = models.CharField(_("vem som skrev, så som kontot visades"), max_length=200, blank=True)
    source_url = models.CharField(_("var det stod"), max_length=2000, blank=True)
    files: Any = models.ManyToManyField(
        StoredFile, through="RecordFile", related_name="records", verbose_name=_("filer")
    )

    keeping = models.CharField(
        _("hur handlingen hålls"), max_length=10, choices=Keeping.choices, default=Keeping.UNDECIDED
    )
    diary_number = models.CharField(_("diarienummer"), max_length=60, blank=True)
    retention_class = models.SlugField(_("gallringsklass"), max_length=60, blank=True)
    fate = models.CharField(_("bevaras eller gallras"), max_length=7, choices=Fate.choices, blank=True)
    keep_months = models.PositiveSmallIntegerField(_("månader innan den får gallras"), null=True, blank=True)
    counted_from = models.CharField(_("räknat från"), max_length=14, choices=CountedFrom.choices, blank=True)
    retention_cite = models.CharField(_("regel om gallring"), max_length=300, blank=True)

    subject_type = models.CharField(_("hör till, slag"), max_length=80)
    subject_id = models.CharField(_("hör till"), max_length=40)
    subject_url = models.CharField(_("hör till, adress"), max_length=300, blank=True)
    subject_label = models.CharField(_("hör till, namn"), max_length=300, blank=True)

    created_at = models.DateTimeField(_("lades in"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("av")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("för")
    )

    objects = RecordQuerySet.as_manager()
    history: Any = HistoricalRecords(triggers=[Kept(name="history_stays", gives_way="archive_gives_way(OLD.id)")])

    class Meta:
        verbose_name = _("handling")
        verbose_name_plural = _("handlingar")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="record_subject"),
            # The registrar's list asks only for what does not stand in the diary yet, oldest first.
            models.Index(
                fields=["known_at", "id"],
                condition=Q(keeping="register", diary_number=""),
                name="record_not_diarised",
            ),
            models.Index(fields=["occurred_at", "id"], condition=Q(fate="destroy"), name="record_to_dispose"),
            models.Index(fields=["id"], condition=Q(fate=""), name="record_fate_undecided"),
        ]
        constraints = [
            models.CheckConstraint(condition=MARKED | UNMARKED, name="record_secrecy_all_or_none"),
            models.CheckConstraint(
                condition=UNMARKED | Q(keeping="register"), name="secret_record_is_registered"
            ),  # OSL 5:1
            models.CheckConstraint(
                condition=Q(diary_number="") | Q(keeping="register"), name="diarised_record_is_registered"
            ),
            # Keep or destroy is said outright, and a time belongs to what is destroyed alone.
            models.CheckConstraint(
                condition=Q(fate="destroy", keep_months__isnull=False) & ~Q(counted_from="") & ~Q(retention_class="")
                | Q(fate="keep", keep_months__isnull=True, counted_from="") & ~Q(retention_class="")
                | Q(fate="", keep_months__isnull=True, counted_from="", retention_class=""),
                name="record_fate_is_said_outright",
            ),
        ]
        triggers = [
            KeptFields(
                name="what_it_says_stays",
                fields=[
                    "direction", "kind", "channel", "occurred_at", "known_at", "text", "text_notes", "author", "source_url",
                    "subject_type", "subject_id", "created_at", "created_by", "on_behalf_of",
                ],
            ),
            Kept(name="never_removed", operation=pgtrigger.Delete, gives_way="archive_gives_way(OLD.id)"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.subject_label or f"{self.get_kind_display()} {self.pk}"


class RecordFile(models.Model):
    """A file of a record, in the order they were given. Written once."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="file_rows", verbose_name=_("handling"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="record_rows", verbose_name=_("fil"))
    place = models.PositiveSmallIntegerField(_("ordning"), default=0)

    class Meta:
        verbose_name = _("fil i en handling")
        verbose_name_plural = _("filer i handlingar")
        ordering = ["record", "place", "pk"]
        constraints = [models.UniqueConstraint(fields=["record", "file"], name="one_row_a_record_and_file")]
        triggers = [
            Kept(
                name="written_once",
                gives_way=f"archive_gives_way(OLD.record_id) OR {UNLAWFUL.format(file='OLD.file_id')}",
            )
        ]

    def __str__(self) -> str:
        return str(self.file)
