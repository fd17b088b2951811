"""The chain that the policy names: who is asked, in which order, and what each answer leads to."""

import threading
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import override

from accounts.actor import SCHEDULER, Actor
from channels import tasks
from channels.actions.approval import answer_step, reassign_step, submit_application, withdraw_application
from channels.lifecycle import APPLICATION, STEP
from channels.models import Application, ApprovalStep, Channel, Decision
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import events_about
from kommun.models import OutgoingMail
from tests.applications import adopt_preset, answer_all, make_application, make_municipality, submit
from tests.factories import AbsenceFactory, make_cast

A, S = Application.Status, ApprovalStep.Status
PEOPLE = ["owner", "deputy", "nearest_manager", "department_head", "chief_executive", "strategist", "outsider"]


@pytest.fixture
def tibro(cast):
    make_municipality()
    return adopt_preset("tibro", Actor(cast.administrator))


@pytest.fixture
def sent(cast, tibro):
    return submit(make_application(cast))


def open_step(application):
    return application.steps.select_related("assignee").get(status=S.OPEN)


def answer(application, what, who=None, note="Därför att."):
    step = open_step(application)
    answer_step(step_id=step.pk, answer=what, note=note, actor=Actor(who or step.assignee))
    application.refresh_from_db()
    return step


# Copied by hand from Tibro's routine, section 2: consultation, then the head of the department decides.
def test_the_chain_is_the_one_in_the_policy(cast, sent):
    assert [(step.kind, step.role) for step in sent.steps.all()] == [
        ("consult", "it_communications_manager"),
        ("approve", "department_head"),
    ]
    assert open_step(sent).assignee == cast.it_communications_manager
    answer(sent, "consult")
    assert open_step(sent).assignee == cast.department_head
    answer(sent, "approve")
    assert sent.status == A.APPROVED
    assert sent.channel.status == Channel.Status.DECIDED


def test_the_decision_names_policy_sections_and_people(cast, sent):
    answer_all(sent, note="Bra.")
    document = sent.decision.document
    assert document["policy"]["version"] == sent.policy_version_id
    assert any(rule["key"] == "approval.chain" and "2" in rule["cite"] for rule in document["policy"]["rules"])
    assert [step["person"] for step in document["steps"]] == [
        cast.it_communications_manager.role,
        cast.department_head.role,
    ]
    with pytest.raises(Exception, match="pgtrigger: Cannot"), transaction.atomic():
        Decision.objects.filter(pk=sent.decision.pk).update(outcome="refused")


def test_what_is_kept_and_sent_is_in_the_language_of_the_municipality(cast, tibro):
    application = make_application(cast)
    AbsenceFactory(user=cast.it_communications_manager, substitute=cast.strategist)
    with override("en"):
        answer_all(submit(application))
    assert "ersätts av" in application.steps.get(kind="consult").why_assignee
    application.refresh_from_db()
    document = application.decision.document
    assert document["answers"][0]["part"] == "Syfte och målgrupp"
    assert document["steps"][0]["status_label"] == "Har svarat"
    mails = list(OutgoingMail.objects.order_by("pk"))
    assert [mail.subject.partition(":")[0] for mail in mails[:2]] == ["Samråd", "Ta ställning till en ny kanal"]
    assert all(mail.body.startswith("Hej!") and "Kanalkollen. Du får" in mail.body for mail in mails)


def test_a_refusal_ends_it_and_needs_a_reason(sent):
    with pytest.raises(InvalidInput):
        answer(sent, "request_changes", note="  ")
    answer(sent, "consult")
    with pytest.raises(InvalidInput):
        answer(sent, "refuse", note="")
    answer(sent, "refuse", note="Vi har redan en kanal för det.")
    assert sent.status == A.REFUSED
    assert sent.channel is None
    assert sent.decision.outcome == "refused"


def test_changes_are_asked_for_and_the_same_step_resumes(cast, sent):
    answer(sent, "consult")
    asked = answer(sent, "request_changes", note="Skriv målgruppen.")
    assert sent.status == A.CHANGES_REQUESTED
    submit_application(application_id=sent.pk, version=sent.version, actor=Actor(cast.owner))
    assert open_step(sent) == asked
    assert open_step(sent).decided_by is None
    assert open_step(sent).note == "Skriv målgruppen."
    assert sent.steps.get(kind="consult").status == S.CONSULTED
    answer(sent, "approve")
    assert sent.status == A.APPROVED


@pytest.fixture
def sunne(cast):
    make_municipality()
    adopt_preset("sunne", Actor(cast.administrator))
    return submit(make_application(cast))


def waiting(application):
    return set(application.steps.filter(status=S.OPEN).values_list("role", flat=True))


