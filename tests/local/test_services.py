"""PostgreSQL and Redis from wheels: first and later starts, sudden deaths, odd folders, one tenant at a time."""

import os
import subprocess
import sys
from pathlib import Path

import environ
import psycopg
import pytest
import redis
from kombu import Connection

from kommun.local import identity, servers
from kommun.local.errors import SetupError
from kommun.local.services import BusyError, Services, remove_leftovers
from kommun.local.urls import celery_broker_url
from tests.local.standin import until

ROOT = Path(__file__).resolve().parents[2]


def connect(services: Services) -> psycopg.Connection:
    services.create_database("prov")
    found = environ.Env.db_url_config(services.database_url("prov"))
    return psycopg.connect(host=found["HOST"], user=found["USER"], dbname=found["NAME"], autocommit=True)


def count_start(services: Services) -> tuple[int, int]:
    """Leave a trace in both servers, and return how many there are now."""
    with connect(services) as rows:
        rows.execute("create table if not exists starts (at timestamptz default now())")
        rows.execute("insert into starts default values")
        stored = rows.execute("select count(*) from starts").fetchone()
    with redis.from_url(services.redis_url(2)) as keys:
        return stored[0] if stored else 0, int(keys.incr("starts"))


def test_data_survives_an_orderly_restart(tmp_path):
    for expected in (1, 2):
        with Services(tmp_path / "run") as services:
            assert count_start(services) == (expected, expected)


def test_swedish_letters_change_case_in_the_database(tmp_path):
    with Services(tmp_path / "run", durable=False) as services, connect(services) as rows:
        assert rows.execute("select lower('ÅÄÖ'), 'åby' ilike 'ÅBY'").fetchone() == ("åäö", True)


def test_a_path_too_long_for_a_socket_with_spaces_commas_and_swedish_letters_works(tmp_path):
    folder = tmp_path / ("Överkalix kommun, " + "å" * 60) / "run"
    with Services(folder) as services:
        assert len(os.fsencode(services.reach())) < 60
        assert count_start(services) == (1, 1)
        with Connection(celery_broker_url(services.redis_url(2))) as broker:
            assert broker.default_channel.client.get("starts") == b"1"
        alias = services.reach()
    assert not alias.is_symlink()
    with Services(folder) as services:
        assert count_start(services) == (2, 2)


def test_the_sockets_and_the_data_are_closed_to_everybody_else(tmp_path):
    with Services(tmp_path / "run") as services:
        for name in (".", "postgres", "postgres/data", "redis"):
            assert (services.folder / name).stat().st_mode & 0o077 == 0, name


@pytest.mark.parametrize("victim", ["postgres", "redis"])
def test_a_killed_server_is_noticed_and_the_next_start_recovers_its_data(tmp_path, victim):
    with Services(tmp_path / "run") as services:
        assert count_start(services) == (1, 1)
        with redis.from_url(services.redis_url(0)) as keys:
            keys.config_set("appendfsync", "always")
            keys.set("safe", "yes")
        process = getattr(services, victim).process
        process.kill()
        process.wait()
        assert services.dead() == getattr(services, victim).name
    with Services(tmp_path / "run") as services:
        assert not services.dead()
        assert count_start(services)[0] == 2
        with redis.from_url(services.redis_url(0)) as keys:
            assert keys.get("safe") == b"yes"


def test_a_stale_pid_that_now_belongs_to_another_process_does_not_hinder(tmp_path):
    with Services(tmp_path / "run") as services:
        count_start(services)
        pid_file = services.folder / "postgres/data/postmaster.pid"
        lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]))
    with Services(tmp_path / "run") as services:
        assert count_start(services) == (2, 2)


def test_an_interrupted_first_start_leaves_no_half_database(tmp_path):
    half = tmp_path / "run/postgres/data.new"
    half.mkdir(parents=True, mode=0o700)
    (half / "PG_VERSION").write_text("18")
    with Services(tmp_path / "run") as services:
        assert count_start(services) == (1, 1)


def hold(folder: Path) -> subprocess.Popen[str]:
    """Start another process that has the services of a folder up, and wait until it does."""
    program = (
        "import sys, time; from pathlib import Path; from kommun.local.services import Services\n"
        "with Services(Path(sys.argv[1])) as s:\n"
        "    s.announce('http://localhost:8000'); print('up', flush=True); time.sleep(60)"
    )
    env = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    command = [sys.executable, "-c", program, folder]
    holder = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "up\n"
    return holder


