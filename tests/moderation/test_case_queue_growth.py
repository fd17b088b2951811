"""What the queue, its counts and a search cost with ten cases, a thousand and ten thousand; and what a search finds."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.organisation import Organisation
from moderation import queries
from moderation.queries import Cursor
from tests.archive_scene import make_channel
from tests.cases import open_case
from tests.many import copy_row

pytestmark = pytest.mark.django_db
MOST = 30


def reach(person):
    return queries.reach_of(person, Organisation.load(timezone.localdate()))


def asked(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", ["owner", "strategist"])
def test_the_pages_cost_the_same_with_ten_cases_and_ten_thousand(cast, tibro, channel, owner, client, who):
    case = open_case(channel, owner, text="Hotet kom igen")
    client.force_login(getattr(cast, who))
    paths = (reverse("moderation:queue"), reverse("moderation:search") + "?q=hotet")
    found, have = {path: [] for path in paths}, 1
    for size in (10, 1_000, 10_000):
        copy_row(case, size - have, sort_at=f"t.sort_at + (n + {have}) * interval '1 minute'")
        have = size
        for path in paths:
            found[path].append(asked(client, path))
    assert all(len(set(numbers)) == 1 for numbers in found.values()), found
    assert all(numbers[0] < MOST for numbers in found.values()), found


def test_walking_the_pages_meets_every_case_once_in_order(cast, tibro, channel, owner):
    case = open_case(channel, owner)
    copy_row(case, 119, sort_at="t.sort_at + ((n * 37) %% 50) * interval '1 hour'")
    here, cursor, met = reach(cast.owner), Cursor(timezone.now()), []
    while cursor:
        page = queries.queue(here, cursor)
        assert len(page.rows) <= queries.PAGE
        met += [(segment, row.sort_at, row.pk) for segment, row in page.rows]
        cursor = page.following
    assert len(met) == 120
    assert met == sorted(set(met))


def test_the_counts_stop_where_nobody_reads_on(cast, tibro, channel, owner):
    case = open_case(channel, owner)
    here, later = reach(cast.owner), timezone.now() + timedelta(days=90)
    assert (queries.count_open(here, later), queries.count_open(here, timezone.now(), late=True)) == (1, 0)
    copy_row(case, 500)
    assert queries.count_open(here, later) == queries.COUNTED + 1


def test_a_search_reads_along_its_index(cast, tibro, channel, owner):
    case = open_case(channel, owner, text="Tack för i somras")
    copy_row(case, 5_000)
    open_case(channel, owner, text="Hotet kom igen")
    with CaptureQueriesContext(connection) as captured:
        assert len(queries.search(reach(cast.owner), "hotet").rows) == 1
    (sql,) = [each["sql"] for each in captured if f"kanalnummer{channel.pk}" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE moderation_case")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "case_words" in plan


def test_a_search_understands_swedish_endings_and_finds_who_wrote(cast, tibro, channel, owner):
    case = open_case(channel, owner, text="Vilka plogningar gör ni på gatorna?", author="Snöarg Granne")
    other = open_case(channel, owner, text="Badet är stängt")
    here = reach(cast.owner)
    for words, rows in (
        ("plogning gata", [case]),
        ("granne", [case]),
        ('"badet är stängt"', [other]),
        ("badet -stängt", []),
        ("gata or badet", [other, case]),
        ("'&|!()<>:*", []),
        ("och", []),
        (str(channel.pk), []),
    ):
        assert queries.search(here, words).rows == rows, words


def test_a_search_finds_only_what_the_reader_may_see(cast, tibro, channel, owner):
    elsewhere = make_channel(cast, "Badet", owner=cast.outsider, deputy=cast.outsider, unit=cast.central)
    open_case(channel, owner, text="Hotet här")
    theirs = open_case(elsewhere, _strategist(cast), text="Hotet där")
    assert theirs not in queries.search(reach(cast.owner), "hotet").rows
    assert len(queries.search(reach(cast.strategist), "hotet").rows) == 2
    assert queries.search(reach(cast.administrator), "hotet").rows == []


def _strategist(cast):
    from tests.cases import actor_of

    return actor_of(cast.strategist)


def test_a_word_that_stands_everywhere_is_said_to(cast, tibro, channel, owner, client, monkeypatch):
    monkeypatch.setattr(queries, "SEARCHED", 5)
    copy_row(open_case(channel, owner, text="Tack"), 10)
    client.force_login(cast.owner)
    page = client.get(reverse("moderation:search"), {"q": "tack"}).content.decode()
    assert "Skriv fler ord" in page
    assert "Inget hittades" in client.get(reverse("moderation:search"), {"q": "finnsinte"}).content.decode()
