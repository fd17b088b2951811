"""The statistics in the browser: for staff and for everybody, light and dark, wide and on a phone, on paper, without script."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actor import Actor
from moderation.actions import ladder
from moderation.actions.counting import count_cases
from tests.applications import adopt_preset, make_municipality
from tests.archive_scene import make_channel
from tests.cases import actor_of, open_case, picture
from tests.e2e.journeys import send
from tests.e2e.look import Look

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def counted(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    channel, owner = make_channel(cast), actor_of(cast.owner)
    other = make_channel(cast, "En kanal med ett mycket långt namn som inte får plats på en rad i bilden", slug="lang")
    for number in range(6):
        seen = timezone.now() - timedelta(hours=number)
        case = open_case(channel, owner, category="hate_speech", seen_at=seen, text=f"Kommentar {number}.")
        ladder.keep_evidence(case_id=case.pk, upload=picture(), actor=owner)
        ladder.hide(case_id=case.pk, actor=owner)
    open_case(other, owner, kind="question", text="När öppnar ni?")
    count_cases(now=timezone.now())
    return channel


def test_every_state_is_readable(site, cast, counted):
    look = Look(site)
    look.go(site.visitor(), "/kanaler/statistik/")
    page = site.person(cast.strategist)
    look.go(page, "/statistik/")
    page.get_by_label("Kanal", exact=True).select_option("Biblioteket, Facebook")
    look.after(page.get_by_role("button", name="Visa"), "/statistik/?kanal")
    look.go(site.person(cast.archivist), "/statistik/")
    assert look.found == []


def test_every_chart_has_a_table_beside_it(site, counted):
    page = site.visitor(viewport=PHONE, java_script_enabled=False)
    page.goto("/kanaler/statistik/")
    expect(page.get_by_role("img", name="Stapeldiagram")).to_have_count(5)
    expect(page.get_by_role("table")).to_have_count(5)
    rules = page.get_by_role("region", name="Dolda inlägg per regel")
    expect(rules.get_by_role("row", name="Hets mot folkgrupp")).to_contain_text("6")
    expect(page.get_by_role("region", name="Ärenden per kanal").get_by_role("table")).to_contain_text("färre än 5")


def test_on_paper_the_tables_and_the_bars_are_there(site, counted):
    page = site.visitor()
    page.goto("/kanaler/statistik/")
    page.emulate_media(media="print")
    expect(page.get_by_role("img", name="Stapeldiagram").first).to_be_visible()
    expect(page.get_by_role("table").first).to_be_visible()
    expect(page.get_by_role("button", name="Visa")).to_be_hidden()


def test_an_owner_chooses_among_the_own_channels_by_keyboard(site, cast, counted):
    page = site.person(cast.owner, viewport=PHONE)
    page.goto("/statistik/")
    expect(page.get_by_label("Kanal", exact=True).get_by_role("option")).to_have_count(2)
    page.get_by_label("Kanal", exact=True).select_option("Biblioteket, Facebook")
    button = page.get_by_role("button", name="Visa")
    button.focus()
    send(button)
    expect(page.get_by_role("heading", name="Statistik", level=1)).to_be_visible()
    expect(page.get_by_label("Kanal", exact=True).locator("option[selected]")).to_have_text("Biblioteket, Facebook")
