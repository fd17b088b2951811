"""The municipality that this installation serves."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kommun.colour import validate_brand_colour, validate_brand_colour_dark
from kommun.embedding import embedding_sites, validate_sites
from kommun.logo import validate_logo
from kommun.naming import validate_delivery_name, validate_record_name


def validate_days(value: Any) -> None:
    """Refuse anything but a list of dates as text: `["2026-12-23"]`. Raises ValidationError, naming what is no date."""
    if not isinstance(value, list):
        raise ValidationError(_('Skriv en lista med datum, till exempel ["2026-12-23"].'))
    for text in value:
        try:
            date.fromisoformat(text)
        except (TypeError, ValueError):
            raise ValidationError(_("%(text)s är inget datum. Skriv ÅÅÅÅ-MM-DD."), params={"text": text}) from None


class Municipality(models.Model):
    """One row: an installation serves one municipality, which is its own authority and controller of personal data."""

    name = models.CharField(_("namn"), max_length=100, help_text=_("Till exempel ”Tibro kommun”."))
    short_name = models.CharField(_("kort namn"), max_length=60, help_text=_("Till exempel ”Tibro”."))
    slug = models.SlugField(_("nyckel"), max_length=40)
    seat = models.CharField(_("centralort"), max_length=60, blank=True)
    website = models.URLField(_("webbplats"))
    switchboard = models.CharField(_("växel"), max_length=30, blank=True)
    contact_email = models.EmailField(_("kommunens e-post"))
    registrar_email = models.EmailField(_("registrators e-post"), blank=True)
    brand_colour = models.CharField(_("profilfärg"), max_length=7, default="#0b5563")
    brand_colour_dark = models.CharField(_("profilfärg i mörkt läge"), max_length=7, default="#86ccd8")
    logo = models.FileField(_("logotyp (SVG eller PNG)"), upload_to="logo/", blank=True)
    show_names = models.BooleanField(
        _("visa namn på personer för allmänheten"),
        default=False,
        help_text=_("Annars visas roll och enhet."),
    )
    closed_days = models.JSONField(
        _("egna stängda dagar"),
        default=list,
        blank=True,
        help_text=_("Datum som kommunen själv har stängt, ÅÅÅÅ-MM-DD."),
    )
    confirmation_months = models.PositiveSmallIntegerField(
        _("månader mellan bekräftelser"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text=_("Så ofta bekräftar den kontoansvariga att kanalens uppgifter stämmer."),
    )
    watch_report_at = models.TimeField(
        _("då påminner vi om kanaler som inte är genomgångna"),
        default=time(15),
        help_text=_(
            "Klockslag på dagar då kanalerna ska bevakas. Först får den kontoansvariga veta, sedan ersättaren."
        ),
    )
    at_once_hours = models.PositiveSmallIntegerField(
        _("timmar tills nästa person får veta, när något ska göras genast"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text=_(
            "Den ansvariga får veta på en gång. Är det inte gjort går frågan vidare till ersättaren, sedan till"
            " kommunikationsstrategen och sist till chefen, med så här många timmar emellan, dygnet runt."
        ),
    )
    embedded_on = models.TextField(
        _("webbplatser som får visa listan över kanaler"),
        blank=True,
        validators=[validate_sites],
        help_text=_("En adress på varje rad, till exempel https://www.tibro.se. Tomt: bara kommunens egen webbplats."),
    )
    delivery_name = models.CharField(
        _("vad en leverans heter"),
        max_length=200,
        blank=True,
        validators=[validate_delivery_name],
        help_text=_("Till exempel ”{nämnd} {halvår}”, som är det som gäller när rutan är tom. Du kan också ha {år}."),
    )
    delivery_record_name = models.CharField(
        _("mapp för varje handling i en leverans"),
        max_length=200,
        blank=True,
        validators=[validate_record_name],
        help_text=_(
            "Till exempel ”{kanal}/{dag} {slag} {nummer}”, som är det som gäller när rutan är tom."
            " Du kan också ha {plattform}, {enhet} och {diarienummer}."
        ),
    )

    class Meta:
        verbose_name = _("kommun")
        verbose_name_plural = _("kommuner")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_municipality")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what a page cannot show or a deadline cannot be counted with. Raises ValidationError, at each field."""
        wrong: dict[str, ValidationError] = {}
        checks: tuple[tuple[str, Callable[[Any], None]], ...] = (
            ("brand_colour", validate_brand_colour),
            ("brand_colour_dark", validate_brand_colour_dark),
            ("closed_days", validate_days),
            ("logo", validate_logo),
        )
        for name, validate in checks:
            try:
                validate(getattr(self, name))
            except ValidationError as reason:
                wrong[name] = reason
        if wrong:
            raise ValidationError(wrong)

    @property
    def closed_dates(self) -> frozenset[date]:
        """The municipality's own closed days, as dates."""
        return frozenset(date.fromisoformat(text) for text in self.closed_days)

    @property
    def embedding_sites(self) -> list[str]:
        """The websites that may show the public list in a frame, as origins."""
        return embedding_sites(self.embedded_on, self.website)

    @classmethod
    def current(cls) -> "Municipality | None":
        """Return the municipality, or None before the installation has been set up."""
        return cls.objects.first()
