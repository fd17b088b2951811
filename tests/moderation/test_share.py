"""What a phone shares, and the app that it shares to: nothing is lost, and of a picture nothing is kept before it may be."""

import base64
import json
import re
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from django.contrib.sessions.models import Session
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection
from PIL import Image

from archive.models import StoredFile
from moderation.models import Case
from tests.archive_scene import png
from tests.public_scene import make_channel, make_scene

URL = "/granska/dela/"
POST = "https://www.facebook.com/ekhultssimhall/posts/10"


@pytest.fixture
def scene(cast):
    return make_scene(cast)


@pytest.fixture
def pool(scene, cast):
    return make_channel(cast, "Simhallen", "https://www.facebook.com/ekhultssimhall")


def noise(side=1500):
    """A picture of some megabytes that no other file looks like."""
    out = BytesIO()
    Image.frombytes("RGB", (side, side), Random(4711).randbytes(side * side * 3)).save(out, "PNG")  # noqa: S311
    return out.getvalue()


def shared(content=None, name="Screenshot_1.png", **values):
    """As Android sends it: every field is there, and the address stands in the text."""
    picture = {} if content is None else {"image": SimpleUploadedFile(name, content, "image/png")}
    return {"title": "", "text": "", "url": "", **values, **picture}


def in_page(answer):
    """The picture that the page was given, or None."""
    found = re.search(r'<script id="delad-bild" type="application/json">(.*?)</script>', answer.content.decode())
    return json.loads(found[1]) if found else None


def field(answer, name):
    form = answer.context["form"]
    return form[name].value() or ""


# --- Signed in --------------------------------------------------------------------------------------------------------
def test_what_a_phone_shares_stands_in_the_new_case(client, pool, cast):
    client.force_login(cast.owner)
    answer = client.post(URL, shared(png(), text=f"Kolla här: {POST}?mibextid=x", title="Simhallen"))
    assert answer.status_code == 200
    assert field(answer, "url") == f"{POST}?mibextid=x"
    assert field(answer, "text") == "Simhallen\n\nKolla här:"
    assert (field(answer, "channel"), field(answer, "how")) == (pool.pk, "shared")
    assert base64.b64decode(in_page(answer)["content"]) == png()
    assert 'action="/granska/nytt/"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert not Case.objects.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("values", "url", "text"),
    [
        ({"url": POST}, POST, ""),
        ({"title": POST}, POST, ""),
        ({"text": f"{POST}."}, POST, "."),
        ({"text": "Bara ord"}, "", "Bara ord"),
        ({"title": "Samma", "text": "Samma"}, "", "Samma"),
        ({"url": "trasig adress"}, "trasig adress", ""),
        ({}, "", ""),
    ],
)
def test_the_address_is_found_wherever_the_phone_put_it_and_no_word_is_lost(client, scene, cast, values, url, text):
    client.force_login(cast.owner)
    answer = client.post(URL, shared(**values))
    assert (field(answer, "url"), field(answer, "text")) == (url, text)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "Bilden följde inte med"),
        (b"", "Bilden följde inte med"),
        (png()[:40], "Bilden följde inte med"),
    ],
)
def test_what_is_no_picture_is_told_at_once_and_the_rest_is_kept(client, scene, cast, content, said):
    client.force_login(cast.owner)
    answer = client.post(URL, shared(content, url=POST))
    assert said in answer.content.decode()
    assert in_page(answer) is None
    assert field(answer, "url") == POST


def test_of_what_is_too_large_only_so_much_is_read_that_it_shows(client, scene, cast, settings):
    settings.ARCHIVE_MAX_BYTES = 1000
    client.force_login(cast.owner)
    answer = client.post(URL, shared(noise(60), url=POST))
    assert "för stor" in answer.content.decode()
    assert in_page(answer) is None


def test_of_several_pictures_the_first_comes_along_and_that_is_said(client, scene, cast):
    client.force_login(cast.owner)
    pictures = [SimpleUploadedFile(f"{n}.png", png(n, n), "image/png") for n in (5, 6)]
    answer = client.post(URL, {"title": "", "text": "", "url": POST, "image": pictures})
    assert base64.b64decode(in_page(answer)["content"]) == png(5, 5)
    assert "Bara den första bilden följde med" in answer.content.decode()


def test_somebody_who_opens_no_cases_sends_a_tip_with_what_was_shared(client, pool, cast):
    client.force_login(cast.outsider)
    answer = client.post(URL, shared(png(), text=POST))
    assert 'action="/granska/tipsa/"' in answer.content.decode()
    assert (field(answer, "url"), field(answer, "channel")) == (POST, pool.pk)
    assert "tar inte emot bilder" in answer.content.decode()
    assert in_page(answer) is None


