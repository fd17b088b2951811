"""Absence without script and passkeys for real, in a real browser. Axe: tests/e2e/test_states.py."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from tests import own_cache
from tests.e2e.journeys import send, sign_in
from tests.factories import PASSWORD

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    own_cache.clear()


@pytest.fixture
def site(live_server, settings):
    """The same server by name: a passkey belongs to a host name, never to a number."""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    return live_server.url.replace("127.0.0.1", "localhost")


def test_absence_is_handed_in_by_keyboard_and_without_script(browser, site, cast):
    context = browser.new_context(java_script_enabled=False, locale="sv-SE")
    page = context.new_page()
    page.goto(site + "/min-franvaro/")
    page.get_by_label("E-postadress").fill(cast.owner.email)
    page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    send(page.get_by_role("link", name="Lämna in frånvaro"))
    page.get_by_label("Första dagen").fill("2031-01-02")
    page.get_by_label("Sista dagen").fill("2031-01-05")
    page.get_by_label("Ersättare").select_option(label="Biblioteksassistent, Biblioteksenheten")
    send(page.get_by_role("button", name="Se vad det innebär"))
    expect(page.get_by_role("heading", name="Innan du lämnar in")).to_be_visible()
    send(page.get_by_role("button", name="Lämna in frånvaron"))
    expect(page.get_by_text("Frånvaron är inlämnad.")).to_be_visible()
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
    page.goto(f"{site}/konto/logga-in/?next={reverse('mfa_add_webauthn')}")
    sign_in(page, cast.owner)
    page.get_by_label("Namn på nyckeln").fill("Jobbtelefonen")
    page.get_by_label("Logga in med bara nyckeln").check()
    page.get_by_role("button", name="Lägg till nyckeln").click()
    page.wait_for_url(f"{site}/konto/tva-steg/reservkoder/")
    assert User.objects.get(pk=cast.owner.pk).authenticator_set.filter(type="webauthn").count() == 1

    page.context.clear_cookies()
    page.goto(f"{site}/konto/logga-in/?next=/min-profil/")
    page.get_by_role("button", name="Logga in med passnyckel").click()
    page.wait_for_url(f"{site}/min-profil/")
    expect(page.get_by_role("heading", name="Bibliotekarie")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{site}/konto/logga-in/?next=/min-profil/")
    sign_in(page, cast.owner)
    page.get_by_role("button", name="Använd nyckeln").click()
    page.wait_for_url(f"{site}/min-profil/")
