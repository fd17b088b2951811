"""Answers that are waited for stand on the one clock: steps of applications, proposed changes, the review of the policy."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actor import SCHEDULER, Actor
from accounts.organisation import Organisation
from channels import clock
from channels.actions import waiting
from channels.actions.approval import answer_step, reassign_step, withdraw_application
from channels.actions.publishing import open_channel, propose_change, settle_change
from channels.clock.queries import mine_now
from channels.models import Obligation
from channels.tasks import sweep, write_digests
from kommun.business_time import add_working_days, end_of, next_morning
from kommun.models import OutgoingMail, PolicyVersion
from tests.applications import adopt_preset, answer_all, make_application, make_municipality, submit
from tests.factories import AbsenceFactory, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def tibro(db):
    cast = make_cast(starts_on=date(2021, 1, 1))  # appointed already when the policy is to be reviewed
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    return cast


def row_about(subject):
    return Obligation.objects.about(subject).get()


def test_an_open_step_waits_for_the_person_it_is_pointed_out_to(tibro):
    application = submit(make_application(tibro))
    consult, decide = application.steps.order_by("position")
    row = row_about(consult)
    assert (row.kind, row.holder, row.due_at) == (clock.APPROVAL, tibro.it_communications_manager, None)
    assert row.cite.startswith("Rutin")
    assert row.url == consult.get_absolute_url()
    assert not Obligation.objects.about(decide).exists()


def test_an_answer_ends_the_wait_and_the_next_step_begins_its_own(tibro):
    application = submit(make_application(tibro))
    consult, decide = application.steps.order_by("position")
    answer_step(step_id=consult.pk, answer="consult", note="Bra.", actor=Actor(tibro.it_communications_manager))
    met = row_about(consult)
    assert (met.outcome, met.met_by) == ("met", tibro.it_communications_manager)
    assert row_about(decide).holder == tibro.department_head


def test_the_wait_follows_the_step_to_whoever_covers(tibro):
    application = submit(make_application(tibro))
    step = application.steps.get(status="open")
    AbsenceFactory(user=tibro.it_communications_manager, substitute=tibro.strategist)
    reassign_step(step_id=step.pk, actor=SCHEDULER)
    row = row_about(step)
    assert (row.is_open, row.holder) == (True, tibro.strategist)


def test_a_withdrawn_application_is_waited_for_by_nobody(tibro):
    application = submit(make_application(tibro))
    step = application.steps.get(status="open")
    withdraw_application(application_id=application.pk, actor=Actor(tibro.owner))
    assert row_about(step).outcome == "lapsed"


def test_asking_for_changes_is_an_answer_and_the_completed_application_waits_anew(tibro):
    application = submit(make_application(tibro))
    step = application.steps.get(status="open")
    answer_step(step_id=step.pk, answer="request_changes", note="Vem?", actor=Actor(tibro.it_communications_manager))
    application.refresh_from_db()
    submit(application)
    assert sorted(Obligation.objects.about(step).values_list("outcome", flat=True)) == ["", "met"]


def test_whoever_does_not_answer_is_reminded_and_passed_over(tibro):
    application = submit(make_application(tibro))
    step = application.steps.get(status="open")
    OutgoingMail.objects.all().delete()
    begun = timezone.localdate()
    told = []
    for days in (3, 6, 10):
        with time_machine.travel(end_of(add_working_days(begun, days)) - timedelta(hours=1), tick=False):
            sweep()
        with time_machine.travel(next_morning(end_of(add_working_days(begun, days)))):
            write_digests()
        told.append(row_about(step).notices.order_by("-stage").first().person)
    assert told == [tibro.it_communications_manager, tibro.strategist, tibro.nearest_manager]
    assert OutgoingMail.objects.filter(body__contains="Ta ställning till").count() == 3
    row = row_about(step)
    assert (row.missed_at, row.passed_to) == (None, tibro.nearest_manager)  # no policy gives a number of days
    assert list(mine_now(tibro.nearest_manager, Organisation.load(begun))) == [row]


def test_a_proposed_change_waits_for_the_manager_until_it_is_settled(tibro):
    granted = answer_all(submit(make_application(tibro)))
    channel = open_channel(channel_id=granted.channel_id, address=granted.answers["address"], actor=Actor(tibro.owner))
    change = propose_change(
        channel_id=channel.pk,
        values={"purpose": "Nytt syfte."},
        reason="Nytt uppdrag.",
        version=channel.version,
        actor=Actor(tibro.owner),
    )
    assert row_about(change).holder == tibro.nearest_manager
    settle_change(change_id=change.pk, answer="confirm", note="", actor=Actor(tibro.nearest_manager))
    assert (row_about(change).outcome, row_about(change).met_by) == ("met", tibro.nearest_manager)


def test_a_change_that_is_taken_back_needs_nobody(tibro):
    granted = answer_all(submit(make_application(tibro)))
    channel = open_channel(channel_id=granted.channel_id, address=granted.answers["address"], actor=Actor(tibro.owner))
    change = propose_change(
        channel_id=channel.pk,
        values={"purpose": "Nytt syfte."},
        reason="Nytt uppdrag.",
        version=channel.version,
        actor=Actor(tibro.nearest_manager),
    )
    assert row_about(change).holder == tibro.owner  # nobody confirms what they proposed
    settle_change(change_id=change.pk, answer="withdraw", note="", actor=Actor(tibro.nearest_manager))
    assert row_about(change).outcome == "lapsed"


def test_the_review_of_the_policy_is_due_on_its_day_and_met_by_a_new_version(tibro):
    version = PolicyVersion.objects.get()
    review = version.review_on
    assert review is not None
    with time_machine.travel(end_of(review) - timedelta(days=10), tick=False):
        sweep()
        sweep()
        row = row_about(version)
        assert (row.kind, row.due_at, row.missed_at) == (clock.POLICY_REVIEW, end_of(review), None)
        assert row.holder == tibro.it_communications_manager
        assert row.cite
    with time_machine.travel(end_of(review) + timedelta(days=1), tick=False):
        sweep()
        assert row_about(version).missed_at == end_of(review)
        adopt_preset("nora", Actor(tibro.administrator))
        waiting.wait_for_policy_review(timezone.localdate(), SCHEDULER)
    assert row_about(version).outcome == "met"


def test_a_policy_without_a_review_date_is_not_waited_for(cast):
    make_municipality()
    adopt_preset("nora", Actor(cast.administrator))
    sweep()
    assert not Obligation.objects.exists()
