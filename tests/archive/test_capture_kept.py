"""What is kept of a page: the archive that others can validate and replay, and posts read as the page gives them."""

import json
import re
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
import surt
from playwright.sync_api import Browser, expect
from wacz.main import main as wacz
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from archive.capture.platforms import Extractor, table
from archive.capture.reading import Posts, moment, outcome_of_page, outcome_of_status
from archive.capture.values import AuthorKind, Order, Outcome
from archive.capture.warc import sort_key
from archive.capture.world import script
from tests.capture_scene import POSTS, Captured
from tests.platform_server import HOST, OWNER


def test_the_archive_is_valid_by_the_public_tool(feed, capsys):
    assert wacz(["validate", "-f", str(feed.folder / "sida.wacz")]) in (0, None)
    assert "invalid" not in capsys.readouterr().out.lower()


def test_a_changed_byte_makes_the_archive_invalid(feed, tmp_path):
    changed = tmp_path / "sida.wacz"
    with zipfile.ZipFile(feed.folder / "sida.wacz") as old, zipfile.ZipFile(changed, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry, data[:-1] + b"x" if entry.filename == "pages/pages.jsonl" else data)
    assert wacz(["validate", "-f", str(changed)]) not in (0, None)


def test_every_record_has_the_checksum_that_it_says(feed, tmp_path):
    warc = tmp_path / "data.warc.gz"
    with zipfile.ZipFile(feed.folder / "sida.wacz") as archive:
        warc.write_bytes(archive.read("archive/data.warc.gz"))
    checker = Checker(type("Options", (), {"inputs": [str(warc)], "verbose": False})())
    checker.process_all()
    assert checker.exit_value == 0


def test_the_archive_opens_with_the_page_that_was_reached(feed):
    result = feed.result
    with zipfile.ZipFile(feed.folder / "sida.wacz") as archive:
        package = json.loads(archive.read("datapackage.json"))
        page = json.loads(archive.read("pages/pages.jsonl").splitlines()[1])
        assert archive.getinfo("archive/data.warc.gz").compress_type == zipfile.ZIP_STORED
    assert package["wacz_version"] == "1.1.1"
    assert package["mainPageUrl"] == page["url"] == result.report.reached_url == f"http://{HOST}/flode"
    assert package["mainPageDate"] == page["ts"]
    assert page["title"] == OWNER
    assert "Inlägg nummer 39" in page["text"]
    assert result.report.redirects == (f"http://{HOST}/kanal", f"http://{HOST}/flode")


@pytest.mark.parametrize(
    "url",
    [
        "http://kanal.example/", "https://www.Facebook.com/Tibro?b=2&a=1", "https://m.youtube.com/@Nora/videos",
        "http://kanal.example/a/b/", "https://kanal.example/bild.png?x=%C3%A5&y", "https://127.0.0.1/x",
    ],
)  # fmt: skip
def test_the_index_sorts_as_other_tools_do(url):
    assert sort_key(url) == surt.surt(url).lower()


class _Replay(BaseHTTPRequestHandler):
    """A proxy that answers from an archive alone, by way of its index."""

    archive: bytes
    index: dict[str, dict[str, str]]

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        entry = self.index.get(self.path)
        if entry is None:
            self.send_error(404)
            return
        begins = int(entry["offset"])
        record = next(ArchiveIterator(BytesIO(self.archive[begins : begins + int(entry["length"])])))
        body = record.content_stream().read()
        self.send_response(int(record.http_headers.get_statuscode()))
        for name, value in record.http_headers.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class _Replayer(ThreadingHTTPServer):
    request_queue_size = 100
    daemon_threads = True


@pytest.fixture
def replay(feed: Captured) -> Iterator[int]:
    with zipfile.ZipFile(feed.folder / "sida.wacz") as archive:
        lines = [line.split(" ", 2)[2] for line in archive.read("indexes/index.cdx").decode().splitlines()]
        values = {
            "archive": archive.read("archive/data.warc.gz"),
            "index": {entry["url"]: entry for entry in map(json.loads, lines)},
        }
    server = _Replayer(("127.0.0.1", 0), type("Replay", (_Replay,), values))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_the_page_replays_from_the_archive_when_its_server_is_gone(replay, browser: Browser):
    context = browser.new_context(proxy={"server": f"http://127.0.0.1:{replay}"})
    page = context.new_page()
    page.goto(f"http://{HOST}/kanal")
    articles = page.locator("article[id]")
    while articles.count() < POSTS:
        before = articles.count()
        page.locator("#slut").scroll_into_view_if_needed()
        expect(articles).not_to_have_count(before)
    articles.last.scroll_into_view_if_needed()
    expect(articles.last.locator("img")).to_have_js_property("naturalWidth", 320)
    assert page.url == f"http://{HOST}/flode"
    context.close()