def test_nobody_answers_on_what_is_being_rewritten(cast, sunne):
    manager, strategist = sunne.steps.get(role="nearest_manager"), sunne.steps.get(role="strategist")
    answer_step(step_id=strategist.pk, answer="request_changes", note="Skriv målgruppen.", actor=Actor(cast.strategist))
    assert waiting(sunne) == set()
    for what in ("approve", "refuse", "request_changes"):
        with pytest.raises(StateConflict):
            answer_step(step_id=manager.pk, answer=what, note="Nu.", actor=Actor(cast.nearest_manager))
    sunne.refresh_from_db()
    OutgoingMail.objects.all().delete()
    submit(sunne)
    assert waiting(sunne) == {"nearest_manager", "strategist"}
    mails = {mail.to: mail.body for mail in OutgoingMail.objects.all()}
    assert set(mails) == {cast.nearest_manager.email, cast.strategist.email}
    assert "Skriv målgruppen." in mails[cast.strategist.email]
    assert answer_all(sunne).status == A.APPROVED


def test_an_answer_for_another_unit_does_not_count(cast, sunne):
    answer_step(
        step_id=sunne.steps.get(role="nearest_manager").pk, answer="approve", note="", actor=Actor(cast.nearest_manager)
    )
    answer_step(
        step_id=sunne.steps.get(role="strategist").pk,
        answer="request_changes",
        note="Fel verksamhet.",
        actor=Actor(cast.strategist),
    )
    sunne.refresh_from_db()
    sunne.answers["unit"] = cast.central.pk
    sunne.save()
    submit(sunne)
    asked = {step.role: step.assignee for step in sunne.steps.filter(status=S.OPEN).select_related("assignee")}
    assert asked == {"nearest_manager": cast.it_communications_manager, "strategist": cast.strategist}


def test_one_refusal_is_enough_and_the_others_are_told(cast, sunne):
    OutgoingMail.objects.all().delete()
    answer_step(
        step_id=sunne.steps.get(role="strategist").pk, answer="refuse", note="Nej.", actor=Actor(cast.strategist)
    )
    sunne.refresh_from_db()
    assert sunne.status == A.REFUSED
    assert "fått avslag" in OutgoingMail.objects.get(to=cast.nearest_manager.email).body


def test_whoever_lost_the_role_may_not_answer_though_the_step_still_names_them(cast, sent):
    answer(sent, "consult")
    cast.department.manager = cast.strategist
    cast.department.save()
    with pytest.raises(NotPermitted, match=str(cast.strategist)):
        answer(sent, "approve", who=cast.department_head)
    answer(sent, "approve", who=cast.strategist)
    assert sent.status == A.APPROVED


def test_nobody_decides_on_their_own_application(cast, tibro):
    cast.department.manager = cast.owner
    cast.department.save()
    application = submit(make_application(cast))
    answer(application, "consult")
    step = open_step(application)
    assert step.assignee == cast.chief_executive
    with pytest.raises(NotPermitted, match="egen ansökan"):
        answer_step(step_id=step.pk, answer="approve", note="", actor=Actor(cast.owner))
    with pytest.raises(Exception, match="nobody_decides_on_their_own"), transaction.atomic():
        ApprovalStep.objects.filter(pk=step.pk).update(decided_by=cast.owner, status="approved")


def test_the_substitute_answers_for_the_absent_and_it_shows(cast, tibro):
    AbsenceFactory(user=cast.department_head, substitute=cast.strategist)
    application = submit(make_application(cast))
    answer(application, "consult")
    step = answer(application, "approve", who=cast.strategist)
    step.refresh_from_db()
    assert (step.asked, step.decided_by, step.on_behalf_of) == (
        cast.department_head,
        cast.strategist,
        cast.department_head,
    )
    assert f"för {cast.department_head}" in events_about(step).last().actor_label


def test_an_open_step_follows_its_person_away_and_back(cast, sent):
    answer(sent, "consult")
    absence = AbsenceFactory(user=cast.department_head, substitute=cast.nearest_manager)
    OutgoingMail.objects.all().delete()
    assert tasks.reassign_open_steps() == 1
    assert open_step(sent).assignee == cast.nearest_manager
    assert OutgoingMail.objects.get().to == cast.nearest_manager.email
    assert tasks.reassign_open_steps() == 0
    absence.delete()
    assert tasks.reassign_open_steps() == 1
    assert open_step(sent).assignee == cast.department_head


def test_an_open_step_follows_its_person_out_of_the_door(cast, sent):
    answer(sent, "consult")
    cast.department_head.is_active = False
    cast.department_head.save()
    assert tasks.reassign_open_steps() == 1
    step = open_step(sent)
    assert step.assignee != cast.department_head
    assert step.why_assignee


def test_an_incomplete_application_is_not_sent(cast, tibro):
    application = make_application(cast, audience="")
    with pytest.raises(InvalidInput) as refusal:
        submit(application)
    assert "audience" in refusal.value.errors
    assert not application.steps.exists()


def test_what_was_changed_in_another_window_is_not_sent(cast, tibro):
    application = make_application(cast)
    Application.objects.filter(pk=application.pk).update(version=7)
    with pytest.raises(StateConflict, match="annat fönster"):
        submit(application)


def test_a_second_submission_changes_nothing(cast, sent):
    with pytest.raises(StateConflict):
        submit_application(application_id=sent.pk, version=sent.version, actor=Actor(cast.owner))
    assert sent.steps.count() == 2


