"""On a phone: share a post to the app, paste and drop a screenshot, and what is said without network."""

import base64
import json

import pytest
from playwright.sync_api import expect

from archive.models import StoredFile
from moderation.models import Case, CaseEvidence
from tests.archive_scene import png
from tests.e2e.journeys import send, sign_in
from tests.e2e.look import Look
from tests.public_scene import make_channel

PHONE = {"viewport": {"width": 390, "height": 844}}
POST = "https://www.facebook.com/ekhultsbibliotek/posts/1047"
ABUSE = "child_abuse_material"
PICTURE = png(40, 30)
# A phone's share menu opens the app with a form that the system fills in: here the page's own script does.
SHARE = """([picture, text]) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/granska/dela/", enctype: "multipart/form-data" });
  for (const [name, value] of [["title", ""], ["text", text], ["url", ""]]) {
    form.append(Object.assign(document.createElement("input"), { name, value }));
  }
  const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
  const one = new DataTransfer();
  one.items.add(new File([bytes], "Screenshot_1.png", { type: "image/png" }));
  const file = Object.assign(document.createElement("input"), { type: "file", name: "image" });
  file.files = one.files;
  form.append(file);
  document.body.append(form);
  form.submit();
}"""
# What the browser does when somebody pastes or drops a picture.
GIVE = """([kind, picture, type]) => {
  const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], type === "text/plain" ? "a.txt" : "image.png", { type }));
  const field = document.querySelector("input[type=file][data-paste]");
  const options = { bubbles: true, cancelable: true };
  if (kind === "paste") document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, ...options }));
  else field.closest(".field").dispatchEvent(new DragEvent("drop", { dataTransfer: data, ...options }));
}"""
HELD = "document.querySelector('input[type=file][data-paste]').files.length"


@pytest.fixture
def library(settle):
    cast = settle("tibro")
    return cast, make_channel(cast, "Biblioteket", "https://www.facebook.com/ekhultsbibliotek")


def share(page, text):
    with page.expect_navigation():
        page.evaluate(SHARE, [base64.b64encode(PICTURE).decode(), text])


def give(page, kind, content=PICTURE, file_type="image/png"):
    page.evaluate(GIVE, [kind, base64.b64encode(content).decode(), file_type])


def choose(page, category):
    page.get_by_label("Kategori").select_option(category)


def test_a_post_shared_from_the_phone_becomes_a_case_with_its_picture(site, library):
    cast, channel = library
    page = site.person(cast.owner, **PHONE)
    page.goto("/min-dag/")
    share(page, f"Kolla {POST}?mibextid=abc")
    expect(page.get_by_text("Bilden är med: ")).to_be_visible()
    expect(page.get_by_label("Adress till inlägget")).to_have_value(f"{POST}?mibextid=abc")
    page.get_by_role("button", name="Lägg till").click()  # without a category: nothing is sent, and nothing is lost
    expect(page.get_by_text("Välj kategori först.")).to_be_visible()
    assert page.evaluate(HELD) == 1
    assert not StoredFile.objects.exists()
    choose(page, "hate_speech")
    send(page.get_by_role("button", name="Lägg till"))
    case = Case.objects.get()
    expect(page.get_by_text("Ärendet är inlagt.")).to_be_visible()
    assert (case.channel, case.status) == (channel, "preserved")
    assert StoredFile.objects.get().how == "shared"


