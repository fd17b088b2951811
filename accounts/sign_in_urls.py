"""Addresses for signing in, in Swedish. The names are allauth's, because it looks them up; only what is needed is here.

A form with errors is answered with 422, as everywhere in the product; allauth itself answers 200.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as provider
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from allauth.socialaccount.providers.saml import views as saml
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, include, path, re_path

from accounts.sign_in_views import PasswordResetView

log = logging.getLogger(__name__)

View = Callable[..., HttpResponse]


def _with_422(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 200:
            context = getattr(response, "context_data", None) or {}
            forms = [form for key, form in context.items() if key.endswith("form") and getattr(form, "is_bound", False)]
            if any(form.errors for form in forms):
                response.status_code = 422
        return response

    return answer


def _to_provider(view: View) -> View:
    """Leave for the identity provider by a page of our own, and say so when the provider cannot be asked for its addresses.

    A redirect would do everywhere but in Chromium: there `form-action 'self'` holds for where a form's redirects lead too.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except OSError as error:  # what requests and urllib raise alike
            log.warning("The identity provider cannot be reached: %r", error)
            return render(request, "socialaccount/authentication_error.html", status=503)
        if response.status_code != 302:
            return response
        return render(request, "socialaccount/login_redirect.html", {"redirect_to": response["Location"]})

    return answer


def _page(route: str, view: View, name: str) -> URLPattern:
    return path(route, _with_422(view), name=name)


urlpatterns = [
    _page("logga-in/", account.login, "account_login"),
    _page("logga-ut/", account.logout, "account_logout"),
    _page("avstangd/", account.account_inactive, "account_inactive"),
    _page("ny/", account.signup, "account_signup"),
    _page("bekrafta-dig/", account.reauthenticate, "account_reauthenticate"),
    _page("e-post/", account.email, "account_email"),
    _page("e-post/bekrafta/", account.email_verification_sent, "account_email_verification_sent"),
    re_path(r"^e-post/bekrafta/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    _page("losenord/", account.password_change, "account_change_password"),
    _page("losenord/valj/", account.password_set, "account_set_password"),
    _page("losenord/glomt/", PasswordResetView.as_view(), "account_reset_password"),
    _page("losenord/glomt/skickat/", account.password_reset_done, "account_reset_password_done"),
    re_path(
        r"^losenord/nytt/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        _with_422(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    _page("losenord/nytt/klart/", account.password_reset_from_key_done, "account_reset_password_from_key_done"),
    # The second factor.
    _page("tva-steg/", factor.index, "mfa_index"),
    _page("tva-steg/logga-in/", factor.authenticate, "mfa_authenticate"),
    _page("tva-steg/bekrafta-dig/", factor.reauthenticate, "mfa_reauthenticate"),
    _page("tva-steg/app/", totp.activate_totp, "mfa_activate_totp"),
    _page("tva-steg/app/ta-bort/", totp.deactivate_totp, "mfa_deactivate_totp"),
    _page("tva-steg/reservkoder/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    _page("tva-steg/reservkoder/nya/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"),
    _page("tva-steg/reservkoder/fil/", recovery.download_recovery_codes, "mfa_download_recovery_codes"),
    _page("tva-steg/nycklar/", webauthn.list_webauthn, "mfa_list_webauthn"),
    _page("tva-steg/nycklar/ny/", webauthn.add_webauthn, "mfa_add_webauthn"),
    _page("tva-steg/nycklar/logga-in/", webauthn.login_webauthn, "mfa_login_webauthn"),
    _page("tva-steg/nycklar/bekrafta-dig/", webauthn.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    _page("tva-steg/nycklar/<int:pk>/", webauthn.edit_webauthn, "mfa_edit_webauthn"),
    _page("tva-steg/nycklar/<int:pk>/ta-bort/", webauthn.remove_webauthn, "mfa_remove_webauthn"),
    # The municipality's identity provider. Without one in the settings these find no provider and answer 404.
    _page("leverantor/avbrutet/", provider.login_cancelled, "socialaccount_login_cancelled"),
    _page("leverantor/fel/", provider.login_error, "socialaccount_login_error"),
    _page("leverantor/ny/", provider.signup, "socialaccount_signup"),
    _page("leverantor/", provider.connections, "socialaccount_connections"),
    path("oidc/<provider_id>/login/", _to_provider(openid_connect.login), name="openid_connect_login"),
    path("saml/<organization_slug>/login/", _to_provider(saml.login), name="saml_login"),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("", include("allauth.socialaccount.providers.saml.urls")),
]
