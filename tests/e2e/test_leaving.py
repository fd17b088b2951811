"""People in the browser: absence in a minute on a phone, a leaver who hands over everything, access taken away."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from accounts.actor import Actor
from accounts.models import Absence, User
from channels import clock
from channels.actions.people import reconcile
from channels.actions.publishing import open_channel
from channels.models import Channel, Obligation
from kommun.models import Event
from tests.applications import answer_all, make_application, submit
from tests.duties import mail_in_the_morning
from tests.e2e.journeys import link_in, mail_to, send, too_wide
from tests.factories import AbsenceFactory, AppointmentFactory

PHONE = {"width": 390, "height": 844}


def opened(cast, name, **answers):
    channel = answer_all(submit(make_application(cast, name=name, **answers))).channel
    address = channel.application.answers["address"]
    return open_channel(channel_id=channel.pk, address=address, actor=Actor(cast.owner))


def in_days(count):
    return (timezone.localdate() + timedelta(days=count)).isoformat()


def test_absence_is_handed_in_on_a_phone_with_chain_and_gap_shown_first(site, settle):
    cast = settle("tibro")
    opened(cast, "Biblioteket")
    # The deputy is away too: for some days somebody else covers, for the last ones nobody.
    AbsenceFactory(
        user=cast.deputy,
        substitute=cast.outsider,
        starts_on=timezone.localdate() + timedelta(days=5),
        ends_on=timezone.localdate() + timedelta(days=7),
    )
    page = site.person(cast.owner, viewport=PHONE, has_touch=True)
    page.goto("/min-franvaro/")
    page.get_by_role("link", name="Lämna in frånvaro").tap()
    page.get_by_role("button", name="Se vad det innebär").tap()
    expect(page.get_by_role("alert")).to_contain_text("Välj den första dagen")
    page.get_by_label("Första dagen").fill(in_days(3))
    page.get_by_label("Sista dagen").fill(in_days(9))
    page.get_by_role("button", name="Se vad det innebär").tap()
    expect(page.get_by_text("Ingen tar över uppgifterna")).to_be_visible()
    page.get_by_role("button", name="Ändra").tap()
    page.get_by_label("Ersättare", exact=True).select_option(str(cast.deputy.pk))
    page.get_by_role("button", name="Se vad det innebär").tap()
    expect(page.get_by_text("är också borta")).to_be_visible()
    expect(page.get_by_text("Kanalen Biblioteket")).to_be_visible()
    assert too_wide(page) == 0
    assert not Absence.objects.filter(user=cast.owner).exists()
    page.get_by_role("button", name="Lämna in frånvaron").tap()
    expect(page.get_by_text("Frånvaron är inlämnad.")).to_be_visible()
    assert not Obligation.objects.filter(kind=clock.COVER).exists()
    assert too_wide(page) == 0


def test_absence_without_anybody_is_told_and_settled_by_the_manager_on_a_phone(site, settle):
    cast = settle("tibro")
    absence = AbsenceFactory(user=cast.owner)
    reconcile(timezone.now())
    clock.sweep(timezone.now())
    mail_in_the_morning()
    mail = mail_to(cast.nearest_manager, "Ordna ersättare")
    page = site.person(cast.nearest_manager, viewport=PHONE)
    page.goto(link_in(mail))
    page.get_by_role("link", name="Gör det nu").click()
    expect(page.get_by_role("heading", name="Välj ersättare")).to_be_visible()
    page.get_by_label("Ersättare", exact=True).select_option(str(cast.deputy.pk))
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("Ersättaren är vald.")).to_be_visible()
    absence.refresh_from_db()
    assert absence.substitute == cast.deputy
    assert Obligation.objects.get(kind=clock.COVER).met_by == cast.nearest_manager
    assert "för Bibliotekarie" in Event.objects.get(kind="absence.substitute_named").actor_label


def hand_over(site, cast, **options):
    """Say the day wrong and right, choose wrong and right, hand over, and return the manager's page."""
    page = site.person(cast.nearest_manager, **options)
    page.goto("/personer/?q=bibliotekarie")
    page.get_by_role("link", name="Bibliotekarie", exact=True).click()
    expect(page.get_by_role("heading", name="Allt personen har")).to_be_visible()
    page.get_by_role("link", name="Sista dag och överlämning").click()
    expect(page.get_by_text("Spara sista dagen först.")).to_be_visible()
    page.get_by_label("Sista dagen i tjänst").fill("2020-01-01")
    send(page.get_by_role("button", name="Spara sista dagen"))
    expect(page.get_by_text("Har personen redan slutat? Välj i dag.").first).to_be_visible()
    expect(page.get_by_label("Sista dagen i tjänst")).to_have_value("2020-01-01")
    page.get_by_label("Sista dagen i tjänst").fill(in_days(7))
    send(page.get_by_role("button", name="Spara sista dagen"))
    expect(page.get_by_text("Sista dagen är sparad.")).to_be_visible()
    page.get_by_role("button", name="Lämna över").click()
    expect(page.get_by_role("alert")).to_contain_text("Välj vem som tar över")
    # The deputy takes everything, but one person cannot deputise for oneself: told beside that row, nothing is lost.
    page.get_by_label("Vem tar över?").select_option(str(cast.deputy.pk))
    page.get_by_label("Webbansvarig").select_option(str(cast.outsider.pk))
    page.get_by_role("button", name="Lämna över").click()
    expect(page.get_by_role("alert")).to_contain_text("kan inte ersätta sig själv")
    expect(page.get_by_label("Webbansvarig")).to_have_value(str(cast.outsider.pk))
    page.get_by_label("Ersättare för Museet").select_option("ingen")
    page.get_by_role("button", name="Lämna över").click()
    expect(page.get_by_text("saker är överlämnade")).to_be_visible()
    return page


