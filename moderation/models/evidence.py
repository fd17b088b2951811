"""What was saved of a post before anybody touched it: a stored file, or a description where no file may be kept."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from archive.models import StoredFile
from archive.models.kept import UNLAWFUL, Kept
from moderation.models.case import Case

NO_FILE_WHERE_FORBIDDEN = """
PERFORM FROM moderation_case WHERE id = NEW.case_id AND files_forbidden FOR SHARE;
IF FOUND THEN
    RAISE EXCEPTION 'case % may hold no file', NEW.case_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'forbidden_case_has_no_file';
END IF;
RETURN NEW;
"""
OF_ITS_RECORD = "archive_gives_way((SELECT record_id FROM moderation_case WHERE id = OLD.case_id))"


class CaseEvidence(models.Model):
    """One piece of evidence. Written once; the database refuses to change or remove it.

    Where pictures are a crime to hold (BrB 16:10 a) it is words, and the database refuses a file.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("ärende"))
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("fil")
    )
    words = models.TextField(_("beskrivning"), max_length=5000, blank=True)
    at = models.DateTimeField(_("sparades"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("av")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("för")
    )

    class Meta:
        verbose_name = _("bevis")
        verbose_name_plural = _("bevis")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(file__isnull=False) | ~Q(words=""), name="evidence_is_file_or_words"),
        ]
        triggers = [
            Kept(
                name="written_once",
                gives_way=f"{OF_ITS_RECORD} OR {UNLAWFUL.format(file='OLD.file_id')}",
            ),
            pgtrigger.Trigger(
                name="no_file_where_forbidden",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__file__isnull=False),
                func=NO_FILE_WHERE_FORBIDDEN,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.file or _('beskrivning i ord')}"
