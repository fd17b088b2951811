"""Shortcuts in the queue: off from the beginning, remembered, and never where something is typed (WCAG 2.1.4)."""

from playwright.sync_api import expect

from tests.archive_scene import make_channel
from tests.cases import actor_of, open_case
from tests.e2e.look import Look


def test_the_queue_is_walked_by_keys_only_when_somebody_wants_it(site, settle):
    cast = settle("tibro")
    channel, owner = make_channel(cast), actor_of(cast.owner)
    for number in range(3):
        open_case(channel, owner, category="hate_speech", url=f"https://www.facebook.com/ekhult/posts/10{number}")
    page = site.person(cast.owner)
    page.goto("/granska/")
    titles = page.locator("#ko .item__title a")
    expect(titles).to_have_count(3)
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")
    page.get_by_label("Använd kortkommandon").check()
    look = Look(site)
    look.at(page, "the queue with shortcuts")
    assert look.found == []
    page.reload()
    expect(page.get_by_label("Använd kortkommandon")).to_be_checked()
    for key, place in (("k", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(titles.nth(place)).to_be_focused()
    boxes = page.locator("#ko .item__box input")
    page.keyboard.press("x")
    expect(boxes.nth(1)).to_be_checked()
    page.keyboard.press("Control+x")
    expect(boxes.nth(1)).to_be_checked()
    page.locator("#f-kanal").focus()
    page.keyboard.press("j")
    expect(page.locator("#f-kanal")).to_be_focused()
    page.get_by_role("button", name="Ta ärendena").click()
    undo = page.get_by_role("button", name="Ångra alltihop")
    expect(undo).to_be_visible()
    ready = page.get_by_label("Använd kortkommandon")  # shown by the script, so the script is there
    expect(ready).to_be_visible()
    page.keyboard.press("z")
    expect(undo).to_be_hidden()
    expect(ready).to_be_visible()
    page.keyboard.press("j")
    expect(titles.first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/granska/*/")
