"""Cases from a file: what each row would do, once however often it comes, all of it or nothing."""

import csv
import json
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Appointment
from channels.actions import importing
from channels.actions.importing import accept_import, start_import
from channels.models import ImportRow, ImportRun, Obligation
from kommun.errors import InvalidInput, NotPermitted
from kommun.events import events_about, verify_chain
from kommun.models import Event, Municipality
from moderation.models import Case
from tests.archive_scene import make_channel
from tests.cases import POST, open_case
from tests.files import upload, workbook
from tests.imports import Office, said, verdicts

pytestmark = pytest.mark.django_db
S, V = ImportRun.State, ImportRow.Verdict
HEADER = ["Id", "Kanal", "Adress", "Text", "Gäller", "Kategori", "Skrevs", "Sågs", "Skrivet av", "Källa"]


class Desk(Office):
    """The strategist's office, for files of cases."""

    def read(self, content, **kwargs):
        return super().read(content, kind="cases", actor=self.actor, **kwargs)

    def cases(self, *rows, header=HEADER):
        return self.read(table(rows, header))

    def accept(self, run, actor=None):
        return super().accept(run, self.actor)


def table(rows, header=HEADER):
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([header, *rows])
    return out.getvalue().encode()


@pytest.fixture
def desk(cast, tibro, channel, django_capture_on_commit_callbacks):
    return Desk(cast, django_capture_on_commit_callbacks)


def post(number):
    return f"https://www.facebook.com/ekhultsbibliotek/posts/{number}"


def many(count, channel, source="lista"):
    return [[n, channel.slug, post(n), f"Text {n}", "fråga", "", "", "", "", source] for n in range(count)]


# --- What comes in ----------------------------------------------------------------------------------------------------
def test_a_file_becomes_cases_with_clock_history_event_and_place_in_the_queue(desk, channel):
    seen = timezone.now() - timedelta(hours=5)
    run = desk.cases(
        ["1", channel.name, post(1), "Hatet", "ta bort", "hate_speech", "", seen.isoformat(), "Anonym", "verktyget"],
        ["2", channel.slug, post(2), "När öppnar ni?", "Fråga", "", "2026-01-02 10:00", "2026-01-02 11:00", "", ""],
        ["3", channel.slug, "", "Så tråkigt.", "kritik"],
    )
    assert verdicts(run) == [V.CREATE] * 3
    assert Case.objects.count() == 0
    assert desk.accept(run).state == S.DONE
    hate, question, opinion = Case.objects.order_by("external_id")
    assert (hate.kind, hate.category, hate.category_kind, hate.needs_receipt) == (
        "report",
        "hate_speech",
        "statutory",
        True,
    )
    assert (hate.author, hate.source, hate.known_how, hate.known_at) == ("Anonym", "verktyget", "import", seen)
    assert (hate.opened_by, hate.direction, hate.status) == (desk.cast.strategist, "incoming", "open")
    assert hate.address_key == "facebook.com/ekhultsbibliotek/posts/1"
    assert question.due_at == Obligation.objects.about(question).get().due_at
    assert (question.sort_at, question.lane) == (question.due_at, Case.Lane.DATED)
    assert Obligation.objects.about(question).get().kind == "answer"
    assert Obligation.objects.about(hate).get().rule == "removal.within"
    assert not Obligation.objects.about(opinion).exists()
    assert [row.history.count() for row in (hate, question, opinion)] == [1, 1, 1]
    assert events_about(hate).get().kind == "case.opened"
    assert "Hatet" not in events_about(hate).get().payload


def test_an_imported_case_is_as_one_that_a_person_opened(desk, channel, owner):
    """Everything but how it came: the same columns, whichever way in."""
    seen = timezone.now() - timedelta(hours=5)
    by_hand = open_case(
        channel, owner, text="Hatet", author="Anonym", category="hate_speech", seen_at=seen, url=post(1)
    )
    run = desk.cases(["1", channel.slug, post(2), "Hatet", "", "hate_speech", "", seen.isoformat(), "Anonym"])
    desk.accept(run)
    imported = Case.objects.get(source="import")
    own = {
        "id",
        "url",
        "address_key",
        "platform_item_id",
        "source",
        "external_id",
        "known_how",
        "opened_at",
        "opened_by_id",
    }
    columns = [field.attname for field in Case._meta.concrete_fields if field.attname not in own]
    by_hand.refresh_from_db()
    assert {name: getattr(imported, name) for name in columns} == {name: getattr(by_hand, name) for name in columns}
    facts = [
        Obligation.objects.about(case)
        .values("kind", "rule", "cite", "strength", "holder", "due_at", "stage", "channel")
        .get()
        for case in (by_hand, imported)
    ]
    assert facts[0] == facts[1]


