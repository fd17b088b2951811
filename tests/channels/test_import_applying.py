"""Channels from a file after the yes: all of it once or nothing, by those who may, and by jobs that can be lost."""

import threading
from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Appointment
from channels import exporting
from channels.actions import importing
from channels.actions.importing import accept_import, discard_import, start_import
from channels.actions.publishing import change_details
from channels.models import Channel, ImportRow, ImportRun
from kommun.errors import NotPermitted, StateConflict
from kommun.events import events_about, verify_chain
from kommun.models import Event
from tests.factories import AppointmentFactory
from tests.files import text_file, upload
from tests.imports import HEADER
from tests.public_scene import make_channel

pytestmark = pytest.mark.django_db
S, V = ImportRun.State, ImportRow.Verdict


# --- All or nothing, once ---------------------------------------------------------------------------------------------
def test_good_rows_come_in_and_those_with_errors_can_be_mended(office):
    run = office.rows(["", "Badet", "Facebook"], ["", "Torget", "Okänd"], ["", "Parken", "Instagram"])
    office.accept(run)
    assert set(Channel.objects.values_list("name", flat=True)) == {"Badet", "Parken"}
    header, rows = exporting.error_rows(run)
    assert rows[0][:3] == ["", "Torget", "Okänd"]
    assert rows[0][-1].startswith("Plattform: Plattformen ”Okänd” finns inte")
    mended = [[*rows[0][:2], "Threads", *rows[0][3:]]]
    again = office.bring_in(exporting.written("xlsx", header, mended), name="rader.xlsx")
    assert again.state == S.DONE
    assert Channel.objects.filter(name="Torget").exists()


def test_a_row_overtaken_since_the_preview_is_said_so_and_nothing_comes_in(office):
    channel = make_channel(office.cast, "Badet", "facebook.com/badet")
    run = office.rows([channel.slug, "Badhuset", "Facebook"], ["", "Torget", "Facebook"])
    change_details(channel_id=channel.pk, values={"name": "Badhuset"}, version=channel.version, actor=office.actor)
    office.accept(run)
    assert run.state == S.READY
    assert "Registret har ändrats" in run.problem
    assert [(row.title, row.verdict, row.overtaken) for row in run.rows.order_by("number")] == [
        ("Badhuset (Facebook)", "same", True),
        ("Torget (Facebook)", "create", False),
    ]
    assert not Channel.objects.filter(name="Torget").exists()
    with pytest.raises(StateConflict, match="lästs på nytt"):
        accept_import(run_id=run.pk, reading=run.reading - 1, actor=office.actor)
    assert office.accept(run).state == S.DONE


def test_an_account_taken_since_the_preview_stops_the_import(office):
    run = office.rows(["", "Badet", "Facebook", "facebook.com/ekhultsbad"])
    make_channel(office.cast, "Simhallen", "facebook.com/ekhultsbad")
    office.accept(run)
    assert (run.state, Channel.objects.count()) == (S.READY, 1)
    assert run.rows.get().verdict == V.CHANGE


def test_a_failure_on_the_way_leaves_nothing_half_done(office):
    run = office.rows(["", "Badet", "Facebook"], ["", "Torget", "Facebook"])
    events = Event.objects.count()
    with mock.patch.object(importing, "record", side_effect=[mock.DEFAULT, RuntimeError("disk full")]):
        accept_import(run_id=run.pk, reading=run.reading, actor=office.actor)
        with pytest.raises(RuntimeError):
            importing.apply_import(run.pk)
    run.refresh_from_db()
    assert (run.state, Channel.objects.count()) == (S.READY, 0)
    assert "inget är infört" in run.problem
    assert Event.objects.count() == events
    assert office.accept(run).state == S.DONE


def test_whoever_has_left_the_post_brings_nothing_in(office):
    run = office.rows(["", "Badet", "Facebook"])
    accept_import(run_id=run.pk, reading=run.reading, actor=office.actor)
    Appointment.objects.filter(user=office.cast.strategist).update(ends_on=timezone.localdate() - timedelta(days=1))
    assert importing.apply_import(run.pk) is False
    run.refresh_from_db()
    assert (run.state, Channel.objects.count()) == (S.READY, 0)
    assert "Kanaler läses in av" in run.problem


