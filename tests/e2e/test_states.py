"""Every page in each of its states: axe finds nothing, light and dark, wide and on a phone; nothing passes the edge at 320."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actor import Actor
from channels.actions.approval import answer_step
from channels.actions.drafts import start_application
from channels.actions.publishing import open_channel, propose_change, settle_change
from channels.models import Channel
from channels.questions import parts_of
from kommun.models import DemoMail, PolicyVersion
from kommun.policy import loader
from kommun.policy.actions import import_draft
from tests import own_cache
from tests.applications import acknowledge, answer_all, make_application, submit
from tests.e2e.journeys import sign_in
from tests.e2e.look import Look
from tests.factories import AbsenceFactory


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    own_cache.clear()  # how often somebody may try to sign in


@pytest.fixture
def look(site):
    look = Look(site)
    yield look
    assert not look.found, "\n".join(str(row) for row in look.found)


def granted(cast, name, **answers):
    """An application that was granted, read for, not opened yet."""
    return answer_all(submit(make_application(cast, name=name, **answers))).channel


def opened(cast, name, **answers):
    channel = granted(cast, name, **answers)
    address = channel.application.answers["address"]
    return open_channel(channel_id=channel.pk, address=address, actor=Actor(cast.owner))


def change(channel, who, **values):
    return propose_change(
        channel_id=channel.pk, values=values, reason="Uppdraget har ändrats.", version=channel.version, actor=Actor(who)
    )


def instagram(handle):
    return {
        "platform": "instagram",
        "address": f"https://www.instagram.com/{handle}",
        "handle": handle,
        "handle_key": handle,
    }


QUESTIONS = [  # one for each of the six answers
    "facebook.com/ekhultbiblioteket",
    "instagram.com/gamlabadhuset",
    "facebook.com/ekhultblblioteket",
    "instagram.com/ekhultbiblioteket",
    "facebook.com/nagonhelt.annan",
    "https://bit.ly/3abcdef",
]


def test_public_pages(site, settle, look):
    cast = settle("tibro")
    page = site.visitor()
    look.go(page, "/kanaler/")
    opened(cast, "Biblioteket")
    bath = opened(cast, "Badhuset", **instagram("gamlabadhuset"))
    moved = change(bath, cast.owner, address="instagram.com/badhuset")
    settle_change(change_id=moved.pk, answer="confirm", note="", actor=Actor(cast.nearest_manager))
    museum = opened(cast, "Museet")
    Channel.objects.filter(pk=museum.pk).update(
        status=Channel.Status.CLOSED,
        closed_on=timezone.localdate(),
        closing_reason="Museet finns nu i bibliotekets kanal.",
        successor=bath.pk,
    )
    for path in (
        "/kanaler/?sida=1",
        "/kanaler/?q=bibliotek&plattform=facebook",
        "/kanaler/?q=finns%20inte",
        *(f"/kanaler/?konto={asked}" for asked in QUESTIONS),
        "/kanaler/kontrollera/",
        "/kanaler/kontrollera/?konto=instagram.com/gamlabadhuset",
        "/kanaler/avslutade/",
        "/kanaler/biblioteket-facebook/",
        "/kanaler/biblioteket-facebook/regler/",
        "/kanaler/badhuset-instagram/",
        "/kanaler/museet-facebook/",
        "/tillganglighet/",
    ):
        look.go(page, path)
    look.go(page, "/kanaler/?konto=", 422)
    look.go(page, "/finns-inte/", 404)
    page.goto("/kanaler/")
    page.get_by_role("button", name="English").click()
    look.at(page, "register in English")


def test_rulebook_and_versions(site, settle, look):
    page = site.visitor()
    look.go(page, "/regelverk/")
    cast = settle("nora")
    for path in ("/regelverk/?sok=plan", "/regelverk/?sok=finnsinte", "/regelverk/versioner/"):
        look.go(page, path)
    strategist = site.person(cast.strategist)
    look.go(strategist, "/regelverk/")
    path = loader.PRESETS / "tibro.toml"
    draft = import_draft(toml_text=path.read_bytes(), filename=path.name, actor=Actor(cast.administrator))
    look.go(strategist, "/regelverk/versioner/")
    look.go(strategist, f"/regelverk/versioner/{PolicyVersion.objects.order_by('number').first().number}/")
    look.go(strategist, f"/regelverk/versioner/{draft.number}/")
    look.go(strategist, "/regelverk/versioner/ny/")
    strategist.locator("textarea").first.fill('title = "Policy"\nrules = 3\n')
    strategist.locator("main form button[type=submit]").first.click()
    look.at(strategist, "policy file with errors")


def test_signing_in(site, settle, look, settings):
    cast = settle("forshaga")
    page = site.visitor()
    look.go(page, "/konto/logga-in/")
    page.get_by_role("button", name="Logga in", exact=True).click()
    look.at(page, "sign-in with errors")
    for path in ("/konto/losenord/glomt/", "/konto/losenord/glomt/skickat/", "/konto/ny/", "/konto/avstangd/"):
        look.go(page, path)
    look.go(page, "/konto/losenord/nytt/1-gammal/")
    TOTP.activate(cast.deputy, generate_totp_secret())
    RecoveryCodes.activate(cast.deputy)
    page.goto("/konto/logga-in/")
    sign_in(page, cast.deputy)
    expect(page).to_have_url(f"{site.url}/konto/tva-steg/logga-in/")
    look.at(page, "second factor")
    page.get_by_role("button").last.click()
    settings.MFA_REQUIRED = True
    forced = site.person(cast.owner)
    forced.goto("/start/")
    look.at(forced, "second factor needed")


def test_own_pages(site, settle, look):
    cast = settle("tibro")
    page = site.person(cast.owner)
    for path in ("/start/", "/min-profil/", "/min-franvaro/", "/min-franvaro/ny/", "/konto/logga-ut/"):
        look.go(page, path)
    page.goto("/min-franvaro/ny/")
    page.locator("main form button[type=submit]").first.click()
    look.at(page, "absence with errors")
    today = timezone.localdate()
    page.goto("/min-franvaro/ny/")
    page.locator("[name=starts_on]").fill((today + timedelta(days=3)).isoformat())
    page.locator("[name=ends_on]").fill((today + timedelta(days=9)).isoformat())
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("[name=confirm]")).to_be_visible()
    look.at(page, "absence to confirm")
    AbsenceFactory(user=cast.owner, substitute=cast.deputy)
    AbsenceFactory(user=cast.nearest_manager, substitute=cast.owner)
    look.go(page, "/min-franvaro/")
    look.go(page, "/min-profil/")
    page.goto("/konto/tva-steg/")
    sign_in_again(page)
    for path in (
        "/konto/tva-steg/",
        "/konto/tva-steg/app/",
        "/konto/tva-steg/nycklar/ny/",
        "/konto/losenord/",
        "/konto/e-post/",
    ):
        look.go(page, path)
    TOTP.activate(cast.owner, generate_totp_secret())
    RecoveryCodes.activate(cast.owner)
    assert Authenticator.objects.filter(user=cast.owner).count() == 2
    for path in ("/konto/tva-steg/reservkoder/", "/konto/tva-steg/reservkoder/nya/", "/konto/tva-steg/app/ta-bort/"):
        look.go(page, path)


def sign_in_again(page):
    """A session made by hand has no moment of sign-in: sign in for real."""
    from accounts.models import User

    page.context.clear_cookies()
    page.goto("/konto/logga-in/?next=/konto/tva-steg/")
    sign_in(page, User.objects.get(username="kontoansvarig"))


def test_an_application_part_by_part(site, settle, look):
    cast = settle("nora")
    page = site.person(cast.owner)
    look.go(page, "/ansokningar/")
    look.go(page, "/ansokningar/ny/")
    ready = make_application(cast, name="Biblioteket")
    draft = start_application(actor=Actor(cast.owner))
    look.go(page, f"/ansokningar/{draft.pk}/")
    for part in parts_of(draft):
        look.go(page, f"/ansokningar/{draft.pk}/{part.slug}/")
        page.locator("main input[type=text], main textarea").first.fill("x" * 2500)
        page.get_by_role("button", name="Spara och fortsätt").click()
        look.at(page, f"{part.slug} with errors")
    look.go(page, f"/ansokningar/{draft.pk}/granska/")
    look.go(page, f"/ansokningar/{ready.pk}/granska/")
    look.go(page, f"/ansokningar/{ready.pk}/aterta/")
    look.go(page, f"/ansokningar/{ready.pk}/underlag/")
    look.go(page, "/ansokningar/?sida=1")


def test_an_application_on_its_way(site, settle, look):
    cast = settle("sunne")
    page = site.person(cast.owner)
    sent = submit(make_application(cast, name="Biblioteket"))
    look.go(page, f"/ansokningar/{sent.pk}/")
    look.go(page, f"/ansokningar/{sent.pk}/las/handbook/")
    returned = submit(make_application(cast, name="Badhuset"))
    step = returned.steps.get(role="strategist")
    answer_step(
        step_id=step.pk,
        answer="request_changes",
        note="Skriv tydligare vem kanalen är till för.",
        fields=("purpose",),
        actor=Actor(cast.strategist),
    )
    look.go(page, f"/ansokningar/{returned.pk}/?komplettera")
    refused = submit(make_application(cast, name="Museet"))
    step = refused.steps.get(role="strategist")
    answer_step(step_id=step.pk, answer="refuse", note="Vi har redan en kanal.", actor=Actor(cast.strategist))
    look.go(page, f"/ansokningar/{refused.pk}/?avslag")
    look.go(page, f"/ansokningar/{refused.pk}/beslut/")
    other = site.person(cast.outsider)
    look.go(other, f"/ansokningar/{refused.pk}/", 404)
    reader = site.person(cast.registrar)
    look.go(reader, f"/ansokningar/{returned.pk}/syfte/", 403)


def test_deciding(site, settle, look):
    cast = settle("tibro")
    it_manager, head = site.person(cast.it_communications_manager), site.person(cast.department_head)
    look.go(it_manager, "/beslut/")
    sent = submit(make_application(cast, name="Biblioteket"))
    consult, decide = sent.steps.order_by("position")
    look.go(it_manager, "/beslut/?full")
    look.go(it_manager, f"/beslut/{consult.key}/")
    reader = site.person(cast.strategist)
    look.go(reader, f"/beslut/{consult.key}/?las")
    it_manager.get_by_role("button", name="Be om komplettering").click()
    look.at(it_manager, "request without a reason")
    answer_step(step_id=consult.pk, answer="consult", note="Bra.", actor=Actor(cast.it_communications_manager))
    look.go(it_manager, f"/beslut/{consult.key}/?besvarat")
    look.go(head, f"/beslut/{decide.key}/")
    head.get_by_role("button", name="Säg nej").click()  # every fold stands open after a look
    look.at(head, "refusal without a reason")
    stale = site.person(cast.department_head)
    stale.goto(f"/beslut/{decide.key}/")
    answer_step(step_id=decide.pk, answer="approve", note="Ja.", actor=Actor(cast.department_head))
    stale.get_by_role("button", name="Godkänn", exact=True).click()
    look.at(stale, "answered by somebody else")
    look.go(head, f"/beslut/{decide.key}/?beviljat")
    look.go(head, f"/ansokningar/{sent.pk}/beslut/")
    look.go(head, f"/ansokningar/{sent.pk}/?beviljad")
    refused = submit(make_application(cast, name="Museet"))
    step = refused.steps.get(status="open")
    answer_all(refused)
    look.go(site.person(cast.outsider), f"/beslut/{step.key}/", 404)
    # Somebody whose own application waits for them may read it, and is told why they may not answer.
    own = submit(make_application(cast, name="Kulturskolan"))
    look.go(site.person(cast.owner), f"/beslut/{own.steps.get(status='open').key}/?egen")


def test_channels(site, settle, look, settings):
    settings.DEMO = True
    cast = settle("sunne")
    owner, manager = site.person(cast.owner), site.person(cast.nearest_manager)
    look.go(owner, "/register/")
    waiting = granted(cast, "Museet")
    look.go(owner, f"/register/{waiting.pk}/?beslutad")
    look.go(owner, f"/register/{waiting.pk}/oppna/")
    for user in (cast.owner, cast.deputy):
        for document in ("handbook", "strategy"):
            acknowledge(user, document, waiting.application.policy_version)
    look.go(owner, f"/register/{waiting.pk}/oppna/?last")
    owner.get_by_role("button", name="Öppna kanalen").click()
    look.at(owner, "opening without an answer")
    look.go(manager, f"/register/{waiting.pk}/oppna/", 403)
    channel = opened(cast, "Biblioteket")
    for path in ("", "uppgifter/", "andra/"):
        look.go(owner, f"/register/{channel.pk}/{path}")
    owner.get_by_label("Varför behövs ändringen?").fill("")
    owner.locator("main form button[type=submit]").first.click()
    look.at(owner, "change with errors")
    proposed = change(channel, cast.owner, purpose="Vi visar böcker.", deputy=cast.nearest_manager.pk)
    look.go(owner, f"/register/{channel.pk}/?andring")
    look.go(owner, f"/andringar/{proposed.pk}/")
    look.go(manager, f"/andringar/{proposed.pk}/?chef")
    look.go(manager, "/beslut/?andring")
    settle_change(change_id=proposed.pk, answer="decline", note="Vänta.", actor=Actor(cast.nearest_manager))
    look.go(owner, f"/andringar/{proposed.pk}/?nej")
    look.go(owner, "/register/?q=finnsinte")
    look.go(owner, "/register/?q=bibliotek")
    mail = DemoMail.objects.create(to="demo@sunne.example", subject="Hej", body="Hej\nhttps://www.sunne.example/x")
    look.go(owner, "/demo/brevlada/")
    look.go(owner, f"/demo/brevlada/{mail.pk}/")


def test_the_admin(site, settle, look):
    cast = settle("overkalix")
    opened_channel = granted(cast, "Biblioteket")
    page = site.person(cast.administrator)
    for path in (
        "/hantera/",
        "/hantera/channels/channel/",
        f"/hantera/channels/channel/{opened_channel.pk}/change/",
        f"/hantera/channels/channel/{opened_channel.pk}/history/",
        "/hantera/accounts/user/",
        f"/hantera/accounts/user/{cast.owner.pk}/change/",
        "/hantera/accounts/user/add/",
        "/hantera/accounts/appointment/",
        "/hantera/accounts/absence/add/",
        "/hantera/kommun/event/",
        "/hantera/kommun/municipality/1/change/",
    ):
        look.go(page, path)
