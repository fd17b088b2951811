"""The five municipalities' own chains, each from application to publication, by people in a browser."""

import pytest
from playwright.sync_api import expect

from channels.models import Application, ApprovalStep, Channel
from tests.e2e.journeys import (
    answer,
    choose_administrators,
    fill_account,
    fill_purpose,
    fill_the_rest,
    link_in,
    mail_to,
    save_part,
    sign_in,
    start_application,
)

NAME, HANDLE = "Biblioteket", "Biblioteket.Provet"


def apply_for(site, cast, preset, *, together=False, documents=False, before_sending=None):
    """The applicant fills in every part as the policy of the municipality asks, and sends. Return the page."""
    page = site.person(cast.owner)
    start_application(page)
    fill_purpose(page, NAME)
    fill_account(page, HANDLE)
    save_part(page, "Ansvariga" if together else "Ansvarig och ersättare")
    if together:
        choose_administrators(page, cast.owner, cast.deputy)
    else:
        page.get_by_label("Vem tar över när den ansvariga är borta?").select_option(str(cast.deputy.pk))
        choose_administrators(page, cast.owner, cast.deputy, cast.nearest_manager)
    fill_the_rest(page)
    save_part(page, "Arbetstid och innehåll")
    fill_the_rest(page)
    save_part(page, "Så ska kontot se ut")
    fill_the_rest(page)
    save_part(page, "Bilagor och läsning" if documents else "Granska och skicka")
    if documents:
        if before_sending:
            before_sending(page)
        fill_the_rest(page)
        save_part(page, "Granska och skicka")
    expect(page.get_by_text("m.facebook.com")).to_have_count(0)  # what was pasted has become the account's own address
    page.get_by_role("button", name="Skicka ansökan").click()
    expect(page.get_by_text("Ansökan är skickad.")).to_be_visible()
    return page


def open_mail(site, user, subject):
    """The person follows the link in the mail. Opening it changes nothing."""
    before = list(ApprovalStep.objects.values_list("pk", "status", "decided_at"))
    page = site.person(user)
    page.goto(link_in(mail_to(user, subject)))
    assert list(ApprovalStep.objects.values_list("pk", "status", "decided_at")) == before
    return page


def publish(site, cast):
    """The owner follows the mail with the decision, and opens the channel with the address. Return the channel."""
    page = site.person(cast.owner)
    page.goto(link_in(mail_to(cast.owner, "Beviljad")))
    page.get_by_role("link", name="Till kanalen").click()
    page.get_by_role("link", name="Öppna kanalen").click()
    page.get_by_label("Kontots adress").fill(f"facebook.com/{HANDLE}?fbclid=abc")
    page.get_by_label("Kontot finns och visar det som det ska").check()
    page.get_by_role("button", name="Öppna kanalen").click()
    expect(page.get_by_text("Kanalen är öppen och står i förteckningen.")).to_be_visible()
    mail_to(cast.deputy if Channel.objects.get().deputy else cast.owner, "Kanalen är öppen")
    return Channel.objects.get()


def find_as_visitor(site):
    """Somebody without an account finds the channel, reads its page and asks whether the account is real."""
    page = site.visitor()
    page.goto("/")
    page.get_by_label("Sök kanal").fill("bibliotek")
    page.get_by_role("button", name="Visa").click()
    expect(page.get_by_text("Visar 1 av 1")).to_be_visible()
    page.get_by_role("link", name=NAME, exact=True).click()
    expect(page.get_by_role("heading", name="Biblioteket på Facebook")).to_be_visible()
    expect(page.get_by_text("Officiell kanal")).to_be_visible()
    expect(page.get_by_text("Vi visar vad som händer på biblioteket.")).to_be_visible()
    page.get_by_role("link", name="Kontrollera ett annat konto").click()
    page.get_by_label("Länk eller kontonamn").fill(f"https://www.facebook.com/{HANDLE.lower()}/")
    page.get_by_role("button", name="Kontrollera").click()
    expect(page.locator(".verify").get_by_role("status").get_by_role("heading")).to_have_text("Ja, kontot är vårt.")


def steps():
    """The steps as they were answered: kind, role, status."""
    return list(ApprovalStep.objects.order_by("position").values_list("kind", "role", "status"))


