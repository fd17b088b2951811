"""What lives without being read in anew: the case page and Min dag answer nothing while nothing is new, and then what is."""

import re

import pytest
from django.utils import timezone

from channels import watch
from channels.actions import watch as watching
from moderation.actions import handling, ladder, registering
from tests.cases import accept, actor_of, bring_to, open_case
from tests.duties import at

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def case(tibro, channel, owner):
    return open_case(channel, owner, category="hate_speech")


@pytest.fixture
def desk(client, cast):
    client.force_login(cast.owner)
    return client


def addresses(page):
    """What the page asks for while somebody looks, by the id of the part that asks."""
    parts = re.findall(r'<div [^>]*id="(\w+)"[^>]*hx-get="([^"]+)"', page.content.decode())
    return {name: address.replace("&amp;", "&") for name, address in parts}


def ask(desk, address):
    return desk.get(address, headers=HX)


# --- The case -----------------------------------------------------------------------------------------------------------
ACTS = {
    "claimed": lambda case, actor, cast: handling.claim(case_id=case.pk, actor=actor),
    "kept": lambda case, actor, cast: ladder.keep_evidence(case_id=case.pk, words="Beskrivning.", actor=actor),
    "sent on": lambda case, actor, cast: handling.forward(case_id=case.pk, unit_id=cast.department.pk, actor=actor),
}


@pytest.mark.parametrize("act", ACTS)
def test_the_case_page_is_drawn_anew_when_a_colleague_has_done_something(act, desk, case, cast):
    address = addresses(desk.get(case.get_absolute_url()))["arendet"]
    assert ask(desk, address).status_code == 204
    ACTS[act](case, actor_of(cast.deputy), cast)
    page = ask(desk, address)
    assert page.status_code == 200
    assert 'id="innehall"' in page.content.decode()
    assert ask(desk, addresses(page)["arendet"]).status_code == 204


def test_what_has_come_is_told_beside_a_form_that_somebody_fills_in(desk, case, cast):
    address = addresses(desk.get(case.get_absolute_url()))["nytt"]
    assert ask(desk, address).status_code == 204
    handling.claim(case_id=case.pk, actor=actor_of(cast.deputy))
    said = ask(desk, address).content.decode()
    assert "Taget, Biblioteksassistent" in re.sub(r"\s+", " ", said)
    assert "Inlagt" not in said  # that was there already
    assert "<form" not in said
    assert "Det du har börjat skriva är kvar." in said


def test_the_registrars_answer_shows(desk, case, owner, cast):
    bring_to("assessed", case, owner)
    registering.hand_to_registrar(case_id=case.pk, actor=owner)
    address = addresses(desk.get(case.get_absolute_url()))["arendet"]
    accept(case, cast)
    assert ask(desk, address).status_code == 200


def test_a_page_with_a_form_that_was_refused_is_never_replaced(desk, case):
    refused = desk.post(f"/granska/{case.pk}/bedom/", {"version": case.version, "note": "Mina ord."})
    assert refused.status_code in {403, 409, 422}
    assert set(addresses(refused)) == {"nytt"}


def test_whoever_may_no_longer_read_the_case_is_told_nothing_more(client, case, cast):
    client.force_login(cast.outsider)
    assert ask(client, f"{case.get_absolute_url()}?stand=0-1-0&nytt").status_code == 404


@pytest.mark.parametrize("stand", ["hej", "-", "9" * 40, "²-1-0", "0"])
def test_a_state_that_is_none_gets_the_whole_page_or_all_that_has_happened(stand, desk, case):
    assert ask(desk, f"{case.get_absolute_url()}?stand={stand}").status_code == 200
    assert "Inlagt" in ask(desk, f"{case.get_absolute_url()}?stand={stand}&nytt").content.decode()


# --- Min dag ------------------------------------------------------------------------------------------------------------
def test_min_dag_is_drawn_anew_when_somebody_else_has_done_something_in_it(desk, tibro, channel, cast, time_machine):
    time_machine.move_to(at("2026-11-23T09:00"), tick=False)  # a Monday: the channel is to be looked at
    desk.force_login(cast.owner)
    watch.reconcile(timezone.now())
    address = addresses(desk.get("/min-dag/"))["dagen"]
    assert ask(desk, address).status_code == 204
    watching.look(channel_id=channel.pk, actor=actor_of(cast.deputy))
    page = ask(desk, address)
    assert page.status_code == 200
    address = addresses(page)["dagen"]
    assert ask(desk, address).status_code == 204
    open_case(channel, actor_of(cast.deputy), kind="question", text="När öppnar ni?")
    assert ask(desk, address).status_code == 200


def test_min_dag_asks_for_the_page_of_the_list_that_is_shown(desk, case):
    assert addresses(desk.get("/min-dag/?sida=1&annat=2"))["dagen"].startswith("/min-dag/?sida=1&stand=")
