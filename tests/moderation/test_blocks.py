"""A block is the last step: warned before, for a time, with reason and rule, tried again if asked, lifted on its day."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.models import Obligation
from kommun.business_time import end_of
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import events_about
from moderation import handling_rules
from moderation.actions import blocking, reconsidering
from moderation.actions.explaining import explain
from moderation.models import Block
from moderation.tasks import end_what_has_run_out
from tests.cases import THREAT, actor_of, bring_to, fresh, open_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def warned(tibro, channel, owner):
    first = bring_to("assessed", open_case(channel, owner, category=THREAT["tibro"]), owner)
    return explain(case_id=first.pk, text="Sluta med det.", kind="warning", actor=owner)


@pytest.fixture
def case(warned, channel, owner):
    return bring_to("assessed", open_case(channel, owner, category=THREAT["tibro"]), owner)


def block(case, person, days=30, **values):
    until = timezone.localdate() + timedelta(days=days)
    given = {"until": until, "reason": "Tredje gången.", "text": "Du kan inte skriva till och med {until}.", **values}
    return blocking.block(case_id=case.pk, actor=actor_of(person), **given)


@pytest.mark.policy("H15")
def test_a_block_has_a_warning_a_rule_a_reason_and_an_end(case, warned, cast):
    row = block(case, cast.nearest_manager)
    assert (row.warned_at, row.made_by) == (warned.sent_at, cast.nearest_manager)
    assert row.ends_at == end_of(timezone.localdate() + timedelta(days=30))
    assert row.cite.startswith("Hets mot folkgrupp (")
    assert (row.explanation.kind, "{until}" in row.explanation.text) == ("block", False)
    assert "/omprovning/" in row.explanation.text
    assert "author.blocked" in events_about(fresh(case)).values_list("kind", flat=True)


def test_without_a_warning_on_an_earlier_post_there_is_no_block(tibro, channel, owner, cast):
    case = bring_to("assessed", open_case(channel, owner, category=THREAT["tibro"]), owner)
    with pytest.raises(StateConflict, match="inte varnad"):
        block(case, cast.nearest_manager)
    explain(case_id=case.pk, text="Sluta.", kind="warning", actor=owner)
    with pytest.raises(StateConflict, match="inte varnad"):  # warned about this very post is not warned before it
        block(case, cast.nearest_manager)


def test_a_warning_to_somebody_else_warns_nobody(warned, channel, owner, cast):
    other = open_case(channel, owner, category=THREAT["tibro"], author="Någon annan")
    with pytest.raises(StateConflict, match="inte varnad"):
        block(bring_to("assessed", other, owner), cast.nearest_manager)


def test_criticism_is_never_a_ground(warned, channel, owner, cast):
    case = open_case(channel, owner, kind="opinion", text="Ni är hopplösa.")
    with pytest.raises(NotPermitted, match="Kritik är aldrig ett skäl"):
        block(case, cast.nearest_manager)


def test_who_decides(case, cast):
    may = {name for name, person in cast.people() if handling_rules.why_not_block(actor_of(person), case) is None}
    assert may == {"nearest_manager", "strategist"}  # by hand: not the owner, who wrote the warning


@pytest.mark.parametrize(("days", "field"), [(-1, "until"), (181, "until")])
def test_only_for_a_time(days, field, case, cast):
    with pytest.raises(InvalidInput) as refused:
        block(case, cast.nearest_manager, days=days)
    assert field in refused.value.errors
    with pytest.raises(InvalidInput):
        block(case, cast.nearest_manager, reason=" ")
    assert not Block.objects.exists()


def test_blocked_once_in_a_channel(case, cast):
    block(case, cast.nearest_manager)
    with pytest.raises(StateConflict, match="redan blockerat"):
        block(case, cast.strategist)


def test_the_database_holds_warning_end_and_reason(case, cast):
    row = block(case, cast.nearest_manager)
    for wrong in ({"warned_at": timezone.now()}, {"ends_at": row.starts_at}, {"reason": ""}, {"lifted_how": "date"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Block.objects.filter(pk=row.pk).update(**wrong)


def test_it_is_lifted_on_its_day_once_and_the_owner_opens_the_account(case, cast):
    row = block(case, cast.nearest_manager, days=1)
    assert end_what_has_run_out() == 0
    with time_machine.travel(row.ends_at, tick=False):
        assert (end_what_has_run_out(), end_what_has_run_out()) == (1, 0)
        row.refresh_from_db()
        due = Obligation.objects.open().about(row).get()
        assert (row.lifted_how, row.lifted_by, due.kind, due.holder) == ("date", None, "open_account", cast.owner)
        with pytest.raises(NotPermitted):
            blocking.account_opened(block_id=row.pk, actor=actor_of(cast.outsider))
        blocking.account_opened(block_id=row.pk, actor=actor_of(cast.owner))
    assert not Obligation.objects.open().about(row).exists()
    assert events_about(row).filter(kind="block.lifted").count() == 1


def test_lifted_in_advance_with_a_reason_by_whoever_leads(case, cast):
    row = block(case, cast.nearest_manager)
    with pytest.raises(NotPermitted):
        blocking.lift_block(block_id=row.pk, note="Snäll nu.", actor=actor_of(cast.owner))
    with pytest.raises(InvalidInput):
        blocking.lift_block(block_id=row.pk, note="", actor=actor_of(cast.strategist))
    blocking.lift_block(block_id=row.pk, note="Har bett om ursäkt.", actor=actor_of(cast.strategist))
    with pytest.raises(StateConflict):
        blocking.lift_block(block_id=row.pk, note="Igen.", actor=actor_of(cast.strategist))


def test_a_block_is_tried_again_by_somebody_else_and_lifted(case, cast):
    row = block(case, cast.nearest_manager)
    asked = reconsidering.ask_by_reference(reference=row.explanation.reference, text="För länge.")
    assert (asked.block, asked.first_decider) == (row, cast.nearest_manager)
    assert Obligation.objects.open().about(asked).get().holder == cast.strategist
    with pytest.raises(NotPermitted, match="Du fattade beslutet"):
        reconsidering.decide(
            reconsideration_id=asked.pk, change=True, reason="Ja.", actor=actor_of(cast.nearest_manager)
        )
    reconsidering.decide(reconsideration_id=asked.pk, change=True, reason="Räcker så.", actor=actor_of(cast.strategist))
    row.refresh_from_db()
    assert (row.lifted_how, fresh(case).status) == ("reconsidered", "assessed")
