"""What somebody had typed when the sign-in ran out. Kept in the browser's own session until they are back.

Only a page that we drew for that person and that application can leave something here (a signed mark says so), and only
that person gets it back, to look through and save. Nothing is saved by itself.
"""

import json
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.datastructures import MultiValueDict

from accounts.models import User
from channels.models import Application

SESSION_KEY = "kept_parts"
MARK = "marke"
MAX_CHARACTERS = 100_000
MAX_KEPT = 3
MAX_AGE = 60 * 60 * 24 * 7
_SALT = "channels.application.part"


def mark_for(user: User, application: Application) -> str:
    """Return the mark that a form carries: for whom it was drawn, and for which application."""
    return signing.dumps([user.pk, application.pk], salt=_SALT)


def marked_user(request: HttpRequest, application_id: int) -> int:
    """Return the id of the person whom the posted form was drawn for, 0 when the mark is not ours or for another."""
    try:
        user_id, marked = signing.loads(request.POST.get(MARK, ""), salt=_SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return 0
    return user_id if marked == application_id and isinstance(user_id, int) else 0


def keep(request: HttpRequest, application_id: int, part: str) -> None:
    """Keep what was posted, when it comes from a page of ours and is not larger than a form can reasonably be."""
    user_id = marked_user(request, application_id)
    data = {name: values for name, values in request.POST.lists() if name not in {MARK, "csrfmiddlewaretoken"}}
    if not user_id or len(json.dumps(data)) > MAX_CHARACTERS:
        return
    kept = dict(request.session.get(SESSION_KEY) or {})
    kept.pop(_name(application_id, part), None)
    kept[_name(application_id, part)] = {"user": user_id, "data": data}
    request.session[SESSION_KEY] = dict(list(kept.items())[-MAX_KEPT:])


def kept_for(request: HttpRequest, application: Application, part: str) -> MultiValueDict | None:
    """Return what was kept for the signed-in person, or None. What belongs to somebody else is thrown away unseen."""
    found: Any = (request.session.get(SESSION_KEY) or {}).get(_name(application.pk, part))
    if found is None:
        return None
    if found["user"] != request.user.pk:
        forget(request, application.pk, part)
        return None
    return MultiValueDict(found["data"])


def forget(request: HttpRequest, application_id: int, part: str) -> None:
    """Throw away what was kept for a part."""
    kept = dict(request.session.get(SESSION_KEY) or {})
    if kept.pop(_name(application_id, part), None) is not None:
        request.session[SESSION_KEY] = kept


def _name(application_id: int, part: str) -> str:
    return f"{application_id}:{part}"


class _Check(CsrfViewMiddleware):
    """Django's own check, answering with the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def csrf_problem(request: HttpRequest) -> str:
    """Return why the request's token does not hold, or nothing.

    For a view that is exempt from the middleware, so that it can answer with what was typed instead of a dead end:
    signing in in another window gives a new token, and then the form in this window has the old one.
    """
    check = _Check(lambda _request: HttpResponse())  # only asked, never answers
    check.process_request(request)
    # The view is not asked, and what comes back is what `_reject` above returns: the reason.
    return check.process_view(request, None, (), {}) or ""  # type: ignore[arg-type, return-value]
