"""Applications for new channels, the steps that decide on them, and the decision that is kept."""

import uuid
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels.models.channel import Channel
from channels.platform_specs import load_platform_specs
from kommun import policy
from kommun.history import HistoricalRecords


class Application(models.Model):
    """An application for a new channel. `answers` holds what the applicant wrote, by field key, also what is not yet usable."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Utkast")
        SUBMITTED = "submitted", _("Inskickad")
        CHANGES_REQUESTED = "changes_requested", _("Behöver kompletteras")
        APPROVED = "approved", _("Beviljad")
        REFUSED = "refused", _("Avslagen")
        WITHDRAWN = "withdrawn", _("Återtagen")

    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="applications", verbose_name=_("sökande")
    )
    status = models.CharField(_("läge"), max_length=18, choices=Status.choices, default=Status.DRAFT)
    policy_version = models.ForeignKey(
        "kommun.PolicyVersion", on_delete=models.PROTECT, related_name="+", verbose_name=_("policyversion")
    )
    answers: Any = models.JSONField(_("svar"), default=dict)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("påbörjad"), auto_now_add=True)
    saved_at = models.DateTimeField(_("sparad"), auto_now=True)
    submitted_at = models.DateTimeField(_("inskickad"), null=True, blank=True)
    decided_at = models.DateTimeField(_("avgjord"), null=True, blank=True)
    channel = models.OneToOneField(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="application", verbose_name=_("kanal")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("ansökan")
        verbose_name_plural = _("ansökningar")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["applicant", "status"]), models.Index(fields=["status"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(channel__isnull=False), name="approved_application_has_channel"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What the applicant calls the channel, with the platform unless the name says it; a stand-in before that.

        A municipality has the same name on many platforms: without the platform a list of applications says nothing.
        """
        name = self.answers.get("name")
        if not name:
            return gettext("Ny kanal utan namn")
        chosen = self.answers.get("platform")
        platform = load_platform_specs().get(chosen) if isinstance(chosen, str) else None
        if platform is None or platform.label.casefold() in str(name).casefold():
            return str(name)
        return gettext("%(name)s på %(platform)s") % {"name": name, "platform": platform.label}

    def get_absolute_url(self) -> str:
        """Return the page of the application."""
        return reverse("channels:application", args=[self.pk])


class Attachment(models.Model):
    """A file that the policy asks for before a start, for example an activity plan (matrix C6)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="attachments")
    document = models.SlugField(_("dokument"), max_length=60)
    file = models.FileField(_("fil"), upload_to="applications/%Y/")
    name = models.CharField(_("filnamn"), max_length=200)
    size = models.PositiveIntegerField(_("storlek i byte"))
    content_type = models.CharField(_("filtyp efter innehåll"), max_length=100)
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uppladdad"), auto_now_add=True)
    replaced_at = models.DateTimeField(_("ersatt"), null=True, blank=True)

    class Meta:
        verbose_name = _("bilaga")
        verbose_name_plural = _("bilagor")
        ordering = ["document", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "document"], condition=Q(replaced_at__isnull=True), name="one_current_attachment"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ApprovalStep(models.Model):
    """One step of the chain that the policy names. Steps of one `group` are open together (joint)."""

    class Kind(models.TextChoices):
        APPROVE = "approve", _("Beslut")
        CONSULT = "consult", _("Samråd")
        INFORM = "inform", _("Information")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Väntar på sin tur")
        OPEN = "open", _("Väntar på svar")
        APPROVED = "approved", _("Godkänt")
        REFUSED = "refused", _("Avslaget")
        CHANGES_REQUESTED = "changes_requested", _("Vill ha komplettering")
        CONSULTED = "consulted", _("Har svarat")
        INFORMED = "informed", _("Informerad")
        CANCELLED = "cancelled", _("Behövs inte längre")

    key = models.UUIDField(_("nyckel"), default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="steps", verbose_name=_("ansökan")
    )
    applicant = (
        models.ForeignKey(  # copied from the application, so that the database itself can refuse a conflict of interest
            settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
        )
    )
    position = models.PositiveSmallIntegerField(_("ordning"))
    group = models.PositiveSmallIntegerField(_("grupp"))
    kind = models.CharField(_("slag"), max_length=8, choices=Kind.choices)
    role = models.CharField(_("roll"), max_length=40)
    in_writing = models.BooleanField(_("skriftligt"), default=False)
    status = models.CharField(_("läge"), max_length=18, choices=Status.choices, default=Status.WAITING)
    asked = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("vems uppgift"),
        help_text=_("Den som rollen pekar ut."),
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="approval_steps",
        verbose_name=_("vem som svarar"),
        help_text=_("Den utpekade eller, vid frånvaro, ersättaren."),
    )
    why_assignee = models.CharField(_("varför just den personen"), max_length=300, blank=True)
    opened_at = models.DateTimeField(_("öppnat"), null=True, blank=True)
    decided_at = models.DateTimeField(_("besvarat"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("av"),
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("för"),
    )
    judged_version = models.PositiveIntegerField(_("bedömd version"), null=True, blank=True)
    note = models.TextField(_("motivering"), max_length=4000, blank=True)
    fields_to_change = models.JSONField(_("frågor att komplettera"), default=list, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("steg i beslutet")
        verbose_name_plural = _("steg i beslutet")
        ordering = ["application", "position"]
        constraints = [
            models.UniqueConstraint(fields=["application", "position"], name="one_step_a_position"),
            models.CheckConstraint(
                condition=~Q(status__in=["refused", "changes_requested"]) | ~Q(note=""), name="refusal_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "refused"]) | Q(decided_by__isnull=False),
                name="decided_step_has_person",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("applicant")), name="nobody_decides_on_their_own"
            ),
        ]
        indexes = [
            models.Index(fields=["assignee", "opened_at"], condition=Q(status="open"), name="open_steps_by_assignee")
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.get_kind_display()} {self.position}"

    @property
    def role_label(self) -> str:
        """What the policy that the application is judged under calls the role."""
        return policy.role_label(self.role, version=self.application.policy_version)

    def get_absolute_url(self) -> str:
        """Return the decision page, the one that the mail links to."""
        return reverse("channels:decide", args=[self.key])


class Decision(models.Model):
    """The decision as a document: what was decided, by whom, under which policy version and sections. Never changed."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("Beviljad")
        REFUSED = "refused", _("Avslagen")

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(_("utgång"), max_length=10, choices=Outcome.choices)
    decided_at = models.DateTimeField(_("beslutad"))
    policy_version = models.ForeignKey("kommun.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    document = models.JSONField(_("innehåll"))
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)

    class Meta:
        verbose_name = _("beslut")
        verbose_name_plural = _("beslut")
        ordering = ["-decided_at"]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.application}: {self.get_outcome_display()}"

    def get_absolute_url(self) -> str:
        """Return the page of the decision."""
        return reverse("channels:decision", args=[self.application_id])
