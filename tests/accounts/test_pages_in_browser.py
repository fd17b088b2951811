"""The pages of sign-in and absence in a real browser: accessible, never wider than the screen, and passkeys for real."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, AbsenceFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PAGES = [
    "absences",
    "absence_new",
    "profile",
    "account_email",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_login",
    "account_reset_password",
]
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.fixture
def site(live_server, settings):
    """The same server by name: a passkey belongs to a host name, never to a number."""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    return live_server.url.replace("127.0.0.1", "localhost")


def sign_in(page, site, user, path="/min-profil/"):
    client = Client(headers={"host": "localhost"})
    client.post("/konto/logga-in/", {"login": user.email, "password": PASSWORD})
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    page.goto(site + path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_are_accessible(page, site, cast, scheme, width):
    AbsenceFactory(user=cast.owner, substitute=cast.deputy)
    AbsenceFactory(user=cast.outsider, substitute=cast.owner)
    AbsenceFactory(user=cast.department_head)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    refused = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else 0)
    for name in PAGES:
        signed_out = name in {"account_login", "account_reset_password"}
        if signed_out:
            page.context.clear_cookies()
            page.goto(site + reverse(name))
        else:
            sign_in(page, site, cast.owner, reverse(name))
        found = Axe().run(page, options=AXE)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert refused == []


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_narrow_phone(page, site, cast, name):
    AbsenceFactory(user=cast.owner, substitute=cast.deputy)
    page.set_viewport_size({"width": 320, "height": 700})
    if name in {"account_login", "account_reset_password"}:
        page.goto(site + reverse(name))
    else:
        sign_in(page, site, cast.owner, reverse(name))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_absence_is_handed_in_by_keyboard_and_without_script(browser, site, cast):
    context = browser.new_context(java_script_enabled=False, locale="sv-SE")
    page = context.new_page()
    page.goto(site + "/min-franvaro/")
    page.get_by_label("E-postadress").fill(cast.owner.email)
    page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Lämna in frånvaro").click()
    page.get_by_label("Första dagen").fill("2031-01-02")
    page.get_by_label("Sista dagen").fill("2031-01-05")
    page.get_by_label("Ersättare").select_option(label="Biblioteksassistent, Biblioteksenheten")
    page.get_by_role("button", name="Se vad det innebär").click()
    assert page.get_by_role("heading", name="Innan du lämnar in").is_visible()
    page.get_by_role("button", name="Lämna in frånvaron").click()
    assert page.get_by_text("Frånvaron är inlämnad.").is_visible()
    assert cast.owner.absences.get().substitute == cast.deputy
    context.close()


def test_passkey_is_added_and_signs_in_without_password(page, site, cast):
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    sign_in(page, site, cast.owner, reverse("mfa_add_webauthn"))
    page.get_by_label("Namn på nyckeln").fill("Jobbtelefonen")
    page.get_by_label("Logga in med bara nyckeln").check()
    page.get_by_role("button", name="Lägg till nyckeln").click()
    page.wait_for_url(f"{site}/konto/tva-steg/reservkoder/")
    assert User.objects.get(pk=cast.owner.pk).authenticator_set.filter(type="webauthn").count() == 1

    page.context.clear_cookies()
    page.goto(f"{site}/konto/logga-in/?next=/min-profil/")
    page.get_by_role("button", name="Logga in med passnyckel").click()
    page.wait_for_url(f"{site}/min-profil/")
    assert page.get_by_role("heading", name="Bibliotekarie").is_visible()

    page.context.clear_cookies()
    page.goto(f"{site}/konto/logga-in/?next=/min-profil/")
    page.get_by_label("E-postadress").fill(cast.owner.email)
    page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.get_by_role("button", name="Använd nyckeln").click()
    page.wait_for_url(f"{site}/min-profil/")