def test_json_comes_in_with_its_long_numbers(desk, channel):
    number = 12345678901234567890123
    rows = {"data": [{"id": number, "channel": channel.slug, "message": "Hej", "type": "question", "extra": None}]}
    run = desk.bring_in(json.dumps(rows).encode(), name="lista.json")
    assert Case.objects.get().external_id == str(number)
    assert run.rows.get().number == 1


def test_hidden_characters_are_written_out_as_evidence(desk, channel):
    desk.accept(desk.cases(["1", channel.slug, "", "Hej \u202edlot"]))
    assert Case.objects.get().text == "Hej [U+202E]dlot"


# --- Once -------------------------------------------------------------------------------------------------------------
def test_the_same_file_twice_makes_nothing_new(desk, channel):
    content = table(many(5, channel))
    desk.bring_in(content)
    before = (Case.objects.count(), Obligation.objects.count(), Event.objects.filter(kind="case.opened").count())
    again = desk.read(content)
    assert verdicts(again) == [V.SAME] * 5
    assert said(again, "remarks") == ["Finns redan i granskningen."] * 5
    assert (
        Case.objects.count(),
        Obligation.objects.count(),
        Event.objects.filter(kind="case.opened").count(),
    ) == before
    other = desk.cases(["0", channel.slug, "", "Samma nummer, annan källa", "", "", "", "", "", "annan"])
    assert verdicts(other) == [V.CREATE]


def test_a_post_with_an_open_case_is_offered_and_not_made_again(desk, channel, owner):
    case = open_case(channel, owner, url=POST)
    mobile = POST.replace("www.", "m.") + "?utm_source=x"
    run = desk.cases(
        ["1", channel.slug, mobile, ""], ["2", channel.slug, post(7), ""], ["3", channel.slug, post(7), ""]
    )
    assert verdicts(run) == [V.SAME, V.CREATE, V.SAME]
    assert said(run, "remarks") == [
        f"Inlägget har redan ärende {case.pk}. Öppna det i stället.",
        "Samma adress står redan på rad 3.",
    ]


def test_two_files_with_the_same_posts_accepted_at_once_come_in_once(desk, channel):
    first, second = desk.read(table(many(4, channel))), desk.read(table(many(4, channel)))
    desk.accept(first)
    desk.accept(second)
    assert (first.state, second.state, Case.objects.count()) == (S.DONE, S.READY, 4)
    assert verdicts(second) == [V.SAME] * 4
    assert "Inget är infört" in second.problem


@pytest.mark.django_db(transaction=True)
def test_two_jobs_in_two_threads_bring_in_once(cast, tibro, channel, django_capture_on_commit_callbacks):
    desk = Desk(cast, django_capture_on_commit_callbacks)
    runs = [desk.read(table(many(40, channel))) for _n in range(2)]
    with mock.patch.object(importing, "_queue"):
        for run in runs:
            accept_import(run_id=run.pk, reading=run.reading, actor=desk.actor)
    results, start = [], threading.Barrier(3)

    def work(pk):
        start.wait()
        results.append(importing.apply_import(pk))
        connection.close()

    threads = [threading.Thread(target=work, args=(pk,)) for pk in (runs[0].pk, runs[0].pk, runs[1].pk)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, True]
    assert (Case.objects.count(), Obligation.objects.count()) == (40, 40)
    assert Event.objects.filter(kind="case.opened").count() == 40
    assert verify_chain().problems == []


def test_a_job_killed_in_the_middle_leaves_nothing_and_is_begun_again(desk, channel):
    run = desk.read(table(many(6, channel)))
    events = Event.objects.count()
    with mock.patch("moderation.actions.importing.CHUNK", 2), mock.patch.object(importing, "_queue"):
        accept_import(run_id=run.pk, reading=run.reading, actor=desk.actor)
        killed = mock.Mock(side_effect=[None, KeyboardInterrupt])  # as a worker that is stopped: nobody cleans up
        with (
            mock.patch("moderation.actions.importing.write_history", killed),
            pytest.raises(KeyboardInterrupt),
        ):
            importing.apply_import(run.pk)
    run.refresh_from_db()
    assert (run.state, Case.objects.count(), Event.objects.count()) == (S.APPLYING, 0, events + 1)
    ImportRun.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
    assert importing.resume_imports() == 1
    assert Case.objects.count() == 6


