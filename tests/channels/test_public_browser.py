"""The public pages in a real browser: keyboard, without script, on paper. Axe: tests/e2e/test_states.py."""

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys import send
from tests.public_scene import make_scene

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server, cast):
    make_scene(cast)
    return live_server.url


def test_a_visitor_checks_an_account_with_the_keyboard_alone(page, site):
    page.goto(f"{site}/kanaler/")
    for _press in range(15):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "konto":
            break
    page.keyboard.type("facebook.com/ekhultsbibliotek")
    page.keyboard.press("Enter")
    answer = page.get_by_role("status").get_by_role("heading", name="Ja, kontot är vårt")
    answer.wait_for()
    assert page.title().startswith("Ja, kontot är vårt")
    assert page.locator("#konto").input_value() == "facebook.com/ekhultsbibliotek"


def test_everything_works_without_script(browser, site):
    page = browser.new_context(java_script_enabled=False, locale="sv-SE").new_page()
    page.goto(f"{site}/kanaler/")
    page.get_by_label("Plattform").select_option("instagram")
    send(page.get_by_role("button", name="Visa"))
    expect(page.locator(".channels > li")).to_have_count(1)
    page.locator("summary").click()
    expect(page.get_by_text("Biblioteksbesökare")).to_be_visible()
    page.get_by_label("Länk eller kontonamn").fill("x.com/ekhultkultur")
    send(page.get_by_role("button", name="Kontrollera"))
    expect(page.get_by_role("heading", name="Nej, inte längre")).to_be_visible()
    send(page.get_by_role("button", name="English"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "konto=x.com" in page.url  # the question is still there
    page.context.close()


def test_on_paper_the_list_has_its_facts_and_addresses_and_no_controls(page, site):
    page.goto(f"{site}/kanaler/")
    page.emulate_media(media="print")
    assert page.get_by_text("Biblioteksbesökare").first.is_visible()
    assert page.get_by_text("Utskrift från").is_visible()
    assert not page.locator("#konto").is_visible()
    assert not page.get_by_role("button", name="Visa").is_visible()
