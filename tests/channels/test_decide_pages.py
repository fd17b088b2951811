"""The decision page and the kept decision, as those who answer and those who read meet them."""

from hashlib import sha256
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actor import Actor
from channels.models import ApprovalStep
from kommun.events import events_about
from tests.application_pages import page, signed_in
from tests.applications import adopt_preset, answer_all, make_application, make_municipality, submit

S = ApprovalStep.Status


@pytest.fixture
def sent(cast):
    """Nora: three answer in writing, one after another."""
    make_municipality()
    adopt_preset("nora", Actor(cast.administrator))
    return submit(make_application(cast))


def press(user, step, answer, note=""):
    return signed_in(user).post(step.get_absolute_url(), {"answer": answer, "note": note})


def test_a_button_pressed_twice_gives_one_answer_and_no_error(cast, sent):
    step = sent.steps.get(status=S.OPEN)
    answers = [press(cast.nearest_manager, step, "approve") for _turn in range(2)]
    assert [answer.url for answer in answers] == [step.get_absolute_url()] * 2
    assert events_about(step).filter(kind="step.approve").count() == 1


def test_another_answer_than_the_first_is_told_that_it_is_too_late(cast, sent):
    step = sent.steps.get(status=S.OPEN)
    press(cast.nearest_manager, step, "approve")
    answer = press(cast.nearest_manager, step, "refuse", "Jag ångrar mig.")
    assert answer.status_code == HTTPStatus.CONFLICT
    step.refresh_from_db()
    assert step.status == S.APPROVED


def test_whoever_only_reads_has_no_button_and_cannot_answer(cast, sent):
    step = sent.steps.get(status=S.OPEN)
    reader = signed_in(cast.strategist)
    assert 'name="answer"' not in reader.get(step.get_absolute_url()).content.decode()
    assert press(cast.strategist, step, "approve").status_code == HTTPStatus.FORBIDDEN
    assert press(cast.outsider, step, "approve").status_code == HTTPStatus.NOT_FOUND


def test_a_no_without_a_reason_comes_back_with_the_field(cast, sent):
    answer = press(cast.nearest_manager, sent.steps.get(status=S.OPEN), "refuse")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Skriv varför, så att den som sökte förstår." in answer.content.decode()


def test_the_applicant_is_led_to_the_questions_that_were_pointed_out(cast, sent):
    step = sent.steps.get(status=S.OPEN)
    typed = {"answer": "request_changes", "note": "Skriv tydligare.", "to_change": ["audience", "display-sender"]}
    manager = signed_in(cast.nearest_manager)
    refused = manager.post(step.get_absolute_url(), {**typed, "to_change": ["audience", "hittepa"]})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Skriv tydligare." in refused.content.decode()
    assert manager.post(step.get_absolute_url(), typed).status_code == HTTPStatus.FOUND
    text = signed_in(cast.owner).get(sent.get_absolute_url()).content.decode()
    assert "Skriv tydligare." in text
    assert f'href="{page(sent, "syfte")}#fraga-audience"' in text


def test_the_decision_prints_names_and_days_when_it_is_to_be_in_writing(cast, sent):
    cast.nearest_manager.name = "Den som undertecknar"
    cast.nearest_manager.save()
    answer_all(sent)
    text = signed_in(cast.owner).get(sent.decision.get_absolute_url()).content.decode()
    assert f"Den som undertecknar, {cast.nearest_manager.role}" in text
    assert f"Den som undertecknar, {cast.department_head.role}" not in text
    assert text.count(f'datetime="{sent.steps.first().decided_at.date():%Y-%m-%d}') >= 3


def test_the_checksum_is_over_the_very_bytes_that_are_handed_out(cast, sent):
    answer_all(sent)
    answer = signed_in(cast.owner).get(reverse("channels:decision", args=[sent.pk]), {"format": "json"})
    assert answer["Content-Type"] == "application/json"
    assert sha256(answer.content).hexdigest() == sent.decision.sha256


def test_reading_how_it_goes_costs_the_same_for_one_answer_and_three(cast, sent):
    last, reader = sent.steps.last(), signed_in(cast.strategist)

    def cost():
        costs = []
        for address in (last.get_absolute_url(), sent.get_absolute_url()):
            with CaptureQueriesContext(connection) as found:
                assert reader.get(address).status_code == HTTPStatus.OK
            costs.append(len(found))
        return costs

    press(cast.nearest_manager, sent.steps.get(status=S.OPEN), "approve")
    first = cost()
    press(cast.department_head, sent.steps.get(status=S.OPEN), "approve")
    assert cost() == first
