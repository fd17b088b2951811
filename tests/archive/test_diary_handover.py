"""The hand-over to the registrar: who may, what is stored, who is told, what the clock waits for, and what is refused."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.actor import SCHEDULER, Actor
from accounts.models import Appointment
from archive import queries
from archive.actions import accept_diary, decline_diary, propose_diary, return_diary
from archive.duties import AMEND_SHEET, DIARISE
from archive.models import DiarySheet, Record
from channels import clock
from channels.models import Obligation
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.models import Event, OutgoingMail
from tests.archive_scene import a_mark, keep_record, make_channel, propose, sheet_values
from tests.factories import AbsenceFactory, AppointmentFactory, make_cast

pytestmark = pytest.mark.django_db
S, K = DiarySheet.Status, Record.Keeping


@pytest.fixture
def record(channel, owner):
    return keep_record(channel, owner)


@pytest.fixture
def sheet(record, owner):
    return propose(record, owner)


def waits(kind, sheet):
    return Obligation.objects.open().about(sheet).filter(kind=kind).first()


def mails_to(user):
    return [mail.subject for mail in OutgoingMail.objects.filter(to=user.email)]


@pytest.mark.policy("records.registration")
def test_a_proposal_waits_for_the_registrar_of_the_unit(cast, record, owner):
    cast.department.registrar = cast.department_head
    cast.department.save()
    sheet = propose(record, owner)
    record.refresh_from_db()
    assert (sheet.status, record.keeping) == (S.PROPOSED, K.REGISTER)
    assert waits(DIARISE, sheet).holder == cast.department_head
    assert waits(DIARISE, sheet).due_at is None
    assert mails_to(cast.department_head) == ["Att diarieföra: handling från Biblioteket"]
    assert mails_to(cast.registrar) == []


def test_nothing_that_a_document_says_stands_in_mail_event_or_task(cast, sheet):
    said = ("Jag vet var du bor", "Kalle 123", "Hot i en kommentar")
    places = [mail.body + mail.subject for mail in OutgoingMail.objects.all()]
    places += list(Event.objects.values_list("payload", flat=True))
    places += list(Obligation.objects.values_list("label", flat=True))
    assert len(places) > 3
    assert [text for text in said for place in places if text in place] == []


def test_acceptance_writes_the_number_back_and_ends_the_wait(cast, sheet, registrar):
    accept_diary(sheet_id=sheet.pk, number="  KS  2026/123 ", actor=registrar)
    sheet.refresh_from_db()
    sheet.record.refresh_from_db()
    assert (sheet.status, sheet.diary_number, sheet.record.diary_number) == (S.ACCEPTED, "KS 2026/123", "KS 2026/123")
    assert (sheet.answered_by, waits(DIARISE, sheet)) == (cast.registrar, None)
    assert mails_to(cast.owner) == ["Diarieförd: handling från Biblioteket"]
    assert queries.latest_sheet(sheet.record) == sheet


def test_a_returned_sheet_is_the_proposers_to_amend_and_comes_again(cast, sheet, owner, registrar):
    return_diary(sheet_id=sheet.pk, reason="Vilken enhet rör det?", actor=registrar)
    assert waits(AMEND_SHEET, sheet).holder == cast.owner
    again = propose(sheet.record, owner, concerns="Hot mot personal")
    assert (again.pk, again.version, again.status, again.reason) == (sheet.pk, 2, S.PROPOSED, "")
    assert waits(AMEND_SHEET, sheet) is None
    assert waits(DIARISE, sheet).holder == cast.registrar
    assert again.history.count() == 3


@pytest.mark.parametrize("keeping", [K.ORDERED, K.MINOR])
def test_a_declined_sheet_says_how_the_record_is_kept_instead(sheet, owner, registrar, keeping):
    decline_diary(sheet_id=sheet.pk, reason="Redan besvarad i flödet.", actor=registrar, keeping=keeping)
    record = Record.objects.get(pk=sheet.record_id)
    assert (record.keeping, record.diary_number) == (keeping, "")
    anew = propose(record, owner)  # and may be handed over again when something new comes up
    assert anew.pk != sheet.pk
    assert queries.latest_sheet(record) == anew


@pytest.mark.policy("I2")
def test_a_secret_record_is_always_to_be_registered(channel, owner, registrar):
    record = keep_record(channel, owner, secrecy=a_mark())
    assert record.keeping == K.REGISTER
    with pytest.raises(InvalidInput, match="alltid diarieföras"):
        keep_record(channel, owner, secrecy=a_mark(), keeping=K.ORDERED)
    sheet = propose(record, owner, secrecy=a_mark())
    with pytest.raises(NotPermitted, match="alltid diarieföras"):
        decline_diary(sheet_id=sheet.pk, reason="Nej", actor=registrar)


def test_a_mark_on_the_sheet_marks_the_record(record, owner):
    propose(record, owner, secrecy=a_mark())
    record.refresh_from_db()
    assert record.secrecy == a_mark()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"provision": " "}, "secrecy_provision"), ({"authority": ""}, "secrecy_authority")],
)
def test_a_mark_says_all_three_or_is_refused(record, owner, wrong, field):
    with pytest.raises(InvalidInput) as refusal:
        propose(record, owner, secrecy=a_mark(**wrong))
    assert list(refusal.value.errors) == [field]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"concerns": "  "}, "concerns"),
        ({"concerns": "x" * 301}, "concerns"),
        ({"counterpart": "x" * 201}, "counterpart"),
        ({"matter": "existing", "matter_number": ""}, "matter_number"),
        ({"matter": "existing", "matter_number": "vet inte"}, "matter_number"),
        ({"document_date": timezone.localdate() + timedelta(days=1)}, "document_date"),
        ({"secrecy": a_mark(date=timezone.localdate() + timedelta(days=1))}, "secrecy_date"),
    ],
)
def test_a_sheet_that_cannot_be_entered_is_refused_beside_its_field(record, owner, values, field):
    with pytest.raises(InvalidInput) as refusal:
        propose(record, owner, **values)
    assert list(refusal.value.errors) == [field]
    assert not record.sheets.exists()


@pytest.mark.parametrize(
    "number", ["", "   ", "KS", "inget", "KS 2026/123\x00", "<b>1</b>", "1" * 61, "KS 2026/123; drop"]
)
def test_a_wrong_number_is_refused(sheet, registrar, number):
    with pytest.raises(InvalidInput, match="diarienumret"):
        accept_diary(sheet_id=sheet.pk, number=number, actor=registrar)
    sheet.refresh_from_db()
    assert sheet.status == S.PROPOSED


@pytest.mark.parametrize("number", ["KS 2026/123", "2026-000028.003", "BUN-2026:14", "ÄN 2026.7_1", "7"])
def test_a_number_is_written_as_the_diary_writes_it(sheet, registrar, number):
    assert accept_diary(sheet_id=sheet.pk, number=number, actor=registrar).diary_number == number


def test_the_registrar_may_choose_another_matter_than_was_proposed(sheet, registrar):
    row = accept_diary(sheet_id=sheet.pk, number="KS 2026/9", matter="existing", actor=registrar)
    assert (row.matter, row.matter_number) == ("existing", "KS 2026/9")


@pytest.mark.parametrize("act", [return_diary, decline_diary])
def test_no_answer_without_a_reason(sheet, registrar, act):
    with pytest.raises(InvalidInput, match="Skriv varför"):
        act(sheet_id=sheet.pk, reason="  ", actor=registrar)


def test_pressed_twice_it_is_done_once(sheet, record, owner, registrar):
    propose(record, owner)
    for _press in range(2):
        return_diary(sheet_id=sheet.pk, reason="Vem skrev?", actor=registrar)
    propose(record, owner, concerns="Ny text")
    for _press in range(2):
        accept_diary(sheet_id=sheet.pk, number="KS 2026/1", actor=registrar)
    kinds = Event.objects.filter(kind__startswith="diary.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["diary.proposed", "diary.returned", "diary.proposed", "diary.accepted"]


def test_an_answer_to_another_text_than_was_read_is_refused(sheet, record, owner, registrar):
    return_diary(sheet_id=sheet.pk, reason="Vem skrev?", actor=registrar)
    propose(record, owner, concerns="Ny text")
    with pytest.raises(StateConflict, match="Läs det igen"):
        accept_diary(sheet_id=sheet.pk, number="KS 2026/1", version=1, actor=registrar)


def test_what_stands_with_the_registrar_or_in_the_diary_is_not_handed_over_again(sheet, record, cast, registrar):
    with pytest.raises(StateConflict):
        propose(record, Actor(cast.deputy), concerns="Något annat")
    accept_diary(sheet_id=sheet.pk, number="KS 2026/1", actor=registrar)
    with pytest.raises(StateConflict):
        propose(record, Actor(cast.owner))


def test_whoever_covers_for_the_owner_hands_over_for_the_owner(cast, record):
    AbsenceFactory(user=cast.owner, substitute=cast.outsider)
    sheet = propose(record, Actor(cast.outsider, covers=(cast.owner,)))
    assert (sheet.proposed_by, sheet.proposed_for) == (cast.outsider, cast.owner)
    return_diary(sheet_id=sheet.pk, reason="Vem skrev?", actor=Actor(cast.registrar))
    assert waits(AMEND_SHEET, sheet).holder == cast.owner


def test_a_registrar_who_does_not_answer_is_reminded_and_passed_over(cast, record, owner, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 9, tzinfo=UTC))  # a Monday
    sheet = propose(record, owner)
    told = []
    for day in range(24, 31):
        clock.sweep(datetime(2026, 11, day, 9, tzinfo=UTC))
        notices = waits(DIARISE, sheet).notices.order_by("stage")
        told.append([notice.person for notice in notices])
    assert told[0] == [cast.registrar]  # the next working day
    assert told[2] == [cast.registrar] * 2
    assert told[-1] == [cast.registrar, cast.registrar, cast.strategist]
    assert waits(DIARISE, sheet).missed_at is None  # there is no number to miss


# The table, written by hand: state × step × who may.
STEPS = {
    "accept": lambda sheet, actor: accept_diary(sheet_id=sheet.pk, number="KS 2026/1", actor=actor),
    "return": lambda sheet, actor: return_diary(sheet_id=sheet.pk, reason="Därför.", actor=actor),
    "decline": lambda sheet, actor: decline_diary(sheet_id=sheet.pk, reason="Därför.", actor=actor),
    "amend": lambda sheet, actor: propose_diary(
        record_id=sheet.record_id, sheet=sheet_values(concerns="Ny"), actor=actor
    ),
}
ANSWERS = {"registrar"}
READS = {"owner", "deputy", "nearest_manager", "department_head", "strategist", "registrar", "archivist"}
ALLOWED = {("proposed", step): ANSWERS for step in ("accept", "return", "decline")} | {("returned", "amend"): READS}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", S.values)
def test_state_step_and_person(cast, sheet, registrar, status, step):
    moves = {
        "returned": lambda: return_diary(sheet_id=sheet.pk, reason="Mer.", actor=registrar),
        "accepted": lambda: accept_diary(sheet_id=sheet.pk, number="KS 2026/77", actor=registrar),
        "declined": lambda: decline_diary(sheet_id=sheet.pk, reason="Nej.", actor=registrar),
    }
    if status in moves:
        moves[status]()
    if (status, step) == ("declined", "amend"):
        return  # then it is a new sheet: shown above
    allowed = set()
    for who, person in cast.people():
        with transaction.atomic():
            try:
                STEPS[step](sheet, Actor(person))
                allowed.add(who)
            except (NotPermitted, StateConflict):
                pass
            transaction.set_rollback(True)
    assert allowed == ALLOWED.get((status, step), set())


def test_whoever_covers_for_the_registrar_answers_for_the_registrar(cast, sheet):
    AbsenceFactory(user=cast.registrar, substitute=cast.archivist)
    actor = Actor(cast.archivist, covers=(cast.registrar,))
    row = accept_diary(sheet_id=sheet.pk, number="KS 2026/1", actor=actor)
    assert (row.answered_by, row.answered_for) == (cast.archivist, cast.registrar)


def test_with_every_registrar_away_the_one_who_is_asked_instead_can_answer(cast, sheet):
    AbsenceFactory(user=cast.registrar)
    row = accept_diary(sheet_id=sheet.pk, number="KS 2026/1", actor=Actor(cast.strategist))
    assert row.status == S.ACCEPTED


def test_the_scheduler_hands_over_but_never_answers(record):
    sheet = propose_diary(record_id=record.pk, sheet=sheet_values(), actor=SCHEDULER)
    assert sheet.proposed_by is None
    with pytest.raises(NotPermitted, match="en person"):
        accept_diary(sheet_id=sheet.pk, number="KS 2026/1", actor=SCHEDULER)


@pytest.mark.django_db(transaction=True)
def test_two_registrars_at_once_one_wins_and_the_other_is_told_why():
    cast = make_cast()
    sheet = propose(keep_record(make_channel(cast), Actor(cast.owner)), Actor(cast.owner))
    AppointmentFactory(user=cast.archivist, role=Appointment.Role.REGISTRAR)
    gate, outcomes = threading.Barrier(2), {}

    def answer(who, number):
        try:
            gate.wait()
            accept_diary(sheet_id=sheet.pk, number=number, actor=Actor(who))
            outcomes[number] = "won"
        except StateConflict as refusal:
            outcomes[number] = str(refusal)
        finally:
            connection.close()

    pairs = [(cast.registrar, "KS 2026/1"), (cast.archivist, "KS 2026/2")]
    threads = [threading.Thread(target=answer, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    won = [number for number, outcome in outcomes.items() if outcome == "won"]
    assert len(outcomes) == 2
    assert any("Läs in sidan på nytt" in outcome for outcome in outcomes.values())
    assert [Record.objects.get().diary_number] == won
    assert Event.objects.filter(kind="diary.accepted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_proposals_at_once_are_one_sheet():
    cast = make_cast()
    record = keep_record(make_channel(cast), Actor(cast.owner))
    gate, outcomes = threading.Barrier(2), []

    def hand_over(who, concerns):
        try:
            gate.wait()
            propose(record, Actor(who), concerns=concerns)
            outcomes.append("won")
        except StateConflict as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    pairs = [(cast.owner, "Hot"), (cast.deputy, "Hot mot personal")]
    threads = [threading.Thread(target=hand_over, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcome == "won" for outcome in outcomes) == [False, True]
    assert record.sheets.count() == 1
