"""Whoever is away is passed over, somebody named is always told, and the page says who and why."""

from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from re import sub

import pytest
import time_machine
from django.test import Client

from accounts.models import Appointment, Unit, User
from accounts.organisation import Organisation
from channels import clock
from channels.clock.escalation import Line, whom_to_tell
from channels.clock.paces import ORDER
from channels.models import Channel, Obligation
from kommun.business_time import next_morning
from kommun.models import OutgoingMail
from tests.duties import NONE, at, away, make_channel, owe, told
from tests.factories import make_cast

pytestmark = pytest.mark.django_db
AT_ONCE, MISSED, STRATEGIST, MANAGER = "2026-11-02T09:00", "2026-11-21T00:00", "2026-11-27T07:00", "2026-12-04T07:00"
FIRST, LAST = "2026-11-01", "2026-12-31"


@pytest.fixture
def cast(db):
    return make_cast(starts_on=date(2026, 1, 1))


@pytest.fixture
def channel(cast):
    return make_channel(cast)


def page_of(row: Obligation, reader: User, moment: str) -> str:
    """The text of the obligation's page."""
    with time_machine.travel(at(moment), tick=False):
        client = Client()
        client.force_login(reader)
        answer = client.get(row.get_absolute_url())
    assert answer.status_code == 200
    return unescape(" ".join(sub(r"<[^>]+>", " ", answer.content.decode()).split()))


def sweep_at(*moments: str) -> None:
    for moment in moments:
        clock.sweep(at(moment))


def nobody(*roles: str) -> None:
    Appointment.objects.filter(role__in=roles).delete()


# Each: what is different, the moments of the sweeps, who is told in turn, and what the page says about the last of them.
def owner_away_with_substitute(cast):
    away(cast.owner, FIRST, LAST, cast.strategist)


def owner_away_without_substitute(cast):
    away(cast.owner, FIRST, LAST)


def owner_may_not_sign_in(cast):
    cast.owner.is_active = False
    cast.owner.save()


def owner_and_deputy_away(cast):
    away(cast.owner, FIRST, LAST)
    away(cast.deputy, FIRST, LAST)


def deputy_away_with_substitute(cast):
    away(cast.deputy, FIRST, LAST, cast.registrar)


def deputy_covers_for_the_owner(cast):
    away(cast.owner, FIRST, LAST, cast.deputy)


def chain_of_substitutes(cast):
    away(cast.owner, FIRST, LAST, cast.deputy)
    away(cast.deputy, FIRST, LAST, cast.registrar)


def circle_of_substitutes(cast):
    away(cast.owner, FIRST, LAST, cast.deputy)
    away(cast.deputy, FIRST, LAST, cast.owner)


def no_strategist(cast):
    nobody("strategist")


def no_manager(cast):
    Unit.objects.filter(pk=cast.unit.pk).update(manager=None)


def no_manager_anywhere(cast):
    Unit.objects.update(manager=None)
    nobody("chief_executive")


def no_deputy(cast):
    Channel.objects.update(deputy=None)


SITUATIONS = [
    (
        owner_away_with_substitute,
        [AT_ONCE],
        ["Kommunikationsstrateg"],
        "Bibliotekarie har uppgiften. Borta till och med 31 dec, ersätts av Kommunikationsstrateg.",
    ),
    (
        owner_away_without_substitute,
        [AT_ONCE],
        ["Biblioteksassistent"],
        "Bibliotekarie har uppgiften. Bibliotekarie är borta till och med 31 dec och har ingen ersättare."
        " Biblioteksassistent är kanalens ersättare.",
    ),
    (
        owner_may_not_sign_in,
        [AT_ONCE],
        ["Biblioteksassistent"],
        "Bibliotekarie är inte längre aktiv och har ingen ersättare. Biblioteksassistent är kanalens ersättare.",
    ),
    (
        owner_and_deputy_away,
        [AT_ONCE],
        ["Kommunikationsstrateg"],
        "Biblioteksassistent är borta till och med 31 dec och har ingen ersättare."
        " Kommunikationsstrateg har rollen Kommunikationsstrateg.",
    ),
    (
        deputy_away_with_substitute,
        [AT_ONCE, MISSED],
        ["Bibliotekarie", "Bibliotekarie", "Registrator"],
        "Biblioteksassistent är kanalens ersättare. Borta till och med 31 dec, ersätts av Registrator.",
    ),
    (
        deputy_covers_for_the_owner,
        [AT_ONCE, MISSED],
        ["Biblioteksassistent", "Biblioteksassistent", "Kommunikationsstrateg"],
        "Biblioteksassistent är kanalens ersättare. Biblioteksassistent har redan fått veta."
        " Kommunikationsstrateg har rollen Kommunikationsstrateg.",
    ),
    (
        chain_of_substitutes,
        [AT_ONCE],
        ["Registrator"],
        "Borta till och med 31 dec, ersätts av Biblioteksassistent."
        " Biblioteksassistent är borta till och med 31 dec, ersätts av Registrator.",
    ),
    (
        circle_of_substitutes,
        [AT_ONCE],
        ["Kommunikationsstrateg"],
        "Ersättarna går i en cirkel: Bibliotekarie → Biblioteksassistent → Bibliotekarie.",
    ),
    (
        no_strategist,
        [AT_ONCE, MISSED, STRATEGIST],
        ["Bibliotekarie", "Bibliotekarie", "Biblioteksassistent", "Bibliotekschef"],
        "Ingen har rollen Kommunikationsstrateg. Bibliotekschef är chef för Biblioteksenheten.",
    ),
    (
        no_manager,
        [AT_ONCE, MISSED, STRATEGIST, MANAGER],
        ["Bibliotekarie", "Bibliotekarie", "Biblioteksassistent", "Kommunikationsstrateg", "Kulturförvaltningschef"],
        "Biblioteksenheten har ingen chef. Kulturförvaltningschef är chef för Kulturförvaltningen.",
    ),
    (
        no_manager_anywhere,
        [AT_ONCE, MISSED, STRATEGIST, MANAGER],
        [
            "Bibliotekarie",
            "Bibliotekarie",
            "Biblioteksassistent",
            "Kommunikationsstrateg",
            "IT- och kommunikationschef",
        ],
        "IT- och kommunikationschef frågas när ingen annan finns.",
    ),
    (
        no_deputy,
        [AT_ONCE, MISSED],
        ["Bibliotekarie", "Bibliotekarie", "Kommunikationsstrateg"],
        "Kanalen har ingen ersättare. Kommunikationsstrateg har rollen Kommunikationsstrateg.",
    ),
]


