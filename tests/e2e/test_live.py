"""What a colleague does shows without the page being read in anew, and nothing that is being filled in is ever replaced."""

from playwright.sync_api import expect

from channels.models import Obligation
from moderation.actions import handling
from tests.archive_scene import make_channel
from tests.cases import actor_of, fresh, open_case
from tests.e2e.journeys import send

HALF_A_MINUTE = 31_000


def asked(page):
    """Every question that the page asks for what lives."""
    found = []
    page.on("request", lambda request: found.append(request.url) if "stand=" in request.url else None)
    return found


def test_a_colleagues_claim_shows_on_the_case_and_what_is_being_typed_stays(site, settle):
    cast = settle("tibro")
    case = open_case(make_channel(cast), actor_of(cast.owner), category="hate_speech")
    page = site.person(cast.owner)
    page.clock.install()
    page.goto(case.get_absolute_url())
    page.get_by_text("Visa texten").click()
    handling.claim(case_id=case.pk, actor=actor_of(cast.deputy))
    page.clock.run_for(HALF_A_MINUTE)
    expect(page.get_by_role("button", name="Ta över ärendet")).to_be_visible()
    expect(page.get_by_text("Nästa gång du kommer hit ska du få.")).to_be_visible()  # still unfolded
    handling.release(case_id=case.pk, actor=actor_of(cast.deputy))
    page.clock.run_for(HALF_A_MINUTE)
    expect(page.get_by_role("button", name="Ta ärendet")).to_be_visible()
    words = page.get_by_label("Beskrivning")
    words.fill("Mina ord.")
    words.blur()
    handling.claim(case_id=case.pk, actor=actor_of(cast.deputy))
    page.clock.run_for(HALF_A_MINUTE)
    expect(page.get_by_text("Något har hänt i ärendet")).to_be_visible()
    expect(page.get_by_text("Taget, Biblioteksassistent")).to_be_visible()
    expect(words).to_have_value("Mina ord.")


def test_nothing_is_asked_while_nobody_looks(site, settle):
    cast = settle("tibro")
    case = open_case(make_channel(cast), actor_of(cast.owner), category="hate_speech")
    page = site.person(cast.owner)
    page.clock.install()
    for address in (case.get_absolute_url(), "/min-dag/", "/granska/"):
        page.goto(address)
        page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })")
        questions = asked(page)
        page.clock.run_for(3 * HALF_A_MINUTE)
        assert questions == []
        page.evaluate("delete document.hidden")
        with page.expect_response(lambda answer: "stand=" in answer.url) as said:
            page.clock.run_for(HALF_A_MINUTE)
        assert said.value.status == 204


def test_a_new_task_shows_on_min_dag(site, settle):
    cast = settle("tibro")
    channel = make_channel(cast)
    page = site.person(cast.owner)
    page.clock.install()
    page.goto("/min-dag/")
    case = open_case(channel, actor_of(cast.deputy), kind="question", text="När öppnar ni?")
    assert Obligation.objects.open().about(case).filter(kind="answer").exists()
    page.clock.run_for(HALF_A_MINUTE)
    expect(page.get_by_role("link", name=f"{case.title}: {channel}", exact=True)).to_be_visible()


def test_marked_cases_stay_marked_while_others_come_in_and_what_is_done_is_undone(site, settle):
    cast = settle("tibro")
    channel, owner = make_channel(cast), actor_of(cast.owner)
    cases = [open_case(channel, owner, category="hate_speech") for _each in range(2)]
    page = site.person(cast.owner)
    page.clock.install()
    page.goto("/granska/")
    for case in cases:
        page.locator(f"#a{case.pk}").get_by_role("checkbox").check()
    expect(page.get_by_text("2 markerade ärenden.")).to_be_visible()
    open_case(channel, owner, kind="question")
    page.clock.run_for(HALF_A_MINUTE)
    expect(page.locator(f"#a{cases[0].pk}").get_by_role("checkbox")).to_be_checked()
    send(page.get_by_role("button", name="Ta ärendena"))
    expect(page.get_by_role("heading", name="Det här blev det av 2 ärenden: 2 gick")).to_be_visible()
    assert [fresh(case).claimed_by for case in cases] == [cast.owner] * 2
    send(page.get_by_role("button", name="Ångra alltihop"))
    expect(page.locator(f"#a{cases[0].pk}").get_by_text("Ångrat.")).to_be_visible()
    assert [fresh(case).claimed_by for case in cases] == [None] * 2
