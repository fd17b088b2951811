"""Every component in a real browser: axe, small screens, keyboard, without script, on paper."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from kommun.models import Municipality
from tests.e2e.journeys import COLOUR, SIZE, be_signed_in, send, violations

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# Beside the product's own colour: the lightest grey that is allowed, and a red, where a tint would first be unreadable.
BRANDS = {"petrol": ("#0b5563", "#86ccd8"), "edge": ("#767676", "#868686"), "red": ("#c8102e", "#ff8a80")}


@pytest.fixture
def gallery(live_server):
    return live_server.url + reverse("components_gallery")


@pytest.mark.parametrize(
    ("brand", "scheme", "width", "only"),
    [
        ("petrol", "light", 1280, ()),
        ("petrol", "light", 390, SIZE),
        *((brand, scheme, 1280, COLOUR) for brand in BRANDS for scheme in ("light", "dark")),
    ],
)
def test_axe_finds_nothing(page, gallery, brand, scheme, width, only):
    light, dark = BRANDS[brand]
    Municipality.objects.create(pk=1, name="Tibro kommun", brand_colour=light, brand_colour_dark=dark)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(gallery)
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    assert violations(page, only) == []


@pytest.mark.parametrize("signed_in", [False, True])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_small_phone(page, gallery, signed_in, live_server, cast):
    if signed_in:
        be_signed_in(page, live_server.url, cast.strategist)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(gallery)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert violations(page) == []
    assert page.locator("nav.nav").count() == int(signed_in)


def test_the_browser_refuses_nothing_of_our_own(page, gallery):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.on("response", lambda response: complaints.append(response.url) if response.status >= 400 else None)
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(gallery, wait_until="networkidle")
    assert complaints == []
    assert hosts == {gallery.split("/")[2]}
    assert page.evaluate("document.fonts.check('16px Inter')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_an_error_page(page, live_server, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + "/finns-inte/")
    assert page.get_by_role("heading", name="Sidan finns inte").is_visible()
    assert violations(page) == []


def test_the_first_tab_leads_past_the_menu(page, live_server):
    page.goto(live_server.url + "/finns-inte/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Hoppa till innehållet"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "innehall"


def test_the_list_of_errors_takes_the_focus_and_leads_to_the_field(page, gallery):
    page.goto(gallery)
    assert page.evaluate("document.activeElement.id") == "errors"
    page.locator("#errors a").first.click()
    assert page.evaluate("document.activeElement.id") == "id_b-unit"


def test_light_and_dark_are_remembered_from_before_the_first_paint(page, gallery):
    page.emulate_media(color_scheme="light")
    page.goto(gallery)
    page.get_by_role("button", name="Byt mellan ljust och mörkt läge").click()
    page.reload(wait_until="commit")
    page.wait_for_selector("body")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 20, 20)"


def test_a_second_click_sends_nothing(page, gallery):
    page.goto(gallery)
    sent = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.evaluate("""() => {
        const form = document.querySelector("#falt form");
        form.target = "_blank";  // the page stays, as it does while a slow answer is on its way
        form.addEventListener("submit", (event) => { window.seen = (window.seen || 0) + 1; event.preventDefault(); });
    }""")
    button = page.locator("#falt form").first.get_by_role("button", name="Spara")
    button.click()
    button.click()
    assert page.evaluate("window.seen") == 1
    assert button.get_attribute("aria-busy") == "true"
    assert sent == []


def test_a_deadline_is_counted_again_while_the_page_is_open(page, gallery):
    page.clock.install()
    page.goto(gallery)
    soon = page.locator(".deadline--soon .deadline__left").first
    before = soon.inner_text()
    page.clock.run_for(2 * 60 * 1000 + 1000)
    assert soon.inner_text() != before
    page.clock.run_for(7 * 60 * 60 * 1000)
    assert page.locator(".deadline--soon").count() == 0
    assert page.locator("#status").text_content() == "En frist har gått ut."


def test_everything_is_there_without_script(browser, gallery):
    context = browser.new_context(java_script_enabled=False, locale="sv-SE", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(gallery)
    assert page.get_by_role("button", name="Byt mellan ljust och mörkt läge").count() == 0
    assert page.get_by_role("button", name="Skriv ut").count() == 0
    expect(page.get_by_role("link", name="Syfte och målgrupp")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 900})
    summary = page.get_by_text("Visa alla delar")
    assert summary.is_visible()
    assert not page.get_by_role("link", name="Syfte och målgrupp").is_visible()
    summary.click()
    assert page.get_by_role("link", name="Syfte och målgrupp").is_visible()
    send(page.locator("#falt form").first.get_by_role("button", name="Spara"))
    assert page.get_by_role("heading", name="Komponenter", exact=True).is_visible()
    context.close()


def test_paper_has_the_facts_and_none_of_the_controls(page, gallery):
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(gallery)
    for control in (".btn", ".nav", ".foot", ".skip", ".crumbs"):
        assert not any(one.is_visible() for one in page.locator(control).all())
    assert page.get_by_text("Regler för kommentarer").is_visible()  # inside details
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"


def test_states_keep_a_border_when_the_reader_chooses_the_colours(page, gallery):
    page.emulate_media(forced_colors="active")
    page.goto(gallery)
    for piece in (".tag--red", ".notice--amber", ".step__mark"):
        assert page.evaluate(f"getComputedStyle(document.querySelector('{piece}')).borderTopStyle") != "none"


def test_nothing_moves_for_a_reader_who_asked_for_stillness(page, gallery):
    page.emulate_media(reduced_motion="reduce")
    page.goto(gallery)
    assert page.evaluate("getComputedStyle(document.querySelector('.icon--spin')).animationName") == "none"
    assert page.evaluate("getComputedStyle(document.querySelector('.btn')).transitionDuration") == "0s"
