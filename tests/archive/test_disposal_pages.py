"""The archivist's pages: who comes in, what is said beside the field, that nothing typed is lost, and each answer."""

import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actor import Actor
from archive import actions
from archive.models import DisposalCertificate, DisposalDecision, DisposalItem, DisposalList, Hold, Record
from tests.applications import make_municipality
from tests.archive_scene import keep_file, keep_record
from tests.disposal_scene import adopt_with_schedule, confirmed, decide, old_post, proposed, reviewed, signed

pytestmark = pytest.mark.django_db


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


TODAY = timezone.localdate


@pytest.fixture(autouse=True)
def _no_waiting(settings):
    settings.KANALKOLLEN_DISPOSAL_DAYS = 0


@pytest.fixture
def old(cast, channel, owner):
    make_municipality()
    adopt_with_schedule(Actor(cast.administrator))
    return old_post(channel, owner, text="Den gamla kommentaren.", files=[keep_file(owner)])


@pytest.fixture
def archivist(client, cast, old):
    client.force_login(cast.archivist)
    return client


def test_the_page_says_what_is_due_what_stops_it_and_what_is_not_decided(archivist, cast, channel, owner, old):
    held = old_post(channel, owner)
    hold = actions.set_hold(kind="police", reason="Utredning.", record_number=held.pk, actor=Actor(cast.archivist))
    keep_record(channel, owner, kind="police_report", direction="outgoing")
    page = text_of(archivist.get(reverse("archive:disposal")))
    assert f"Handling {old.pk}" in page
    assert f"Undantag {hold.pk} för handlingen" in page
    assert "1 handling har ingen gallringsklass. Den gallras aldrig." in page
    assert "Den gamla kommentaren" not in page


def test_the_list_of_what_is_due_goes_on_where_it_was(archivist, channel, owner, old, monkeypatch):
    monkeypatch.setattr("archive.views.disposal.PAGE", 2)
    rows = [old, *(old_post(channel, owner) for _each in range(2))]
    first = archivist.get(reverse("archive:disposal"))
    assert [row.record for row in first.context["rows"]] == rows[:2]
    second = archivist.get(reverse("archive:disposal"), {"efter": first.context["after"]})
    assert ([row.record for row in second.context["rows"]], second.context["after"]) == (rows[2:], 0)
    assert archivist.get(reverse("archive:disposal"), {"efter": "x"}).status_code == 200


def test_the_page_costs_the_same_with_many(archivist, channel, owner, django_assert_max_num_queries):
    for _each in range(12):
        old_post(channel, owner)
    with django_assert_max_num_queries(40):
        archivist.get(reverse("archive:disposal"))


def test_a_decision_is_noted_with_errors_beside_the_fields(archivist, old):
    url = reverse("archive:decision_new")
    sent = {"body": "Kommunfullmäktige", "number": "KF 7", "decided_on": "2999-01-01", "classes": ["inlagg"]}
    refused = archivist.post(url, sent)
    assert refused.status_code == 422
    assert "Dagen har inte varit än." in text_of(refused)
    assert 'value="KF 7"' in refused.content.decode()
    assert archivist.post(url, {**sent, "classes": ["annan"]}).status_code == 422
    assert archivist.post(url, {"body": ""}).status_code == 422
    assert archivist.post(url, {**sent, "decided_on": TODAY().isoformat()}).status_code == 302
    again = archivist.post(url, {**sent, "decided_on": TODAY().isoformat()})
    assert (again.status_code, DisposalDecision.objects.count()) == (422, 1)
    assert "Beslutet finns redan." in text_of(again)


