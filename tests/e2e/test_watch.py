"""A quiet day on a phone: one tap a channel, undo, without script too; and every state looked at with axe."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actor import Actor
from channels import clock, watch
from channels.actions.publishing import open_channel
from channels.actions.watch import state_last_post
from channels.models import Channel, Obligation, WatchTick
from tests.applications import answer_all, make_application, submit
from tests.e2e.journeys import is_on_screen, send, too_wide
from tests.e2e.look import Look
from tests.factories import AbsenceFactory

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def watched(cast, *names):
    """Open channels that are to be looked at today, whichever day it is."""
    channels = []
    for name in names:
        granted = answer_all(submit(make_application(cast, name=name)))
        address = granted.answers["address"]
        channels.append(open_channel(channel_id=granted.channel_id, address=address, actor=Actor(cast.owner)))
    Channel.objects.update(weekend_watch_from=timezone.localdate())
    watch.reconcile(timezone.now())
    return channels


def panel(page, channel):
    return page.locator(f"#kanal-{channel.pk}")


@pytest.mark.parametrize("script", [True, False])
def test_a_quiet_day_is_cleared_in_one_tap_a_channel(site, settle, script):
    cast = settle("tibro")
    channels = watched(cast, "Biblioteket", "Kulturskolan")
    page = site.person(cast.owner, **PHONE, java_script_enabled=script)
    page.goto("/min-dag/")
    expect(page.get_by_text("2 kanaler kvar att gå igenom.")).to_be_visible()
    if script:
        assert too_wide(page) <= 0
    first = page.get_by_role("button", name="Genomgången").first
    assert is_on_screen(page, first)
    assert first.bounding_box()["height"] >= 44
    for done, channel in enumerate(channels, start=1):
        panel(page, channel).get_by_role("button", name="Genomgången").tap()
        expect(page.get_by_text(f"{done} av 2 klara i dag")).to_be_visible()
        expect(panel(page, channel).get_by_text("Inget att göra.")).to_be_visible()
        if script:  # whoever hears the page hears what became of it
            expect(panel(page, channel).locator(".round__said")).to_be_focused()
    expect(page.get_by_text("kvar att gå igenom")).to_have_count(0)
    expect(page.locator("#huvudmeny").get_by_role("link", name="Min dag").locator(".count")).to_have_count(
        1 if Obligation.objects.open().filter(holder=cast.owner).exists() else 0
    )
    assert set(WatchTick.objects.values_list("channel", "made_by")) == {(one.pk, cast.owner.pk) for one in channels}
    assert not Obligation.objects.open().filter(kind=clock.WATCH).exists()


@pytest.mark.parametrize("script", [True, False])
def test_a_tap_by_mistake_is_undone(site, settle, script):
    cast = settle("tibro")
    (channel,) = watched(cast, "Biblioteket")
    page = site.person(cast.owner, **PHONE, java_script_enabled=script)
    page.goto("/min-dag/")
    panel(page, channel).get_by_role("button", name="Genomgången").tap()
    panel(page, channel).get_by_role("button", name="Ångra").tap()
    expect(page.get_by_text("Biblioteket väntar på dig igen.")).to_be_visible()
    expect(panel(page, channel).get_by_text("Kvar i dag")).to_be_visible()
    assert WatchTick.objects.get().withdrawn_at
    assert Obligation.objects.open().filter(kind=clock.WATCH).count() == 1


def test_a_day_is_cleared_by_keyboard(site, settle):
    cast = settle("tibro")
    (channel,) = watched(cast, "Biblioteket")
    page = site.person(cast.owner)
    page.goto("/min-dag/")
    panel(page, channel).get_by_role("button", name="Genomgången").focus()
    page.keyboard.press("Enter")
    expect(panel(page, channel).locator(".round__said")).to_be_focused()
    page.keyboard.press("Tab")
    expect(panel(page, channel).get_by_role("button", name="Ångra")).to_be_focused()


def test_a_quiet_channel_is_kept_with_a_reason(site, settle):
    cast = settle("tibro")
    (channel,) = watched(cast, "Biblioteket")
    page = site.person(cast.owner, **PHONE)
    page.goto(f"/register/{channel.pk}/")
    send(page.get_by_role("link", name="Är kanalen levande?"))
    send(page.get_by_role("button", name="Inget är publicerat"))
    page.get_by_label("Ja, behåll den").check()
    send(page.get_by_role("button", name="Spara beslutet"))
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Ja, behåll den")).to_be_checked()
    page.get_by_label("Varför?").fill("Den behövs när något händer.")
    send(page.get_by_role("button", name="Spara beslutet"))
    expect(page.get_by_text("Tack. Beslutet är sparat.")).to_be_visible()
    assert channel.activity.get(answer="keep").note == "Den behövs när något händer."


def test_every_state_passes(site, settle):
    cast = settle("tibro")
    first, second, third = watched(cast, "Biblioteket", "Kulturskolan", "Badhuset")
    owner, strategist = site.person(cast.owner), site.person(cast.strategist)
    look = Look(site)
    look.go(owner, "/min-dag/")
    owner.goto("/min-dag/")
    panel(owner, first).get_by_role("button", name="Genomgången").click()
    expect(panel(owner, first).locator(".round__said")).to_be_focused()
    look.at(owner, "ticked")
    Channel.objects.filter(pk=second.pk).update(weekend_watch_from=None)
    Obligation.objects.filter(channel=third, kind=clock.WATCH).update(
        opened_at=timezone.now() - timedelta(days=2), due_at=timezone.now() - timedelta(days=1)
    )
    clock.sweep(timezone.now())
    look.go(owner, "/min-dag/?late")
    look.go(strategist, "/min-dag/?passed-on")
    look.go(strategist, "/oversikt/?trap")
    look.go(strategist, "/oversikt/helger/")
    look.go(owner, f"/register/{first.pk}/?watched")
    look.go(owner, f"/register/{first.pk}/aktivitet/")
    state_last_post(channel_id=first.pk, last_post_on=None, actor=Actor(cast.owner))
    owner.goto(f"/register/{first.pk}/aktivitet/")
    look.after(owner.get_by_role("button", name="Spara beslutet"), "silence-wrong")
    owner.get_by_label("Nej, den ska avslutas").check()
    owner.get_by_label("Varför?").fill("Ingen läser.")
    look.after(owner.get_by_role("button", name="Spara beslutet"), "to-be-closed")
    AbsenceFactory(user=cast.owner, substitute=cast.outsider)
    look.go(site.person(cast.outsider), "/min-dag/?covers")
    assert look.found == []
