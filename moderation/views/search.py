"""Search among what has been looked at, open and closed: the words that were written, or who wrote them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.organisation import organisation_of
from channels.plain_text import clean_text
from channels.views.application_pages import signed_in
from moderation import queries

LONGEST = 200


@never_cache
@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the newest cases within reach where the words stand. A constant number of queries, however many cases."""
    words = clean_text(request.GET.get("q", ""))[:LONGEST]
    reach = queries.reach_of(signed_in(request), organisation_of(request))
    found = queries.search(reach, words) if words else None
    return render(request, "moderation/search.html", {"words": words, "found": found, "longest": LONGEST})
