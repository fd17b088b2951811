"""Whole ways of a case in the browser: a question over a weekend and over midsummer, everybody away, two at once, sent back."""

import pytest
from playwright.sync_api import expect

from accounts.actor import VISITOR
from channels import clock
from channels.models import Obligation
from kommun.models import Event, OutgoingMail
from moderation.actions import tips
from moderation.models import Case, CaseEvidence
from tests.archive_scene import make_channel, png
from tests.cases import COMMENT, POST, THREAT, accept, actor_of, bring_to, fresh, open_case
from tests.duties import assert_chain_holds, at
from tests.e2e.journeys import be_signed_in, link_in, mail_to, send, too_wide
from tests.factories import AbsenceFactory

SIZES = {390: {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}, 1280: {}}
SHOT = {"name": "skärmbild.png", "mimeType": "image/png", "buffer": png(40, 30)}


def press(page, name):
    send(page.get_by_role("button", name=name, exact=True).first)
    assert too_wide(page) <= 0, name


# --- A question -------------------------------------------------------------------------------------------------------
# Tibro 4.2: 48 hours that are counted on working days alone. (asked, no day in between, the day before, due, an hour late)
ASKED = {
    "a weekend": ("2026-11-06T15:00", "2026-11-07T12:00", "2026-11-09T09:00", "2026-11-10T15:00", "2026-11-10T16:00"),
    "midsummer": ("2026-06-18T14:00", "2026-06-20T12:00", "2026-06-22T08:00", "2026-06-23T14:00", "2026-06-23T15:00"),
}
SAID = {"a weekend": "10 november 2026 kl. 15.00", "midsummer": "23 juni 2026 kl. 14.00"}


def ask(page, text):
    """Open a question, as an owner does who has just seen it."""
    page.goto("/granska/nytt/")
    page.get_by_label("Fråga att svara på").check()
    page.get_by_label("Adress till inlägget").fill(f"{POST}{len(text)}")
    page.get_by_label("Vad står det?").fill(text)
    press(page, "Lägg till")
    expect(page.get_by_text("Ärendet är inlagt.")).to_be_visible()
    return Case.objects.latest("pk")


def answer(page, case):
    page.goto(case.get_absolute_url())
    page.get_by_label("Svaret, så som det publicerades").fill("Vi öppnar klockan tio.")
    press(page, "Spara svaret")
    expect(page.get_by_text("Vi öppnar klockan tio.")).to_be_visible()


def said_in_queue(page, case):
    """What the queue says of the case: the heading that it stands under, and the time left."""
    page.goto("/granska/")
    assert too_wide(page) <= 0
    row = page.locator(f"#a{case.pk}")
    heading = row.evaluate(
        "(row) => document.getElementById(row.parentElement.getAttribute('aria-labelledby')).innerText"
    )
    return heading, row.locator(".deadline__left").inner_text()


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("over", ASKED)
def test_a_question_is_answered_in_time_and_another_too_late(site, settle, travel, over, width):
    asked, idle, before, due, late = ASKED[over]
    travel(asked)
    cast = settle("tibro")
    make_channel(cast)
    page = site.person(cast.owner, **SIZES[width])
    first, second = ask(page, "När öppnar ni?"), ask(page, "När öppnar ni på lördag?")
    assert first.due_at == second.due_at == at(due)
    assert said_in_queue(page, first) == ("Nästa vecka", "5 dagar kvar" if over == "midsummer" else "4 dagar kvar")
    clock.sweep(at(asked))
    sent = OutgoingMail.objects.count()
    clock.sweep(travel(idle))
    assert OutgoingMail.objects.count() == sent  # nobody is written to on a day that does not count

    clock.sweep(travel(before))
    be_signed_in(page, site.url, cast.owner)
    assert said_in_queue(page, first) == ("Den här veckan", "30 tim 0 min kvar")
    answer(page, first)
    clock.sweep(travel(late))
    be_signed_in(page, site.url, cast.owner)
    assert said_in_queue(page, second) == ("Försenat", "1 tim 0 min för sent")
    expect(page.get_by_text("Öppna ärenden: 1. Försenade: 1.")).to_be_visible()
    answer(page, second)
    for case, words in ((first, "Det blev klart i tid."), (second, "Det blev klart efter sin tid.")):
        duty = Obligation.objects.about(case).get()
        page.goto(duty.get_absolute_url())
        expect(page.get_by_text(words)).to_be_visible()
        expect(page.get_by_text(SAID[over]).first).to_be_visible()
        assert duty.missed_at == (None if case == first else at(due))
    expect(page.get_by_text("Tiden gick ut")).to_be_visible()
    page.goto("/granska/")
    expect(page.get_by_text("Inget att granska")).to_be_visible()