def test_a_second_start_in_the_same_folder_is_refused_and_told_where_the_first_one_is(tmp_path):
    holder = hold(tmp_path / "run")
    try:
        refused = rf"körs redan .* på http://localhost:8000 \(process {holder.pid}\)"
        with pytest.raises(BusyError, match=refused), Services(tmp_path / "run"):
            pass
    finally:
        holder.kill()
        holder.communicate()


def test_after_kill_9_of_the_holder_the_servers_end_and_the_folder_is_free(tmp_path):
    holder = hold(tmp_path / "run")
    holder.kill()
    holder.communicate()
    with Services(tmp_path / "run") as services:  # waits for what is left, without being told to
        assert count_start(services) == (1, 1)


def test_leftovers_are_removed_but_a_folder_in_use_is_kept(tmp_path):
    with Services(tmp_path / "test-dead", durable=False, redis=False):
        pass
    with Services(tmp_path / "test-live", durable=False, postgres=False):
        remove_leftovers(tmp_path, "test-")
        assert not (tmp_path / "test-dead").exists()
        assert (tmp_path / "test-live").exists()


def test_given_addresses_are_used_and_nothing_is_started_for_them(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/kanalkollen")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example:6379/0")
    with Services(tmp_path / "run", postgres=False, redis=False) as services:
        assert services.database_url("prov") == "postgres://db.example/kanalkollen"
        assert services.redis_url(4) == "redis://redis.example:6379/0"
        assert [path.name for path in services.folder.iterdir()] == ["lock"]


def test_root_without_user_namespaces_becomes_nobody_and_later_keeps_to_that(tmp_path, monkeypatch):
    """In a chroot and in most containers. For somebody who is not root there is nothing to become."""
    with monkeypatch.context() as forbidden:
        forbidden.setattr(identity, "_works", lambda step: False)
        with Services(tmp_path / "run") as services:
            assert count_start(services) == (1, 1)
    owner = (tmp_path / "run/postgres").stat().st_uid
    assert owner == (identity.NOBODY if os.geteuid() == 0 else os.geteuid())
    with Services(tmp_path / "run") as services:
        assert count_start(services) == (2, 2)


def test_a_server_that_cannot_start_says_in_one_line_why_and_leaves_no_other_behind(tmp_path):
    (tmp_path / "run/redis/redis.sock").mkdir(parents=True)
    services = Services(tmp_path / "run")
    with pytest.raises(SetupError, match=r"Redis startade inte\. Orsaken står i .*/redis/log: .+"), services:
        pass
    assert services.postgres
    assert services.postgres.process
    until(lambda: services.postgres.process.poll() is not None, "PostgreSQL to end")


def test_without_the_wheels_a_missing_server_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(servers, "find_spec", lambda name: None)
    monkeypatch.setattr(servers.shutil, "which", lambda name: None)
    with pytest.raises(SetupError, match="sudo apt-get install redis-server"):
        servers.find_redis()
    monkeypatch.setattr(servers.Path, "glob", lambda self, pattern: iter([]))
    with pytest.raises(SetupError, match="sudo apt-get install postgresql"):
        servers.find_postgres()


def test_an_installed_redis_is_used_and_named_where_the_wheel_does_not_exist(monkeypatch):
    monkeypatch.setattr(servers, "find_spec", lambda name: None)
    monkeypatch.setattr(servers.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert servers.find_redis() == (Path("/usr/bin/redis-server"), False)


def test_data_made_by_another_version_of_postgresql_is_not_touched(tmp_path):
    data = tmp_path / "run/postgres/data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9")
    with pytest.raises(SetupError, match="PostgreSQL 9, som inte finns här"), Services(tmp_path / "run", redis=False):
        pass
    assert (data / "PG_VERSION").read_text() == "9"


def test_a_signal_to_the_terminals_group_does_not_reach_the_servers(tmp_path):
    with Services(tmp_path / "run", durable=False) as services:
        for server in (services.postgres, services.redis):
            assert server
            assert server.process
            assert os.getpgid(server.process.pid) == server.process.pid != os.getpgrp()
