"""The archive app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    """Records, their files, and the hand-over to the diary."""

    name = "archive"
    verbose_name = _("Arkiv")

    def ready(self) -> None:
        """Let the clock know what can be due here."""
        from archive import checks, duties  # noqa: F401  (models are there only now)
