"""The register in other places: the feed of changes, linked data, and the list on the municipality's own website."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from channels import changes_feed, open_data, public_queries
from channels.public_queries import PublicRegister
from channels.views.public import PAGE, data_response, revalidated

EMBEDDED_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "script-src": ["'self'"],
    "form-action": ["'none'"],
}


@require_safe
@revalidated
def changes(request: HttpRequest) -> HttpResponse:
    """Answer the latest changes of the register as an Atom feed (RFC 4287)."""
    return data_response(changes_feed.atom(settings.SITE_URL), "application/atom+xml; charset=utf-8")


@require_safe
@revalidated
def register_jsonld(request: HttpRequest) -> HttpResponse:
    """Answer which accounts are the municipality's and its units' as JSON-LD, all of them (schema.org `sameAs`)."""
    public = PublicRegister()
    channels = public.all_of(public_queries.open_channels())
    text = open_data.register_markup(channels, public.municipality) or "{}"
    return data_response(text, "application/ld+json")


@require_safe
@xframe_options_exempt
@revalidated
def embedded(request: HttpRequest) -> HttpResponse:
    """Show the open channels as a plain list, to stand in a frame on the websites that the municipality allows.

    `?verksamhet=` and `?plattform=` narrow it, for the website of one library.
    """
    platform, unit = (request.GET.get(key, "").strip() for key in ("plattform", "verksamhet"))
    rows = public_queries.narrowed(public_queries.open_channels(), platform=platform, unit=unit)
    public = PublicRegister()
    channels = public.all_of(rows[: PAGE + 1])
    context = {"channels": channels[:PAGE], "more": len(channels) > PAGE}
    response = render(request, "channels/public/embedded.html", context)
    sites = public.municipality.embedding_sites if public.municipality else []
    policy = {**EMBEDDED_POLICY, "frame-ancestors": ["'self'", *sites]}
    response._csp_replace = policy  # type: ignore[attr-defined]  # django-csp reads it
    return response


@require_safe
@revalidated
def embedded_script(request: HttpRequest) -> HttpResponse:
    """Answer the script that puts the list where it stands on another website, and gives the frame its height."""
    return render(request, "channels/public/embedded.js", content_type="text/javascript; charset=utf-8")
