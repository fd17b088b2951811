"""The municipality's people: units, users, appointments, absence, and what they have read."""

from datetime import date

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from kommun.history import HistoricalRecords


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
    last_name = None  # type: ignore[assignment]  # as above
    name = models.CharField(_("namn"), max_length=120)
    title = models.CharField(_("befattning"), max_length=120, blank=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("enhet")
    )
    phone = models.CharField(_("telefon"), max_length=30, blank=True)
    leaves_on = models.DateField(
        _("sista dag"), null=True, blank=True, help_text=_("Sista dagen i tjänst, när personen ska sluta.")
    )

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

    @property
    def name_and_role(self) -> str:
        """The role with the name before it, when that is another than the title: "Ada Berg (Kulturchef, Kulturenheten)"."""
        return self.role if self.title in ("", self.name) else f"{self.name} ({self.role})"

    def in_service(self, day: date) -> bool:
        """Return whether the person can be given anything to do on the day: active, and not past the last day."""
        return self.is_active and (self.leaves_on is None or day <= self.leaves_on)

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


class UnitHandOver(models.Model):
    """A unit that gets another manager or registrar on a coming day, because the one it has leaves. `successor` None: nobody."""

    class Role(models.TextChoices):
        MANAGER = "manager", _("Chef")
        REGISTRAR = "registrar", _("Registrator")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="hand_overs", verbose_name=_("enhet"))
    role = models.CharField(_("roll"), max_length=10, choices=Role.choices)
    leaver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("vem som slutar"))
    successor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("efterträdare")
    )
    takes_effect_on = models.DateField(_("gäller från och med"))
    done_at = models.DateTimeField(_("genomförd"), null=True, blank=True)

    class Meta:
        verbose_name = _("överlämning av enhet")
        verbose_name_plural = _("överlämningar av enheter")
        ordering = ["takes_effect_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "role"], condition=Q(done_at__isnull=True), name="one_coming_hand_over_a_unit_and_role"
            ),
            models.CheckConstraint(condition=~Q(leaver=F("successor")), name="unit_is_handed_to_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.get_role_display()}, {self.takes_effect_on}"


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


class MailChoice(models.Model):
    """What somebody wants by mail of that which is no duty. Without a row: everything."""

    user = models.OneToOneField(
        User, on_delete=models.PROTECT, primary_key=True, related_name="mail_choice", verbose_name=_("vem")
    )
    soon = models.BooleanField(_("det som ska göras senare"), default=True)
    copies = models.BooleanField(_("besked att känna till"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("val av utskick")
        verbose_name_plural = _("val av utskick")

    def __str__(self) -> str:
        return str(self.user)


class MailLine(models.Model):
    """Something that a person is to be told of by mail, and why just that person. Written with the act, mailed once.

    `about` is the id of the obligation: an app above knows what it is. Before `expires_at` it is to be read; None: it can
    always wait for the next digest. `mailed_at` is set with the mail, or when there was nothing left to tell.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("vem"))
    about = models.BigIntegerField(_("uppgift"))
    why = models.CharField(_("varför just den personen"), max_length=500)
    covers_for = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("för")
    )
    expires_at = models.DateTimeField(_("läses före"), null=True, blank=True)
    told_at = models.DateTimeField(_("när"))
    mailed_at = models.DateTimeField(_("mejlad"), null=True, blank=True)

    class Meta:
        verbose_name = _("rad i ett utskick")
        verbose_name_plural = _("rader i utskick")
        # Asked each minute: the cost follows what has not been mailed yet.
        indexes = [
            models.Index(fields=["expires_at", "id"], condition=Q(mailed_at__isnull=True), name="mail_line_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.about}"


class DigestDay(models.Model):
    """A working day whose digests are written: with this row, in one transaction, so that they are written once."""

    day = models.DateField(_("dag"), primary_key=True)
    written_at = models.DateTimeField(_("när"))
    letters = models.PositiveIntegerField(_("antal"), default=0)

    class Meta:
        verbose_name = _("dag med utskick")
        verbose_name_plural = _("dagar med utskick")

    def __str__(self) -> str:
        return str(self.day)
