"""The channels app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    """The register of channels and the applications for new ones."""

    name = "channels"
    verbose_name = _("Kanaler")
