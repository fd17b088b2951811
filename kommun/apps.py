"""The municipality app."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.utils.translation import gettext_lazy as _

from kommun.celery import app as celery_app  # noqa: F401  (so that shared_task finds it; not in __init__: the launcher starts faster)


class KommunConfig(AppConfig):
    """Settings, policy, events and shared user interface."""

    name = "kommun"
    verbose_name = _("Kommunen")

    def ready(self) -> None:
        """Register the system checks."""
        from kommun import checks  # noqa: F401  (Django loads checks when the app is ready, not before)


class AdminConfig(DjangoAdminConfig):
    """Django's admin, with the product's door and first page."""

    default_site = "kommun.admin_site.Site"
