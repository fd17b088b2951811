"""What was typed in an application comes back after an ended sign-in, in a real browser. Axe: tests/e2e/test_states.py."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from accounts.actor import Actor
from channels.actions.drafts import save_part, start_application
from tests.applications import adopt_preset, make_application, make_municipality, submit
from tests.e2e.journeys import be_signed_in, send, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scene(cast, settings, tmp_path):
    """Return a sent, a ready and a begun application. Nora asks for the most: every part has questions."""
    settings.MEDIA_ROOT = tmp_path
    make_municipality(switchboard="0505-180 00")
    adopt_preset("nora", Actor(cast.administrator))
    sent = submit(make_application(cast, name="Skickad"))
    ready = make_application(cast, name="Klar")
    draft = start_application(actor=Actor(cast.owner))
    save_part(
        application_id=draft.pk,
        part="people",
        values={"owner": cast.owner.pk},
        unusable={"administrators": ["9999"]},
        version=0,
        actor=Actor(cast.owner),
    )
    save_part(application_id=draft.pk, part="work", values={}, version=0, actor=Actor(cast.owner))
    return sent, ready, draft


def test_what_was_typed_comes_back_after_the_sign_in_has_ended(page, live_server, cast, scene):
    draft = scene[2]
    be_signed_in(page, live_server.url, cast.owner)
    page.goto(live_server.url + reverse("channels:application_part", args=[draft.pk, "arbete"]))
    page.get_by_label("Hur mycket arbetstid").fill("Två timmar i veckan")
    Session.objects.all().delete()
    send(page.get_by_role("button", name="Spara och fortsätt"))
    sign_in(page, cast.owner)
    page.get_by_text("Vi sparade det du skrev").wait_for()
    assert page.get_by_label("Hur mycket arbetstid").input_value() == "Två timmar i veckan"
    page.get_by_role("button", name="Spara och gör klart senare").click()
    page.get_by_text("Sparat. Du kan fortsätta när du vill.").wait_for()
    draft.refresh_from_db()
    assert draft.answers["working_time"] == "Två timmar i veckan"
