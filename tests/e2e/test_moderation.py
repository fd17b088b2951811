"""What is said, in the browser: a threat from seen to closed on a phone, a question, the queue; and each page in each state."""

from base64 import b64encode

import pytest
from playwright.sync_api import expect

from archive.models import StoredFile
from moderation.actions import handling
from moderation.models import Case
from tests.archive_scene import make_channel, png
from tests.cases import COMMENT, accept, actor_of, bring_to, fresh, open_case
from tests.e2e.journeys import send, too_wide
from tests.e2e.look import Look

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def screenshot(tmp_path, size=8):
    path = tmp_path / "skärmbild.png"
    path.write_bytes(png(size, size))
    return path


def press(page, name):
    send(page.get_by_role("button", name=name, exact=True).first)


@pytest.mark.parametrize("script", [True, False])
def test_an_owner_takes_a_threat_from_seen_to_removed_on_a_phone(site, settle, tmp_path, script):
    cast = settle("tibro")
    make_channel(cast)
    page = site.person(cast.owner, **PHONE, java_script_enabled=script)
    page.goto("/granska/")
    send(page.get_by_role("link", name="Lägg till ett inlägg"))
    page.get_by_label("Adress till inlägget").fill(COMMENT)
    page.get_by_label("Kategori").select_option("hate_speech")
    page.get_by_label("Skärmbild").set_input_files(screenshot(tmp_path))
    press(page, "Lägg till")
    expect(page.get_by_text("Ärendet är inlagt.")).to_be_visible()
    press(page, "Jag har dolt inlägget")
    expect(page.get_by_text("Sparat. Tiden är stoppad.")).to_be_visible()
    page.get_by_label("Ja, det ska bort").check()
    page.get_by_label("Varför?").first.fill("Hetsar mot en grupp.")
    press(page, "Spara bedömningen")
    expect(page.get_by_text("Lämna beviset till registrator först.")).to_be_visible()
    send(page.get_by_role("link", name="Lämna till registrator", exact=True))
    press(page, "Lämna till registrator")
    expect(page.get_by_text("Registrator har inte tagit emot beviset än.")).to_be_visible()
    accept(Case.objects.get(), cast)
    page.reload()
    if script:
        assert too_wide(page) <= 0
    press(page, "Jag har tagit bort det")
    press(page, "Avsluta")
    expect(page.get_by_text("Ärendet är avslutat.")).to_be_visible()
    case = Case.objects.get()
    assert (case.outcome, case.closed_at is not None) == ("removed", True)


def test_a_picture_from_the_clipboard_goes_into_the_form_and_never_for_abuse(site, settle):
    cast = settle("tibro")
    make_channel(cast)
    page = site.person(cast.owner)
    page.goto("/granska/nytt/")
    paste = """(picture) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
      data.items.add(new File([bytes], "bild.png", { type: "image/png" }));
      dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }"""
    picture = b64encode(png()).decode()
    page.evaluate(paste, picture)
    upload = page.get_by_label("Skärmbild")
    assert upload.evaluate("(input) => input.files.length") == 1
    page.get_by_label("Kategori").select_option("child_abuse_material")
    expect(upload).to_be_disabled()
    assert upload.evaluate("(input) => input.files.length") == 0
    page.get_by_label("Kategori").select_option("hate_speech")
    page.evaluate(paste, picture)
    press(page, "Lägg till")
    expect(page.get_by_text("Ärendet är inlagt.")).to_be_visible()
    assert StoredFile.objects.get().how == "pasted"


def test_the_queue_shows_what_is_new_without_being_loaded_again(site, settle):
    cast = settle("tibro")
    channel, owner = make_channel(cast), actor_of(cast.owner)
    first = open_case(channel, owner, category="hate_speech")
    page = site.person(cast.owner)
    page.goto("/granska/")
    link = page.locator(f"#a{first.pk} h3 a")
    link.focus()
    with page.expect_response(lambda answer: "stand=" in answer.url) as quiet:
        page.evaluate("htmx.trigger('#ko', 'poll')")
    assert quiet.value.status == 204
    expect(link).to_be_focused()
    other = open_case(channel, owner, kind="question")
    page.evaluate("htmx.trigger('#ko', 'poll')")
    expect(page.locator(f"#a{other.pk}")).to_be_visible()


def test_every_page_and_state_of_the_moderation(site, settle):
    cast = settle("sunne")
    channel, owner = make_channel(cast), actor_of(cast.owner)
    look = Look(site)
    page = site.person(cast.owner)
    look.go(page, "/granska/")
    look.go(page, "/granska/nytt/")
    look.after(page.get_by_role("button", name="Lägg till", exact=True), "nytt, med fel")
    look.go(page, "/granska/nytt/?kategori=child_abuse_material")
    category = {"category": "unlawful_threat"}
    cases = [open_case(channel, owner, url=COMMENT), open_case(channel, owner, category="child_abuse_material")]
    cases += [
        bring_to(status, open_case(channel, owner, **category), owner)
        for status in ("preserved", "hidden", "assessed", "deleted", "restored", "gone", "closed")
    ]
    question = open_case(channel, owner, kind="question", text="När plogas det?")
    handling.answer(case_id=question.pk, text="Vi återkommer.", interim=True, actor=owner)
    cases += [question, open_case(channel, owner, kind="opinion")]
    for case in cases:
        look.go(page, case.get_absolute_url())
    look.go(page, f"{cases[3].get_absolute_url()}registrator/")
    page.goto(cases[3].get_absolute_url())
    look.after(page.get_by_role("button", name="Spara bedömningen"), "bedöm, med fel")
    handling.claim(case_id=cases[0].pk, actor=actor_of(cast.deputy))
    look.go(page, cases[0].get_absolute_url())
    look.go(page, "/granska/")
    for box in page.get_by_role("checkbox").all()[:2]:
        box.check()
    look.after(page.get_by_role("button", name="Ta ärendena"), "flera på en gång")
    page.goto(question.get_absolute_url())
    look.after(page.get_by_role("button", name="Hämta texten"), "svar från mall")
    look.go(site.person(cast.registrar), fresh(cases[3]).get_absolute_url())
    page.goto("/granska/nytt/")
    page.get_by_label("Adress till inlägget").fill(COMMENT)
    look.after(page.get_by_role("button", name="Lägg till", exact=True), "redan inlagt")
    assert look.found == []
