"""The pages that keep the register true, as a browser without script meets them."""

import re
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.actor import SCHEDULER, Actor
from channels import clock
from channels.actions.publishing import change_details, open_channel
from channels.models import AccessTest, Attestation, Channel, Confirmation, Obligation
from channels.upkeep import state_of
from kommun import aside
from kommun.models import Event
from tests.application_pages import signed_in
from tests.applications import answer_all, make_application, submit
from tests.channels.test_upkeep import PNG
from tests.factories import AbsenceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(cast, tibro):
    decided = answer_all(submit(make_application(cast))).channel
    return open_channel(channel_id=decided.pk, address="facebook.com/ekhult", actor=Actor(cast.owner))


def page(name, channel, *more):
    return reverse(f"channels:channel_{name}", args=[channel.pk, *more])


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


# --- Confirm ----------------------------------------------------------------------------------------------------------
def test_opening_the_page_changes_nothing_and_shows_what_is_confirmed(cast, channel):
    client = signed_in(cast.owner)
    before = Event.objects.count(), Channel.objects.values().get()
    shown = text(client.get(page("confirm", channel)))
    assert (Event.objects.count(), Channel.objects.values().get()) == before
    for needed in ("Bibliotekarie", "Biblioteksassistent", "https://www.facebook.com/ekhult", channel.purpose):
        assert needed in shown


def test_yes_confirms(cast, channel):
    client = signed_in(cast.owner)
    answer = client.post(page("confirm", channel), {"answer": "yes", "version": channel.version, "works": "on"})
    assert answer.status_code == 302
    assert Confirmation.objects.get().made_by == cast.owner
    assert AccessTest.objects.get().works
    assert "Bekräftades senast" in text(client.get(page("confirm", channel)))


def test_no_takes_what_was_typed_along_and_back(cast, channel):
    client = signed_in(cast.owner)
    typed = {"wrong": "Vi har bytt ersättare.", "works": "on", "version": channel.version}
    for answer, name in (("change", "change"), ("details", "details"), ("administrators", "administrators")):
        sent = client.post(page("confirm", channel), {**typed, "answer": answer})
        assert sent.headers["Location"] == page(name, channel)
    assert "Vi har bytt ersättare." in text(client.get(page("change", channel)))
    assert "Vi har bytt ersättare." in text(client.get(page("details", channel)))
    back = client.get(page("confirm", channel))
    assert back.context["form"]["wrong"].value() == "Vi har bytt ersättare."
    assert back.context["form"]["works"].value() is True
    assert not Confirmation.objects.exists()
    client.post(page("confirm", channel), {"answer": "yes", "version": channel.version, "wrong": ""})
    assert client.get(page("confirm", channel)).context["form"]["wrong"].value() is None


def test_yes_and_what_is_wrong_at_once_is_asked_again(cast, channel):
    answer = signed_in(cast.owner).post(
        page("confirm", channel), {"answer": "yes", "version": channel.version, "wrong": "Adressen."}
    )
    assert answer.status_code == 422
    assert "Ändra det först, eller ta bort texten." in text(answer)
    assert "Adressen." in text(answer)
    assert not Confirmation.objects.exists()


def test_a_page_that_was_overtaken_is_shown_again_with_what_was_ticked(cast, channel):
    change_details(
        channel_id=channel.pk, values={"audience": "Alla över tolv"}, version=channel.version, actor=Actor(cast.deputy)
    )
    client = signed_in(cast.owner)
    answer = client.post(page("confirm", channel), {"answer": "yes", "version": channel.version, "works": "on"})
    assert answer.status_code == 409
    assert "Alla över tolv" in text(answer)
    assert "Läs dem igen" in text(answer)
    assert answer.context["form"]["works"].value()
    version = re.search(r'name="version" value="(\d+)"', text(answer))[1]
    assert client.post(page("confirm", channel), {"answer": "yes", "version": version}).status_code == 302