@pytest.mark.policy("tibro approval.chain")
def test_tibro_consults_and_one_manager_decides(site, settle):
    cast = settle("tibro")
    apply_for(site, cast, "tibro")
    consulted = open_mail(site, cast.it_communications_manager, "Samråd")
    answer(consulted, "Skicka mitt svar", note="Namnet stämmer med våra andra kanaler.")
    # The head of department is not signed in: the link leads by the sign-in page to the decision.
    head = site.visitor()
    head.goto(link_in(mail_to(cast.department_head, "Ta ställning")))
    sign_in(head, cast.department_head)
    expect(head.get_by_role("heading", name="Ska Biblioteket få starta?")).to_be_visible()
    answer(head, "Godkänn", note="Kanalen når barn som inte läser webbplatsen.")
    assert steps() == [
        ("consult", "it_communications_manager", "consulted"),
        ("approve", "department_head", "approved"),
    ]
    publish(site, cast)
    find_as_visitor(site)


@pytest.mark.policy("sunne approval.chain")
def test_sunne_asks_two_at_once_and_wants_the_handbook_read(site, settle):
    cast = settle("sunne")
    apply_for(site, cast, "sunne", documents=True)
    first = open_mail(site, cast.strategist, "Ta ställning")
    answer(first, "Godkänn")
    assert Application.objects.get().status == Application.Status.SUBMITTED
    second = open_mail(site, cast.nearest_manager, "Ta ställning")
    answer(second, "Godkänn")
    assert steps() == [("approve", "nearest_manager", "approved"), ("approve", "strategist", "approved")]

    owner = site.person(cast.owner)
    channel = Channel.objects.get()
    owner.goto(f"/register/{channel.pk}/oppna/")
    expect(owner.get_by_text("Det här återstår att läsa")).to_be_visible()
    owner.get_by_role("link", name="Till läsningen").click()
    for reader in (owner, site.person(cast.deputy)):
        for document in ("handbook", "strategy"):
            reader.goto(f"/ansokningar/{Application.objects.get().pk}/las/{document}/")
            reader.get_by_role("button", name="Jag har läst").click()
            expect(reader.get_by_text("Du har läst det här.")).to_be_visible()
    publish(site, cast)
    find_as_visitor(site)


@pytest.mark.policy("nora approval.chain")
def test_nora_wants_three_answers_in_writing_and_an_activity_plan(site, settle, tmp_path):
    cast = settle("nora")
    plan = tmp_path / "aktivitetsplan.pdf"
    plan.write_bytes(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")

    def attach(page):
        page.get_by_label("Aktivitetsplan (bilaga 1)").set_input_files(plan)

    apply_for(site, cast, "nora", documents=True, before_sending=attach)
    for user in (cast.nearest_manager, cast.department_head, cast.chief_executive):
        page = open_mail(site, user, "Ta ställning")
        expect(page.get_by_role("link", name="aktivitetsplan.pdf")).to_be_visible()
        page.get_by_role("button", name="Godkänn", exact=True).click()
        expect(page.get_by_role("link", name="Policyn kräver ett skriftligt godkännande")).to_be_visible()
        answer(page, "Godkänn", note="Verksamheten har tid och ett tydligt syfte.")
    assert steps() == [
        ("approve", role, "approved") for role in ("nearest_manager", "department_head", "chief_executive")
    ]
    publish(site, cast)
    find_as_visitor(site)


@pytest.mark.policy("overkalix approval.chain")
def test_overkalix_lets_one_manager_decide_and_anchors_it(site, settle):
    cast = settle("overkalix")
    apply_for(site, cast, "overkalix", documents=True)
    answer(open_mail(site, cast.nearest_manager, "Ta ställning"), "Godkänn")
    anchored = open_mail(site, cast.department_head, "Samråd")
    answer(anchored, "Skicka mitt svar", note="Jag känner till uppdraget och står bakom det.")
    assert steps() == [("approve", "nearest_manager", "approved"), ("consult", "department_head", "consulted")]
    for reader in (site.person(cast.owner), site.person(cast.deputy)):
        reader.goto(f"/ansokningar/{Application.objects.get().pk}/las/policy/")
        reader.get_by_role("button", name="Jag har läst").click()
        expect(reader.get_by_text("Du har läst det här.")).to_be_visible()
    publish(site, cast)
    find_as_visitor(site)


@pytest.mark.policy("forshaga approval.chain")
def test_forshaga_only_consults_and_two_administrators_own_the_channel(site, settle):
    cast = settle("forshaga")
    apply_for(site, cast, "forshaga", together=True)
    consulted = open_mail(site, cast.it_communications_manager, "Samråd")
    answer(consulted, "Skicka mitt svar", note="Vi hjälper till med profilbilden.")
    assert [(kind, status) for kind, _role, status in steps()] == [("consult", "consulted")]
    channel = publish(site, cast)
    assert (channel.owner, channel.deputy) == (cast.owner, cast.deputy)
    assert set(channel.administrators.all()) == {cast.owner, cast.deputy}
    find_as_visitor(site)
