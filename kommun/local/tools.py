"""`make test`, `make bench` and `make manage`: one command with PostgreSQL and Redis around it."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .errors import SetupError
from .group import GRACE_SECONDS, Group
from .identity import die_with_parent
from .run import (
    DEFAULT,
    LOCAL,
    ROOT,
    Signals,
    base_environment,
    chosen_municipality,
    database,
    demo_environment,
    own_services,
)
from .services import BusyError, Services, remove_leftovers
from .translations import compile_translations


@contextmanager
def _new_services(*, durable: bool) -> Iterator[Services]:
    """Yield servers with empty data in a folder of their own, removed afterwards. Any number may run side by side."""
    LOCAL.mkdir(exist_ok=True)
    remove_leftovers(LOCAL, "test-")
    folder = Path(tempfile.mkdtemp(prefix="test-", dir=LOCAL))
    try:
        with own_services(folder, durable=durable) as services:
            services.create_database("kanalkollen")
            yield services
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(services: Services) -> dict[str, str]:
    return base_environment() | {
        "DATABASE_URL": services.database_url("kanalkollen"),
        "REDIS_URL": services.redis_url(0),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "KANALKOLLEN_TESTING": "1",
    }


def _finish(command: Sequence[str | Path], env: dict[str, str], signals: Signals, group: Group) -> int:
    """Run a command to its end and return its exit code. The first Ctrl-C is passed on, the second is final."""
    group.start("", command, env, prefix=False)
    child = group.children[""]
    deadline = float("inf")
    told = 0
    while child.poll() is None:
        if signals.count > told:
            told = signals.count
            child.send_signal(signal.SIGINT)
            deadline = min(deadline, time.monotonic() + GRACE_SECONDS)
        if told > 1 or time.monotonic() > deadline:
            child.kill()
        time.sleep(0.02)
    return group.wait("")


def test(arguments: Sequence[str]) -> int:
    """Run the test suite on all cores and return pytest's exit code."""
    signals, group = Signals(), Group()
    compile_translations(ROOT / "locale")
    try:
        with _new_services(durable=False) as services:
            command = [sys.executable, "-m", "pytest", "-n", "auto", *arguments]
            code = _finish(command, _environment(services), signals, group)
            group.kill()  # before the servers stop, so that nobody is left to complain
            return code
    finally:
        group.close()


def bench(arguments: Sequence[str]) -> int:
    """Run the benchmarks, or those named, one after the other. Return 0 when every one of them did."""
    files = [ROOT / "benchmarks" / f"{name}.py" for name in arguments] or sorted((ROOT / "benchmarks").glob("[!_]*.py"))
    for file in files:
        if not file.exists():
            raise SetupError(f"Mätningen ”{file.stem}” finns inte i benchmarks/.")
    signals, group = Signals(), Group()
    worst = 0
    try:
        with _new_services(durable=True) as services:  # as in production: every commit reaches the disk
            env = _environment(services)
            for command in [["manage.py", "migrate", "--verbosity", "0"], *([str(file)] for file in files)]:
                if not signals.count:
                    worst = max(worst, abs(_finish([sys.executable, *command], env, signals, group)))
            group.kill()
            return worst or signals.count
    finally:
        group.close()


def manage(arguments: Sequence[str]) -> int:
    """Run a command of manage.py on the data of `make run`, whether that is running or not."""
    municipality = chosen_municipality(os.environ.get("KOMMUN") or DEFAULT)
    LOCAL.mkdir(exist_ok=True)
    services = own_services(LOCAL / "run")
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C belongs to the shell that may be open

    def command() -> int:
        env = demo_environment(services, municipality, "http://localhost:8000")
        line = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.run(line, env=env, preexec_fn=die_with_parent(signal.SIGTERM), check=False).returncode

    try:
        with services:
            services.create_database(database(municipality))
            return command()
    except BusyError:  # `make run` is up: use its servers
        return command()
