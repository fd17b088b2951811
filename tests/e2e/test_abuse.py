"""A picture of child abuse: every way in is tried, before and after the category is known, and no byte of it stays anywhere."""

import logging
import re
from base64 import b64encode

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from archive.models import StoredFile
from kommun.models import OutgoingMail
from moderation.models import Case
from tests.archive_scene import make_channel
from tests.e2e import traces
from tests.e2e.journeys import send, sign_in, too_wide
from tests.e2e.test_phone import GIVE, HELD

SIZES = {390: {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}, 1280: {}}
POST = "https://www.facebook.com/ekhultsbibliotek/posts/1047"
ABUSE, THREAT = "child_abuse_material", "unlawful_threat"
WORDS = "En bild på ett barn i kommentaren."
NEVER = "Bilder på övergrepp mot barn får aldrig sparas"
# What the page does not let anybody do: the picture is put in the form all the same, and sent without asking the page.
SNEAK = """([form, picture]) => {
  const sent = document.querySelector(form);
  const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
  const one = new DataTransfer();
  one.items.add(new File([bytes], "hemlig-bild-4711.png", { type: "image/png" }));
  let field = sent.querySelector("input[type=file]");
  if (!field) field = sent.appendChild(Object.assign(document.createElement("input"), { type: "file", name: "upload" }));
  field.disabled = false;
  field.files = one.files;
  sent.submit();
}"""
NEW, EVIDENCE = "main form", "#steg-bevis"


class Picture:
    """A picture that nobody may keep, with every way to hand it over."""

    def __init__(self, seed, find):
        self.content, self.find = traces.noise(seed), find
        self.coded = b64encode(self.content).decode()

    def try_everything(self, page):
        """Paste it, drop it and choose it. The page takes it in no way."""
        for kind in ("paste", "drop"):
            page.evaluate(GIVE, [kind, self.coded, "image/png"])
            assert page.evaluate(HELD) == 0
        self.choose(page)
        assert page.evaluate(HELD) == 0

    def choose(self, page):
        file = {"name": "hemlig-bild-4711.png", "mimeType": "image/png", "buffer": self.content}
        page.locator("input[type=file]").set_input_files(file)

    def sneak(self, page, form):
        with page.expect_navigation():
            page.evaluate(SNEAK, [form, self.coded])

    @property
    def places(self):
        return self.find(self.content)


