"""Min dag with its ticks, weekends on the overview, and a quiet channel: what each page says, and what it costs."""

from datetime import date
from html import unescape
from re import findall, sub

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels import clock, watch
from channels.models import Activity, Channel, Obligation, WatchTick
from tests.application_pages import signed_in
from tests.channels.test_upkeep_state import bare_channel
from tests.channels.test_watch_clock import many
from tests.duties import at, away, owe

pytestmark = pytest.mark.django_db
MY_DAY = "/min-dag/"


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(at("2026-11-23T08:10"), tick=False)


@pytest.fixture
def channel(cast, tibro):
    return bare_channel(cast, deputy=cast.deputy, opened_on=date(2026, 9, 1))


def words_of(answer):
    html = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return sub(r" ([.,:])", r"\1", unescape(" ".join(sub(r"<[^>]+>", " ", html).split())))


def day_of(person, status=200, query=""):
    answer = signed_in(person).get(MY_DAY + query)
    assert answer.status_code == status
    return words_of(answer)


def tick(person, channel, **values):
    return signed_in(person).post(f"/register/{channel.pk}/genomgang/", values)


# --- Min dag ------------------------------------------------------------------------------------------------------------
def test_one_button_a_channel_one_tap_and_undo(cast, channel):
    text = day_of(cast.owner)
    assert "Måndag 23 november. 1 kanal kvar att gå igenom." in text
    assert "0 av 1 klara i dag" in text
    assert "Instagram. Inte bockad av än. Kvar i dag" in text
    answer = tick(cast.owner, channel)
    row = WatchTick.objects.get()
    assert answer.url == f"/min-dag/?klar={row.pk}"
    page = signed_in(cast.owner).get(answer.url)
    text = words_of(page)
    assert "1 av 1 klara i dag" in text
    assert "Genomgången i dag kl. 08.10 av Bibliotekarie, Biblioteksenheten. Inget att göra." in text
    assert "kvar att gå igenom" not in text
    assert page.content.decode().count("autofocus") == 1
    assert tick(cast.owner, channel).url == answer.url  # a second tap changes nothing
    assert WatchTick.objects.count() == 1
    assert signed_in(cast.owner).post(f"/min-dag/genomgang/{row.pk}/angra/").status_code == 302
    assert "Kvar i dag" in day_of(cast.owner)


def test_the_clock_does_not_say_the_same_thing_twice(cast, channel):
    watch.reconcile(timezone.now())
    text = day_of(cast.owner)
    assert "Gå igenom kanalen" not in text  # the obligation is the row with the button
    assert "0 uppgifter väntar på dig." in text
    page = signed_in(cast.owner).get(MY_DAY).content.decode()
    assert findall(r'class="count">(\d+)<', page) == ["1"]
    assert "Gör det nu" in words_of(signed_in(cast.owner).get(Obligation.objects.get().get_absolute_url()))


def test_it_stands_there_also_when_no_scheduler_has_run_and_is_late_when_it_is(cast, channel, time_machine):
    tick(cast.owner, channel)
    time_machine.move_to(at("2026-11-26T09:00"), tick=False)
    assert "Senast mån 23 nov kl. 08.10. Kvar i dag" in day_of(cast.owner)
    watch.reconcile(timezone.now())
    text = day_of(cast.owner)
    assert "Försenat" in text
    assert "gick ut tis 24 nov" in text


def test_on_a_day_off_nothing_is_asked_and_a_look_is_kept_all_the_same(cast, channel, time_machine):
    tick(cast.owner, channel)
    time_machine.move_to(at("2026-11-28T09:00"), tick=False)
    look_of_friday = WatchTick.objects.create(
        channel=channel, day=date(2026, 11, 27), made_by=cast.owner, made_at=at("2026-11-27T08:00")
    )
    Obligation.objects.open().update(closed_at=look_of_friday.made_at, outcome="lapsed", next_at=None)
    text = day_of(cast.owner)
    assert "Inte i dag Nästa gång: mån 30 nov." in text
    assert "kvar att gå igenom" not in text
    assert tick(cast.owner, channel).status_code == 302
    assert WatchTick.objects.filter(day=date(2026, 11, 28)).count() == 1


def test_whoever_covers_sees_for_whom_and_it_is_kept(cast, channel):
    away(cast.owner, "2026-11-23", "2026-11-30", cast.outsider)
    assert "Du gör det för Bibliotekarie." in day_of(cast.outsider)
    tick(cast.outsider, channel)
    assert "av Gatuingenjör, Tekniska förvaltningen för Bibliotekarie" in day_of(cast.outsider)
    assert "Gå igenom kanalerna" not in day_of(cast.deputy)