def test_a_substitute_confirms_for_the_one_who_is_away(cast, channel):
    AbsenceFactory(user=cast.owner, substitute=cast.outsider)
    client = signed_in(cast.outsider)
    client.post(page("confirm", channel), {"answer": "yes", "version": channel.version})
    said = Confirmation.objects.get()
    assert (said.made_by, said.on_behalf_of) == (cast.outsider, cast.owner)
    assert "Gatuingenjör, Tekniska förvaltningen för Bibliotekarie" in text(client.get(f"/register/{channel.pk}/"))


def test_the_link_in_the_mail_leads_to_the_question(cast, channel):
    row = clock.begin(
        clock.Due(clock.CONFIRM, channel, "Bekräfta", url=page("confirm", channel), channel=channel, holder=cast.owner),
        SCHEDULER,
    )
    client = signed_in(cast.owner)
    assert page("confirm", channel) in text(client.get(row.get_absolute_url()))


# --- Attest -----------------------------------------------------------------------------------------------------------
def answers(channel, answer="shown", **values):
    said = {f"answer-{item.key}": answer for item in state_of(channel).items}
    return {**said, "seen_on": timezone.localdate().isoformat(), "aside": "", **values}


def test_every_item_has_its_strength_rule_and_section(cast, channel):
    shown = text(signed_in(cast.owner).get(page("attest", channel)))
    assert shown.count("Ska-regel") == 7
    assert shown.count("Bör-regel") == 3
    assert "Rutin för sociala medier, avsnitt 4.4" in shown
    assert "Visa vad som händer på biblioteket." in shown  # the text to show


def test_all_is_attested_in_one_go_with_a_screenshot(cast, channel):
    client = signed_in(cast.owner)
    upload = SimpleUploadedFile("skärm.png", PNG)
    assert client.post(page("attest", channel), answers(channel, proof=upload)).status_code == 302
    assert Attestation.objects.count() == 10
    row = Attestation.objects.first()
    answer = client.get(reverse("channels:attestation_proof", args=[row.pk]))
    assert b"".join(answer.streaming_content) == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    client.logout()
    assert client.get(reverse("channels:attestation_proof", args=[row.pk])).status_code == 302
    assert f"10 av {len(state_of(channel).items)} klara" in text(signed_in(cast.owner).get(f"/register/{channel.pk}/"))


def test_an_upload_survives_an_error_elsewhere(cast, channel, django_capture_on_commit_callbacks):
    client = signed_in(cast.owner)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    upload = SimpleUploadedFile("skärm.png", PNG)
    first = client.post(page("attest", channel), answers(channel, proof=upload, seen_on=tomorrow))
    assert first.status_code == 422
    assert "Filen skärm.png är kvar" in text(first)
    note = re.search(r'name="aside" value="([^"]+)"', text(first))[1]
    second = client.post(page("attest", channel), answers(channel, aside=note, seen_on="i går"))
    assert second.status_code == 422
    assert "Skriv dagen som ÅÅÅÅ-MM-DD." in text(second)
    note = re.search(r'name="aside" value="([^"]+)"', text(second))[1]
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page("attest", channel), answers(channel, aside=note)).status_code == 302
    assert Attestation.objects.first().proof.open().read() == PNG
    assert default_storage.listdir(aside.FOLDER)[1] == []


@pytest.mark.parametrize(("name", "content"), [("a.png", b"<html>"), ("a.odt", b""), ("a.exe", b"MZ\x00\x00")])
def test_a_file_that_is_no_picture_is_refused_and_nothing_else_is_lost(cast, channel, name, content):
    upload = SimpleUploadedFile(name, content)
    answer = signed_in(cast.owner).post(
        page("attest", channel), answers(channel, proof=upload, **{"note-sender": "Står överst."})
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"proof"}
    assert "Står överst." in text(answer)
    assert not Attestation.objects.exists()


def test_what_is_demanded_and_not_shown_is_said(cast, channel):
    client = signed_in(cast.owner)
    client.post(page("attest", channel), answers(channel, **{"answer-sender": "not_shown"}))
    shown = text(client.get(f"/register/{channel.pk}/"))
    assert "Det här ska också visas: Avsändare." in shown
    assert Obligation.objects.open().filter(kind=clock.ATTEST).exists()


