"""Where one lands after signing in: what waits, as one list."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kommun import policy
from kommun.navigation import items_for
from kommun.policy import queries


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Show what waits for the reader. The apps say what there is, through the menu."""
    menu = items_for(request)
    context: dict[str, Any] = {"nav_items": menu, "waiting": [item for item in menu if item["count"]]}
    context["version"] = policy.in_force()
    review = policy.policy_review_due(timezone.localdate())
    context["review"] = review if review and queries.may_see_drafts(request.user) else None
    return render(request, "kommun/start.html", context)
