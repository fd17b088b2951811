"""Communications staff in the browser admin: a day's work, and every page looked at."""

import pytest
from django.contrib.admin import site as admin_site
from playwright.sync_api import expect

from accounts.models import Appointment, Unit
from channels.models import Channel, Platform
from kommun.models import Event
from tests.admin.scene import make_everything
from tests.e2e.journeys import send
from tests.e2e.look import Look
from tests.factories import AppointmentFactory

OURS = ("kommun", "accounts", "channels", "archive", "moderation")
LISTS = sorted(
    f"/hantera/{model._meta.app_label}/{model._meta.model_name}/"
    for model in admin_site._registry
    if model._meta.app_label in OURS
)


@pytest.fixture
def look(site):
    look = Look(site)
    yield look
    assert not look.found, "\n".join(str(row) for row in look.found)


def run(page, action):
    page.locator("select[name=action]").select_option(label=action)
    send(page.get_by_role("button", name="Utför"))


def test_staff_keep_the_register(site, settle):
    cast = settle("tibro")
    channel = make_everything(cast)
    page = site.person(cast.strategist)
    page.goto("/start/")
    send(page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Hantera"))

    # Finds a channel, narrows, and comes to its page where the work is done.
    send(page.get_by_role("link", name="Kanaler", exact=True).first)
    page.get_by_role("searchbox", name="Sök").fill("kulturskolan")
    send(page.get_by_role("button", name="Sök"))
    send(page.get_by_role("navigation", name="Filtrera", exact=True).get_by_role("link", name="Avslutad", exact=True))
    expect(page.get_by_text("Ingen kanal passar.")).to_be_visible()
    send(page.get_by_role("navigation", name="Filtrera", exact=True).get_by_role("link", name="Öppen", exact=True))
    send(page.get_by_role("link", name=channel.name, exact=True))
    expect(page.get_by_role("link", name="Visa på registersidan")).to_be_visible()
    page.get_by_role("link", name="Öppna i arbetsytan").click()
    expect(page).to_have_url(f"{site.url}/register/{channel.pk}/")

    # Corrects a unit; the public page says it.
    page.goto(f"/hantera/accounts/unit/{cast.unit.pk}/change/")
    expect(page.get_by_text("Bibliotekschef")).to_be_visible()  # who decides is said, not asked
    page.get_by_label("Namn").fill("")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator(".field-name .errorlist")).to_be_visible()
    page.get_by_label("Namn").fill("Bibliotek och lärande")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Unit.objects.get(pk=cast.unit.pk).name == "Bibliotek och lärande"
    public = site.visitor()
    public.goto(channel.get_absolute_url())
    expect(public.get_by_text("Bibliotek och lärande").first).to_be_visible()

    # Takes a platform out of use, tries it once more, and takes it into use again.
    facebook = Platform.objects.get(key="facebook")
    for turn in (1, 2):
        page.goto("/hantera/channels/platform/")
        page.locator(f"input[name=_selected_action][value='{facebook.pk}']").check()
        run(page, "Ta ur bruk")
        send(page.get_by_role("button", name="Ja, ta ur bruk"))
        said = "1 plattform tagen ur bruk." if turn == 1 else "Facebook: Plattformen är redan tagen ur bruk."
        expect(page.get_by_text(said)).to_be_visible()
    page.locator(f"input[name=_selected_action][value='{facebook.pk}']").check()
    run(page, "Ta i bruk igen")
    expect(page.get_by_text("1 plattform i bruk igen.")).to_be_visible()
    done = Event.objects.filter(subject_type="channels.platform", actor=cast.strategist).values_list("kind", flat=True)
    assert list(done.order_by("pk")) == ["platform.archived", "platform.reused"]
    assert Channel.objects.get(pk=channel.pk).version == channel.version


def test_every_list_row_and_history(site, settle, look, monkeypatch):
    for admin in admin_site._registry.values():
        monkeypatch.setattr(admin, "list_per_page", 5)  # what axe would say of a row it says of five
    cast = settle("tibro")
    make_everything(cast)
    for role in (Appointment.Role.STRATEGIST, Appointment.Role.ARCHIVIST):  # reads every case and record too
        AppointmentFactory(user=cast.administrator, role=role)
    page = site.person(cast.administrator)
    look.go(page, "/hantera/")
    histories = 0
    for path in LISTS:
        look.go(page, path)
        model = next(
            one for one in admin_site._registry if path.endswith(f"/{one._meta.app_label}/{one._meta.model_name}/")
        )
        row = model._default_manager.order_by("-pk").first()
        look.go(page, f"{path}{row.pk}/change/")
        # Two templates make every history: with old versions of the row, and from the log.
        if histories < 6:
            look.go(page, f"{path}{row.pk}/history/")
            histories += 1


def test_forms_errors_filters_and_searching(site, settle, look):
    cast = settle("tibro")
    make_everything(cast)
    page = site.person(cast.administrator)
    old = cast.unit.history.first()
    for path in (
        "/hantera/accounts/appointment/add/",
        "/hantera/accounts/unit/add/",
        "/hantera/accounts/user/add/?_popup=1",
        "/hantera/moderation/case/?lage=open&brott=yes",
        "/hantera/accounts/unit/?q=finnsinte",
        "/hantera/accounts/unit/?kind__exact=unit&o=-1.2",
        "/hantera/kommun/event/?door=admin",
        f"/hantera/accounts/unit/{cast.unit.pk}/history/{old.pk}/",
        "/hantera/channels/",
    ):
        look.go(page, path)
    for path in ("/hantera/accounts/appointment/add/", "/hantera/accounts/absence/add/", "/hantera/accounts/user/add/"):
        page.goto(path)
        look.after(page.get_by_role("button", name="Spara", exact=True), f"{path} with errors")
    writer = site.person(cast.strategist)
    look.go(writer, "/hantera/moderation/replytemplate/add/")
    writer.locator("#id_text").fill("Hej {namn}!")
    look.after(writer.get_by_role("button", name="Spara", exact=True), "a text with errors")
    page.goto("/hantera/accounts/appointment/add/")
    page.locator("#id_user + .select2-container").click()
    page.locator(".select2-search__field").fill("bibliotek")
    expect(page.get_by_role("option", name="Bibliotekarie")).to_be_visible()
    look.at(page, "somebody is looked up")
    page.goto("/hantera/channels/platform/")
    page.locator("input[name=_selected_action]").first.check()
    run(page, "Ta ur bruk")
    look.at(page, "sure?")