# --- The log-in, administrators, names --------------------------------------------------------------------------------
def test_a_password_is_refused_beside_the_field_and_never_stored(cast, channel):
    data = {
        "works": "yes", "strong": "none", "place": "Lösenord: bokmal77", "version": channel.version, "note": "",
        "tested_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    client = signed_in(cast.owner)
    answer = client.post(page("access", channel), data)
    assert answer.status_code == 422
    assert "aldrig själva lösenordet" in answer.context["form"].errors["place"][0]
    assert not any("bokmal77" in event.payload for event in Event.objects.all())
    assert client.post(page("access", channel), {**data, "place": "Valvet, grupp 2"}).status_code == 302
    test = AccessTest.objects.get()
    assert (test.works, test.strong, test.place) == (True, None, "Valvet, grupp 2")
    assert "Valvet, grupp 2" in text(client.get(page("access", channel)))


def test_a_stale_login_page_keeps_what_was_typed(cast, channel):
    data = {
        "works": "no", "place": "Valvet", "note": "Koden kom inte.", "version": channel.version - 1,
        "tested_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    answer = signed_in(cast.owner).post(page("access", channel), data)
    assert answer.status_code == 409
    assert "Koden kom inte." in text(answer)
    assert not AccessTest.objects.exists()


def test_administrators_are_added_and_taken_away_and_the_minimum_is_said(cast, channel):
    client = signed_in(cast.owner)
    client.post(page("administrators", channel), {"user": cast.outsider.pk})
    assert channel.administrators.filter(pk=cast.outsider.pk).exists()
    assert client.post(page("administrators", channel), {"user": cast.outsider.pk}).status_code == 422
    for user in (cast.owner, cast.deputy, cast.nearest_manager):
        client.post(page("administrator_remove", channel, user.pk))
    shown = text(client.get(page("administrators", channel)))
    assert "1 person kan administrera kontot. Det behöver vara minst 2." in shown
    assert "Inte uppfylld" in shown
    assert "Administratörer" in text(client.get(page("missing", channel)))


def test_a_name_that_was_left_is_shown_with_its_dates(cast, channel):
    client = signed_in(cast.owner)
    address = channel.addresses.get()
    today = timezone.localdate()
    wrong = client.post(page("give_up", channel, address.pk), {"last_day": today + timedelta(days=1)})
    assert wrong.status_code == 422
    assert client.post(page("give_up", channel, address.pk), {"last_day": today}).status_code == 302
    assert address.url in text(client.get(f"/register/{channel.pk}/"))
    assert client.get(page("give_up", channel, address.pk)).status_code == 404


def test_what_is_missing_is_listed_with_where_to_fill_it_in(cast, channel):
    Channel.objects.update(deputy=None, audience="", credentials_place="", provisional=["unit"])
    shown = text(signed_in(cast.deputy).get(f"/register/{channel.pk}/"))
    assert "Verksamhet, Ersättare, Målgrupp, Var inloggningen förvaras" in shown
    shown = text(signed_in(cast.owner).get(page("missing", channel)))
    for words, where in [("Ersättare", "change"), ("Målgrupp", "details"), ("Var inloggningen förvaras", "access")]:
        assert words in shown
        assert page(where, channel) in shown
    assert "satt tills vidare" in shown


def test_those_who_only_read_see_how_it_stands_and_no_way_to_change_it(cast, channel):
    shown = text(signed_in(cast.outsider).get(f"/register/{channel.pk}/"))
    assert "Så håller vi kanalen i skick" in shown
    assert page("confirm", channel) not in shown


@pytest.mark.parametrize("name", ["confirm", "attest", "access", "administrators", "missing"])
def test_a_channel_that_is_not_open_answers_why(cast, channel, name):
    Channel.objects.update(status="closed", closed_on=timezone.localdate())
    assert signed_in(cast.owner).get(page(name, channel)).status_code == 409