def test_the_deputy_of_an_owner_who_is_away_without_substitute(cast, channel):
    away(cast.owner, "2026-11-23", "2026-11-30")
    assert "Du är ersättare i dag, för Bibliotekarie." in day_of(cast.deputy)
    tick(cast.deputy, channel)
    assert WatchTick.objects.get().on_behalf_of == cast.owner


def test_whoever_it_was_passed_on_to_sees_why(cast, channel):
    watch.reconcile(timezone.now())
    clock.sweep(at("2026-11-24T00:00"))
    assert "Bibliotekarie, Biblioteksenheten ansvarar. Du är tillfrågad" in day_of(cast.strategist)


def test_an_outsider_is_refused_and_an_unknown_channel_is_not_there(cast, channel):
    assert tick(cast.outsider, channel).status_code == 403
    assert signed_in(cast.owner).post("/register/987654/genomgang/").status_code == 404
    assert signed_in(cast.owner).get(f"/register/{channel.pk}/genomgang/").status_code == 405
    tick(cast.owner, channel)
    assert signed_in(cast.deputy).post(f"/min-dag/genomgang/{WatchTick.objects.get().pk}/angra/").status_code == 403


def test_without_a_number_it_waits_but_is_never_late(cast, policy):
    policy("nora")
    bare_channel(cast)
    watch.reconcile(timezone.now())
    assert "Väntar" in day_of(cast.owner)
    assert 'class="count"' not in signed_in(cast.owner).get(MY_DAY).content.decode()


def test_a_policy_that_says_nothing_of_watching_asks_nothing(cast, policy):
    policy("forshaga")
    bare_channel(cast)
    assert "Gå igenom kanalerna" not in day_of(cast.owner)
    assert "Lämna in frånvaro" in day_of(cast.owner)


def test_the_way_to_a_case_is_the_app_aboves(cast, channel, settings):
    html = signed_in(cast.owner).get(MY_DAY).content.decode()
    assert f'href="/granska/nytt/?kanal={channel.pk}"' in html
    settings.KANALKOLLEN_FOUND_SOMETHING = ""
    assert "Hittade något" not in day_of(cast.owner)


def test_the_week_shows_each_day(cast, channel, time_machine):
    tick(cast.owner, channel)
    assert 'aria-label="klar"' in signed_in(cast.owner).get(MY_DAY).content.decode()
    time_machine.move_to(at("2026-11-24T08:10"), tick=False)
    text = day_of(cast.owner)
    assert "tis 0/1 0 av 1 genomgångna ons –" in text


def test_long_lists_come_in_pages_and_the_button_comes_back_to_its_page(cast, channel):
    many(cast, 119, ticks=1)
    assert signed_in(cast.owner).get(MY_DAY).content.decode().count('class="panel round"') == 50
    html = signed_in(cast.owner).get(f"{MY_DAY}?kanaler=3").content.decode()
    assert html.count('class="panel round"') == 20
    assert "120 kanaler kvar att gå igenom." in html
    assert tick(cast.owner, channel, kanaler="2").url.endswith("&kanaler=2")
    assert tick(cast.owner, channel, kanaler="2&x=y").url.endswith(f"klar={WatchTick.objects.get(channel=channel).pk}")
    for odd in ("0", "99", "x", "-1"):
        day_of(cast.owner, query=f"?kanaler={odd}&klar={odd}")


# --- The channel's own page ---------------------------------------------------------------------------------------------
def test_the_channels_page_says_how_it_is_looked_after(cast, channel):
    page = words_of(signed_in(cast.owner).get(f"/register/{channel.pk}/"))
    assert "Genomgången Inte bockad av än Bocka av i dag" in page
    assert "Helger Bevakas inte på helger" in page
    assert "Senaste inlägget Ingen har sagt när" in page
    answer = tick(cast.owner, channel, till="kanal")
    assert answer.url == f"/register/{channel.pk}/"
    assert "Genomgången i dag kl. 08.10, Bibliotekarie" in words_of(signed_in(cast.registrar).get(answer.url))
    assert "Bocka av i dag" not in words_of(signed_in(cast.registrar).get(answer.url))


# --- Weekends -----------------------------------------------------------------------------------------------------------
def test_the_overview_shows_the_trap_and_the_way_out(cast, channel):
    strategist = signed_in(cast.strategist)
    text = words_of(strategist.get("/oversikt/"))
    assert "Det kan gå 72 timmar mellan två bevakningar" in text
    assert "1 kanal bevakas bara på vardagar. 0 kanaler bevakas alla dagar." in text
    page = strategist.get("/oversikt/helger/")
    assert "Ordna helgbevakning: Biblioteket, Instagram" in words_of(page)
    answer = strategist.post(f"/register/{channel.pk}/helger/", {"helg": "ja", "till": "oversikt"})
    assert answer.url == "/oversikt/helger/"
    assert "Bevakas alla dagar Biblioteket" in words_of(strategist.get(answer.url))
    assert "0 kanaler bevakas bara på vardagar. 1 kanal bevakas alla dagar." in words_of(strategist.get("/oversikt/"))
    strategist.post(f"/register/{channel.pk}/helger/", {"helg": "nej"})
    assert Channel.objects.get(pk=channel.pk).weekend_watch_from is None


