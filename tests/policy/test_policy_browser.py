"""The rulebook and the way of a policy into force, in a real browser: axe, small screens, without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from kommun import policy
from kommun.models import Municipality
from kommun.policy import loader
from kommun.policy.actions import CommandActor, adopt, import_draft
from tests.policy.samples import MINIMAL, changed

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
OPERATOR = CommandActor(label="Driften")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NORA = (loader.PRESETS / "nora.toml").read_text(encoding="utf-8")


def draft(text):
    return import_draft(toml_text=text, filename="prov.toml", actor=OPERATOR)


@pytest.fixture
def versions(cast):
    """One version in force, and a draft that changes it in many ways."""
    Municipality.objects.create(pk=1, name="Nora kommun", website="https://www.nora.example")
    first = adopt(version_id=draft(NORA).pk, actor=OPERATOR)
    text = NORA.replace('strength = "bör"', 'strength = "kan"', 3).replace("Skriftligt", "På papper")
    return first, draft(text.replace('id = "', 'id = "ny_', 1))


def sign_in(page, live_server, client, user):
    client.force_login(user)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])


def violations(page):
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]


def assert_sound(page, width):
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    assert violations(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390), ("light", 320)]
)
def test_axe_finds_nothing_and_nothing_is_too_wide(page, live_server, client, cast, versions, scheme, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + reverse("rulebook"))
    assert_sound(page, width)
    sign_in(page, live_server, client, cast.strategist)
    for address in (
        reverse("rulebook"),
        reverse("rulebook") + "?sok=bilder",
        reverse("rulebook") + "?sok=zeppelinare",
        reverse("rulebook") + f"?version={versions[1].number}",
        reverse("policy_versions"),
        reverse("policy_version", args=[versions[0].number]),
        reverse("policy_version", args=[versions[1].number]),
        reverse("policy_upload"),
        reverse("start"),
    ):
        page.goto(live_server.url + address)
        assert_sound(page, width)
    page.goto(live_server.url + reverse("policy_upload"))
    page.get_by_label("Eller klistra in texten").fill(changed("count = 2", 'count = "två"'))
    page.get_by_role("button", name="Kontrollera och spara som utkast").click()
    assert_sound(page, width)
    page.goto(live_server.url + reverse("policy_version", args=[versions[1].number]))
    page.get_by_role("button", name="Sätt utkastet i kraft").click()
    page.get_by_text("svar behöver ändras").wait_for()
    assert_sound(page, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_before_there_is_a_policy(page, live_server, scheme):
    page.emulate_media(color_scheme=scheme)
    for name in ("rulebook", "policy_versions"):
        page.goto(live_server.url + reverse(name))
        assert_sound(page, 1280)


def test_a_policy_is_mended_and_put_in_force_without_script(browser, live_server, client, cast):
    context = browser.new_context(java_script_enabled=False, locale="sv-SE")
    page = context.new_page()
    sign_in(page, live_server, client, cast.strategist)
    page.goto(live_server.url + reverse("rulebook"))
    page.get_by_role("link", name="Läs in ett regelverk").click()
    broken = {
        "name": "ekhult.toml",
        "mimeType": "application/toml",
        "buffer": changed("schema = 1", "skema = 1").encode(),
    }
    page.get_by_label("Fil", exact=True).set_input_files(broken)
    page.get_by_role("button", name="Kontrollera och spara som utkast").click()
    assert page.get_by_text("Menade du ”schema”?").is_visible()
    page.get_by_label("Eller klistra in texten").fill(MINIMAL)
    page.get_by_role("button", name="Kontrollera och spara som utkast").click()
    assert page.get_by_text("Filen är inläst som utkast, version 1.").is_visible()
    today = timezone.localdate().isoformat()
    page.get_by_label("Gäller från och med").fill(today)
    page.get_by_label("Skriv datumet en gång till").fill(today)
    page.get_by_role("button", name="Sätt utkastet i kraft").click()
    assert page.get_by_role("heading", name="Regelverk", exact=True).is_visible()
    assert page.get_by_text("Svara inom två dygn.").is_visible()
    assert policy.in_force().filename == "ekhult.toml"
    context.close()


def test_a_link_to_a_rule_leads_to_it_and_paper_has_the_rules_without_controls(page, live_server, versions):
    page.goto(live_server.url + reverse("rulebook") + "#regel-removal-within")
    assert page.locator("#regel-removal-within").evaluate("card => card.getBoundingClientRect().top < innerHeight")
    page.emulate_media(media="print")
    assert page.locator("#regel-removal-within").is_visible()
    for control in (".btn", ".toc", ".searchbox"):
        assert not any(one.is_visible() for one in page.locator(control).all())
