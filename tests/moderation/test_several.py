"""The same thing with several cases: only what can be taken back, each refused by itself, and an undo for what was done."""

import re

import pytest
from django.test import Client

from accounts.models import Unit
from kommun.errors import InvalidInput
from kommun.models import Event
from moderation.actions import bulk, handling, ladder
from tests.archive_scene import make_channel
from tests.cases import actor_of, fresh, open_case

pytestmark = pytest.mark.django_db
SEVERAL, UNDO = "/granska/flera/", "/granska/flera/angra/"


@pytest.fixture
def cases(tibro, channel, owner):
    return [open_case(channel, owner, category="hate_speech") for _each in range(3)]


@pytest.fixture
def desk(client, cast, cases):
    client.force_login(cast.owner)
    return client


def marked(cases):
    return [f"{case.pk}-{fresh(case).version}" for case in cases]


def do(desk, what, cases, **values):
    return desk.post(SEVERAL, {"gor": what, "val": marked(cases), **values}, follow=True)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def holders(cases):
    return [fresh(case).claimed_by for case in cases]


# --- What is done, and what it says -------------------------------------------------------------------------------------
def test_several_are_taken_and_each_says_so_in_the_list_and_beside_its_row(desk, cases, cast):
    page = do(desk, "ta", cases[:2])
    assert holders(cases) == [cast.owner, cast.owner, None]
    shown = text_of(page)
    assert "Det här blev det av 2 ärenden: 2 gick" in shown
    assert shown.count("Nu är det ditt.") == 4  # in the list, and beside each row
    assert "Ångra alltihop" in shown


def test_one_that_is_refused_stops_none_of_the_others_and_the_reason_stands_beside_its_row(desk, cases, cast):
    handling.claim(case_id=cases[1].pk, actor=actor_of(cast.deputy))
    page = do(desk, "ta", cases)
    assert holders(cases) == [cast.owner, cast.deputy, cast.owner]
    row = page.content.decode()
    row = row[row.index(f'id="a{cases[1].pk}"') :]
    assert "Biblioteksassistent har redan tagit ärendet." in row[: row.index("</li>\n")]
    assert "ärenden: 2 gick" in text_of(page)


def test_what_has_changed_since_the_list_was_read_is_refused(desk, cases, cast, owner):
    val = marked(cases[:1])
    ladder.keep_evidence(case_id=cases[0].pk, words="En anteckning.", actor=owner)
    page = desk.post(SEVERAL, {"gor": "ta", "val": val}, follow=True)
    assert holders(cases[:1]) == [None]
    assert "Ärendet har ändrats sedan du öppnade sidan." in text_of(page)


def test_several_are_sent_on_and_back(desk, cases, cast):
    unit = Unit.objects.filter(manager__isnull=False).exclude(pk=cases[0].channel.unit_id).first()
    page = do(desk, "skicka", cases, enhet=unit.pk)
    assert {(fresh(case).assigned_unit, fresh(case).assigned_to) for case in cases} == {(unit, unit.manager)}
    assert f"Skickat till {unit}." in text_of(page)
    do(desk, "skicka", cases[:1], enhet="kanalen")
    assert [fresh(case).assigned_unit for case in cases] == [None, unit, unit]


@pytest.mark.parametrize("enhet", ["", "hej", "-1", "²", "9" * 30])
def test_without_a_place_to_send_to_nothing_is_sent(enhet, desk, cases):
    page = do(desk, "skicka", cases, enhet=enhet)
    assert "Välj vart ärendena ska skickas." in text_of(page)
    assert [fresh(case).assigned_unit for case in cases] == [None] * 3


def test_a_unit_that_nobody_manages_is_refused(desk, cases):
    empty = Unit.objects.create(name="Tom", kind="unit", manager=None)
    page = do(desk, "skicka", cases, enhet=empty.pk)
    assert "Välj en enhet som har en chef." in text_of(page)


@pytest.mark.parametrize("val", [[], ["hej"], ["1"], ["-1-1"], ["999999-1"]])
def test_nothing_marked_is_told(val, desk):
    page = desk.post(SEVERAL, {"gor": "ta", "val": val}, follow=True)
    assert "Markera minst ett ärende." in text_of(page)


def test_too_many_at_once_is_told(owner):
    with pytest.raises(InvalidInput):
        bulk.claim_many(cases=dict.fromkeys(range(1, bulk.MOST + 2), 1), actor=owner)


def test_what_one_may_not_see_is_as_if_it_was_not_there(cases, cast):
    stranger = Client()
    stranger.force_login(cast.outsider)
    page = stranger.post(SEVERAL, {"gor": "ta", "val": marked(cases)}, follow=True)
    assert "Markera minst ett ärende." in text_of(page)
    assert holders(cases) == [None] * 3


