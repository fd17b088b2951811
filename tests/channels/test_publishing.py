"""From a decided channel to a public one, and changes of what is published."""

from email import message_from_bytes, policy

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Acknowledgement
from channels.actions.publishing import change_details, open_channel, propose_change, settle_change
from channels.models import Channel, ChannelAddress, ChannelChange, Platform
from channels.queries import duties_of
from kommun import outbox
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import events_about
from kommun.models import OutgoingMail
from tests.applications import acknowledge, adopt_preset, answer_all, make_application, make_municipality, submit
from tests.factories import AbsenceFactory
from tests.many import copy_row, copy_row_for_each

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided(cast):
    make_municipality()
    adopt_preset("tibro", Actor(cast.administrator))
    return answer_all(submit(make_application(cast))).channel


@pytest.fixture
def channel(cast, decided):
    return open_channel(channel_id=decided.pk, address="facebook.com/EkhultsBibliotek", actor=Actor(cast.owner))


def propose(channel, who, **values):
    return propose_change(
        channel_id=channel.pk, values=values, reason="Ny ansvarig.", version=channel.version, actor=Actor(who)
    )


def settle(change, who, answer="confirm", note=""):
    return settle_change(change_id=change.pk, answer=answer, note=note, actor=Actor(who))


def test_a_decided_channel_is_not_public_before_somebody_says_that_the_account_exists(cast, decided):
    assert not Channel.objects.public().exists()
    opened = open_channel(
        channel_id=decided.pk, address="https://m.facebook.com/ekhultsbibliotek/?ref=x", actor=Actor(cast.deputy)
    )
    assert list(Channel.objects.public()) == [opened]
    assert opened.address.url == "https://www.facebook.com/ekhultsbibliotek"
    assert events_about(opened).filter(kind="channel.opened").exists()


@pytest.mark.parametrize(
    "address", ["", "instagram.com/ekhult", "https://facebook.com/share/abc", "javascript:alert(1)"]
)
def test_an_address_that_cannot_be_used_opens_nothing(cast, decided, address):
    with pytest.raises(InvalidInput) as refusal:
        open_channel(channel_id=decided.pk, address=address, actor=Actor(cast.owner))
    assert "address" in refusal.value.errors
    decided.refresh_from_db()
    assert decided.status == Channel.Status.DECIDED


def test_a_refused_address_is_kept_with_the_reason_beside_it(client, cast, decided):
    client.force_login(cast.owner)
    answer = client.post(
        reverse("channels:channel_open", args=[decided.pk]), {"address": "instagram.com/ekhult", "exists": "on"}
    )
    assert answer.status_code == 422
    (reason,) = answer.context["form"].errors["address"]
    assert "Beslutet gäller Facebook" in reason
    html = answer.content.decode()
    assert reason in html
    assert 'value="instagram.com/ekhult"' in html


def test_only_those_who_answer_for_it_open_it_and_only_once(cast, decided):
    with pytest.raises(NotPermitted):
        open_channel(channel_id=decided.pk, address="facebook.com/ekhult", actor=Actor(cast.outsider))
    open_channel(channel_id=decided.pk, address="facebook.com/ekhult", actor=Actor(cast.owner))
    with pytest.raises(StateConflict):
        open_channel(channel_id=decided.pk, address="facebook.com/ekhult", actor=Actor(cast.owner))


def test_one_account_belongs_to_one_channel(cast, channel):
    other = answer_all(submit(make_application(cast, name="Badhuset"))).channel
    with pytest.raises(InvalidInput, match="finns redan"):
        open_channel(channel_id=other.pk, address="FACEBOOK.com/ekhults.bibliotek/", actor=Actor(cast.owner))