def museum(cast):
    """A channel of the deputy's, with the owner as its deputy."""
    channel = opened(cast, "Museet")
    channel.owner, channel.deputy = cast.deputy, cast.owner
    channel.save()
    return channel


def test_a_leaver_is_handed_over_in_one_go_and_the_access_is_gone(site, settle):
    cast = settle("tibro")
    library = opened(cast, "Biblioteket")
    other = museum(cast)
    AppointmentFactory(user=cast.owner, role="web_editor")
    hand_over(site, cast)
    library.refresh_from_db()
    other.refresh_from_db()
    assert (library.owner, other.deputy) == (cast.deputy, None)
    assert not Obligation.objects.open().filter(kind=clock.HAND_OVER).exists()
    mail = mail_to(cast.deputy, "Du tar över efter Bibliotekarie")
    assert "Kontoansvarig för Biblioteket" in mail.body

    page = site.person(cast.deputy, viewport=PHONE)
    page.goto(link_in(mail))
    send(page.get_by_role("link", name="Ta bort Bibliotekaries behörighet och byt lösenord: Biblioteket", exact=True))
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("alert")).to_contain_text("3 svar behöver ändras")
    page.get_by_label("Personen kan inte längre administrera kontot").check()
    page.get_by_role("group", name="Delade ni ett lösenord?").get_by_label("Ja, och det är bytt").check()
    page.get_by_role("group", name="Gick tvåstegskoder").get_by_label("Nej").check()
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("Tack. Det är sparat.")).to_be_visible()
    assert too_wide(page) == 0
    assert not Channel.objects.get(pk=library.pk).administrators.filter(pk=cast.owner.pk).exists()


def test_a_leaver_is_handed_over_without_script(site, settle):
    cast = settle("tibro")
    library = opened(cast, "Biblioteket")
    museum(cast)
    AppointmentFactory(user=cast.owner, role="web_editor")
    hand_over(site, cast, java_script_enabled=False)
    library.refresh_from_db()
    assert library.owner == cast.deputy


def test_the_leaver_finds_the_own_page_and_two_tabs_do_no_harm(site, settle):
    cast = settle("tibro")
    opened(cast, "Biblioteket")
    page = site.person(cast.owner)
    page.goto("/min-profil/")
    send(page.get_by_role("link", name="Ska du sluta? Lämna över det du har"))
    page.get_by_label("Sista dagen i tjänst").fill(in_days(3))
    send(page.get_by_role("button", name="Spara sista dagen"))
    other = page.context.new_page()
    other.goto(page.url)
    for tab in (page, other):
        tab.get_by_label("Vem tar över?").select_option(str(cast.outsider.pk))
    page.get_by_role("button", name="Lämna över").click()
    expect(page.get_by_text("saker är överlämnade")).to_be_visible()
    other.get_by_role("button", name="Lämna över").click()
    expect(other.get_by_text("Det finns inget kvar att lämna över.")).to_be_visible()
    assert User.objects.get(pk=cast.owner.pk).owned_channels.count() == 0
