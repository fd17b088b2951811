"""What comes by mail, in the browser: from the digest to the thing on a phone, and out of it without signing in."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import mailing
from accounts.models import MailChoice
from channels import clock
from tests.duties import mail_in_the_morning, make_channel, owe
from tests.e2e.journeys import link_in, mail_to, send, too_wide
from tests.e2e.look import Look

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("script", [True, False])
def test_from_the_digest_to_the_thing_and_out_of_what_is_no_duty(site, settle, script):
    cast = settle("tibro")
    row = owe(cast, make_channel(cast), opened="2026-11-02T09:00", due="2099-12-01T00:00")
    clock.sweep(timezone.now())
    mail_in_the_morning()
    mail = mail_to(cast.owner, "Påminnelse: Bekräfta Biblioteket")
    page = site.person(cast.owner, **PHONE, java_script_enabled=script)
    page.goto(link_in(mail))
    expect(page.get_by_role("heading", name=row.label)).to_be_visible()

    reader = site.visitor(**PHONE, java_script_enabled=script)  # the mail program of somebody who is not signed in
    reader.goto(mail.body.rstrip().rpartition("\n")[2])
    expect(reader.get_by_role("heading", name="Vill du sluta få de här mejlen?")).to_be_visible()
    assert not MailChoice.objects.exists()
    if script:
        assert too_wide(reader) <= 0
    send(reader.get_by_role("button", name="Sluta skicka"))
    expect(reader.get_by_role("heading", name="Du får inte längre de här mejlen")).to_be_visible()
    assert not MailChoice.objects.get(user=cast.owner).soon

    page.goto("/min-profil/")
    send(page.get_by_role("link", name="Välj vilka mejl du får"))
    expect(page.get_by_label("Det som ska göras senare")).not_to_be_checked()
    expect(page.get_by_label("Besked att känna till")).to_be_checked()
    page.get_by_label("Det som ska göras senare").check()
    send(page.get_by_role("button", name="Spara"))
    expect(page.get_by_text("Ditt val är sparat.")).to_be_visible()
    expect(page.get_by_label("Det som ska göras senare")).to_be_checked()
    assert MailChoice.objects.get(user=cast.owner).soon


def test_the_choice_is_made_with_the_keyboard(site, settle):
    cast = settle("tibro")
    page = site.person(cast.owner)
    page.goto("/mina-utskick/")
    page.get_by_label("Det som ska göras senare").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Besked att känna till")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Spara")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("Ditt val är sparat.")).to_be_visible()
    choice = MailChoice.objects.get()
    assert (choice.soon, choice.copies) == (False, True)


def test_every_state_is_accessible(site, settle):
    cast = settle("sunne")
    look = Look(site)
    owner, visitor = site.person(cast.owner), site.visitor()
    look.go(owner, "/mina-utskick/")
    look.after(owner.get_by_role("button", name="Spara"), "/mina-utskick/?sparat")
    look.go(owner, "/min-profil/?mejl")
    for part in mailing.PARTS:
        path = mailing.stop_url(cast.owner.pk, part).removeprefix(site.url)
        look.go(visitor, path)
        look.after(visitor.get_by_role("button", name="Sluta skicka"), f"{path}?klart")
        look.go(owner, path)
    look.go(visitor, "/utskick/avsluta/1-soon:nej/", 404)
    assert look.found == []
