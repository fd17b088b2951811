"""A stand-in for the product: the real launcher, servers and Celery around an application of three lines."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

LOCAL = Path(__file__).resolve().parents[2] / "kommun" / "local"
WAIT_SECONDS = 30  # for a loaded machine; nothing here takes more than a few

WSGI = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
"""
CELERY = """
import os
from celery import Celery
from kommun.local.urls import celery_broker_url

app = Celery("stand-in", broker=celery_broker_url(os.environ["REDIS_URL"]))
"""
PREPARE = """
import os, sys
from pathlib import Path

print("förbereder", sys.argv[1], os.environ["DATABASE_URL"].rsplit("%2F")[-1])
Path(sys.argv[2]).write_text("Anna loggar in med hemligt")
"""


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until `holds()`."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


class Project:
    """A checkout of the stand-in, and the processes that live in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "kommun").mkdir(parents=True)
        shutil.copytree(LOCAL, root / "kommun" / "local", ignore=shutil.ignore_patterns("__pycache__"))
        files = {"__init__": "", "settings": "SECRET_KEY = 'x'", "wsgi": WSGI, "celery": CELERY}
        for name, text in (files | {"local/prepare": PREPARE}).items():
            (root / "kommun" / f"{name}.py").write_text(text)
        self.output = root / "output"
        self.launcher: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str, output: int | None = None, **env: str) -> subprocess.Popen[bytes]:
        """Start the launcher with what a person would have in the environment, and nothing of this test run's own."""
        environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}} | env
        command = [sys.executable, "-m", "kommun.local", *arguments]
        with self.output.open("wb") as file:
            to = file if output is None else output
            self.launcher = subprocess.Popen(command, cwd=self.root, env=environment, stdout=to, stderr=to)
        return self.launcher

    def run(self, **env: str) -> subprocess.Popen[bytes]:
        """Start the product and wait until it says that it answers."""
        launcher = self.command("run", **({"PORT": "18000"} | env))
        until(lambda: "svarar nu på" in self.text or launcher.poll() is not None, f"start; the output was {self.text}")
        assert launcher.poll() is None, self.text
        return launcher

    @property
    def text(self) -> str:
        """What has been printed since the last start."""
        return self.output.read_text() if self.output.exists() else ""

    def processes(self) -> dict[int, str]:
        """Return every living process of the project: working in its folder, or started with it on the path."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                inside = (entry / "cwd").readlink().is_relative_to(self.root)
                if inside or str(self.root).encode() in (entry / "environ").read_bytes():
                    found[int(entry.name)] = (entry / "cmdline").read_text(errors="replace").replace("\0", " ")
            except OSError:
                continue  # ended while we looked, or somebody else's
        return {pid: line for pid, line in found.items() if line}  # a zombie has no command line

    def find(self, name: str) -> int:
        """Return the id of the oldest process whose command line holds `name`."""
        return min(pid for pid, line in self.processes().items() if name in line)
