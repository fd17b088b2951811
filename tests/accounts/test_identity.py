"""Signing in through the municipality's own identity provider: OpenID Connect on loopback, and what the settings ask."""

from urllib.parse import urlsplit

import environ
import pytest
import requests
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from environ.fileaware_mapping import FileAwareMapping

from accounts.models import User
from kommun.identity import identity_providers
from tests import own_cache
from tests.accounts.identity_provider import CLIENT, SECRET, IdentityProvider, from_environment

OIDC_LOGIN = "/konto/oidc/kommunen/login/"


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    own_cache.clear()


@pytest.fixture
def provider(settings):
    running = IdentityProvider()
    settings.SOCIALACCOUNT_PROVIDERS = from_environment(
        OIDC_SERVER_URL=running.url, OIDC_CLIENT_ID=CLIENT, OIDC_CLIENT_SECRET=SECRET, OIDC_NAME="Tjänstekortet"
    )
    yield running
    running.stop()


def go_through(client):
    """Press the button, visit the provider with a real request, and come back with what it answered."""
    away = client.post(OIDC_LOGIN)
    assert away.status_code == 200
    back = requests.get(away.context["redirect_to"], allow_redirects=False, timeout=5).headers["Location"]
    return client.get(urlsplit(back).path + "?" + urlsplit(back).query)


def match_by_address(settings):
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True


def test_button_stands_on_the_sign_in_page_only_with_a_provider(client, db, settings, provider):
    assert "Logga in med Tjänstekortet" in client.get("/konto/logga-in/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "Tjänstekortet" not in client.get("/konto/logga-in/").content.decode()
    assert client.post(OIDC_LOGIN).status_code == 404


def test_person_is_matched_by_verified_address_once_and_then_by_sub(client, cast, settings, provider):
    match_by_address(settings)
    provider.claims = {"sub": "a1", "email": cast.owner.email, "email_verified": True, "name": "Bibliotekarie"}
    assert go_through(client)["Location"] == "/start/"
    assert client.get(reverse("profile")).context["person"] == cast.owner
    client.post(reverse("account_logout"))

    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
    provider.claims = {"sub": "a1", "email": "nytt.namn@kommunen.example", "email_verified": True}
    go_through(client)
    assert client.get(reverse("profile")).context["person"] == cast.owner
    assert User.objects.filter(email="nytt.namn@kommunen.example").count() == 0


@pytest.mark.parametrize(
    ("setting", "verified"),
    [(False, True), (True, False)],
    ids=["municipality has not said so", "provider has not verified"],
)
def test_person_is_not_matched_by_address_otherwise(client, cast, settings, provider, setting, verified):
    if setting:
        match_by_address(settings)
    provider.claims = {"sub": "x9", "email": cast.administrator.email, "email_verified": verified}
    answer = go_through(client)
    assert "Du har ingen inloggning här" in answer.content.decode()
    assert client.get(reverse("profile")).status_code == 302


def test_stranger_is_added_only_when_the_municipality_says_so(client, db, settings, provider):
    provider.claims = {"sub": "b2", "email": "ny@kommunen.example", "email_verified": True, "name": "Fritidsledare"}
    assert "Du har ingen inloggning här" in go_through(client).content.decode()
    assert not User.objects.exists()
    settings.SSO_ADDS_PEOPLE = True
    go_through(client)
    added = User.objects.get()
    assert (added.name, added.email, added.has_usable_password()) == ("Fritidsledare", "ny@kommunen.example", False)
    assert (added.is_staff, added.is_superuser) == (False, False)
    assert client.get(reverse("profile")).context["person"] == added


def test_provider_answers_for_the_second_factor(client, cast, settings, provider):
    settings.MFA_REQUIRED = True
    match_by_address(settings)
    provider.claims = {"sub": "a1", "email": cast.owner.email, "email_verified": True}
    go_through(client)
    assert client.get(reverse("profile")).status_code == 200


def test_inactive_person_stays_outside(client, cast, settings, provider):
    match_by_address(settings)
    provider.claims = {"sub": "a1", "email": cast.owner.email, "email_verified": True}
    go_through(client)
    client.post(reverse("account_logout"))
    User.objects.filter(pk=cast.owner.pk).update(is_active=False)
    go_through(client)
    assert client.get(reverse("profile")).status_code == 302


def test_failing_provider_and_forged_answer_are_explained(client, cast, provider):
    provider.fails = True
    answer = go_through(client)
    assert (answer.status_code, "Inloggningen lyckades inte" in answer.content.decode()) == (401, True)
    provider.fails = False
    answer = client.get("/konto/oidc/kommunen/login/callback/?code=guessed&state=guessed")
    assert (answer.status_code, "Inloggningen lyckades inte" in answer.content.decode()) == (401, True)


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_browser_goes_to_the_provider_and_back(live_server, page, cast, settings, provider):
    match_by_address(settings)
    provider.claims = {"sub": "a1", "email": cast.owner.email, "email_verified": True}
    page.goto(f"{live_server.url}/konto/logga-in/?next=/min-profil/")
    page.get_by_role("button", name="Logga in med Tjänstekortet").click()
    page.wait_for_url(f"{live_server.url}/min-profil/")  # Chromium alone: a form's redirects are held by the CSP


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({"OIDC_SERVER_URL": "http://127.0.0.1:1", "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET}, OIDC_LOGIN),
        (
            {"SAML_METADATA_URL": "http://127.0.0.1:1/m", "SAML_IDP_ENTITY_ID": "https://idp.example"},
            "/konto/saml/kommunen/login/",
        ),
    ],
    ids=["openid connect", "saml"],
)
def test_provider_that_does_not_answer_is_explained(client, db, settings, variables, address):
    settings.SOCIALACCOUNT_PROVIDERS = from_environment(**variables)  # nobody listens there
    answer = client.post(address, headers={"host": "localhost"})
    assert (answer.status_code, "Inloggningen lyckades inte" in answer.content.decode()) == (503, True)


# --- Settings ---------------------------------------------------------------------------------------------------------


def test_no_variable_gives_no_provider():
    assert from_environment() == {}


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"OIDC_SERVER_URL": "https://idp.example"}, "OIDC_CLIENT_ID"),
        ({"OIDC_SERVER_URL": "https://idp.example", "OIDC_CLIENT_ID": "x"}, "OIDC_CLIENT_SECRET"),
        ({"SAML_METADATA_URL": "https://idp.example/m"}, "SAML_IDP_ENTITY_ID"),
        ({"SAML_IDP_ENTITY_ID": "https://idp.example"}, "SAML_SSO_URL"),
        (
            {"SAML_IDP_ENTITY_ID": "https://idp.example", "SAML_SSO_URL": "https://idp.example/s"},
            "SAML_IDP_CERTIFICATE",
        ),
    ],
)
def test_half_a_provider_says_what_is_missing(variables, missing):
    with pytest.raises(ImproperlyConfigured, match=missing):
        from_environment(**variables)


def test_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "secret").write_text("from-a-file\n")
    variables = {
        "OIDC_SERVER_URL": "https://idp.example",
        "OIDC_CLIENT_ID": "x",
        "OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
    }
    env = environ.FileAwareEnv()
    env.ENVIRON = FileAwareMapping(env=variables)
    (app,) = identity_providers(env)["openid_connect"]["APPS"]
    assert app["secret"].strip() == "from-a-file"
