"""The municipality that this installation serves."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kommun.colour import validate_brand_colour, validate_brand_colour_dark


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

    class Meta:
        verbose_name = _("kommun")
        verbose_name_plural = _("kommuner")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_municipality")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse brand colours that text cannot be read on. Raises ValidationError, with the reason at the field."""
        wrong: dict[str, ValidationError] = {}
        checks = (("brand_colour", validate_brand_colour), ("brand_colour_dark", validate_brand_colour_dark))
        for name, validate in checks:
            try:
                validate(getattr(self, name))
            except ValidationError as reason:
                wrong[name] = reason
        if wrong:
            raise ValidationError(wrong)

    @classmethod
    def current(cls) -> "Municipality | None":
        """Return the municipality, or None before the installation has been set up."""
        return cls.objects.first()
