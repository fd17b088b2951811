"""Closing an account in the browser admin has the same consequences as when the last day has been."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actor import Actor
from accounts.appointing import end_appointment
from accounts.leaving import set_last_day
from channels import clock
from channels.actions.publishing import open_channel
from channels.models import Obligation
from kommun.models import Event
from tests.applications import adopt_preset, answer_all, make_application, make_municipality, submit
from tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(cast):
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    decided = answer_all(submit(make_application(cast))).channel
    return open_channel(channel_id=decided.pk, address="facebook.com/EkhultsBibliotek", actor=Actor(cast.owner))


def save(client, person, *, active):
    """Send the form of the person as it is, with the box as given."""
    page = reverse("admin:accounts_user_change", args=[person.pk])
    form = client.get(page).context["adminform"].form
    typed = {name: form[name].value() or "" for name in form.fields} | {"is_active": "on" if active else ""}
    return client.post(page, {name: value for name, value in typed.items() if value != ""})


def due(person):
    return set(Obligation.objects.open().about(person).values_list("kind", flat=True))


def test_closing_opens_what_is_to_be_taken_over_and_ends_the_session(client, cast, channel):
    other = client.__class__()
    other.force_login(cast.owner)
    client.force_login(cast.administrator)
    assert save(client, cast.owner, active=False).status_code == 302
    cast.owner.refresh_from_db()
    assert (cast.owner.is_active, cast.owner.has_usable_password()) == (False, False)
    assert due(cast.owner) == {clock.HAND_OVER, clock.REMOVE_ACCESS}
    event = Event.objects.get(kind="person.deactivated")
    assert (event.actor_id, event.door) == (cast.administrator.pk, "admin")
    assert other.get("/start/").status_code == 302
    assert save(client, cast.owner, active=True).status_code == 302
    cast.owner.refresh_from_db()
    assert cast.owner.is_active
    assert due(cast.owner) == set()


def test_the_only_administrator_is_refused_beside_the_box(client, cast):
    client.force_login(cast.administrator)
    answer = save(client, cast.administrator, active=False)
    assert answer.status_code == 200
    assert "is_active" in answer.context["adminform"].form.errors
    cast.administrator.refresh_from_db()
    assert cast.administrator.is_active


def test_another_manager_of_the_unit_gets_what_the_leaver_holds_at_once(client, cast, channel):
    set_last_day(user_id=cast.owner.pk, day=timezone.localdate(), actor=Actor(cast.owner))
    row = Obligation.objects.get(kind=clock.HAND_OVER)
    assert row.holder == cast.nearest_manager
    client.force_login(cast.administrator)
    page = reverse("admin:accounts_unit_change", args=[cast.unit.pk])
    form = client.get(page).context["adminform"].form
    typed = {name: form[name].value() or "" for name in form.fields} | {"manager": cast.deputy.pk}
    sent = {name: value for name, value in typed.items() if value not in ("", False)}
    assert client.post(page, sent).status_code == 302
    row.refresh_from_db()
    assert row.holder == cast.deputy


def test_role_that_an_administrator_ends_is_no_longer_held(cast):
    row = AppointmentFactory(user=cast.outsider, role="web_editor")
    set_last_day(user_id=cast.outsider.pk, day=timezone.localdate() + timedelta(days=5), actor=Actor(cast.outsider))
    assert due(cast.outsider) == {clock.HAND_OVER}
    administrator = Actor(cast.administrator, roles=frozenset({"administrator"}))
    end_appointment(appointment_id=row.pk, actor=administrator)
    assert due(cast.outsider) == set()