def test_what_has_changed_since_the_preview_is_looked_at_again(desk, channel, owner):
    run = desk.cases(*many(2, channel))
    case = open_case(channel, owner, url=post(1))
    desk.accept(run)
    assert (run.state, Case.objects.count(), verdicts(run)) == (S.READY, 1, [V.CREATE, V.SAME])
    assert run.rows.get(number=3).overtaken
    assert str(case.pk) in said(run, "remarks")[0]
    assert desk.accept(run).state == S.DONE
    assert Case.objects.count() == 2


def test_another_promised_time_since_the_preview_is_looked_at_again(desk, channel):
    run = desk.cases(*many(1, channel))
    channel.reply_hours = 4
    channel.save()
    desk.accept(run)
    assert (run.state, Case.objects.count()) == (S.READY, 0)


# --- What is wrong is said --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({0: ""}, "Skriv det id som inlägget har i källan"),
        ({1: ""}, "Skriv vilken kanal"),
        ({1: "Finns inte"}, "Ingen öppen kanal heter"),
        ({2: "javascript:alert(1)"}, "webbadress"),
        ({2: "", 3: ""}, "Skriv adressen till inlägget eller vad som står"),
        ({4: "hm"}, "Skriv ta bort, fråga, åsikt eller annat"),
        ({4: "fråga", 5: "hate_speech"}, "Bara det som ska tas bort"),
        ({5: "criticism"}, "Kategorin ”criticism” finns inte i regelverket"),
        ({6: "2026-02-30"}, "Skriv datum och tid som finns"),
        ({6: "2026-01-02 10:00", 7: "2026-01-01 10:00"}, "innan|efter att det sågs"),
        ({7: "2099-01-01"}, "Tiden har inte varit än"),
        ({7: "0001-01-01T00:00:00+23:59"}, "Skriv datum och tid som finns"),
        ({3: "x" * 20_001}, "Texten är för lång|Högst"),
    ],
)
def test_an_error_stands_beside_its_row_and_the_others_come_in(desk, channel, change, reason):
    row = ["1", channel.slug, post(1), "Hej", "", "", "", "", "", ""]
    for place, value in change.items():
        row[place] = value
    run = desk.cases(row, ["2", channel.slug, post(2), "Hej"])
    assert verdicts(run) == [V.ERROR, V.CREATE]
    (error,) = said(run)
    assert any(words in error for words in reason.split("|"))
    desk.accept(run)
    assert Case.objects.get().external_id == "2"


DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'[{"id": 1,', "ingen riktig JSON: rad 1"),
        (DEEP, "för många led"),
        (b"[1, 2, 3]", "ingen lista med objekt"),
        (b"[]", "ingen lista med objekt"),
        (b'{"a": [], "b": []}', "ingen lista med objekt|bara rubriker|Kolumner"),
        (b'[{"id": "1\\u0000"}]', ""),
        (b'Id;Kanal;Text\n1;"a;b\n', "går inte att läsa"),
        (b"Id;Kanal;Text\n", "bara rubriker"),
        (json.dumps([{f"k{n}": 1 for n in range(200)}]).encode(), "fler än 100 kolumner"),
    ],
)
def test_a_hostile_file_gets_a_sentence_and_leaves_nothing(desk, content, reason):
    run = desk.read(content)
    assert run.state in (S.REFUSED, S.COLUMNS)
    if run.state == S.REFUSED:
        assert any(words in run.problem for words in reason.split("|"))
    assert (run.rows.count(), Case.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"Id;Kanal;Text\n1;a;<img src='DATA:image/png;base64,iVBOR'>", "a.csv", "innehåller bilder"),
        ("Id;Text\n1;data:image/png".encode("utf-16"), "a.csv", "innehåller bilder"),
        (b"x" * 1_048_570 + b"data:image/jpeg", "a.csv", "innehåller bilder"),
        (workbook([["Id", "Kanal"], ["1", "a"]]), "a.xlsx", "Spara den som CSV eller JSON"),
        (b"\x89PNG\r\n", "a.csv", "ingen tabell"),
        (b"<html>", "a.json", "webbsida"),
        (b"", "a.json", "tom"),
    ],
)
def test_a_file_with_a_picture_or_of_another_kind_is_never_stored(desk, media, content, name, reason):
    with pytest.raises(InvalidInput) as refused:
        start_import(
            kind="cases", upload=upload(content, name), owner_id=None, unit_id=None, send_mail=False, actor=desk.actor
        )
    assert reason in str(refused.value.errors["file"][0])
    assert ImportRun.objects.count() == 0
    assert not media.exists() or not [path for path in media.rglob("*") if path.is_file()]


