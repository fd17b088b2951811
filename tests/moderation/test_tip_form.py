"""The public form for tips: what keeps machines out, and what a person never loses."""

import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from moderation import guard
from moderation.models import Tip
from tests import own_cache
from tests.archive_scene import png
from tests.public_scene import make_scene

URL = "/tipsa/"


@pytest.fixture
def scene(cast):
    own_cache.clear()
    return make_scene(cast)


@pytest.fixture
def patient(monkeypatch):
    """Nobody in a test reads for three seconds."""
    monkeypatch.setattr(guard, "MIN_SECONDS", 0)


def said(**values):
    return {
        "url": "",
        "channel": "",
        "text": "Titta här.",
        "contact": "",
        "website": "",
        "ticket": guard.new_ticket(),
        **values,
    }


def test_the_form_sets_no_cookie_and_may_not_be_kept(client, scene):
    answer = client.get(URL)
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
    assert b"112" in answer.content
    assert b"114 14" in answer.content


def test_a_tip_leads_to_a_page_with_its_number(client, scene, patient):
    answer = client.post(URL, said(channel=scene["open"].pk, contact="010-12 34 56"))
    tip = Tip.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("moderation:tip_sent", args=[tip.reference])
    page = client.get(answer["Location"])
    assert tip.reference in page.content.decode()
    assert "Titta här" not in page.content.decode()
    assert (tip.channel, tip.contact, tip.sent_by) == (scene["open"], "010-12 34 56", None)
    assert not client.cookies


def test_what_the_pages_say_of_how_long_a_tip_is_kept_is_true(client, scene, patient, settings, tmp_path):
    """No page says that a tip is removed by itself: nothing removes one yet."""
    settings.MEDIA_ROOT, settings.PUBLISH_ROOT = tmp_path / "media", str(tmp_path / "public")
    client.post(URL, said(channel=scene["open"].pk, contact="010-12 34 56"))
    tip = Tip.objects.get()
    form = client.get(URL).content.decode()
    assert "Inget av det tas bort av sig självt. Det kräver att kommunen beslutar om gallring." in form
    client.force_login(scene["open"].owner)
    for page in (
        URL,
        reverse("moderation:tip_sent", args=[tip.reference]),
        tip.get_absolute_url(),
        reverse("moderation:tip_new"),
    ):
        text = client.get(page).content.decode()
        promised = re.findall(r"(?:gallras|förstörs|raderas|sparas i \d|tas bort (?:efter|inom|den \d))", text)
        assert promised == [], page


def test_the_same_form_sent_twice_is_one_tip(client, scene, patient):
    form = said()
    assert client.post(URL, form)["Location"] == client.post(URL, form)["Location"]
    assert Tip.objects.count() == 1


def test_a_visitor_who_happens_to_be_signed_in_is_a_visitor(client, scene, patient, cast):
    client.force_login(cast.owner)
    client.post(URL, said())
    assert Tip.objects.get().sent_by is None


def test_the_channel_whose_page_led_here_is_chosen(client, scene):
    page = client.get(URL, {"kanal": scene["open"].slug}).content.decode()
    assert f'<option value="{scene["open"].pk}" selected>' in page
    assert f'value="{scene["internal"].pk}"' not in page  # what the public does not see is not named
    assert client.get(URL, {"kanal": "finns-inte"}).status_code == 200


def test_the_public_page_of_an_open_channel_leads_here(client, scene):
    slug = scene["open"].slug
    assert f'href="{URL}?kanal={slug}"' in client.get(f"/kanaler/{slug}/").content.decode()
    assert URL not in client.get(f"/kanaler/{scene['closed'].slug}/").content.decode()


# --- Machines ---------------------------------------------------------------------------------------------------------
def test_what_comes_back_faster_than_anybody_reads_is_asked_to_wait(client, scene):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        form = said()
        answer = client.post(URL, form)
        assert answer.status_code == 422
        assert "Titta här." in answer.content.decode()
    with time_machine.travel(now + timezone.timedelta(seconds=4), tick=False):
        assert client.post(URL, {**form, "ticket": shown_ticket(answer)}).status_code == 302  # the ticket still holds


def shown_ticket(answer):
    return re.search(r'name="ticket" value="([^"]+)"', answer.content.decode())[1]


@pytest.mark.parametrize("ticket", ["", "abc", "WyJYIiwxXQ:1:förfalskad"])
def test_a_form_that_we_did_not_make_is_asked_again_with_what_was_typed(client, scene, patient, ticket):
    answer = client.post(URL, said(ticket=ticket))
    assert answer.status_code == 422
    assert "Titta här." in answer.content.decode()
    assert client.post(URL, said(ticket=shown_ticket(answer))).status_code == 302


