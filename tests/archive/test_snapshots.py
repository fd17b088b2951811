"""A snapshot from the asking to the record: who may do what in which state, what the database refuses, what is sealed."""

import hashlib
import json
from datetime import date

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.actor import SCHEDULER, VISITOR, Actor
from accounts.organisation import Organisation
from archive import actions, readers
from archive.actions.snapshots import half_year_of, level_of
from archive.lifecycle import SNAPSHOT
from archive.models import Record, Snapshot, SnapshotFile
from channels.models import Obligation
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import verify_chain
from kommun.models import Event
from tests.applications import adopt_preset, make_municipality
from tests.archive_scene import keep_file
from tests.snapshot_scene import ask, made, running, waiting

pytestmark = pytest.mark.django_db

# Copied by hand: who can take which step in which state.
PEOPLE = {"owner", "deputy", "nearest_manager", "department_head", "strategist", "archivist"}
TAKES = {"owner", "deputy", "nearest_manager", "strategist", "archivist", "scheduler"}
ALLOWED = {
    **{(state, step): TAKES for step, states in {
        "start": ["asked"], "give_back": ["running"], "finish": ["running"], "fail": ["asked", "running"],
    }.items() for state in states},
    ("waiting", "accept"): {"strategist", "archivist"},
    ("waiting", "reject"): {"strategist", "archivist"},
}  # fmt: skip


@pytest.fixture
def archivist(cast):
    return Actor(cast.archivist)


@pytest.fixture
def policy(cast):
    make_municipality()
    return adopt_preset("tibro", Actor(cast.administrator))


def somebody(cast, name):
    return SCHEDULER if name == "scheduler" else VISITOR if name == "visitor" else Actor(cast[name])


# --- Who may do what --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", Snapshot.Status.values)
def test_only_the_table_opens_a_step(status, cast, channel, owner):
    row = ask(channel, owner)
    row.status = status
    names = [name for name, _person in cast.people()] + ["scheduler", "visitor"]
    found = {
        step: {name for name in names if SNAPSHOT.why_not(step, row, somebody(cast, name)) is None}
        for step in SNAPSHOT.transitions
    }
    assert found == {step: ALLOWED.get((status, step), set()) for step in SNAPSHOT.transitions}


@pytest.mark.parametrize("name", ["outsider", "registrar", "administrator", "visitor", "department_head"])
def test_somebody_who_has_nothing_to_do_with_the_channel_asks_for_nothing(name, cast, channel):
    with pytest.raises(NotPermitted):
        ask(channel, somebody(cast, name))
    assert Snapshot.objects.count() == 0


def test_whoever_handed_it_in_does_not_rate_it(cast, channel, archivist):
    row = waiting(channel, archivist)
    with pytest.raises(NotPermitted, match="själv"):
        actions.accept_snapshot(snapshot_id=row.pk, rating="whole", actor=archivist)
    actions.accept_snapshot(snapshot_id=row.pk, rating="whole", actor=Actor(cast.strategist))


def test_one_that_we_captured_may_be_rated_by_whoever_asked(channel, archivist):
    row = waiting(channel, archivist, how="captured", address="https://example.se/")
    assert actions.accept_snapshot(snapshot_id=row.pk, rating="whole", actor=archivist).status == "accepted"


def test_only_the_channels_people_and_those_who_keep_it_read_it(cast, channel, owner):
    row = waiting(channel, owner)
    organisation = Organisation.load(timezone.localdate())
    reads = {name for name, person in cast.people() if readers.may_read_snapshot(person, organisation, row)}
    assert reads == {*PEOPLE, "chief_executive", "registrar"} & reads
    assert {"owner", "deputy", "archivist", "strategist", "registrar"} <= reads
    assert not {"outsider", "administrator"} & reads
    file = row.file_rows.get(role="screenshot").file
    assert {name for name, person in cast.people() if readers.may_read_file(person, organisation, file)} == reads


# --- The way of a snapshot --------------------------------------------------------------------------------------------
@pytest.mark.policy("K3")
def test_a_snapshot_becomes_a_record_with_all_its_files(policy, channel, owner, archivist):
    row = waiting(channel, owner, pictures=3, reason="before_closing")
    row = actions.accept_snapshot(snapshot_id=row.pk, rating="gaps", note="En film saknas.", actor=archivist)
    record = Record.objects.get()
    assert (row.record, row.status, row.decided_by) == (record, "accepted", archivist.user)
    assert (record.kind, record.direction, record.keeping, record.channel) == (
        "snapshot",
        "outgoing",
        "ordered",
        channel,
    )
    assert sorted(one.role for one in SnapshotFile.objects.filter(file__records=record)) == [
        "manifest", "pdfa", "screenshot", "screenshot", "screenshot",
    ]  # fmt: skip
    assert row.level == "1b"
    assert row.facts["rules"]


