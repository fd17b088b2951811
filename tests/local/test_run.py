"""`make run`: what it says, what it starts, and that nothing of it outlives it however it ends."""

import os
import re
import signal
import socket
import stat
import time
from http.client import HTTPConnection

import pytest

from tests.local.standin import WAIT_SECONDS, Project, until


def nothing_left(project: Project) -> None:
    until(lambda: not project.processes(), f"every process to end, of {project.processes()}")


def address(project: Project) -> str:
    found = re.search(r"svarar nu på (http://localhost:\d+/)", project.text)
    assert found, project.text
    return found[1]


def health(project: Project) -> bytes:
    connection = HTTPConnection(address(project).removeprefix("http://").rstrip("/"))
    connection.request("GET", "/halsa/")
    return connection.getresponse().read()


def test_one_start_serves_the_web_with_worker_and_scheduler_in_one_group_and_ctrl_c_ends_it_all(project):
    launcher = project.run()
    assert health(project) == b"ok"
    until(lambda: "ready." in project.text and "beat" in str(project.processes()), "worker and scheduler")
    text = project.text
    assert "start     | förbereder tibro kanalkollen_tibro" in text
    assert "arbetare  | " in text
    assert text.index("Anna loggar in med hemligt") < text.index("Kanalkollen för Tibro svarar nu på")
    parts = [project.find(name) for name in ("-m granian", "-m celery --quiet --app kommun worker", "kommun beat")]
    assert len({os.getpgid(pid) for pid in parts}) == 1
    # Not the terminal's group: Ctrl-C reaches the launcher alone, which ends the rest in order.
    assert os.getpgid(parts[0]) != os.getpgid(launcher.pid)
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(WAIT_SECONDS) == 0
    assert project.text.rstrip().endswith("Kanalkollen är avslutad. Inget körs längre.")
    assert not project.processes()


def test_the_second_start_prepares_nothing_and_takes_less_than_five_seconds(project):
    project.run().send_signal(signal.SIGINT)
    nothing_left(project)
    begun = time.monotonic()
    project.run()
    assert time.monotonic() - begun < 5
    assert "förbereder" not in project.text
    assert "Anna loggar in med hemligt" in project.text


def test_a_changed_file_is_prepared_for_again(project):
    project.run().send_signal(signal.SIGINT)
    nothing_left(project)
    (project.root / "kommun" / "policy.toml").write_text("changed")
    project.run()
    assert "förbereder" in project.text


def test_every_municipality_has_its_own_database_and_keeps_it(project):
    for name, expected in (("sunne", True), ("Överkalix", True), ("sunne", False)):
        launcher = project.run(KOMMUN=name)
        plain = name.lower().replace("ö", "o")
        assert (f"förbereder {plain} kanalkollen_{plain}" in project.text) == expected
        launcher.send_signal(signal.SIGTERM)
        assert launcher.wait(WAIT_SECONDS) == 0


@pytest.mark.parametrize("name", ["stockholm", "../tibro", "tibro'; drop database postgres", "t\u0131bro"])
def test_an_unknown_municipality_is_one_line_that_names_the_five(project, name):
    assert project.command("run", KOMMUN=name).wait(WAIT_SECONDS) == 2
    assert project.text == f"Kommunen ”{name}” finns inte här. Välj en av: tibro, sunne, nora, overkalix, forshaga.\n"
    assert not (project.root / ".local").exists()


def test_after_kill_9_of_the_launcher_nothing_is_left_and_the_next_start_works(project):
    launcher = project.run()
    until(lambda: "ready." in project.text, "the worker")
    assert len(project.processes()) > 8
    launcher.kill()
    launcher.wait()
    nothing_left(project)
    project.run()
    assert "förbereder" not in project.text


