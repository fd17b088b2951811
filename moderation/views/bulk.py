"""Several cases of the queue at once: what was asked is done, each row says what became of it, and it can be taken back."""

import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actor import Actor
from accounts.organisation import organisation_of
from channels.views.application_pages import signed_in
from kommun.errors import InvalidInput
from moderation import queries
from moderation.actions import bulk
from moderation.actions.bulk import Outcome

KEY = "several_cases"
SHOWN_FOR = 3600  # seconds; the undo stays until the next time, or this long
_CHOSEN = re.compile(r"([0-9]{1,18})-([0-9]{1,9})")


@login_required
@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """Take the marked cases, or send them on."""
    actor = Actor.from_request(request)
    try:
        if request.POST.get("gor") == "skicka":
            unit_id = _unit(request.POST.get("enhet", ""))
            outcomes = bulk.forward_many(cases=_chosen(request), unit_id=unit_id, actor=actor)
        else:
            outcomes = bulk.claim_many(cases=_chosen(request), actor=actor)
    except InvalidInput as refusal:
        for reasons in refusal.errors.values():
            for reason in reasons:
                messages.error(request, str(reason))
        return _back(request)
    _keep(request, outcomes)
    return _back(request)


@login_required
@require_POST
def several_undo(request: HttpRequest) -> HttpResponse:
    """Take back what was done a moment ago, or put the list of it away."""
    found, actor = outcomes_of(request), Actor.from_request(request)
    if request.POST.get("gor") != "angra":
        request.session.pop(KEY, None)
        return _back(request)
    undone = {}
    if any(one.before is not None for one in found):
        undone = {one.case_id: one for one in bulk.undo_many(outcomes=found, actor=actor)}
    _keep(request, [undone.get(one.case_id, one) for one in found])
    return _back(request)


def outcomes_of(request: HttpRequest) -> list[Outcome]:
    """Return what became of the cases the last time, for as long as it is shown."""
    kept: Any = request.session.get(KEY)
    if not kept or kept["user"] != request.user.pk or timezone.now().timestamp() - kept["at"] > SHOWN_FOR:
        return []
    return [Outcome.read(values) for values in kept["rows"]]


def _keep(request: HttpRequest, outcomes: list[Outcome]) -> None:
    rows = [one.kept() for one in outcomes]
    request.session[KEY] = {"user": request.user.pk, "at": timezone.now().timestamp(), "rows": rows}


def _chosen(request: HttpRequest) -> dict[int, int]:
    """Return the marked cases that the reader may see, each with the version that was read."""
    marked = (_CHOSEN.fullmatch(text) for text in request.POST.getlist("val")[: bulk.MOST + 1])
    asked = {int(found[1]): int(found[2]) for found in marked if found}
    visible = queries.cases_visible_to(signed_in(request), organisation_of(request)).filter(pk__in=asked)
    return {pk: asked[pk] for pk in visible.values_list("pk", flat=True)}


def _unit(text: str) -> int | None:
    """Return the chosen unit, None for back to the channel. Raises InvalidInput when nothing is chosen."""
    if text == "kanalen":
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidInput({"unit": [_("Välj vart ärendena ska skickas.")]})
    return int(text)


def _back(request: HttpRequest) -> HttpResponse:
    """Return to the page of the queue that the button stood on."""
    there = request.POST.get("sida", "")
    queue = reverse("moderation:queue")
    address = f"{queue}?{there}" if there else queue
    return redirect(address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else queue)