def test_fields_within_fields_are_an_error_of_their_row(desk, channel):
    rows = [
        {"id": "1", "kanal": channel.slug, "text": {"a": 1}},
        "text",
        {"id": "2", "kanal": channel.slug, "text": "Hej"},
    ]
    run = desk.read(json.dumps(rows).encode())
    assert verdicts(run) == [V.ERROR, V.ERROR, V.CREATE]
    assert "innehåller en lista eller ett objekt" in said(run)[0]


def test_a_channel_is_found_by_its_address_and_two_of_one_name_are_told_apart(desk, cast, channel):
    twin = make_channel(cast, slug="biblioteket-2")
    run = desk.cases(["1", "Biblioteket", "", "Hej"], ["2", twin.slug, "", "Hej"])
    assert verdicts(run) == [V.ERROR, V.CREATE]
    assert channel.slug in said(run)[0]


# --- Who --------------------------------------------------------------------------------------------------------------
def test_only_communications_staff_bring_cases_in(desk, cast):
    for user, role in (
        (cast.administrator, Appointment.Role.ADMINISTRATOR),
        (cast.registrar, Appointment.Role.REGISTRAR),
    ):
        with pytest.raises(NotPermitted, match="Ärenden läses in av"):
            start_import(
                kind="cases",
                upload=upload(table([]), "a.csv"),
                owner_id=None,
                unit_id=None,
                send_mail=False,
                actor=Actor(user, roles=frozenset({role})),
            )


def test_an_administrator_does_not_see_the_file(desk, cast, channel, client):
    run = desk.cases(["1", channel.slug, "", "Hej"])
    client.force_login(cast.administrator)
    assert client.get(run.get_absolute_url()).status_code == 404
    client.force_login(cast.strategist)
    page = client.get(run.get_absolute_url()).content.decode()
    assert f"{channel}: 1" in page
    assert "För in 1 rad" in page
    columns = client.get(f"{run.get_absolute_url()}kolumner/")
    assert columns.status_code == 200


# --- What it costs ----------------------------------------------------------------------------------------------------
def test_the_queries_of_an_import_do_not_grow_with_the_file(desk, channel, django_assert_max_num_queries):
    counts = []
    for source, size in (("a", 30), ("b", 300)):
        rows = [
            [f"{n}", channel.slug, post(f"{source}{n}"), "Hej", "fråga", "", "", "", "", source] for n in range(size)
        ]
        run = desk.read(table(rows))
        accept_import(run_id=run.pk, reading=run.reading, actor=desk.actor)
        with django_assert_max_num_queries(200) as asked:
            importing.apply_import(run.pk)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- Times are those that were shown ------------------------------------------------------------------------------------
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def close(*days):
    Municipality.objects.update(closed_days=list(days))


def test_a_day_closed_after_the_preview_asks_again_with_the_new_times(desk, channel, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    run = desk.cases(
        ["1", channel.slug, post(1), "När?", "fråga"], ["2", channel.slug, post(2), "Hatet", "ta bort", "hate_speech"]
    )
    shown = run.rows.get(number=2).values["due_at"]
    close("2026-11-24")
    run = desk.accept(run)
    assert (run.state, Case.objects.count()) == (S.READY, 0)
    assert run.problem.startswith("Kommunens stängda dagar har ändrats")
    assert [run.rows.get(number=number).overtaken for number in (2, 3)] == [
        True,
        False,
    ]  # 48 clock hours are as they were
    assert run.rows.get(number=2).values["due_at"] > shown
    run = desk.accept(run)
    assert run.state == S.DONE
    assert Case.objects.get(external_id="1").due_at == MONDAY + timedelta(days=3)


def test_a_day_closed_long_after_changes_no_time_and_nobody_is_asked_again(desk, channel, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    run = desk.cases(["1", channel.slug, post(1), "När?", "fråga"])
    close("2027-05-03")
    assert desk.accept(run).state == S.DONE
    assert Case.objects.get().due_at == MONDAY + timedelta(days=2)


def test_what_is_to_be_done_at_once_is_so_from_a_file_too(cast, policy, channel, django_capture_on_commit_callbacks):
    policy("nora")
    desk = Desk(cast, django_capture_on_commit_callbacks)
    desk.accept(desk.cases(["1", channel.slug, post(1), "En diagnos.", "ta bort", "secrecy"]))
    row = Obligation.objects.get(kind="remove")
    assert (row.at_once, row.due_at, Case.objects.get().due_at) == (True, None, None)
