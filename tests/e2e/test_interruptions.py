"""What happens to people: the sign-in runs out, two windows are open, a button is pressed twice, the way back is taken."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from channels.models import Application, ApprovalStep, Decision
from kommun.models import Event
from tests.applications import make_application, submit
from tests.e2e.journeys import fill_the_rest, send, sign_in, start_application


def test_what_was_typed_is_back_after_the_sign_in_ran_out(site, settle):
    cast = settle("tibro")
    page = site.person(cast.owner)
    start_application(page)
    page.get_by_label("Vad ska kanalen heta?").fill("Badhuset")
    page.get_by_label("Vad ska kanalen användas till?").fill("Öppettider och kurser.")
    Session.objects.all().delete()
    send(page.get_by_role("button", name="Spara och fortsätt"))
    sign_in(page, cast.owner)
    expect(page.get_by_role("heading", name="Vi sparade det du skrev")).to_be_visible()
    expect(page.get_by_label("Vad ska kanalen heta?")).to_have_value("Badhuset")
    expect(page.get_by_label("Vad ska kanalen användas till?")).to_have_value("Öppettider och kurser.")
    assert "name" not in Application.objects.get().answers  # shown, not saved behind anybody's back
    fill_the_rest(page)
    send(page.get_by_role("button", name="Spara och fortsätt"))
    expect(page.get_by_role("heading", name="Kanal och konto")).to_be_visible()
    assert Application.objects.get().answers["name"] == "Badhuset"


def test_an_answer_is_back_after_the_sign_in_ran_out(site, settle):
    cast = settle("tibro")
    step = submit(make_application(cast)).steps.get(status=ApprovalStep.Status.OPEN)
    page = site.person(cast.it_communications_manager)
    page.goto(step.get_absolute_url())
    page.get_by_label("Motivering").fill("Namnet passar.")
    Session.objects.all().delete()
    send(page.get_by_role("button", name="Skicka mitt svar"))
    sign_in(page, cast.it_communications_manager)
    page.get_by_text("Visa vad som skickas").click()
    expect(page.get_by_text("Namnet passar.")).to_be_visible()
    step.refresh_from_db()
    assert step.status == ApprovalStep.Status.OPEN
    page.get_by_role("button", name="Skicka igen").click()
    expect(page.get_by_text("Tack. Ditt svar är sparat")).to_be_visible()
    step.refresh_from_db()
    assert step.note == "Namnet passar."


def test_two_windows_never_overwrite_each_other(site, settle):
    cast = settle("tibro")
    first = site.person(cast.owner)
    start_application(first)
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_label("Vad ska kanalen heta?").fill("Badhuset")
    first.get_by_role("button", name="Spara och gör klart senare").click()
    expect(first.get_by_text("Sparat. Du kan fortsätta när du vill.")).to_be_visible()
    second.get_by_label("Vad ska kanalen heta?").fill("Simhallen")
    send(second.get_by_role("button", name="Spara och fortsätt"))
    expect(second.get_by_role("heading", name="Delen har sparats i ett annat fönster")).to_be_visible()
    expect(second.get_by_label("Vad ska kanalen heta?")).to_have_value("Simhallen")
    expect(second.get_by_text("Badhuset").first).to_be_visible()
    assert Application.objects.get().answers["name"] == "Badhuset"
    second.get_by_role("button", name="Spara det som står här").click()
    expect(second.get_by_label("Vad ska kanalen heta?")).to_have_value("Simhallen")
    assert Application.objects.get().answers["name"] == "Simhallen"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_button_pressed_twice_does_one_thing(site, settle, script):
    cast = settle("overkalix")
    page = site.person(cast.owner, java_script_enabled=script)
    page.goto("/ansokningar/ny/")
    page.get_by_role("button", name="Starta ansökan").dblclick()
    expect(page.get_by_role("heading", name="Syfte och målgrupp")).to_be_visible()
    assert Application.objects.count() == 1
    ready = make_application(cast)
    page.goto(f"/ansokningar/{ready.pk}/granska/")
    page.get_by_role("button", name="Skicka ansökan").dblclick()
    expect(page.get_by_role("heading", name="Ansökan väntar på beslut")).to_be_visible()
    assert Event.objects.filter(kind="application.submitted").count() == 1
    manager = site.person(cast.nearest_manager, java_script_enabled=script)
    manager.goto(ready.steps.get(role="nearest_manager").get_absolute_url())
    manager.get_by_role("button", name="Godkänn", exact=True).dblclick()
    expect(manager.get_by_role("heading", name="Godkänt")).to_be_visible()
    assert Event.objects.filter(kind="step.approve").count() == 1


def test_the_way_back_shows_how_it_is_now(site, settle):
    cast = settle("overkalix")
    ready = make_application(cast)
    page = site.person(cast.owner)
    page.goto(f"/ansokningar/{ready.pk}/granska/")
    page.get_by_role("button", name="Skicka ansökan").click()
    expect(page.get_by_role("heading", name="Ansökan väntar på beslut")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Ansökan väntar på beslut")).to_be_visible()
    expect(page.get_by_role("button", name="Skicka ansökan")).to_have_count(0)
    step = ready.steps.get(role="nearest_manager")
    manager = site.person(cast.nearest_manager)
    manager.goto("/beslut/")
    send(manager.get_by_role("main").get_by_role("link", name="Biblioteket"))
    manager.get_by_role("button", name="Godkänn", exact=True).click()
    expect(manager.get_by_text("Tack. Ditt svar är sparat")).to_be_visible()
    manager.go_back()
    expect(manager.get_by_role("button", name="Godkänn", exact=True)).to_have_count(0)
    manager.go_back()
    expect(manager.get_by_role("heading", name="Att besluta")).to_be_visible()
    expect(manager.get_by_role("main").get_by_role("link", name="Biblioteket")).to_have_count(0)
    step.refresh_from_db()
    assert step.status == ApprovalStep.Status.APPROVED
    assert not Decision.objects.exists()
