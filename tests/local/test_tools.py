"""`make test` around a suite of its own, the catalogues, and the file that describes the product to the public sector."""

import os
import signal
from pathlib import Path

import pytest
from babel.support import Translations
from ruamel.yaml import YAML

from kommun.local.translations import compile_translations
from tests.local.standin import WAIT_SECONDS, Project, until

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
import os, time
import environ, psycopg, redis

def test_servers():
    found = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    psycopg.connect(host=found["HOST"], user=found["USER"], dbname=found["NAME"]).close()
    assert redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
    time.sleep(float(os.environ.get("LONG", 0)))

def test_that_may_fail():
    assert "FAIL" not in os.environ
"""
QUICK = ("test", "-n", "0", "-p", "no:django", "-p", "no:cacheprovider", "suite.py")


@pytest.fixture
def suite(project: Project) -> Project:
    (project.root / "suite.py").write_text(SUITE)
    return project


@pytest.mark.parametrize(("env", "code", "closing"), [({}, 0, "2 passed"), ({"FAIL": "1"}, 1, "1 failed, 1 passed")])
def test_the_suite_gets_fresh_servers_and_its_exit_code_and_last_line_are_passed_on(suite, env, code, closing):
    assert suite.command(*QUICK, **env).wait(WAIT_SECONDS) == code
    assert closing in suite.text.rstrip().splitlines()[-1]
    assert not list((suite.root / ".local").glob("test-*"))
    assert not suite.processes()


def test_the_suite_runs_beside_the_running_product_and_what_a_killed_run_left_is_removed(suite):
    left = suite.root / ".local/test-left"
    left.mkdir(parents=True)
    (left / "lock").touch()
    product = suite.run()
    suite.output = suite.root / "output2"
    assert suite.command(*QUICK).wait(WAIT_SECONDS) == 0
    assert not left.exists()
    assert product.poll() is None
    product.send_signal(signal.SIGINT)
    assert product.wait(WAIT_SECONDS) == 0


def test_ctrl_c_ends_the_suite_with_its_servers(suite):
    launcher = suite.command(*QUICK, LONG="600")
    until(lambda: any("suite.py" in line and "-m pytest" in line for line in suite.processes().values()), "pytest")
    until(lambda: any("bin/postgres" in line for line in suite.processes().values()), "PostgreSQL")
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(WAIT_SECONDS) != 0
    assert not suite.processes()


def test_catalogues_are_compiled_once_and_again_when_changed(tmp_path):
    folder = tmp_path / "en/LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    source.write_text(f'{header}msgid "Öppna"\nmsgstr "Open"\n\n#, fuzzy\nmsgid "Stäng"\nmsgstr "Perhaps"\n')
    assert [compile_translations(tmp_path), compile_translations(tmp_path)] == [1, 0]
    with (folder / "django.mo").open("rb") as compiled:
        found = Translations(compiled)
    assert (found.gettext("Öppna"), found.gettext("Stäng")) == ("Open", "Stäng")  # a guess is no translation
    later = source.stat().st_mtime_ns + 10**9
    os.utime(source, ns=(later, later))
    assert compile_translations(tmp_path) == 1


def test_publiccode_says_what_the_standard_demands():
    about = YAML(typ="safe").load(ROOT / "publiccode.yml")
    mandatory = {"publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType"}
    assert mandatory | {"description", "legal", "maintenance", "localisation"} <= set(about)
    for language, text in about["description"].items():
        assert len(text["shortDescription"]) <= 150, language
        assert 150 <= len(text["longDescription"]) <= 10_000, language
        assert text["features"], language
    assert about["legal"]["license"] == "EUPL-1.2"
    assert (ROOT / "LICENSE").read_text().startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert about["localisation"] == {"localisationReady": True, "availableLanguages": ["sv", "en"]}