def test_a_form_that_was_open_for_a_day_is_asked_again(client, scene):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        form = said()
    with time_machine.travel(now + timezone.timedelta(hours=25), tick=False):
        answer = client.post(URL, form)
    assert answer.status_code == 422
    assert not Tip.objects.exists()


def test_whoever_fills_in_everything_is_told_and_sees_the_field(client, scene, patient):
    assert '<div hidden><div class="field">' in client.get(URL).content.decode()
    answer = client.post(URL, said(website="https://spam.example"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Töm fältet och skicka igen" in page
    assert "<div hidden>" not in page
    assert not Tip.objects.exists()


def test_a_text_full_of_addresses_is_refused(client, scene, patient):
    answer = client.post(URL, said(text="www.a.example http://b.example https://c.example WWW.d.example"))
    assert answer.status_code == 422
    assert "högst 3 webbadresser" in answer.content.decode()
    assert client.post(URL, said(text="www.a.example http://b.example https://c.example")).status_code == 302


def test_a_form_on_another_website_cannot_send(client, scene, patient):
    assert client.post(URL, said(), headers={"sec-fetch-site": "cross-site"}).status_code == 422
    assert client.post(URL, said(), headers={"sec-fetch-site": "same-origin"}).status_code == 302


def test_one_network_sends_so_many_an_hour_and_others_are_not_stopped(client, scene, patient, settings):
    now = timezone.now().replace(minute=10)
    with time_machine.travel(now, tick=False):
        for _each in range(guard.PER_HOUR):
            assert client.post(URL, said()).status_code == 302
        answer = client.post(URL, said())
        assert answer.status_code == 429
        assert "Titta här." in answer.content.decode()
        assert client.post(URL, said(), REMOTE_ADDR="198.51.100.7").status_code == 302
    with time_machine.travel(now + timezone.timedelta(hours=1), tick=False):
        assert client.post(URL, said()).status_code == 302


def test_a_refused_form_is_not_counted(client, scene, patient):
    for _each in range(guard.PER_HOUR + 1):
        assert client.post(URL, said(text="")).status_code == 422
    assert client.post(URL, said()).status_code == 302


def test_everybody_together_sends_so_many_an_hour(client, scene, patient, monkeypatch):
    monkeypatch.setattr(guard, "ALL_PER_HOUR", 2)
    codes = [client.post(URL, said(), REMOTE_ADDR=f"198.51.100.{n}").status_code for n in range(3)]
    assert codes == [302, 302, 429]


def test_redis_is_never_told_an_address(monkeypatch):
    keys = []
    monkeypatch.setattr(guard.cache, "add", lambda key, *rest, **more: keys.append(key))
    monkeypatch.setattr(guard.cache, "incr", lambda key: 1)
    with time_machine.travel(1_000_000_000, tick=False):
        guard.has_room("198.51.100.7")
        guard.has_room("198.51.100.7")
    with time_machine.travel(1_000_000_000 + 3600, tick=False):
        guard.has_room("198.51.100.7")
    own = [key for key in keys if not key.endswith(":all")]
    assert own[0] == own[1]
    assert own[0].split(":")[-1] != own[2].split(":")[-1]  # another hash in another hour: nobody is followed
    assert not any("198.51" in key for key in keys)


def test_one_household_on_ipv6_is_one_network(monkeypatch):
    assert guard._network_hash("2001:db8:1:2::7", 1) == guard._network_hash("2001:db8:1:2:ffff::1", 1)
    assert guard._network_hash("2001:db8:1:2::7", 1) != guard._network_hash("2001:db8:1:3::7", 1)
    assert guard._network_hash("trasig", 1) == guard._network_hash("", 1)


def test_without_redis_a_tip_is_let_in(client, scene, patient, settings, monkeypatch):
    from redis.exceptions import ConnectionError as NoRedis

    def refuse(*args, **kwargs):
        raise NoRedis

    monkeypatch.setattr(guard.cache, "add", refuse)
    assert client.post(URL, said()).status_code == 302


def test_a_file_is_let_past_without_being_kept(client, scene, patient, monkeypatch):
    monkeypatch.setattr(TemporaryUploadedFile, "__init__", _never)
    picture = SimpleUploadedFile("a.png", png() + b"x" * 5_000_000)
    assert client.post(URL, {**said(), "upload": picture, "file": picture}).status_code == 302


def _never(*args, **kwargs):
    raise AssertionError("a temporary file was made")


# --- Those who read them ----------------------------------------------------------------------------------------------
@pytest.fixture
def sent(client, scene, patient):
    client.post(URL, said(channel=scene["open"].pk, url="https://www.facebook.com/nagon/posts/77"))
    return Tip.objects.get()


def reader(client, user: User):
    client.force_login(user)
    return client


def test_a_reader_opens_a_case_and_lands_in_it(client, sent, cast):
    reader(client, cast.owner)
    assert sent.reference in client.get("/granska/tips/").content.decode()
    page = client.get(sent.get_absolute_url()).content.decode()
    assert "Titta här." in page
    answer = client.post(
        reverse("moderation:tip_open", args=[sent.pk]), {"channel": sent.channel_id, "url": sent.url, "kind": "report"}
    )
    sent.refresh_from_db()
    assert answer["Location"] == sent.case.get_absolute_url()
    assert sent.case.known_at == sent.received_at
    assert sent.reference not in client.get("/granska/tips/").content.decode()


def test_a_tip_without_address_asks_for_what_the_post_says(client, scene, patient, cast):
    client.post(URL, said(channel=scene["open"].pk))
    tip = Tip.objects.get()
    reader(client, cast.owner)
    where = reverse("moderation:tip_open", args=[tip.pk])
    answer = client.post(where, {"channel": tip.channel_id, "url": "", "text": "", "kind": "report"})
    assert answer.status_code == 422
    assert client.post(where, {"channel": tip.channel_id, "text": "Ett hot.", "kind": "report"}).status_code == 302


def test_a_post_that_got_its_case_meanwhile_is_offered(client, sent, cast):
    from tests.cases import actor_of, open_case

    case = open_case(sent.channel, actor_of(cast.owner), url=sent.url)
    reader(client, cast.owner)
    answer = client.post(
        reverse("moderation:tip_open", args=[sent.pk]), {"channel": sent.channel_id, "url": sent.url, "kind": "report"}
    )
    assert answer.status_code == 409
    assert "Lägg tipset till det ärendet" in answer.content.decode()
    client.post(reverse("moderation:tip_join", args=[sent.pk]), {"case": case.pk})
    sent.refresh_from_db()
    assert sent.case == case


def test_a_case_that_the_reader_does_not_see_cannot_be_named(client, sent, cast):
    reader(client, cast.owner)
    for number in ("", "0", "999999", "abc", "9" * 30):
        assert client.post(reverse("moderation:tip_join", args=[sent.pk]), {"case": number}).status_code == 404


def test_setting_aside_keeps_the_reason(client, sent, cast):
    reader(client, cast.owner)
    where = reverse("moderation:tip_set_aside", args=[sent.pk])
    assert client.post(where, {"reason": ""}).status_code == 422
    assert client.post(where, {"reason": "Kritik som får stå kvar."}).status_code == 302
    sent.refresh_from_db()
    assert (sent.answer, sent.handled_by) == ("Kritik som får stå kvar.", cast.owner)


def test_an_outsider_sees_no_tips_but_may_send_one_and_follow_it(client, sent, cast):
    reader(client, cast.outsider)
    assert client.get(sent.get_absolute_url()).status_code == 404
    assert sent.reference not in client.get("/granska/tips/").content.decode()
    page = client.post("/granska/tipsa/", {"text": "Ni bör se det här.", "channel": sent.channel_id}, follow=True)
    own = Tip.objects.get(sent_by=cast.outsider)
    text = page.content.decode()
    assert own.reference in text
    assert "får ditt tips" in text
    assert client.get(reverse("moderation:tip_sent", args=[own.reference])).status_code == 404  # the visitors' page


def test_a_long_list_is_walked_by_its_last_number_in_as_many_queries(
    client, scene, cast, django_assert_max_num_queries
):
    now = timezone.now()
    Tip.objects.bulk_create(Tip(channel=scene["open"], text=f"Tips {n}", received_at=now) for n in range(60))
    reader(client, cast.owner)
    with django_assert_max_num_queries(25):
        page = client.get("/granska/tips/").content.decode()
    seen = len(re.findall(r"<li class=\"card", page))
    while following := re.search(r"\?efter=(\d+)", page):
        page = client.get("/granska/tips/", {"efter": following[1]}).content.decode()
        seen += len(re.findall(r"<li class=\"card", page))
    assert seen == 60
    assert client.get("/granska/tips/", {"efter": "skräp"}).status_code == 200