def test_the_manifest_names_every_file_and_is_sealed(channel, owner):
    row = waiting(channel, owner, pictures=2)
    stored = row.file_rows.get(role="manifest").file
    content = stored.file.open().read()
    assert hashlib.sha256(content).hexdigest() == row.manifest_sha256 == stored.sha256
    said = json.loads(content)
    assert content == json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    files = {(one["role"], one["place"]): one for one in said["files"]}
    assert sorted(files) == [("pdfa", 0), ("screenshot", 0), ("screenshot", 1)]
    for one in row.file_rows.exclude(role="manifest"):
        bytes_ = one.file.file.open().read()
        listed = files[one.role, one.place]
        assert listed["sha256"] == hashlib.sha256(bytes_).hexdigest()
        assert listed["sha512"] == hashlib.sha512(bytes_).hexdigest()
    assert row.manifest_sha256 in Event.objects.get(kind="snapshot.handed_in").payload


@pytest.mark.django_db(transaction=True)
def test_the_chain_of_events_seals_the_manifest(channel, owner):
    waiting(channel, owner)
    assert verify_chain().problems == []


def test_a_lost_attempt_is_made_again_and_what_it_left_is_not_part_of_the_next(channel, owner):
    row = running(channel, owner, pictures=2)
    actions.give_back_snapshot(snapshot_id=row.pk, note="Arbetaren stannade.", actor=SCHEDULER)
    actions.start_snapshot(snapshot_id=row.pk, actor=SCHEDULER)
    file = keep_file(owner)
    actions.add_snapshot_file(snapshot_id=row.pk, role="screenshot", file=file, actor=SCHEDULER)
    row = actions.hand_in_snapshot(
        snapshot_id=row.pk, taken_at=timezone.now(), pdfa=made(SCHEDULER), verdict=actions.Verdict(), actor=SCHEDULER
    )
    said = json.loads(row.file_rows.get(role="manifest").file.file.open().read())
    assert (said["attempt"], len(said["files"])) == (2, 2)
    assert row.file_rows.count() == 5


def test_somebody_is_asked_to_look_and_is_not_asked_any_more_afterwards(channel, owner, archivist):
    row = waiting(channel, owner)
    due = Obligation.objects.open().get(kind="look_at_snapshot")
    assert due.holder == archivist.user
    actions.reject_snapshot(snapshot_id=row.pk, refusal="incomplete", note="Sista sidan fattas.", actor=archivist)
    assert not Obligation.objects.open().filter(kind="look_at_snapshot").exists()


def test_whoever_handed_in_is_told_why_it_was_not_good_enough(
    channel, owner, archivist, django_capture_on_commit_callbacks
):
    row = waiting(channel, owner)
    with django_capture_on_commit_callbacks(execute=True):
        actions.reject_snapshot(snapshot_id=row.pk, refusal="wrong_channel", actor=archivist)
    (sent,) = mail.outbox
    assert sent.to == [owner.user.email]
    assert "Visar en annan kanal" in sent.body
    row.refresh_from_db()
    assert (row.status, row.record, row.file_rows.count()) == ("rejected", None, 3)


def test_a_capture_that_came_to_nothing_says_why(channel, owner):
    row = ask(channel, owner, how="captured", address="https://example.se/")
    row = actions.fail_snapshot(snapshot_id=row.pk, refusal="login_wall", actor=SCHEDULER)
    assert (row.status, row.refusal, row.decided_by) == ("rejected", "login_wall", None)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"rating": ""}, "rating"), ({"rating": "gaps", "note": " "}, "note"), ({"rating": "fint"}, "rating")],
)
def test_a_rating_says_what_it_has_to(values, field, channel, owner, archivist):
    row = waiting(channel, owner)
    with pytest.raises(InvalidInput) as refused:
        actions.accept_snapshot(snapshot_id=row.pk, actor=archivist, **values)
    assert list(refused.value.errors) == [field]


def test_a_refusal_comes_from_the_closed_list(channel, owner, archivist):
    row = waiting(channel, owner)
    with pytest.raises(InvalidInput):
        actions.reject_snapshot(snapshot_id=row.pk, refusal="ful", actor=archivist)


def test_nothing_without_a_file_is_handed_in(channel, owner):
    row = running(channel, owner, pictures=0)
    with pytest.raises(InvalidInput):
        actions.hand_in_snapshot(
            snapshot_id=row.pk, taken_at=timezone.now(), pdfa=made(owner), verdict=actions.Verdict(), actor=owner
        )


