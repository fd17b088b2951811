"""The channels app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    """The register of channels and the applications for new ones."""

    name = "channels"
    verbose_name = _("Kanaler")

    def ready(self) -> None:
        """Say that what is due follows what it is about (jäv)."""
        from channels.models import Obligation  # models are there only now
        from kommun import parties

        parties.register_pointing(Obligation)
