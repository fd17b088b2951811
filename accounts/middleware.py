"""What stands between a request and its page: the second factor, and a form that was sent after the sign-in ran out."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _

GetResponse = Callable[[HttpRequest], HttpResponse]

OPEN = {"theme_css", "logo", "health", "accessibility_statement", "unsubscribe"}  # what needs no second factor
KEPT = "sent_while_signed_out"  # the key in the session
PERSON = "person"  # the signed cookie that says whose browser it was last, so that nobody else is offered what was kept
MOST_KEPT = 200_000  # characters: the longest application is far below it, and a session is a row in the database


def last_person(request: HttpRequest) -> str | None:
    """Return the id of whoever was signed in last in this browser, or None. The cookie cannot be made by hand."""
    found: str | None = request.get_signed_cookie(PERSON, default=None, salt=KEPT)
    return found


def _page_before(request: HttpRequest) -> str:
    """Return the page that the person stood on, as an address on our own host, or ""."""
    found = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    path = escape_leading_slashes(found.path)
    return f"{path}?{found.query}" if found.query else path


class SecondFactorMiddleware:
    """Send whoever signed in with a password alone to the page where a second factor is added (settings.MFA_REQUIRED).

    Whoever came through the municipality's identity provider, or by passkey, is let through.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; `process_view` answers, because the route is known there."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Answer with a redirect when a factor is missing."""
        if not settings.MFA_REQUIRED or not request.user.is_authenticated or self._may_pass(request):
            return None
        messages.warning(request, _("Lägg till en andra faktor för att komma vidare."))
        return redirect("mfa_index")

    def _may_pass(self, request: HttpRequest) -> bool:
        name = (request.resolver_match.url_name or "") if request.resolver_match else ""
        if name.startswith(("mfa_", "account_")) or name in OPEN:
            return True
        methods = {record.get("method") for record in get_authentication_records(request, request.user)}
        if "socialaccount" in methods:
            return True
        return is_mfa_enabled(request.user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


class KeepWhatWasSentMiddleware:
    """Keep a form that somebody sent after the sign-in ran out, and offer to send it again after signing in.

    The answer to such a form is a redirect to the sign-in page. What was typed goes into the session, which allauth
    carries over at sign-in, and `/konto/fortsatt/` shows a button that sends it again. Nothing is sent by itself, and only
    to the person who was signed in when the page was opened: a shared computer gives nobody another person's words.
    HTMX is told to load the whole sign-in page instead of putting it into a corner of the old one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the answer, and change it only when it sends somebody to the sign-in page."""
        self._forget(request)
        response = self._remember_person(request, self.get_response(request))
        htmx = getattr(request, "htmx", False)
        if not self._is_sent_to_sign_in(request, response) or (request.method != "POST" and not htmx):
            return response
        page = self._keep(request) if request.method == "POST" else _page_before(request)
        target = page or request.get_full_path()
        address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': target}, safe='/')}"
        if htmx:
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)

    def _remember_person(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.user.is_authenticated and last_person(request) != str(request.user.pk):
            response.set_signed_cookie(
                PERSON,
                str(request.user.pk),
                salt=KEPT,
                max_age=30 * 24 * 3600,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    def _forget(self, request: HttpRequest) -> None:
        """Forget what was kept once it is sent again."""
        if request.method == "POST" and request.user.is_authenticated:
            kept = request.session.get(KEPT)
            if kept and kept["path"] == request.get_full_path():
                del request.session[KEPT]

    def _is_sent_to_sign_in(self, request: HttpRequest, response: HttpResponse) -> bool:
        if response.status_code != 302 or request.user.is_authenticated:
            return False
        name = request.resolver_match.url_name if request.resolver_match else ""
        if (name or "").startswith(("account_", "mfa_", "socialaccount_", "saml_", "openid_connect_", "login")):
            return False
        return urlsplit(response["Location"]).path == resolve_url(settings.LOGIN_URL)

    def _keep(self, request: HttpRequest) -> str:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        fields = [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]
        too_much = sum(len(name) + len(value) for name, value in fields) > MOST_KEPT
        if too_much or last_person(request) is None:
            return _page_before(request) or settings.LOGIN_REDIRECT_URL
        request.session[KEPT] = {
            "person": last_person(request),
            "path": request.get_full_path(),
            "fields": fields,
            "files": [upload.name for uploads in request.FILES.lists() for upload in uploads[1]],
            "from": _page_before(request),
        }
        return reverse("send_again")
