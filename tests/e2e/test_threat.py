"""A threat, its whole way and its whole time: seen on a Friday afternoon, hidden, handed over, reported, done before Sunday."""

import hashlib
import io
import json
import zipfile

import pytest
from playwright.sync_api import expect

from channels import clock
from channels.models import Obligation
from kommun.models import Event
from moderation.models import Case
from tests.archive_scene import make_channel
from tests.cases import COMMENT
from tests.duties import assert_chain_holds, at
from tests.e2e.journeys import be_signed_in, link_in, mail_to, send, too_wide

SIZES = {390: {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}, 1280: {}}
SEEN, HIDDEN, TAKEN, REPORTED = "2026-11-06T15:20", "2026-11-06T16:05", "2026-11-06T16:40", "2026-11-07T10:00"
DUE = "2026-11-08T15:20"
# A screenshot of the window itself, put where the reader's own screenshot would be.
COPY_PICTURE = """async () => {
  const canvas = new OffscreenCanvas(320, 200);
  const paint = canvas.getContext("2d");
  paint.fillStyle = "#7a1f3d";
  paint.fillRect(0, 0, 320, 200);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}"""


def press(page, name):
    send(page.get_by_role("button", name=name, exact=True).first)
    assert too_wide(page) <= 0, name


def open_it(page):
    """Paste the address and the screenshot, as they lie on the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/granska/")
    send(page.get_by_role("link", name="Lägg till ett inlägg"))
    page.evaluate("(address) => navigator.clipboard.writeText(address)", COMMENT)
    page.get_by_label("Adress till inlägget").press("Control+V")
    expect(page.get_by_label("Adress till inlägget")).to_have_value(COMMENT)
    page.get_by_label("Kategori").select_option("unlawful_threat")
    page.evaluate(COPY_PICTURE)
    page.get_by_label("Vem har skrivit?").fill("Ett konto")
    page.get_by_label("Vem har skrivit?").press("Control+V")
    expect(page.get_by_text("Bilden är med: ")).to_be_visible()
    assert too_wide(page) <= 0
    press(page, "Lägg till")
    expect(page.get_by_text("Ärendet är inlagt.")).to_be_visible()


def left(page):
    """What the page says of the time that is left."""
    return page.locator(".deadline--l .deadline__left")


@pytest.mark.parametrize("width", SIZES)
def test_a_threat_is_hidden_handed_over_and_reported_within_its_time(site, settle, travel, width):
    travel(SEEN)
    cast = settle("tibro")
    make_channel(cast)
    page = site.person(cast.owner, **SIZES[width])
    open_it(page)
    expect(left(page)).to_have_text("2 dagar kvar")
    case = Case.objects.get()
    duty = Obligation.objects.get(kind="remove")
    assert (duty.due_at, duty.opened_at, case.status) == (at(DUE), at(SEEN), "preserved")

    clock.sweep(travel(HIDDEN))
    page.goto("/granska/")
    expect(page.locator(f"#a{case.pk} .deadline__left")).to_have_text("47 tim 15 min kvar")
    assert too_wide(page) <= 0
    send(page.get_by_role("link", name="Dölj inlägget"))
    expect(left(page)).to_have_text("47 tim 15 min kvar")
    press(page, "Jag har dolt inlägget")
    expect(page.get_by_text("Dolt 6 november 2026 kl. 16.05. Tiden är stoppad.")).to_be_visible()
    page.get_by_label("Ja, det ska bort").check()
    page.get_by_label("Varför?").first.fill("Hotar en av dem som arbetar där.")
    press(page, "Spara bedömningen")
    send(page.get_by_role("link", name="Lämna till registrator", exact=True))
    assert too_wide(page) <= 0
    press(page, "Lämna till registrator")
    expect(page.get_by_text("Registrator har inte tagit emot beviset än.")).to_be_visible()

    clock.sweep(travel(TAKEN))
    desk = site.person(cast.registrar, **SIZES[width])
    desk.goto(link_in(mail_to(cast.registrar, "Att diarieföra")))
    desk.get_by_label("Diarienummer").fill("KS 2026/391")
    press(desk, "Spara diarienumret")
    expect(desk.get_by_text("Diarienumret KS 2026/391 är sparat")).to_be_visible()

    clock.sweep(travel(REPORTED))
    be_signed_in(page, site.url, cast.owner)  # it is another day
    report(page, case)
    press(page, "Jag har tagit bort det")
    press(page, "Avsluta")
    expect(page.get_by_text("Ärendet är avslutat.")).to_be_visible()
    expect(page.get_by_text("KS 2026/391")).to_be_visible()

    clock.sweep(travel("2026-11-09T09:00"))
    be_signed_in(page, site.url, cast.owner)
    page.goto(duty.get_absolute_url())
    expect(
        page.get_by_text("6 november 2026 kl. 16.05, Bibliotekarie, Biblioteksenheten. Det blev klart i tid.")
    ).to_be_visible()
    assert too_wide(page) <= 0
    assert_it_went_in_order(case, duty)


def report(page, case):
    """Fetch the package for the police, and say that it is reported."""
    page.goto(case.get_absolute_url())
    send(page.get_by_role("link", name="Jäv, omprövning"))
    assert too_wide(page) <= 0
    send(page.get_by_role("link", name="Underlag och uppföljning"))
    assert too_wide(page) <= 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Hämta underlaget").click()
    assert_whole(download.value.path().read_bytes(), case)
    page.goto(case.get_absolute_url())
    form = page.locator("#steg-polis")
    form.get_by_label("Ja, det är anmält").check()
    form.get_by_label("Polisens diarienummer").fill("5000-K100200-26")
    send(form.get_by_role("button", name="Spara"))
    expect(page.get_by_text("5000-K100200-26")).to_be_visible()
    assert too_wide(page) <= 0


def assert_whole(package, case):
    """The PDF, the screenshot and the checksum of each."""
    archive = zipfile.ZipFile(io.BytesIO(package))
    listed = {row["file"]: row["sha256"] for row in json.loads(archive.read("innehall.json"))["files"]}
    assert list(listed) == archive.namelist()[:-1]
    pdf, picture = (archive.read(name) for name in listed)
    assert [hashlib.sha256(part).hexdigest() for part in (pdf, picture)] == list(listed.values())
    assert pdf.startswith(b"%PDF-1.7")
    assert picture.startswith(b"\x89PNG")
    assert hashlib.sha256(picture).hexdigest() == case.evidence.get().file.sha256


def assert_it_went_in_order(case, duty):
    case.refresh_from_db()
    duty.refresh_from_db()
    assert (case.outcome, case.status, case.police, case.record.diary_number) == (
        "removed",
        "closed",
        "reported",
        "KS 2026/391",
    )
    assert (duty.outcome, duty.missed_at, duty.closed_at) == ("met", None, at(HIDDEN))
    done = ["opened", "preserved", "hidden", "assessed", "handed_over", "police_considered", "deleted", "closed"]
    events = Event.objects.filter(subject_type="moderation.case", subject_id=str(case.pk)).order_by("pk")
    kinds = [kind.removeprefix("case.") for kind in events.values_list("kind", flat=True)]
    assert [kind for kind in kinds if kind in done] == done
    assert {"police.package_fetched"} <= set(kinds)
    assert set(events.values_list("actor", flat=True)) == {case.channel.owner_id}
    assert_chain_holds()
