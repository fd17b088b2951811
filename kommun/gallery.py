"""The style of this municipality, and every component in every state for those who build and test pages."""

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_http_methods, require_safe

from kommun import theme
from kommun.logo import content_type
from kommun.models import Municipality


def _brand() -> tuple[str, str]:
    try:
        municipality = Municipality.current()
    except DatabaseError:
        municipality = None  # an error page must get its style although the database is gone
    return theme.brand_of(municipality)


def _etag(request: HttpRequest) -> str:
    return theme.etag(*_brand())


@require_safe
@cache_control(public=True, no_cache=True)
@condition(etag_func=_etag)
def theme_css(request: HttpRequest) -> HttpResponse:
    """Answer the municipality's colours as a style sheet: the only way to carry them under a strict CSP."""
    return HttpResponse(theme.css(*_brand()), content_type="text/css; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=300)
def logo(request: HttpRequest) -> HttpResponse:
    """Answer the municipality's own mark. No other uploaded file is served without asking who reads."""
    municipality = Municipality.current()
    if municipality is None or not municipality.logo:
        raise Http404
    try:
        content = municipality.logo.read()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(content, content_type=content_type(content))


@require_http_methods(["GET", "HEAD", "POST"])
def components_gallery(request: HttpRequest) -> HttpResponse:
    """Show every component. Only where the product is built, tested or tried out; 404 elsewhere."""
    if not (settings.DEBUG or settings.DEMO or settings.TESTING):
        raise Http404
    from kommun import gallery_content

    return render(request, "kommun/components_gallery.html", gallery_content.context(request))
