"""Addresses that no link of ours has: an answer, never an error."""

import pytest
from django.urls import reverse

from accounts.actor import Actor
from tests.applications import adopt_preset, make_municipality

ODD = ["\x00", "%", "' OR 1=1 --", "9" * 400, "é" * 3000, "\u202eabc", "-1", "[]"]
QUESTIONS = [
    ("mailbox", "till"), ("mailbox", "sida"), ("rulebook", "sok"), ("rulebook", "version"),
    ("channels:channels", "q"), ("channels:channels", "plattform"), ("channels:channels", "enhet"), ("channels:channels", "lage"),
    ("channels:public_register", "q"), ("channels:public_register", "plattform"), ("channels:public_register", "verksamhet"),
    ("channels:public_register", "sida"), ("channels:public_check", "konto"),
    ("channels:my_day", "sida"), ("channels:applications", "sida"),
]  # fmt: skip


@pytest.mark.parametrize(("route", "name"), QUESTIONS)
def test_an_odd_question_is_answered(client, cast, settings, route, name):
    settings.DEMO = True
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    client.force_login(cast.administrator)
    statuses = {odd: client.get(reverse(route), {name: odd}).status_code for odd in ODD}
    assert {odd: status for odd, status in statuses.items() if status not in {200, 302, 404, 422}} == {}
