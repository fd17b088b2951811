"""Disposal: nothing goes but by a decision, reviewed, signed by another, waited for, confirmed; and then all of it goes."""

import json
import threading
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actor import SCHEDULER, Actor
from archive import actions, disposal_queries, retention
from archive.actions import destroying
from archive.certificates import problems_of
from archive.lifecycle import DISPOSAL
from archive.models import (
    DiarySheet,
    DisposalCertificate,
    DisposalItem,
    DisposalList,
    Hold,
    Record,
    RecordFile,
    StoredFile,
)
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import verify_chain
from kommun.models import Event
from tests.applications import adopt_preset, make_municipality
from tests.archive_scene import keep_file, keep_record, make_channel, propose
from tests.disposal_scene import (
    LONG_AGO,
    adopt_with_schedule,
    bring_list_to,
    confirmed,
    decide,
    old_post,
    proposed,
    second_archivist,
    signed,
    where_in_the_database,
)
from tests.factories import make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_waiting(settings):
    settings.KANALKOLLEN_DISPOSAL_DAYS = 0


@pytest.fixture
def schedule(cast):
    make_municipality()
    return adopt_with_schedule(Actor(cast.administrator))


@pytest.fixture
def old(schedule, channel, owner):
    return old_post(channel, owner, files=[keep_file(owner)])


def there(record):
    return Record.objects.filter(pk=record.pk).exists()


def states_of(row):
    return dict(row.items.values_list("record_number", "state"))


# --- How long ---------------------------------------------------------------------------------------------------------
@pytest.mark.policy("L3")
def test_a_record_gets_its_class_from_the_first_line_that_fits(schedule, channel, owner):
    rows = {
        "beslut": keep_record(channel, owner, kind="decision", direction="outgoing"),
        "ringa": keep_record(channel, owner, keeping="minor"),
        "inlagg": keep_record(channel, owner),
        "": keep_record(channel, owner, kind="police_report"),
    }
    assert {name: row.retention_class for name, row in rows.items()} == {name: name for name in rows}
    assert [row.fate for row in rows.values()] == ["keep", "destroy", "destroy", ""]
    assert rows["inlagg"].retention_cite.startswith("Tibro") or rows["inlagg"].retention_cite


def test_the_class_follows_when_it_is_decided_how_a_record_is_kept(schedule, channel, owner, registrar):
    record = keep_record(channel, owner)
    sheet = propose(record, owner)
    actions.decline_diary(sheet_id=sheet.pk, reason="Ringa betydelse.", keeping="minor", actor=registrar)
    record.refresh_from_db()
    assert (record.retention_class, record.keep_months) == ("ringa", 6)


def test_without_a_line_nothing_is_decided_and_nothing_is_ever_due(cast, channel, owner):
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    record = old_post(channel, owner, occurred_at=timezone.now() - 10 * LONG_AGO)
    assert (record.fate, record.retention_class) == ("", "")
    assert not disposal_queries.due(timezone.localdate()).exists()
    adopt_with_schedule(Actor(cast.administrator))
    assert actions.put_classes(actor=SCHEDULER) == 1
    assert actions.put_classes(actor=SCHEDULER) == 0
    assert disposal_queries.due(timezone.localdate()).get() == record
    assert record.history.count() == 2


def test_a_changed_schedule_is_for_what_comes_after_it(cast, old):
    longer = 'retention = [{ key = "allt", title = "Allt", fate = "keep" }]'
    adopt_with_schedule(Actor(cast.administrator), longer)
    actions.put_classes(actor=SCHEDULER)
    old.refresh_from_db()
    assert old.retention_class == "inlagg"


def test_the_database_and_the_function_count_the_same_day(schedule, channel, owner):
    moments = ["2024-02-29T22:59:00Z", "2024-02-29T23:30:00Z", "2023-10-29T00:30:00Z", "2024-08-31T10:00:00Z"]
    for months, moment in enumerate(moments, start=1):
        record = keep_record(channel, owner, occurred_at=timezone.datetime.fromisoformat(moment))
        Record.objects.filter(pk=record.pk).update(keep_months=months)
    for record in disposal_queries.with_ends():
        day = timezone.localdate(record.occurred_at)
        assert record.ends_on == retention.last_day_kept("destroy", record.keep_months, day)


