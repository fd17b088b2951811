"""The rulebook and the way of a policy into force, in a real browser: without script, on paper. Axe: tests/e2e."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from kommun import policy
from kommun.models import Municipality
from kommun.policy import loader
from kommun.policy.actions import CommandActor, adopt, import_draft
from tests.e2e.journeys import be_signed_in, send
from tests.policy.samples import MINIMAL, changed

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
OPERATOR = CommandActor(label="Driften")
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


def test_a_policy_is_mended_and_put_in_force_without_script(browser, live_server, cast):
    context = browser.new_context(java_script_enabled=False, locale="sv-SE")
    page = context.new_page()
    be_signed_in(page, live_server.url, cast.strategist)
    page.goto(live_server.url + reverse("rulebook"))
    send(page.get_by_role("link", name="Läs in ett regelverk"))
    broken = {
        "name": "ekhult.toml",
        "mimeType": "application/toml",
        "buffer": changed("schema = 1", "skema = 1").encode(),
    }
    page.get_by_label("Fil", exact=True).set_input_files(broken)
    send(page.get_by_role("button", name="Kontrollera och spara som utkast"))
    expect(page.get_by_text("Menade du ”schema”?")).to_be_visible()
    page.get_by_label("Eller klistra in texten").fill(MINIMAL)
    send(page.get_by_role("button", name="Kontrollera och spara som utkast"))
    expect(page.get_by_text("Filen är inläst som utkast, version 1.")).to_be_visible()
    today = timezone.localdate().isoformat()
    page.get_by_label("Gäller från och med").fill(today)
    page.get_by_label("Skriv datumet en gång till").fill(today)
    send(page.get_by_role("button", name="Sätt utkastet i kraft"))
    expect(page.get_by_role("heading", name="Regelverk", exact=True)).to_be_visible()
    expect(page.get_by_text("Svara inom två dygn.")).to_be_visible()
    assert policy.in_force().filename == "ekhult.toml"
    context.close()


def test_a_link_to_a_rule_leads_to_it_and_paper_has_the_rules_without_controls(page, live_server, versions):
    page.goto(live_server.url + reverse("rulebook") + "#regel-removal-within")
    assert page.locator("#regel-removal-within").evaluate("card => card.getBoundingClientRect().top < innerHeight")
    page.emulate_media(media="print")
    assert page.locator("#regel-removal-within").is_visible()
    for control in (".btn", ".toc", ".searchbox"):
        assert not any(one.is_visible() for one in page.locator(control).all())