@pytest.mark.parametrize(
    ("prepare", "moments", "people", "why"), SITUATIONS, ids=lambda value: getattr(value, "__name__", "")
)
def test_who_is_told_and_what_the_page_says(cast, channel, prepare, moments, people, why):
    prepare(cast)
    row = owe(cast, channel)
    sweep_at(*moments)
    assert told(row) == people
    text = page_of(row, cast.archivist, moments[-1])
    assert why in text
    assert "Vilka har fått veta, och varför" in text
    last = row.notices.select_related("person__unit").last().person
    assert f"Vem är tillfrågad nu {last.role}" in text or last == cast.owner
    assert clock.write_digests(next_morning(at(moments[-1]))) > 0
    assert OutgoingMail.objects.filter(to=last.email).exists()


def everybody_away(cast):
    for _name, person in cast.people():
        away(person, FIRST, LAST)


def test_when_everybody_is_away_the_first_in_line_is_told_all_the_same(cast, channel):
    everybody_away(cast)
    row = owe(cast, channel)
    sweep_at(AT_ONCE, MISSED, STRATEGIST, MANAGER)
    assert told(row)[-1] == "Bibliotekschef"
    text = page_of(row, cast.archivist, MANAGER)
    assert "Alla är borta. Bibliotekschef får veta ändå." in text
    assert (
        "Tiden gick ut 20 november 2026 . Bibliotekarie hade uppgiften."
        " Bibliotekarie är borta till och med 31 dec och har ingen ersättare."
    ) in text


def test_a_list_of_everybody_who_is_away_keeps_the_end_that_names_who_is_told(cast, channel):
    for _name, person in cast.people():
        person.name = f"{person.name} med ett mycket långt namn som aldrig verkar ta slut"
        person.save()
    everybody_away(cast)
    row = owe(cast, channel)
    sweep_at(AT_ONCE)
    why = row.notices.get().why
    assert len(why) == 500
    assert why.startswith("… ")
    assert why.endswith("får veta ändå.")


def test_nobody_named_at_all_is_the_administrator_of_the_system(cast, channel):
    Appointment.objects.all().delete()
    Unit.objects.update(manager=None)
    cast.strategist.is_staff = cast.administrator.is_superuser = True
    cast.strategist.save()
    cast.administrator.save()
    row = owe(cast, None, kind=clock.HAND_OVER, holder=NONE, unit=cast.unit)
    sweep_at(AT_ONCE)
    assert told(row) == ["Systemadministratör"]
    text = page_of(row, cast.administrator, AT_ONCE)
    assert "Ingen har uppgiften. Ingen har rollen Kommunikationsstrateg. Biblioteksenheten har ingen chef." in text
    assert "Systemadministratör frågas när ingen annan finns." in text
    User.objects.filter(is_superuser=True).update(is_active=False)
    other = owe(cast, None, kind=clock.COVER, holder=NONE, unit=cast.unit)
    sweep_at(AT_ONCE)
    assert told(other) == ["Kommunikationsstrateg"]


