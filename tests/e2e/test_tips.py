"""A visitor tells of a post, on a phone, with and without script; whoever answers for the channel takes it from there."""

import re

import pytest
from playwright.sync_api import expect

from moderation import guard
from moderation.models import Case, Tip
from tests import own_cache
from tests.e2e.journeys import send
from tests.e2e.look import Look
from tests.public_scene import make_channel

PHONE = {"viewport": {"width": 390, "height": 844}}
POST = "https://m.facebook.com/ekhultsbibliotek/posts/1047?fbclid=abc"


@pytest.fixture
def library(settle, monkeypatch):
    """An open channel, and nobody who has to wait for three seconds."""
    own_cache.clear()
    monkeypatch.setattr(guard, "MIN_SECONDS", 0)
    cast = settle("tibro")
    return cast, make_channel(cast, "Biblioteket", "https://www.facebook.com/ekhultsbibliotek")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_visitor_tells_of_a_threat_and_its_time_is_counted_from_then(site, library, script):
    cast, channel = library
    page = site.visitor(java_script_enabled=script, **PHONE)
    page.goto(f"/kanaler/{channel.slug}/")
    send(page.get_by_role("link", name="Tipsa oss om ett inlägg"))
    expect(page.get_by_label("Vilken av våra kanaler gäller det?")).to_have_value(str(channel.pk))
    expect(page.get_by_label("Lämna det här fältet tomt")).to_be_hidden()
    send(page.get_by_role("button", name="Skicka tipset"))
    expect(page.get_by_role("alert")).to_contain_text("Klistra in adressen")
    page.get_by_label("Adress till inlägget").fill(POST)
    page.get_by_label("Vad ska vi titta på?").fill("Någon hotar den som jobbar där.")
    send(page.get_by_role("button", name="Skicka tipset"))
    tip = Tip.objects.get()
    expect(page.get_by_text(tip.reference)).to_be_visible()
    assert page.context.cookies() == []

    owner = site.person(cast.owner, java_script_enabled=script, **PHONE)
    owner.goto("/min-dag/")
    send(owner.get_by_role("link", name="Läs ett tips: Biblioteket", exact=True))
    expect(owner.get_by_text("Någon hotar den som jobbar där.")).to_be_visible()
    owner.get_by_label("Ta bort eller dölja").check()
    send(owner.get_by_role("button", name="Öppna ärende"))
    case = Case.objects.get()
    assert (case.known_at, case.known_how) == (tip.received_at, "visitor")
    assert re.search(rf"/granska/{case.pk}/$", owner.url)


def test_a_colleague_tells_whoever_answers_and_sees_what_came_of_it(site, library):
    cast, channel = library
    colleague = site.person(cast.outsider, **PHONE)
    colleague.goto("/granska/tipsa/")
    colleague.get_by_label("Vilken av våra kanaler gäller det?").select_option(str(channel.pk))
    colleague.get_by_label("Vad ska vi titta på?").fill("En fråga som ingen har svarat på.")
    send(colleague.get_by_role("button", name="Skicka tipset"))
    expect(colleague.get_by_text("Den som ansvarar för Biblioteket får ditt tips.")).to_be_visible()
    expect(colleague.get_by_text("Inte läst än")).to_be_visible()

    owner = site.person(cast.owner)
    owner.goto("/granska/tips/")
    send(owner.get_by_role("link", name=re.compile("^Tips ")))
    owner.get_by_label("Varför blir det inget ärende?").fill("Den är besvarad.")
    send(owner.get_by_role("button", name="Spara utan ärende"))
    expect(owner.get_by_text("Inga tips väntar")).to_be_visible()
    colleague.reload()
    expect(colleague.get_by_text("Den är besvarad.")).to_be_visible()


def test_every_state_of_the_tip_pages_can_be_read_by_everybody(site, library, monkeypatch):
    cast, channel = library
    look = Look(site)
    page = site.visitor()
    look.go(page, f"/kanaler/{channel.slug}/")
    look.go(page, "/tipsa/")
    look.after(page.get_by_role("button", name="Skicka tipset"), "tipsa, fel")
    page.locator("[name=website]").evaluate("(field) => { field.value = 'spam'; }")
    page.get_by_label("Vad ska vi titta på?").fill("Titta.")
    look.after(page.get_by_role("button", name="Skicka tipset"), "tipsa, fältet som ska vara tomt")
    page.get_by_label("Lämna det här fältet tomt").fill("")
    page.get_by_label("Adress till inlägget").fill(POST)
    look.after(page.get_by_role("button", name="Skicka tipset"), "tipsa, tack")
    monkeypatch.setattr(guard, "PER_HOUR", 0)
    page.goto("/tipsa/")
    page.get_by_label("Vad ska vi titta på?").fill("Titta.")
    look.after(page.get_by_role("button", name="Skicka tipset"), "tipsa, för många")
    tip = Tip.objects.get()

    owner = site.person(cast.owner)
    look.go(owner, "/granska/tipsa/")
    look.after(owner.get_by_role("button", name="Skicka tipset"), "granska-tipsa, fel")
    look.go(owner, "/granska/tips/")
    look.go(owner, tip.get_absolute_url())
    look.after(owner.get_by_role("button", name="Spara utan ärende"), "tips, inget skäl")
    owner.get_by_label("Varför blir det inget ärende?").fill("Inlägget finns inte kvar.")
    look.after(owner.get_by_role("button", name="Spara utan ärende"), "tips, tomt")
    look.go(owner, tip.get_absolute_url())
    look.after(owner.get_by_role("button", name="Öppna ärende"), "tips, ingen art vald")
    look.go(owner, "/granska/tipsa/")
    look.go(page, "/utan-nat/")
    assert not look.found, look.found
