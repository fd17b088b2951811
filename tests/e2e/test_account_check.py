"""Is the account ours? Five answers, and none when that cannot be said. The same with and without script."""

import pytest
from playwright.sync_api import expect

from accounts.actor import Actor
from channels.actions.publishing import open_channel, propose_change, settle_change
from tests.applications import answer_all, make_application, submit

ANSWERS = {
    "https://m.facebook.com/EkhultBiblioteket/?ref=share": "Ja, kontot är vårt.",
    "@gamlabiblioteket": "Nej, inte längre.",
    "facebook.com/ekhultblblioteket": "Nej. Kontot liknar vårt, men är inte vårt.",
    "instagram.com/ekhultbiblioteket": "Nej, inte på den plattformen.",
    "facebook.com/nagonhelt.annan": "Kontot står inte i vår förteckning.",
    "https://bit.ly/3abcdef": "Vi kan inte svara på det du skrev.",
}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_each_question_has_its_own_answer(site, settle, script):
    cast = settle("tibro")
    channel = answer_all(submit(make_application(cast))).channel
    channel = open_channel(channel_id=channel.pk, address="facebook.com/gamlabiblioteket", actor=Actor(cast.owner))
    moved = propose_change(
        channel_id=channel.pk,
        values={"address": "facebook.com/ekhultbiblioteket"},
        reason="Nytt namn.",
        version=channel.version,
        actor=Actor(cast.owner),
    )
    settle_change(change_id=moved.pk, answer="confirm", note="", actor=Actor(cast.nearest_manager))
    page = site.visitor(java_script_enabled=script)
    page.goto("/kanaler/")
    said = {}
    for asked in ANSWERS:
        page.get_by_label("Länk eller kontonamn").fill(asked)
        page.get_by_role("button", name="Kontrollera").click()
        expect(page.get_by_label("Länk eller kontonamn")).to_have_value(asked)
        answer = page.locator(".verify").get_by_role("status")
        said[asked] = answer.get_by_role("heading").inner_text()
        assert len(answer.inner_text()) > len(said[asked]) + 20  # what it rests on, and what to do
    assert said == ANSWERS
