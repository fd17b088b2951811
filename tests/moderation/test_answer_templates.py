"""An answer begins from a template: the text is put in, can be changed, and the version that it began from is kept."""

import re

import pytest

from archive.models import Record
from kommun.models import Event
from moderation.actions import handling, templates
from moderation.models import Reply, ReplyTemplate
from tests.cases import actor_of, fresh, open_case

pytestmark = pytest.mark.django_db
DEFAULT = "Hej! Tack för att du hör av dig. Vi tar reda på svaret och återkommer här."


@pytest.fixture
def question(tibro, channel, owner):
    return open_case(channel, owner, kind="question", text="När plogas Skolgatan?")


@pytest.fixture
def desk(client, cast, question):
    client.force_login(cast.owner)
    return client


@pytest.fixture
def written(cast):
    """A text of the municipality's own, by communications staff."""

    def write(purpose, text, title="Vår text", category=""):
        actor = actor_of(cast.strategist)
        return templates.save_template(purpose=purpose, category=category, title=title, text=text, actor=actor)

    return write


def fetch(desk, question, key, **typed):
    given = {"version": fresh(question).version, "mall": key, "hamta": "ja", **typed}
    return desk.post(f"/granska/{question.pk}/svar/", given)


def field(response, name):
    return next(stage.form for stage in response.context["stages"] if stage.key == "svar")[name].value()


def test_the_form_offers_the_texts_that_an_answer_can_begin_from(desk, question, written):
    written("reply", "Vi plogar när det är fem centimeter.", "Plogning")
    written("explanation", "Inget svar.", "Förklaring")
    page = desk.get(f"/granska/{question.pk}/").content.decode()
    offered = re.findall(r"<option value=\"[^\"]+\">([^<]+)</option>", page[page.index('name="mall"') :])
    assert offered[:2] == ["Besked om att vi återkommer", "Plogning"]
    assert "Förklaring" not in offered


def test_without_a_text_of_its_own_the_interim_reply_begins_from_the_products(desk, question):
    page = fetch(desk, question, "interim")
    assert page.status_code == 200
    assert (field(page, "text"), field(page, "interim"), field(page, "template")) == (DEFAULT, True, None)
    assert Reply.objects.count() == 0  # nothing is saved by it


def test_the_text_is_put_in_with_its_gaps_filled_and_the_rest_still_there(desk, question, written, channel):
    row = written("reply", "Hej från {channel}!", "Hälsning")
    page = fetch(
        desk, question, str(row.pk), signature="Bibblan", url="https://www.facebook.com/x", published_at="i går"
    )
    assert field(page, "text") == f"Hej från {channel}!"
    assert [field(page, name) for name in ("signature", "url", "published_at", "interim", "template")] == [
        "Bibblan", "https://www.facebook.com/x", "i går", False, row.pk,
    ]  # fmt: skip


def test_what_was_typed_is_not_lost_and_one_template_takes_the_place_of_another(desk, question, written):
    row = written("reply", "Plogen kommer.", "Plogning")
    assert field(fetch(desk, question, "interim", text="Hej Kim!"), "text") == f"Hej Kim!\n\n{DEFAULT}"
    assert field(fetch(desk, question, str(row.pk), text=f"{DEFAULT}\r\n"), "text") == "Plogen kommer."


def test_what_is_sent_is_what_stands_in_the_form_with_the_version_that_it_began_from(desk, question, written):
    row = written("interim", "Vi återkommer.", "Kort besked")
    page = fetch(desk, question, "interim")
    values = {name: field(page, name) for name in ("template", "signature")} | {"interim": "on"}
    sent = desk.post(
        f"/granska/{question.pk}/svar/",
        {"version": fresh(question).version, "text": "Vi återkommer på torsdag.", **values},
    )
    assert sent.status_code == 302
    written("interim", "Ny text.", "Kort besked")
    reply = Reply.objects.get()
    assert (reply.kind, reply.text, reply.template) == ("interim", "Vi återkommer på torsdag.", row)
    assert f'"template":{row.pk}' in Event.objects.get(kind="case.interim_reply").payload
    assert Record.objects.filter(pk=reply.record_id, text__contains="på torsdag").exists()
    assert "Texten började från mallen Kort besked (1)." in desk.get(f"/granska/{question.pk}/").content.decode()


def test_a_template_for_something_else_is_not_what_an_answer_began_from(question, written, owner):
    row = written("block", "Du kan inte skriva.", "Blockering")
    made = handling.answer(case_id=question.pk, text="Hej.", template_id=row.pk, actor=owner)
    assert made.template is None


@pytest.mark.parametrize("key", ["", "0", "finns-inte", "explanation"])
def test_a_text_that_does_not_exist_is_404(key, desk, question):
    assert fetch(desk, question, key).status_code == 404


def test_a_text_that_is_out_of_use_is_not_offered(desk, question, written, cast):
    row = written("reply", "Gammalt.", "Gammal")
    templates.retire_template(template_id=row.pk, actor=actor_of(cast.strategist))
    assert "Gammal" not in desk.get(f"/granska/{question.pk}/").content.decode()
    assert fetch(desk, question, str(row.pk)).status_code == 404
    assert ReplyTemplate.objects.count() == 1
