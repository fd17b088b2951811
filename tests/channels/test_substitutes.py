"""Whoever covers for somebody who is away does that person's work in the register, and it is kept for whom."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actor import SCHEDULER, Actor
from accounts.organisation import Organisation
from channels import queries, rules
from channels.actions.publishing import open_channel, propose_change, settle_change
from kommun.errors import NotPermitted
from kommun.models import Event, OutgoingMail
from tests.applications import adopt_preset, answer_all, make_application, make_municipality, submit
from tests.factories import AbsenceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(cast):
    """Open, and the owner is away: somebody who has no part in it covers."""
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    decided = answer_all(submit(make_application(cast))).channel
    AbsenceFactory(user=cast.owner, substitute=cast.outsider)
    substitute = Actor(cast.outsider, covers=(cast.owner,))
    return open_channel(channel_id=decided.pk, address="facebook.com/EkhultsBibliotek", actor=substitute)


def propose(channel, who):
    values = {"purpose": "Nytt syfte."}
    return propose_change(
        channel_id=channel.pk, values=values, reason="Nytt.", version=channel.version, actor=Actor(who)
    )


def for_the_owner(kind, cast):
    event = Event.objects.get(kind=kind)
    return (event.actor_id, event.on_behalf_of_id) == (cast.outsider.pk, cast.owner.pk)


def test_whoever_covers_for_the_owner_keeps_the_channel_true_and_it_says_for_whom(client, cast, channel):
    client.force_login(cast.outsider)
    page = reverse("channels:channel_details", args=[channel.pk])
    form = client.get(page).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"description": "Ny text."}
    assert client.post(page, typed | {"version": channel.version}).status_code == 302
    channel.refresh_from_db()
    assert for_the_owner("channel.opened", cast)
    assert for_the_owner("channel.details_changed", cast)
    change = propose(channel, cast.deputy)
    assert list(queries.pending_changes_for(cast.outsider, Organisation.load(timezone.localdate()))) == [change]
    assert client.get(reverse("channels:change", args=[change.pk])).status_code == 200
    settle_change(change_id=change.pk, answer="confirm", note="", actor=Actor(cast.outsider, covers=(cast.owner,)))
    assert for_the_owner("change.confirmed", cast)


def test_nobody_confirms_for_the_person_who_proposed(cast, channel):
    change = propose(channel, cast.owner)
    assert not queries.pending_changes_for(cast.outsider, Organisation.load(timezone.localdate())).exists()
    with pytest.raises(NotPermitted):
        settle_change(change_id=change.pk, answer="confirm", note="", actor=Actor(cast.outsider, covers=(cast.owner,)))


def test_no_deputy_lets_nobody_in(cast, channel):
    channel.deputy = None
    assert rules.why_not_propose_change(SCHEDULER, channel) is not None


# --- What the substitute is told of and sees --------------------------------------------------------------------------
def test_proposal_is_mailed_to_whoever_covers_for_the_owner_and_says_so(cast, channel):
    OutgoingMail.objects.all().delete()
    propose(channel, cast.deputy)
    asked = OutgoingMail.objects.filter(subject="Bekräfta en ändring: Biblioteket")
    assert {mail.to for mail in asked} == {cast.nearest_manager.email, cast.outsider.email}
    assert "ersätter Bibliotekarie" in asked.get(to=cast.outsider.email).body
    assert "ersätter" not in asked.get(to=cast.nearest_manager.email).body


def test_proposal_is_mailed_to_whoever_covers_for_the_manager_and_once_to_one_who_covers_for_both(cast, channel):
    AbsenceFactory(user=cast.nearest_manager, substitute=cast.outsider)
    OutgoingMail.objects.all().delete()
    propose(channel, cast.deputy)
    assert [mail.to for mail in OutgoingMail.objects.all()] == [cast.outsider.email]


def test_proposer_who_covers_is_not_asked_and_the_absent_one_is(cast, channel):
    AbsenceFactory(user=cast.nearest_manager, substitute=cast.deputy)
    OutgoingMail.objects.all().delete()
    propose(channel, cast.deputy)
    assert {mail.to for mail in OutgoingMail.objects.all()} == {cast.nearest_manager.email, cast.outsider.email}


def visible(person):
    return set(queries.applications_visible_to(person, Organisation.load(timezone.localdate())))


@pytest.mark.parametrize("absent", ["owner", "deputy", "department_head"])
def test_whoever_covers_sees_the_applications_of_who_is_away(cast, tibro, absent):
    sent = submit(make_application(cast, name="Badhuset"))
    sent.steps.update(assignee=cast.department_head)
    assert sent not in visible(cast.outsider)
    absence = AbsenceFactory(user=cast[absent], substitute=cast.outsider)
    assert sent in visible(cast.outsider)
    absence.delete()
    assert sent not in visible(cast.outsider)


def test_draft_is_its_writers_alone(cast, tibro):
    draft = make_application(cast, name="Badhuset")
    AbsenceFactory(user=cast.owner, substitute=cast.outsider)
    assert draft in visible(cast.owner)
    assert draft not in visible(cast.outsider)
