"""A snapshot in the browser: the owner hands in what the phone saved, nothing chosen is lost, the archivist looks."""

import pytest
from playwright.sync_api import expect

from accounts.actor import Actor
from archive import actions
from archive.actions import check_file
from archive.models import Snapshot
from archive.pdfa import problems_of
from tests.archive_scene import make_channel, png
from tests.e2e.journeys import send, too_wide
from tests.e2e.look import Look
from tests.snapshot_scene import ask, running, waiting

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def cast(settle):
    return settle("tibro")


@pytest.fixture
def channel(cast):
    return make_channel(cast)


def picture(name, width=390, height=844):
    return {"name": name, "mimeType": "image/png", "buffer": png(width, height)}


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["390", "1280"])
@pytest.mark.parametrize("script", [True, False])
def test_screenshots_from_the_phone_to_a_record(site, cast, channel, window, script):
    page = site.person(cast.owner, **window, java_script_enabled=script)
    page.goto("/arkiv/ogonblick/")
    send(page.get_by_role("link", name="Biblioteket"))
    page.get_by_label("Filer", exact=True).set_input_files([picture("ett.png"), picture("två.png", 390, 3000)])
    send(page.get_by_role("button", name="Lämna bilden"))  # forgotten: why
    expect(page.get_by_text("Välj varför bilden sparas.").first).to_be_visible()
    expect(page.get_by_role("button", name="Ta bort ett.png")).to_be_visible()
    if script:
        assert too_wide(page) <= 0
    page.get_by_label("Filer", exact=True).set_input_files([picture("tre.png")])
    send(page.get_by_role("button", name="Lägg till och välj fler"))
    expect(page.get_by_role("button", name="Ta bort tre.png")).to_be_visible()
    send(page.get_by_role("button", name="Ta bort tre.png"))
    expect(page.get_by_role("button", name="Ta bort tre.png")).to_have_count(0)
    page.get_by_label("Inför en stor ändring").check()
    page.get_by_label("Anteckning").fill("Ny logotyp på måndag.")
    send(page.get_by_role("button", name="Lämna bilden"))
    expect(page.get_by_text("Filerna är sparade.")).to_be_visible()
    row = Snapshot.objects.get()
    assert [one.file.name for one in row.file_rows.filter(role="screenshot").order_by("place")] == [
        "ett.png",
        "två.png",
    ]
    assert problems_of(row.file_rows.get(role="pdfa").file.file.open().read(), row.level) == []
    page.reload()
    expect(page.get_by_text("Inte oberoende validerad")).to_be_visible()
    expect(page.get_by_role("img", name="Liten bild av hur Biblioteket såg ut")).to_be_visible()

    page = site.person(cast.archivist, **window, java_script_enabled=script)
    page.goto("/arkiv/ogonblick/")
    send(page.get_by_role("link", name="Biblioteket ögonblicksbild"))
    if script:
        assert too_wide(page) <= 0
    send(page.get_by_role("button", name="Godta bilden"))
    expect(page.get_by_text("Välj hur väl bilden visar kanalen.").first).to_be_visible()
    page.get_by_label("Visar allt den ska").check()
    send(page.get_by_role("button", name="Godta bilden"))
    expect(page.get_by_text("Bilden är godtagen och sparad som handling.")).to_be_visible()
    send(page.get_by_role("link", name="Läs ögonblicksbilden"))
    page.get_by_role("button", name="Visa filen").click()
    with page.expect_download() as told:
        page.get_by_role("link", name="Spara filen").click()
    assert told.value.suggested_filename.endswith(".pdf")
    row.refresh_from_db()
    assert row.record.kind == "snapshot"


def test_every_state_of_the_pages(site, cast, channel):
    look, owner, archivist = Look(site), Actor(cast.owner), Actor(cast.archivist)
    page = site.person(cast.archivist)
    look.go(page, "/arkiv/ogonblick/")
    look.go(page, "/arkiv/kontroll/")
    mine = site.person(cast.owner)
    look.go(mine, f"/arkiv/ogonblick/lamna/{channel.pk}/")
    look.after(mine.get_by_role("button", name="Lämna bilden"), "a form with errors")
    mine.get_by_label("Filer", exact=True).set_input_files([picture("ett.png"), picture("två.png")])
    look.after(mine.get_by_role("button", name="Lägg till och välj fler"), "files put aside")
    rows = [ask(channel, owner), running(channel, owner), waiting(channel, owner)]
    fault = {"code": "transparency", "text": "Något i filen är genomskinligt.", "where": ""}
    rows.append(waiting(channel, owner, verdict=actions.Verdict(problems=[fault])))
    verdict = actions.Verdict(validation="invalid", validator="veraPDF 1.28", profile="PDF/A-1B")
    rows.append(waiting(channel, owner, verdict=verdict))
    for answer in ("accept", "reject"):
        row = waiting(channel, owner)
        if answer == "accept":
            actions.accept_snapshot(snapshot_id=row.pk, rating="gaps", note="En film saknas.", actor=archivist)
        else:
            actions.reject_snapshot(snapshot_id=row.pk, refusal="incomplete", note="Slutet.", actor=archivist)
        rows.append(row)
    for row in rows:
        look.go(page, row.get_absolute_url())
    look.go(mine, rows[2].get_absolute_url())
    for path in ("/arkiv/ogonblick/", "/arkiv/ogonblick/?q=finnsinte", "/arkiv/ogonblick/?lage=atgard&q=biblio"):
        look.go(page, path)
    file = rows[-1].file_rows.get(role="screenshot").file
    check_file(file_id=file.pk, actor=archivist)
    look.go(page, "/arkiv/kontroll/")
    file.file.storage.delete(file.file.name)
    check_file(file_id=file.pk, actor=archivist)
    look.go(page, "/arkiv/kontroll/")
    look.go(page, "/arkiv/ogonblick/")
    assert not look.found, "\n".join(str(row) for row in look.found)