days = st.dates(date(2000, 1, 1), date(2200, 1, 1)) | st.just(retention.FOR_EVER) | st.none()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a loaded machine draws slowly
@given(st.lists(days, max_size=8), days)
def test_longest_wins_whatever_belongs_together(found, one_more):
    whole = retention.longest([*found, one_more])
    if retention.FOR_EVER in (*found, one_more):
        assert whole == retention.FOR_EVER  # kept for good outlasts all
    elif None in (*found, one_more):
        assert whole is None  # not decided: no day
    else:
        assert whole == max([*found, one_more])
    assert retention.longest([one_more, *reversed(found)]) == whole  # in whatever order
    assert retention.longest([*found, one_more, one_more]) == whole


def test_a_file_of_two_records_goes_with_the_last_of_them(cast, schedule, channel, owner, media):
    file = keep_file(owner)
    first = old_post(channel, owner, files=[file])
    second = keep_record(channel, owner, files=[file])
    until = disposal_queries.kept_until(file)
    assert until == disposal_queries.with_ends().get(pk=second.pk).ends_on > timezone.localdate()
    confirmed(cast)
    actions.carry_out()
    assert (there(first), there(second)) == (False, True)
    assert (media / file.file.name).exists()
    Record.objects.filter(pk=second.pk).update(keep_months=0)
    confirmed(cast, number="KF 2026/13")
    actions.carry_out()
    assert not StoredFile.objects.exists()
    assert not (media / file.file.name).exists()


def test_a_file_is_kept_as_long_as_the_last_of_its_records(schedule, channel, owner):
    file = keep_file(owner)
    assert disposal_queries.kept_until(file) is None
    old_post(channel, owner, files=[file])
    assert disposal_queries.kept_until(file) < timezone.localdate()
    third = keep_record(channel, owner, kind="police_report", files=[file])
    assert disposal_queries.kept_until(file) is None  # not decided outlasts every day
    Record.objects.filter(pk=third.pk).update(retention_class="beslut", fate="keep")
    assert disposal_queries.kept_until(file) == retention.FOR_EVER


