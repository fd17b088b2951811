"""veraPDF asked as a command and over HTTP: what it says is kept, and one that is away is no verdict."""

import json
import stat
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from archive import actions
from archive.pdfa import validate
from archive.pdfa import validator as module
from tests.applications import make_municipality
from tests.archive_scene import keep_file
from tests.snapshot_scene import ask

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<report><buildInformation><releaseDetails id="core" version="1.28.2"/></buildInformation><jobs><job>
<validationReport profileName="PDF/A-1B validation profile" isCompliant="{verdict}"/></job></jobs></report>"""
REST = '<validationResult flavour="PDFA_1_B" isCompliant="true" totalAssertions="9"/>'


@pytest.fixture
def command(tmp_path, settings):
    """A command that looks at what it was given, as the real one does, and answers in its words."""

    def make(verdict="true", code=0, words=REPORT):
        path = tmp_path / "verapdf"
        path.write_text(
            "#!/bin/sh\n"
            '[ "$1 $2 $3 $4" = "--flavour 1b --format xml" ] || exit 9\n'
            'grep -q "^%PDF" "$5" || exit 8\n'
            f"cat <<'END'\n{words.format(verdict=verdict)}\nEND\nexit {code}\n",
            encoding="utf-8",
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        settings.PDFA_VALIDATOR = str(path)

    return make


@pytest.fixture
def service(settings):
    """The REST service, on loopback."""
    asked = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200 if "%PDF" in asked[-1][1].decode("latin-1") else 500)
            self.end_headers()
            self.wfile.write(REST.encode())

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.PDFA_VALIDATOR = f"http://127.0.0.1:{server.server_port}/"
    yield asked
    server.shutdown()
    server.server_close()


def test_without_one_nothing_is_said():
    found = validate(b"%PDF-1.4", "1b")
    assert (found.verdict, found.validator, found.report) == ("none", "", b"")


@pytest.mark.parametrize(("verdict", "code", "said"), [("true", 0, "valid"), ("false", 1, "invalid")])
def test_the_command_says_whether_it_is_valid(verdict, code, said, command):
    command(verdict, code)
    found = validate(b"%PDF-1.4", "1b")
    assert (found.verdict, found.validator, found.profile) == (said, "veraPDF 1.28.2", "PDF/A-1B validation profile")
    assert b"<releaseDetails" in found.report


@pytest.mark.parametrize(
    "words", ["", "<x", "<report/>", '<!DOCTYPE a [<!ENTITY b "c">]><a isCompliant="true">&b;</a>']
)
def test_an_answer_that_says_nothing_is_no_verdict(words, command):
    command(words=words)
    assert validate(b"%PDF-1.4", "1b").verdict == "failed"


def test_a_command_that_breaks_or_hangs_or_is_not_there_is_no_verdict(command, settings, tmp_path, monkeypatch):
    command()
    assert validate(b"not a pdf", "1b").verdict == "failed"
    monkeypatch.setattr(module, "LONGEST", 0.3)
    (tmp_path / "verapdf").write_text("#!/bin/sh\nexec sleep 9\n", encoding="utf-8")
    assert validate(b"%PDF-1.4", "1b").verdict == "failed"
    settings.PDFA_VALIDATOR = str(tmp_path / "nothing")
    assert validate(b"%PDF-1.4", "1b").verdict == "failed"


def test_the_service_is_sent_the_file_and_its_answer_is_read(service):
    found = validate(b"%PDF-1.4 hej", "2u")
    assert (found.verdict, found.profile) == ("valid", "PDFA_1_B")
    ((path, body),) = service
    assert path == "/api/validate/2u"
    assert b"%PDF-1.4 hej" in body


def test_a_service_that_fails_or_is_away_is_no_verdict(service, settings):
    assert validate(b"x", "1b").verdict == "failed"
    settings.PDFA_VALIDATOR = "http://127.0.0.1:9/"
    assert validate(b"%PDF", "1b").verdict == "failed"


@pytest.mark.django_db
@pytest.mark.parametrize(("verdict", "said"), [("true", "valid"), ("false", "invalid")])
def test_the_verdict_and_the_report_are_kept_with_the_snapshot(verdict, said, command, channel, owner):
    make_municipality()
    command(verdict)
    row = ask(channel, owner)
    actions.start_snapshot(snapshot_id=row.pk, actor=owner)
    actions.add_snapshot_file(snapshot_id=row.pk, role="screenshot", file=keep_file(owner), actor=owner)
    row = actions.complete_snapshot(snapshot_id=row.pk, actor=owner)
    assert (row.validation, row.validator, row.validator_profile) == (
        said,
        "veraPDF 1.28.2",
        "PDF/A-1B validation profile",
    )
    assert b"isCompliant" in row.file_rows.get(role="validation").file.file.open().read()
    manifest = json.loads(row.file_rows.get(role="manifest").file.file.open().read())
    assert any(one["role"] == "validation" for one in manifest["files"])
