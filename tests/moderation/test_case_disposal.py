"""A case whose records are disposed of: nothing that anybody said is left anywhere, and the figures stay as they were."""

import json
from datetime import timedelta

import pytest
import redis
from django.conf import settings as settings_of_django
from django.db import connection
from django.utils import timezone

from accounts.actor import VISITOR, Actor
from archive import actions, belongings, disposal_queries
from archive.certificates import problems_of
from archive.models import DisposalCertificate, Record, StoredFile
from channels.models import ImportRun
from kommun.errors import StateConflict
from kommun.events import verify_chain
from kommun.models import Event
from moderation.actions import (
    counting,
    explaining,
    handling,
    ladder,
    police,
    reconsidering,
    registering,
    tips,
)
from moderation.models import Case, CaseEvidence, CaseFigures, Explanation, Reconsideration, Reply, Tip
from moderation.statistics.figures import half_of
from tests.applications import make_municipality
from tests.cases import POST, actor_of, bring_to, fresh, open_case
from tests.disposal_scene import adopt_with_schedule, confirmed, proposed, where_in_the_database

pytestmark = pytest.mark.django_db
# Words that nothing else says. ASCII, so that no encoding hides them.
SECRET = ("zorptext", "zorpnamn", "zorpord", "zorptips", "zorpkontakt", "zorpskal", "zorpsvar", "zorpforklaring", "zorpbegaran",
          "zorpbeslut", "zorppolis", "zorpanteckning", "zorpadress")  # fmt: skip


@pytest.fixture(autouse=True)
def _no_waiting(settings):
    settings.KANALKOLLEN_DISPOSAL_DAYS = 0


@pytest.fixture
def schedule(cast):
    make_municipality()
    return adopt_with_schedule(Actor(cast.administrator))


@pytest.fixture
def case(schedule, cast, channel, owner):
    """A threat with everything that can hang on a case: tip, evidence in picture and words, answers, explanation, appeal."""
    url = f"{POST}?comment_id=22&zorpadress=1"
    case = open_case(
        channel, owner, url=url, text="zorptext", author="zorpnamn", category="hate_speech", seen_at=timezone.now()
    )
    tip = tips.receive_tip(
        channel_id=channel.pk, url=url, text="zorptips", contact="zorpkontakt@x.example", actor=VISITOR
    )
    assert tip.case_id == case.pk
    ladder.keep_evidence(case_id=case.pk, words="zorpord", actor=owner)
    bring_to("hidden", case, owner)
    explaining.explain(case_id=case.pk, text="zorpforklaring", actor=owner)
    ladder.assess(case_id=case.pk, assessment="remove", note="zorpanteckning", actor=owner)
    registering.hand_to_registrar(case_id=case.pk, actor=owner)
    sheet = fresh(case).record.sheets.get()
    actions.accept_diary(sheet_id=sheet.pk, number="KS 2026/391", actor=Actor(cast.registrar))
    registering.decide_police(case_id=case.pk, reported=True, note="zorppolis", actor=owner)
    police.follow_up(
        case_id=case.pk,
        number="5000-K1-26",
        contact="zorppolis",
        follow_up_on=None,
        outcome="zorppolis",
        actor=actor_of(cast.nearest_manager),
    )
    ladder.delete(case_id=case.pk, actor=owner)
    number = Explanation.objects.get().reference
    asked = reconsidering.ask_by_reference(reference=number, text="zorpbegaran", contact="zorpkontakt@x.example")
    reconsidering.decide(
        reconsideration_id=asked.pk, change=False, reason="zorpbeslut", actor=actor_of(cast.nearest_manager)
    )
    ladder.close(case_id=case.pk, actor=owner)
    return fresh(case)


def in_redis(*words):
    """Return the words that anything in Redis says, whatever kind of value it is."""
    client = redis.from_url(settings_of_django.REDIS_URL)
    read = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
    }
    said = "".join(
        repr(read[client.type(key)](key)) for key in client.scan_iter(count=1000) if client.type(key) in read
    )
    return [word for word in words if word in said]


def test_nothing_that_anybody_said_is_left_anywhere(case, cast, media):
    picture = StoredFile.objects.get()
    content = (media / picture.file.name).read_bytes()
    before = where_in_the_database(*SECRET)
    assert {"moderation_case", "moderation_caseevidence", "moderation_tip", "moderation_reconsideration",
            "moderation_explanation", "archive_record", "archive_historicalrecord"} <= before  # fmt: skip
    assert "kommun_event" not in before  # the log never had the words
    Record.objects.filter(kind="decision").update(  # the schedule keeps decisions; here all of it goes
        retention_class="granskning", fate="destroy", keep_months=0, counted_from="matter_closed"
    )
    row = confirmed(cast)
    assert actions.carry_out() == Record.objects.count() + row.items.count() == row.items.count()
    assert where_in_the_database(*SECRET, picture.name, picture.sha256) <= {"archive_disposalcertificate", "archive_disposalitem",
                                                                            "kommun_event"}  # fmt: skip
    assert where_in_the_database(*SECRET) == set()
    assert in_redis(*SECRET) == []
    files = [path for path in media.rglob("*") if path.is_file()]
    assert not any(content == path.read_bytes() for path in files)
    assert (CaseEvidence.objects.count(), Explanation.objects.count(), StoredFile.objects.count()) == (0, 0, 0)
    certificate = DisposalCertificate.objects.get(listing=row)
    assert json.loads(certificate.content)["left"] == []
    assert problems_of(certificate) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert verify_chain().problems == []


