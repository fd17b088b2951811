"""Where one lands after signing in: the first page of the menu that has something to do, as one list."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kommun import policy
from kommun.navigation import items_for


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Show what waits for the reader and the ways on. The apps say what there is, through the menu."""
    items = [item for item in items_for(request) if item["url"] != request.path]
    context = {"waiting": [item for item in items if item["count"]], "ways": items, "version": policy.in_force()}
    return render(request, "kommun/start.html", context)
