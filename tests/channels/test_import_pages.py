"""The pages of an import: choose a file, point out columns, look, say yes, take out."""

import re

import pytest
from django.core.files.storage import default_storage
from django.db.models import Count
from django.urls import reverse

from accounts.models import Appointment
from channels.models import Channel, ImportRow, ImportRun
from kommun import aside
from tests.factories import AppointmentFactory
from tests.files import text_file, upload, workbook
from tests.imports import HEADER
from tests.public_scene import make_channel, make_scene, many_channels

pytestmark = pytest.mark.django_db
S = ImportRun.State
INDEX = "/register/import/"


@pytest.fixture
def strategist(client, office):
    client.force_login(office.cast.strategist)
    return client


def send(client, office, content, name="lista.csv", **values):
    data = {
        "kind": "channels",
        "owner": office.cast.strategist.pk,
        "unit": office.cast.central.pk,
        "file": upload(content, name),
    }
    with office.commit(execute=True):
        return client.post(INDEX, {**data, **values})


def test_a_file_is_looked_at_and_then_brought_in(strategist, office):
    answer = send(strategist, office, text_file([HEADER, ["", "Badet", "Facebook"], ["", "Torget", "Okänd"]]))
    run = ImportRun.objects.get()
    assert answer.url == f"{INDEX}{run.pk}/"
    page = strategist.get(answer.url).content.decode()
    for said in (
        "Det här skulle hända",
        "För in 1 rad",
        "Badet (Facebook)",
        "Plattformen ”Okänd” finns inte",
        "Tillfällig ansvarig",
    ):
        assert said in page
    # The error stands in the row that it is about.
    (row,) = re.findall(r"<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">Rad&nbsp;3.*?</tr>", page, re.DOTALL)
    assert "Plattformen ”Okänd” finns inte" in row
    assert Channel.objects.count() == 0
    with office.commit(execute=True):
        strategist.post(f"{answer.url}for-in/", {"reading": run.reading})
    done = strategist.get(answer.url).content.decode()
    assert "Filen är införd" in done
    assert Channel.objects.get().name == "Badet"
    assert "Badet" in strategist.get(reverse("channels:channels")).content.decode()


def test_a_file_waits_while_something_else_in_its_form_is_wrong(strategist, office, settings):
    refused = send(strategist, office, text_file([HEADER, ["", "Badet", "Facebook"]]), owner="")
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Filen lista.csv är kvar. Du behöver inte välja den igen." in page
    note = re.search(r'name="aside" value="([^"]+)"', page)[1]
    values = {"kind": "channels", "owner": office.cast.strategist.pk, "unit": office.cast.central.pk, "aside": note}
    with office.commit(execute=True):
        assert strategist.post(INDEX, values).status_code == 302
    run = ImportRun.objects.get()
    assert (run.name, run.rows.count()) == ("lista.csv", 1)
    assert default_storage.listdir(aside.FOLDER)[1] == []


def test_a_file_that_can_be_no_table_does_not_wait(strategist, office, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    refused = send(strategist, office, b"\x89PNG\r\n\x1a\n" + b"\0" * 50, owner="")
    assert refused.status_code == 422
    assert refused.context["form"].errors.keys() == {"owner", "file"}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "tom.csv", "Filen är tom"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 50, "lista.xls", "gamla formatet xls"),
        (b"<html><table></table></html>", "lista.xls", "webbsida"),
        (b"x" * (11 * 1024 * 1024), "stor.csv", "för stor: 11 MB"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_beside_the_field_and_the_rest_is_kept(
    strategist, office, content, name, reason
):
    answer = send(strategist, office, content, name, owner=office.cast.owner.pk)
    assert answer.status_code == 422
    assert reason in answer.context["form"].errors["file"][0]
    assert answer.context["form"]["owner"].value() == str(office.cast.owner.pk)
    assert ImportRun.objects.count() == 0


def test_nothing_chosen_is_said_beside_each_field(client, office):
    client.force_login(office.cast.administrator)
    answer = client.post(INDEX, {})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"kind", "file", "owner", "unit"}


def test_a_refused_file_says_why_and_leads_to_another(strategist, office):
    answer = send(strategist, office, text_file([HEADER]))
    page = strategist.get(answer.url).content.decode()
    assert "Filen går inte att använda" in page
    assert "bara rubriker" in page
    assert "Välj en annan fil" in page


def test_columns_are_pointed_out_on_a_page_of_their_own(strategist, office):
    answer = send(strategist, office, text_file([["Vad", "Var", "Annat"], ["Badet", "Facebook", "x"]]))
    address = f"{answer.url}kolumner/"
    assert strategist.get(answer.url).url == address
    page = strategist.get(address)
    assert "Peka ut vilken kolumn som är: Kanalens namn, Plattform eller Kontots adress." in page.content.decode()
    people = {"owner": office.cast.owner.pk, "unit": office.cast.unit.pk}
    twice = strategist.post(address, {"column-0": "name", "column-1": "name", **people})
    assert "Du har redan valt det" in twice.context["form"].errors["column-1"][0]
    short = strategist.post(address, {"column-0": "name", **people})
    assert short.status_code == 422
    assert "Plattform eller Kontots adress" in short.context["form"].non_field_errors()[0]
    with office.commit(execute=True):
        strategist.post(address, {"column-0": "name", "column-1": "platform", **people})
    assert "Badet (Facebook)" in strategist.get(answer.url).content.decode()
    again = strategist.get(address)  # and may be changed before the yes
    assert again.context["form"]["column-0"].value() == "name"
    assert "Till exempel: Badet" in again.content.decode()


def test_the_progress_is_asked_for_and_the_page_comes_when_it_is_done(strategist, office):
    answer = send(strategist, office, text_file([HEADER, ["", "Badet", "Facebook"]]))
    run = ImportRun.objects.get()
    ImportRun.objects.update(state=S.APPLYING, done=30, total=100)
    page = strategist.get(answer.url).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert '<progress value="30" max="100"' in page
    part = strategist.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith("<section")
    assert "<html" not in part
    ImportRun.objects.update(state=S.DONE)
    assert strategist.get(answer.url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert strategist.post(f"{answer.url}for-in/", {"reading": run.reading}).status_code == 409


def test_a_file_is_thrown_away(strategist, office):
    answer = send(strategist, office, text_file([HEADER, ["", "Badet", "Facebook"]]))
    strategist.post(f"{answer.url}kasta/")
    assert "Filen är kastad" in strategist.get(answer.url).content.decode()
    assert strategist.post(f"{answer.url}kasta/").status_code == 409


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_templates_and_rows_with_errors_can_be_fetched(strategist, office, form):
    template = strategist.get(f"{INDEX}mall/channels.{form}")
    assert template["Content-Disposition"] == f'attachment; filename="mall-kanaler.{form}"'
    run = office.read(template.content, name=f"mall.{form}")
    assert [(row.verdict, row.title) for row in run.rows.all()] == [("create", "Biblioteket (Facebook)")]
    wrong = office.rows(["", "=1+1", "Okänd"])
    errors = strategist.get(f"{INDEX}{wrong.pk}/fel.{form}").content
    if form == "csv":
        assert "'=1+1;Okänd" in errors.decode("utf-8-sig")
    again = office.read(errors, name=f"fel.{form}")
    assert again.rows.get().cells[1] == "=1+1"
    assert strategist.get(f"{INDEX}mall/channels.pdf").status_code == 404
    assert strategist.get(f"{INDEX}mall/hemligheter.csv").status_code == 404


def test_the_register_is_taken_out_as_filtered_and_as_the_reader_may_see_it(client, office):
    cast = office.cast
    found = make_scene(cast)
    Channel.objects.update(credentials_place="Valvet på plan 2")
    address = reverse("channels:export", args=["channels", "csv"])
    texts = {}
    for person in ("strategist", "owner", "outsider"):
        client.force_login(cast[person])
        texts[person] = client.get(address).content.decode("utf-8-sig")
        assert texts[person].count("\r\n") == 1 + len(found)
    assert cast.owner.email in texts["strategist"]
    assert "@kommunen.example" not in texts["owner"] + texts["outsider"]
    assert "Valvet på plan 2" in texts["strategist"]
    assert "Valvet på plan 2" in texts["owner"]
    assert "Valvet på plan 2" not in texts["outsider"]
    filtered = client.get(address, {"plattform": "instagram", "lage": "active"}).content.decode("utf-8-sig")
    assert filtered.splitlines()[1].split(";")[1] == "Badhuset"
    assert filtered.count("\r\n") == 2
    listed = client.get(reverse("channels:channels"), {"q": "badhuset"}).content.decode()
    assert f"{address}?q=badhuset" in listed


def test_units_and_people_are_the_administrators(client, office):
    for person, status in (("strategist", 403), ("administrator", 200)):
        client.force_login(office.cast[person])
        for kind in ("units", "people"):
            assert client.get(reverse("channels:export", args=[kind, "xlsx"])).status_code == status
            assert client.get(reverse("channels:import_template", args=[kind, "csv"])).status_code == status
    run = office.read(text_file([["E-post", "Namn"], ["a@b.example", "A"]]), kind="people")
    client.force_login(office.cast.strategist)
    assert client.get(run.get_absolute_url()).status_code == 404


def test_the_menu_and_the_list_lead_there_only_those_who_may(client, office):
    editor = AppointmentFactory(role=Appointment.Role.WEB_EDITOR).user
    for person, may in (
        (office.cast.owner, False),
        (office.cast.strategist, True),
        (editor, True),
        (office.cast.administrator, True),
    ):
        client.force_login(person)
        assert (f'href="{INDEX}"' in client.get("/start/").content.decode()) is may
        assert client.get(INDEX).status_code == (200 if may else 403)


@pytest.mark.parametrize("rows", [10, 1000, 10_000])
def test_preview_and_page_cost_the_same_however_many_rows(strategist, office, rows, django_assert_max_num_queries):
    make_channel(office.cast, "Biblioteket", "facebook.com/ekhultsbibliotek")
    many_channels(office.cast, rows)
    lines = [
        ["", f"Kanal {n:05}", "Facebook", f"facebook.com/kanal{n:05}", "", "Nytt." if n % 2 else ""]
        for n in range(rows)
    ]
    with django_assert_max_num_queries(75):
        run = office.rows(*lines, ["", "Ny", "Okänd"])
    assert dict(run.rows.values_list("verdict").annotate(Count("pk")).order_by()) == {
        "change": rows // 2,
        "same": rows - rows // 2,
        "error": 1,
    }
    with django_assert_max_num_queries(30):
        assert strategist.get(run.get_absolute_url()).status_code == 200


def test_a_workbook_with_a_macro_or_a_formula_gets_an_answer_and_no_500(strategist, office):
    answer = send(strategist, office, workbook([HEADER, ["", "=1+1", "Facebook"]]), "lista.xlsx")
    assert "formel utan uträknat värde" in strategist.get(answer.url).content.decode()
    assert ImportRow.objects.get().verdict == "error"
