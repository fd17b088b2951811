"""A refusal in the domain becomes an answer: 403 or 409, with the reason."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kommun.errors import NotPermitted, StateConflict


class DomainErrorMiddleware:
    """Turn NotPermitted into 403 and StateConflict into 409. HTMX gets the notice alone, a browser a whole page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal. Anything else is not ours."""
        match exception:
            case NotPermitted():
                status = 403
            case StateConflict():
                status = 409
            case _:
                return None
        template = "components/refusal.html" if getattr(request, "htmx", False) else f"{status}.html"
        return render(request, template, {"reason": str(exception)}, status=status)
