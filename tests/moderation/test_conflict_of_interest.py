"""A conflict of interest keeps a person from a case, and the case goes to somebody else (matrix O8; FL 16-18 §§)."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.organisation import Organisation
from channels.models import Obligation
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import events_about
from kommun.models import OutgoingMail
from moderation import queries, readers
from moderation.actions import handling, ladder
from moderation.actions.conflicts import declare_conflict, try_conflict
from moderation.handling_lifecycle import CONFLICT
from moderation.lifecycle import CASE
from moderation.models import ConflictOfInterest
from tests.cases import THREAT, actor_of, bring_to, fresh, open_case
from tests.factories import AbsenceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(tibro, channel, owner):
    return bring_to("preserved", open_case(channel, owner, category=THREAT["tibro"]), owner)


def declare(case, person, of=None, ground="friend", **values):
    actor = actor_of(person)
    return declare_conflict(case_id=case.pk, person_id=(of or person).pk, ground=ground, actor=actor, **values)


def may_read(case, person):
    return readers.may_read(person, Organisation.load(timezone.localdate()), fresh(case))


def in_queue(case, person):
    reach = queries.reach_of(person, Organisation.load(timezone.localdate()))
    page = queries.queue(reach, queries.Cursor(timezone.now()))
    listed = case.pk in [row.pk for _segment, row in page.rows]
    assert listed == queries.limited(queries.Case.objects.filter(pk=case.pk), reach).exists()
    assert queries.count_open(reach, timezone.now()) == listed
    return listed


@pytest.mark.policy("O8")
def test_declared_of_oneself_it_holds_at_once_and_the_deputy_has_the_case(case, cast):
    handling.claim(case_id=case.pk, actor=actor_of(cast.owner))
    due_before = Obligation.objects.open().about(case).get().due_at
    row = ConflictOfInterest.objects.get(pk=declare(case, cast.owner).pk)
    moved, left = fresh(case), Obligation.objects.open().about(case).get()
    assert (row.status, row.passed_to, moved.assigned_to, moved.claimed_by) == (
        "in_force",
        cast.deputy,
        cast.deputy,
        None,
    )
    assert (left.holder, left.due_at) == (cast.deputy, due_before)  # the clock goes on as it was
    assert OutgoingMail.objects.filter(to=cast.deputy.email, subject__contains="Du tar över ett ärende").count() == 1
    assert not OutgoingMail.objects.filter(body__contains="ska du få").exists()
    assert "conflict.declared" in events_about(moved).values_list("kind", flat=True)


@pytest.mark.policy("O8")
def test_whoever_has_a_conflict_neither_reads_nor_acts(case, cast, client):
    assert may_read(case, cast.owner)
    assert in_queue(case, cast.owner)
    declare(case, cast.owner)
    assert not may_read(case, cast.owner)
    assert not in_queue(case, cast.owner)
    assert in_queue(case, cast.deputy)
    assert [step for step in CASE.transitions if CASE.why_not(step, fresh(case), actor_of(cast.owner)) is None] == []
    with pytest.raises(NotPermitted, match="jävig"):
        ladder.hide(case_id=case.pk, actor=actor_of(cast.owner))
    client.force_login(cast.owner)
    assert client.get(reverse("moderation:case_more", args=[case.pk])).status_code == 404
    assert client.get(case.evidence.get().file.get_absolute_url()).status_code in (404, 403)


@pytest.mark.parametrize("name", ["strategist", "nearest_manager", "deputy"])
def test_a_conflict_binds_those_who_see_everything_too(name, case, cast):
    declare(case, cast[name])
    assert not may_read(case, cast[name])
    assert not in_queue(case, cast[name])
    assert fresh(case).assigned_to is None  # it was the owner's all along


def test_the_deputy_away_the_manager_has_it(case, cast):
    AbsenceFactory(user=cast.deputy)
    assert declare(case, cast.owner).passed_to == cast.nearest_manager


def test_the_case_never_goes_back_to_somebody_with_a_conflict(case, cast):
    declare(case, cast.owner)
    assert declare(case, cast.deputy).passed_to == cast.nearest_manager
    assert fresh(case).assigned_to == cast.nearest_manager
    assert declare(case, cast.nearest_manager).passed_to == cast.department_head


def test_whoever_is_sent_evidence_is_not_when_there_is_a_conflict(policy, cast, channel, owner):
    policy("sunne")
    case = bring_to("preserved", open_case(channel, owner, category=THREAT["sunne"]), owner)
    declare(case, cast.strategist)
    today = Organisation.load(timezone.localdate())
    assert cast.strategist not in readers.recipients(fresh(case), today)
    assert cast.registrar in readers.recipients(fresh(case), today)


# --- Pointed out by somebody else ---------------------------------------------------------------------------------------
@pytest.mark.policy("O8")
def test_pointed_out_it_waits_for_the_manager_and_the_person_goes_on(case, cast):
    row = declare(case, cast.deputy, of=cast.owner)
    due = Obligation.objects.open().about(row).get()
    assert (row.status, due.kind, due.holder, due.due_at) == ("pointed_out", "try_conflict", cast.nearest_manager, None)
    assert may_read(case, cast.owner)
    try_conflict(conflict_id=row.pk, holds=True, reason="De är syskon.", actor=actor_of(cast.nearest_manager))
    assert not may_read(case, cast.owner)
    assert fresh(case).assigned_to == cast.deputy
    assert not Obligation.objects.open().about(row).exists()
    told = OutgoingMail.objects.filter(subject__contains="Beslut om jäv").values_list("to", flat=True)
    assert set(told) == {cast.owner.email, cast.deputy.email}


# Who may try a conflict that the deputy points out of the owner. By hand: the unit's manager and communications (FL 18 §).
TRIES = {"nearest_manager", "strategist"}


@pytest.mark.policy("O8")
def test_only_somebody_else_who_leads_tries_it(case, cast):
    row = declare(case, cast.deputy, of=cast.owner)
    may = {name for name, person in cast.people() if CONFLICT.why_not("uphold", row, actor_of(person)) is None}
    assert may == TRIES


def test_the_manager_does_not_try_the_managers_own(case, cast):
    row = declare(case, cast.deputy, of=cast.nearest_manager)
    assert Obligation.objects.open().about(row).get().holder == cast.strategist
    with pytest.raises(NotPermitted, match="ditt eget jäv"):
        try_conflict(conflict_id=row.pk, holds=False, reason="Nej.", actor=actor_of(cast.nearest_manager))


def test_dismissed_with_a_reason_the_person_is_back(case, cast):
    row = declare(case, cast.owner)
    with pytest.raises(InvalidInput):
        try_conflict(conflict_id=row.pk, holds=False, reason=" ", actor=actor_of(cast.nearest_manager))
    try_conflict(conflict_id=row.pk, holds=False, reason="Inget samband.", actor=actor_of(cast.nearest_manager))
    assert may_read(case, cast.owner)
    with pytest.raises(StateConflict):
        try_conflict(conflict_id=row.pk, holds=True, reason="Ändå.", actor=actor_of(cast.nearest_manager))
    assert declare(case, cast.owner).pk != row.pk  # said again it is a new one


def test_said_twice_it_stands_once_and_oneself_weighs_more(case, cast):
    pointed = declare(case, cast.deputy, of=cast.owner)
    assert declare(case, cast.nearest_manager, of=cast.owner).pk == pointed.pk
    own = declare(case, cast.owner)
    assert (own.pk, own.status) == (pointed.pk, "in_force")
    assert not Obligation.objects.open().about(own).exists()
    assert ConflictOfInterest.objects.count() == 1


def test_only_those_who_handle_the_case_can_be_pointed_out_and_only_readers_say_it(case, cast):
    with pytest.raises(InvalidInput):
        declare(case, cast.deputy, of=cast.outsider)
    with pytest.raises(InvalidInput):
        declare(case, cast.deputy, ground="other", note=" ")
    with pytest.raises(NotPermitted):
        declare(case, cast.outsider)


def test_the_database_lets_nobody_try_their_own(case, cast):
    row = declare(case, cast.owner)
    for wrong in (
        {"decided_by": cast.owner, "decided_at": timezone.now()},
        {"status": "dismissed"},
        {"said_by": cast.deputy},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ConflictOfInterest.objects.filter(pk=row.pk).update(**wrong)


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_one_decides(case, cast):
    row = declare(case, cast.deputy, of=cast.owner)
    outcomes, barrier = [], threading.Barrier(2)

    def act(person, holds):
        barrier.wait()
        try:
            try_conflict(conflict_id=row.pk, holds=holds, reason="Skäl.", actor=actor_of(person))
            outcomes.append("done")
        except StateConflict:
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=act, args=pair) for pair in ((cast.nearest_manager, False), (cast.strategist, False))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "too late"]
    assert events_about(fresh(case)).filter(kind="conflict.tried").count() == 1