def test_the_page_waits_with_the_picture_while_somebody_signs_in(site, library):
    cast, _channel = library
    page = site.visitor(**PHONE)
    page.goto("/utan-nat/")
    share(page, f"Kolla {POST}")
    expect(page.get_by_text("Bilden är med: ")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Logga in (nytt fönster)").click()
    window = opened.value
    sign_in(window, cast.owner)
    expect(window.get_by_role("heading", name="Du är inloggad")).to_be_visible()
    window.close()
    send(page.get_by_role("button", name="Fortsätt"))
    expect(page.get_by_label("Adress till inlägget")).to_have_value(POST)
    expect(page.get_by_text("Bilden är med: ")).to_be_visible()
    assert page.evaluate(HELD) == 1


@pytest.mark.parametrize(("kind", "how"), [("paste", "pasted"), ("drop", "uploaded")])
def test_a_screenshot_is_pasted_or_dropped(site, library, kind, how):
    cast, _channel = library
    page = site.person(cast.owner, **PHONE)
    page.goto("/granska/nytt/")
    page.get_by_label("Adress till inlägget").fill(POST)
    choose(page, "hate_speech")
    give(page, kind)
    expect(page.get_by_text("Bilden är med: image.png")).to_be_visible()
    send(page.get_by_role("button", name="Lägg till"))
    expect(page.get_by_text("Ärendet är inlagt.")).to_be_visible()
    assert CaseEvidence.objects.get().file.how == how


def test_where_no_picture_may_be_kept_none_is_taken_by_any_way(site, library):
    cast, _channel = library
    page = site.person(cast.owner, **PHONE)
    page.goto("/granska/nytt/")
    give(page, "paste")
    assert page.evaluate(HELD) == 1
    choose(page, ABUSE)
    expect(page.get_by_text("Ingen bild följer med.")).to_be_visible()
    expect(page.get_by_label("Skärmbild")).to_be_hidden()
    assert page.evaluate(HELD) == 0
    for kind in ("paste", "drop"):
        give(page, kind)
        assert page.evaluate(HELD) == 0
    choose(page, "hate_speech")
    expect(page.get_by_label("Skärmbild")).to_be_visible()
    give(page, "drop", b"hej", "text/plain")
    expect(page.get_by_text("Det där var ingen bild.")).to_be_visible()


def test_every_state_of_what_a_phone_sees_can_be_read_by_everybody(site, library):
    cast, _channel = library
    look = Look(site)
    visitor = site.visitor()
    visitor.goto("/utan-nat/")
    share(visitor, f"Kolla {POST}")
    look.at(visitor, "dela, vänta på inloggning")
    page = site.person(cast.owner)
    page.goto("/min-dag/")
    share(page, f"Kolla {POST}")
    look.at(page, "dela, nytt ärende")
    page.get_by_role("button", name="Lägg till").click()
    look.at(page, "dela, kategori saknas")
    choose(page, ABUSE)
    look.at(page, "dela, ingen bild")
    look.go(page, "/granska/dela/")
    outsider = site.person(cast.outsider)
    outsider.goto("/granska/tipsa/")
    share(outsider, f"Kolla {POST}")
    look.at(outsider, "dela, tips")
    assert not look.found, look.found


def test_chromium_finds_nothing_that_keeps_the_app_from_being_installed(site, library):
    cast, _channel = library
    page = site.person(cast.owner)
    page.goto("/min-dag/")
    browser = page.context.new_cdp_session(page)
    found = browser.send("Page.getAppManifest")
    assert found["errors"] == []
    assert json.loads(found["data"])["name"] == "Kanalkollen, Tibro kommun"


def test_without_network_the_app_says_so_in_swedish(site, library):
    cast, _channel = library
    page = site.person(cast.owner, **PHONE)
    page.goto("/min-dag/")
    page.evaluate(
        """async () => {
          const address = document.querySelector("link[data-worker]").dataset.worker;
          await navigator.serviceWorker.register(address);
          await navigator.serviceWorker.ready;
        }"""
    )
    page.goto("/min-dag/")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    kept = page.evaluate(
        "caches.keys().then(async (names) => (await Promise.all(names.map((name) => caches.open(name)"
        ".then((one) => one.keys())))).flat().map((request) => new URL(request.url).pathname))"
    )
    assert "/utan-nat/" in kept
    assert not [path for path in kept if path.startswith(("/min-dag", "/granska"))]
    page.context.set_offline(True)
    page.goto("/granska/")
    expect(page.get_by_role("heading", name="Du är inte uppkopplad")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/min-dag/")
    expect(page.get_by_role("heading", name="Min dag")).to_be_visible()