# --- Everybody away ---------------------------------------------------------------------------------------------------
def tell(channel, number):
    """A visitor tells of a threat in the channel."""
    return tips.receive_tip(channel_id=channel.pk, url=f"{POST}?comment_id={number}", text="Ett hot.", actor=VISITOR)


def take_it(page, link):
    """Read the tip that a mail leads to, open a case of it, and hide what is there."""
    page.goto(link)
    send(page.get_by_role("link", name="Gör det nu"))
    page.get_by_label("Ta bort eller dölja").check()
    press(page, "Öppna ärende")
    page.locator("#steg-kategori").get_by_label("Kategori").select_option("unlawful_threat")
    send(page.locator("#steg-kategori").get_by_role("button", name="Spara"))
    page.locator("#steg-bevis input[type=file]").set_input_files(SHOT)
    press(page, "Spara bevis")
    press(page, "Jag har dolt inlägget")
    expect(page.get_by_text("Tiden är stoppad.").first).to_be_visible()
    return Case.objects.latest("pk")


def acted_for(case):
    """Who acted on the case, and for whom."""
    events = Event.objects.filter(subject_type="moderation.case", subject_id=str(case.pk))
    return set(events.values_list("actor", "on_behalf_of"))


@pytest.mark.parametrize("width", SIZES)
def test_owner_and_deputy_are_away_and_the_substitute_or_the_strategist_acts(site, settle, travel, width):
    travel("2026-11-06T15:20")
    cast = settle("tibro")
    channel = make_channel(cast)
    AbsenceFactory(user=cast.owner, substitute=cast.outsider)
    AbsenceFactory(user=cast.deputy)
    tell(channel, 1)
    clock.sweep(travel("2026-11-06T15:21"))
    mail = mail_to(cast.outsider, "Läs ett tips: Biblioteket")
    assert "Du gör det för Bibliotekarie." in mail.body
    page = site.person(cast.outsider, **SIZES[width])
    page.goto("/min-dag/")
    expect(page.get_by_text("Du ersätter Bibliotekarie.")).to_be_visible()
    case = take_it(page, link_in(mail))
    assert acted_for(case) == {(cast.outsider.pk, cast.owner.pk)}
    expect(page.get_by_text("Gatuingenjör för Bibliotekarie").first).to_be_visible()
    assert CaseEvidence.objects.get().on_behalf_of == cast.owner
    duty = Obligation.objects.about(case).get(kind="remove")
    assert (duty.met_by, duty.met_for, duty.missed_at) == (cast.outsider, cast.owner, None)
    page.goto(duty.get_absolute_url())
    expect(page.get_by_text("för Bibliotekarie").first).to_be_visible()

    AbsenceFactory(user=cast.outsider)  # ill as well: nobody covers for anybody now
    tell(channel, 2)
    clock.sweep(travel("2026-11-06T15:40"))
    mail = mail_to(cast.strategist, "Läs ett tips: Biblioteket")
    assert "Bibliotekarie är borta" in mail.body.replace("\n", " ") or "Gatuingenjör är borta" in mail.body
    page = site.person(cast.strategist, **SIZES[width])
    case = take_it(page, link_in(mail))
    assert acted_for(case) == {(cast.strategist.pk, None)}  # by a role of one's own
    assert Obligation.objects.about(case).get(kind="remove").met_by == cast.strategist
    assert_chain_holds()


