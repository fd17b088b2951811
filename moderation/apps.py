"""The moderation app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    """Cases about what is written in the channels."""

    name = "moderation"
    verbose_name = _("Granskning")

    def ready(self) -> None:
        """Make known what the apps below ask of this one: kinds of duty, readers, stakes, disposal, the file of cases."""
        import_module("moderation.due")
        import_module("moderation.handling_due")
        import_module("moderation.reach")
        import_module("moderation.stakes")
        import_module("moderation.belongings")
        import_module("moderation.actions.importing")
