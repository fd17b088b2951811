"""The product on a phone: installed as an app, and found in the phone's own share menu.

Chromium installs a site from its manifest alone. The service worker is there for one thing: to say in Swedish, when there
is no network, that nothing has been sent. It keeps that page and its styles, and nothing that anybody has typed or shared.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from kommun import theme
from kommun.models import Municipality

GROUND = "#f1f4f4"  # --ground of the style sheet: what is seen while the app starts
OFFLINE_STYLES = ("css/tokens.css", "css/base.css", "css/components.css", "css/print.css", "js/theme.js", "logo.svg")
# What a phone may hand over: what `archive.intake` takes as a picture.
PICTURES = ["image/png", "image/jpeg", "image/webp", "image/gif", ".png", ".jpg", ".jpeg", ".webp", ".gif"]


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Answer the web app manifest, in Swedish: an installed app has one name, whoever reads."""
    municipality = Municipality.current()
    with override(settings.LANGUAGE_CODE):
        named = (
            _("Kanalkollen, %(municipality)s") % {"municipality": municipality.name} if municipality else "Kanalkollen"
        )
        content = {
            "id": "/",
            "name": named,
            "short_name": "Kanalkollen",
            "description": _("Granska och svara i kommunens sociala medier."),
            "lang": settings.LANGUAGE_CODE,
            "dir": "ltr",
            "start_url": reverse("channels:my_day"),
            "scope": "/",
            "display": "standalone",
            "theme_color": theme.brand_of(municipality)[0],
            "background_color": GROUND,
            "icons": [
                _icon("icon-192.png", "192x192", "any"),
                _icon("icon-512.png", "512x512", "any"),
                _icon("maskable-512.png", "512x512", "maskable"),
            ],
            "shortcuts": [{"name": _("Nytt ärende"), "url": reverse("moderation:new")}],
            "share_target": {
                "action": reverse("moderation:share"),
                "method": "POST",
                "enctype": "multipart/form-data",
                "params": {
                    "title": "title",
                    "text": "text",
                    "url": "url",
                    "files": [{"name": "image", "accept": PICTURES}],
                },
            },
        }
    response = JsonResponse(
        content, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )
    patch_cache_control(response, public=True, no_cache=True)
    return response


def _icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    return {"src": static(f"icons/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what an installed app shows without network."""
    return render(request, "moderation/offline.html")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker. At the root, because it may only stand in for pages below its own address."""
    context = {"offline": reverse("moderation:offline"), "files": [static(name) for name in OFFLINE_STYLES]}
    response = render(request, "moderation/worker.js", context, content_type="text/javascript; charset=utf-8")
    patch_cache_control(response, public=True, no_cache=True)
    return response
