"""The people app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """The municipality's people."""

    name = "accounts"
    verbose_name = _("Personer och enheter")

    def ready(self) -> None:
        """Register the system checks."""
        from accounts import checks  # noqa: F401  (Django loads checks when the app is ready, not before)
