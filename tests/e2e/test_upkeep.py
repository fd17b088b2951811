"""A register that stays true, in the browser: confirm on a phone from the mail, attest with a screenshot, and without script."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actor import Actor
from channels import clock, upkeep
from channels.actions.publishing import open_channel
from channels.models import AccessTest, Attestation, Channel, Confirmation, Obligation
from kommun.models import Event
from tests.applications import answer_all, make_application, submit
from tests.duties import mail_in_the_morning
from tests.e2e.journeys import is_on_screen, link_in, mail_to, send, too_wide
from tests.factories import AbsenceFactory

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def due_channel(cast):
    """A channel that has been open for six months: the clock has asked its owner, by mail."""
    channel = answer_all(submit(make_application(cast, name="Biblioteket"))).channel
    address = channel.application.answers["address"]
    channel = open_channel(channel_id=channel.pk, address=address, actor=Actor(cast.owner))
    Channel.objects.filter(pk=channel.pk).update(opened_on=timezone.localdate() - timedelta(days=180))
    upkeep.reconcile(timezone.now())
    clock.sweep(timezone.now())
    mail_in_the_morning()
    return channel


@pytest.mark.parametrize("preset", ["tibro", "overkalix"])
@pytest.mark.parametrize("script", [True, False])
def test_an_owner_confirms_on_a_phone_from_the_mail(site, settle, preset, script):
    cast = settle(preset)
    channel = due_channel(cast)
    page = site.person(cast.owner, **PHONE, java_script_enabled=script)
    before = Event.objects.count(), Obligation.objects.filter(closed_at=None).count()
    mail = mail_to(cast.owner, "väntar på dig")
    confirm = Obligation.objects.get(kind=clock.CONFIRM, closed_at=None)
    assert confirm.get_absolute_url() in mail.body
    page.goto(confirm.get_absolute_url())
    page.get_by_role("link", name="Gör det nu").click()
    expect(page.get_by_role("heading", name="Stämmer det här?")).to_be_visible()
    assert (Event.objects.count(), Obligation.objects.filter(closed_at=None).count()) == before
    if script:
        assert too_wide(page) <= 0
    for needed in ("Ansvarig", "Ersättare", "Kan administrera", "Adress", "Syfte"):
        assert is_on_screen(page, page.get_by_text(needed, exact=True).first)
    button = page.get_by_role("button", name="Ja, det stämmer")
    assert is_on_screen(page, button, screens=1.4)
    assert button.bounding_box()["height"] >= 44
    page.get_by_label("Jag har loggat in på kontot").check()
    button.click()
    expect(page.get_by_text("Tack. Uppgifterna är bekräftade.")).to_be_visible()
    assert Confirmation.objects.get(channel=channel).made_by == cast.owner
    assert AccessTest.objects.get().works
    confirm.refresh_from_db()
    assert confirm.outcome == "met"


def test_no_leads_on_with_what_was_typed(site, settle):
    cast = settle("tibro")
    channel = due_channel(cast)
    page = site.person(cast.owner, **PHONE)
    page.goto(f"/register/{channel.pk}/stammer/")
    page.get_by_text("Nej, något stämmer inte").click()
    page.get_by_label("Vad stämmer inte?").fill("Ersättaren har slutat.")
    page.get_by_role("button", name="Ja, det stämmer").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Vad stämmer inte?")).to_have_value("Ersättaren har slutat.")
    page.get_by_role("button", name="Ansvar, syfte, svarstid eller adress").click()
    expect(page.get_by_label("Varför behövs ändringen?")).to_have_value("Ersättaren har slutat.")
    page.get_by_label("Ersättare", exact=True).select_option(str(cast.nearest_manager.pk))
    page.get_by_role("button", name="Skicka förslaget").click()
    expect(page.get_by_text("Förslaget är skickat.")).to_be_visible()
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize("script", [True, False])
def test_an_account_is_attested_with_a_screenshot_that_survives_a_wrong_day(site, settle, tmp_path, script):
    cast = settle("overkalix")
    channel = due_channel(cast)
    AbsenceFactory(user=cast.owner, substitute=cast.outsider)
    page = site.person(cast.outsider, java_script_enabled=script)
    page.goto(f"/register/{channel.pk}/")
    send(page.get_by_role("link", name="Intyga vad kontot visar", exact=True))
    shown = tmp_path / "konto.png"
    page.screenshot(path=shown)
    for choice in page.get_by_label("Visas", exact=True).all():
        choice.check()
    page.get_by_label("När såg du kontot?").fill((timezone.localdate() + timedelta(days=2)).isoformat())
    page.get_by_label("Skärmbild eller PDF").set_input_files(shown)
    page.get_by_role("button", name="Intyga", exact=True).click()
    expect(page.get_by_text("Dagen har inte varit än.").first).to_be_visible()
    expect(page.get_by_text("Filen konto.png är kvar.")).to_be_visible()
    assert not Attestation.objects.exists()
    page.get_by_label("När såg du kontot?").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="Intyga", exact=True).click()
    expect(page.get_by_text("9 av 9 klara")).to_be_visible()
    rows = Attestation.objects.all()
    assert {(row.made_by, row.on_behalf_of) for row in rows} == {(cast.outsider, cast.owner)}
    assert rows[0].proof.open().read() == shown.read_bytes()
    with page.expect_download() as download:
        page.get_by_role("link", name="Bevis").first.click()
    assert download.value.suggested_filename == "konto.png"


def test_a_password_is_turned_away_and_the_place_is_kept(site, settle):
    cast = settle("tibro")
    channel = due_channel(cast)
    page = site.person(cast.deputy)
    page.goto(f"/register/{channel.pk}/inloggning/")
    page.get_by_label("Ja, jag har loggat in").check()
    page.get_by_label("Var och hos vem förvaras inloggningen?").fill("lösenord: bokmal77")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("aldrig själva lösenordet").first).to_be_visible()
    page.get_by_label("Var och hos vem förvaras inloggningen?").fill("Kommunikationsenhetens valv")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("Tack. Det är sparat.")).to_be_visible()
    assert AccessTest.objects.get().place == "Kommunikationsenhetens valv"
    assert link_in(mail_to(cast.owner, "väntar på dig")).startswith(site.url)
