"""A list of posts comes in through the browser and is found again by a search, read by axe in every state."""

import json

from playwright.sync_api import expect

from channels.models import ImportRun
from moderation.models import Case
from tests.archive_scene import make_channel
from tests.e2e.journeys import send
from tests.e2e.look import Look

ROWS = [
    {"id": "1", "kanal": "Biblioteket", "text": "Vilka plogningar gör ni?", "gäller": "fråga"},
    {"id": "2", "kanal": "Biblioteket", "text": "Hatet", "kategori": "hate_speech"},
    {"id": "3", "kanal": "Finns inte", "text": "Hej"},
]


def choose(page, content, name):
    page.goto("/register/import/")
    page.get_by_label("Ärenden i granskningen").check()
    page.get_by_label("Fil", exact=True).set_input_files({"name": name, "mimeType": "text/plain", "buffer": content})
    send(page.get_by_role("button", name="Visa vad som skulle hända"))


def test_a_list_of_posts_is_looked_at_brought_in_and_searched(site, settle):
    cast = settle("tibro")
    make_channel(cast)
    page = site.person(cast.strategist, viewport={"width": 390, "height": 844})
    look = Look(site)
    choose(page, b"Id;Text\n1;data:image/png;base64,iVBOR", "lista.csv")
    expect(page.get_by_text("Filen innehåller bilder.").first).to_be_visible()
    look.at(page, "a picture in the text")
    choose(page, json.dumps(ROWS).encode(), "lista.json")
    expect(page.get_by_role("heading", name="Det här skulle hända")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Rad 3")
    expect(row).to_contain_text("Ingen öppen kanal heter eller har adressen ”Finns inte”.")
    look.at(page, "preview of cases")
    assert Case.objects.count() == 0
    page.get_by_role("button", name="För in 2 rader").click()
    expect(page.get_by_role("heading", name="Filen är införd")).to_be_visible()
    look.at(page, "cases are in")
    choose(page, json.dumps(ROWS).encode(), "lista.json")
    expect(page.get_by_text("Det finns inget att föra in.")).to_be_visible()
    assert (Case.objects.count(), ImportRun.objects.count()) == (2, 2)
    look.go(page, "/granska/sok/")
    page.get_by_label("Ord att söka efter").fill("plogning")
    send(page.get_by_role("button", name="Sök"))
    expect(page.get_by_role("heading", name="Det här hittades")).to_be_visible()
    expect(page.get_by_text("Vilka plogningar gör ni?")).to_be_visible()
    look.at(page, "found")
    page.get_by_label("Ord att söka efter").fill("hatet")
    send(page.get_by_role("button", name="Sök"))
    expect(page.get_by_text("Texten är dold. Öppna för att läsa.")).to_be_visible()
    page.get_by_label("Ord att söka efter").fill("ingenstans")
    send(page.get_by_role("button", name="Sök"))
    expect(page.get_by_role("heading", name="Inget hittades")).to_be_visible()
    look.at(page, "nothing found")
    assert look.found == []