@pytest.fixture
def picture(smtp, caplog, settings, tmp_path):
    """Return a function that makes a picture. Temporary files go to a folder that is searched too."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "tillfälligt"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    caplog.set_level(logging.DEBUG)
    return lambda seed: Picture(seed, lambda content: traces.where(content, smtp, caplog.text))


def choose(page, category):
    page.get_by_label("Kategori").first.select_option(category)


@pytest.mark.parametrize("width", SIZES)
def test_no_byte_of_a_picture_of_abuse_remains_after_the_page_of_a_new_case(site, settle, picture, width):
    cast = settle("sunne")
    make_channel(cast)
    page, forbidden = site.person(cast.owner, **SIZES[width]), picture(1)
    page.goto("/granska/nytt/")
    with traces.written() as opened:
        choose(page, ABUSE)
        forbidden.try_everything(page)
        page.get_by_label("Vad står det?").fill(WORDS)
        forbidden.sneak(page, NEW)
        expect(page.get_by_text(NEVER).first).to_be_visible()
        assert too_wide(page) <= 0
        assert page.get_by_label("Vad står det?").input_value() == WORDS  # nothing typed is lost
        Session.objects.all().delete()  # the sign-in runs out while the picture is on its way
        forbidden.sneak(page, NEW)
        sign_in(page, cast.owner)
        expect(page.get_by_text("Filer kan vi inte behålla åt dig")).to_be_visible()
    assert opened == []  # not for a second
    assert (forbidden.places, Case.objects.count()) == ([], 0)

    page.goto("/granska/nytt/")
    choose(page, THREAT)
    forbidden.choose(page)
    assert page.evaluate(HELD) == 1
    choose(page, ABUSE)  # in the page it is let go at once
    assert page.evaluate(HELD) == 0
    choose(page, THREAT)
    forbidden.choose(page)
    page.get_by_label("Adress till inlägget").fill("hej")
    send(page.get_by_role("button", name="Lägg till", exact=True))
    expect(page.get_by_text("är kvar. Du behöver inte välja den igen.")).to_be_visible()
    assert len(forbidden.places) == 1  # put aside while it may be: and the search finds what is there
    way = page.get_by_role("link", name="Gör så här i stället")
    if width == 390:  # either way to say what it is: in the form, or by what stands beneath it
        choose(page, ABUSE)
    else:
        send(way)
        assert forbidden.places == []
    page.get_by_label("Adress till inlägget").fill(POST)
    page.get_by_role("textbox", name=re.compile("Vad står det|Beskriv i ord")).fill(WORDS)
    send(page.get_by_role("button", name="Lägg till", exact=True))
    expect(page.get_by_text("Ärendet är inlagt.")).to_be_visible()
    expect(
        page.get_by_text("Spara ingen skärmbild. Skriv upp adressen, dölj inlägget och ring polisen")
    ).to_be_visible()
    assert (Case.objects.get().files_forbidden, StoredFile.objects.count(), forbidden.places) == (True, 0, [])


@pytest.mark.parametrize("width", SIZES)
def test_no_byte_of_a_picture_of_abuse_remains_after_the_page_of_a_case(site, settle, picture, smtp, width):
    cast = settle("sunne")
    make_channel(cast)
    page, forbidden = site.person(cast.owner, **SIZES[width]), picture(2)
    page.goto("/granska/nytt/")
    page.get_by_label("Adress till inlägget").fill(POST)
    choose(page, THREAT)
    forbidden.choose(page)
    send(page.get_by_role("button", name="Lägg till", exact=True))
    expect(page.get_by_text("Ärendet är inlagt.")).to_be_visible()
    case = Case.objects.get()
    assert len(forbidden.places) == 1  # evidence of a threat, so far: and the search finds what is there
    late = page.context.new_page()  # the same case in another window, where one more picture is about to be sent
    late.goto(case.get_absolute_url())

    page.get_by_text("Ändra eller lägg till: Vad är det?").click()
    form = page.locator("#steg-kategori")
    form.get_by_label("Kategori").select_option(ABUSE)
    send(form.get_by_role("button", name="Spara"))
    expect(page.get_by_text("Bilderna tas bort, för de får inte sparas.").first).to_be_visible()
    assert form.get_by_label("Kategori").input_value() == ABUSE
    form.get_by_label("Beskriv i ord vad du såg").fill(WORDS)
    send(form.get_by_role("button", name="Spara"))
    assert (StoredFile.objects.count(), forbidden.places) == (0, [])

    with traces.written() as opened:
        forbidden.sneak(late, EVIDENCE)
        expect(late.get_by_text("Beskriv i ord. Ingen bild får sparas.")).to_be_visible()
        for window in (late, page):
            expect(window.locator("input[type=file]")).to_have_count(0)
        page.evaluate(
            "(picture) => document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, clipboardData:"
            " (() => { const data = new DataTransfer(); data.items.add(new File([atob(picture)], 'a.png',"
            " { type: 'image/png' })); return data; })() }))",
            forbidden.coded,
        )
        page.get_by_text("Ändra eller lägg till: Spara bevis").click()
        page.locator(EVIDENCE).get_by_label("Beskriv i ord vad du såg").fill("En bild till.")
        forbidden.sneak(page, EVIDENCE)
        expect(page.get_by_text("En bild till.")).to_be_visible()
    assert opened == []
    send(page.get_by_role("button", name="Jag har dolt inlägget"))
    expect(page.get_by_text("Tiden är stoppad.").first).to_be_visible()
    assert len(smtp.messages) == OutgoingMail.objects.count() >= 3  # Sunne's three, each told by a real mail

    page.goto(f"/granska/{case.pk}/polisunderlag/")
    expect(page.get_by_text("Bilder av övergrepp mot barn sparas aldrig.")).to_be_visible()
    assert too_wide(page) <= 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Hämta underlaget").click()
    package = traces.inside(download.value.path().read_bytes())
    assert list(package) == ["anmalan.pdf", "innehall.json"]
    assert [row.words for row in case.evidence.all()] == [WORDS, "En bild till."]
    assert (StoredFile.objects.count(), forbidden.places) == (0, [])