# --- The way there ----------------------------------------------------------------------------------------------------
@pytest.mark.policy("L1")
def test_all_that_a_record_said_is_gone_and_the_certificate_stays(cast, schedule, channel, owner, registrar, media):
    words = {
        "text": "hemligtextord",
        "author": "hemligtnamn",
        "label": "hemligetikett",
        "source_url": "https://x.example/hemligadress",
    }
    record = old_post(channel, owner, **words, files=[keep_file(owner)])
    path = media / record.files.get().file.name
    sheet = propose(record, owner, counterpart="hemligtnamn", concerns="hemligsak")
    actions.accept_diary(sheet_id=sheet.pk, number="KS 2026/391", actor=registrar)
    stays = keep_record(channel, owner, text="Den här är ny.")
    secrets = (*words.values(), "hemligsak")
    assert where_in_the_database(*secrets) == {
        "archive_record", "archive_historicalrecord", "archive_diarysheet", "archive_historicaldiarysheet",
    }  # fmt: skip
    row = confirmed(cast)
    assert actions.carry_out() == 1
    assert where_in_the_database(*secrets) == set()
    assert not path.exists()
    assert (there(record), there(stays), DiarySheet.objects.count()) == (False, True, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM archive_historicalrecord WHERE id = %s", [record.pk])
        assert cursor.fetchone() == (0,)
    certificate = DisposalCertificate.objects.get(listing=row)
    said = json.loads(certificate.content)
    assert (said["count"], said["by_class"], said["files"]) == (1, {"inlagg": 1}, 1)
    assert said["decision"]["number"] == "KF 2026/12"
    assert said["destroyed"][0]["number"] == record.pk
    assert len(said["destroyed"][0]["sha256"]) == 1
    assert said["signed"]["by"] == str(cast.archivist)
    assert problems_of(certificate) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert verify_chain().problems == []


def test_a_certificate_that_says_something_else_than_what_is_so_is_found_out(cast, old, channel, owner):
    row = confirmed(cast)
    actions.carry_out()
    certificate = DisposalCertificate.objects.get(listing=row)
    certificate.content = certificate.content.replace('"count": 1', '"count": 2')
    assert problems_of(certificate) != []
    for change in ("content = content || ' '", "sha256 = repeat('0', 64)", "finished_at = now()"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE archive_disposalcertificate SET {change}")  # noqa: S608


def test_another_person_signs_than_the_one_who_listed(cast, old):
    decision = decide(cast)
    row = actions.propose_list(decision_id=decision.pk, actor=Actor(cast.archivist))
    items = list(row.items.values_list("pk", flat=True))
    actions.approve_items(list_id=row.pk, item_ids=items, actor=Actor(cast.archivist))
    with pytest.raises(NotPermitted, match="Någon annan"):
        actions.sign_list(list_id=row.pk, actor=Actor(cast.archivist))
    with pytest.raises(DatabaseError, match="list_signed_by_another"), transaction.atomic():
        DisposalList.objects.filter(pk=row.pk).update(signed_by=cast.archivist)
    assert actions.sign_list(list_id=row.pk, actor=Actor(second_archivist())).status == "signed"


def test_every_item_is_looked_at_before_the_list_is_signed(cast, old, channel, owner):
    other = old_post(channel, owner)
    row = proposed(cast)
    first, second = row.items.order_by("pk")
    actions.approve_items(list_id=row.pk, item_ids=[first.pk], actor=Actor(cast.registrar))
    with pytest.raises(StateConflict, match="inte granskade"):
        actions.sign_list(list_id=row.pk, actor=Actor(cast.archivist))
    with pytest.raises(InvalidInput):
        actions.keep_item(item_id=second.pk, reason=" ", actor=Actor(cast.registrar))
    actions.keep_item(item_id=second.pk, reason="Har forskningsvärde.", actor=Actor(cast.registrar))
    actions.sign_list(list_id=row.pk, actor=Actor(cast.archivist))
    actions.confirm_list(list_id=row.pk, typed="GALLRA 1", actor=Actor(cast.archivist))
    actions.carry_out()
    assert (there(old), there(other)) == (False, True)
    left = json.loads(DisposalCertificate.objects.get().content)["left"]
    assert left == [{"number": other.pk, "state": "kept", "reason": "Har forskningsvärde."}]


def test_it_waits_and_not_even_the_database_is_hurried(cast, old, settings, time_machine):
    settings.KANALKOLLEN_DISPOSAL_DAYS = 14
    row = signed(cast)
    with pytest.raises(StateConflict, match="Väntetiden"):
        actions.confirm_list(list_id=row.pk, typed="GALLRA 1", actor=Actor(cast.archivist))
    time_machine.move_to(row.not_before + timedelta(minutes=1))
    actions.confirm_list(list_id=row.pk, typed="GALLRA 1", actor=Actor(cast.archivist))
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        actions.carry_out()  # the application's clock is fast; the database's own is not
    assert there(old)


@pytest.mark.parametrize("typed", ["", "GALLRA", "GALLRA 2", "RADERA 1"])
def test_something_else_is_typed(cast, old, typed):
    row = signed(cast)
    with pytest.raises(InvalidInput):
        actions.confirm_list(list_id=row.pk, typed=typed, actor=Actor(cast.archivist))
    assert actions.carry_out() == 0


@pytest.mark.policy("L1")
def test_only_the_classes_of_the_decision(cast, old, channel, owner):
    minor = old_post(channel, owner, keeping="minor")
    row = proposed(cast, "ringa")
    assert states_of(row) == {minor.pk: "listed"}
    with pytest.raises(StateConflict, match="Inget"):
        proposed(cast, "granskning", number="KF 2026/13")


# Copied by hand from LAW 1.6 and the issue: who, in which state.
ALLOWED = (
    {("proposed", step, who) for step in ("review", "keep", "withdraw") for who in ("registrar", "archivist")}
    | {("signed", step, who) for step in ("keep", "withdraw") for who in ("registrar", "archivist")}
    | {("proposed", "sign", "archivist"), ("signed", "confirm", "archivist")}
    | {("confirmed", step, "scheduler") for step in ("destroy", "finish")}
)


@pytest.mark.parametrize("status", DisposalList.Status.values)
def test_state_step_and_person(cast, old, status):
    row = bring_list_to(status, cast)
    people = {name: Actor(user) for name, user in cast.people()} | {"scheduler": SCHEDULER}
    found = {
        (status, step, name)
        for step in DISPOSAL.transitions
        for name, actor in people.items()
        if DISPOSAL.why_not(step, row, actor) is None
    }
    assert found == {one for one in ALLOWED if one[0] == status}


# --- What stops it: class × hold × state --------------------------------------------------------------------------------
def hold_by_hand(cast, record, kind="other"):
    return actions.set_hold(kind=kind, reason="Begärd.", record_number=record.pk, actor=Actor(cast.archivist))


HOLDS = {
    "record": lambda cast, record: hold_by_hand(cast, record),
    "disclosure": lambda cast, record: hold_by_hand(cast, record, "disclosure"),
    "channel": lambda cast, record: actions.set_hold(
        kind="police", reason="Utredning.", channel_id=record.channel_id, actor=Actor(cast.archivist)
    ),
    "sheet": lambda cast, record: propose(record, Actor(cast.owner)),
    "undiarised": lambda cast, record: Record.objects.filter(pk=record.pk).update(keeping="register"),
}
CLASSES = {"inlagg": {}, "ringa": {"keeping": "minor"}, "granskning": {"kind": "reply"}, "beslut": {"kind": "decision"}}


@pytest.mark.parametrize("hold", HOLDS)
@pytest.mark.parametrize("when", ["due", "signed", "confirmed"])
@pytest.mark.parametrize("sort", ["inlagg", "ringa"])
def test_a_hold_wins_in_every_class_and_state(cast, schedule, channel, owner, sort, hold, when):
    record = old_post(channel, owner, **CLASSES[sort])
    free = old_post(make_channel(cast, "Badhuset"), owner)
    row = None if when == "due" else {"signed": signed, "confirmed": confirmed}[when](cast)
    HOLDS[hold](cast, record)
    if row is None:
        row = confirmed(cast)
        assert record.pk not in states_of(row)
    elif when == "signed":
        actions.confirm_list(list_id=row.pk, typed="GALLRA 2", actor=Actor(cast.archivist))
    actions.carry_out()
    assert (there(record), there(free)) == (True, False)
    if when != "due":
        left = json.loads(DisposalCertificate.objects.get().content)["left"]
        assert [(one["number"], one["state"]) for one in left] == [(record.pk, "stopped")]
        assert left[0]["reason"]


@pytest.mark.parametrize("sort", ["granskning", "beslut"])
def test_what_is_kept_or_has_not_begun_to_count_is_never_due(cast, schedule, channel, owner, sort):
    record = old_post(channel, owner, direction="outgoing", **CLASSES[sort])
    assert record.retention_class == sort
    assert not disposal_queries.due(date(2999, 1, 1)).exists()


def test_a_released_hold_lets_it_go_with_the_next_list(cast, old):
    hold = hold_by_hand(cast, old)
    with pytest.raises(StateConflict):
        proposed(cast)
    with pytest.raises(InvalidInput):
        actions.release_hold(hold_id=hold.pk, reason="", actor=Actor(cast.archivist))
    actions.release_hold(hold_id=hold.pk, reason="Handlingen är utlämnad.", actor=Actor(cast.archivist))
    with pytest.raises(StateConflict):
        actions.release_hold(hold_id=hold.pk, reason="Igen.", actor=Actor(cast.archivist))
    confirmed(cast, number="KF 2026/13")
    assert actions.carry_out() == 1


def test_a_hold_needs_a_reason_and_something_that_is_there(cast, old, channel, owner):
    archivist = Actor(cast.archivist)
    for values, field in (
        ({"record_number": old.pk, "reason": ""}, "reason"),
        ({"reason": "x"}, "record_number"),
        ({"record_number": old.pk, "channel_id": channel.pk, "reason": "x"}, "record_number"),
        ({"record_number": 0, "reason": "x"}, "record_number"),
        ({"channel_id": 0, "reason": "x"}, "channel"),
    ):
        with pytest.raises(InvalidInput) as refused:
            actions.set_hold(kind="other", actor=archivist, **values)
        assert list(refused.value.errors) == [field]
    with pytest.raises(NotPermitted):
        actions.set_hold(kind="other", reason="x", record_number=old.pk, actor=owner)


def test_a_class_that_changes_on_the_way_stops_it(cast, old):
    confirmed(cast)
    Record.objects.filter(pk=old.pk).update(keep_months=120)
    assert actions.carry_out() == 0
    assert (there(old), DisposalItem.objects.get().state) == (True, "stopped")


def test_what_something_unknown_points_at_stays(cast, old, monkeypatch):
    confirmed(cast)
    monkeypatch.setattr(destroying, "_OWN", (RecordFile,))  # as if sheets were another app's, which has told of nothing
    Record.objects.filter(pk=old.pk).update(keeping="minor")
    DiarySheet.objects.create(
        record=old, status="declined", reason="Nej.", answered_at=timezone.now(), proposed_at=timezone.now(),
        document_date=timezone.localdate(), concerns="x",
    )  # fmt: skip
    actions.carry_out()
    assert there(old)
    assert "diarieblad" in DisposalItem.objects.get().reason


# --- There is no other delete -------------------------------------------------------------------------------------------
ROWS = ["archive_record", "archive_recordfile", "archive_storedfile", "archive_diarysheet", "archive_historicalrecord",
        "archive_historicaldiarysheet"]  # fmt: skip


@pytest.mark.parametrize("claim", ["", "certificate", "ignore"])
def test_there_is_no_other_delete(cast, channel, owner, old, claim):
    propose(old, owner)
    row = signed_of_another(cast, channel, owner)
    certificate = row.certificate.pk
    file = old.files.get()
    attempts = [
        lambda: Record.objects.get(pk=old.pk).delete(),
        lambda: Record.objects.filter(pk=old.pk).delete(),
        lambda: Record.objects.filter(pk=old.pk)._raw_delete("default"),
        lambda: RecordFile.objects.all().delete(),
        lambda: StoredFile.objects.filter(pk=file.pk)._raw_delete("default"),
        lambda: DiarySheet.objects.all().delete(),
        lambda: Record.history.all().delete(),
        lambda: Record.history.update(text=""),
        *(lambda table=table: sql(f"DELETE FROM {table}") for table in ROWS),  # noqa: S608
        lambda: sql(f"UPDATE archive_record SET text = '' WHERE id = {old.pk}"),  # noqa: S608
        lambda: sql("UPDATE archive_storedfile SET name = 'x'"),
        lambda: sql("DELETE FROM archive_disposalcertificate"),
        lambda: sql("DELETE FROM archive_disposalitem"),
        lambda: sql("DELETE FROM archive_disposallist"),
        lambda: sql("DELETE FROM archive_disposaldecision"),
        lambda: sql("UPDATE archive_disposaldecision SET number = 'x'"),
        lambda: sql(f"UPDATE archive_disposalitem SET record_number = {old.pk}"),  # noqa: S608
    ]
    for number, attempt in enumerate(attempts):
        with pytest.raises(Exception, match=r"Cannot|protected|violates") as refused, transaction.atomic():  # noqa: PT012
            if claim == "certificate":  # a real one, being carried out, but for other records
                sql(f"SELECT set_config('kanalkollen.certificate', '{certificate}', true)")
            if claim == "ignore":
                names = triggers()
                sql(f"SELECT set_config('pgtrigger.ignore', '{{{','.join(names)}}}', true)")
            attempt()
        assert refused.value is not None, number
    assert there(old)
    assert Event.objects.filter(kind="record.destroyed").count() == 0


def signed_of_another(cast, channel, owner):
    """A list that is confirmed, with one other record on it that stays because it is held."""
    other = old_post(channel, owner, keeping="minor")
    row = confirmed(cast, "ringa")
    assert states_of(row) == {other.pk: "approved"}
    hold_by_hand(cast, other)
    return row


def triggers():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_%' AND tgrelid::regclass::text LIKE 'archive_%'"
        )
        return [name for (name,) in cursor.fetchall()]


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_admin_deletes_nothing(client, cast, old):
    client.force_login(cast.administrator)
    assert client.post(f"/hantera/archive/record/{old.pk}/delete/", {"post": "yes"}).status_code in (403, 404)
    assert there(old)


def test_a_hold_stops_the_database_itself(cast, old):
    row = confirmed(cast)
    hold_by_hand(cast, old)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():  # noqa: PT012
        sql(f"SELECT set_config('kanalkollen.certificate', '{row.certificate.pk}', true)")
        RecordFile.objects.all()._raw_delete("default")


# --- Twice, at once, killed ---------------------------------------------------------------------------------------------
def test_run_twice_it_is_done_once(cast, old):
    confirmed(cast)
    assert [actions.carry_out(), actions.carry_out()] == [1, 0]
    assert Event.objects.filter(kind="disposal.finished").count() == 1


KILLED = ["take_away_bytes", "finish", "_destroy"]


@pytest.mark.parametrize("killed_in", KILLED)
def test_killed_anywhere_it_goes_on_from_there(cast, old, channel, owner, media, monkeypatch, killed_in):
    more = [old_post(channel, owner, files=[keep_file(owner)]) for _each in range(3)]
    row = confirmed(cast)
    whole, calls = getattr(destroying, killed_in), []

    def killed(*args, **kwargs):
        calls.append(1)
        if killed_in != "_destroy" or len(calls) == 3:
            raise KeyboardInterrupt  # nothing catches it, and the transaction that is open is undone
        return whole(*args, **kwargs)

    monkeypatch.setattr(destroying, killed_in, killed)
    monkeypatch.setattr(destroying, "SLICE", 2)
    with pytest.raises(KeyboardInterrupt):
        actions.carry_out()
    monkeypatch.undo()
    assert DisposalList.objects.get(pk=row.pk).status == "confirmed"
    actions.carry_out()
    assert not Record.objects.filter(pk__in=[old.pk, *(one.pk for one in more)]).exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []
    assert problems_of(DisposalCertificate.objects.get()) == []


@pytest.fixture
def committed(settings, tmp_path):
    """A disposal that is confirmed, where every act commits: (cast, list, the records)."""
    settings.MEDIA_ROOT = tmp_path / "media"
    cast = make_cast()
    make_municipality()
    adopt_with_schedule(Actor(cast.administrator))
    channel = make_channel(cast)
    rows = [old_post(channel, Actor(cast.owner)) for _each in range(6)]
    return cast, confirmed(cast), rows


def at_once(*acts):
    gate, answers = threading.Barrier(len(acts)), []

    def run(act):
        try:
            gate.wait()
            answers.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_destroy_each_record_once(committed, monkeypatch):
    _cast, row, _records = committed
    monkeypatch.setattr(destroying, "SLICE", 2)
    assert sum(at_once(actions.carry_out, actions.carry_out)) == 6
    assert Event.objects.filter(kind="record.destroyed").count() == 6
    assert Event.objects.filter(kind="disposal.finished").count() == 1
    assert problems_of(DisposalCertificate.objects.get(listing=row)) == []
    assert verify_chain().problems == []


@pytest.mark.django_db(transaction=True)
def test_a_hold_between_confirmation_and_slice_stops_just_that_one_and_is_named(committed):
    cast, row, records = committed
    hold = hold_by_hand(cast, records[3], "disclosure")
    actions.carry_out()
    assert list(Record.objects.values_list("pk", flat=True)) == [records[3].pk]
    said = json.loads(DisposalCertificate.objects.get(listing=row).content)
    assert said["count"] == 5
    assert [one["number"] for one in said["left"]] == [records[3].pk]
    assert f"Undantag {hold.pk} " in said["left"][0]["reason"]


@pytest.mark.django_db(transaction=True)
def test_a_hold_set_while_it_is_being_destroyed_is_never_overtaken(committed):
    cast, _row, records = committed

    def hold():
        try:
            return hold_by_hand(cast, records[0]).pk
        except InvalidInput:
            return None  # too late: the record is gone, and the person is told

    at_once(actions.carry_out, hold)
    held = Hold.objects.filter(record_number=records[0].pk).exists()
    assert held == there(records[0])
    assert Record.objects.count() == held
