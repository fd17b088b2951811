"""The real lists come in through the browser, with their errors beside the rows, with and without script."""

import threading

import pytest
from playwright.sync_api import expect

from channels.actions import importing
from channels.models import Channel, ImportRun
from tests.e2e.journeys import send
from tests.e2e.look import Look
from tests.files import REAL, text_file, workbook

SUNNE = next(path for path in REAL if path.stem == "sunne")


def choose(page, content, name):
    page.goto("/register/import/")
    page.get_by_label("Fil", exact=True).set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    send(page.get_by_role("button", name="Visa vad som skulle hända"))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_every_real_list_is_looked_at_and_brought_in(site, settle, script):
    cast = settle("sunne")
    page = site.person(cast.strategist, java_script_enabled=script)
    page.goto("/start/")
    page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Import och export").click()
    expect(page.get_by_role("heading", name="Import och export")).to_be_visible()
    for path in REAL if script else [SUNNE]:
        choose(page, path.read_bytes(), path.name)
        expect(page.get_by_role("heading", name="Det här skulle hända")).to_be_visible()
        before = Channel.objects.count()
        page.get_by_role("button", name="För in").click()
        expect(page.get_by_role("heading", name="Filen är införd")).to_be_visible()
        assert Channel.objects.count() > before
        choose(page, path.read_bytes(), path.name)
        expect(page.get_by_text("Det finns inget att föra in.")).to_be_visible()


def test_a_row_with_an_error_is_fetched_mended_and_brought_in(site, settle):
    cast = settle("sunne")
    page = site.person(cast.strategist, viewport={"width": 390, "height": 844})
    choose(page, SUNNE.read_bytes(), "sunne.csv")
    send(page.get_by_role("link", name="Fel (1)"))
    row = page.get_by_role("row").filter(has_text="Rad 8")
    expect(row).to_contain_text("Plattformen ”egen bloggplattform” finns inte")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="CSV med felen bredvid").click()
    mended = fetched.value.path().read_text("utf-8-sig").replace("egen bloggplattform", "blogg").encode()
    page.get_by_role("button", name="För in 6 rader").click()
    expect(page.get_by_role("heading", name="Filen är införd")).to_be_visible()
    choose(page, mended, "rättad.csv")
    page.get_by_role("button", name="För in 1 rad").click()
    expect(page.get_by_role("heading", name="Filen är införd")).to_be_visible()
    assert Channel.objects.filter(name="Skolans blogg på sunne.se").exists()


def test_the_progress_is_shown_while_it_lasts_and_the_result_when_it_is_done(site, settle, monkeypatch):
    cast = settle("tibro")
    waiting = []
    monkeypatch.setattr(importing, "_queue", lambda job, run: waiting.append((job, run.pk)))
    page = site.person(cast.strategist)
    choose(page, text_file([["Kanal", "Plattform"], *[[f"Kanal {n}", "Facebook"] for n in range(30)]]), "lista.csv")
    expect(page.get_by_text("Filen väntar på att läsas.")).to_be_visible()
    run = ImportRun.objects.get()
    ImportRun.objects.update(total=30, done=12)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "12")
    job, pk = waiting.pop()
    worker = threading.Thread(target=job, args=(pk,))
    worker.start()
    worker.join()
    expect(page.get_by_role("heading", name="Det här skulle hända")).to_be_visible()
    assert run.rows.count() == 30


def test_every_page_of_an_import_can_be_read_by_everybody(site, settle):
    cast = settle("sunne")
    page = site.person(cast.administrator)
    look = Look(site)
    look.go(page, "/register/import/")
    look.after(page.get_by_role("button", name="Visa vad som skulle hända"), "nothing chosen")
    choose(page, SUNNE.read_bytes(), "sunne.csv")
    look.at(page, "preview")
    run = ImportRun.objects.get()
    look.go(page, f"{run.get_absolute_url()}kolumner/")
    ImportRun.objects.update(state="applying", total=10, done=4)
    look.go(page, run.get_absolute_url())
    ImportRun.objects.update(state="ready", problem="Registret har ändrats sedan du såg förhandsvisningen.")
    run.rows.update(overtaken=True)
    look.go(page, run.get_absolute_url())
    ImportRun.objects.update(state="done")
    look.go(page, run.get_absolute_url())
    choose(page, text_file([["Kanal", "Plattform"]]), "rubriker.csv")
    look.at(page, "refused")
    book = workbook(
        [["Kanal", "Plattform", "Syfte"], ["=A1", "Facebook", ""], ["Sunnebloggen", "Blogspot", "Nytt syfte"]]
    )
    choose(page, book, "lista.xlsx")
    look.at(page, "a formula")
    assert look.found == []
