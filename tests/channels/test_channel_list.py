"""The register for those who work in it: what the list finds, and what a channel's page says to whom."""

import pytest
from django.urls import reverse

from accounts.actor import Actor
from channels.actions.platforms import sync_platforms
from channels.models import ChannelAdministrator
from tests.applications import make_municipality
from tests.public_scene import OPENED, make_channel

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "@ekhultsbib"}, 1),
        ({"q": "biblioteket facebook"}, 1),
        ({"q": "badhuset"}, 0),
        ({"q": "\x00", "plattform": "\x00", "enhet": "\x00"}, 0),
        ({"lage": "active", "plattform": "facebook"}, 1),
        ({"lage": "closed"}, 0),
        ({"lage": "nonsense"}, 1),
    ],
)
def test_the_list_is_narrowed_as_the_public_one_and_by_state(client, cast, asked, found):
    make_municipality()
    sync_platforms(actor=Actor(cast.administrator))
    make_channel(cast, "Biblioteket", "facebook.com/ekhultsbibliotek", visibility="internal")
    client.force_login(cast.outsider)
    answer = client.get(reverse("channels:channels"), asked)
    assert answer.status_code == 200
    assert len(answer.context["page"].object_list) == found


def test_the_page_leads_to_the_public_one_only_when_there_is_one_and_tells_few_where_the_log_in_is(client, cast):
    make_municipality()
    sync_platforms(actor=Actor(cast.administrator))
    seen = make_channel(cast, "Biblioteket", "facebook.com/ekhultsbibliotek", credentials_place="Kassaskåpet")
    hidden = make_channel(cast, "Internt", "facebook.com/ekhultinternt", visibility="internal")
    for person, told in [("owner", True), ("deputy", True), ("nearest_manager", True), ("outsider", False)]:
        client.force_login(cast[person])
        html = client.get(reverse("channels:channel", args=[seen.pk])).content.decode()
        assert ("Kassaskåpet" in html) == told, person
        assert seen.get_absolute_url() in html
        assert (
            hidden.get_absolute_url() not in client.get(reverse("channels:channel", args=[hidden.pk])).content.decode()
        )
    ChannelAdministrator.objects.create(channel=seen, user=cast.outsider, since=OPENED)
    assert "Kassaskåpet" in client.get(reverse("channels:channel", args=[seen.pk])).content.decode()