@pytest.mark.policy("C7")
def test_what_the_policy_wants_read_first_is_read_before_the_channel_opens(cast):
    make_municipality()
    version = adopt_preset("sunne", Actor(cast.administrator))
    decided = answer_all(submit(make_application(cast))).channel
    rows = Acknowledgement.objects.filter(policy_version=version, user=cast.owner)
    read = list(rows.values_list("document", flat=True))
    assert read
    rows.delete()
    with pytest.raises(InvalidInput, match="återstår att läsa"):
        open_channel(channel_id=decided.pk, address="facebook.com/sunne", actor=Actor(cast.owner))
    for document in read:
        acknowledge(cast.owner, document, version)
    assert open_channel(channel_id=decided.pk, address="facebook.com/sunne", actor=Actor(cast.owner)).is_open


def test_a_detail_is_public_at_once_and_never_takes_the_channel_off_the_page(cast, channel):
    values = {"name": channel.name, "description": "Böcker och kaffe."}
    changed = change_details(channel_id=channel.pk, values=values, version=channel.version, actor=Actor(cast.owner))
    assert changed.description == "Böcker och kaffe."
    assert Channel.objects.public().filter(pk=channel.pk).exists()
    with pytest.raises(StateConflict):
        change_details(channel_id=channel.pk, values={"name": "X"}, version=channel.version, actor=Actor(cast.owner))


def test_a_new_owner_waits_for_somebody_elses_word(cast, channel):
    change = propose(channel, cast.owner, owner=cast.deputy.pk, deputy=cast.owner.pk)
    channel.refresh_from_db()
    assert channel.owner == cast.owner
    with pytest.raises(NotPermitted):
        settle(change, cast.owner)
    with pytest.raises(NotPermitted):
        settle(change, cast.outsider)
    settle(change, cast.nearest_manager)
    channel.refresh_from_db()
    assert (channel.owner, channel.deputy, channel.version) == (cast.deputy, cast.owner, 3)


def test_the_database_refuses_a_change_confirmed_by_its_proposer(cast, channel):
    change = propose(channel, cast.owner, purpose="Nytt.")
    with pytest.raises(Exception, match="change_confirmed_by_somebody_else"), transaction.atomic():
        ChannelChange.objects.filter(pk=change.pk).update(status="confirmed", decided_by=cast.owner)


def test_a_new_address_keeps_the_old_one_with_its_dates(cast, channel):
    settle(propose(channel, cast.owner, address="facebook.com/ekhultslasning"), cast.nearest_manager)
    rows = list(ChannelAddress.objects.filter(channel=channel).order_by("pk"))
    assert [row.valid_to is None for row in rows] == [False, True]
    assert rows[0].history.count() == 2


def test_a_declined_change_needs_a_reason_and_changes_nothing(cast, channel):
    change = propose(channel, cast.owner, purpose="Nytt.")
    with pytest.raises(InvalidInput):
        settle(change, cast.nearest_manager, "decline")
    settle(change, cast.nearest_manager, "decline", "Syftet är bra som det är.")
    channel.refresh_from_db()
    assert channel.purpose != "Nytt."
    propose(channel, cast.owner, purpose="Ett annat.")


def test_two_changes_do_not_wait_at_once(cast, channel):
    change = propose(channel, cast.owner, purpose="Nytt.")
    with pytest.raises(StateConflict):
        propose(channel, cast.deputy, purpose="Ett annat.")
    settle(change, cast.owner, "withdraw")
    propose(channel, cast.deputy, purpose="Ett annat.")


def test_a_change_that_was_overtaken_is_not_published(cast, channel):
    change = propose(channel, cast.owner, purpose="Nytt.")
    change_details(
        channel_id=channel.pk, values={"name": "Nytt namn"}, version=channel.version, actor=Actor(cast.owner)
    )
    with pytest.raises(StateConflict, match="har ändrats"):
        settle(change, cast.nearest_manager)


