"""The public pages in a real browser: axe in every state, the smallest phone, keyboard, without script, on paper."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.public_scene import make_scene

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHECK = "/kanaler/kontrollera/?konto="
STATES = {
    "register": "/kanaler/",
    "no hits": "/kanaler/?q=finnsinte",
    "answer in the register": "/kanaler/?konto=facebook.com/ekhu1tsbibliotek",
    "not asked": "/kanaler/kontrollera/",
    "nothing to check": CHECK,
    "official": f"{CHECK}facebook.com/ekhultsbibliotek",
    "was official": f"{CHECK}x.com/ekhultkultur",
    "wrong platform": f"{CHECK}tiktok.com/@ekhultsbibliotek",
    "lookalike": f"{CHECK}facebook.com/ekhu1tsbibliotek",
    "unknown": f"{CHECK}facebook.com/{'b' * 75}",
    "cannot tell": f"{CHECK}bit.ly/3abc",
    "channel": "/kanaler/biblioteket-facebook/",
    "renamed channel": "/kanaler/badhuset-instagram/",
    "channel to be closed": "/kanaler/torget-threads/",
    "closed channel": "/kanaler/kulturskolan-x/",
    "closed channels": "/kanaler/avslutade/",
    "rules": "/kanaler/biblioteket-facebook/regler/",
    "statement": "/tillganglighet/",
}


@pytest.fixture
def site(live_server, cast):
    make_scene(cast)
    return live_server.url


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_in_any_state_and_the_browser_refuses_nothing(page, site, scheme, width):
    wrong, complaints = [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for state, path in STATES.items():
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append((state, "wider than the screen"))
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        wrong += [(state, one["id"], [node["target"] for node in one["nodes"]]) for one in found]
    assert wrong == []
    # The data for search engines stands in the page: the strict policy must let it be, and it does.
    assert [text for text in complaints if "422" not in text] == []


def test_an_empty_register_passes_axe(page, live_server, db):
    page.goto(live_server.url + "/kanaler/")
    assert Axe().run(page, options={"runOnly": RULES}).response["violations"] == []
    assert page.get_by_text("Inga kanaler än").is_visible()


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
    page.get_by_role("button", name="Visa").click()
    assert page.locator(".channels > li").count() == 1
    page.locator("summary").click()
    assert page.get_by_text("Biblioteksbesökare").is_visible()
    page.get_by_label("Länk eller kontonamn").fill("x.com/ekhultkultur")
    page.get_by_role("button", name="Kontrollera").click()
    assert page.get_by_role("heading", name="Nej, inte längre").is_visible()
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert "konto=x.com" in page.url  # the question is still there
    page.context.close()


def test_on_paper_the_list_has_its_facts_and_addresses_and_no_controls(page, site):
    page.goto(f"{site}/kanaler/")
    page.emulate_media(media="print")
    assert page.get_by_text("Biblioteksbesökare").first.is_visible()
    assert page.get_by_text("Utskrift från").is_visible()
    assert not page.locator("#konto").is_visible()
    assert not page.get_by_role("button", name="Visa").is_visible()
