"""A case: something written in a channel that somebody has to act on.

The row is what holds now; who did what is in the events. What must never happen is held here by the database too:
nothing is hidden without evidence, and nothing removed before assessment and what the policy asks for first.
"""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from archive.models import Record
from channels.models import Channel
from kommun.history import HistoricalRecords

NEEDS_EVIDENCE = """
IF NOT EXISTS (
    SELECT FROM moderation_caseevidence
    WHERE case_id = NEW.id AND (file_id IS NOT NULL OR NEW.evidence_need = 'words')
) THEN
    RAISE EXCEPTION 'case % has no evidence and cannot be hidden', NEW.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'hidden_case_has_evidence';
END IF;
RETURN NEW;
"""
NEVER_A_FILE = """
IF EXISTS (SELECT FROM moderation_caseevidence WHERE case_id = NEW.id AND file_id IS NOT NULL) THEN
    RAISE EXCEPTION 'case % may hold no file', NEW.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'forbidden_case_has_no_file';
END IF;
RETURN NEW;
"""
# What a search reads. The channel is one of the words, so that the index itself keeps to the channels of the reader.
CHANNEL_WORD = "kanalnummer"
_CHANNEL = Concat(Value(CHANNEL_WORD), Cast("channel", models.TextField()), output_field=models.TextField())
WORDS = SearchVector("author", "text", _CHANNEL, config="swedish")
BEFORE_HIDING = Q(status__in=["open", "preserved"])


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases in domain words."""

    def open(self) -> Self:
        """Return those that somebody still has something to do with."""
        return self.filter(closed_at__isnull=True)


class Case(models.Model):
    """One post, comment or message that somebody looks at: what was seen, where, by whom written, and what came of it.

    `known_at` is when the municipality came to know of it; the clock goes from there. `evidence_need`, `needs_*` and
    `files_forbidden` are what the policy version of the case asks for with its category, written down when the category
    is chosen, so that the database can hold it. `due_at` is a copy of the time of the case's open obligation, for the
    queue only: the clock has the obligation. `lane` and `sort_at` are the place in the queue.
    """

    class Direction(models.TextChoices):
        INCOMING = "incoming", _("Skrivet av någon annan")
        OWN = "own", _("Skrivet av kommunen")

    class Kind(models.TextChoices):
        REPORT = "report", _("Ta bort eller dölja")
        QUESTION = "question", _("Fråga att svara på")
        OPINION = "opinion", _("Åsikt eller kritik")
        OTHER = "other", _("Annat")

    class Status(models.TextChoices):
        OPEN = "open", _("Inte åtgärdat")
        PRESERVED = "preserved", _("Bevis sparat")
        HIDDEN = "hidden", _("Dolt")
        ASSESSED = "assessed", _("Bedömt")
        DELETED = "deleted", _("Borttaget")
        RESTORED = "restored", _("Visas igen")
        GONE = "gone", _("Borta utan oss")
        CLOSED = "closed", _("Avslutat")

    class Known(models.TextChoices):
        WATCH = "watch", _("Egen bevakning")
        COLLEAGUE = "colleague", _("Tips från en kollega")
        VISITOR = "visitor", _("Tips från en besökare")
        IMPORT = "import", _("Inläst fil")

    class EvidenceNeed(models.TextChoices):
        IMAGE = "image", _("Skärmbild eller kopia")
        WORDS = "words", _("Beskrivning i ord")

    class Assessment(models.TextChoices):
        REMOVE = "remove", _("Ska bort")
        KEEP = "keep", _("Ska visas igen")

    class Outcome(models.TextChoices):
        REMOVED = "removed", _("Borttaget av oss")
        BY_AUTHOR = "by_author", _("Borttaget av den som skrev")
        BY_PLATFORM = "by_platform", _("Borttaget av plattformen")
        RESTORED = "restored", _("Dolt en tid, visas igen")
        LEFT = "left", _("Fick stå kvar")
        ANSWERED = "answered", _("Besvarat")

    class Police(models.TextChoices):
        REPORTED = "reported", _("Polisanmält")
        NOT_REPORTED = "not_reported", _("Inte polisanmält")

    class Lane(models.IntegerChoices):
        """Which part of the queue: what runs comes before what waits."""

        SOON = 0, _("Så fort det går")
        DATED = 1, _("Med tid")
        UNDATED = 2, _("Utan tid")
        OURS = 3, _("Tiden är stoppad, något återstår")
        OTHERS = 4, _("Väntar på andra")

    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="cases", db_index=False, verbose_name=_("kanal")
    )
    direction = models.CharField(
        _("vem som skrev"), max_length=8, choices=Direction.choices, default=Direction.INCOMING
    )
    kind = models.CharField(_("vad det gäller"), max_length=8, choices=Kind.choices, default=Kind.REPORT)
    status = models.CharField(_("läge"), max_length=9, choices=Status.choices, default=Status.OPEN)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    # What was seen
    url = models.CharField(_("adress"), max_length=2000, blank=True)
    address_key = models.CharField(_("adress att jämföra"), max_length=600, blank=True, editable=False)
    platform_item_id = models.CharField(_("plattformens nummer på inlägget"), max_length=200, blank=True)
    author = models.CharField(_("vem som skrev, så som kontot visades"), max_length=200, blank=True)
    text = models.TextField(_("text så som den visades"), max_length=20_000, blank=True)
    written_at = models.DateTimeField(_("skrevs"), null=True, blank=True)
    seen_at = models.DateTimeField(_("sågs"))
    known_at = models.DateTimeField(_("kommunen fick veta"))
    known_how = models.CharField(_("hur kommunen fick veta"), max_length=9, choices=Known.choices, default=Known.WATCH)
    source = models.SlugField(_("varifrån"), max_length=60, default="web")
    external_id = models.CharField(_("id i källan"), max_length=200, blank=True)
    opened_at = models.DateTimeField(_("lades in"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("lades in av"),
    )

    # What the policy says of it
    policy_version = models.ForeignKey(
        "kommun.PolicyVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("policyversion"),
    )
    category = models.SlugField(_("kategori"), max_length=60, blank=True)
    category_kind = models.CharField(_("slag av kategori"), max_length=10, blank=True)
    category_title = models.CharField(_("kategorins namn"), max_length=200, blank=True)
    evidence_need = models.CharField(
        _("bevis som behövs"), max_length=5, choices=EvidenceNeed.choices, default=EvidenceNeed.IMAGE
    )
    files_forbidden = models.BooleanField(_("inga filer får sparas"), default=False)
    is_crime = models.BooleanField(_("kan vara brott"), default=False)
    needs_handover = models.BooleanField(_("lämnas till registrator före borttagning"), default=False)
    needs_receipt = models.BooleanField(_("tas emot av registrator före borttagning"), default=False)
    needs_police = models.BooleanField(_("ställning till polisanmälan före borttagning"), default=False)

    # The ladder
    preserved_at = models.DateTimeField(_("bevis sparat"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("dolt"), null=True, blank=True)
    assessed_at = models.DateTimeField(_("bedömt"), null=True, blank=True)
    assessment = models.CharField(_("bedömning"), max_length=6, choices=Assessment.choices, blank=True)
    assessment_note = models.TextField(_("skäl"), max_length=2000, blank=True)
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("bedömt av"),
    )
    record = models.OneToOneField(
        Record,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handling"),
    )
    handed_at = models.DateTimeField(_("lämnat till registrator"), null=True, blank=True)
    receipt_at = models.DateTimeField(_("mottaget av registrator"), null=True, blank=True)
    police = models.CharField(_("polisanmälan"), max_length=12, choices=Police.choices, blank=True)
    police_at = models.DateTimeField(_("ställning till polisanmälan"), null=True, blank=True)
    police_number = models.CharField(_("polisens diarienummer"), max_length=60, blank=True)
    police_note = models.TextField(_("om polisanmälan"), max_length=2000, blank=True)
    deleted_at = models.DateTimeField(_("borttaget"), null=True, blank=True)
    restored_at = models.DateTimeField(_("visas igen"), null=True, blank=True)
    answered_at = models.DateTimeField(_("besvarat"), null=True, blank=True)
    gone_at = models.DateTimeField(_("borta utan oss"), null=True, blank=True)
    closed_at = models.DateTimeField(_("avslutat"), null=True, blank=True)
    outcome = models.CharField(_("utfall"), max_length=11, choices=Outcome.choices, blank=True)

    # What it said is destroyed; that it was, and what came of it, stays for the figures.
    disposed_at = models.DateTimeField(_("gallrat"), null=True, blank=True, editable=False)

    # Who has it
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("tagen av"),
    )
    claimed_at = models.DateTimeField(_("tagen"), null=True, blank=True)
    assigned_unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("skickad till"),
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("skickad till, person"),
    )
    forwarded_at = models.DateTimeField(_("skickad vidare"), null=True, blank=True)

    # The place in the queue
    due_at = models.DateTimeField(_("klart senast"), null=True, blank=True, editable=False)
    lane = models.PositiveSmallIntegerField(_("del av kön"), choices=Lane.choices, default=Lane.SOON, editable=False)
    sort_at = models.DateTimeField(_("ordning i kön"), editable=False)

    objects = CaseQuerySet.as_manager()
    history: Any = HistoricalRecords(excluded_fields=["text"], lean=True)  # what a person wrote is kept once

    class Meta:
        verbose_name = _("ärende i granskningen")
        verbose_name_plural = _("ärenden i granskningen")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="one_case_an_external_id"
            ),
            # The ladder: each step stands on the one before it.
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True) | Q(preserved_at__isnull=False), name="preserved_before_hidden"
            ),
            models.CheckConstraint(
                condition=Q(assessed_at__isnull=True, assessment="")
                | Q(assessed_at__isnull=False, hidden_at__isnull=False) & ~Q(assessment=""),
                name="hidden_before_assessed",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(assessment="remove"), name="assessed_before_deleted"
            ),
            models.CheckConstraint(
                condition=Q(restored_at__isnull=True) | Q(assessment="keep"), name="assessed_before_restored"
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(needs_handover=False) | Q(handed_at__isnull=False),
                name="handed_over_before_deleted",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(needs_receipt=False) | Q(receipt_at__isnull=False),
                name="received_before_deleted",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(needs_police=False) | Q(police_at__isnull=False),
                name="police_considered_before_deleted",
            ),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True) | Q(record__isnull=False) | Q(disposed_at__isnull=False),
                name="handed_over_case_has_record",
            ),
            models.CheckConstraint(
                condition=Q(receipt_at__isnull=True) | Q(handed_at__isnull=False), name="handed_over_before_received"
            ),
            models.CheckConstraint(
                condition=Q(police_at__isnull=True, police="") | Q(police_at__isnull=False) & ~Q(police=""),
                name="police_stand_has_time",
            ),
            models.CheckConstraint(
                condition=Q(files_forbidden=False) | Q(evidence_need="words"), name="forbidden_file_is_put_in_words"
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(status="closed") & Q(closed_at__isnull=True),
                name="closed_case_has_outcome",
            ),
            # The state and the stamps say the same.
            models.CheckConstraint(
                condition=~Q(status__in=["hidden", "assessed", "deleted", "restored"]) | Q(hidden_at__isnull=False),
                name="hidden_case_has_time",
            ),
            models.CheckConstraint(
                condition=~BEFORE_HIDING | Q(hidden_at__isnull=True), name="case_before_hiding_is_not_hidden"
            ),
            models.CheckConstraint(
                condition=~Q(status="deleted") | Q(deleted_at__isnull=False), name="deleted_case_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(status="restored") | Q(restored_at__isnull=False), name="restored_case_has_time"
            ),
            models.CheckConstraint(condition=~Q(status="gone") | Q(gone_at__isnull=False), name="gone_case_has_time"),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_at__isnull=True)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
                name="claim_has_person_and_time",
            ),
            models.CheckConstraint(condition=Q(known_at__lte=F("opened_at")), name="known_before_opened"),
            models.CheckConstraint(
                condition=Q(disposed_at__isnull=True)
                | Q(closed_at__isnull=False, record__isnull=True, text="", author="", url="", address_key=""),
                name="disposed_case_says_nothing",
            ),
        ]
        # The queue asks only for what is open, in its own order, whatever has ever been.
        indexes = [
            models.Index(
                fields=["channel", "lane", "sort_at", "id"],
                condition=Q(closed_at__isnull=True),
                name="case_queue_channel",
            ),
            models.Index(fields=["lane", "sort_at", "id"], condition=Q(closed_at__isnull=True), name="case_queue_all"),
            models.Index(
                fields=["assigned_to", "lane", "sort_at", "id"],
                condition=Q(closed_at__isnull=True, assigned_to__isnull=False),
                name="case_queue_assigned",
            ),
            models.Index(
                fields=["assigned_unit", "lane", "sort_at", "id"],
                condition=Q(closed_at__isnull=True, assigned_unit__isnull=False),
                name="case_queue_unit",
            ),
            models.Index(
                fields=["lane", "sort_at", "id"],
                condition=Q(closed_at__isnull=True, is_crime=True),
                name="case_queue_crime",
            ),
            # A search goes through what is closed as well: few are ever sent to somebody, or may be a crime.
            models.Index(fields=["assigned_to"], condition=Q(assigned_to__isnull=False), name="case_assigned"),
            models.Index(fields=["assigned_unit"], condition=Q(assigned_unit__isnull=False), name="case_assigned_unit"),
            models.Index(fields=["id"], condition=Q(is_crime=True), name="case_crime"),
            models.Index(fields=["external_id"], condition=~Q(external_id=""), name="case_external"),
            GinIndex(WORDS, name="case_words"),
            models.Index(fields=["address_key"], condition=~Q(address_key=""), name="case_address"),
            models.Index(fields=["platform_item_id"], condition=~Q(platform_item_id=""), name="case_platform_item"),
            models.Index(
                fields=["handed_at"],
                condition=Q(handed_at__isnull=False, receipt_at__isnull=True),
                name="case_awaits_receipt",
            ),
            models.Index(fields=["channel", "-closed_at"], condition=Q(closed_at__isnull=False), name="case_closed"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="hidden_with_evidence",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("hidden_at", "evidence_need"),
                condition=pgtrigger.Q(new__hidden_at__isnull=False),
                func=NEEDS_EVIDENCE,
            ),
            pgtrigger.Trigger(
                name="forbidden_holds_no_file",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("files_forbidden"),
                condition=pgtrigger.Q(new__files_forbidden=True),
                func=NEVER_A_FILE,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What to call it in lists, mail and the log: the category or the kind and the number, never what was written."""
        name = self.category_title or self.get_kind_display()
        return f"{name} ({self.pk})"

    @property
    def is_open(self) -> bool:
        """Return True while somebody still has something to do with it."""
        return self.closed_at is None

    @property
    def has_clock(self) -> bool:
        """Return True while time runs: a report that is not hidden, a question without an answer."""
        before = self.status in (self.Status.OPEN, self.Status.PRESERVED)
        return before and self.kind in (self.Kind.REPORT, self.Kind.QUESTION)

    def get_absolute_url(self) -> str:
        """Return the page of the case."""
        return reverse("moderation:case", args=[self.pk])
