"""The registrar's pages: what does not stand in the diary yet, one sheet with its answer, and the form that hands over."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archive import queries
from archive.actions import accept_diary, return_diary
from archive.models import DiarySheet, Record
from tests.applications import make_municipality
from tests.archive_scene import a_mark, keep_file, keep_record, make_channel, propose
from tests.factories import AbsenceFactory

pytestmark = pytest.mark.django_db
S = DiarySheet.Status


@pytest.fixture(autouse=True)
def municipality(db):
    return make_municipality()


@pytest.fixture
def sheet(channel, owner):
    return propose(keep_record(channel, owner, files=[keep_file(owner)]), owner)


@pytest.fixture
def at_desk(client, cast):
    """The registrar, signed in."""
    client.force_login(cast.registrar)
    return client


def answer(client, sheet, button, **values):
    given = {"answer": button, "version": sheet.version, "matter": "new", "keeping": "ordered", **values}
    return client.post(f"/arkiv/diarium/{sheet.pk}/", given)


def titles(page):
    return [row.subject_label for row in page.context["page"].rows]


def test_the_list_has_what_is_not_in_the_diary_the_oldest_first(at_desk, channel, owner, registrar):
    now = timezone.now()
    made = {}
    for number, name in enumerate(("ny", "gammal", "klar", "tillbaka", "utan blad", "ordnad")):
        known = now - timedelta(days=number)
        keeping = {"utan blad": "register", "ordnad": "ordered"}.get(name, "undecided")
        made[name] = keep_record(channel, owner, label=name, known_at=known, occurred_at=known, keeping=keeping)
    sheets = {name: propose(made[name], owner) for name in ("ny", "gammal", "klar", "tillbaka")}
    accept_diary(sheet_id=sheets["klar"].pk, number="KS 2026/1", actor=registrar)
    return_diary(sheet_id=sheets["tillbaka"].pk, reason="Mer.", actor=registrar)
    assert titles(at_desk.get("/arkiv/diarium/")) == ["utan blad", "tillbaka", "gammal", "ny"]
    assert titles(at_desk.get("/arkiv/diarium/?lage=svara")) == ["gammal", "ny"]
    assert titles(at_desk.get("/arkiv/diarium/?lage=tillbaka")) == ["tillbaka"]
    assert titles(at_desk.get("/arkiv/diarium/?lage=blad")) == ["utan blad"]


def test_each_registrar_has_the_units_that_are_theirs(client, cast, channel, owner):
    elsewhere = make_channel(cast, "Badhuset", unit=cast.outsider.unit)
    cast.unit.registrar = cast.nearest_manager
    cast.unit.save()
    for place in (channel, elsewhere):
        keep_record(place, owner, label=place.name, keeping="register")
    for who, seen in (("registrar", ["Biblioteket", "Badhuset"]), ("nearest_manager", ["Biblioteket"])):
        client.force_login(cast[who])
        assert titles(client.get("/arkiv/diarium/")) == seen
    client.force_login(cast.owner)
    assert client.get("/arkiv/diarium/").status_code == 403


def test_somebody_who_is_asked_because_every_registrar_is_away_can_do_it_all(client, cast, sheet):
    AbsenceFactory(user=cast.registrar)
    client.force_login(cast.strategist)
    assert titles(client.get("/arkiv/diarium/")) == ["Kommentar på Biblioteket"]
    assert answer(client, sheet, "accept", number="KS 2026/1").status_code == 302


def test_the_list_goes_on_from_where_it_was_at_the_same_cost(at_desk, channel, owner, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 3)
    known = timezone.now()
    for number in range(7):
        propose(keep_record(channel, owner, label=str(number), known_at=known), owner)
    seen, after, costs = [], "", []
    for _page in range(3):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = at_desk.get("/arkiv/diarium/", {"efter": after})
        seen += titles(page)
        after = page.context["page"].after
        costs.append(len(asked))
    assert (seen, after) == ([str(number) for number in range(7)], "")
    assert len(set(costs)) == 1
    assert costs[0] <= 30


@pytest.mark.parametrize("after", ["x", "_", "2026-01-01_1", "2026-01-01T00:00:00+00:00_-1", "\x00_1", "_" * 500])
def test_a_place_that_makes_no_sense_is_the_beginning(at_desk, sheet, after):
    assert len(titles(at_desk.get("/arkiv/diarium/", {"efter": after}))) == 1


def test_the_page_costs_the_same_with_many(at_desk, channel, owner):
    costs = []
    for _round in range(2):
        for _number in range(5):
            propose(keep_record(channel, owner), owner)
        with CaptureQueriesContext(connection) as asked:
            at_desk.get("/arkiv/diarium/")
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 30


def test_a_number_is_written_back_and_the_proposer_told(at_desk, sheet):
    page = answer(at_desk, sheet, "accept", number="KS 2026/123")
    assert (page.status_code, page.url) == (302, "/arkiv/diarium/")
    assert Record.objects.get(pk=sheet.record_id).diary_number == "KS 2026/123"
    assert answer(at_desk, sheet, "accept", number="KS 2026/123").status_code == 302  # pressed twice
    assert b"KS 2026/123" in at_desk.get(f"/arkiv/diarium/{sheet.pk}/").content


@pytest.mark.parametrize(
    ("button", "values", "said"),
    [
        ("accept", {"number": ""}, "Skriv diarienumret"),
        ("accept", {"number": "vet inte"}, "Skriv diarienumret"),
        ("return", {"reason": ""}, "Skriv varför"),
        ("decline", {"reason": "  "}, "Skriv varför"),
        ("decline", {"reason": "Nej", "keeping": ""}, "hur handlingen hålls"),
        ("ja", {}, "Välj ett svar"),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(at_desk, sheet, button, values, said):
    page = answer(at_desk, sheet, button, **{"reason": "", **values})
    assert page.status_code == 422
    assert said in page.content.decode()
    for value in values.values():
        assert value.strip() in page.content.decode()
    assert DiarySheet.objects.get(pk=sheet.pk).status == S.PROPOSED


def test_a_sheet_that_was_amended_meanwhile_is_read_again(at_desk, sheet, owner, registrar):
    return_diary(sheet_id=sheet.pk, reason="Mer.", actor=registrar)
    propose(sheet.record, owner, concerns="Något helt annat")
    page = answer(at_desk, sheet, "accept", number="KS 2026/5")
    assert page.status_code == 409
    text = page.content.decode()
    assert "Läs det igen" in text
    assert "Något helt annat" in text
    assert 'value="KS 2026/5"' in text
    sheet.refresh_from_db()
    assert answer(at_desk, sheet, "accept", number="KS 2026/5").status_code == 302


def test_a_sheet_that_somebody_else_answered_says_so_and_what_was_typed(at_desk, sheet, registrar):
    return_diary(sheet_id=sheet.pk, reason="Mer.", actor=registrar)
    page = answer(at_desk, sheet, "accept", number="KS 2026/5")
    assert page.status_code == 409
    assert "KS 2026/5" in page.content.decode()
    assert "Komplettera bladet" in page.content.decode()


def test_whoever_reads_but_does_not_register_sees_why_there_is_no_button(client, cast, sheet):
    client.force_login(cast.owner)
    page = client.get(f"/arkiv/diarium/{sheet.pk}/").content.decode()
    assert "Bara registratorn för" in page
    assert "Spara diarienumret" not in page
    assert answer(client, sheet, "accept", number="KS 2026/1").status_code == 403


def test_a_secret_record_can_be_returned_but_not_declined(at_desk, channel, owner):
    sheet = propose(keep_record(channel, owner, secrecy=a_mark()), owner, secrecy=a_mark())
    page = at_desk.get(f"/arkiv/diarium/{sheet.pk}/").content.decode()
    assert "Sekretessmarkerad" in page
    assert "OSL 21 kap. 3 §" in page
    assert 'value="decline"' not in page
    assert answer(at_desk, sheet, "decline", reason="Nej").status_code == 403
    assert answer(at_desk, sheet, "return", reason="Fel lagrum.").status_code == 302


def given(**values):
    return {
        "document_date": timezone.localdate().isoformat(), "counterpart": "Kalle 123", "concerns": "Hot",
        "matter": "new", "matter_number": "", "secrecy_provision": "", "secrecy_date": "", "secrecy_authority": "",
        **values,
    }  # fmt: skip


def test_a_record_is_handed_over_with_what_it_says_filled_in(client, cast, channel, owner):
    record = keep_record(channel, owner)
    client.force_login(cast.owner)
    page = client.get(f"/arkiv/handling/{record.pk}/diarium/").content.decode()
    assert 'value="Kalle 123"' in page
    answered = client.post(f"/arkiv/handling/{record.pk}/diarium/", given(counterpart_apart="on"))
    sheet = queries.latest_sheet(record)
    assert (answered.status_code, answered.url) == (302, f"/arkiv/diarium/{sheet.pk}/")
    assert (sheet.counterpart_apart, sheet.concerns_apart) == (True, False)
    assert client.get(f"/arkiv/handling/{record.pk}/diarium/").url == sheet.get_absolute_url()


def test_what_came_back_is_amended_in_the_same_form(client, cast, sheet, registrar):
    return_diary(sheet_id=sheet.pk, reason="Vilket <b>ärende</b>?", actor=registrar)
    client.force_login(cast.owner)
    address = f"/arkiv/handling/{sheet.record_id}/diarium/"
    page = client.get(address).content.decode()
    assert "Vilket &lt;b&gt;ärende&lt;/b&gt;?" in page
    assert 'value="Hot i en kommentar"' in page
    client.post(address, given(matter="existing", matter_number="KS 2026/7"))
    sheet.refresh_from_db()
    assert (sheet.status, sheet.matter_number, sheet.version) == (S.PROPOSED, "KS 2026/7", 2)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"concerns": ""}, "Skriv något här"),
        ({"document_date": "i går"}, "ÅÅÅÅ-MM-DD"),
        ({"document_date": ""}, "Välj en dag"),
        ({"matter": ""}, "Välj om ärendet är nytt"),
        ({"matter": "existing"}, "Skriv ärendets nummer"),
        ({"secrecy_provision": "OSL 21:1"}, "Ange dagen för markeringen"),
        ({"secrecy_date": "2026-01-01"}, "Ange bestämmelsen"),
        ({"secrecy_authority": "Kulturnämnden"}, "Ange bestämmelsen"),
        ({"counterpart": "x" * 201}, "Skriv högst 200 tecken"),
    ],
)
def test_a_sheet_with_gaps_comes_back_with_what_was_typed(client, cast, channel, owner, values, said):
    record = keep_record(channel, owner)
    client.force_login(cast.owner)
    page = client.post(f"/arkiv/handling/{record.pk}/diarium/", given(**values))
    assert page.status_code == 422
    assert said in page.content.decode()
    assert all(value in page.content.decode() for value in values.values())
    assert not record.sheets.exists()


def test_the_menu_counts_what_waits_for_the_registrar_and_shows_nobody_else_the_entry(client, cast, sheet):
    for who, there in (("registrar", True), ("owner", False), ("strategist", False)):
        client.force_login(cast[who])
        page = client.get("/register/").content.decode()
        assert ("handlingar att diarieföra" in page) is there, who


def test_a_hostile_text_is_shown_as_text(client, cast, channel, owner):
    record = keep_record(channel, owner, text="<script>alert(1)</script>\u202e", author="<b>x</b>")
    sheet = propose(record, owner, concerns="{{ 7 }}<i>")
    client.force_login(cast.registrar)
    page = client.get(f"/arkiv/diarium/{sheet.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[U+202E]" in page
    assert "<script>alert" not in page
    assert "{{ 7 }}&lt;i&gt;" in page