def test_a_child_that_refuses_to_end_is_killed_with_everything_it_started(project):
    """The guard's work: the launcher is dead, and a grandchild ignores every polite signal."""
    stubborn = (
        "\nimport subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import signal, time\\n"
        "for s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)\\ntime.sleep(600)'])"
    )
    with (project.root / "kommun/wsgi.py").open("a") as wsgi:
        wsgi.write(stubborn)
    group = project.root / "kommun/local/group.py"
    group.write_text(group.read_text().replace("GRACE_SECONDS = 10", "GRACE_SECONDS = 1"))
    launcher = project.run()
    until(lambda: "time.sleep(600)" in str(project.processes()), "the child that refuses")
    launcher.kill()
    launcher.wait()
    nothing_left(project)


@pytest.mark.parametrize("signals", [[signal.SIGHUP], [signal.SIGINT] * 2, [signal.SIGTERM] + [signal.SIGINT] * 2])
def test_hang_up_and_impatient_ctrl_c_leave_nothing(project, signals):
    launcher = project.run()
    for sign in signals:
        launcher.send_signal(sign)
        time.sleep(0.01)
    assert launcher.wait(WAIT_SECONDS) == 0
    assert not project.processes()


def test_ctrl_c_while_the_servers_still_start_leaves_nothing(project):
    launcher = project.command("run", PORT="18000")
    until(lambda: (project.root / ".local/run/lock").exists(), "the first sign of life")
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(WAIT_SECONDS) in {0, 130}
    assert not project.processes()
    assert not (project.root / ".local/run/tibro.prepared").exists()


@pytest.mark.parametrize(("victim", "named"), [("-m granian", "webb"), ("bin/postgres", "PostgreSQL")])
def test_a_part_that_dies_is_named_and_everything_stops(project, victim, named):
    launcher = project.run()
    os.kill(project.find(victim), signal.SIGKILL)
    assert launcher.wait(WAIT_SECONDS) == 1
    assert f"Delen ”{named}” avslutades oväntat" in project.text
    assert not project.processes()


def test_a_preparation_that_fails_shows_its_error_and_stops(project):
    prepare = project.root / "kommun/local/prepare.py"
    prepare.write_text("raise SystemExit('Regelverket tibro.toml går inte att läsa')")
    assert project.command("run").wait(WAIT_SECONDS) == 1
    assert "start     | Regelverket tibro.toml går inte att läsa" in project.text
    assert "Förberedelsen misslyckades" in project.text
    assert not project.processes()


def test_a_second_start_is_refused_while_the_first_one_goes_on(project):
    first = project.run()
    where, project.output = address(project), project.root / "output2"
    second = project.command("run", PORT="18000")
    assert second.wait(WAIT_SECONDS) == 2
    assert project.text == (
        f"Kanalkollen körs redan från den här mappen på {where.rstrip('/')} (process {first.pid}). "
        "Avsluta den först: Ctrl-C i dess fönster.\n"
    )
    project.output = project.root / "output"
    assert health(project) == b"ok"
    first.send_signal(signal.SIGINT)
    assert first.wait(WAIT_SECONDS) == 0


def test_a_port_that_is_taken_is_said_and_the_next_one_used(project):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        project.run(PORT=str(port))
    used = address(project).rsplit(":")[-1].rstrip("/")
    assert int(used) > port
    assert f"Port {port} är upptagen. Använder {used} i stället." in project.text


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "８０"])
def test_a_port_that_is_none_is_one_line(project, port):
    assert project.command("run", PORT=port).wait(WAIT_SECONDS) == 2
    assert project.text == f"PORT=”{port}” är inget portnummer. Ange ett tal mellan 1 och 65535.\n"


def test_the_secret_key_is_random_kept_and_closed_to_others(project):
    project.run().send_signal(signal.SIGINT)
    key = project.root / ".local/secret-key"
    first = key.read_text()
    assert len(first) > 50
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    nothing_left(project)
    project.run()
    assert key.read_text() == first


def test_a_terminal_that_goes_away_does_not_stop_the_clean_end(project):
    """Output into a closed pipe, as after `make run | head`."""
    read, write = os.pipe()
    os.close(read)
    launcher = project.command("run", output=write, PORT="18000")
    os.close(write)
    until(lambda: any("kommun beat" in line for line in project.processes().values()), "everything to start")
    launcher.send_signal(signal.SIGTERM)
    assert launcher.wait(WAIT_SECONDS) == 0
    assert not project.processes()