def test_with_nobody_left_the_miss_is_recorded_all_the_same(cast, channel):
    row = owe(cast, channel)
    User.objects.update(is_active=False)
    assert clock.sweep(at(MISSED)) == 1
    assert clock.sweep(at(MISSED)) == 0
    row.refresh_from_db()
    assert row.missed_at == at(MISSED)
    assert told(row) == []


def test_the_owner_stands_in_for_a_deputy_who_has_the_duty(cast, channel):
    row = owe(cast, channel, holder=cast.deputy)
    sweep_at(AT_ONCE, MISSED)
    assert told(row)[-1] == "Bibliotekarie"
    assert "Bibliotekarie är kontoansvarig för kanalen." in page_of(row, cast.archivist, MISSED)


def test_an_inactive_owner_is_never_told(cast, channel):
    owner_may_not_sign_in(cast)
    row = owe(cast, channel)
    sweep_at(AT_ONCE, MISSED, STRATEGIST, MANAGER, "2027-01-08T07:00", "2027-03-08T07:00")
    assert "Bibliotekarie" not in told(row)
    assert not OutgoingMail.objects.filter(to=cast.owner.email).exists()
    row.refresh_from_db()
    assert row.missed_why == "Bibliotekarie hade uppgiften. Bibliotekarie är inte längre aktiv och har ingen ersättare."


def test_nobody_had_it(cast, channel):
    row = owe(cast, channel, holder=NONE)
    sweep_at(AT_ONCE, MISSED)
    row.refresh_from_db()
    assert row.missed_why == "Ingen hade uppgiften."
    assert told(row)[0] == "Biblioteksassistent"
    text = page_of(row, cast.archivist, MISSED)
    assert "Vem har uppgiften Ingen" in text
    assert "Ingen har uppgiften. Biblioteksassistent är kanalens ersättare." in text


def test_the_last_in_line_is_asked_again_and_again(cast, channel):
    row = owe(cast, channel)
    sweep_at(AT_ONCE, MISSED, STRATEGIST, MANAGER, "2027-01-08T07:00", "2027-02-05T07:00")
    assert told(row)[-3:] == ["Bibliotekschef"] * 3
    assert [notice.stage for notice in row.notices.all()] == [1, 2, 3, 4, 5, 6, 7]
    text = page_of(row, cast.nearest_manager, "2027-02-05T08:00")
    assert "Om uppgiften inte blir gjord påminner Kanalkollen nästa gång" in text


# --- The rule by itself --------------------------------------------------------------------------------------------------
def test_when_everybody_present_has_been_told_the_first_of_them_is_told_again(cast, channel):
    organisation = Organisation.load(date(2026, 11, 20))
    line = Line(cast.owner, cast.owner, cast.deputy, cast.unit, has_channel=True, anybody=cast.administrator)
    everybody = [person.pk for _name, person in cast.people()]
    found = whom_to_tell("strategist", line, organisation, date(2026, 11, 20), everybody)
    assert found.person == cast.strategist
    assert found.why == (
        "Alla som finns att fråga har redan fått veta. Kommunikationsstrateg har rollen Kommunikationsstrateg."
    )


@pytest.mark.parametrize("audience", ORDER)
@pytest.mark.parametrize("present", ["owner", "strategist", "nearest_manager", "administrator"])
def test_the_only_one_who_is_there_is_told(cast, audience, present):
    for name, person in cast.people():
        if name != present:
            away(person, FIRST, LAST)
    line = Line(cast.owner, cast.owner, cast.deputy, cast.unit, has_channel=True, anybody=cast.administrator)
    day = date(2026, 11, 20)
    assert whom_to_tell(audience, line, Organisation.load(day), day).person == cast[present]


@pytest.mark.parametrize("audience", ORDER)
def test_somebody_is_told_also_when_the_line_is_empty(cast, audience):
    Appointment.objects.all().delete()
    Unit.objects.update(manager=None)
    line, day = Line(None, anybody=cast.administrator), date(2026, 11, 20)
    assert whom_to_tell(audience, line, Organisation.load(day), day).person == cast.administrator
    assert whom_to_tell(audience, replace(line, anybody=None), Organisation.load(day), day).person is None


def test_what_opens_after_its_time_is_missed_at_once_but_passed_on_in_its_own_time():
    opened, due = datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 1, 1, 23, tzinfo=UTC)
    pace = clock.KINDS[clock.POLICY_REVIEW].pace
    moments, number = [], 0
    for _ in range(4):
        number, moment = pace.next_after(number, opened, due, frozenset())
        moments.append((pace.stage(number, dated=True).audience, moment.date().isoformat()))
    # Five and ten working days from Friday 20 November.
    assert moments == [
        ("holder", "2026-11-20"),
        ("deputy", "2026-01-01"),
        ("strategist", "2026-11-27"),
        ("manager", "2026-12-04"),
    ]
