"""The municipality app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kommun.celery import app as celery_app  # noqa: F401  (so that shared_task finds it; not in __init__: the launcher starts faster)


class KommunConfig(AppConfig):
    """Settings, policy, events and shared user interface."""

    name = "kommun"
    verbose_name = _("Kommunen")

    def ready(self) -> None:
        """Register the system checks."""
        from kommun import checks  # noqa: F401  (Django loads checks when the app is ready, not before)
