"""Min dag, one obligation and the overview: what each person sees, and at what cost."""

from datetime import date
from html import unescape
from re import findall, sub

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actor import SCHEDULER, Actor
from accounts.models import Unit
from channels import clock
from channels.models import Obligation
from tests.applications import make_municipality
from tests.duties import NONE, at, away, make_channel, owe
from tests.factories import make_cast
from tests.many import copy_row

pytestmark = pytest.mark.django_db
NOW = "2026-11-18T10:00"
MY_DAY, OVERVIEW = "/min-dag/", "/oversikt/"


@pytest.fixture
def cast(db):
    make_municipality()
    return make_cast(starts_on=date(2026, 1, 1))


@pytest.fixture
def channel(cast):
    return make_channel(cast)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(at(NOW), tick=False):
        yield


def read(user, path, status=200):
    client = Client()
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def words_of(html):
    text = unescape(" ".join(sub(r"<[^>]+>", " ", html.partition("<main")[2]).split()))
    return sub(r" ([.,:])", r"\1", text)


def titles(user):
    return findall(r"<h3><a [^>]*>([^<]*)</a></h3>", read(user, MY_DAY))


# --- Min dag ------------------------------------------------------------------------------------------------------------
def test_my_day_is_ordered_by_how_soon_it_is_due(cast):
    for due, label in (
        (None, "utan tid"),
        ("2026-12-30T00:00", "senare"),
        ("2026-11-18T15:00", "i dag"),
        ("2026-11-17T15:00", "sent"),
        ("2026-11-20T00:00", "i veckan"),
    ):
        owe(cast, make_channel(cast, f"Kanal {label}"), due=due, label=label)
    html = read(cast.owner, MY_DAY)
    assert findall(r"<h2[^>]*>([^<]*)</h2>", html.partition("<main")[2]) == [
        "Tiden har gått ut",
        "I dag",
        "Inom en vecka",
        "Senare",
        "Utan bestämd tid",
        "Är du borta?",
    ]
    assert titles(cast.owner) == ["sent", "i dag", "i veckan", "senare", "utan tid"]
    text = words_of(html)
    assert "5 uppgifter väntar på dig." in text
    assert "senast i dag kl. 15.00" in text
    assert "senast i morgon" in text  # the whole of Thursday
    assert "Har väntat sedan mån 2 nov kl. 09.00" in text


def test_what_ends_at_midnight_tonight_is_for_today(cast, channel):
    owe(cast, channel, due="2026-11-19T00:00")
    assert "I dag" in words_of(read(cast.owner, MY_DAY))


def test_nobody_else_sees_it_and_a_quiet_day_says_so(cast, channel):
    owe(cast, channel)
    for person in (cast.deputy, cast.nearest_manager, cast.strategist, cast.outsider):
        text = words_of(read(person, MY_DAY))
        assert "0 uppgifter väntar på dig." in text
        assert "Inget väntar på dig" in text


def test_whoever_covers_sees_it_with_for_whom(cast, channel):
    owe(cast, channel, label="Bekräfta biblioteket")
    away(cast.owner, "2026-11-10", "2026-11-30", cast.registrar)
    text = words_of(read(cast.registrar, MY_DAY))
    assert "Du ersätter Bibliotekarie. Deras uppgifter står också här." in text
    assert "Bekräfta biblioteket" in text
    assert "Du gör det för Bibliotekarie." in text
    clock.sweep(at(NOW))  # told in the owner's place: still done for the owner, not passed on
    text = words_of(read(cast.registrar, MY_DAY))
    assert "Du gör det för Bibliotekarie." in text
    assert "Du är tillfrågad" not in text
    assert titles(cast.deputy) == []


def test_it_is_on_the_list_of_whoever_is_asked_now_and_of_the_holder(cast, channel):
    row = owe(cast, channel, due="2026-11-18T00:00", label="Bekräfta biblioteket")
    clock.sweep(at(NOW))
    text = words_of(read(cast.deputy, MY_DAY))
    assert "Bibliotekarie, Biblioteksenheten har uppgiften. Du är tillfrågad eftersom den inte är gjord." in text
    assert titles(cast.owner) == titles(cast.deputy) == ["Bekräfta biblioteket"]
    clock.sweep(at("2026-11-24T08:00"))  # passed on to the strategist
    assert titles(cast.strategist) == ["Bekräfta biblioteket"]
    assert titles(cast.deputy) == []
    assert "Bekräfta biblioteket" in read(cast.deputy, row.get_absolute_url())  # who was told may go on reading


def test_whoever_covers_for_the_one_who_is_asked_sees_it_too(cast, channel):
    owe(cast, channel, due="2026-11-18T00:00")
    clock.sweep(at(NOW))
    away(cast.deputy, "2026-11-18", "2026-11-30", cast.registrar)
    assert "Du gör det för Biblioteksassistent, som är tillfrågad." in words_of(read(cast.registrar, MY_DAY))


def test_without_a_holder_it_says_so(cast, channel):
    owe(cast, channel, holder=NONE)
    clock.sweep(at("2026-11-02T09:00"))
    assert "Ingen har uppgiften. Därför är du tillfrågad." in words_of(read(cast.deputy, MY_DAY))


def test_what_is_closed_is_gone(cast, channel):
    owe(cast, channel)
    clock.meet(clock.CONFIRM, channel, Actor(cast.owner))
    assert titles(cast.owner) == []


