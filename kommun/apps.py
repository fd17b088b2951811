"""The municipality app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KommunConfig(AppConfig):
    """Settings, policy, events and shared user interface."""

    name = "kommun"
    verbose_name = _("Kommunen")

    def ready(self) -> None:
        """Register the system checks."""
        from kommun import checks  # noqa: F401  (Django loads checks when the app is ready, not before)
