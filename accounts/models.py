"""The municipality's people: units, users, appointments, absence, and what they have read."""

from datetime import date

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Unit(models.Model):
    """A part of the organisation. The committee is the controller of personal data (GDPR art. 4.7)."""

    class Kind(models.TextChoices):
        COMMITTEE = "committee", _("Nämnd")
        DEPARTMENT = "department", _("Förvaltning")
        UNIT = "unit", _("Enhet")

    name = models.CharField(_("namn"), max_length=120)
    slug = models.SlugField(_("nyckel"), max_length=60, unique=True)
    kind = models.CharField(_("slag"), max_length=12, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("hör till")
    )
    manager = models.ForeignKey(
        "User", on_delete=models.PROTECT, null=True, blank=True, related_name="managed_units", verbose_name=_("chef")
    )
    registrar = models.ForeignKey(
        "User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("registrator")
    )
    email = models.EmailField(_("e-post"), blank=True)
    phone = models.CharField(_("telefon"), max_length=30, blank=True)
    central = models.BooleanField(
        _("kommunikationsenhet"), default=False, help_text=_("Enheten som håller i kommunens gemensamma kanaler.")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("enhet")
        verbose_name_plural = _("enheter")
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=~Q(parent=F("pk")), name="unit_is_not_its_own_parent")]

    def __str__(self) -> str:
        return self.name

    def ancestors(self) -> "list[Unit]":
        """Return the unit itself and every unit above it, nearest first. A circle in the data ends the walk."""
        seen: list[Unit] = []
        unit: Unit | None = self
        while unit is not None and unit not in seen:
            seen.append(unit)
            unit = unit.parent
        return seen


class User(AbstractUser):
    """Somebody who works for the municipality. `title` is the role people know, "Kulturchef"."""

    first_name = None  # type: ignore[assignment]  # one name field: not every name has a first and a last part
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("namn"), max_length=120)
    title = models.CharField(_("befattning"), max_length=120, blank=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("enhet")
    )
    phone = models.CharField(_("telefon"), max_length=30, blank=True)

    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = _("användare")
        verbose_name_plural = _("användare")
        ordering = ["name"]
        constraints = [
            # People sign in with the address: two with the same one could not be told apart.
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="one_user_an_address",
                violation_error_message=_("Någon annan har redan den adressen."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def role(self) -> str:
        """The title with the unit, which is what others may always see: "Kulturchef, Kulturenheten"."""
        return ", ".join(part for part in (self.title or self.name, self.unit.name if self.unit else "") if part)

    def get_full_name(self) -> str:
        """Return the name."""
        return self.name

    def get_short_name(self) -> str:
        """Return the name."""
        return self.name


class DatedQuerySet(models.QuerySet):
    """Rows that hold from a day to a day, both included; no last day means until further notice."""

    def on(self, day: date) -> "DatedQuerySet":
        """Return the rows that hold on the day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class Appointment(models.Model):
    """A role that somebody has been given, with dates. Managers and owners come from the units and the register."""

    class Role(models.TextChoices):
        STRATEGIST = "strategist", _("Kommunikationsstrateg")
        IT_COMMUNICATIONS_MANAGER = "it_communications_manager", _("IT- och kommunikationschef")
        CHIEF_EXECUTIVE = "chief_executive", _("Kommunchef")
        REGISTRAR = "registrar", _("Registrator")
        ARCHIVIST = "archivist", _("Arkivarie")
        SECURITY_COORDINATOR = "security_coordinator", _("Säkerhetssamordnare")
        WEB_EDITOR = "web_editor", _("Webbredaktör")
        ADMINISTRATOR = "administrator", _("Systemadministratör")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("vem"))
    role = models.CharField(_("roll"), max_length=40, choices=Role.choices)
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("för"),
        help_text=_("Tomt: hela kommunen."),
    )
    starts_on = models.DateField(_("från och med"))
    ends_on = models.DateField(_("till och med"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("uppdrag")
        verbose_name_plural = _("uppdrag")
        ordering = ["role", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="appointment_ends_after_start",
                violation_error_message=_("Sista dagen måste vara samma dag som den första eller senare."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"


class Absence(models.Model):
    """Days when somebody is away, with the person who covers. Acts by the substitute are recorded "för …"."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences", verbose_name=_("vem"))
    starts_on = models.DateField(_("från och med"))
    ends_on = models.DateField(_("till och med"))
    substitute = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="covers", verbose_name=_("ersättare")
    )
    created_at = models.DateTimeField(_("inlämnad"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("återtagen"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("frånvaro")
        verbose_name_plural = _("frånvaro")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="absence_ends_after_start",
                violation_error_message=_("Sista dagen måste vara samma dag som den första eller senare."),
            ),
            models.CheckConstraint(
                condition=~Q(substitute=F("user")),
                name="absence_substitute_is_somebody_else",
                violation_error_message=_("Välj någon annan än den som är borta."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.starts_on} – {self.ends_on}"


class Acknowledgement(models.Model):
    """Somebody has read a document, on a day, in the policy version then in force (matrix C7, C8)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="acknowledgements", verbose_name=_("vem"))
    document = models.CharField(_("dokument"), max_length=80)
    policy_version = models.ForeignKey("kommun.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(_("läst"))

    class Meta:
        verbose_name = _("läskvitto")
        verbose_name_plural = _("läskvitton")
        constraints = [
            models.UniqueConstraint(fields=["user", "document", "policy_version"], name="one_acknowledgement_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.document}"