# --- Two at once ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", SIZES)
def test_whoever_comes_second_is_told_and_loses_nothing(site, settle, width):
    cast = settle("tibro")
    case = bring_to(
        "preserved", open_case(make_channel(cast), actor_of(cast.owner), category=THREAT["tibro"]), actor_of(cast.owner)
    )
    first, second = site.person(cast.owner, **SIZES[width]), site.person(cast.deputy, **SIZES[width])
    window = second.context.new_page()
    for page in (first, second, window):
        page.goto(case.get_absolute_url())
    press(first, "Ta ärendet")
    press(window, "Ta ärendet")
    expect(window.get_by_text("Bibliotekarie har redan tagit ärendet.").first).to_be_visible()
    second.get_by_text("Ändra eller lägg till: Spara bevis").click()
    form = second.locator("#steg-bevis")
    form.locator("input[type=file]").set_input_files(SHOT)
    form.get_by_label("Beskrivning").fill("Två kommentarer till.")
    send(form.get_by_role("button", name="Spara bevis"))
    expect(
        second.get_by_text("Bibliotekarie har tagit ärendet. Be att få det, eller ta över det.").first
    ).to_be_visible()
    expect(form.get_by_text("är kvar. Du behöver inte välja den igen.")).to_be_visible()
    assert form.get_by_label("Beskrivning").input_value() == "Två kommentarer till."
    assert too_wide(second) <= 0
    assert fresh(case).evidence.count() == 1

    press(first, "Jag har dolt inlägget")
    press(first, "Släpp ärendet")
    send(form.get_by_role("button", name="Spara bevis"))  # meanwhile it has been hidden
    expect(second.get_by_text("Ärendet har ändrats sedan du öppnade sidan.").first).to_be_visible()
    send(form.get_by_role("button", name="Spara bevis"))
    expect(second.get_by_text("Två kommentarer till.")).to_be_visible()
    assert fresh(case).evidence.count() == 2
    assert fresh(case).record.file_rows.count() == 2  # the picture was there all the time
    kinds = Event.objects.filter(subject_type="moderation.case", subject_id=str(case.pk))
    assert kinds.filter(kind="case.claimed").count() == kinds.filter(kind="case.hidden").count() == 1


# --- The registrar sends it back --------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", SIZES)
def test_what_the_registrar_sends_back_is_mended_in_the_case_and_taken(site, settle, width):
    cast = settle("tibro")
    owner = actor_of(cast.owner)
    case = bring_to("assessed", open_case(make_channel(cast), owner, category=THREAT["tibro"], url=COMMENT), owner)
    page, desk = site.person(cast.owner, **SIZES[width]), site.person(cast.registrar, **SIZES[width])
    page.goto(case.get_absolute_url())
    send(page.get_by_role("link", name="Lämna till registrator", exact=True))
    press(page, "Lämna till registrator")
    desk.goto(link_in(mail_to(cast.registrar, "Att diarieföra")))
    desk.get_by_text("Skicka tillbaka, eller svara").click()
    desk.get_by_label("Varför?").fill("Skriv vem som är motpart.")
    press(desk, "Skicka tillbaka")

    page.goto(case.get_absolute_url())
    expect(page.get_by_text("Skriv vem som är motpart.")).to_be_visible()
    send(page.get_by_role("link", name="Komplettera bladet", exact=True))
    expect(page.get_by_text("Skriv vem som är motpart.")).to_be_visible()
    page.get_by_label("Vad rör handlingen?").fill("Hets mot folkgrupp, kommentar av okänd")
    press(page, "Lämna till registrator")
    expect(page.get_by_text("Väntar på registrator")).to_be_visible()
    accept(case, cast, "KS 2026/17")
    page.reload()
    expect(page.get_by_text("KS 2026/17")).to_be_visible()
    press(page, "Jag har tagit bort det")
    sheets = Event.objects.filter(kind__startswith="diary.").order_by("pk").values_list("kind", flat=True)
    assert list(sheets) == ["diary.proposed", "diary.returned", "diary.proposed", "diary.accepted"]
    assert fresh(case).status == "deleted"
