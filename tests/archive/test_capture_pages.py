"""Each kind of page ends in the state that it is in, and what was kept says what was done."""

import hashlib
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from PIL import Image

from archive.capture.addresses import Guard
from archive.capture.browser import ORDINARY_USER
from archive.capture.run import FolderInUse, capture
from archive.capture.values import AuthorKind, Banner, Kind, Limit, Limits, Order, Outcome, Result, Sandbox, Step, Why
from tests.capture_scene import POSTS, SANDBOX, of_captures
from tests.platform_server import HOST, OWNER, PAGES_OF_POSTS, Platform

ROOT = Path(__file__).resolve().parents[2]
QUICK = Limits(seconds=60, load_seconds=10, scroll_seconds=30, script_seconds=5)

Capture = Callable[..., Result]


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    server = Platform()
    yield server
    server.close()


@pytest.fixture(scope="module")
def shoot(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Capture:
    """Return a function that captures a page of the platform, and gives the result with its folder."""

    def run(path: str, limits: Limits = QUICK, on_step: Callable[[Step], None] | None = None) -> tuple[Result, Path]:
        folder = tmp_path_factory.mktemp("capture")
        guard = Guard(inward={f"{HOST}:80": ("127.0.0.1", platform.server_port)})
        order = Order(f"http://{HOST}{path}", own_names=(OWNER,))
        return capture(order, folder, guard=guard, limits=limits, sandbox=SANDBOX, on_step=on_step), folder

    return run


# --- A channel as it should be ----------------------------------------------------------------------------------------
def test_a_feed_is_captured_to_its_end(feed):
    result = feed.result
    assert result.outcome is Outcome.CAPTURED, result.report
    assert (result.report.status, result.report.title, result.limits_hit) == (200, OWNER, ())
    assert feed.asked[f"/inlagg?sida={PAGES_OF_POSTS - 1}"] == 1
    assert [one.text.partition(":")[0] for one in result.report.posts if not one.is_comment] == [
        f"Inlägg nummer {number}" for number in range(POSTS)
    ]


def test_every_lazy_picture_was_loaded(feed):
    assert {path for path in feed.asked if path.startswith("/bild/")} == {f"/bild/{n}.png" for n in range(POSTS)}


def test_posts_say_who_wrote_when_and_where(feed):
    result, folder = feed.result, feed.folder
    own, comment = result.report.posts[24], result.report.posts[25]
    assert (own.author, own.author_kind, own.is_comment) == (OWNER, AuthorKind.MUNICIPALITY, False)
    assert own.at == datetime(2026, 4, 15, 8, 12, tzinfo=UTC)
    assert own.url == f"http://{HOST}/i/12"
    assert own.text == "Inlägg nummer 12: badplatsen är öppen åäö 🏊"
    assert (comment.author, comment.author_kind, comment.is_comment) == ("Besökare 12", AuthorKind.VISITOR, True)
    assert comment.text == "Kommentar till 12, tack!"
    assert (comment.at, comment.answers, own.answers) == (None, 24, None)
    assert len(json.loads((folder / "inlagg.json").read_text())) == 2 * POSTS


def test_cookies_are_refused_and_never_agreed_to(feed):
    result = feed.result
    assert (result.report.banner, result.report.banner_text) == (Banner.REFUSED, "Avvisa alla")
    assert feed.asked["/kaka?val=nej"] == 1
    assert feed.asked["/kaka?val=ja"] == 0


def test_the_picture_is_the_whole_page_with_each_part_once(feed):
    result, folder = feed.result, feed.folder
    [picture] = result.pictures
    with Image.open(folder / picture.name) as image:
        image = image.convert("RGB")
        assert image.size == (1280, result.report.page_height) == (1280, picture.height)
        # The header sticks to the window: here it stands at the top and nowhere else.
        blue = [y for y in range(0, image.height, 10) if image.getpixel((1270, y)) == (0, 0x33, 0x66)]
        assert blue
        assert max(blue) < 100
        # The last picture of the feed was drawn.
        assert _colour_of(POSTS - 1) in {image.getpixel((350, y)) for y in range(image.height - 1200, image.height, 20)}


def _colour_of(number: int) -> tuple[int, int, int]:
    return (40 * number % 256, 90, 200 - 10 * number % 200)


def test_the_page_as_one_file_holds_its_pictures(feed):
    folder = feed.folder
    parts = list(message_from_bytes((folder / "sida.mhtml").read_bytes(), policy=policy.default).walk())
    assert sum(part.get_content_type() == "image/png" for part in parts) == POSTS
    text = next(part for part in parts if part.get_content_type() == "text/html").get_payload(decode=True).decode()
    assert "Inlägg nummer 39: badplatsen är öppen åäö 🏊" in text


def test_the_record_says_how_it_was_done(feed):
    result, folder = feed.result, feed.folder
    record = json.loads((folder / "uppgifter.json").read_text())
    assert record["report"]["reached_url"] == f"http://{HOST}/flode"
    assert record["order"]["url"] == f"http://{HOST}/kanal"
    assert [step["name"] for step in record["steps"]] == [
        "start",
        "open",
        "banner",
        "scroll",
        "still",
        "read",
        "draw",
        "keep",
    ]
    assert re.fullmatch(r"\d+(\.\d+)+", record["report"]["browser"]["version"])
    assert record["limits"]["width"] == 1280
    assert record["started_at"] < record["steps"][0]["at"] < record["ended_at"]
    assert all(entry["address"] == "127.0.0.1" for entry in record["connections"] if entry["host"] == HOST)
    assert record["refusals"] == [entry for entry in record["connections"] if entry["refused"]]
    for kept in result.files:
        content = (folder / kept.name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (kept.sha256, kept.size)
    assert {one.name for one in folder.iterdir()} == {one.name for one in result.files}


@pytest.mark.skipif(
    SANDBOX is Sandbox.PREFERRED, reason="this machine forbids namespaces, so there is no sandbox to look at"
)
def test_the_browser_ran_as_an_ordinary_user_in_its_sandbox(feed):
    result = feed.result
    assert (result.report.browser.sandbox, result.report.browser.own_network) == (True, True)
    assert result.report.browser.user == (ORDINARY_USER if os.geteuid() == 0 else _me())
    assert feed.renderers
    assert {uid for uid, _seccomp in feed.renderers} != {0}
    assert {seccomp for _uid, seccomp in feed.renderers} == {"2"}  # a filter on system calls


def _me() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


# --- Pages that are not the channel -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "outcome", "detail", "pictures"),
    [
        ("/vagg", Outcome.LOGIN_WALL, f"http://{HOST}/login/?next=/vagg", 1),
        ("/logga-in-har", Outcome.LOGIN_WALL, "password", 1),
        ("/halv", Outcome.LOGGED_OUT, "Logga in för att fortsätta", 1),
        ("/fel", Outcome.SERVER_ERROR, "500", 1),
        ("/skript-till-borta", Outcome.NOT_FOUND, "404", 1),
        ("/skript-inat", Outcome.REFUSED_ADDRESS, None, 0),
        ("/vidare-inat", Outcome.REFUSED_ADDRESS, None, 0),
        ("/finns-inte-200", Outcome.NOT_FOUND, "Det här innehållet är inte tillgängligt just nu", 1),
        ("/fil", Outcome.NOT_A_PAGE, None, 0),
    ],
)
def test_a_page_that_is_not_the_channel_is_called_what_it_is(shoot, path, outcome, detail, pictures):
    result, folder = shoot(path)
    assert (result.outcome, len(result.pictures)) == (outcome, pictures), result.report
    assert detail in (None, result.report.detail)
    assert (folder / "uppgifter.json").exists()


def test_a_banner_that_cannot_be_refused_is_left_and_noted(shoot, platform):
    before = platform.asked["/kaka?val=ja"]
    result, _folder = shoot("/flode-utan-val")
    assert (result.outcome, result.report.banner) == (Outcome.CAPTURED, Banner.LEFT)
    assert "kakor" in result.report.banner_text
    assert platform.asked["/kaka?val=ja"] == before


# --- Pages that never end ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/slinga", "/slinga-direkt", "/langsam", "/droppar"])
def test_a_page_that_never_ends_is_ended(shoot, path):
    result, _folder = shoot(path, Limits(seconds=12, load_seconds=3, scroll_seconds=5, script_seconds=1.5))
    assert result.outcome is Outcome.TIMEOUT, result.report
    assert set(result.limits_hit) & {Limit.TIME, Limit.LOAD}
    assert (result.ended_at - result.started_at).total_seconds() < 40
    assert not list(of_captures())


def test_a_page_as_high_as_the_limit_is_captured_in_tiles(shoot):
    result, folder = shoot("/precis", Limits(seconds=90, scroll_seconds=30))
    assert (result.outcome, result.report.page_height) == (Outcome.CAPTURED, 60_000)
    assert [(one.top, one.height) for one in result.pictures] == [(top, 15_000) for top in range(0, 60_000, 15_000)]
    edges = []
    for picture in result.pictures:
        with Image.open(folder / picture.name) as image:
            assert image.size == (1280, 15_000)
            edges += [image.getpixel((5, 0))[2], image.getpixel((5, 14_999))[2]]
    # A gradient from white to dark blue: each tile goes on where the last one ended, down to the end.
    assert edges == pytest.approx(
        [255 - 153 * y / 60_000 for top in range(0, 60_000, 15_000) for y in (top, top + 15_000)], abs=2
    )


def test_a_page_that_is_too_high_is_kept_to_the_limit_and_called_so(shoot):
    result, _folder = shoot("/hog", Limits(seconds=60, height=8000, tile_height=5000, scroll_seconds=10))
    assert result.outcome is Outcome.TOO_HIGH
    assert Limit.HEIGHT in result.limits_hit
    assert [(one.top, one.height) for one in result.pictures] == [(0, 5000), (5000, 3000)]


def test_a_page_that_is_too_big_is_stopped(shoot):
    result, _folder = shoot("/stor", Limits(seconds=12, load_seconds=3, script_seconds=2, bytes=2_000_000))
    assert result.outcome is Outcome.TOO_BIG
    assert Limit.BYTES in result.limits_hit
    assert result.bytes_moved < 2_200_000


@pytest.mark.parametrize("whom", ["--type=renderer", "--remote-debugging-pipe", "archive.capture.child"])
def test_a_browser_that_dies_is_told(shoot, whom):
    def kill(step: Step) -> None:
        if step.name == "scroll":
            for pid, _command in of_captures(whom):
                os.kill(pid, signal.SIGKILL)

    result, folder = shoot("/flode", on_step=kill)
    assert result.outcome is Outcome.BROWSER_DIED, result.report
    assert not list(of_captures())
    assert {one.name for one in folder.iterdir()} == {one.name for one in result.files}


WORKER = """
import sys
from pathlib import Path
from archive.capture.addresses import Guard
from archive.capture.run import capture
from archive.capture.values import Order, Sandbox
host, port, folder, sandbox = sys.argv[1:]
capture(
    Order(f"http://{host}/flode"), Path(folder), guard=Guard(inward={f"{host}:80": ("127.0.0.1", int(port))}),
    sandbox=Sandbox(sandbox), on_step=lambda step: print(step.name, flush=True),
)
"""


def test_a_worker_that_is_killed_takes_its_browser_with_it(platform, tmp_path):
    command = [sys.executable, "-c", WORKER, HOST, str(platform.server_port), str(tmp_path / "x"), SANDBOX]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert worker.stdout is not None
    for line in worker.stdout:
        if line.strip() == "scroll":
            break
    assert list(of_captures("--type=renderer", of=worker.pid))
    worker.kill()
    worker.wait()
    end = time.monotonic() + 20
    while (left := list(of_captures(of=worker.pid))) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == []
    for folder in Path(tempfile.gettempdir()).glob(f"kanalkollen-capture-{worker.pid}-*"):
        shutil.rmtree(folder)


# --- Addresses --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("led_to", "why"),
    [
        ("http://10.0.0.1/", Why.ADDRESS),
        ("https://169.254.169.254/latest/meta-data/", Why.ADDRESS),
        ("http://intern.lan/", Why.NAME),
    ],
)
def test_a_page_that_leads_inward_is_a_refused_address(shoot, platform, led_to, why):
    platform.redirects["/inat"] = led_to
    result, _folder = shoot("/inat")
    assert result.outcome is Outcome.REFUSED_ADDRESS, result.report
    assert why in {entry.refused for entry in result.refusals}
    assert result.pictures == ()