def test_an_address_that_somebody_else_got_meanwhile_is_refused_in_words_when_it_is_confirmed(client, cast, channel):
    change = propose(channel, cast.owner, address="facebook.com/ekhultnytt")
    other = answer_all(submit(make_application(cast, name="Badhuset"))).channel
    open_channel(channel_id=other.pk, address="facebook.com/ekhultnytt", actor=Actor(cast.owner))
    client.force_login(cast.nearest_manager)
    answer = client.post(reverse("channels:change", args=[change.pk]), {"action": "confirm", "answer": ""})
    assert answer.status_code == 422
    assert "Kontot finns redan i kommunens förteckning." in answer.content.decode()
    assert channel.addresses.get().url == "https://www.facebook.com/EkhultsBibliotek"
    assert channel.addresses.get().valid_to is None


def test_a_slower_promise_than_the_policy_is_refused_beside_the_field(client, cast, channel):
    client.force_login(cast.owner)
    data = {
        "owner": cast.owner.pk, "deputy": cast.owner.pk, "unit": cast.unit.pk, "purpose": "P", "reply_hours": 90,
        "reason": "", "version": 1,
    }  # fmt: skip
    answer = client.post(reverse("channels:channel_change", args=[channel.pk]), data)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"deputy", "reply_hours", "reason"}
    assert "högst 48 timmar" in answer.content.decode()


@pytest.mark.parametrize("count", [10, 1000, 10_000])
def test_the_list_costs_the_same_however_many_channels(client, cast, count, django_assert_max_num_queries):
    platform = Platform.objects.create(key="facebook", name="Facebook", kind="facebook")
    channel = Channel.objects.create(
        name="Kanal", slug="kanal", platform=platform, unit=cast.unit, owner=cast.owner, purpose="P", status="active",
        opened_on="2026-01-01",
    )  # fmt: skip
    address = ChannelAddress.objects.create(
        channel=channel, platform=platform, handle="kanal", handle_key="kanal", skeleton="kanal",
        url="https://www.facebook.com/kanal", valid_from="2026-01-01",
    )  # fmt: skip
    copy_row(channel, count - 1, name="'Kanal ' || n", slug="'kanal-' || n")
    copy_row_for_each(address, channel, channel_id="p.id", handle="p.slug", handle_key="p.slug", skeleton="p.slug")
    client.force_login(cast.strategist)
    with django_assert_max_num_queries(22):
        answer = client.get(reverse("channels:channels"))
    assert answer.status_code == 200
    assert answer.context["page"].paginator.count == count


def test_the_question_to_the_manager_goes_through_a_real_mail_server(cast, decided, smtp):
    row = OutgoingMail.objects.filter(to=cast.department_head.email).last()
    row.sent_at = None
    row.save()
    assert outbox.deliver(row.pk) is True
    ((recipients, raw),) = smtp.messages
    assert recipients == [cast.department_head.email]
    text = message_from_bytes(raw, policy=policy.default).get_body().get_content()
    assert "/beslut/" in text
    assert "Inget händer förrän du har svarat" in text


def test_leave_shows_which_channels_the_other_one_covers(cast, channel):
    today = timezone.localdate()
    (duty,) = duties_of(cast.owner, today, today)
    assert (duty.label, duty.covered_by) == (f"Kanalen {channel}", cast.deputy.role)
    AbsenceFactory(user=cast.deputy)
    (duty,) = duties_of(cast.owner, today, today)
    assert duty.covered_by == ""
    assert duties_of(cast.outsider, today, today) == []


def test_a_proposed_change_is_read_by_those_whom_it_concerns(client, cast, channel):
    change = propose(channel, cast.deputy, purpose="Nytt.")
    for person, status in [("owner", 200), ("nearest_manager", 200), ("strategist", 200), ("outsider", 404)]:
        client.force_login(cast[person])
        assert client.get(reverse("channels:change", args=[change.pk])).status_code == status


def test_the_start_page_says_what_waits_for_the_owner(client, cast, decided):
    client.force_login(cast.owner)
    page = client.get(reverse("start")).content.decode()
    assert "beslutade kanaler som du kan öppna" in page
    client.force_login(cast.outsider)
    assert "Inget väntar på dig" in client.get(reverse("start")).content.decode()
