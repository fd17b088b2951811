"""Who reads a case is one answer: on its page, in the queue, by search, in the archive, and when the clock tells somebody."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Appointment
from accounts.organisation import Organisation
from archive import queries as archived
from archive import readers as archive_readers
from archive.actions import accept_diary
from archive.models import DiarySheet, Record, StoredFile
from channels import clock
from channels.clock.queries import mine_now, visible_to
from channels.models import ChannelAdministrator, Obligation, ObligationNotice
from kommun.errors import InvalidInput, NotPermitted
from kommun.models import OutgoingMail
from moderation import queries, readers, rules, tip_queries
from moderation.actions import handling, ladder, reconsidering, registering
from moderation.actions.conflicts import declare_conflict, try_conflict
from moderation.actions.explaining import explain
from moderation.actions.tips import receive_tip
from moderation.handling_lifecycle import CONFLICT
from moderation.models import Case, ConflictOfInterest
from tests.archive_scene import make_channel
from tests.cases import THREAT, actor_of, bring_to, fresh, open_case
from tests.factories import AbsenceFactory, AppointmentFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
R = Appointment.Role


def today():
    return Organisation.load(timezone.localdate())


def declare(case, person):
    return declare_conflict(case_id=case.pk, person_id=person.pk, ground="friend", actor=actor_of(person))


# --- Role × case: found by search, in the queue and readable ------------------------------------------------------------
# By hand from `readers`. The cases: a crime, a question and a closed crime in the library's channel; a crime and an opinion
# in another channel; sent to somebody (open, closed); sent to a unit; the library's, where the person named has a stake.
LIBRARY = {"threat", "question", "closed"}
ELSEWHERE = {"their_threat", "their_opinion", "sent", "sent_closed", "sent_to_unit"}
CRIMES = {"threat", "closed", "their_threat", "owner_barred", "strategist_barred", "coordinator_barred"}
BARRED = {"owner_barred", "strategist_barred", "coordinator_barred"}
ALL = LIBRARY | ELSEWHERE | BARRED
READS = {
    "owner": (LIBRARY | BARRED) - {"owner_barred"},
    "deputy": LIBRARY | BARRED,
    "nearest_manager": LIBRARY | BARRED,
    "channel_administrator": LIBRARY | BARRED,
    "covers_for_owner": LIBRARY | BARRED,
    "strategist": ALL - {"strategist_barred"},
    "web_editor": ALL,
    "registrar": ALL,
    "unit_registrar": LIBRARY | BARRED,
    "coordinator": CRIMES - {"coordinator_barred"},
    "unit_coordinator": {"threat", "closed"} | BARRED,
    "expert": {"sent", "sent_closed"},
    "expert_manager": {"sent_to_unit"},
    "asked_by_the_clock": {"threat"},
    "department_head": set(),
    "chief_executive": set(),
    "it_communications_manager": set(),
    "archivist": set(),
    "administrator": set(),
    "outsider": set(),
}


@pytest.fixture
def world(tibro, cast, channel, owner):
    """Return ({name: case}, {name: person}) of the table above."""
    elsewhere = UnitFactory(name="Gatuenheten", slug="gatuenheten", manager=UserFactory(name="Gatuchef"))
    keeper = UserFactory(name="Gatans kontoansvariga")
    other = make_channel(cast, "Gatan", unit=elsewhere, owner=keeper, deputy=UserFactory(), controller=elsewhere)
    theirs = actor_of(keeper)
    expert_unit = UnitFactory(name="Vattenenheten", slug="vatten", manager=UserFactory(name="Vattenchef"))
    crime, text = {"category": THREAT["tibro"]}, {"text": "Nästa gång ska avgiften kosta dig mer."}
    cases = {
        "threat": open_case(channel, owner, **crime, **text),
        "question": open_case(channel, owner, kind="question", **text),
        "closed": bring_to("closed", open_case(channel, owner, **crime, **text), owner),
        "their_threat": open_case(other, theirs, **crime, **text),
        "their_opinion": open_case(other, theirs, kind="opinion", **text),
        "sent": open_case(other, theirs, kind="question", **text),
        "sent_closed": open_case(other, theirs, kind="question", **text),
        "sent_to_unit": open_case(other, theirs, kind="question", **text),
        **{name: open_case(channel, owner, **crime, **text) for name in BARRED},
    }
    people = dict(cast.people()) | {
        "channel_administrator": UserFactory(),
        "covers_for_owner": UserFactory(),
        "web_editor": AppointmentFactory(role=R.WEB_EDITOR).user,
        "unit_registrar": AppointmentFactory(role=R.REGISTRAR, unit=cast.unit).user,
        "coordinator": AppointmentFactory(role=R.SECURITY_COORDINATOR).user,
        "unit_coordinator": AppointmentFactory(role=R.SECURITY_COORDINATOR, unit=cast.unit).user,
        "expert": UserFactory(),
        "expert_manager": expert_unit.manager,
        "asked_by_the_clock": UserFactory(),
    }
    ChannelAdministrator.objects.create(
        channel=channel, user=people["channel_administrator"], since=timezone.localdate()
    )
    for name in ("sent", "sent_closed"):
        Case.objects.filter(pk=cases[name].pk).update(assigned_to=people["expert"])
    handling.forward(case_id=cases["sent_to_unit"].pk, unit_id=expert_unit.pk, actor=theirs)
    Case.objects.filter(pk=cases["sent_to_unit"].pk).update(assigned_to=None)
    ladder.leave_standing(case_id=cases["sent_closed"].pk, note="Får stå kvar.", actor=theirs)
    Obligation.objects.open().about(cases["threat"]).update(passed_to=people["asked_by_the_clock"])
    for name in ("owner", "strategist", "coordinator"):
        declare(cases[f"{name}_barred"], people[name])
    AbsenceFactory(user=cast.owner, substitute=people["covers_for_owner"])
    return {name: fresh(case) for name, case in cases.items()}, people


def test_found_by_search_exactly_what_may_be_read(world):
    cases, people = world
    assert set(READS) == set(people)
    now = today()
    for name, person in people.items():
        reach = queries.reach_of(person, now)
        readable = {key for key, case in cases.items() if readers.may_read(person, now, fresh(case))}
        assert readable == READS[name], name
        rows = set(queries.limited(Case.objects.all(), reach).values_list("pk", flat=True))
        assert rows == {cases[key].pk for key in readable}, name
        found = queries.search(reach, "avgiften")
        assert {row.pk for row in found.rows} == rows, name
        assert queries.search(reach, "finnsintealls").rows == []
        queue = {case.pk for _segment, case in queries.queue(reach, queries.Cursor(timezone.now())).rows}
        opened = {cases[key].pk for key in readable if cases[key].is_open}
        assert queue == opened, name
        assert queries.count_open(reach, timezone.now()) == len(opened)


def test_the_search_page_shows_it_and_the_case_page_opens(world, client):
    cases, people = world
    for name in ("coordinator", "unit_coordinator", "expert", "asked_by_the_clock", "owner", "outsider"):
        client.force_login(people[name])
        page = client.get(reverse("moderation:search"), {"q": "avgiften"}).content.decode()
        for key, case in cases.items():
            there = f'"{case.get_absolute_url()}"' in page
            opens = client.get(case.get_absolute_url()).status_code
            assert (there, opens) == ((True, 200) if key in READS[name] else (False, 404)), (name, key)


# --- Jäv and the archive ---------------------------------------------------------------------------------------------------
@pytest.fixture
def handed(tibro, channel, owner, cast):
    """A case whose evidence waits for the registrar."""
    case = bring_to("assessed", open_case(channel, owner, category=THREAT["tibro"]), owner)
    registering.hand_to_registrar(case_id=case.pk, actor=owner)
    return fresh(case)


def places(case):
    """Return every address where the archive shows something of the case."""
    sheet = DiarySheet.objects.get(record=case.record_id)
    file = case.evidence.get().file
    return {
        "sheet": reverse("archive:sheet", args=[sheet.pk]),
        "propose": reverse("archive:propose", args=[case.record_id]),
        "file": reverse("archive:file", args=[file.pk]),
    }


@pytest.mark.policy("O8")
def test_a_registrar_with_a_stake_in_the_case_finds_nothing_of_it_in_the_archive(handed, cast, client):
    client.force_login(cast.registrar)
    sheets = reverse("archive:sheets")
    listed = reverse("archive:sheet", args=[DiarySheet.objects.get().pk])
    assert listed in client.get(sheets).content.decode()
    assert client.get(places(handed)["sheet"]).status_code == 200
    before = Obligation.objects.open().get(kind="diarise")
    assert before.holder == cast.registrar

    declare(handed, cast.registrar)
    assert listed not in client.get(sheets).content.decode()
    for name, path in places(handed).items():
        assert client.get(path).status_code == 404, name
    assert client.post(reverse("archive:file_show", args=[handed.evidence.get().file_id])).status_code == 404
    assert archived.sheets_waiting(cast.registrar, [cast.unit.pk]).count() == 0
    assert not archive_readers.records_read_by(cast.registrar, today()).exists()
    assert not archive_readers.files_read_by(cast.registrar, today()).exists()
    assert client.get(before.get_absolute_url()).status_code == 404
    assert list(mine_now(cast.registrar, today())) == []
    with pytest.raises(NotPermitted, match="jävig"):
        accept_diary(sheet_id=DiarySheet.objects.get().pk, number="KS 1", actor=actor_of(cast.registrar))

    # Somebody else is asked instead, is told, reads and answers.
    row = Obligation.objects.open().get(kind="diarise")
    assert (row.holder, row.pk) == (cast.strategist, before.pk)
    assert OutgoingMail.objects.filter(to=cast.strategist.email, subject__contains="diarieföra").count() == 1
    client.force_login(cast.strategist)
    assert client.get(places(handed)["sheet"]).status_code == 200
    accept_diary(sheet_id=DiarySheet.objects.get().pk, number="KS 2026/7", actor=actor_of(cast.strategist))


@pytest.mark.policy("O8")
@pytest.mark.parametrize("who", ["archivist", "deputy", "nearest_manager", "strategist", "registrar"])
def test_nobody_reads_the_record_of_a_case_that_they_have_a_stake_in(who, handed, cast):
    person, now = cast[who], today()
    record, file = Record.objects.get(), StoredFile.objects.get()
    assert archive_readers.may_read(person, now, record)
    assert list(archive_readers.records_read_by(person, now)) == [record]
    assert list(archive_readers.files_read_by(person, now)) == [file]
    ConflictOfInterest.objects.create(
        case=handed, person=person, said_by=person, status="in_force", ground="friend", said_at=timezone.now()
    )
    assert not archive_readers.may_read(person, now, record)
    assert not archive_readers.may_read_file(person, now, file)
    assert not archive_readers.records_read_by(person, now).exists()
    assert not archive_readers.files_read_by(person, now).exists()
    assert not visible_to(person, {R.STRATEGIST}, now).filter(kind__in=["remove", "diarise"]).exists()


def test_records_are_listed_for_exactly_those_who_may_read_them(handed, cast):
    now, record, file = today(), Record.objects.get(), StoredFile.objects.get()
    reads = {"owner", "deputy", "nearest_manager", "strategist", "registrar", "archivist"}
    for name, person in cast.people():
        may = archive_readers.may_read(person, now, record)
        assert may == (name in reads), name
        assert archive_readers.records_read_by(person, now).exists() == may, name
        assert archive_readers.files_read_by(person, now).exists() == archive_readers.may_read_file(person, now, file)


def test_a_tip_of_a_case_is_kept_from_whoever_has_a_stake_in_it(handed, cast):
    tip = receive_tip(channel_id=handed.channel_id, text="Titta.", actor=actor_of(cast.outsider))
    tip.case = handed
    tip.save()
    for person in (cast.strategist, cast.deputy):
        assert tip_queries.tips_within(queries.reach_of(person, today())).filter(pk=tip.pk).exists()
        declare(handed, person)
        assert not tip_queries.tips_within(queries.reach_of(person, today())).filter(pk=tip.pk).exists()
        assert "jävig" in rules.why_not_read_tip(actor_of(person), tip_queries.tips().get(pk=tip.pk))


# --- Told is to read and to act --------------------------------------------------------------------------------------------
PARTIES = ["owner", "deputy", "nearest_manager", "strategist"]


@pytest.mark.policy("O8")
@pytest.mark.parametrize("how_many", range(5))
def test_whoever_the_clock_tells_reads_the_case_and_can_act_and_nobody_with_a_stake_is_told(
    how_many, tibro, cast, channel, owner, time_machine
):
    case = bring_to("preserved", open_case(channel, owner, category=THREAT["tibro"]), owner)
    barred = [cast[name] for name in PARTIES[:how_many]]
    for person in barred:
        declare(case, person)
    before = set(ObligationNotice.objects.values_list("pk", flat=True))
    people: set = set()
    for days in (0, 1, 2, 3, 5, 8, 12):
        time_machine.move_to(case.known_at + timedelta(days=days, hours=1))
        clock.sweep(timezone.now())
        row = Obligation.objects.open().about(case).get()
        asked = row.passed_to or row.holder
        assert asked not in barred
        assert readers.may_read(asked, today(), fresh(case)), (days, asked)
        reach = queries.reach_of(asked, today())
        assert queries.limited(Case.objects.filter(pk=case.pk), reach).exists()
        assert rules.why_not_hide(actor_of(asked), fresh(case)) is None
        assert visible_to(asked, (), today()).filter(pk=row.pk).exists()
        people.add(asked)
        for before_them in people:  # the link in the first mail still leads somewhere
            assert readers.may_read(before_them, today(), fresh(case))
            limited = queries.limited(Case.objects.all(), queries.reach_of(before_them, today()))
            assert limited.filter(pk=case.pk).exists()
    told = {one.person for one in ObligationNotice.objects.exclude(pk__in=before).select_related("person")}
    assert len(told) > 2
    assert not told & set(barred)
    if how_many == 4:
        assert cast.department_head in people
        assert told & {cast.it_communications_manager, cast.chief_executive}


@pytest.mark.policy("O8")
def test_the_one_asked_last_takes_the_case_to_its_end(tibro, cast, channel, owner, client, time_machine):
    case = bring_to("preserved", open_case(channel, owner, category=THREAT["tibro"]), owner)
    for name in PARTIES:
        declare(case, cast[name])
    assert fresh(case).assigned_to == cast.department_head
    AbsenceFactory(user=cast.department_head)
    Obligation.objects.open().about(case).update(passed_to=cast.it_communications_manager)
    chief = actor_of(cast.it_communications_manager)
    client.force_login(cast.it_communications_manager)
    assert client.get(case.get_absolute_url()).status_code == 200
    ladder.hide(case_id=case.pk, actor=chief)
    assert not Obligation.objects.open().about(case).filter(kind="remove").exists()  # nobody is asked any longer
    assert fresh(case).assigned_to == cast.it_communications_manager
    assert client.get(case.get_absolute_url()).status_code == 200
    bring_on = [
        lambda: ladder.assess(case_id=case.pk, assessment="remove", note="Hot.", actor=chief),
        lambda: registering.hand_to_registrar(case_id=case.pk, actor=chief),
    ]
    for act in bring_on:
        act()
    assert fresh(case).handed_at is not None
    client.force_login(cast.owner)
    assert client.get(case.get_absolute_url()).status_code == 404


@pytest.mark.policy("O8")
def test_whoever_is_asked_to_try_a_conflict_when_manager_and_strategist_have_one_reads_and_decides(
    tibro, cast, channel, owner, client
):
    case = open_case(channel, owner, category=THREAT["tibro"])
    for name in ("nearest_manager", "strategist"):
        declare(case, cast[name])
    row = declare_conflict(case_id=case.pk, person_id=cast.owner.pk, ground="friend", actor=actor_of(cast.deputy))
    asked = Obligation.objects.open().about(row).get().holder
    assert asked == cast.it_communications_manager
    client.force_login(asked)
    assert client.get(row.get_absolute_url()).status_code == 200
    assert CONFLICT.why_not("uphold", row, actor_of(asked)) is None
    assert CONFLICT.why_not("uphold", row, actor_of(cast.chief_executive)) is not None
    try_conflict(conflict_id=row.pk, holds=True, reason="Syskon.", actor=actor_of(asked))
    assert fresh(case).assigned_to == cast.deputy
    assert client.get(case.get_absolute_url()).status_code == 404  # it is decided, and nothing more is asked


@pytest.mark.policy("O8")
def test_the_clock_asks_nobody_to_try_what_they_decided_or_are_about(tibro, cast, channel, owner, time_machine):
    manager = actor_of(cast.nearest_manager)
    case = bring_to("assessed", open_case(channel, manager, category=THREAT["tibro"]), manager)
    told = explain(case_id=case.pk, text="Dolt.", actor=manager)
    asked = reconsidering.ask_by_reference(reference=told.reference, text="Det var inget hot.")
    row = declare_conflict(
        case_id=case.pk, person_id=cast.nearest_manager.pk, ground="friend", actor=actor_of(cast.deputy)
    )
    for days in range(0, 30, 2):
        time_machine.move_to(case.known_at + timedelta(days=days, hours=1))
        clock.sweep(timezone.now())
    for subject in (asked, row):
        notices = ObligationNotice.objects.filter(obligation__in=Obligation.objects.about(subject))
        assert notices.count() > 3
        assert not notices.filter(person=cast.nearest_manager).exists()
        for person in {one.person for one in notices.select_related("person")}:
            assert readers.may_read(person, today(), fresh(case))
    Obligation.objects.open().about(row).update(passed_to=cast.nearest_manager)
    assert "try_conflict" not in mine_now(cast.nearest_manager, today()).values_list("kind", flat=True)


def test_what_was_passed_on_to_somebody_is_taken_back_when_they_have_a_stake(tibro, cast, channel, owner):
    case = open_case(channel, owner, category=THREAT["tibro"])
    Obligation.objects.open().about(case).update(passed_to=cast.strategist)
    declare(case, cast.strategist)
    row = Obligation.objects.open().about(case).get()
    assert (row.holder, row.passed_to) == (cast.owner, None)
    assert row.history.first().passed_to_id is None


def test_a_case_is_not_sent_to_somebody_who_has_a_stake_in_it(tibro, cast, channel, owner):
    case = open_case(channel, owner, kind="question")
    declare(case, cast.nearest_manager)
    with pytest.raises(InvalidInput, match="jävig"):
        handling.forward(case_id=case.pk, unit_id=cast.unit.pk, actor=owner)
    declare(case, cast.owner)
    handling.forward(case_id=case.pk, unit_id=cast.department.pk, actor=actor_of(cast.deputy))
    handling.forward(case_id=case.pk, unit_id=None, actor=actor_of(cast.strategist))
    moved, row = fresh(case), Obligation.objects.open().about(case).get(kind="answer")
    assert (moved.assigned_to, row.holder) == (cast.deputy, cast.deputy)  # back to the channel, but not to the owner


def test_a_tip_is_read_by_whoever_the_clock_asks(tibro, cast, channel, client, time_machine):
    tip = receive_tip(channel_id=channel.pk, text="Titta.", actor=actor_of(cast.outsider))
    client.force_login(cast.department_head)
    assert client.get(tip.get_absolute_url()).status_code == 404
    Obligation.objects.open().about(tip).update(passed_to=cast.department_head)
    assert client.get(tip.get_absolute_url()).status_code == 200
    assert rules.why_not_read_tip(actor_of(cast.department_head), tip) is None