def test_from_decision_to_certificate(client, archivist, cast, old, media):
    decision = decide(cast)
    client.force_login(cast.registrar)
    made = client.post(reverse("archive:list_new", args=[decision.pk]))
    row = DisposalList.objects.get()
    assert made.url == row.get_absolute_url()
    assert client.post(reverse("archive:list_new", args=[decision.pk])).status_code == 409
    item = row.items.get()
    client.force_login(cast.archivist)
    assert "Den gamla kommentaren." in text_of(client.get(reverse("archive:disposal_item", args=[item.pk])))
    assert client.post(row.get_absolute_url(), {"act": "sign"}).status_code == 409
    client.post(row.get_absolute_url(), {"act": "approve", "item": [item.pk, "x"]})
    client.post(row.get_absolute_url(), {"act": "sign"})
    page = client.get(row.get_absolute_url())
    assert "GALLRA 1" in text_of(page)
    wrong = client.post(row.get_absolute_url(), {"act": "confirm", "typed": "GALLRA 3"})
    assert (wrong.status_code, 'value="GALLRA 3"' in wrong.content.decode()) == (422, True)
    assert client.post(row.get_absolute_url(), {"act": "confirm", "typed": "gallra  1"}).status_code == 302
    assert "Gallringen pågår." in text_of(client.get(row.get_absolute_url()))
    actions.carry_out()
    assert "Läs gallringsintyget" in text_of(client.get(row.get_absolute_url()))
    assert "Handlingen är gallrad." in text_of(client.get(reverse("archive:disposal_item", args=[item.pk])))
    certificate = DisposalCertificate.objects.get()
    page = text_of(client.get(certificate.get_absolute_url()))
    assert "Intyget stämmer" in page
    assert certificate.sha256 in page
    download = client.get(certificate.get_absolute_url(), {"format": "json"})
    assert json.loads(download.content)["count"] == 1


def test_the_one_who_listed_sees_why_there_is_no_button(client, archivist, cast, old):
    decision = decide(cast)
    row = actions.propose_list(decision_id=decision.pk, actor=Actor(cast.archivist))
    actions.approve_items(list_id=row.pk, item_ids=[row.items.get().pk], actor=Actor(cast.archivist))
    assert "Någon annan än den som upprättade listan ska godkänna den." in text_of(client.get(row.get_absolute_url()))
    assert client.post(row.get_absolute_url(), {"act": "sign"}).status_code == 403


def test_while_it_waits_the_page_says_until_when(archivist, cast, old, settings):
    settings.KANALKOLLEN_DISPOSAL_DAYS = 14
    row = signed(cast)
    page = text_of(archivist.get(row.get_absolute_url()))
    assert "Inget händer före" in page
    assert "Gallra nu" not in page
    assert archivist.post(row.get_absolute_url(), {"act": "confirm", "typed": "GALLRA 1"}).status_code == 409
    archivist.post(row.get_absolute_url(), {"act": "withdraw"})
    assert "Listan är återtagen." in text_of(archivist.get(row.get_absolute_url()))
    assert Record.objects.filter(pk=old.pk).exists()


def test_a_record_is_kept_with_a_reason(archivist, cast, old):
    row = proposed(cast)
    url = reverse("archive:disposal_item", args=[row.items.get().pk])
    assert archivist.post(url, {"reason": ""}).status_code == 422
    assert archivist.post(url, {"reason": "Har forskningsvärde."}).status_code == 302
    assert DisposalItem.objects.get().state == "kept"
    assert "Har forskningsvärde." in text_of(archivist.get(row.get_absolute_url()))


def test_a_hold_is_set_and_released(archivist, cast, old, channel):
    url = reverse("archive:holds")
    assert archivist.get(url, {"handling": old.pk}).context["form"].initial == {"record_number": old.pk}
    sent = {"kind": "disclosure", "record_number": "999999", "reason": "Begärd i dag."}
    refused = archivist.post(url, sent)
    assert refused.status_code == 422
    assert "Det finns ingen handling med det numret." in text_of(refused)
    assert "Begärd i dag." in refused.content.decode()
    assert archivist.post(url, {**sent, "record_number": "x"}).status_code == 422
    assert archivist.post(url, {**sent, "channel": channel.pk}).status_code == 422
    assert archivist.post(url, {**sent, "record_number": old.pk}).status_code == 302
    hold = Hold.objects.get()
    release = reverse("archive:hold_release", args=[hold.pk])
    assert archivist.post(release, {"reason": ""}).status_code == 422
    assert archivist.post(release, {"reason": "Utlämnad."}).status_code == 302
    assert archivist.post(release, {"reason": "Utlämnad."}).status_code == 409
    assert "Undantaget är hävt" in text_of(archivist.get(release))


def test_the_menu_leads_whoever_disposes_there_and_nobody_else(client, archivist, cast, old):
    reviewed(cast)
    assert "/arkiv/gallring/" in archivist.get("/start/").content.decode()
    client.force_login(cast.owner)
    assert "/arkiv/gallring/" not in client.get("/start/").content.decode()


def test_a_certificate_that_is_not_issued_is_not_there(archivist, cast, old):
    row = confirmed(cast)
    assert archivist.get(reverse("archive:certificate", args=[row.certificate.pk])).status_code == 404
