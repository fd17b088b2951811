"""Versions of the municipality's policy. Once adopted, the database itself refuses to change one."""

from datetime import date

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# What was read in never changes: a draft can only be adopted, and that sets its days. After that only one thing may
# happen, once: superseded, with its last day.
IMMUTABLE = """
IF (TG_OP = 'INSERT') THEN
    IF NEW.status <> 'draft' THEN
        RAISE EXCEPTION 'A policy version begins as a draft.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END IF;
IF (TG_OP = 'DELETE') THEN
    IF OLD.status <> 'draft' THEN
        RAISE EXCEPTION 'An adopted policy version cannot be removed.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END IF;
IF OLD.status = 'draft' THEN
    IF NEW.status NOT IN ('draft', 'adopted')
        OR to_jsonb(NEW) - 'status' - 'valid_from' - 'adopted_at'
            IS DISTINCT FROM to_jsonb(OLD) - 'status' - 'valid_from' - 'adopted_at'
    THEN
        RAISE EXCEPTION 'A draft can only be adopted.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END IF;
IF to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD)
    AND NOT (
        OLD.status = 'adopted' AND NEW.status = 'superseded' AND OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL
        AND to_jsonb(NEW) - 'status' - 'valid_to' = to_jsonb(OLD) - 'status' - 'valid_to'
    )
THEN
    RAISE EXCEPTION 'An adopted policy version cannot be changed.' USING ERRCODE = 'restrict_violation';
END IF;
RETURN NEW;
"""


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    """Versions in the words of the domain."""

    def in_force(self, on: date) -> "PolicyVersionQuerySet":
        """Return the version in force on a day: at most one, which the database sees to."""
        return self.exclude(status=PolicyVersion.Status.DRAFT).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on
        )


class PolicyVersion(models.Model):
    """One version of the policy: the file as given, its canonical text, and the days it is in force.

    `valid_to` is the first day it no longer holds. What was decided under a version keeps pointing at it.
    """

    class Status(models.TextChoices):
        """Draft → adopted → superseded: a successor has been adopted, perhaps from a later day."""

        DRAFT = "draft", _("utkast")
        ADOPTED = "adopted", _("antaget")
        SUPERSEDED = "superseded", _("ersatt")

    number = models.PositiveIntegerField(_("version"), unique=True)
    title = models.CharField(_("titel"), max_length=300)
    municipality = models.SlugField(_("kommun"), max_length=60)
    status = models.CharField(_("läge"), max_length=20, choices=Status.choices, default=Status.DRAFT)
    content = models.TextField(_("innehåll"), help_text=_("Innehållet i en bestämd form, JSON."))
    original = models.TextField(_("filen som den lämnades"))
    filename = models.CharField(_("filnamn"), max_length=100, blank=True)
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    adopted_by = models.CharField(_("antaget av"), max_length=300, blank=True)
    adopted_on = models.DateField(_("antaget den"), null=True, blank=True)
    valid_from = models.DateField(_("gäller från"), null=True, blank=True)
    valid_to = models.DateField(_("upphörde att gälla"), null=True, blank=True)
    review_on = models.DateField(_("ses över senast"), null=True, blank=True)
    created_at = models.DateTimeField(_("inläst"), default=timezone.now, editable=False)
    adopted_at = models.DateTimeField(_("satt i kraft i systemet"), null=True, blank=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("regelverk")
        verbose_name_plural = _("regelverk")
        ordering = ["-number"]
        permissions = [("adopt_policyversion", _("Får anta ett regelverk"))]
        constraints = [
            models.CheckConstraint(
                name="policy_adopted_has_dates",
                condition=Q(status="draft") | Q(valid_from__isnull=False, adopted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="policy_superseded_has_end", condition=~Q(status="superseded") | Q(valid_to__isnull=False)
            ),
            models.CheckConstraint(
                name="policy_ends_after_start", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
            ),
            ExclusionConstraint(
                name="policy_one_in_force_per_day",
                expressions=[
                    (
                        Func(F("valid_from"), F("valid_to"), function="DATERANGE", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    )
                ],
                condition=~Q(status="draft"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="immutable_once_adopted",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=IMMUTABLE,
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    def is_in_force(self, on: date) -> bool:
        """Return True when the version holds on the day."""
        if self.status == self.Status.DRAFT or self.valid_from is None:
            return False
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)
