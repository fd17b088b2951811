"""Reconsideration: asked for with a number or written down, tried by somebody else, and what follows (LAW 1.8; FL 32 §)."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from archive.models import Record
from channels.models import Obligation
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import events_about
from kommun.models import OutgoingMail
from moderation import wording
from moderation.actions import handling, ladder, reconsidering
from moderation.actions.conflicts import declare_conflict
from moderation.actions.explaining import explain
from moderation.actions.templates import retire_template, save_template
from moderation.handling_lifecycle import RECONSIDERATION
from moderation.models import Explanation, Reconsideration, ReplyTemplate
from tests.cases import THREAT, actor_of, bring_to, fresh, open_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(tibro, channel, owner):
    return bring_to("hidden", open_case(channel, owner, category=THREAT["tibro"]), owner)


def told(case, cast, **values):
    return explain(case_id=case.pk, text="Vi har dolt det du skrev.", actor=actor_of(cast.owner), **values)


def asked(case, cast, **values):
    number = told(case, cast).reference
    return reconsidering.ask_by_reference(reference=number, text="Jag skrev inget hot.", **values)


def decide(row, person, change=True):
    actor = actor_of(person)
    return reconsidering.decide(reconsideration_id=row.pk, change=change, reason="Det är ingen som hotas.", actor=actor)


# --- What the author is told --------------------------------------------------------------------------------------------
def test_no_explanation_without_the_rule_and_a_way_to_have_it_tried(case, cast, settings):
    row = told(case, cast)
    assert row.text.startswith("Vi har dolt det du skrev.\n\nRegel: Hets mot folkgrupp")
    assert row.cite == "Hets mot folkgrupp (Rutin för sociala medier, avsnitt 2 och 4.4)"
    assert f"{settings.SITE_URL}/omprovning/" in row.text
    assert row.reference in row.text
    assert (row.record.kind, row.record.direction) == (Record.Kind.EXPLANATION, Record.Direction.OUTGOING)
    assert "case.explained" in events_about(fresh(case)).values_list("kind", flat=True)


def test_what_stands_is_not_explained(tibro, cast, channel, owner):
    case = bring_to("preserved", open_case(channel, owner, category=THREAT["tibro"]), owner)
    with pytest.raises(NotPermitted, match="inget att förklara"):
        told(case, cast)


def test_an_explanation_is_written_once(case, cast):
    row = told(case, cast)
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Explanation.objects.filter(pk=row.pk).update(text="Något annat.")


# --- Templates ----------------------------------------------------------------------------------------------------------
def write(cast, text="Regeln ”{rule}” i {channel}.", category="", person=None):
    actor = actor_of(person or cast.strategist)
    return save_template(purpose="explanation", category=category, title="Förklaring", text=text, actor=actor)


def test_a_change_is_a_new_version_and_what_was_sent_points_at_its_own(case, cast):
    first = write(cast)
    sent = told(case, cast, template_id=first.pk)
    second = write(cast, "Ny text om ”{rule}”.")
    assert (first.number, second.number) == (1, 2)
    assert Explanation.objects.get(pk=sent.pk).template.text == "Regeln ”{rule}” i {channel}."
    assert wording.beginning("explanation", case) == ("Ny text om ”Hets mot folkgrupp”.", second)
    assert write(cast, "Ny text om ”{rule}”.") == second  # nothing different, no version
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        ReplyTemplate.objects.filter(pk=first.pk).update(text="Ändrad.")


def test_the_rules_own_text_before_the_one_for_all_and_the_products_last(case, cast):
    assert wording.beginning("explanation", case)[1] is None
    assert case.category_title in wording.beginning("explanation", case)[0]
    for_all = write(cast)
    assert wording.template_for("explanation", case.category) == for_all
    own = write(cast, "Om hot.", category=case.category)
    assert wording.template_for("explanation", case.category) == own
    retire_template(template_id=own.pk, actor=actor_of(cast.strategist))
    assert wording.template_for("explanation", case.category) == for_all


@pytest.mark.parametrize("text", ["Hej {namn}", "Hej {", "{channel.pk}", "{0}", " "])
def test_a_gap_that_nothing_fills_is_refused(text, cast):
    with pytest.raises(InvalidInput):
        write(cast, text)


def test_only_communications_write_templates(cast):
    with pytest.raises(NotPermitted):
        write(cast, person=cast.owner)


# --- Asked for ----------------------------------------------------------------------------------------------------------
def test_whoever_has_the_number_asks_and_somebody_else_than_the_decider_is_given_it(case, cast):
    row = asked(case, cast)
    due = Obligation.objects.open().about(row).get()
    assert (row.came, row.first_decider, row.status) == ("page", cast.owner, "open")
    assert (due.kind, due.holder, due.due_at) == ("reconsider", cast.nearest_manager, None)
    assert (row.record.kind, row.record.direction) == (Record.Kind.APPEAL, Record.Direction.INCOMING)
    assert row.text not in due.label


def test_the_managers_own_decision_goes_to_communications(tibro, cast, channel, owner):
    manager = actor_of(cast.nearest_manager)
    case = bring_to("assessed", open_case(channel, owner, category=THREAT["tibro"]), manager)
    row = asked(case, cast)
    assert (row.first_decider, Obligation.objects.open().about(row).get().holder) == (
        cast.nearest_manager,
        cast.strategist,
    )


@pytest.mark.parametrize("number", ["", "7KQ2-MX4R-9HTD", "' OR 1=1", "0" * 300])
def test_an_unknown_number_stores_nothing(number, case):
    with pytest.raises(InvalidInput, match="känner inte igen numret"):
        reconsidering.ask_by_reference(reference=wording.read_reference(number), text="Hej.")
    assert not Reconsideration.objects.exists()


def test_a_number_is_understood_as_people_write_it(case, cast):
    number = told(case, cast).reference
    assert wording.read_reference(f" {number.lower().replace('-', ' ')} ") == number
    assert wording.read_reference(number[:-1]) == ""


def test_asked_twice_it_is_the_same_and_after_the_decision_a_new_one(case, cast):
    number = told(case, cast).reference
    first = reconsidering.ask_by_reference(reference=number, text="Ett.")
    assert reconsidering.ask_by_reference(reference=number, text="Två.").pk == first.pk
    decide(first, cast.nearest_manager, change=False)
    again = reconsidering.ask_by_reference(reference=number, text="Tre.")
    assert (again.pk != first.pk, again.reference != first.reference) == (True, True)


def test_what_stands_already_cannot_be_tried(case, cast):
    number = told(case, cast).reference
    decide(reconsidering.ask_by_reference(reference=number, text="Ett."), cast.nearest_manager)
    with pytest.raises(InvalidInput, match="visas redan igen"):
        reconsidering.ask_by_reference(reference=number, text="Två.")


def test_written_down_by_whoever_handles_it(case, cast):
    row = reconsidering.note_request(case_id=case.pk, text="Ringde och klagade.", actor=actor_of(cast.deputy))
    assert (row.came, row.noted_by) == ("noted", cast.deputy)
    with pytest.raises(StateConflict, match="omprövas redan"):
        reconsidering.note_request(case_id=case.pk, text="Igen.", actor=actor_of(cast.deputy))
    with pytest.raises(NotPermitted):
        reconsidering.note_request(case_id=case.pk, text="Jag.", actor=actor_of(cast.outsider))


# --- Decided ------------------------------------------------------------------------------------------------------------
# Who may try what the owner decided. By hand: everybody who handles the case but the owner, and nobody else.
TRIES = {"deputy", "nearest_manager", "strategist"}


def test_somebody_else_than_whoever_decided_tries_it(case, cast):
    row = asked(case, cast)
    may = {name for name, person in cast.people() if RECONSIDERATION.why_not("change", row, actor_of(person)) is None}
    assert may == TRIES
    with pytest.raises(NotPermitted, match="Du fattade beslutet"):
        decide(row, cast.owner)


def test_each_who_had_a_part_in_the_decision_is_kept_from_trying_it(case, cast):
    bring = actor_of(cast.deputy)
    ladder.assess(case_id=case.pk, assessment="remove", note="Hot.", actor=bring)
    row = asked(case, cast)
    may = {name for name, person in cast.people() if RECONSIDERATION.why_not("change", row, actor_of(person)) is None}
    assert may == TRIES - {"deputy"}


def test_a_conflict_of_interest_keeps_from_trying_and_passes_it_on(case, cast):
    row = asked(case, cast)
    manager = cast.nearest_manager
    declare_conflict(case_id=case.pk, person_id=manager.pk, ground="friend", actor=actor_of(manager))
    assert Obligation.objects.open().about(row).get().holder == cast.strategist
    with pytest.raises(NotPermitted):
        decide(row, manager)


@pytest.mark.parametrize("status", ["hidden", "assessed"])
def test_changed_the_post_is_shown_again(status, tibro, cast, channel, owner):
    case = bring_to(status, open_case(channel, owner, category=THREAT["tibro"]), owner)
    row = decide(asked(case, cast, contact="a@b.example"), cast.nearest_manager)
    after = fresh(case)
    assert (after.status, after.assessment, after.outcome) == ("restored", "keep", "restored")
    assert (row.status, row.decision_record.kind) == ("changed", Record.Kind.DECISION)
    assert not Obligation.objects.open().about(row).exists()
    mails = {mail.to: mail.body for mail in OutgoingMail.objects.filter(subject__icontains="ompröv")}
    assert set(mails) == {cast.owner.email, "a@b.example"}
    assert f"/omprovning/{row.reference}/" in mails["a@b.example"]
    assert not any("hotas" in body or "inget hot" in body for body in mails.values())


def test_taken_by_somebody_else_it_is_let_go_for_the_one_who_decides(case, cast):
    handling.claim(case_id=case.pk, actor=actor_of(cast.owner))
    decide(asked(case, cast), cast.nearest_manager)
    assert fresh(case).status == "restored"


def test_upheld_nothing_changes_and_the_reason_is_kept(case, cast):
    row = asked(case, cast)
    with pytest.raises(InvalidInput):
        reconsidering.decide(reconsideration_id=row.pk, change=False, reason=" ", actor=actor_of(cast.deputy))
    row = decide(row, cast.deputy, change=False)
    assert (fresh(case).status, row.status, row.reason) == ("hidden", "upheld", "Det är ingen som hotas.")
    with pytest.raises(StateConflict):
        decide(row, cast.deputy)


def test_what_is_removed_cannot_be_put_back_but_the_decision_says_that_it_was_wrong(tibro, cast, channel, owner):
    case = bring_to("deleted", open_case(channel, owner, category=THREAT["tibro"]), owner)
    row = decide(asked(case, cast), cast.nearest_manager)
    assert (fresh(case).status, row.status) == ("deleted", "changed")
    assert row.decision_record.text.startswith("Beslutet ändras.")


def test_withdrawn_nobody_waits(case, cast):
    row = asked(case, cast)
    reconsidering.withdraw(reconsideration_id=row.pk, actor=actor_of(cast.owner))
    assert not Obligation.objects.open().about(row).exists()


def test_the_database_lets_nobody_try_their_own_decision(case, cast):
    row = asked(case, cast)
    for wrong in ({"decided_by": cast.owner}, {"status": "upheld"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reconsideration.objects.filter(pk=row.pk).update(**wrong)


# --- The public page ----------------------------------------------------------------------------------------------------
def test_the_page_tells_how_it_goes_and_nothing_of_the_case(case, cast, client):
    number = told(case, cast).reference
    answer = client.post(reverse("moderation:appeal"), {"reference": number.lower(), "text": "Jag hotade ingen."})
    row = Reconsideration.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("moderation:appeal_state", args=[number]))
    waiting = client.get(answer.url).content.decode()
    decide(row, cast.nearest_manager, change=False)
    decided = client.get(answer.url).content.decode()
    assert "Beslutet står fast" in decided
    assert "Det är ingen som hotas." in decided
    for page in (waiting, decided):
        for secret in (case.text, case.author, case.category_title, cast.owner.name, "Jag hotade ingen."):
            assert secret not in page
    assert client.get(reverse("moderation:appeal_state", args=["AAAA-BBBB-CCCC"])).status_code == 404


def test_nothing_typed_is_lost_and_a_machine_is_refused(case, cast, client):
    answer = client.post(
        reverse("moderation:appeal"), {"reference": "fel", "text": "Min text.", "contact": "a@b.example"}
    )
    assert answer.status_code == 422
    assert "Min text." in answer.content.decode()
    sent = {"reference": told(case, cast).reference, "text": "Köp!", "website": "http://x"}
    assert client.post(reverse("moderation:appeal"), sent).status_code == 422
    assert not Reconsideration.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_decide_at_once_and_one_decision_is_made(case, cast):
    row = asked(case, cast)
    outcomes, barrier = [], threading.Barrier(2)

    def act(person, change):
        barrier.wait()
        try:
            decide(row, person, change=change)
            outcomes.append("done")
        except StateConflict:
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in ((cast.nearest_manager, True), (cast.deputy, False))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "too late"]
    assert events_about(fresh(case)).filter(kind="reconsideration.decided").count() == 1
    assert Record.objects.filter(kind=Record.Kind.DECISION).count() == 1