@pytest.mark.parametrize(
    ("url", "why"),
    [("file:///etc/passwd", Why.SCHEME), ("http://2130706433/", Why.HOST_FORM), ("https://a@b.example/", Why.USERINFO)],
)
def test_an_address_that_no_browser_should_see_starts_none(tmp_path, url, why):
    result = capture(Order(url), tmp_path)
    assert (result.outcome, result.report.detail, result.steps) == (Outcome.REFUSED_ADDRESS, why, ())
    assert [one.kind for one in result.files] == [Kind.RECORD]


async def _nobody(name: str, port: int) -> list[str]:
    raise OSError("unknown")


def test_a_name_that_leads_nowhere_is_no_contact(shoot, tmp_path):
    result = capture(
        Order("http://finns.inte.example/"), tmp_path, guard=Guard(resolve=_nobody), limits=QUICK, sandbox=SANDBOX
    )
    assert result.outcome is Outcome.NO_CONTACT
    assert result.refusals[-1].refused is Why.UNKNOWN_NAME


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "sida.wacz").write_text("mine")
    with pytest.raises(FolderInUse):
        capture(Order("https://kanal.example/"), tmp_path)
    assert (tmp_path / "sida.wacz").read_text() == "mine"


def test_without_a_browser_it_says_so(tmp_path):
    assert capture(Order("https://kanal.example/"), tmp_path, browser_path="/finns/inte").outcome is Outcome.NO_BROWSER


def test_what_a_killed_worker_left_is_removed_after_a_day_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, young, other = (
        tmp_path / name for name in ("kanalkollen-capture-1-a", "kanalkollen-capture-1-b", "kanalkollen-0-a")
    )
    for folder in (old, young, other):
        (folder / "profile").mkdir(parents=True)
    long_ago = time.time() - 25 * 3600
    for folder in (old, other):
        os.utime(folder, (long_ago, long_ago))
    capture(
        Order(f"http://{HOST}/"),
        tmp_path / "result",
        limits=Limits(seconds=1),
        guard=Guard(resolve=_nobody),
        sandbox=SANDBOX,
    )
    assert [folder.exists() for folder in (old, young, other)] == [False, True, True]