# --- Reading ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "shown", "at"),
    [
        ("2026-05-01T10:00:00Z", "", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01T10:00:00.000+02:00", "", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        ("2026-05-01 10:00", "", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        ("2026-12-01T10:00", "", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("1777629600", "", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("1777629600000", "", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("3 tim", "2026-05-01 10:00", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        ("3 tim", "3 tim", None),
        ("2026-05-01", "", None),  # a day is no instant
        ("2026-13-01T10:00", "", None),
        ("", "", None),
    ],
)
def test_a_time_is_read_exactly_or_not_at_all(value, shown, at):
    assert moment(value, shown) == at


def row(**values: str) -> dict[str, object]:
    return {
        "kind": "post",
        "author": "",
        "authorUrl": "",
        "text": "Hej",
        "time": "",
        "timeText": "",
        "url": "",
        "answers": -1,
    } | values


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (row(author="Tibro kommun"), AuthorKind.MUNICIPALITY),
        (row(author="TIBRO  KOMMUN\n@tibrokommun"), AuthorKind.MUNICIPALITY),
        (row(author="Tibro", authorUrl="https://m.facebook.com/tibrokommun/"), AuthorKind.MUNICIPALITY),
        (row(author="Tibro kommuns vänner"), AuthorKind.VISITOR),
        (row(author="Tibro kommun fanclub", authorUrl="https://www.facebook.com/annan"), AuthorKind.VISITOR),
        (row(), AuthorKind.UNKNOWN),
    ],
)
def test_the_author_is_the_municipality_only_by_its_own_name_or_address(found, kind):
    posts = Posts(Order("https://www.facebook.com/tibrokommun", own_names=("Tibro kommun",)), 10)
    posts.add({"source": "x", "posts": [found], "full": False})
    assert [post.author_kind for post in posts.all()] == [kind]


def test_a_feed_that_drops_what_has_scrolled_away_is_read_on_the_way():
    posts = Posts(Order("https://x.com/tibro"), 3)
    for first in (0, 1, 2):
        rows = [row(text=f"Inlägg {number}") for number in (first, first + 1)]
        posts.add({"source": "x", "posts": rows, "full": False})
    assert [post.text for post in posts.all()] == ["Inlägg 0", "Inlägg 1", "Inlägg 2"]
    assert posts.gone() == 2
    assert posts.full  # the fourth was one too many


def test_comments_keep_what_they_answer_when_the_feed_moves():
    posts = Posts(Order("https://x.com/tibro"), 10)
    comment = {"kind": "comment", "text": "Svar", "answers": 0}
    posts.add({"source": "x", "posts": [row(text="Första"), row(**comment)], "full": False})
    posts.add({"source": "x", "posts": [row(text="Andra"), row(**comment | {"author": "Annan"})], "full": False})
    assert [(post.text, post.answers) for post in posts.all()] == [
        ("Första", None),
        ("Svar", 0),
        ("Andra", None),
        ("Svar", 2),
    ]


LOOK = {
    "title": "", "textLength": 9000, "password": False, "loginText": "", "loginOver": "", "missingText": "",
    "contentType": "text/html", "width": 1280, "elements": 100,
}  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "posts", "reached", "outcome"),
    [
        ({}, 5, "", Outcome.CAPTURED),
        ({}, 0, "", Outcome.CAPTURED),
        ({"password": True}, 5, "", Outcome.CAPTURED),  # a sign-in in a corner of a page that shows its posts
        ({"password": True}, 0, "", Outcome.LOGIN_WALL),
        ({"loginText": "logga in för att se"}, 0, "", Outcome.LOGGED_OUT),  # it says a lot besides
        ({"loginText": "logga in för att se", "textLength": 500}, 0, "", Outcome.LOGIN_WALL),
        ({"loginText": "log in to see"}, 5, "", Outcome.LOGGED_OUT),
        ({"loginOver": "log in to see"}, 5, "", Outcome.LOGGED_OUT),
        ({"missingText": "sidan finns inte"}, 0, "", Outcome.NOT_FOUND),
        ({}, 0, "https://www.instagram.com/accounts/login/?next=/tibro/", Outcome.LOGIN_WALL),
        ({}, 0, "https://x.com/i/flow/login?redirect=x", Outcome.LOGIN_WALL),
        ({}, 0, "https://www.linkedin.com/authwall?trk=x", Outcome.LOGIN_WALL),
        ({}, 0, "https://www.facebook.com/login.php?next=x", Outcome.LOGIN_WALL),
        ({}, 0, "https://www.facebook.com/inloggningsproblem", Outcome.CAPTURED),
        ({"contentType": "application/pdf"}, 0, "", Outcome.NOT_A_PAGE),
    ],
)
def test_a_page_is_called_what_it_is(seen, posts, reached, outcome):
    asked = "https://www.facebook.com/tibrokommun"
    assert outcome_of_page(asked, reached or asked, LOOK | seen, posts, table())[0] is outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, None), (304, None), (401, Outcome.LOGIN_WALL), (403, Outcome.TURNED_AWAY), (404, Outcome.NOT_FOUND),
        (410, Outcome.NOT_FOUND), (429, Outcome.TURNED_AWAY), (451, Outcome.TURNED_AWAY), (503, Outcome.SERVER_ERROR),
        (999, Outcome.TURNED_AWAY),
    ],
)  # fmt: skip
def test_a_status_decides_alone(status, outcome):
    assert outcome_of_status(status) is outcome