def test_a_withdrawn_application_asks_nobody(cast, sent):
    withdraw_application(application_id=sent.pk, actor=Actor(cast.owner))
    assert not sent.steps.filter(status__in=[S.OPEN, S.WAITING]).exists()
    assert OutgoingMail.objects.filter(to=cast.it_communications_manager.email).count() == 2
    with pytest.raises(StateConflict):
        reassign_step(step_id=sent.steps.first().pk, actor=SCHEDULER)


def open_moves(lifecycle, obj, cast, names):
    """Try every state × step × person, and return those that are open."""
    found = set()
    for status, name, who in product(obj.Status.values, names, PEOPLE):
        obj.status = status
        if lifecycle.why_not(name, obj, Actor(cast[who])) is None:
            found.add((status, name, who))
    return found


def test_only_the_person_asked_may_answer_and_only_while_open(cast, sent):
    answer(sent, "consult")
    names = ["approve", "refuse", "request_changes", "consult"]
    assert open_moves(STEP, open_step(sent), cast, names) == {("open", name, "department_head") for name in names}


def test_only_the_applicant_submits_and_withdraws(cast, sent):
    assert open_moves(APPLICATION, sent, cast, ["submit", "withdraw"]) == {
        ("draft", "submit", "owner"),
        ("draft", "withdraw", "owner"),
        ("submitted", "withdraw", "owner"),
        ("changes_requested", "submit", "owner"),
        ("changes_requested", "withdraw", "owner"),
    }


CHAINS = {  # copied by hand: Sunne "Samf", Tibro 2, Nora 2, Överkalix "Uppdrag", Forshaga "Ansvarig"
    "sunne": [("approve", "nearest_manager", 1), ("approve", "strategist", 1)],
    "tibro": [("consult", "it_communications_manager", 1), ("approve", "department_head", 2)],
    "nora": [("approve", "nearest_manager", 1), ("approve", "department_head", 2), ("approve", "chief_executive", 3)],
    "overkalix": [("approve", "nearest_manager", 1), ("consult", "department_head", 2)],
    "forshaga": [("consult", "communications_unit", 1)],
}


@pytest.mark.parametrize("preset", CHAINS)
def test_each_policy_runs_its_own_chain_to_an_approved_channel(cast, preset):
    make_municipality()
    adopt_preset(preset, Actor(cast.administrator))
    application = submit(make_application(cast))
    asked = [(step.kind, step.role, step.group) for step in application.steps.exclude(kind="inform")]
    assert asked == CHAINS[preset]
    opened = application.steps.filter(status=S.OPEN).count()
    assert opened == sum(group == CHAINS[preset][0][2] for _kind, _role, group in CHAINS[preset])
    assert answer_all(application).status == A.APPROVED
    assert application.channel.owner == cast.owner


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_one_wins_and_the_other_is_told_why():
    cast = make_cast()
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    AbsenceFactory(user=cast.department_head, substitute=cast.nearest_manager)
    application = submit(make_application(cast))
    answer(application, "consult")
    step = open_step(application)
    gate, outcomes = threading.Barrier(2), {}

    def decide(who, what):
        try:
            gate.wait()
            answer_step(step_id=step.pk, answer=what, note="Mitt svar.", actor=Actor(who))
            outcomes[who.pk] = "won"
        except StateConflict as refusal:
            outcomes[who.pk] = str(refusal)
        finally:
            connection.close()

    pairs = [(cast.department_head, "approve"), (cast.nearest_manager, "refuse")]
    threads = [threading.Thread(target=decide, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(value == "won" for value in outcomes.values()) == [False, True]
    assert any("Läs in sidan på nytt" in value for value in outcomes.values())
    decided = events_about(step).filter(kind__in=["step.approve", "step.refuse"])
    assert decided.count() == 1
    assert Decision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_applications_for_one_account_at_once_one_is_sent():
    cast = make_cast()
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    first, second = make_application(cast), make_application(cast)
    assert first.answers["handle_key"] == second.answers["handle_key"]
    gate, outcomes = threading.Barrier(2), []

    def send(application):
        try:
            gate.wait()
            submit(application)
            outcomes.append("sent")
        except InvalidInput as refusal:
            outcomes.append(*refusal.errors)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[application]) for application in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["address", "sent"]


def test_every_act_leaves_an_event_under_the_rule(cast, sent):
    answer_all(sent)
    kinds = list(events_about(sent, *sent.steps.all(), sent.channel).values_list("kind", flat=True))
    for kind in (
        "application.submitted",
        "step.opened",
        "step.consult",
        "step.approve",
        "application.decided",
        "channel.decided",
    ):
        assert kind in kinds
    assert "approval.chain" in events_about(sent).get(kind="application.submitted").payload


def test_an_absence_that_ended_yesterday_covers_nobody(cast, tibro):
    today = timezone.localdate()
    AbsenceFactory(
        user=cast.department_head,
        substitute=cast.strategist,
        starts_on=today - timedelta(days=9),
        ends_on=today - timedelta(days=1),
    )
    application = submit(make_application(cast))
    answer(application, "consult")
    assert open_step(application).assignee == cast.department_head
