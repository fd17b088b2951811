"""The five municipalities' own chains, each from application to publication, by people in a browser."""

import pytest
from playwright.sync_api import expect

from channels.models import Application, ApprovalStep, Channel, Decision
from tests.e2e.chain import apply_for, find_as_visitor, open_mail, publish, read
from tests.e2e.journeys import answer, link_in, mail_to, sign_in


def steps():
    """The steps as they were answered: kind, role, status."""
    return list(ApprovalStep.objects.order_by("position").values_list("kind", "role", "status"))


@pytest.mark.policy("tibro approval.chain")
def test_tibro_consults_and_one_manager_decides(site, settle):
    cast = settle("tibro")
    apply_for(site, cast)
    consulted = open_mail(site, cast.it_communications_manager, "Samråd")
    answer(consulted, "Skicka mitt svar", note="Namnet stämmer med våra andra kanaler.")
    # The head of department is not signed in: the link leads by the sign-in page to the decision.
    head = site.visitor()
    head.goto(link_in(mail_to(cast.department_head, "Ta ställning")))
    sign_in(head, cast.department_head)
    expect(head.get_by_role("heading", name="Ska Biblioteket på Facebook få starta?")).to_be_visible()
    answer(head, "Godkänn")
    assert steps() == [
        ("consult", "it_communications_manager", "consulted"),
        ("approve", "department_head", "approved"),
    ]
    publish(site, cast)
    find_as_visitor(site)


@pytest.mark.policy("sunne approval.chain")
def test_sunne_asks_two_at_once_and_wants_the_handbook_read(site, settle):
    cast = settle("sunne")
    apply_for(site, cast, documents=True)
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
    for reader in (owner, site.person(cast.deputy)):
        for document in ("Handbok", "strategi för"):
            read(reader, channel, document)
    publish(site, cast)
    find_as_visitor(site)


@pytest.mark.policy("nora approval.chain")
def test_nora_wants_three_answers_in_writing_and_an_activity_plan(site, settle, tmp_path):
    cast = settle("nora")
    plan = tmp_path / "aktivitetsplan.pdf"
    plan.write_bytes(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")

    def attach(page):
        page.get_by_label("Aktivitetsplan (bilaga 1)").set_input_files(plan)

    apply_for(site, cast, documents=True, before_sending=attach)
    for user in (cast.nearest_manager, cast.department_head, cast.chief_executive):
        page = open_mail(site, user, "Ta ställning")
        expect(page.get_by_role("link", name="aktivitetsplan.pdf")).to_be_visible()
        expect(page.get_by_text("Beslutet skrivs ut med ditt namn, som policyn kräver.")).to_be_visible()
        answer(page, "Godkänn")
    assert steps() == [
        ("approve", role, "approved") for role in ("nearest_manager", "department_head", "chief_executive")
    ]
    document = Decision.objects.get().document
    assert [step["in_writing"] for step in document["steps"]] == [True, True, True]
    assert [file["name"] for file in document["attachments"]] == ["aktivitetsplan.pdf"]
    publish(site, cast)
    find_as_visitor(site)


@pytest.mark.policy("overkalix approval.chain")
def test_overkalix_lets_one_manager_decide_and_anchors_it(site, settle):
    cast = settle("overkalix")
    apply_for(site, cast, documents=True)
    answer(open_mail(site, cast.nearest_manager, "Ta ställning"), "Godkänn")
    anchored = open_mail(site, cast.department_head, "Samråd")
    answer(anchored, "Skicka mitt svar", note="Jag känner till uppdraget och står bakom det.")
    assert steps() == [("approve", "nearest_manager", "approved"), ("consult", "department_head", "consulted")]
    for user in (cast.owner, cast.deputy):
        read(site.person(user), Channel.objects.get(), "Policy för sociala medier")
    publish(site, cast)
    find_as_visitor(site)


@pytest.mark.policy("forshaga approval.chain")
def test_forshaga_only_consults_and_two_administrators_own_the_channel(site, settle):
    cast = settle("forshaga")
    apply_for(site, cast, together=True)
    consulted = open_mail(site, cast.it_communications_manager, "Samråd")
    answer(consulted, "Skicka mitt svar", note="Vi hjälper till med profilbilden.")
    assert [(kind, status) for kind, _role, status in steps()] == [("consult", "consulted")]
    channel = publish(site, cast)
    assert (channel.owner, channel.deputy) == (cast.owner, cast.deputy)
    assert set(channel.administrators.all()) == {cast.owner, cast.deputy}
    find_as_visitor(site)
