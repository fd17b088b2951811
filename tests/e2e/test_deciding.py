"""A manager's decision on a phone: everything that is needed within sight, and nothing happens by looking."""

import pytest
from playwright.sync_api import expect

from channels.models import ApprovalStep, Decision
from kommun.models import Event
from tests.applications import make_application, submit
from tests.e2e.journeys import answer, is_on_screen, link_in, mail_to, send, too_wide

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("preset", ["overkalix", "nora"])
def test_a_manager_decides_on_a_phone_within_sight(site, settle, preset):
    cast = settle(preset)
    submit(make_application(cast))
    page = site.person(cast.nearest_manager, **PHONE)
    before = list(ApprovalStep.objects.order_by("pk").values()), Event.objects.count()
    page.goto(link_in(mail_to(cast.nearest_manager, "Ta ställning")))
    assert (list(ApprovalStep.objects.order_by("pk").values()), Event.objects.count()) == before
    assert too_wide(page) <= 0
    for needed in ("Syfte", "Målgrupp", "Adress"):
        assert is_on_screen(page, page.get_by_text(needed, exact=True).first)
    button = page.get_by_role("button", name="Godkänn", exact=True)
    assert is_on_screen(page, button, screens=1)
    assert is_on_screen(page, page.get_by_text("Be om ändring eller säg nej"), screens=1.2)
    box = button.bounding_box()
    assert box["height"] >= 44  # a thumb's width
    answer(page, "Godkänn")
    assert ApprovalStep.objects.get(role="nearest_manager").decided_by == cast.nearest_manager


def test_a_refusal_needs_a_reason_which_the_applicant_reads(site, settle):
    cast = settle("overkalix")
    sent = submit(make_application(cast))
    page = site.person(cast.nearest_manager, **PHONE)
    page.goto(link_in(mail_to(cast.nearest_manager, "Ta ställning")))
    page.get_by_text("Be om ändring eller säg nej").click()
    page.get_by_role("button", name="Säg nej").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert not Decision.objects.exists()
    answer(page, "Säg nej", note="Vi har redan en kanal för biblioteket.")
    applicant = site.person(cast.owner)
    applicant.goto(link_in(mail_to(cast.owner, "Avslag")))
    expect(applicant.get_by_text("Vi har redan en kanal för biblioteket.").first).to_be_visible()
    assert Decision.objects.get(application=sent).outcome == Decision.Outcome.REFUSED


def test_what_needs_completing_goes_back_and_resumes_at_the_same_person(site, settle):
    cast = settle("overkalix")
    submit(make_application(cast))
    page = site.person(cast.nearest_manager)
    page.goto(link_in(mail_to(cast.nearest_manager, "Ta ställning")))
    page.get_by_text("Be om ändring eller säg nej").click()
    answer(page, "Skicka tillbaka för ändring", note="Skriv vem kanalen är till för.")
    applicant = site.person(cast.owner)
    applicant.goto(link_in(mail_to(cast.owner, "Komplettera")))
    expect(applicant.get_by_text("Skriv vem kanalen är till för.")).to_be_visible()
    send(applicant.get_by_role("link", name="Syfte och målgrupp", exact=True))
    applicant.get_by_label("Vad ska kanalen heta?").fill("Biblioteket")
    applicant.get_by_label("Vad ska kanalen användas till?").fill("Visa vad som händer.")
    applicant.get_by_label("Vilka vill ni nå?").fill("Barn och unga")
    send(applicant.get_by_role("button", name="Spara och fortsätt"))
    send(applicant.get_by_role("link", name="Granska och skicka").first)
    applicant.get_by_role("button", name="Skicka ansökan").click()
    expect(applicant.get_by_text("Ansökan är skickad.")).to_be_visible()
    page.goto("/beslut/")
    page.get_by_role("main").get_by_role("link", name="Biblioteket").click()
    expect(page.get_by_text("Barn och unga").first).to_be_visible()
    answer(page, "Godkänn")
