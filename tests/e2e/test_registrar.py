"""The registrar in the browser: from the mail to a number, sent back, declined, a wrong number, pressed twice; phone and desk."""

import pytest
from playwright.sync_api import expect

from accounts.actor import Actor
from archive import queries
from archive.models import DiarySheet, Record
from kommun.models import Event
from tests.archive_scene import a_mark, keep_file, keep_record, make_channel, png, propose, upload
from tests.e2e.journeys import link_in, mail_to, send, too_wide
from tests.e2e.look import Look

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 900}}
S = DiarySheet.Status


@pytest.fixture
def cast(settle):
    return settle("tibro")


@pytest.fixture
def sheet(cast):
    """A threat with a picture, which the owner has handed over."""
    owner = Actor(cast.owner)
    files = [keep_file(owner, upload=upload(png(600, 400)))]
    return propose(keep_record(make_channel(cast), owner, files=files), owner)


def kinds():
    return list(Event.objects.filter(kind__startswith="diary.").order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["390", "1280"])
@pytest.mark.parametrize("script", [True, False])
def test_a_number_from_the_mail(site, cast, sheet, window, script):
    page = site.person(cast.registrar, **window, java_script_enabled=script)
    page.goto(link_in(mail_to(cast.registrar, "Att diarieföra")))
    expect(page.get_by_text("Jag vet var du bor.")).to_be_visible()
    assert kinds() == ["diary.proposed"]  # opening the link changes nothing
    if script:
        assert too_wide(page) <= 0
    other = page.context.new_page()  # the same sheet in another window, to be sent once more
    other.goto(sheet.get_absolute_url())
    page.get_by_label("Diarienummer").fill("vet inte än")
    send(page.get_by_role("button", name="Spara diarienumret"))
    expect(page.get_by_text("Skriv diarienumret så som det står").first).to_be_visible()
    expect(page.get_by_label("Diarienummer")).to_have_value("vet inte än")
    page.get_by_label("Diarienummer").fill("KS 2026/123")
    page.get_by_label("Ett ärende som finns").check()
    send(page.get_by_role("button", name="Spara diarienumret"))
    expect(page.get_by_text("Diarienumret KS 2026/123 är sparat")).to_be_visible()
    expect(page.get_by_text("Inget väntar")).to_be_visible()
    other.get_by_label("Diarienummer").fill("KS 2026/123")
    send(other.get_by_role("button", name="Spara diarienumret"))
    expect(other.get_by_text("Diarienumret KS 2026/123 är sparat")).to_be_visible()
    assert kinds() == ["diary.proposed", "diary.accepted"]
    sheet.refresh_from_db()
    assert (sheet.matter, sheet.matter_number) == ("existing", "KS 2026/123")
    assert Record.objects.get().diary_number == "KS 2026/123"
    assert "KS 2026/123" in mail_to(cast.owner, "Diarieförd").body


