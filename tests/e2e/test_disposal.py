"""Disposal in the browser: from the decision to the certificate, with a hold that stops one record on the way; every state."""

import re

import pytest
from playwright.sync_api import expect

from accounts.actor import Actor
from archive import actions
from archive.models import DisposalCertificate, DisposalList, Record
from tests.archive_scene import keep_file, keep_record, make_channel
from tests.disposal_scene import adopt_with_schedule, decide, old_post
from tests.e2e.journeys import send, too_wide
from tests.e2e.look import Look

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def cast(settle, settings):
    settings.KANALKOLLEN_DISPOSAL_DAYS = 0
    cast = settle("tibro")
    adopt_with_schedule(Actor(cast.administrator))
    return cast


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["390", "1280"])
def test_disposal_with_a_hold_that_stops_it(site, cast, window, tmp_path):
    channel, owner = make_channel(cast), Actor(cast.owner)
    goes = old_post(channel, owner, text="Den här ska bort.", files=[keep_file(owner)])
    held = old_post(channel, owner, text="Den här har någon begärt ut.")
    registrar, archivist = site.person(cast.registrar, **window), site.person(cast.archivist, **window)

    archivist.goto("/arkiv/gallring/")
    expect(archivist.get_by_text("Utan beslut gallras inget.")).to_be_visible()
    send(archivist.get_by_role("link", name="Lägg in ett beslut"))
    archivist.get_by_label("Vem fattade beslutet?").fill("Kommunstyrelsen")
    archivist.get_by_label("Beslutets nummer").fill("KS 2026/12 § 4")
    send(archivist.get_by_role("button", name="Spara beslutet"))
    expect(archivist.locator(".error-summary")).to_be_focused()
    expect(archivist.get_by_label("Beslutets nummer")).to_have_value("KS 2026/12 § 4")
    archivist.get_by_label("Vilken dag?").fill("2026-01-15")
    archivist.get_by_label("inlagg").check()
    assert too_wide(archivist) <= 0
    send(archivist.get_by_role("button", name="Spara beslutet"))

    registrar.goto("/arkiv/gallring/")
    send(registrar.get_by_role("button", name="Upprätta lista"))
    assert too_wide(registrar) <= 0
    send(registrar.get_by_role("link", name=f"Handling {goes.pk}"))
    expect(registrar.get_by_text("Den här ska bort.")).to_be_visible()
    send(registrar.get_by_role("link", name="Tillbaka till listan"))
    send(registrar.get_by_role("button", name="De som är kvar ska gallras"))
    expect(registrar.get_by_text("Bara arkivarien kan godkänna en gallringslista.")).to_be_visible()

    archivist.goto(DisposalList.objects.get().get_absolute_url())
    send(archivist.get_by_role("button", name="Godkänn listan"))
    archivist.get_by_label("Skriv orden ovan").fill("ja")
    send(archivist.get_by_role("button", name="Gallra nu"))
    expect(archivist.get_by_text("Skriv GALLRA 2, så som det står ovanför.").first).to_be_visible()
    archivist.get_by_label("Skriv orden ovan").fill("GALLRA 2")
    send(archivist.get_by_role("button", name="Gallra nu"))
    expect(archivist.get_by_text("Gallringen pågår.")).to_be_visible()

    registrar.goto("/arkiv/undantag/")  # somebody asks for one of them, after the confirmation
    registrar.get_by_label("Någon har begärt ut handlingen").check()
    registrar.get_by_label("Handlingens nummer").fill(str(held.pk))
    registrar.get_by_label("Varför?").fill("Begärd i dag.")
    assert too_wide(registrar) <= 0
    send(registrar.get_by_role("button", name="Sätt undantaget"))
    expect(registrar.get_by_text("Undantaget gäller från och med nu.")).to_be_visible()
    actions.carry_out()

    assert list(Record.objects.values_list("pk", flat=True)) == [held.pk]
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and "archive" in str(path)]
    archivist.goto(DisposalList.objects.get().get_absolute_url())
    send(archivist.get_by_role("link", name="Läs gallringsintyget"))
    expect(archivist.get_by_text("Intyget stämmer")).to_be_visible()
    expect(archivist.get_by_text(re.compile(rf"Handling {held.pk}: Undantag \d+ för handlingen"))).to_be_visible()
    assert too_wide(archivist) <= 0


def test_every_page_and_state_of_disposal(site, cast):
    channel, owner, archivist = make_channel(cast), Actor(cast.owner), Actor(cast.archivist)
    look, page = Look(site), site.person(cast.archivist)
    look.go(page, "/arkiv/gallring/")
    look.go(page, "/arkiv/undantag/")
    look.go(page, "/arkiv/gallring/beslut/?inga-klasser")
    old_post(channel, owner, files=[keep_file(owner)])
    held = old_post(make_channel(cast, "Badhuset"), owner)
    keep_record(channel, owner, kind="police_report", direction="outgoing")
    hold = actions.set_hold(kind="police", reason="Utredning.", channel_id=held.channel_id, actor=archivist)
    look.go(page, "/arkiv/gallring/?fullt")
    look.go(page, "/arkiv/gallring/beslut/")
    look.after(page.get_by_role("button", name="Spara beslutet"), "beslut, med fel")
    look.go(page, "/arkiv/undantag/?ett")
    look.after(page.get_by_role("button", name="Sätt undantaget"), "undantag, med fel")
    look.go(page, f"/arkiv/undantag/{hold.pk}/")
    decision = decide(cast)
    row = actions.propose_list(decision_id=decision.pk, actor=Actor(cast.registrar))
    item = row.items.get()
    look.go(page, f"{row.get_absolute_url()}?granskas")
    look.go(page, f"/arkiv/gallring/handling/{item.pk}/")
    look.after(page.get_by_role("button", name="Låt handlingen vara kvar"), "behåll, med fel")
    actions.approve_items(list_id=row.pk, item_ids=[item.pk], actor=Actor(cast.registrar))
    look.go(page, f"{row.get_absolute_url()}?granskad")
    look.go(site.person(cast.registrar), f"{row.get_absolute_url()}?registrator")
    actions.sign_list(list_id=row.pk, actor=archivist)
    look.go(page, f"{row.get_absolute_url()}?godkand")
    actions.confirm_list(list_id=row.pk, typed="GALLRA 1", actor=archivist)
    look.go(page, f"{row.get_absolute_url()}?gallras")
    actions.carry_out()
    look.go(page, f"{row.get_absolute_url()}?gallrad")
    look.go(page, f"/arkiv/gallring/handling/{item.pk}/?gallrad")
    look.go(page, DisposalCertificate.objects.get().get_absolute_url())
    actions.release_hold(hold_id=hold.pk, reason="Utredningen är nedlagd.", actor=archivist)
    look.go(page, f"/arkiv/undantag/{hold.pk}/?havt")
    look.go(site.person(cast.owner), "/arkiv/gallring/", 403)
    assert not look.found, look.found
