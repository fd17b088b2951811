"""What is done around a case, in the browser: a conflict of interest, an appeal, crisis mode; and axe on each page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from kommun.models import OutgoingMail
from moderation.actions.explaining import explain
from moderation.models import Case, ConflictOfInterest, CrisisPeriod, Reconsideration
from tests.archive_scene import make_channel
from tests.around_scene import around
from tests.cases import THREAT, actor_of, bring_to, open_case
from tests.e2e.journeys import send, too_wide
from tests.e2e.look import Look

SIZES = {390: {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}, 1280: {}}


def hidden_case(cast):
    owner = actor_of(cast.owner)
    return bring_to("hidden", open_case(make_channel(cast), owner, category=THREAT["tibro"]), owner)


@pytest.mark.parametrize("width", SIZES)
def test_an_owner_declares_a_conflict_and_the_deputy_has_the_case(site, settle, width):
    cast = settle("tibro")
    case = hidden_case(cast)
    page = site.person(cast.owner, **SIZES[width])
    page.goto(case.get_absolute_url())
    send(page.get_by_role("link", name="Jäv, omprövning"))
    send(page.get_by_role("link", name="Anmäl jäv"))
    send(page.get_by_role("button", name="Anmäl jäv"))
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_label("Vän eller ovän").check()
    assert too_wide(page) <= 0
    send(page.get_by_role("button", name="Anmäl jäv"))
    expect(page.get_by_text("Du deltar inte längre i ärendet")).to_be_visible()
    assert page.goto(case.get_absolute_url()).status == 404
    assert ConflictOfInterest.objects.get().passed_to == cast.deputy
    deputy = site.person(cast.deputy, **SIZES[width])
    assert deputy.goto(case.get_absolute_url()).status == 200


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", SIZES)
def test_a_visitor_asks_and_somebody_else_than_the_decider_changes_the_decision(site, settle, width, script):
    cast = settle("tibro")
    case = hidden_case(cast)
    number = explain(case_id=case.pk, text="Vi har dolt det.", actor=actor_of(cast.owner)).reference
    page = site.visitor(**SIZES[width], java_script_enabled=script)
    page.goto("/omprovning/")
    page.get_by_label("Numret i meddelandet").fill("fel")
    page.get_by_label("Vad är det som är fel?").fill("Jag skrev inget hot.")
    page.get_by_label("E-post, om du vill").fill("besokare@exempel.example")
    send(page.get_by_role("button", name="Skicka"))
    expect(page.get_by_text("Vi känner inte igen numret.").first).to_be_visible()
    expect(page.get_by_label("Vad är det som är fel?")).to_have_value("Jag skrev inget hot.")
    page.get_by_label("Numret i meddelandet").fill(number.lower().replace("-", " "))
    send(page.get_by_role("button", name="Skicka"))
    expect(page.get_by_text("Vi har tagit emot din begäran")).to_be_visible()
    if script:
        assert too_wide(page) <= 0
    state = page.url

    row = Reconsideration.objects.get()
    first = site.person(cast.owner, **SIZES[width], java_script_enabled=script)
    first.goto(row.get_absolute_url())
    expect(first.get_by_text("Du fattade beslutet som ska omprövas.")).to_be_visible()
    manager = site.person(cast.nearest_manager, **SIZES[width], java_script_enabled=script)
    manager.goto(row.get_absolute_url())
    manager.get_by_label("Beslutet ändras").check()
    manager.get_by_label("Skäl").fill("Det är ingen som hotas.")
    send(manager.get_by_role("button", name="Spara beslutet"))
    expect(manager.get_by_role("heading", name="Beslutet ändrat")).to_be_visible()
    case.refresh_from_db()
    assert case.status == Case.Status.RESTORED

    page.goto(state)
    expect(page.get_by_text("Det är ingen som hotas.")).to_be_visible()
    mail = OutgoingMail.objects.get(to="besokare@exempel.example")
    assert state.removeprefix(site.url) in mail.body


@pytest.mark.parametrize("width", SIZES)
def test_crisis_mode_is_started_looked_in_and_ended(site, settle, width):
    cast = settle("tibro")
    make_channel(cast)
    page = site.person(cast.strategist, **SIZES[width])
    page.goto("/granska/krislage/")
    page.get_by_label("Vad har hänt?").fill("Vattnet är otjänligt.")
    page.get_by_label("Till och med").fill((timezone.localdate() + timedelta(days=1)).isoformat())
    send(page.get_by_role("button", name="Starta krisläge"))
    expect(page.get_by_text("minst var 2:e timme, dygnet runt")).to_be_visible()
    owner = site.person(cast.owner, **SIZES[width])
    owner.goto(CrisisPeriod.objects.get().get_absolute_url())
    send(owner.get_by_role("button", name="Jag har tittat"))
    expect(owner.get_by_text("Nästa tid räknas från nu.")).to_be_visible()
    assert too_wide(owner) <= 0
    page.reload()
    send(page.get_by_role("button", name="Avsluta krisläget"))
    expect(page.get_by_text("Inget krisläge råder")).to_be_visible()


def test_every_page_around_a_case(site, settle):
    cast = settle("tibro")
    look = Look(site)
    values = around(cast, make_channel(cast))
    strategist, visitor = site.person(cast.strategist), site.visitor()
    removed, opinion = values["removed_case"], values["opinion_case"]
    for path in (
        f"/granska/{removed}/mer/",
        f"/granska/{removed}/jav/",
        f"/granska/{removed}/forklara/",
        f"/granska/{removed}/begaran/",
        f"/granska/{removed}/polisunderlag/",
        f"/granska/{opinion}/mer/",
        f"/granska/{opinion}/fraga/",
        f"/granska/jav/{values['conflict']}/",
        f"/granska/forklaring/{values['explanation']}/",
        f"/granska/omprovning/{values['reconsideration']}/",
        f"/granska/pa-vant/{values['hold']}/",
        "/granska/blockeringar/",
        f"/granska/blockeringar/{values['block']}/",
        "/granska/krislage/",
        f"/granska/krislage/{values['crisis']}/",
        "/granska/mallar/",
        "/granska/mallar/explanation/",
    ):
        look.go(strategist, path)
    look.go(visitor, "/omprovning/")
    look.after(visitor.get_by_role("button", name="Skicka"), "omprovning-fel")
    look.go(visitor, f"/omprovning/{values['reference']}/")
    look.go(site.person(cast.nearest_manager), f"/granska/pa-vant/{values['hold']}/")
    assert look.found == []