def test_the_log_holds_no_word_of_what_was_said(case):
    for event in Event.objects.all():
        assert not any(word in event.payload for word in SECRET), event.kind


def test_the_case_stays_without_words_and_is_counted_as_before(case, cast, client):
    counting.count_cases(now=timezone.now(), since=half_of(timezone.localdate()))
    figures = list(CaseFigures.objects.order_by("pk").values_list("cases", "hidden", "appeals"))
    confirmed(cast)
    actions.carry_out()
    row = fresh(case)
    assert (row.status, row.outcome, row.category) == ("closed", "removed", "hate_speech")
    assert (row.text, row.author, row.url, row.record, row.history.count()) == ("", "", "", None, 0)
    assert row.disposed_at is not None
    counting.count_cases(now=timezone.now(), since=half_of(timezone.localdate()))
    assert list(CaseFigures.objects.order_by("pk").values_list("cases", "hidden", "appeals")) == figures
    client.force_login(cast.owner)
    page = client.get(row.get_absolute_url())
    assert page.status_code == 200
    assert "gallrat" in page.content.decode()
    assert "zorptext" not in page.content.decode()
    with pytest.raises(StateConflict, match="gallrat"):
        police.follow_up(
            case_id=row.pk, number="1", contact="", follow_up_on=None, outcome="x", actor=actor_of(cast.owner)
        )


def test_an_appeal_stays_when_only_the_evidence_goes(case, cast):
    Record.objects.filter(kind="appeal").update(
        retention_class="beslut", fate="keep", keep_months=None, counted_from=""
    )
    confirmed(cast)
    actions.carry_out()
    row = Reconsideration.objects.get()
    assert (row.text, row.reason) == ("zorpbegaran", "zorpbeslut")
    assert where_in_the_database("zorptext", "zorpnamn", "zorpord", "zorptips", "zorpanteckning", "zorppolis") == set()


def close(case, owner):
    bring_to("closed", case, owner)
    return fresh(case)


def with_police(case, owner):
    Case.objects.filter(pk=case.pk).update(police="reported", police_at=timezone.now())


def an_appeal(case, owner):
    reconsidering.note_request(case_id=case.pk, text="Pröva igen.", actor=owner)


def an_import(case, owner):
    Case.objects.filter(pk=case.pk).update(known_how="import")
    run = ImportRun.objects.create(
        kind="cases", state="done", name="a.csv", size=1, sha256="0" * 64, file="a", created_by=owner.person
    )
    ImportRun.objects.filter(pk=run.pk).update(created_at=case.opened_at - timedelta(hours=1))


def a_conversation(case, owner):
    Tip.objects.create(case=case, channel=case.channel, text="Ett till.", received_at=timezone.now())


STOPS = {"polisanmält": with_police, "omprövas": an_appeal, "lästes in": an_import, "tips": a_conversation}


@pytest.mark.parametrize("said", STOPS)
@pytest.mark.parametrize("when", ["due", "confirmed"])
def test_what_goes_on_around_a_case_stops_its_records(schedule, cast, channel, owner, said, when):
    case = close(open_case(channel, owner, category="hate_speech"), owner)
    Case.objects.filter(pk=case.pk).update(police="", police_at=None)
    row = confirmed(cast) if when == "confirmed" else None
    STOPS[said](case, owner)
    if row is None:
        found, _after = disposal_queries.due_rows(timezone.localdate())
        assert {stop.kind for one in found for stop in one.stops} != set()
        assert all(said in " ".join(stop.reason for stop in one.stops) for one in found)
        with pytest.raises(StateConflict):
            proposed(cast)
        return
    assert actions.carry_out() == 0
    assert all(said in item.reason for item in row.items.all())
    assert fresh(case).text


def test_an_open_case_is_not_due_and_an_answered_one_is(schedule, cast, channel, owner):
    case = open_case(channel, owner, kind="question")
    handling.answer(case_id=case.pk, text="Vi återkommer.", interim=True, actor=owner)
    assert not disposal_queries.due(timezone.localdate()).exists()
    handling.answer(case_id=case.pk, text="zorpsvar", actor=owner)
    assert set(disposal_queries.due(timezone.localdate()).values_list("kind", flat=True)) == {"reply"}
    confirmed(cast)
    assert actions.carry_out() == 2
    assert not Reply.objects.exists()
    assert where_in_the_database("zorpsvar") == set()


def test_what_an_app_has_not_told_of_keeps_the_record(schedule, cast, channel, owner, monkeypatch):
    case = close(open_case(channel, owner, category="hate_speech"), owner)
    Record.objects.filter(pk=case.record_id).update(counted_from="occurred")
    Case.objects.filter(pk=case.pk).update(police="", police_at=None)
    Record.objects.exclude(pk=case.record_id).update(retention_class="", fate="", keep_months=None, counted_from="")
    row = confirmed(cast)
    monkeypatch.setattr(belongings, "_of_subjects", {})  # as if the app above had registered nothing
    assert actions.carry_out() == 0
    item = row.items.get()
    assert (item.state, "ärende i granskningen" in item.reason) == ("stopped", True)
    assert fresh(case).record_id == item.record_number
    assert CaseEvidence.objects.filter(case=case).exists()
