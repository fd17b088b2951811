"""Capturing as this installation is set up: the checks before a start, the words for people, and the command for operations."""

import json
from enum import StrEnum
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from archive import capturing, checks
from archive.capture import words
from archive.capture.addresses import Guard
from archive.capture.values import AuthorKind, Banner, Limit, Outcome, Sandbox, Why
from tests.platform_server import HOST, OWNER, Platform


@pytest.fixture
def production(settings):
    settings.TESTING = settings.DEMO = False
    return settings


def ids() -> list[str]:
    return [message.id for message in checks.check_capture()]


def test_a_way_inward_is_refused_outside_tests_and_demo(production):
    production.CAPTURE_INWARD = {"kanal.example:80": "127.0.0.1:4711"}
    assert ids() == ["archive.E001"]
    assert capturing.guard() == Guard()  # and it would not be used either


@pytest.mark.parametrize("mode", ["TESTING", "DEMO"])
def test_tests_and_demo_may_have_a_platform_of_their_own(production, mode):
    setattr(production, mode, True)
    production.CAPTURE_INWARD = {"Kanal.example:80": "127.0.0.1:4711"}
    assert ids() == []
    assert capturing.guard().inward == {"kanal.example:80": ("127.0.0.1", 4711)}


def test_a_way_inward_leads_to_loopback_alone(settings):
    settings.CAPTURE_INWARD = {"kanal.example:80": "10.0.0.1:80"}
    assert ids() == ["archive.E002"]


@pytest.mark.parametrize(
    ("name", "value"), [("CAPTURE_BARRED_NETWORKS", ["192.0.2.0/33"]), ("CAPTURE_SANDBOX", "sometimes")]
)
def test_settings_that_cannot_be_read_are_refused(production, name, value):
    setattr(production, name, value)
    assert ids() == ["archive.E002"]


def test_networks_can_be_barred_and_the_sandbox_is_demanded_unless_somebody_says_otherwise(production):
    production.CAPTURE_BARRED_NETWORKS = ["93.184.0.0/16", " 2001:db8::/32"]
    assert [str(net) for net in capturing.guard().barred] == ["93.184.0.0/16", "2001:db8::/32"]
    assert capturing.sandbox() is Sandbox.REQUIRED
    assert ids() == []
    production.CAPTURE_SANDBOX = "preferred"
    assert ids() == ["archive.W001"]


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        (Outcome, words.OUTCOMES),
        (Limit, words.LIMITS),
        (Banner, words.BANNERS),
        (AuthorKind, words.AUTHORS),
        (Why, words.REASONS),
    ],
)
def test_everything_has_its_words(kind: type[StrEnum], table):
    assert set(table) == set(kind)
    with translation.override("sv"):
        assert all(str(text) for text in table.values())


@pytest.fixture
def platform(settings):
    server = Platform()
    settings.CAPTURE_INWARD = {f"{HOST}:80": f"127.0.0.1:{server.server_port}"}
    settings.CAPTURE_SANDBOX = "preferred"
    yield server
    server.close()


def test_operations_can_capture_a_page_into_a_folder(platform, tmp_path):
    out = StringIO()
    folder = tmp_path / "sida"
    with pytest.raises(CommandError, match="Bara en del av kanalen syns") as ended:
        call_command("capture", f"http://{HOST}/halv", "--to", str(folder), "--own-name", OWNER, stdout=out)
    assert ended.value.returncode == 3
    said = out.getvalue()
    assert "Öppnar sidan: http://kanal.example/halv" in said
    assert "Sidan frågade inte om kakor." in said
    assert "6 inlägg och kommentarer" in said
    record = json.loads((folder / "uppgifter.json").read_text())
    assert record["report"]["posts"][0]["author_kind"] == "municipality"
    for name in ("bild-01.png", "sida.mhtml", "sida.wacz", "inlagg.json", "uppgifter.json"):
        assert f"  {name}\n" in said


def test_operations_are_told_why_an_address_is_not_captured(tmp_path):
    with pytest.raises(CommandError, match="Kanalkollen hämtar inte från den"):
        call_command("capture", "http://169.254.169.254/", "--to", str(tmp_path / "x"), stdout=StringIO())


def test_operations_do_not_write_over_what_is_there(tmp_path):
    (tmp_path / "min fil").touch()
    with pytest.raises(CommandError, match="är inte tom"):
        call_command("capture", "https://kanal.example/", "--to", str(tmp_path), stdout=StringIO())
