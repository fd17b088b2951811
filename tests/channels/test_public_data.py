"""The register as open data: shapes that others build on."""

import csv
import io
import json
import re
from datetime import datetime

import pytest

from channels.models import Channel
from channels.open_data import CSV_COLUMNS, LICENSE, safe_cell
from tests.public_scene import make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(cast):
    return make_scene(cast)


def rows_of(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def markup_of(response):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.DOTALL)
    return json.loads(found[1])


# --- JSON -------------------------------------------------------------------------------------------------------------
def test_the_json_has_the_shape_that_is_promised(client, scene, settings):
    response = client.get("/kanaler.json")
    data = response.json()
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert set(data) == {
        "shape_version",
        "license",
        "publisher",
        "page",
        "updated_at",
        "count",
        "channels",
        "closed_channels",
    }
    assert data["license"] == LICENSE
    assert data["publisher"]["name"] == "Ekhults kommun"
    assert data["count"] == len(data["channels"]) == 3
    assert datetime.fromisoformat(data["updated_at"]).tzinfo is not None
    channel = next(each for each in data["channels"] if each["id"] == "biblioteket-facebook")
    updated_at = channel.pop("updated_at")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", updated_at)
    assert channel == {
        "id": "biblioteket-facebook",
        "name": "Biblioteket",
        "status": "open",
        "platform": {"id": "facebook", "name": "Facebook"},
        "account": {
            "platform": "Facebook",
            "handle": "ekhultsbibliotek",
            "url": "https://www.facebook.com/ekhultsbibliotek",
            "valid_from": "2024-03-01",
            "valid_to": None,
        },
        "former_accounts": [],
        "purpose": "Berätta om program och böcker.",
        "municipal_purposes": [],
        "description": None,
        "audience": "Biblioteksbesökare",
        "unit": {
            "id": "biblioteksenheten",
            "name": "Biblioteksenheten",
            "email": "biblioteket@ekhult.example",
            "phone": "0100-10 00 01",
        },
        "controller": {"id": "kulturnamnden", "name": "Kulturnämnden", "email": None, "phone": None},
        "responsible": "Bibliotekarie, Biblioteksenheten",
        "deputy": "Biblioteksassistent, Biblioteksenheten",
        "reply_time": {"value": 48, "unit": "hours", "working_days": True, "text": "Svarar inom 48 timmar på vardagar"},
        "update_frequency": None,
        "moderation_hours": None,
        "languages": ["sv", "fi"],
        "opened_on": "2024-03-01",
        "closed_on": None,
        "closing_reason": None,
        "successor": None,
        "page": f"{settings.SITE_URL}/kanaler/biblioteket-facebook/",
        "rules": f"{settings.SITE_URL}/kanaler/biblioteket-facebook/regler/",
    }


def test_closed_channels_stand_apart_from_those_that_are_ours(client, scene):
    data = client.get("/kanaler.json").json()
    assert {each["status"] for each in data["channels"]} == {"open", "closing"}
    (closed,) = data["closed_channels"]
    assert (closed["id"], closed["closed_on"], closed["successor"]) == (
        "kulturskolan-x",
        "2025-06-30",
        "biblioteket-facebook",
    )
    assert closed["reply_time"] is None
    renamed = next(each for each in data["channels"] if each["id"] == "badhuset-instagram")
    assert [each["valid_to"] for each in renamed["former_accounts"]] == ["2025-06-30"]


@pytest.mark.parametrize("address", ["/kanaler.json", "/kanaler.csv"])
def test_the_data_is_fetched_again_only_when_it_has_changed(client, scene, address):
    first = client.get(address)
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    channel = scene["open"]
    channel.purpose = "Något annat."
    channel.save()
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert "Något annat." in again.content.decode()
    assert LICENSE in again["Link"]


@pytest.mark.parametrize("address", ["/kanaler.json", "/kanaler.csv"])
def test_the_data_is_the_same_in_every_language(client, scene, address):
    assert client.get(address).content == client.get(address, headers={"accept-language": "en"}).content


# --- CSV --------------------------------------------------------------------------------------------------------------
def test_the_csv_has_a_row_for_each_official_channel(client, scene):
    response = client.get("/kanaler.csv")
    assert response["Content-Type"].startswith("text/csv")
    assert response.content.startswith(b"\xef\xbb\xbfid,name,platform")
    assert b"\r\n" in response.content
    rows = rows_of(response)
    assert list(rows[0]) == list(CSV_COLUMNS)
    assert [row["name"] for row in rows] == ["Badhuset", "Biblioteket", "Torget"]
    assert [row["account"] for row in rows] == ["ekhultsbad", "ekhultsbibliotek", "ekhultstorg"]
    assert rows[1]["languages"] == "sv fi"


def test_no_cell_begins_as_a_formula_and_quotes_and_lines_survive(client, scene):
    nasty = {
        "name": '=HYPERLINK("http://evil.example")',
        "purpose": '+1, "citat"\r\nny rad',
        "audience": "-2+3",
        "update_frequency": "\t=1",
    }
    Channel.objects.filter(pk=scene["open"].pk).update(**nasty)
    rows = rows_of(client.get("/kanaler.csv"))
    found = next(row for row in rows if row["id"] == "biblioteket-facebook")
    for column, text in nasty.items():
        assert found[column] == f"'{text}"
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t1", "\r1", "\n1", "＝1", "＋1", "－1", "＠x"])
def test_every_beginning_of_a_formula_is_made_text(text):
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"Böcker;{text}") == f"Böcker;'{text}"


@pytest.mark.parametrize("text", ["", "Biblioteket", "1-2", "a=b", "'=1", "Böcker; film", "a\n- b"])
def test_other_cells_are_left_alone(text):
    assert safe_cell(text) == text


# --- schema.org -------------------------------------------------------------------------------------------------------
def test_the_register_says_which_accounts_are_the_same_as_the_units(client, scene):
    data = markup_of(client.get("/kanaler/"))
    assert (data["@context"], data["@type"], data["name"]) == (
        "https://schema.org",
        "GovernmentOrganization",
        "Ekhults kommun",
    )
    (unit,) = data["subOrganization"]
    assert unit["sameAs"] == [
        "https://www.instagram.com/ekhultsbad/",
        "https://www.facebook.com/ekhultsbibliotek",
        "https://www.threads.com/@ekhultstorg",
    ]


def test_a_channel_says_whose_account_it_is(client, scene):
    data = markup_of(client.get(scene["open"].get_absolute_url()))
    assert data["sameAs"] == ["https://www.facebook.com/ekhultsbibliotek"]
    assert data["name"] == "Biblioteksenheten"
    assert data["parentOrganization"]["url"] == "https://www.ekhult.example"
    assert data["contactPoint"]["email"] == "biblioteket@ekhult.example"


def test_the_page_points_at_the_data(client, scene):
    html = client.get("/kanaler/").content.decode()
    assert '<link rel="alternate" type="application/json" href="/kanaler.json">' in html
    assert '<link rel="alternate" type="text/csv" href="/kanaler.csv">' in html
