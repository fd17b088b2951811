"""Mail at once for what runs out before the next working morning, otherwise one digest at 07.30 on working days."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from importlib import import_module

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actor import Actor
from accounts.models import DigestDay, MailChoice, MailLine, Unit
from channels import clock
from channels.actions.publishing import open_channel
from channels.clock import at_once, digest
from channels.tasks import write_digests
from kommun.business_time import is_working_day, morning_of, next_morning, swedish_day
from kommun.celery import app
from kommun.models import Municipality, OutgoingMail
from tests.applications import adopt_preset, answer_all, make_application, make_municipality, submit
from tests.duties import NONE, at, away, make_channel, owe
from tests.factories import UserFactory, make_cast

pytestmark = pytest.mark.django_db
SWEEP = import_module("channels.clock.sweep")  # the package has a function of the same name
OPENED, MORNING = "2026-11-02T09:00", "2026-11-03T07:30"  # a Monday, and the morning after


@pytest.fixture
def cast(db):
    return make_cast(starts_on=at("2026-01-01T12:00").date())


@pytest.fixture
def channel(cast):
    return make_channel(cast)


class Undo(Exception):
    """Raised to leave nothing behind."""


def mails():
    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


def letter():
    return OutgoingMail.objects.latest("pk").body


def end(person, **parts):
    MailChoice.objects.create(user=person, **parts)


# --- At once, or the next working morning: by hand from the almanac of 2026 ----------------------------------------------
AT_ONCE = "at once"
WHEN = [
    ("2026-11-19T15:00", "2026-11-20T07:00", AT_ONCE),  # an ordinary night
    ("2026-11-19T15:00", "2026-11-20T12:00", "2026-11-20T07:30"),
    ("2026-11-20T06:00", "2026-11-20T07:00", AT_ONCE),  # before it has begun
    ("2026-11-20T06:00", "2026-11-20T12:00", "2026-11-20T07:30"),
    ("2026-11-20T07:30", "2026-11-20T12:00", AT_ONCE),  # it has
    ("2026-11-20T15:00", "2026-11-22T15:00", AT_ONCE),  # a weekend: 48 hours run through it
    ("2026-11-20T15:00", "2026-11-23T07:30", AT_ONCE),
    ("2026-11-20T15:00", "2026-11-23T07:31", "2026-11-23T07:30"),
    ("2026-11-21T11:00", "2026-11-23T07:00", AT_ONCE),
    ("2026-03-27T16:00", "2026-03-30T07:30", AT_ONCE),  # summer time begins on the Sunday
    ("2026-03-27T16:00", "2026-03-30T07:31", "2026-03-30T07:30"),
    ("2026-10-23T16:00", "2026-10-26T07:30", AT_ONCE),  # and ends
    ("2026-10-23T16:00", "2026-10-26T07:31", "2026-10-26T07:30"),
    ("2026-04-02T16:00", "2026-04-07T07:00", AT_ONCE),  # Easter: from Thursday to Tuesday
    ("2026-04-02T16:00", "2026-04-07T12:00", "2026-04-07T07:30"),
    ("2026-06-18T16:00", "2026-06-22T07:00", AT_ONCE),  # midsummer's eve is the Friday
    ("2026-06-18T16:00", "2026-06-22T12:00", "2026-06-22T07:30"),
    ("2026-12-23T16:00", "2026-12-28T07:00", AT_ONCE),  # Christmas: from Wednesday to Monday
    ("2026-12-23T16:00", "2026-12-28T12:00", "2026-12-28T07:30"),
    ("2026-12-30T16:00", "2027-01-04T07:00", AT_ONCE),  # New Year's eve is a Thursday
    ("2027-01-05T16:00", "2027-01-07T07:00", AT_ONCE),  # Epiphany
    ("2028-02-28T16:00", "2028-02-29T12:00", "2028-02-29T07:30"),  # a leap day is a day
    ("2026-11-02T09:00", None, "2026-11-03T07:30"),  # no number: never late, never urgent
]


@pytest.mark.parametrize(("told", "due", "when"), WHEN)
def test_at_once_only_what_runs_out_before_the_next_working_morning(cast, channel, told, due, when):
    clock.write_digests(at(told))  # that of the day itself, when its morning has been
    owe(cast, channel, opened=told, due=due)
    clock.sweep(at(told))
    assert bool(mails()) == (when == AT_ONCE)
    if when == AT_ONCE:
        assert mails() == [(cast.owner.email, "Brådskar: Bekräfta Biblioteket")]
        assert "Det här kan inte vänta till nästa arbetsdags morgon." in letter()
    else:
        moment = at(told) + timedelta(minutes=1)
        while moment < at(when):  # not a minute earlier, whatever the scheduler asks
            assert clock.write_digests(moment) == 0
            moment += timedelta(minutes=30)
        assert clock.write_digests(at(when)) == 1
        assert mails() == [(cast.owner.email, "Påminnelse: Bekräfta Biblioteket")]
    assert MailLine.objects.filter(mailed_at=None).count() == 0


def test_the_municipalitys_own_closed_day_is_no_working_day(cast, channel):
    make_municipality(closed_days=["2026-11-23"])
    owe(cast, channel, opened="2026-11-20T15:00", due="2026-11-23T12:00")
    clock.sweep(at("2026-11-20T15:00"))
    assert mails() == [(cast.owner.email, "Brådskar: Bekräfta Biblioteket")]
    assert clock.write_digests(at("2026-11-23T07:30")) == 0


def test_a_day_that_is_closed_afterwards_brings_out_what_would_have_waited_past_its_time(cast, channel):
    make_municipality()
    owe(cast, channel, opened="2026-11-20T15:00", due="2026-11-23T12:00")
    clock.sweep(at("2026-11-20T15:00"))
    assert mails() == []
    Municipality.objects.update(closed_days=["2026-11-23"])
    assert clock.sweep(at("2026-11-20T16:00")) == 0
    assert mails() == [(cast.owner.email, "Brådskar: Bekräfta Biblioteket")]


def test_what_ran_out_with_its_day_waits_for_the_morning_and_what_ran_out_at_an_hour_does_not(cast):
    of_days = owe(cast, make_channel(cast, "Biblioteket"), due="2026-11-21T00:00")
    of_hours = owe(cast, make_channel(cast, "Badhuset"), due="2026-11-21T15:00")
    clock.sweep(at("2026-11-19T08:00"))
    clock.write_digests(at("2026-11-20T07:30"))
    OutgoingMail.objects.all().delete()
    clock.sweep(at("2026-11-21T00:00"))
    assert mails() == []  # nobody is there at midnight
    clock.sweep(at("2026-11-21T15:00"))
    assert mails() == [(cast.deputy.email, f"Försenat: {of_hours.label}")]
    assert clock.write_digests(at("2026-11-23T07:30")) == 1
    body = letter()
    assert f"/min-dag/{of_days.pk}/" in body
    assert f"/min-dag/{of_hours.pk}/" in body  # late since before, beside what is new
    clock.sweep(at("2026-11-27T07:00"))  # the strategist: in the morning, so in the digest of it
    assert OutgoingMail.objects.filter(to=cast.strategist.email).count() == 0
    assert clock.write_digests(at("2026-11-27T07:30")) == 1
    assert mails()[-1] == (cast.strategist.email, "2 av 2 uppgifter är försenade")
    assert "Varför du: Kommunikationsstrateg har rollen Kommunikationsstrateg." in letter()


INSTANTS = st.datetimes(at("2026-01-01T00:00").replace(tzinfo=None), at("2028-12-31T00:00").replace(tzinfo=None))


@given(INSTANTS, st.sets(st.dates(at("2026-01-01T12:00").date(), at("2028-12-31T12:00").date()), max_size=40))
def test_the_next_morning_is_the_first_one(moment, closed):
    moment = moment.replace(tzinfo=at(OPENED).tzinfo)
    found = next_morning(moment, closed)
    assert found > moment
    assert is_working_day(swedish_day(found), closed)
    assert found == morning_of(swedish_day(found))
    day = swedish_day(moment)
    while day < swedish_day(found):
        assert not is_working_day(day, closed) or morning_of(day) <= moment
        day += timedelta(days=1)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(
        ["2026-11-20T15:00", "2026-04-02T16:00", "2026-06-18T07:00", "2026-12-23T16:00", "2026-03-27T16:00"]
    ),
    st.integers(1, 12 * 24 * 4),
    st.booleans(),
)
def test_whatever_is_due_whoever_has_it_has_been_mailed_before_but_seldom_twice(cast, channel, opened, quarters, soon):
    """The sweep each hour and the digest each morning, with and without the part that may be ended."""
    text = (datetime.fromisoformat(opened) + timedelta(minutes=15 * quarters)).isoformat()
    due = at(text)
    with suppress(Undo), transaction.atomic():
        end(cast.owner, soon=soon)
        row = owe(cast, channel, opened=opened, due=text)
        moment = at(opened)
        while moment < due:
            clock.sweep(moment)
            clock.write_digests(moment)
            moment += timedelta(minutes=30)
        to_owner = OutgoingMail.objects.filter(to=cast.owner.email)
        notices = row.notices.filter(person=cast.owner).count()
        assert 1 <= to_owner.count() <= notices + 1  # each telling, and the day itself
        assert OutgoingMail.objects.count() == to_owner.count()
        raise Undo


# --- One mail, and what stands in it -------------------------------------------------------------------------------------
def test_one_digest_says_what_when_why_and_for_whom(cast):
    rows = [
        owe(cast, make_channel(cast, "Biblioteket"), label="Bekräfta 100 % av %(what)s\nBcc: x@y.example"),
        owe(cast, make_channel(cast, "Badhuset"), due=None),
    ]
    away(cast.owner, "2026-11-01", "2026-11-06", cast.deputy)
    with override("en"):
        clock.sweep(at(OPENED))
        assert clock.write_digests(at(MORNING)) == 1
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == (cast.deputy.email, "2 uppgifter väntar på dig")
    for text in (
        "\nSnart\n",
        "Klart senast 20 november 2026.",
        "\nUtan bestämd tid\n",
        "Har väntat sedan 2 november 2026 kl. 09.00.",
        "Du gör det för Bibliotekarie.",
        "Varför du: Bibliotekarie har uppgiften. Borta till och med 6 nov, ersätts av Biblioteksassistent.",
        f"/min-dag/{rows[0].pk}/",
        "/min-dag/\n",
        "/mina-utskick/\n",
    ):
        assert text in mail.body, text
    clock.meet(clock.CONFIRM, rows[1].channel, Actor(cast.owner))
    clock.sweep(at("2026-11-21T00:00"))
    clock.write_digests(at("2026-11-23T07:30"))
    late = OutgoingMail.objects.get(to=cast.strategist.email)  # the deputy has been asked before, in the owner's place
    assert late.subject == "Försenat: Bekräfta 100 % av %(what)s Bcc: x@y.example"
    assert "\nFörsenat\n" in late.body
    assert "Skulle ha varit klart 20 november 2026." in late.body
    assert "Du gör det för" not in late.body


def test_late_today_soon_and_without_a_time_stand_in_that_order_each_once(cast):
    def begin(name, opened, due):
        return owe(cast, make_channel(cast, name), opened=opened, due=due, label=name)

    first = [begin("Sen", OPENED, "2026-11-18T00:00"), begin("Dagens", OPENED, "2026-11-23T00:00")]
    for moment in (OPENED, "2026-11-11T07:30", "2026-11-16T07:30", "2026-11-18T00:00"):
        clock.sweep(at(moment))
        clock.write_digests(at(moment))
    OutgoingMail.objects.all().delete()
    news = [begin("Snar", "2026-11-19T15:00", "2026-12-01T00:00"), begin("Tidlös", "2026-11-19T15:00", None)]
    clock.sweep(at("2026-11-19T15:00"))
    assert clock.write_digests(at("2026-11-20T07:30")) == 2  # a Friday; the deputy is told of what is late
    body = OutgoingMail.objects.get(to=cast.owner.email).body
    headings = ["Försenat", "Före 23 november 2026 kl. 07.30", "Snart", "Utan bestämd tid"]
    order = []
    for heading, row in zip(headings, [*first, *news], strict=True):
        assert body.count(f"\n{heading}\n") == body.count(f"/min-dag/{row.pk}/") == 1
        order += [body.index(f"\n{heading}\n"), body.index(f"- {row.label}\n")]
    assert order == sorted(order)


def test_the_day_itself_is_told_once_to_whoever_has_it_that_day(cast, channel):
    owe(cast, channel, due="2026-11-21T00:00")
    clock.sweep(at(OPENED))
    clock.write_digests(at(MORNING))
    clock.sweep(at("2026-11-13T07:00"))
    clock.write_digests(at("2026-11-13T07:30"))
    away(cast.owner, "2026-11-20", "2026-11-20", cast.registrar)
    for day in (16, 17, 18, 19):
        assert clock.write_digests(at(f"2026-11-{day}T07:30")) == 0
    assert clock.write_digests(at("2026-11-20T07:30")) == 1
    assert mails()[-1] == (cast.registrar.email, "Påminnelse: Bekräfta Biblioteket")
    assert "Borta till och med 20 nov, ersätts av Registrator." in letter()
    assert "Du gör det för Bibliotekarie." in letter()


def test_what_the_clock_has_not_told_of_is_not_told_on_its_day_either(cast, channel):
    """The routine of a day is on the page; mail comes when it has not been done."""
    owe(cast, channel, kind=clock.APPROVAL, opened="2026-11-20T06:00", due="2026-11-20T15:00")
    clock.sweep(at("2026-11-20T07:00"))
    assert clock.write_digests(at("2026-11-20T07:30")) == 0


def test_a_long_digest_lists_the_most_urgent_and_counts_the_rest(cast):
    for n in range(25):
        owe(cast, make_channel(cast, f"Kanal {n}"), due=f"2026-12-{30 - n:02}T00:00")
    clock.sweep(at(OPENED))
    clock.write_digests(at(MORNING))
    mail = OutgoingMail.objects.get()
    assert mail.subject == "25 uppgifter väntar på dig"
    assert mail.body.count("Klart senast") == 20
    assert mail.body.index("Kanal 24") < mail.body.index("Kanal 5")
    assert "Kanal 4\n" not in mail.body
    assert "Och 5 uppgifter till." in mail.body


# --- Quiet ---------------------------------------------------------------------------------------------------------------
def test_no_mail_when_there_is_nothing(cast, channel):
    for day in range(2, 28):
        assert clock.write_digests(at(f"2026-11-{day:02}T07:30")) == 0
    assert mails() == []
    assert DigestDay.objects.count() == 20  # the working days


def test_what_is_done_before_the_morning_is_not_told(cast, channel):
    owe(cast, channel)
    clock.sweep(at(OPENED))
    clock.meet(clock.CONFIRM, channel, Actor(cast.owner))
    assert clock.write_digests(at(MORNING)) == 0
    assert mails() == []
    assert MailLine.objects.filter(mailed_at=None).count() == 0


def test_what_is_late_is_not_told_anew_each_morning(cast, channel):
    owe(cast, channel)
    told = []
    for day in range(150):
        moment = at("2026-11-02T07:30") + timedelta(days=day)
        clock.sweep(moment)
        if clock.write_digests(moment):
            told.append(swedish_day(moment).isoformat())
    assert told[:6] == ["2026-11-03", "2026-11-13", "2026-11-20", "2026-11-23", "2026-11-27", "2026-12-04"]
    assert len(told) <= 10


# --- Away ----------------------------------------------------------------------------------------------------------------
def test_whoever_is_away_in_the_morning_is_read_for_by_the_one_who_covers(cast, channel):
    owe(cast, channel, opened="2026-11-20T15:00", due="2026-12-11T00:00")
    clock.sweep(at("2026-11-20T15:00"))
    away(cast.owner, "2026-11-23", "2026-11-27", cast.registrar)
    clock.write_digests(at("2026-11-23T07:30"))
    assert mails() == [(cast.registrar.email, "Påminnelse: Bekräfta Biblioteket")]
    assert "Bibliotekarie har uppgiften. Borta till och med 27 nov, ersätts av Registrator." in letter()
    assert "Du gör det för Bibliotekarie." in letter()


def test_whoever_is_back_in_the_morning_reads_for_oneself(cast, channel):
    away(cast.owner, "2026-11-16", "2026-11-22", cast.registrar)
    owe(cast, channel, opened="2026-11-20T15:00", due="2026-12-11T00:00")
    clock.sweep(at("2026-11-20T15:00"))
    clock.write_digests(at("2026-11-23T07:30"))
    assert mails() == [(cast.owner.email, "Påminnelse: Bekräfta Biblioteket")]
    assert "Bibliotekarie är tillbaka." in letter()
    assert "Du gör det för" not in letter()


def test_whoever_has_nobody_and_whoever_has_left_since_is_passed_over(cast, channel):
    owe(cast, channel, opened="2026-11-20T15:00", due="2026-12-11T00:00")
    clock.sweep(at("2026-11-20T15:00"))
    away(cast.owner, "2026-11-23", "2026-11-27")
    cast.deputy.is_active = False
    cast.deputy.save()
    clock.write_digests(at("2026-11-23T07:30"))
    assert mails() == [(cast.strategist.email, "Påminnelse: Bekräfta Biblioteket")]
    assert "Bibliotekarie är borta till och med 27 nov och har ingen ersättare." in letter()


def test_mail_at_once_goes_to_whoever_covers_too(cast, channel):
    away(cast.owner, "2026-11-20", "2026-11-22", cast.registrar)
    owe(cast, channel, opened="2026-11-20T15:00", due="2026-11-22T15:00")
    clock.sweep(at("2026-11-20T15:00"))
    assert mails() == [(cast.registrar.email, "Brådskar: Bekräfta Biblioteket")]
    assert "Du gör det för Bibliotekarie." in letter()


# --- What may be ended ---------------------------------------------------------------------------------------------------
def test_soon_can_be_ended_and_the_day_itself_not(cast, channel):
    end(cast.owner, soon=False)
    row = owe(cast, channel)
    clock.sweep(at(OPENED))
    assert clock.write_digests(at(MORNING)) == 0
    assert row.notices.count() == 1  # the page says that it was told
    clock.sweep(at("2026-11-13T07:00"))
    assert clock.write_digests(at("2026-11-13T07:30")) == 0
    assert clock.write_digests(at("2026-11-20T07:30")) == 1
    assert mails() == [(cast.owner.email, "Påminnelse: Bekräfta Biblioteket")]
    assert "/utskick/avsluta/" not in letter()  # nothing in it can be ended


def test_what_is_late_urgent_or_has_no_time_comes_all_the_same(cast):
    for person in (cast.owner, cast.deputy, cast.strategist):
        end(person, soon=False, copies=False)
    owe(cast, make_channel(cast, "Tidlös"), due=None)
    owe(cast, make_channel(cast, "Bråttom"), opened="2026-11-02T16:00", due="2026-11-03T07:00")
    owe(cast, make_channel(cast, "Sen"), due="2026-11-02T00:00")
    clock.sweep(at("2026-11-02T16:00"))
    clock.sweep(at("2026-11-03T07:00"))
    clock.write_digests(at(MORNING))
    assert sorted(mails()) == sorted(
        [
            (cast.owner.email, "Brådskar: Bekräfta Bråttom"),
            (cast.owner.email, "2 av 3 uppgifter är försenade"),
            (cast.deputy.email, "Försenat: Bekräfta Bråttom"),
            (cast.deputy.email, "2 av 2 uppgifter är försenade"),
        ]
    )


def test_what_nobody_has_is_the_duty_of_whoever_is_asked(cast, channel):
    end(cast.deputy, soon=False)
    owe(cast, channel, holder=NONE)
    clock.sweep(at(OPENED))
    assert clock.write_digests(at(MORNING)) == 1
    assert mails() == [(cast.deputy.email, "Påminnelse: Bekräfta Biblioteket")]


@pytest.mark.django_db(transaction=True)
def test_a_real_mail_can_be_ended_with_one_press(smtp, settings):
    settings.SITE_URL = "https://kanaler.kommunen.example"
    cast = make_cast(starts_on=at("2026-01-01T12:00").date())
    owe(cast, make_channel(cast))
    clock.sweep(at(OPENED))
    clock.write_digests(at(MORNING))
    [(to, raw)] = smtp.messages
    assert to == [cast.owner.email]
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = mail["List-Unsubscribe"].strip(" <>")
    assert re.fullmatch(r"https://kanaler\.kommunen\.example/utskick/avsluta/[^>\s]+/", address)
    assert mail.get_content().rstrip().endswith(address)
    path = address.removeprefix("https://kanaler.kommunen.example")
    assert Client().get(path).status_code == 200
    assert not MailChoice.objects.exists()
    assert Client().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not MailChoice.objects.get(user=cast.owner).soon
    clock.sweep(at("2026-11-13T07:00"))
    assert clock.write_digests(at("2026-11-13T07:30")) == 0
    owe(cast, make_channel(cast, "Badhuset"), opened="2026-11-13T16:00", due="2026-11-14T15:00")
    clock.sweep(at("2026-11-13T16:00"))
    urgent = message_from_bytes(smtp.messages[-1][1], policy=policy.default)
    assert urgent["Subject"] == "Brådskar: Bekräfta Badhuset"
    assert urgent["List-Unsubscribe"] is None  # a duty


# --- Written once, whatever happens --------------------------------------------------------------------------------------
def test_run_again_the_same_day_it_writes_nothing(cast, channel):
    owe(cast, channel)
    clock.sweep(at(OPENED))
    assert [clock.write_digests(at(f"2026-11-03T{time}")) for time in ("07:29", "07:30", "07:30", "09:00")] == [
        0,
        1,
        0,
        0,
    ]
    owe(cast, make_channel(cast, "Badhuset"), opened="2026-11-03T10:00")
    clock.sweep(at("2026-11-03T10:00"))
    assert clock.write_digests(at("2026-11-03T10:05")) == 0  # one a day
    assert clock.write_digests(at("2026-11-04T07:30")) == 1
    assert DigestDay.objects.get(day="2026-11-03").letters == 1


def test_three_days_without_a_scheduler(cast):
    """From Thursday 17.00 to Monday 11.00 nothing runs. Then one digest, with what came to be told meanwhile later."""
    owe(cast, make_channel(cast, "Biblioteket"), opened="2026-11-19T09:00", due="2026-12-11T00:00")
    clock.sweep(at("2026-11-19T16:59"))
    owe(cast, make_channel(cast, "Badhuset"), opened="2026-11-21T09:00", due="2026-12-11T00:00")
    restart = at("2026-11-23T11:00")
    clock.sweep(restart)
    assert clock.write_digests(restart) == 1
    assert mails() == [(cast.owner.email, "2 uppgifter väntar på dig")]
    assert clock.write_digests(restart + timedelta(minutes=5)) == 0
    assert clock.write_digests(at("2026-11-24T07:30")) == 0


def test_the_task_asks_what_the_time_is_and_is_planned_in_swedish_time(cast, channel):
    owe(cast, channel)
    clock.sweep(at(OPENED))
    entry = app.conf.beat_schedule["the digest of the day"]
    assert entry["task"] == write_digests.name
    assert 30 in entry["schedule"].minute
    assert 7 in entry["schedule"].hour
    assert app.conf.timezone == "Europe/Stockholm"
    with time_machine.travel(at("2026-11-03T07:25"), tick=False):
        assert write_digests() == 0
    with time_machine.travel(at("2026-11-03T07:30"), tick=False):
        assert (write_digests(), write_digests()) == (1, 0)
        assert DigestDay.objects.get().written_at == timezone.now()


def test_a_mail_that_cannot_be_written_stops_nobody_elses_and_is_tried_again(cast, monkeypatch, caplog):
    owe(cast, make_channel(cast, "Biblioteket"))
    owe(cast, make_channel(cast, "Badhuset"), holder=cast.registrar)
    clock.sweep(at(OPENED))
    real = digest.letter_to

    def fail_for_the_owner(person, *arguments, **options):
        if person == cast.owner:
            raise ValueError("no")
        return real(person, *arguments, **options)

    monkeypatch.setattr(digest, "letter_to", fail_for_the_owner)
    assert clock.write_digests(at(MORNING)) == 1
    assert f"the mail to person {cast.owner.pk} could not be written" in caplog.text
    monkeypatch.setattr(digest, "letter_to", real)
    assert clock.write_digests(at("2026-11-04T07:30")) == 1
    assert [to for to, _subject in mails()] == [cast.registrar.email, cast.owner.email]


def test_rolled_back_it_has_done_nothing(cast, channel, monkeypatch):
    owe(cast, channel)
    clock.sweep(at(OPENED))
    monkeypatch.setattr(digest, "mark", lambda *_arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        clock.write_digests(at(MORNING))
    assert (DigestDay.objects.count(), OutgoingMail.objects.count()) == (0, 0)
    monkeypatch.undo()
    assert clock.write_digests(at(MORNING)) == 1


def test_a_telling_whose_mail_was_never_written_is_mailed_by_the_next_minute(cast, channel, monkeypatch):
    """A worker is killed between the stage and the mail."""
    owe(cast, channel, opened="2026-11-20T15:00", due="2026-11-22T15:00")
    monkeypatch.setattr(SWEEP, "mail_at_once", lambda _now: 0)
    assert clock.sweep(at("2026-11-20T15:00")) == 1
    assert mails() == []
    monkeypatch.setattr(SWEEP, "mail_at_once", at_once.mail_at_once)
    for _time in range(2):
        assert clock.sweep(at("2026-11-20T15:01")) == 0
        assert len(mails()) == 1


def test_the_cost_does_not_follow_how_many_there_are(cast, django_assert_num_queries):
    def open_many(first, count, opened, due):
        people = UserFactory.create_batch(count)
        dues = [
            clock.Due(
                clock.CONFIRM, Unit(pk=10**6 + first + n), "Bekräfta", unit=cast.unit, holder=person,
                opened_at=at(opened), due_at=at(due),
            )
            for n, person in enumerate(people)
        ]  # fmt: skip
        clock.begin_many(dues, Actor(None))
        clock.sweep(at(opened))

    open_many(0, 3, OPENED, "2026-12-01T00:00")
    with CaptureQueriesContext(connection) as few:
        assert clock.write_digests(at(MORNING)) == 3
    open_many(100, 60, "2026-11-03T09:00", "2026-12-01T00:00")
    with django_assert_num_queries(len(few)):
        assert clock.write_digests(at("2026-11-04T07:30")) == 60


# --- Copies --------------------------------------------------------------------------------------------------------------
def test_copies_can_be_ended_and_what_one_has_asked_for_cannot(cast):
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    for person in (cast.owner, cast.deputy):
        end(person, copies=False)
    granted = answer_all(submit(make_application(cast)))
    assert mails()[-1] == (
        cast.owner.email,
        f"Beviljad: {granted}",
    )  # the applicant's own answer; the deputy has a copy
    assert "/utskick/avsluta/" not in letter()
    assert not OutgoingMail.objects.filter(to=cast.deputy.email).exists()
    MailChoice.objects.all().delete()
    open_channel(channel_id=granted.channel_id, address=granted.answers["address"], actor=Actor(cast.owner))
    copies = OutgoingMail.objects.filter(subject__startswith="Kanalen är öppen")
    assert {mail.to for mail in copies} == {cast.owner.email, cast.deputy.email}
    for mail in copies:
        assert re.search(r"/utskick/avsluta/\d+-copies:[\w-]+/\n$", mail.body)
