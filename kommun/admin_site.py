"""The browser admin as a place: who comes in, and what stands on its first page.

People sign in where everybody does, with second factor and limits. Who comes in follows the appointments in force
(`kommun.use_admin`, accounts.permissions), asked anew at every request.
"""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# Heading → its key in the address. A ModelAdmin names its heading (`group`) and its place below it (`order`).
GROUPS = {
    "register": _("Register"),
    "moderation": _("Granskning"),
    "archive": _("Arkiv"),
    "organisation": _("Organisation"),
    "rules": _("Regelverk"),
    "clock": _("Klockan"),
    "log": _("Logg"),
}


class Site(admin.AdminSite):
    """Django's admin for communications staff."""

    site_header = site_title = _("Kanalkollen")
    index_title = _("Hantera")
    site_url = "/start/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether somebody comes in at all. Each list then asks for more."""
        return request.user.is_active and request.user.has_perm("kommun.use_admin")

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send a visitor to the product's own sign-in. Raises PermissionDenied for somebody who may not come in."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), settings.LOGIN_URL)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Send to the page where everybody changes the password: it asks who one is first."""
        return redirect("account_change_password")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Return what the person may open, under headings that say what it is about, of one app when it is named."""
        found: dict[str, list[dict[str, Any]]] = {key: [] for key in GROUPS}
        for app in self._build_app_dict(request, app_label).values():
            for entry in app["models"]:
                found[self._registry[entry["model"]].group].append(entry)  # type: ignore[attr-defined]  # StaffAdmin
        for entries in found.values():
            entries.sort(key=lambda entry: self._registry[entry["model"]].order)  # type: ignore[attr-defined]  # as above
        return [
            {
                "name": GROUPS[key],
                "app_label": key,
                "app_url": f"{reverse('admin:index')}#{key}",
                "has_module_perms": True,
                "models": entries,
            }
            for key, entries in found.items()
            if entries
        ]
