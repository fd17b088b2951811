"""The archivist in the browser: look, prepare, write, fetch, the receipt; and a package that stops, is mended and refused."""

import zipfile

import pytest
from playwright.sync_api import expect

from accounts.actor import Actor
from archive.models import Delivery, Record
from tests.archive.delivery_scene import changed_on_disk, kept, kept_secret
from tests.archive_scene import keep_record, make_channel
from tests.e2e.journeys import link_in, mail_to, send, too_wide

S = Delivery.Status
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def cast(settle):
    return settle("overkalix")


@pytest.fixture
def records(cast):
    channel, owner = make_channel(cast), Actor(cast.owner)
    keep_record(channel, owner, label="Obestämd kommentar")
    return [kept(channel, owner, 8, label="Fråga om öppettider"), kept_secret(channel, owner, 9)]


def test_from_choice_to_receipt(site, cast, records):
    page = site.person(cast.archivist)
    page.goto("/start/")
    send(page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Leveranser"))
    send(page.get_by_role("link", name="Förbered en leverans"))
    expect(
        page.get_by_role("radio", name="Registrator Enligt regelverket")
    ).to_be_checked()  # the policy names the registrar
    page.get_by_label("Vilken nämnd?").select_option(label="Kulturnämnden")
    page.get_by_label("Vilket halvår?").select_option(index=0)
    page.get_by_role("radio", name="E-arkiv Du hämtar").check()
    send(page.get_by_role("button", name="Visa vad som går med"))
    expect(page.get_by_role("heading", name="Inte bestämt hur handlingen hålls (1)")).to_be_visible()
    expect(page.get_by_text("Fråga om öppettider")).to_be_visible()
    send(page.get_by_role("button", name="Förbered leveransen"))
    expect(page.get_by_text("Två leveranser är förberedda")).to_be_visible()
    expect(page.get_by_text("Sekretessmarkerad", exact=True)).to_have_count(1)
    send(page.get_by_role("rowheader").filter(has_not_text="sekretess").get_by_role("link"))

    with changed_on_disk(records[0]):
        send(page.get_by_role("button", name="Skriv paketet"))
        page.reload()
        expect(page.get_by_text("Filen bild-8.png har fel kontrollsumma.")).to_be_visible()
    send(page.get_by_role("button", name="Skriv paketet"))
    page.reload()
    expect(page.get_by_role("rowheader", name="METS.xml").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Hämta som zip").click()
    with zipfile.ZipFile(download.value.path()) as found:
        assert any(name.endswith("/METS.xml") for name in found.namelist())

    page.get_by_label("Kvittensens nummer").fill("inget än")
    send(page.get_by_role("button", name="Spara kvittensen"))
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Kvittensens nummer")).to_have_value("inget än")
    page.get_by_label("Kvittensens nummer").fill("EA-2026-44")
    send(page.get_by_role("button", name="Spara kvittensen"))
    expect(page.get_by_text("Kvittensen är sparad.")).to_be_visible()
    assert sorted(Delivery.objects.values_list("secret", "status")) == [(False, S.RECEIVED), (True, S.PREPARED)]


def test_the_registrar_refuses_and_then_takes_it_in_on_a_phone(site, cast, records):
    Record.objects.filter(pk=records[0].pk).update(keeping="register")
    desk = site.person(cast.archivist)
    desk.goto("/arkiv/leveranser/forbered/")
    desk.get_by_label("Vilken nämnd?").select_option(label="Kulturnämnden")
    send(desk.get_by_role("button", name="Visa vad som går med"))
    send(desk.get_by_role("button", name="Förbered leveransen"))
    send(desk.get_by_role("rowheader").filter(has_not_text="sekretess").get_by_role("link"))
    send(desk.get_by_role("button", name="Skriv paketet"))

    phone = site.person(cast.registrar, **PHONE)
    phone.goto(link_in(mail_to(cast.registrar, "Att diarieföra: leveransen")))
    assert too_wide(phone) <= 0
    phone.get_by_text("Mottagaren godtog inte leveransen").click()
    phone.get_by_label("Varför godtogs den inte?").fill("En handling saknas.")
    send(phone.get_by_role("button", name="Spara att den inte godtogs"))
    expect(phone.get_by_text("En handling saknas.")).to_be_visible()

    desk.reload()
    send(desk.get_by_role("button", name="Förbered igen"))
    send(desk.get_by_role("button", name="Skriv paketet"))
    phone.reload()
    phone.get_by_label("Diarienummer").fill("KS 2026/9")
    send(phone.get_by_role("button", name="Spara kvittensen"))
    expect(phone.get_by_text("Kvittensen är sparad.")).to_be_visible()
    assert Record.objects.get(pk=records[0].pk).diary_number == "KS 2026/9"
