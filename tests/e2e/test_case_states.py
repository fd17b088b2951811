"""States of a case's pages that only a whole journey leads to, each looked at; and what a screen reader calls each countdown."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from accounts.actor import Actor
from archive.actions import return_diary
from archive.models import DiarySheet
from channels.models import Obligation
from moderation.actions import handling, registering
from tests.archive_scene import make_channel
from tests.cases import THREAT, accept, actor_of, bring_to, fresh, open_case
from tests.e2e.journeys import send
from tests.e2e.look import Look
from tests.e2e.test_case_journeys import SHOT


def countdowns(page):
    """Return how many countdowns the page has, and how many of them a screen reader can tell what they are and how long."""
    named = page.get_by_role("timer", name="Frist", exact=True)
    told = named.filter(has_text="kvar").count() + named.filter(has_text="för sent").count()
    return page.locator("[data-due]").count(), told


def test_every_countdown_has_a_name(site, settle):
    cast = settle("tibro")
    channel, owner, now = make_channel(cast), actor_of(cast.owner), timezone.now()
    cases = [
        open_case(channel, owner, category=THREAT["tibro"], seen_at=now - timedelta(hours=hours))
        for hours in (0, 40, 47, 50)
    ]
    cases.append(open_case(channel, owner, kind="question", text="När öppnar ni?"))
    page = site.person(cast.owner)
    for path, many in (("/granska/", 5), ("/min-dag/", 5), *((case.get_absolute_url(), 1) for case in cases)):
        page.goto(path)
        assert countdowns(page) == (many, many), path
    page.goto(Obligation.objects.about(cases[3]).get().get_absolute_url())
    assert countdowns(page) == (1, 1)
    hidden = bring_to("hidden", cases[0], owner)
    page.goto(hidden.get_absolute_url())
    assert countdowns(page) == (0, 0)  # what has stopped is no countdown
    expect(page.get_by_text("Tiden är stoppad.").first).to_be_visible()


def test_every_state_that_a_journey_leads_to(site, settle):
    cast = settle("tibro")
    channel, owner = make_channel(cast), actor_of(cast.owner)
    look, page = Look(site), site.person(cast.owner)
    case = bring_to("assessed", open_case(channel, owner, category=THREAT["tibro"]), owner)
    sheet = registering.hand_to_registrar(case_id=case.pk, actor=owner)
    look.go(page, case.get_absolute_url())  # it waits for the registrar
    return_diary(sheet_id=sheet.pk, reason="Skriv vem som är motpart.", actor=Actor(cast.registrar))
    look.go(page, f"{case.get_absolute_url()}?returned")
    look.go(page, f"{case.get_absolute_url()}registrator/?returned")
    registering.hand_to_registrar(case_id=case.pk, actor=owner)
    accept(case, cast)
    registering.decide_police(case_id=case.pk, reported=True, number="5000-K1-26", actor=owner)
    look.go(page, f"{case.get_absolute_url()}?accepted")
    look.go(page, f"{case.get_absolute_url()}polisunderlag/")
    look.go(page, Obligation.objects.about(case).get(kind="remove").get_absolute_url())  # done in time
    assert DiarySheet.objects.get().version == 2

    other = bring_to("preserved", open_case(channel, owner, category=THREAT["tibro"]), owner)
    page.goto(other.get_absolute_url())
    handling.claim(case_id=other.pk, actor=actor_of(cast.deputy))
    page.get_by_text("Ändra eller lägg till: Spara bevis").click()
    page.locator("#steg-bevis input[type=file]").set_input_files(SHOT)
    send(page.locator("#steg-bevis").get_by_role("button", name="Spara bevis"))
    expect(page.get_by_text("är kvar. Du behöver inte välja den igen.")).to_be_visible()
    look.at(page, "bevis, någon annan var först")

    abuse = open_case(channel, owner, category="child_abuse_material", words="En bild på ett barn.")
    look.go(page, f"{abuse.get_absolute_url()}?words")
    look.go(page, f"{abuse.get_absolute_url()}polisunderlag/?words")
    page.goto(bring_to("hidden", fresh(abuse), owner).get_absolute_url())
    look.at(page, "bara ord, dolt")
    assert look.found == []
