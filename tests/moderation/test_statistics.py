"""The figures, counted by hand from a small scene; what the public is told, and what it is not; and what a page costs."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from channels.models import Channel
from moderation.actions import handling, ladder
from moderation.actions.counting import count_cases
from moderation.models import Case, CaseFigures, Reconsideration
from moderation.statistics import figures
from moderation.statistics.suppression import Hidden, told, told_parts
from moderation.tasks import count_all_cases as count_all
from moderation.tasks import count_cases as hourly
from tests.archive_scene import keep_record, make_channel
from tests.cases import actor_of, open_case, picture

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 10, 5, 8, tzinfo=UTC)  # 10.00 in Sweden


def reported(channel, owner, at, *, hidden_after=None, gone_after=None, category="hate_speech", author="Kalle Kula"):
    """A report seen at a moment, hidden so many hours later, or gone by itself. Tibro: 48 clock hours."""
    with time_machine.travel(at, tick=False):
        case = open_case(channel, owner, category=category, author=author, text=f"Kommentar av {author}.")
    if gone_after:
        with time_machine.travel(at + timedelta(hours=gone_after), tick=False):
            ladder.mark_gone(case_id=case.pk, by="by_author", actor=owner)
    if hidden_after:
        with time_machine.travel(at + timedelta(hours=hidden_after), tick=False):
            ladder.keep_evidence(case_id=case.pk, upload=picture(), actor=owner)
            ladder.hide(case_id=case.pk, actor=owner)
    return case


def asked(channel, owner, at, *, answered_after=None, written_down_after=0):
    """A question, with an answer published so many hours later, which was written down here later still."""
    with time_machine.travel(at, tick=False):
        case = open_case(channel, owner, kind="question", text="När öppnar ni?", author="Lisa Lind")
    if answered_after:
        published = at + timedelta(hours=answered_after)
        with time_machine.travel(published + timedelta(hours=written_down_after), tick=False):
            handling.answer(case_id=case.pk, text="Klockan tio.", published_at=published, actor=owner)
    return case


def row(channel=None, category=None, starts_on=date(2026, 7, 1)):
    return CaseFigures.objects.get(channel=channel, category=category, starts_on=starts_on)


def numbers(figure):
    return (figure.cases, figure.hidden, figure.answered, figure.kept, figure.missed, figure.appeals)


@pytest.fixture
def scene(tibro, channel, owner, cast):
    """The second half of 2026 in two channels, and one case in the first half, in its last minute in Swedish time."""
    Channel.objects.filter(pk=channel.pk).update(reply_hours=24)
    channel.refresh_from_db()
    other = make_channel(cast, "Badhuset", reply_hours=24)
    reported(channel, owner, MONDAY, hidden_after=2)
    reported(channel, owner, MONDAY, hidden_after=4)
    reported(channel, owner, MONDAY, hidden_after=50)  # two hours late
    reported(channel, owner, MONDAY, hidden_after=48, category="advertising")  # over when the time is up: late
    reported(other, owner, MONDAY, gone_after=3)  # neither kept nor missed
    reported(other, owner, MONDAY, gone_after=60)  # missed before it went
    reported(other, owner, MONDAY)  # still there: missed
    asked(channel, owner, MONDAY, answered_after=1, written_down_after=200)
    asked(channel, owner, MONDAY, answered_after=3)
    asked(other, owner, MONDAY)
    with time_machine.travel(MONDAY, tick=False):
        open_case(channel, owner, kind="opinion", author="Sara Sten", text="Bra jobbat.")
    reported(channel, owner, datetime(2026, 6, 30, 21, 59, tzinfo=UTC), hidden_after=1)
    count_cases(now=MONDAY + timedelta(days=30))
    return channel, other


def test_the_figures_are_those_counted_by_hand(scene):
    channel, other = scene
    #                            cases hidden answered kept missed appeals
    assert numbers(row()) == (11, 4, 2, 4, 5, 0)
    assert numbers(row(channel)) == (7, 4, 2, 4, 2, 0)
    assert numbers(row(other)) == (4, 0, 0, 0, 3, 0)
    assert numbers(row(None, "hate_speech")) == (6, 3, 0, 2, 3, 0)
    assert numbers(row(None, "advertising")) == (1, 1, 0, 0, 1, 0)
    assert numbers(row(channel, "hate_speech")) == (3, 3, 0, 2, 1, 0)
    assert numbers(row(starts_on=date(2026, 1, 1))) == (1, 1, 0, 1, 0, 0)


def test_what_is_to_be_done_at_once_is_neither_kept_nor_missed_but_in_the_median(policy, channel, owner):
    policy("nora")
    for hours in (1, 3, 100):
        reported(channel, owner, MONDAY, hidden_after=hours, category="secrecy")
    count_cases(now=MONDAY + timedelta(days=30))
    assert numbers(row(channel, "secrecy")) == (3, 3, 0, 0, 0, 0)
    assert row(channel, "secrecy").hours_to_hide == 3


def test_both_pages_say_how_at_once_is_counted(scene, client, cast):
    said = "Det som ska göras genast eller skyndsamt har ingen tid i timmar att hålla."
    client.force_login(cast.strategist)
    for address in ("/statistik/", "/kanaler/statistik/"):
        assert said in client.get(address).content.decode()


def test_a_median_is_that_of_the_cases_and_not_of_medians(scene):
    channel, other = scene
    assert row(channel, "hate_speech").hours_to_hide == 4
    assert row(channel).hours_to_hide == 26  # 2, 4, 48, 50
    assert row().hours_to_answer == 2  # 1 and 3: when the answer was published, not when somebody wrote it down
    assert row(other).hours_to_hide is None


def stored():
    return list(CaseFigures.objects.order_by("starts_on", "channel", "category").values_list("starts_on", "cases"))


def test_counting_again_changes_nothing_and_forgets_what_is_gone(scene):
    before = stored()
    many(scene[0], 1)  # of the first half of 2000
    with time_machine.travel(MONDAY + timedelta(days=31), tick=False):
        assert count_all() == len(before)
    assert stored() == before


def test_each_hour_only_the_last_two_half_years_are_counted(scene):
    """The case of 30 June 23.59 in Sweden is of the first half of 2026: in 2027 nobody looks at it before the night."""
    CaseFigures.objects.all().delete()
    with time_machine.travel(datetime(2027, 1, 4, 9, tzinfo=UTC), tick=False):
        hourly()
        assert {starts_on for starts_on, _cases in stored()} == {date(2026, 7, 1)}
        assert numbers(row())[0] == 11
        many(scene[0], 1)
        old = CaseFigures.objects.filter(starts_on=date(2000, 1, 1)).count()
        hourly()
        assert CaseFigures.objects.filter(starts_on=date(2000, 1, 1)).count() == old


# --- What the public is told ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ([], []),
        ([0, 12], [0, 12]),
        ([3, 4], [Hidden.FEW, Hidden.FEW]),  # 7 together: nobody can tell which
        ([1, 1, 9, 30], [Hidden.FEW, Hidden.FEW, Hidden.BESIDE, 30]),  # 2 together would tell both
        ([2, 8, 30], [Hidden.FEW, Hidden.BESIDE, 30]),  # one alone is what the sum lacks
        ([2, 0, 0], [Hidden.FEW, 0, 0]),  # then the sum is not told either
        ([5, 5], [5, 5]),
    ],
)
def test_no_small_number_can_be_worked_out(parts, shown):
    assert told_parts(parts) == shown


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, Hidden.FEW), (4, Hidden.FEW), (5, 5)])
def test_fewer_than_five_is_not_told(count, shown):
    assert told(count) == shown


def test_whatever_the_parts_what_is_hidden_is_never_given_away_by_the_sum():
    for parts in [(a, b, c, d) for a in range(8) for b in range(8) for c in (0, 1, 6) for d in (0, 4, 20)]:
        if told(sum(parts)) is Hidden.FEW:
            continue
        shown = told_parts(parts)
        hidden = [part for part, one in zip(parts, shown, strict=True) if isinstance(one, Hidden)]
        assert all(one == part for part, one in zip(parts, shown, strict=True) if isinstance(one, int))
        assert not any(0 < one < 5 for one in shown if isinstance(one, int))
        assert not hidden or (len(hidden) >= 2 and sum(hidden) >= 5)


def pages(client):
    paths = ("/kanaler/statistik/", "/kanaler/statistik/?halvar=2026-1", "/kanaler/statistik.csv")
    return [client.get(path).content.decode() for path in paths]


def test_the_public_page_has_no_personal_data(scene, cast):
    said = pages(Client())
    secrets = [text for case in Case.objects.all() for text in (case.author, case.text, case.url) if text]
    people = [
        text
        for person in (cast.owner, cast.deputy, cast.nearest_manager)
        for text in (person.email, person.name)
        if text
    ]
    assert len(secrets) > 20
    assert people
    for text in (*secrets, *people):
        assert all(text not in page for page in said), text


def test_the_public_page_says_few_and_why(scene):
    page, _old, file = pages(Client())
    assert "färre än 5" in page
    assert "I en liten kommun kan få inlägg annars peka ut den som skrev" in page
    rows = list(csv.reader(StringIO(file.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0][:5] == ["Halvår", "Kanal", "Regel", "Ärenden", "Dolda inlägg"]
    assert rows[1][:5] == ["2026-2", "Alla kanaler", "Alla regler", "11", "färre än 5"]
    assert ["2026-2", "Badhuset, Facebook", "Alla regler", "färre än 5", "0"] in [one[:5] for one in rows]
    # One small channel is what the sum lacks, so the other is not told either.
    assert ["2026-2", "Biblioteket, Facebook", "Alla regler", "visas inte", "färre än 5"] in [one[:5] for one in rows]
    assert not any(value in {"1", "2", "3", "4"} for one in rows[1:] for value in one[3:])


def test_a_channel_that_is_not_shown_to_the_public_has_no_row_of_its_own(scene):
    _channel, other = scene
    Channel.objects.filter(pk=other.pk).update(visibility=Channel.Visibility.INTERNAL)
    for page in pages(Client()):
        assert "Badhuset" not in page
    lines = figures.public_tables(half="2026-2", today=date(2026, 11, 1)).channels
    assert [line.label for line in lines] == ["Biblioteket, Facebook", "Övriga kanaler"]


# --- Within reach -----------------------------------------------------------------------------------------------------
def test_each_sees_the_channels_within_reach(scene, cast, client):
    _channel, other = scene
    Channel.objects.filter(pk=other.pk).update(owner=cast.outsider, deputy=cast.registrar)
    client.force_login(cast.owner)
    page, file = client.get("/statistik/").content.decode(), client.get("/statistik.csv").content.decode()
    assert "Biblioteket" in page
    assert "Badhuset" not in page + file
    assert "Alla kanaler" not in page + file
    # Another's channel in the address is as if it was not there.
    assert "Badhuset" not in client.get(f"/statistik/?kanal={other.pk}").content.decode()
    client.force_login(cast.strategist)
    page = client.get("/statistik/").content.decode()
    assert "Badhuset" in page
    assert "Alla kanaler" in page
    client.force_login(cast.archivist)
    assert "Du har ingen kanal att se statistik för" in client.get("/statistik/").content.decode()
    assert client.get("/statistik.csv").status_code == 404


def test_the_file_has_every_figure(scene, cast, client):
    client.force_login(cast.strategist)
    rows = list(csv.reader(StringIO(client.get("/statistik.csv").content.decode("utf-8-sig")), delimiter=";"))
    assert ["2026-2", "Alla kanaler", "Alla regler", "11", "4", "26", "2", "2", "4", "5", "0"] in rows
    assert len(rows) - 1 == CaseFigures.objects.exclude(category="").count()


def many(channel, halves):
    """Figures of ten rules in many half-years."""
    CaseFigures.objects.bulk_create(
        CaseFigures(
            starts_on=date(2000 + half // 2, 7 if half % 2 else 1, 1), channel=of, category=category, title=category or "",
            cases=9, hidden=8, answered=0, kept=8, missed=0, appeals=0, counted_at=timezone.now(),
        )
        for half in range(halves)
        for of in (None, channel)
        for category in (None, *(f"rule_{number}" for number in range(10)))
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/statistik/", "/kanaler/statistik/", "/statistik.csv", "/kanaler/statistik.csv"])
def test_a_page_asks_as_many_questions_however_much_there_is(
    path, channel, cast, client, django_assert_max_num_queries
):
    client.force_login(cast.strategist)
    many(channel, 1)
    client.get(path)
    with django_assert_max_num_queries(22) as few:
        client.get(path)
    CaseFigures.objects.all().delete()
    for number in range(5):
        make_channel(cast, f"Kanal {number}", slug=f"kanal-{number}")
    many(channel, 20)
    with django_assert_max_num_queries(len(few)):
        assert client.get(path).status_code == 200


def test_what_somebody_asked_to_have_tried_again_is_counted(scene, cast):
    channel, other = scene
    first, second = Case.objects.filter(channel=channel, category="hate_speech").order_by("pk")[:2]
    for number, (case, status) in enumerate([(first, "withdrawn"), (first, "open"), (second, "open")]):
        Reconsideration.objects.create(
            case=case,
            reference=f"OMP-{number}",
            came=Reconsideration.Came.PAGE,
            text="Jag skrev inget hot.",
            received_at=MONDAY,
            record=keep_record(channel, actor_of(cast.owner)),
            status=status,
            decided_at=MONDAY if status == "withdrawn" else None,
        )
    count_cases(now=MONDAY + timedelta(days=30))
    assert (row().appeals, row(channel, "hate_speech").appeals, row(other).appeals) == (3, 3, 0)
    assert row().cases == 11