def test_long_lists_come_in_pages(cast):
    many(cast, 120)
    assert len(titles(cast.owner)) == 50
    html = read(cast.owner, f"{MY_DAY}?sida=3")
    assert html.count("<h3>") == 20
    assert "Sida 3 av 3" in html
    assert "120 uppgifter väntar på dig." in words_of(html)
    for odd in ("0", "99", "x", "-1", "9" * 40):
        read(cast.owner, f"{MY_DAY}?sida={odd}")


def test_a_label_is_text_and_not_markup(cast, channel):
    row = owe(cast, channel, label="<script>alert(1)</script>")
    for path in (MY_DAY, row.get_absolute_url()):
        assert "<script>alert" not in read(cast.owner, path)


# --- One obligation -----------------------------------------------------------------------------------------------------
def test_who_may_read_an_obligation(cast, channel):
    row = owe(cast, channel, holder=cast.owner)
    readers = set()
    for name, person in cast.people():
        client = Client()
        client.force_login(person)
        if client.get(row.get_absolute_url()).status_code == 200:
            readers.add(name)
    assert readers == {
        *("owner", "deputy", "nearest_manager"),
        *("strategist", "it_communications_manager", "registrar", "archivist", "administrator"),
    }
    away(cast.nearest_manager, "2026-11-10", "2026-11-30", cast.outsider)
    read(cast.outsider, row.get_absolute_url())
    assert Client().get(row.get_absolute_url()).status_code == 302
    read(cast.administrator, reverse("channels:obligation", args=[row.pk + 1]), status=404)


def test_the_page_tells_the_whole_story(cast, channel):
    row = owe(cast, channel, due="2026-11-18T00:00", url="/register/1/")
    text = words_of(read(cast.owner, row.get_absolute_url()))
    assert "Ingen har fått någon påminnelse än." in text
    assert "Gör det nu" in text
    clock.sweep(at(NOW))
    assert "Gör det nu" not in words_of(read(cast.archivist, row.get_absolute_url()))
    away(cast.owner, "2026-11-18", "2026-11-30", cast.deputy)
    clock.meet(clock.CONFIRM, channel, Actor(cast.deputy, on_behalf_of=cast.owner), note="Allt stämde.")
    text = words_of(read(cast.owner, row.get_absolute_url()))
    for part in (
        "Bekräfta att uppgifterna stämmer: Biblioteket",
        "Klart senast 17 november 2026",
        "Tiden gick ut 17 november 2026. Bibliotekarie hade uppgiften. Den blev inte klar i tid.",
        "Klart 18 november 2026 kl. 10.00, Biblioteksassistent, Biblioteksenheten för Bibliotekarie.",
        "Det blev klart efter sin tid. Allt stämde.",
        "Bibliotekarie, Biblioteksenheten Bibliotekarie har uppgiften.",
    ):
        assert part in text, (part, text)
    assert "påminner Kanalkollen" not in text


def test_a_kind_that_is_no_longer_there_still_has_a_page(cast, channel):
    row = owe(cast, channel)
    Obligation.objects.filter(pk=row.pk).update(kind="gone")
    read(cast.owner, row.get_absolute_url())


# --- The overview -------------------------------------------------------------------------------------------------------
def test_the_overview_counts_what_is_kept(cast):
    for n in range(4):
        owe(cast, make_channel(cast, f"Kanal {n}"), due="2026-11-18T00:00" if n < 3 else None)
    clock.sweep(at(NOW))
    clock.meet(clock.CONFIRM, Obligation.objects.order_by("pk")[0].channel, Actor(cast.owner))
    clock.meet(clock.CONFIRM, Obligation.objects.order_by("pk")[3].channel, Actor(cast.owner))
    text = words_of(read(cast.strategist, OVERVIEW))
    assert "Bekräfta att uppgifterna stämmer 2 2 Försenat 1 (50 %) 1" in text
    assert text.count("Bekräfta Kanal") == 2
    for person in (cast.owner, cast.deputy, cast.nearest_manager, cast.outsider):
        read(person, OVERVIEW, status=404)


def test_an_empty_overview_says_so(cast):
    text = words_of(read(cast.strategist, OVERVIEW))
    assert "Ingen uppgift än" in text
    assert "Inget har gått över tiden." in text


# --- What it costs ------------------------------------------------------------------------------------------------------
def many(cast, count, start=1_000_000):
    missed = at("2026-11-18T00:00")
    due = clock.Due(
        clock.CONFIRM, Unit(pk=start), "Bekräfta", unit=cast.unit, holder=cast.owner,
        opened_at=at("2026-11-02T09:00"), due_at=missed,
    )  # fmt: skip
    row = clock.begin(due, SCHEDULER)
    Obligation.objects.filter(pk=row.pk).update(missed_at=missed)
    copy_row(row, count - 1, label="'Bekräfta ' || n", subject_id=f"{start + 1} + n")


def test_the_pages_cost_the_same_with_ten_thousand(cast):
    row = owe(cast, make_channel(cast))
    paths = [(cast.owner, MY_DAY), (cast.strategist, OVERVIEW), (cast.strategist, row.get_absolute_url())]
    queries, have = {}, 0
    for size in (10, 1_000, 10_000):
        many(cast, size - have, start=1_000_000 + have)
        have = size
        for user, path in paths:
            client = Client()
            client.force_login(user)
            client.get(path)  # what is asked once per process
            with CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            queries.setdefault(path, []).append(len(asked))
    for path, counts in queries.items():
        assert len(set(counts)) == 1, (path, counts)
        assert counts[0] <= 22, (path, counts)