def test_a_pdf_with_faults_waits_but_is_not_accepted(channel, owner, archivist):
    fault = {"code": "font_not_embedded", "text": "Ett typsnitt saknas."}
    row = waiting(channel, owner, verdict=actions.Verdict(problems=[fault]))
    with pytest.raises(NotPermitted, match="Ett typsnitt saknas"):
        actions.accept_snapshot(snapshot_id=row.pk, rating="whole", actor=archivist)
    verdict = actions.Verdict(validation="invalid", validator="veraPDF 1.28", profile="1b")
    row = waiting(channel, owner, verdict=verdict)
    with pytest.raises(NotPermitted, match="inte är en giltig"):
        actions.accept_snapshot(snapshot_id=row.pk, rating="whole", actor=archivist)


def test_a_file_that_was_changed_on_the_disk_is_not_sealed_as_if_it_were_whole(channel, owner, media):
    row = running(channel, owner, pictures=0)
    file = keep_file(owner)
    (media / file.file.name).write_bytes(b"annat")
    with pytest.raises(StateConflict):
        actions.add_snapshot_file(snapshot_id=row.pk, role="screenshot", file=file, actor=owner)


def test_two_who_accept_at_once_make_one_record(cast, channel, owner, archivist):
    row = waiting(channel, owner)
    actions.accept_snapshot(snapshot_id=row.pk, rating="whole", actor=archivist)
    actions.accept_snapshot(snapshot_id=row.pk, rating="whole", actor=archivist)
    with pytest.raises(StateConflict):
        actions.accept_snapshot(snapshot_id=row.pk, rating="whole", actor=Actor(cast.strategist))
    assert Record.objects.count() == 1


# --- What the database refuses ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "values",
    [
        {"status": "accepted"},
        {"status": "rejected"},
        {"refusal": "gone"},
        {"rating": "whole"},
        {"manifest_sha256": ""},
        {"taken_at": None},
        {"channel_id": 0},
        {"how": "captured"},
        {"validation": "valid"},
    ],
)
def test_the_database_refuses_a_waiting_one_that_says_too_much_or_too_little(values, channel, owner):
    row = waiting(channel, owner)
    with pytest.raises(DatabaseError), transaction.atomic():
        Snapshot.objects.filter(pk=row.pk).update(**values)


def test_the_database_accepts_nothing_without_its_files(channel, owner, archivist):
    row = ask(channel, owner)
    record = actions.snapshots._keep(row, archivist)
    whole = {
        "status": "accepted", "record": record, "checked_at": timezone.now(), "taken_at": timezone.now(),
        "handed_in_at": timezone.now(), "decided_by": archivist.user, "decided_at": timezone.now(), "rating": "whole",
        "manifest_sha256": "0" * 64,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="without its original"), transaction.atomic():
        Snapshot.objects.filter(pk=row.pk).update(**whole)


@pytest.mark.parametrize(
    "values",
    [
        {"status": "waiting"},
        {"rating": "gaps"},
        {"manifest_sha256": "1" * 64},
        {"problems": [{"code": "x"}]},
        {"decided_by": None},
        {"record": None},
    ],
)
def test_what_has_been_decided_stays(values, channel, owner, archivist):
    row = waiting(channel, owner)
    actions.accept_snapshot(snapshot_id=row.pk, rating="whole", actor=archivist)
    with pytest.raises(DatabaseError), transaction.atomic():
        Snapshot.objects.filter(pk=row.pk).update(**values)


def test_a_decided_snapshot_takes_no_more_files_and_loses_none(channel, owner, archivist):
    row = waiting(channel, owner)
    actions.accept_snapshot(snapshot_id=row.pk, rating="whole", actor=archivist)
    file, values = keep_file(owner), {"snapshot": row, "attempt": 1, "sha512": "0" * 128}
    with pytest.raises(IntegrityError), transaction.atomic():
        SnapshotFile.objects.create(file=file, role="screenshot", place=7, **values)
    SnapshotFile.objects.create(file=file, role="timestamp", **values)
    for refused in (row.file_rows.all().delete, row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            refused()


# --- Small things -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("formats", "level"),
    [((), "1b"), (("screenshot",), "1b"), (("pdf",), "1b"), (("pdfa-1",), "1b"), (("screenshot", "pdfa-3b"), "3b"),
     (("pdfa-2u",), "2u"), (("pdfa-1a",), "1a")],
)  # fmt: skip
def test_the_level_is_the_policys(formats, level):
    assert level_of(formats) == level


def test_a_half_year_begins_in_january_or_july():
    days = [date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31)]
    assert [half_year_of(day).month for day in days] == [1, 1, 7, 7]