def test_nothing_that_cannot_be_undone_can_be_done_to_several(desk, cases):
    for what in ("dolj", "ta-bort", "avsluta", "bedom", "svar"):
        do(desk, what, cases[:1])
        assert fresh(cases[0]).status == "open"
    assert 'value="dolj"' not in desk.get("/granska/").content.decode()


def test_whoever_has_a_case_because_it_was_sent_there_cannot_send_it_on_in_a_bunch(cases, cast, channel):
    """The manager of another unit could not take it back: then it is no longer theirs."""
    other = Unit.objects.exclude(manager=None).exclude(manager=cast.nearest_manager).exclude(pk=channel.unit_id).first()
    handling.forward(case_id=cases[0].pk, unit_id=other.pk, actor=actor_of(cast.strategist))
    (said,) = bulk.forward_many(
        cases={cases[0].pk: fresh(cases[0]).version}, unit_id=None, actor=actor_of(other.manager)
    )
    assert (said.done, fresh(cases[0]).assigned_unit) == (False, other)
    assert said.said.startswith("Du kan inte ångra det sedan.")


# --- Undo ---------------------------------------------------------------------------------------------------------------
def test_all_of_it_is_taken_back(desk, cases, cast):
    do(desk, "ta", cases)
    page = desk.post(UNDO, {"gor": "angra"}, follow=True)
    assert holders(cases) == [None] * 3
    assert "Ångra alltihop" not in text_of(page)
    assert text_of(page).count("Ångrat.") == 6
    kinds = list(Event.objects.filter(kind__startswith="case.").order_by("pk").values_list("kind", flat=True))
    assert kinds[-3:] == ["case.released"] * 3


def test_sent_on_is_taken_back_to_where_and_whose_it_was(desk, cases, cast):
    first, second = Unit.objects.filter(manager__isnull=False).exclude(pk=cases[0].channel.unit_id)[:2]
    handling.forward(case_id=cases[0].pk, unit_id=first.pk, actor=actor_of(cast.owner))
    handling.claim(case_id=cases[1].pk, actor=actor_of(cast.owner))
    do(desk, "skicka", cases[:2], enhet=second.pk)
    assert holders(cases[:2]) == [None, None]
    desk.post(UNDO, {"gor": "angra"})
    assert [fresh(case).assigned_unit for case in cases[:2]] == [first, None]
    assert fresh(cases[0]).assigned_to == first.manager
    assert holders(cases[:2]) == [None, cast.owner]


def test_what_somebody_has_gone_on_with_is_left_and_says_why(desk, cases, cast, owner):
    do(desk, "ta", cases[:2])
    ladder.keep_evidence(case_id=cases[0].pk, words="En anteckning.", actor=owner)
    page = desk.post(UNDO, {"gor": "angra"}, follow=True)
    assert holders(cases[:2]) == [cast.owner, None]
    assert "Något har hänt i ärendet sedan dess." in text_of(page)


def test_what_one_had_already_is_not_taken_away_by_the_undo(desk, cases, cast):
    handling.claim(case_id=cases[0].pk, actor=actor_of(cast.owner))
    page = do(desk, "ta", cases[:2])
    assert "Du hade det redan." in text_of(page)
    desk.post(UNDO, {"gor": "angra"})
    assert holders(cases[:2]) == [cast.owner, None]


def test_undone_twice_is_undone_once_and_the_list_can_be_put_away(desk, cases):
    do(desk, "ta", cases[:1])
    desk.post(UNDO, {"gor": "angra"})
    version = fresh(cases[0]).version
    desk.post(UNDO, {"gor": "angra"})
    assert fresh(cases[0]).version == version
    page = desk.post(UNDO, {"gor": "klar"}, follow=True)
    assert "Det här blev det" not in text_of(page)


def test_the_list_belongs_to_the_one_who_did_it(desk, cases, cast):
    do(desk, "ta", cases[:1])
    desk.force_login(cast.deputy)
    assert "Det här blev det" not in text_of(desk.get("/granska/"))
    desk.post(UNDO, {"gor": "angra"})
    assert holders(cases[:1]) == [cast.owner]


def test_one_comes_back_to_the_page_that_one_stood_on(desk, cases, cast):
    make_channel(cast, "Badhuset")
    sent = desk.post(SEVERAL, {"gor": "ta", "val": marked(cases[:1]), "sida": f"kanal={cases[0].channel_id}"})
    assert sent.url == f"/granska/?kanal={cases[0].channel_id}"
