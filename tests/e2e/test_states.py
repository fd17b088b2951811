"""Every page in each of its states: axe finds nothing, light and dark, wide and on a phone; nothing passes the edge at 320."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actor import SCHEDULER, Actor
from accounts.leaving import set_last_day
from archive import actions
from archive.actions.writing import write_delivery
from archive.models import Delivery
from channels import clock, upkeep
from channels.actions.approval import answer_step
from channels.actions.drafts import start_application
from channels.actions.leaving import remove_access
from channels.actions.publishing import open_channel, propose_change, settle_change
from channels.models import Channel, Obligation
from channels.questions import parts_of
from kommun import policy
from kommun.half_years import half_key
from kommun.models import DemoMail, PolicyVersion
from kommun.policy import loader
from kommun.policy.actions import import_draft
from tests import own_cache
from tests.applications import acknowledge, answer_all, make_application, submit
from tests.archive.delivery_scene import changed_on_disk, kept, kept_secret, prepare, this_half
from tests.archive_scene import keep_record, make_channel
from tests.e2e.journeys import sign_in
from tests.e2e.look import Look
from tests.factories import AbsenceFactory, AppointmentFactory


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
    look.after(page.get_by_role("button", name="English"), "register in English")


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
    look.go(strategist, f"/regelverk/versioner/{draft.number}/kasta/")
    look.go(strategist, "/regelverk/versioner/ny/")
    strategist.locator("textarea").first.fill('title = "Policy"\nrules = 3\n')
    look.after(strategist.locator("main form button[type=submit]").first, "policy file with errors")


def test_signing_in(site, settle, look, settings):
    cast = settle("forshaga")
    page = site.visitor()
    look.go(page, "/konto/logga-in/")
    look.after(page.get_by_role("button", name="Logga in", exact=True), "sign-in with errors")
    for path in ("/konto/losenord/glomt/", "/konto/losenord/glomt/skickat/", "/konto/ny/", "/konto/avstangd/"):
        look.go(page, path)
    look.go(page, "/konto/losenord/nytt/1-gammal/")
    TOTP.activate(cast.deputy, generate_totp_secret())
    RecoveryCodes.activate(cast.deputy)
    page.goto("/konto/logga-in/")
    sign_in(page, cast.deputy)
    expect(page).to_have_url(f"{site.url}/konto/tva-steg/logga-in/")
    look.at(page, "second factor")
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
    look.after(page.locator("main form button[type=submit]").first, "absence with errors")
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
        look.after(page.get_by_role("button", name="Spara och fortsätt"), f"{part.slug} with errors")
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
        to_change=("purpose",),
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
    look.after(it_manager.get_by_role("button", name="Be om komplettering"), "request without a reason")
    answer_step(step_id=consult.pk, answer="consult", note="Bra.", actor=Actor(cast.it_communications_manager))
    look.go(it_manager, f"/beslut/{consult.key}/?besvarat")
    look.go(head, f"/beslut/{decide.key}/")
    look.after(
        head.get_by_role("button", name="Säg nej"), "refusal without a reason"
    )  # every fold stands open after a look
    stale = site.person(cast.department_head)
    stale.goto(f"/beslut/{decide.key}/")
    answer_step(step_id=decide.pk, answer="approve", note="Ja.", actor=Actor(cast.department_head))
    look.after(stale.get_by_role("button", name="Godkänn", exact=True), "answered by somebody else")
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
    look.after(owner.get_by_role("button", name="Öppna kanalen"), "opening without an answer")
    look.go(manager, f"/register/{waiting.pk}/oppna/", 403)
    channel = opened(cast, "Biblioteket")
    for path in ("", "uppgifter/", "andra/"):
        look.go(owner, f"/register/{channel.pk}/{path}")
    owner.get_by_label("Varför behövs ändringen?").fill("")
    look.after(owner.locator("main form button[type=submit]").first, "change with errors")
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


def test_upkeep(site, settle, look):
    cast = settle("tibro")
    owner = site.person(cast.owner)
    channel = opened(cast, "Biblioteket")
    here = f"/register/{channel.pk}/"
    for path in ("", "stammer/", "visar/", "inloggning/", "administratorer/", "saknas/"):
        look.go(owner, here + path)
    look.go(owner, f"{here}kontonamn/{channel.addresses.get().pk}/lamnat/")
    owner.get_by_label("Sista dagen").fill((timezone.localdate() + timedelta(days=1)).isoformat())
    look.after(owner.get_by_role("button", name="Spara"), "name left on a day to come")
    owner.goto(here + "stammer/")
    owner.get_by_text("Nej, något stämmer inte").click()
    owner.get_by_label("Vad stämmer inte?").fill("Adressen.")
    look.after(owner.get_by_role("button", name="Ja, det stämmer"), "yes and no at once")
    look.after(owner.get_by_role("button", name="Målgrupp, inloggning och annat"), "details with what was typed")
    owner.goto(here + "visar/")
    look.after(owner.get_by_role("button", name="Intyga"), "attestation without answers")
    owner.goto(here + "inloggning/")
    look.after(owner.get_by_role("button", name="Spara"), "log-in without answers")
    owner.goto(here + "administratorer/")
    look.after(owner.get_by_role("button", name="Lägg till"), "administrator without a choice")
    Channel.objects.filter(pk=channel.pk).update(deputy=None, audience="", credentials_place="", provisional=["unit"])
    upkeep.reconcile(timezone.now())
    look.go(owner, f"{here}saknas/?brist")
    look.go(owner, f"{here}?brist")
    look.go(owner, f"{here}stammer/?brist")
    look.after(owner.get_by_role("button", name="Ja, det stämmer"), "confirmed")
    look.go(site.person(cast.outsider), here)


def test_what_is_due(site, settle, look):
    cast = settle("sunne")
    now = timezone.now()
    owner, strategist = site.person(cast.owner), site.person(cast.strategist)
    look.go(owner, "/min-dag/?tom")
    look.go(strategist, "/oversikt/?tom")
    spans = {"sent": -2, "i dag": 0, "i veckan": 4, "senare": 40, "utan tid": None}
    for number, (name, days) in enumerate(spans.items()):
        channel = opened(cast, f"Kanalen{number}")
        clock.begin(
            clock.Due(
                clock.HAND_OVER,
                channel,
                f"Lämna över kanalen som är {name} och har ett långt namn utan slut",
                url=f"/register/{channel.pk}/",
                channel=channel,
                holder=cast.owner,
                opened_at=now - timedelta(days=60),
                due_at=None if days is None else now + timedelta(days=days, hours=1),
                rule=policy.rule(policy.keys.MINIMUM_ADMINISTRATORS),
            ),
            SCHEDULER,
        )
    AbsenceFactory(user=cast.owner, substitute=cast.deputy)
    clock.sweep(now)
    deputy = site.person(cast.deputy)
    for person, name in ((owner, "owner"), (deputy, "deputy"), (strategist, "strategist")):
        look.go(person, f"/min-dag/?{name}")
    look.go(strategist, "/oversikt/?full")
    late = Obligation.objects.late().get(kind=clock.HAND_OVER)
    look.go(owner, f"{late.get_absolute_url()}?sen")
    look.go(owner, f"{Obligation.objects.get(kind=clock.HAND_OVER, due_at=None).get_absolute_url()}?utan-tid")
    clock.meet(late.kind, late.channel, Actor(cast.deputy, on_behalf_of=cast.owner), note="Det gick bra.")
    look.go(owner, f"{late.get_absolute_url()}?klar")
    look.go(site.person(cast.outsider), late.get_absolute_url(), 404)
    look.go(owner, "/oversikt/", 404)


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


def test_people_who_are_away_and_who_leave(site, settle, look):
    cast = settle("tibro")
    manager, page = site.person(cast.nearest_manager), site.person(cast.owner)
    look.go(page, f"/personer/{cast.owner.pk}/lamnar/?inget")
    channel = opened(cast, "Biblioteket")
    away = AbsenceFactory(user=cast.deputy)
    AppointmentFactory(user=cast.owner, role="web_editor")
    look.go(page, f"/min-franvaro/{AbsenceFactory(user=cast.owner).pk}/ersattare/")
    look.go(manager, "/min-franvaro/")
    manager.goto(f"/min-franvaro/{away.pk}/ersattare/")
    manager.get_by_label("Ersättare", exact=True).select_option(str(cast.owner.pk))
    look.after(manager.get_by_role("button", name="Spara"), "substitute who is away too")
    look.go(manager, "/personer/")
    look.go(manager, "/personer/?q=finns%20inte")
    look.go(manager, f"/personer/{cast.owner.pk}/")
    look.go(manager, f"/personer/{cast.owner.pk}/lamnar/")
    look.after(manager.get_by_role("button", name="Spara sista dagen"), "no last day")
    set_last_day(user_id=cast.owner.pk, day=timezone.localdate() + timedelta(days=7), actor=Actor(cast.owner))
    look.go(page, f"/personer/{cast.owner.pk}/lamnar/?alla")
    look.after(page.get_by_role("button", name="Lämna över"), "nobody to hand over to")
    page.get_by_label("Vem tar över?").select_option(str(cast.deputy.pk))
    look.after(page.get_by_role("button", name="Lämna över"), "handed over")
    deputy = site.person(cast.deputy)
    look.go(deputy, f"/register/{channel.pk}/behorighet/{cast.owner.pk}/")
    look.after(deputy.get_by_role("button", name="Spara"), "access without answers")
    remove_access(channel_id=channel.pk, user_id=cast.owner.pk, password="none", codes="none", actor=Actor(cast.deputy))
    look.go(deputy, f"/register/{channel.pk}/behorighet/{cast.owner.pk}/?klart")
    look.go(site.person(cast.administrator), f"/personer/{cast.administrator.pk}/lamnar/")
    look.go(site.person(cast.outsider), "/personer/", 403)


def test_deliveries(site, settle, look):
    cast = settle("tibro")
    page = site.person(cast.archivist)
    look.go(page, "/arkiv/leveranser/")
    channel, owner = make_channel(cast), Actor(cast.owner)
    keep_record(channel, owner)
    kept(channel, owner, 8)
    kept_secret(channel, owner, 9)
    look.go(page, "/arkiv/leveranser/forbered/")
    chosen = f"?committee={cast.committee.pk}&target=e_archive&half="
    look.go(page, f"/arkiv/leveranser/forbered/{chosen}{half_key(this_half())}")
    look.go(page, f"/arkiv/leveranser/forbered/{chosen}inget", 422)
    row, secret = prepare(cast)
    where = row.get_absolute_url()
    look.go(page, "/arkiv/leveranser/?fyllt")
    look.go(page, secret.get_absolute_url())
    Delivery.objects.filter(pk=row.pk).update(
        status="writing", begun_at=timezone.now(), beat_at=timezone.now(), done=3, total=9
    )
    look.go(page, f"{where}?skrivs")
    with changed_on_disk(row.record_rows.get().record):
        write_delivery(row.pk)
    look.go(page, f"{where}?stannade")
    actions.deliver(delivery_id=row.pk, actor=Actor(cast.archivist))
    look.go(page, f"{where}?levererad")
    look.after(page.get_by_role("button", name="Spara kvittensen"), "receipt without a number")
    actions.refuse_delivery(delivery_id=row.pk, reason="En fil saknas.", actor=Actor(cast.archivist))
    look.go(page, f"{where}?inte-godtagen")
