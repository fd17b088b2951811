"""The people app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """The municipality's people."""

    name = "accounts"
    verbose_name = _("Personer och enheter")
