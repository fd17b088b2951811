"""The queue, a new case and one case, as a browser without script meets them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone

from accounts.actor import Actor
from archive.actions import return_diary
from archive.models import DiarySheet, StoredFile
from kommun import aside
from kommun.aside import Shelf
from moderation.actions import handling, ladder, registering
from moderation.models import Case
from moderation.views.case import ACTS
from tests.archive_scene import png
from tests.cases import COMMENT, POST, accept, actor_of, bring_to, fresh, open_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, cast, tibro, channel):
    """The owner, signed in."""
    client.force_login(cast.owner)
    return client


@pytest.fixture
def case(tibro, channel, owner):
    return open_case(channel, owner, category="hate_speech", url=COMMENT)


def shot(content=None):
    return SimpleUploadedFile("skärmbild.png", content or png())


def send(client, case, step, **values):
    return client.post(f"/granska/{case.pk}/{step}/", {"version": fresh(case).version, **values})


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def new(client, **values):
    given = {"channel": "", "kind": "report", "direction": "incoming", **values}
    return client.post("/granska/nytt/", given)


# --- The queue --------------------------------------------------------------------------------------------------------
def test_the_queue_says_in_words_how_much_time_is_left(desk, channel, owner):
    now = timezone.now()
    open_case(channel, owner, category="hate_speech", seen_at=now - timedelta(hours=50))
    open_case(channel, owner, category="hate_speech", seen_at=now - timedelta(hours=47))
    open_case(channel, owner, kind="opinion", text="Ni plogar för sällan.")
    page = desk.get("/granska/")
    titles = [group.title for group in page.context["groups"]]
    assert titles[0] == "Försenat"
    assert titles[-1] == "Utan bestämd tid"
    shown = text_of(page)
    assert "2 tim 0 min för sent" in shown
    assert "Ni plogar för sällan." in shown
    assert "ska du få" not in shown  # what may break a rule is not read aloud in a list
    assert "Öppna ärenden: 3. Försenade: 1." in shown


def test_the_list_alone_is_sent_to_whoever_asks_again_and_nothing_when_nothing_is_new(desk, case):
    asked = {"HTTP_HX_REQUEST": "true"}
    page = desk.get("/granska/", **asked)
    assert b"<html" not in page.content
    state = page.context["state"]
    assert desk.get(f"/granska/?stand={state}", **asked).status_code == 204
    handling.claim(case_id=case.pk, actor=actor_of(case.channel.owner))
    assert desk.get(f"/granska/?stand={state}", **asked).status_code == 200


def test_the_queue_is_filtered_and_paged(desk, channel, owner, monkeypatch):
    monkeypatch.setattr("moderation.queries.queue.__kwdefaults__", {"kind": "", "channel": None, "size": 2})
    asked = [open_case(channel, owner, kind="question") for _n in range(3)]
    reported = open_case(channel, owner, category="hate_speech")
    first = desk.get("/granska/?slag=fraga")
    assert f"/granska/{reported.pk}/" not in first.content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())[1].replace("&amp;", "&")
    second = desk.get(f"/granska/{following}")
    found = [row.case.pk for page in (first, second) for group in page.context["groups"] for row in group.rows]
    assert found == [row.pk for row in asked]
    assert desk.get(f"/granska/?kanal={channel.pk}").context["channel"] == channel.pk


@pytest.mark.parametrize("query", ["efter=x", "efter=1~2", "efter=nan~1~inf~2", "kanal=abc", "kanal=99999", "slag=x"])
def test_an_address_that_somebody_has_changed_is_no_error(query, desk, case):
    assert desk.get(f"/granska/?{query}").status_code == 200


def test_the_queue_asks_the_same_number_of_questions_however_long_it_is(desk, channel, owner):
    counts = []
    for more in (1, 20):
        for _n in range(more):
            open_case(channel, owner, category="hate_speech")
        with CaptureQueriesContext(connection) as asked:
            desk.get("/granska/")
        counts.append(len(asked))
    assert counts[0] == counts[1] < 30


# --- New --------------------------------------------------------------------------------------------------------------
def test_an_address_and_a_screenshot_become_a_case_with_evidence(desk, channel):
    sent = new(
        desk, channel=channel.pk, url=POST, category="hate_speech", upload=shot(), how="pasted", text="Dumt sagt."
    )
    case = Case.objects.get()
    assert sent.url == case.get_absolute_url()
    assert (case.status, case.evidence.get().file.how, case.known_how) == ("preserved", "pasted", "watch")


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(desk, channel):
    sent = new(desk, channel=channel.pk, url="hej", category="hate_speech", upload=shot(), text="Dumt sagt.")
    assert sent.status_code == 422
    shown = sent.content.decode()
    assert "Dumt sagt." in shown
    assert "Filen skärmbild.png är kvar. Du behöver inte välja den igen." in shown
    note = re.search(r'name="aside" value="([^"]+)"', shown)[1]
    again = new(desk, channel=channel.pk, url=POST, category="hate_speech", text="Dumt sagt.", aside=note)
    assert again.status_code == 302
    assert Case.objects.get().evidence.count() == 1


@pytest.mark.parametrize("way", ["the form", "the other page", "a case"])
def test_everything_that_waits_goes_when_it_turns_out_to_be_abuse(way, desk, cast, channel, owner, media):
    case = open_case(channel, owner, category="hate_speech")
    new(desk, channel=channel.pk, url="hej", category="hate_speech", upload=shot())
    other = Client()
    other.force_login(cast.deputy)
    other.post(f"/granska/{case.pk}/bevis/", {"version": 0, "upload": shot()})  # has read an older one
    assert len(bytes_left(media)) == 2
    if way == "the form":
        new(desk, channel=channel.pk, url=POST, category="child_abuse_material")
    elif way == "the other page":
        desk.get("/granska/nytt/?kategori=child_abuse_material")
    else:
        send(desk, case, "kategori", kind="report", category="child_abuse_material")
    assert len(bytes_left(media)) == (0 if way == "a case" else 1)  # the deputy's is about something else


def test_what_was_put_aside_is_its_owners_alone_and_goes_after_a_day(desk, cast, channel, media):
    mine, deputys = Shelf(cast.owner.pk, "case"), Shelf(cast.deputy.pk, "case")
    note = mine.put(shot(), "skärmbild.png")
    assert deputys.take(note) is None
    assert Shelf(cast.owner.pk, "evidence:7").take(note) is None  # another form
    assert mine.take("made up") is None
    assert mine.take(note).name == "skärmbild.png"
    deputys.throw(note)
    assert aside.throw_away(timezone.now()) == 0
    assert aside.throw_away(timezone.now() + timedelta(days=2)) == 1
    assert mine.take(note) is None


def test_another_file_takes_the_place_of_the_one_that_waited(desk, channel, media):
    note = note_in(new(desk, channel=channel.pk, url="hej", category="hate_speech", upload=shot()))
    other = SimpleUploadedFile("annan.png", png(9, 9))
    sent = new(desk, channel=channel.pk, url="hej", category="hate_speech", upload=other, aside=note)
    assert "Filen annan.png är kvar." in sent.content.decode()
    assert len(bytes_left(media)) == 1
    new(desk, channel=channel.pk, url=POST, category="hate_speech", aside=note_in(sent))
    assert Case.objects.get().evidence.get().file.metadata["width"] == 9
    assert [path for path in bytes_left(media) if "aside" in path.parts] == []


# --- Evidence that comes with a form that is refused --------------------------------------------------------------------
def note_in(response):
    return re.search(r'name="aside" value="([^"]*)"', response.content.decode())[1]


def test_evidence_that_somebody_was_before_with_need_not_be_chosen_again(desk, case, owner, media):
    sent = desk.post(f"/granska/{case.pk}/bevis/", {"version": 0, "upload": shot(), "words": "Hotet."})
    assert sent.status_code == 409
    assert "Filen skärmbild.png är kvar." in sent.content.decode()
    assert send(desk, case, "bevis", aside=note_in(sent), words="Hotet.").status_code == 302
    assert [row.words for row in case.evidence.all()] == ["Hotet."]
    assert case.evidence.get().file is not None
    assert [path for path in bytes_left(media) if "aside" in path.parts] == []


def test_evidence_waits_while_something_else_in_its_form_is_wrong(desk, case):
    sent = send(desk, case, "bevis", upload=shot(), words="x" * 5001)
    assert sent.status_code == 422
    assert send(desk, case, "bevis", aside=note_in(sent), words="Kort.").status_code == 302
    assert case.evidence.get().file is not None


@pytest.mark.parametrize("category", ["child_abuse_material", ""])
def test_evidence_never_waits_where_no_picture_may_be_kept(category, desk, channel, owner, media, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "temp"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    case = open_case(channel, owner, category=category)
    for values in ({"version": 0}, {"version": case.version, "words": "x" * 5001}):
        sent = desk.post(f"/granska/{case.pk}/bevis/", {"upload": shot(png(3000, 3000)), **values})
        assert sent.status_code in {403, 409, 422}
        assert bytes_left(media) == []
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


def test_evidence_that_waits_is_thrown_away_when_it_turns_out_to_be_abuse(desk, case, owner, media):
    note = note_in(desk.post(f"/granska/{case.pk}/bevis/", {"version": 0, "upload": shot()}))
    assert len(bytes_left(media)) == 1
    ladder.categorise(case_id=case.pk, kind="report", category="child_abuse_material", actor=owner)
    sent = send(desk, case, "bevis", aside=note)  # no words: refused
    assert sent.status_code == 422
    assert bytes_left(media) == []


def test_a_known_post_is_offered_with_everything_still_there(desk, channel, case):
    sent = new(desk, channel=channel.pk, url=COMMENT, category="hate_speech", upload=shot(), text="Dumt sagt.")
    assert sent.status_code == 409
    assert case.get_absolute_url() in sent.content.decode()
    note = re.search(r'name="aside" value="([^"]+)"', sent.content.decode())[1]
    values = {"channel": channel.pk, "url": COMMENT, "category": "hate_speech", "aside": note, "even_if_known": "on"}
    assert new(desk, **values).status_code == 302
    assert Case.objects.count() == 2


def bytes_left(media):
    return [path for path in Path(media).rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [8, 3000])
def test_no_picture_of_abuse_is_left_anywhere(size, desk, channel, media, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "temp"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    sent = new(desk, channel=channel.pk, url="hej", category="child_abuse_material", upload=shot(png(size, size)))
    assert sent.status_code == 422
    sent = new(desk, channel=channel.pk, url=POST, category="child_abuse_material", upload=shot(png(size, size)))
    assert "Bilder på övergrepp mot barn får aldrig sparas" in text_of(sent)
    assert (Case.objects.count(), StoredFile.objects.count(), bytes_left(media)) == (0, 0, [])
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


def test_a_picture_put_aside_before_is_thrown_away_when_it_turns_out_to_be_abuse(desk, channel, media):
    sent = new(desk, channel=channel.pk, url="hej", category="hate_speech", upload=shot())
    note = re.search(r'name="aside" value="([^"]+)"', sent.content.decode())[1]
    assert len(bytes_left(media)) == 1
    new(desk, channel=channel.pk, url=POST, category="child_abuse_material", aside=note)
    assert bytes_left(media) == []


def test_for_abuse_there_is_a_form_in_words_without_a_file(desk, channel):
    page = desk.get("/granska/nytt/?kategori=child_abuse_material")
    assert 'type="file"' not in page.content.decode()
    values = {"channel": channel.pk, "url": POST, "kind": "report", "text": "En bild på ett barn.", "category": ""}
    sent = desk.post("/granska/nytt/?kategori=child_abuse_material", values)
    case = Case.objects.get()
    assert sent.url == case.get_absolute_url()
    assert (case.files_forbidden, case.status, case.evidence.get().words) == (True, "preserved", "En bild på ett barn.")
    assert 'type="file"' not in desk.get(case.get_absolute_url()).content.decode()


def test_a_form_without_its_token_is_refused_although_files_are_taken_in_memory(cast, tibro, channel, case):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.owner)
    assert new(strict, channel=channel.pk, url=POST).status_code == 403
    assert send(strict, case, "ta").status_code == 403


def test_no_other_page_stands_where_a_step_is_sent():
    assert {resolve(f"/granska/1/{step}/").url_name for step in ACTS} == {"act"}


# --- One case ---------------------------------------------------------------------------------------------------------
def test_a_threat_goes_from_seen_to_closed_on_the_page(desk, case, cast):
    assert "Låst" not in text_of(desk.get(case.get_absolute_url()))
    assert send(desk, case, "bevis", upload=shot()).status_code == 302
    assert send(desk, case, "dolj").status_code == 302
    assert "Tiden är stoppad" in text_of(desk.get(case.get_absolute_url()))
    assert send(desk, case, "bedom", assessment="remove", note="Hetsar mot en grupp.").status_code == 302
    refused = send(desk, case, "ta-bort")
    assert refused.status_code == 403
    assert "Lämna beviset till registrator först." in text_of(refused)
    form = {"document_date": "2026-01-02", "concerns": "Hets mot folkgrupp", "matter": "new"}
    assert desk.post(f"/granska/{case.pk}/registrator/", form).url == case.get_absolute_url()
    accept(case, cast)
    assert "Registrator har inte tagit emot" not in text_of(desk.get(case.get_absolute_url()))
    assert send(desk, case, "ta-bort").status_code == 302
    assert send(desk, case, "polis", reported="yes", number="5000-K1-26").status_code == 302
    assert send(desk, case, "avsluta").status_code == 302
    closed = desk.get(case.get_absolute_url())
    assert fresh(case).outcome == "removed"
    assert "KS 2026/391" in text_of(closed)


def test_each_step_that_is_missing_says_why(desk, case):
    shown = text_of(desk.get(case.get_absolute_url()))
    assert "Spara bevis först. Inget döljs innan det är bevarat." in shown
    assert "Lämna beviset till registrator först." in shown or "Bedöm först att inlägget bryter mot regeln." in shown


def test_a_refused_form_comes_back_with_what_was_typed(desk, case, owner):
    bring_to("hidden", case, owner)
    sent = send(desk, case, "bedom", note="Hetsar mot en grupp.")
    assert sent.status_code == 422
    assert "Hetsar mot en grupp." in sent.content.decode()


def test_somebody_who_was_first_is_named_and_nothing_typed_is_lost(desk, case, owner, cast):
    bring_to("hidden", case, owner)
    old = fresh(case).version
    handling.claim(case_id=case.pk, actor=actor_of(cast.deputy))
    sent = desk.post(
        f"/granska/{case.pk}/bedom/", {"version": old, "assessment": "remove", "note": "Hetsar mot en grupp."}
    )
    assert sent.status_code == 409
    assert "Hetsar mot en grupp." in sent.content.decode()
    assert "Biblioteksassistent har tagit ärendet" in text_of(sent)
    assert send(desk, case, "ta").status_code == 409
    assert send(desk, case, "ta-over").status_code == 302


def test_a_picture_is_still_there_when_somebody_else_was_first(desk, case, cast, media):
    old = case.version
    handling.claim(case_id=case.pk, actor=actor_of(cast.deputy))
    path = f"/granska/{case.pk}/bevis/"
    refused = desk.post(path, {"version": old, "upload": shot(png(9, 9)), "words": "Två till."})
    assert (refused.status_code, "är kvar. Du behöver inte välja den igen." in text_of(refused)) == (409, True)
    handling.release(case_id=case.pk, actor=actor_of(cast.deputy))
    kept = {"version": fresh(case).version, "aside": note_in(refused), "words": "Två till."}
    assert desk.post(path, kept).status_code == 302
    assert [path.read_bytes() for path in bytes_left(media)] == [png(9, 9)]
    assert case.evidence.get().words == "Två till."


def test_who_may_only_read_leaves_no_picture_behind(client, case, cast, media):
    client.force_login(cast.registrar)
    assert send(client, case, "bevis", upload=shot()).status_code == 403
    assert bytes_left(media) == []


def test_more_evidence_is_added_on_the_page_and_what_came_back_says_why(desk, case, cast, owner):
    bring_to("preserved", case, owner)
    assert send(desk, case, "bevis", upload=shot(png(9, 9))).status_code == 302
    assert 'id="steg-bevis"' in desk.get(case.get_absolute_url()).content.decode()
    assert case.evidence.count() == 2
    sheet = registering.hand_to_registrar(case_id=case.pk, actor=owner)
    assert "Väntar på registrator" in text_of(desk.get(case.get_absolute_url()))
    return_diary(sheet_id=sheet.pk, reason="Avsändaren saknas.", actor=Actor(cast.registrar))
    shown = text_of(desk.get(case.get_absolute_url()))
    assert "Avsändaren saknas." in shown
    assert "Komplettera bladet" in shown
    assert "Väntar på registrator" not in shown


def test_a_question_is_answered_on_the_page(desk, channel, owner):
    case = open_case(channel, owner, kind="question", text="När plogas det?")
    assert send(desk, case, "svar", text="I morgon.", interim="on").status_code == 302
    assert fresh(case).closed_at is None
    assert send(desk, case, "svar", text="Klart nu.").status_code == 302
    assert fresh(case).outcome == "answered"
    assert "Klart nu." in text_of(desk.get(case.get_absolute_url()))


def test_a_case_is_sent_on_and_let_stand(desk, channel, owner, cast):
    case = open_case(channel, owner, kind="opinion")
    assert send(desk, case, "skicka", unit=cast.central.pk).status_code == 302
    assert fresh(case).assigned_to == cast.it_communications_manager
    assert send(desk, case, "lat-sta", note="Det är kritik.").status_code == 302
    assert fresh(case).outcome == "left"


def test_hiding_is_taken_back_and_the_category_is_changed(desk, case, owner):
    bring_to("hidden", case, owner)
    assert send(desk, case, "visa").status_code == 302
    assert send(desk, case, "kategori", kind="opinion", category="").status_code == 302
    assert (fresh(case).status, fresh(case).kind) == ("preserved", "opinion")


def test_evidence_is_masked_until_somebody_asks(desk, case, owner):
    bring_to("preserved", case, owner)
    page = desk.get(case.get_absolute_url())
    assert "Dold tills du ber att få se den" in text_of(page)
    assert "<img" not in page.content.decode()


def test_the_registrar_reads_and_changes_nothing(client, case, cast, owner):
    bring_to("preserved", case, owner)
    client.force_login(cast.registrar)
    page = client.get(case.get_absolute_url())
    assert "Du kan läsa ärendet men inte ändra det" in text_of(page)
    assert send(client, case, "dolj").status_code == 403
    assert fresh(case).status == "preserved"


def test_what_came_back_is_amended_on_the_same_page(desk, case, cast, owner):
    bring_to("assessed", case, owner)
    page = desk.get(f"/granska/{case.pk}/registrator/")
    assert page.context["form"].initial["concerns"] == "Hets mot folkgrupp, inlägg i Biblioteket"
    form = {"document_date": "2026-01-02", "concerns": "Hets", "matter": "new"}
    desk.post(f"/granska/{case.pk}/registrator/", form)
    assert desk.post(f"/granska/{case.pk}/registrator/", {**form, "concerns": "Annat"}).status_code == 302
    assert DiarySheet.objects.get().concerns == "Hets"  # it stands with the registrar


@pytest.mark.parametrize("name", ["outsider", "administrator", "archivist"])
def test_a_case_that_is_not_theirs_does_not_exist(name, client, case, cast):
    client.force_login(cast[name])
    assert client.get(case.get_absolute_url()).status_code == 404
    assert send(client, case, "ta").status_code == 404
    assert client.get(f"/granska/{case.pk}/registrator/").status_code == 404


@pytest.mark.parametrize("status", ["open", "preserved", "hidden", "assessed", "deleted"])
def test_every_field_of_the_page_has_an_id_of_its_own(status, desk, case, owner):
    shown = desk.get(bring_to(status, case, owner).get_absolute_url()).content.decode()
    ids = re.findall(r' id="([^"]*)"', shown)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r' for="([^"]*)"', shown)) <= set(ids)


def test_an_unknown_step_is_no_page(desk, case):
    assert send(desk, case, "allt").status_code == 404


def test_whoever_watches_no_channel_cannot_open_a_case(client, cast, tibro, channel):
    client.force_login(cast.outsider)
    assert client.get("/granska/nytt/").status_code == 403


def test_the_page_of_a_case_asks_the_same_number_of_questions_whatever_it_holds(desk, case, owner):
    counts = []
    bring_to("preserved", case, owner)
    for _n in range(2):
        with CaptureQueriesContext(connection) as asked:
            desk.get(case.get_absolute_url())
        counts.append(len(asked))
        for _more in range(3):
            send(desk, case, "bevis", upload=shot())
    assert counts[0] == counts[1] < 40