def test_another_website_cannot_share(client, scene, cast):
    client.force_login(cast.owner)
    assert client.post(URL, shared(url=POST), headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post(URL, shared(url=POST), headers={"sec-fetch-site": "none"}).status_code == 200


# --- Not signed in ----------------------------------------------------------------------------------------------------
def test_the_page_keeps_what_was_shared_while_somebody_signs_in(client, scene, cast):
    client.cookies.load({"person": "x"})
    answer = client.post(URL, shared(png(), text=f"Titta {POST}", title="Rubrik"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'name="text" value="Titta {POST}"' in page
    assert 'name="title" value="Rubrik"' in page
    assert base64.b64decode(in_page(answer)["content"]) == png()
    assert not Session.objects.exists()
    client.force_login(cast.owner)  # in the other window
    assert "Gå tillbaka till fönstret" in client.get(URL).content.decode()
    again = client.post(URL, shared(png(), text=f"Titta {POST}", title="Rubrik"))
    assert field(again, "url") == POST


def test_by_its_address_the_page_leads_to_the_sign_in(client, scene):
    assert client.get(URL)["Location"].startswith("/konto/")


# --- Nothing of a picture is kept -------------------------------------------------------------------------------------
def everywhere(folder):
    """Everything that is stored: each row of each table as text, and each file below the folder."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608  (the database's own names)
            yield from ((table, row[0].encode()) for row in cursor.fetchall())
    yield from ((path, path.read_bytes()) for path in Path(folder).rglob("*") if path.is_file())


@pytest.mark.policy("H3")
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_shared_picture_is_in_memory_alone(client, scene, cast, media, monkeypatch, tmp_path, signed_in):
    def refuse(*args, **kwargs):
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr(TemporaryUploadedFile, "__init__", refuse)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(cache, "set", refuse)
    if signed_in:
        client.force_login(cast.owner)
    content = noise()
    assert len(content) > 2_500_000  # what Django would write to a file
    answer = client.post(URL, shared(content, name="hemlig-bild-4711.png", url=POST))
    assert base64.b64decode(in_page(answer)["content"]) == content
    parts = [content[1000:1032], content[-600:-568], b"hemlig-bild-4711", content[1000:1032].hex().encode()]
    coded = in_page(answer)["content"]
    parts += [coded[4000:4040].encode(), coded[-400:-360].encode()]
    assert any(b"Ekhults kommun" in stored for _where, stored in everywhere(tmp_path))  # the search finds things
    assert [where for where, stored in everywhere(tmp_path) if any(part in stored for part in parts)] == []


@pytest.mark.parametrize("category", ["child_abuse_material", ""])
def test_a_shared_picture_is_refused_where_it_may_not_be_kept(client, pool, cast, media, tmp_path, category):
    client.force_login(cast.owner)
    content = noise(40)
    sent = {
        "channel": pool.pk,
        "url": POST,
        "kind": "report",
        "category": category,
        "how": "shared",
        "direction": "incoming",
    }
    answer = client.post("/granska/nytt/", {**sent, "upload": SimpleUploadedFile("a.png", content, "image/png")})
    assert answer.status_code == 422
    assert not StoredFile.objects.exists()
    assert [where for where, stored in everywhere(tmp_path) if content[100:132] in stored] == []


def test_a_shared_picture_becomes_evidence_that_says_how_it_came(client, pool, cast):
    client.force_login(cast.owner)
    sent = {
        "channel": pool.pk,
        "url": POST,
        "kind": "report",
        "category": "hate_speech",
        "how": "shared",
        "direction": "incoming",
    }
    answer = client.post("/granska/nytt/", {**sent, "upload": SimpleUploadedFile("a.png", png(), "image/png")})
    assert answer.status_code == 302
    assert StoredFile.objects.get().how == "shared"


# --- The app ----------------------------------------------------------------------------------------------------------
def test_the_manifest_has_what_a_browser_asks_for(client, scene):
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.content)
    assert (manifest["name"], manifest["lang"]) == ("Kanalkollen, Ekhults kommun", "sv")
    assert manifest["display"] == "standalone"
    assert manifest["start_url"].startswith(manifest["scope"])
    target = manifest["share_target"]
    assert (target["action"], target["method"], target["enctype"]) == (URL, "POST", "multipart/form-data")
    assert target["params"]["files"][0]["name"] == "image"
    assert re.fullmatch(r"#[0-9a-f]{6}", manifest["theme_color"])
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in manifest["icons"]:
        with Image.open(finders.find(icon["src"].removeprefix("/static/"))) as image:
            assert (image.format, f"{image.width}x{image.height}") == ("PNG", icon["sizes"])


def test_the_manifest_comes_up_before_there_is_a_municipality(client, db):
    assert json.loads(client.get("/manifest.webmanifest").content)["name"] == "Kanalkollen"


def test_the_manifest_is_swedish_whatever_the_reader_chose(client, scene):
    english = client.get("/manifest.webmanifest", headers={"accept-language": "en"})
    assert json.loads(english.content)["shortcuts"][0]["name"] == "Nytt ärende"


def test_only_who_is_signed_in_is_offered_the_app(client, scene, cast):
    assert "manifest.webmanifest" not in client.get("/kanaler/").content.decode()
    client.force_login(cast.owner)
    assert "manifest.webmanifest" in client.get("/min-dag/").content.decode()
    assert "manifest.webmanifest" not in client.get("/kanaler/").content.decode()  # the same page for everybody


def test_the_worker_keeps_files_that_exist_and_no_page_of_anybody(client, db):
    script = client.get("/sw.js")
    assert script["Content-Type"].startswith("text/javascript")
    kept = re.search(r"const FILES = \[OFFLINE, (.*?)\];", script.content.decode())[1]
    for path in re.findall(r'"([^"]+)"', kept):
        assert finders.find(path.replace("\\u002D", "-").replace("\\u002F", "/").removeprefix("/static/")), path
    assert "Inget har skickats" in client.get("/utan-nat/").content.decode()