def test_the_table_never_agrees_to_cookies():
    for word in (
        "Godkänn alla",
        "Acceptera",
        "OK",
        "Tillåt alla kakor",
        "Accept all",
        "Allow all cookies",
        "I agree",
        "Jag förstår",
    ):
        assert not any(re.fullmatch(pattern, word, re.IGNORECASE) for pattern in table().refuse_texts), word
    for word in (
        "Avvisa alla",
        "Endast nödvändiga kakor",
        "Neka",
        "Tillåt endast nödvändiga",
        "Reject all",
        "Decline optional cookies",
    ):
        assert any(re.fullmatch(pattern, word, re.IGNORECASE) for pattern in table().refuse_texts), word


# --- Extractors, against pages of each platform's shape ----------------------------------------------------------------
SHAPES: dict[str, str] = {
    "facebook": """<div role=main><div role=feed><div><div role=article><h3>
        <a href='https://www.facebook.com/tibro'>Tibro</a></h3>
        <div data-ad-comet-preview=message>Text</div><div role=article><a role=link href='https://www.facebook.com/b'>
        <span><span>Besökare</span></span></a>
        <div dir=auto>Svar</div></div></div></div></div></div>""",
    "instagram": """<main><article><header><h2><a role=link href='/tibro/'>Tibro</a></h2></header><h1>Text</h1>
        <ul><ul><li><h3><a href='/b/'>Besökare</a></h3><span dir=auto>Svar</span></li></ul></ul></article></main>""",
    "x": """<article data-testid=tweet><div data-testid=User-Name><a href='/tibro'>Tibro</a></div>
        <div data-testid=tweetText>Text</div>
        <a href='/tibro/status/1'><time datetime='2026-05-01T10:00:00.000Z'>1 maj</time></a></article>""",
    "youtube": """<ytd-comment-view-model><a id=author-text href='/@tibro'>Tibro</a><span id=published-time-text>
        <a href='/w'>1 dag</a></span>
        <div id=content-text>Text</div></ytd-comment-view-model>""",
    "linkedin": """<article class=main-feed-activity-card data-id=main-feed-card>
        <a data-tracking-control-name=x_actor-name href='/c/tibro'>Tibro</a>
        <p data-test-id=main-feed-activity-card__commentary>Text</p><time>1 d</time></article>""",
    "mastodon": """<div class='status'><a class='status__display-name' href='https://m.se/@tibro'>
        <span class='display-name'>Tibro</span></a>
        <a class='status__relative-time' href='https://m.se/1'><time datetime='2026-05-01T10:00:00Z'>1 maj</time></a>
        <div class='status__content'><div class='status__content__text'>Text</div></div></div>""",
    "bluesky": """<div data-testid='feedItem-by-tibro'><a href='/profile/tibro' aria-label=x>Tibro</a>
        <div data-testid=postText>Text</div>
        <a href='/profile/tibro/post/1' data-tooltip='x'>1 d</a></div>""",
    "reddit": """<shreddit-post author=Tibro permalink='/r/1' created-timestamp='2026-05-01T10:00:00Z'>
        <h1 slot=title>Text</h1></shreddit-post>
        <shreddit-comment author=Besökare><p slot=comment>Svar</p></shreddit-comment>""",
    "schema.org": """<div itemscope itemtype='https://schema.org/SocialMediaPosting'><span itemprop=author itemscope>
        <b itemprop=name>Tibro</b></span>
        <time itemprop=datePublished datetime='2026-05-01T10:00:00Z'></time><p itemprop=articleBody>Text</p>
        <div itemscope itemtype='https://schema.org/Comment'><span itemprop=author>Besökare</span><p itemprop=text>Svar</p>
        </div></div>""",
    "microformats": "<div class=h-entry><a class='p-author u-url' href='/t'>Tibro</a><p class=e-content>Text</p></div>",
    "article": """<article><header><a href='/t'>Tibro</a> <time datetime='2026-05-01T10:00Z'>1 maj</time></header><p>Text</p>
        </article>""",
}


def test_every_extractor_has_a_shape_to_be_tried_on():
    assert {one.source for one in table().extractors} == set(SHAPES)


@pytest.mark.parametrize("source", sorted(SHAPES))
def test_an_extractor_reads_its_platform(browser: Browser, source):
    extractor: Extractor = next(one for one in table().extractors if one.source == source)
    page = browser.new_page()
    page.set_content(SHAPES[source])
    answer = page.evaluate(f"([a, b]) => ({script('posts')})(a, b)", [[asdict(extractor)], 100])
    page.close()
    assert answer["source"] == source
    first, *others = answer["posts"]
    assert (first["author"].split("\n")[0], first["text"]) == ("Tibro", "Text")
    assert [(one["kind"], one["author"], one["text"]) for one in others] in ([], [("comment", "Besökare", "Svar")])