def test_sent_back_amended_and_taken(site, cast, sheet):
    desk, phone = site.person(cast.registrar, **DESK), site.person(cast.owner, **PHONE)
    desk.goto("/start/")
    send(desk.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Diarium"))
    send(desk.get_by_role("link", name="Kommentar på Biblioteket"))
    desk.get_by_text("Skicka tillbaka, eller svara").click()
    send(desk.get_by_role("button", name="Skicka tillbaka", exact=True))
    expect(desk.locator(".error-summary")).to_be_focused()
    desk.get_by_label("Varför?").fill("Vilket ärende hör det till?")
    send(desk.get_by_role("button", name="Skicka tillbaka", exact=True))
    expect(desk.get_by_text("Bladet är tillbakaskickat.")).to_be_visible()

    phone.goto(link_in(mail_to(cast.owner, "Komplettera")))
    send(phone.get_by_role("link", name="Komplettera bladet"))
    expect(phone.get_by_text("Vilket ärende hör det till?").first).to_be_visible()
    assert too_wide(phone) <= 0
    phone.get_by_label("Ett ärende som finns").check()
    send(phone.get_by_role("button", name="Lämna till registratorn"))
    expect(phone.get_by_label("Vad rör handlingen?")).to_have_value("Hot i en kommentar")
    expect(phone.get_by_text("Skriv ärendets nummer").first).to_be_visible()
    phone.get_by_label("Ärendets nummer").fill("KS 2026/7")
    send(phone.get_by_role("button", name="Lämna till registratorn"))
    expect(phone.get_by_text("Bladet är lämnat till registratorn.")).to_be_visible()

    desk.goto(sheet.get_absolute_url())
    expect(desk.get_by_label("Diarienummer")).to_have_value("KS 2026/7")
    send(desk.get_by_role("button", name="Spara diarienumret"))
    assert kinds() == ["diary.proposed", "diary.returned", "diary.proposed", "diary.accepted"]


def test_declined_with_how_it_is_kept_instead(site, cast, sheet):
    page = site.person(cast.registrar, **PHONE)
    page.goto(sheet.get_absolute_url())
    page.get_by_text("Skicka tillbaka, eller svara").click()
    page.get_by_label("Varför?").fill("Redan besvarat i flödet.")
    page.get_by_label("Ringa betydelse").check()
    send(page.get_by_role("button", name="Ska inte diarieföras"))
    expect(page.get_by_text("Handlingen diarieförs inte")).to_be_visible()
    assert Record.objects.get().keeping == Record.Keeping.MINOR
    assert queries.latest_sheet(sheet.record).status == S.DECLINED


@pytest.mark.parametrize("script", [True, False])
def test_a_picture_is_shown_only_when_asked_for(site, cast, sheet, script):
    page = site.person(cast.registrar, **PHONE, java_script_enabled=script)
    page.goto(sheet.get_absolute_url())
    picture = page.get_by_role("img", name="Bevarad bild")
    expect(page.get_by_text("Dold tills du ber att få se den")).to_be_visible()
    expect(picture).to_have_count(0)
    assert not Event.objects.filter(kind="file.shown").exists()
    page.get_by_role("button", name="Visa filen").click()
    expect(picture).to_be_visible()
    if script:
        assert page.url.endswith(sheet.get_absolute_url())  # shown where one reads
        assert picture.evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 600
        assert too_wide(page) <= 0
    assert Event.objects.filter(kind="file.shown", actor=cast.registrar).count() == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="Spara filen").click()
    assert download.value.suggested_filename == "skärmbild.png"


def test_every_state_of_the_pages(site, cast, sheet):
    look, owner = Look(site), Actor(cast.owner)
    desk, phone = site.person(cast.registrar), site.person(cast.owner)
    secret = propose(keep_record(sheet.record.channel, owner, secrecy=a_mark()), owner, secrecy=a_mark())
    bare = keep_record(sheet.record.channel, owner, text="a\u202eb", keeping="register")
    file = sheet.record.file_rows.get().file
    look.go(desk, "/arkiv/diarium/")
    look.go(desk, "/arkiv/diarium/?lage=tillbaka")
    look.go(desk, sheet.get_absolute_url())
    desk.get_by_role("button", name="Spara diarienumret").click()
    expect(desk.locator(".error-summary")).to_be_visible()
    look.at(desk, "/arkiv/diarium/ with errors")
    look.go(desk, secret.get_absolute_url())
    look.go(phone, secret.get_absolute_url())  # reads, and does not answer
    look.go(phone, f"/arkiv/handling/{bare.pk}/diarium/")
    look.after(phone.get_by_role("button", name="Lämna till registratorn"), "/arkiv/handling/ with errors")
    look.go(desk, file.get_absolute_url())
    desk.get_by_role("button", name="Visa filen").click()
    expect(desk.get_by_role("img", name="Bevarad bild")).to_be_visible()
    look.at(desk, "/arkiv/fil/ shown")
    for button, name in (("Skicka tillbaka", "returned"), ("Ska inte diarieföras", "declined")):
        desk.goto(sheet.get_absolute_url())
        desk.get_by_text("Skicka tillbaka, eller svara").click()
        desk.get_by_label("Varför?").fill("Därför att uppgifter saknas.")
        send(desk.get_by_role("button", name=button, exact=True))
        look.at(desk, f"/arkiv/diarium/ {name}")
        look.go(phone, sheet.get_absolute_url())
        if name == "returned":
            look.go(phone, f"/arkiv/handling/{sheet.record_id}/diarium/")
            sheet = propose(sheet.record, owner)
    desk.goto(secret.get_absolute_url())
    desk.get_by_label("Diarienummer").fill("KS 2026/123")
    send(desk.get_by_role("button", name="Spara diarienumret"))
    look.go(desk, secret.get_absolute_url())
    assert not look.found, "\n".join(map(str, look.found))