def test_those_who_only_read_get_no_button(cast, channel):
    assert "Ordna helgbevakning" not in words_of(signed_in(cast.registrar).get("/oversikt/helger/"))
    assert signed_in(cast.registrar).post(f"/register/{channel.pk}/helger/", {"helg": "ja"}).status_code == 403


def test_the_rulebook_says_what_can_be_done(cast, tibro):
    assert "Helgbevakning ordnas för en kanal i taget" in words_of(signed_in(cast.strategist).get("/regelverk/"))


def test_without_a_trap_the_overview_is_silent(cast, policy):
    policy("sunne")
    bare_channel(cast)
    assert "går inte ihop" not in words_of(signed_in(cast.strategist).get("/oversikt/"))
    assert "går ihop" in words_of(signed_in(cast.strategist).get("/oversikt/helger/"))


# --- A quiet channel ----------------------------------------------------------------------------------------------------
def answer_about(person, channel, status=302, **values):
    answer = signed_in(person).post(f"/register/{channel.pk}/aktivitet/", values)
    assert answer.status_code == status
    return words_of(answer)


def test_a_quiet_channel_becomes_a_question_and_the_answer_is_kept(cast, channel):
    answer_about(cast.owner, channel, svar="inlagg", last_post_on="2026-11-02")
    assert "Behåll eller avsluta en tyst kanal: Biblioteket" in day_of(cast.owner)
    page = words_of(signed_in(cast.owner).get(f"/register/{channel.pk}/aktivitet/"))
    assert "Det senaste inlägget är från 2 november 2026." in page
    assert "Kanalen har varit tyst för länge. Ska den vara kvar?" in page
    assert "Skriv varför." in answer_about(cast.owner, channel, 422, svar="beslut", keep="yes", reason="")
    answer_about(cast.owner, channel, svar="beslut", keep="no", reason="Ingen läser.")
    page = words_of(signed_in(cast.owner).get(f"/register/{channel.pk}/aktivitet/"))
    assert "Kanalen ska avslutas" in page
    assert "Den som avslutar enligt regelverket: Förvaltningschef." in page
    assert "Ska avslutas Bibliotekarie, Biblioteksenheten Ingen läser." in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"svar": "inlagg", "last_post_on": ""}, "Välj en dag, eller svara att inget är publicerat."),
        ({"svar": "inlagg", "last_post_on": "i tisdags"}, "Skriv dagen som ÅÅÅÅ-MM-DD."),
        ({"svar": "inlagg", "last_post_on": "2026-11-24"}, "Dagen har inte varit än."),
        ({"svar": "beslut", "reason": "Den behövs."}, "Välj ja eller nej."),
        ({"svar": "beslut", "keep": "kanske", "reason": "Den behövs."}, "Välj ja eller nej."),
        ({"svar": "beslut", "keep": "yes", "reason": "x" * 501}, "Skriv högst 500 tecken."),
    ],
)
def test_what_is_wrong_stands_beside_the_field(cast, channel, values, said):
    text = answer_about(cast.owner, channel, 422, **values)
    assert said in text
    assert not Activity.objects.exists()


def test_nothing_posted_needs_no_day(cast, channel):
    answer_about(cast.owner, channel, svar="inget", last_post_on="i tisdags")
    assert Activity.objects.get().answer == "nothing"
    page = words_of(signed_in(cast.owner).get(f"/register/{channel.pk}/aktivitet/"))
    assert "Inget är publicerat sedan kanalen öppnade 1 september 2026." in page


def test_an_unknown_answer_changes_nothing(cast, channel):
    assert signed_in(cast.owner).post(f"/register/{channel.pk}/aktivitet/", {"svar": "x"}).status_code == 200
    assert not Activity.objects.exists()


# --- What it costs ------------------------------------------------------------------------------------------------------
def test_the_pages_cost_the_same_with_a_thousand_channels(cast, channel):
    owe(cast, channel)
    paths = [(cast.owner, MY_DAY), (cast.strategist, "/oversikt/"), (cast.strategist, "/oversikt/helger/")]
    counts = {path: [] for _person, path in paths}
    have = 1
    for size in (10, 1_000):
        many(cast, size - have)
        have = size
        watch.reconcile(timezone.now())
        for person, path in paths:
            client = signed_in(person)
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            counts[path].append(len(asked))
    for path, found in counts.items():
        assert len(set(found)) == 1, (path, found)
        assert found[0] <= 35, (path, found)
