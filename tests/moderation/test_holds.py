"""Others are heard before the official reply where the policy says so, asked or told where it does not (matrix G8)."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from channels.models import Obligation
from kommun.errors import NotPermitted, StateConflict
from kommun.models import OutgoingMail
from moderation import standing
from moderation.actions import handling, holding
from moderation.actions.conflicts import declare_conflict
from moderation.lifecycle import CASE
from moderation.models import ReplyHold
from tests.cases import actor_of, fresh, open_case

pytestmark = pytest.mark.django_db

# By hand from the five: who is asked, who is only told, and whether the reply waits (reply.critical_mass).
#   Tibro 4.2: the manager and the communications unit are heard before the municipality speaks.
#   Nora 13: the nearest manager is asked. Överkalix Kritik: the manager and the chief executive are told.
#   Sunne, Forshaga: nothing. Then the nearest manager is asked, and nothing waits.
ASKED = {
    "tibro": ({"nearest_manager", "it_communications_manager"}, set(), True),
    "nora": ({"nearest_manager"}, set(), False),
    "overkalix": (set(), {"nearest_manager", "chief_executive"}, False),
    "sunne": ({"nearest_manager"}, set(), False),
    "forshaga": ({"nearest_manager"}, set(), False),
}


def ask(case, person, **values):
    given = {"whole_channel": False, "reason": "Många skriver om ombyggnaden.", **values}
    return holding.hold_reply(case_id=case.pk, actor=actor_of(person), **given)


def critical(channel, owner, **values):
    return open_case(channel, owner, kind="opinion", text="Ni är hopplösa.", **values)


@pytest.mark.policy("reply.critical_mass")
@pytest.mark.parametrize("preset", ASKED)
def test_who_is_heard_and_whether_the_reply_waits_is_the_policys(preset, policy, channel, owner, cast):
    policy(preset)
    case = critical(channel, owner)
    row = ask(case, cast.owner)
    asked, told, waits = ASKED[preset]
    people = {True: set(), False: set()}
    for answer in row.answers.all():
        people[answer.asked].add(answer.person)
    assert people == {True: {cast[name] for name in asked}, False: {cast[name] for name in told}}
    assert (row.binding, row.released_at is None) == (waits, bool(asked))
    assert (CASE.why_not("answer", fresh(case), owner) is None) is not waits
    assert CASE.why_not("interim", fresh(case), owner) is None
    mailed = set(OutgoingMail.objects.filter(subject__contains="Mycket kritik").values_list("to", flat=True))
    assert mailed == {cast[name].email for name in told}
    waiting = Obligation.objects.open().filter(kind="advise")
    assert {one.holder for one in waiting} == {cast[name] for name in asked}
    assert {one.due_at for one in waiting} <= {None}


@pytest.fixture
def case(tibro, channel, owner):
    return critical(channel, owner)


@pytest.mark.policy("reply.critical_mass")
def test_the_reply_is_let_go_when_all_have_been_heard_and_not_before(case, cast, owner):
    row = ask(case, cast.owner)
    with pytest.raises(NotPermitted, match="väntar på att chefen"):
        handling.answer(case_id=case.pk, text="Vi bygger.", actor=owner)
    handling.answer(case_id=case.pk, text="Vi återkommer.", interim=True, actor=owner)
    with pytest.raises(NotPermitted, match="Bibliotekschef"):
        holding.release_reply(hold_id=row.pk, actor=owner)
    answers = {answer.person: answer for answer in row.answers.all()}
    manager, unit = cast.nearest_manager, cast.it_communications_manager
    with pytest.raises(NotPermitted):
        holding.advise(answer_id=answers[manager].pk, advice="Ja.", actor=owner)
    holding.advise(answer_id=answers[manager].pk, advice="Svara kort.", actor=actor_of(manager))
    with pytest.raises(StateConflict):
        holding.advise(answer_id=answers[manager].pk, advice="Igen.", actor=actor_of(manager))
    assert standing.hold_on(fresh(case)) is not None
    holding.advise(answer_id=answers[unit].pk, advice="Håller med.", actor=actor_of(unit))
    row.refresh_from_db()
    assert (row.released_at is None, row.released_by) == (False, unit)
    assert not Obligation.objects.open().filter(kind="advise").exists()
    handling.answer(case_id=case.pk, text="Vi bygger.", actor=owner)
    assert fresh(case).status == "closed"


def test_a_hold_on_the_channel_holds_every_case_in_it(case, cast, channel, owner):
    other = critical(channel, owner)
    ask(case, cast.owner, whole_channel=True)
    assert CASE.why_not("answer", fresh(other), owner) is not None
    with pytest.raises(StateConflict, match="redan tillfrågade"):
        ask(other, cast.deputy, whole_channel=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReplyHold.objects.create(
            channel=channel, binding=True, reason="Två.", started_at=case.known_at, started_by=cast.owner
        )


def test_whoever_asks_is_heard_by_that_and_whoever_has_a_conflict_is_not_asked(case, cast):
    declare_conflict(case_id=case.pk, person_id=cast.deputy.pk, ground="friend", actor=actor_of(cast.deputy))
    row = ask(case, cast.nearest_manager)
    assert [answer.person for answer in row.answers.all()] == [cast.it_communications_manager]


def test_outsiders_neither_ask_nor_see(case, cast, client):
    with pytest.raises(NotPermitted):
        ask(case, cast.outsider)
    row = ask(case, cast.owner)
    seen = {}
    for name in ("owner", "nearest_manager", "it_communications_manager", "outsider", "registrar", "chief_executive"):
        client.force_login(cast[name])
        seen[name] = client.get(reverse("moderation:hold", args=[row.pk])).status_code
    assert seen == {
        "owner": 200, "nearest_manager": 200, "it_communications_manager": 200,
        "outsider": 404, "registrar": 200, "chief_executive": 404,
    }  # fmt: skip


def test_it_is_suggested_at_the_policys_number(case, cast, channel, owner, client, monkeypatch):
    rule = standing.critical_mass(case)
    counted = rule.value.model_copy(update={"count": 3})
    monkeypatch.setattr(standing, "critical_mass", lambda _case: type(rule)(**{**vars(rule), "value": counted}))
    client.force_login(cast.owner)
    page = reverse("moderation:case_more", args=[case.pk])
    critical(channel, owner)
    assert "Mycket kritik på kort tid" not in client.get(page).content.decode()
    critical(channel, owner)
    assert "Mycket kritik på kort tid" in client.get(page).content.decode()
    assert standing.opinions_lately(case, case.known_at) == 3