def test_applied_or_discarded_there_is_no_second_time(office):
    run = office.bring_in(text_file([HEADER, ["", "Badet", "Facebook"]]))
    with pytest.raises(StateConflict):
        accept_import(run_id=run.pk, reading=run.reading, actor=office.actor)
    assert importing.apply_import(run.pk) is False
    other = office.rows(["", "Torget", "Facebook"])
    with office.commit(execute=True):
        discard_import(run_id=other.pk, actor=office.actor)
    other.refresh_from_db()
    assert (other.state, other.rows.count(), bool(other.file)) == (S.DISCARDED, 0, False)
    assert importing.read_import(other.pk) is False


def test_who_may_bring_in_what(office, cast):
    content = text_file([HEADER, ["", "Badet", "Facebook"]])
    with pytest.raises(NotPermitted, match="Kanaler läses in av"):
        office.read(content, actor=Actor(cast.owner))
    for kind in ("units", "people"):
        with pytest.raises(NotPermitted, match="systemadministratör"):
            office.read(content, kind=kind, actor=office.actor)
    editor = AppointmentFactory(role=Appointment.Role.WEB_EDITOR).user
    run = office.read(content, actor=Actor(editor, roles=frozenset({Appointment.Role.WEB_EDITOR})))
    assert office.accept(run, Actor(editor, roles=frozenset({Appointment.Role.WEB_EDITOR}))).state == S.DONE


# --- The jobs ---------------------------------------------------------------------------------------------------------
def test_a_lost_job_is_begun_again(office):
    run = start_import(
        kind="channels",
        upload=upload(text_file([HEADER, ["", "Badet", "Facebook"]])),
        owner_id=office.cast.owner.pk,
        unit_id=office.cast.unit.pk,
        send_mail=False,
        actor=office.actor,
    )
    assert importing.resume_imports() == 0
    ImportRun.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
    assert importing.resume_imports() == 1
    run.refresh_from_db()
    assert run.state == S.READY
    accept_import(run_id=run.pk, reading=run.reading, actor=office.actor)
    ImportRun.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
    assert importing.resume_imports() == 1
    assert Channel.objects.count() == 1
    assert importing.resume_imports() == 0


def test_old_files_are_taken_away_and_what_was_done_is_still_told(office):
    run = office.bring_in(text_file([HEADER, ["", "Badet", "Facebook"]]))
    waiting = office.rows(["", "Torget", "Facebook"])
    assert importing.forget_imports() == 0
    ImportRun.objects.update(created_at=timezone.now() - timedelta(days=31))
    storage, name = run.file.storage, run.file.name
    with office.commit(execute=True):
        assert importing.forget_imports() == 2
    assert not storage.exists(name)
    run.refresh_from_db()
    waiting.refresh_from_db()
    assert (run.state, run.rows.count(), waiting.state) == (S.DONE, 0, S.DISCARDED)
    assert events_about(Channel.objects.get()).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_bring_in_once(office):
    run = office.rows(*[["", f"Kanal {n}", "Facebook"] for n in range(40)])
    with mock.patch.object(importing, "_queue"):
        accept_import(run_id=run.pk, reading=run.reading, actor=office.actor)
    results, start = [], threading.Barrier(2)

    def work():
        start.wait()
        results.append(importing.apply_import(run.pk))
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert Channel.objects.count() == 40
    assert Event.objects.filter(kind="channel.imported").count() == 40
    assert verify_chain().problems == []


@pytest.mark.django_db(transaction=True)
def test_others_see_how_far_it_has_come_before_anything_is_in(office):
    run = office.rows(*[["", f"Kanal {n}", "Facebook"] for n in range(1200)])
    with mock.patch.object(importing, "_queue"):
        accept_import(run_id=run.pk, reading=run.reading, actor=office.actor)
    seen = []

    def look():
        run_now = ImportRun.objects.get(pk=run.pk)
        seen.append((run_now.state, run_now.done, Channel.objects.count()))
        connection.close()

    real = importing.write_channels

    def watched(found, *, tell, **kwargs):
        def told(done):
            tell(done)
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()

        return real(found, tell=told, **kwargs)

    with mock.patch.object(importing, "write_channels", watched):
        importing.apply_import(run.pk)
    assert seen == [("applying", 500, 0), ("applying", 1000, 0), ("applying", 1200, 0)]
    assert Channel.objects.count() == 1200
