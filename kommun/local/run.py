"""`make run`: the whole product for one municipality, from a stopped machine to a printed address."""

import hashlib
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

from .errors import SetupError
from .group import GRACE_SECONDS, Group, say
from .services import Services

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
MUNICIPALITIES = {
    "tibro": "Tibro",
    "sunne": "Sunne",
    "nora": "Nora",
    "overkalix": "Överkalix",
    "forshaga": "Forshaga",
}
DEFAULT = "tibro"
READY_SECONDS = 90
_NOT_SOURCES = {"__pycache__", "staticfiles", "media", "tests", "benchmarks", "docs"}
STOPPED = 130  # the exit code that shells use for a stop asked for
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Counts the signals that ask us to stop, instead of breaking off wherever we happen to be."""

    def __init__(self) -> None:
        self.count = 0
        for sign in STOP_SIGNALS:
            signal.signal(sign, self._note)

    def _note(self, _sign: int, _frame: FrameType | None) -> None:
        self.count += 1


def chosen_municipality(name: str) -> str:
    """Return the municipality to run, from what the person wrote."""
    wanted = name.strip().lower().replace("ö", "o")
    if wanted not in MUNICIPALITIES:
        raise SetupError(f"Kommunen ”{name}” finns inte här. Välj en av: {', '.join(MUNICIPALITIES)}.")
    return wanted


def free_port(wanted: str) -> int:
    """Return the port to answer on: the one wanted, or the next that is free."""
    if not (wanted.isascii() and wanted.isdigit() and 0 < int(wanted) < 65536):
        raise SetupError(f"PORT=”{wanted}” är inget portnummer. Ange ett tal mellan 1 och 65535.")
    for port in range(int(wanted), min(int(wanted) + 100, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port != int(wanted):
            say(f"Port {wanted} är upptagen. Använder {port} i stället.")
        return port
    raise SetupError(f"Ingen ledig port från {wanted} och uppåt. Välj en annan: make run PORT=9000")


def secret_key(file: Path) -> str:
    """Return the demo's own secret key, made at random the first time and readable by its owner alone."""
    if not file.exists():
        new = file.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.touch(0o600)  # closed before it holds anything
        new.write_text(secrets.token_urlsafe(50))
        new.rename(file)
    return file.read_text()


def base_environment() -> dict[str, str]:
    """Return the environment that every child gets."""
    return os.environ | {"DJANGO_SETTINGS_MODULE": "kommun.settings", "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}


def database(municipality: str) -> str:
    """Return the name of the demo's database: one for each municipality, so that switching loses nothing."""
    return f"kanalkollen_{municipality}"


def demo_environment(services: Services, municipality: str, address: str) -> dict[str, str]:
    """Return the environment of the demo of one municipality, answering at `address`."""
    return base_environment() | {
        "DATABASE_URL": services.database_url(database(municipality)),
        "REDIS_URL": services.redis_url([*MUNICIPALITIES].index(municipality)),
        "SECRET_KEY": os.environ.get("SECRET_KEY") or secret_key(LOCAL / "secret-key"),
        "KANALKOLLEN_DEMO": "1",
        "SITE_URL": address,
        "MEDIA_ROOT": str(services.folder / "media" / municipality),
        "PUBLISH_ROOT": str(services.folder / "published" / municipality),
    }


def own_services(folder: Path, *, durable: bool = True) -> Services:
    """Return embedded servers for what DATABASE_URL and REDIS_URL do not name."""
    postgres, redis = "DATABASE_URL" not in os.environ, "REDIS_URL" not in os.environ
    return Services(folder, durable=durable, postgres=postgres, redis=redis)


# --- Preparation: tables, demo content, static files ------------------------------------------------------------------
def _sources() -> Iterator[str]:
    """Yield what decides tables, content, translations and static files. Tests and somebody's own log do not."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in _NOT_SOURCES)
        inside_static = Path(folder).is_relative_to(ROOT / "static")
        for name in sorted(files):
            if inside_static or name.endswith((".py", ".toml", ".po", ".csv", ".json")):
                about = Path(folder, name).stat()
                yield f"{folder}/{name} {about.st_mtime_ns} {about.st_size}"


def fingerprint() -> str:
    """Return a mark that changes with any source file: then tables, content and static files are looked over."""
    return hashlib.sha256("\n".join(_sources()).encode(errors="surrogateescape")).hexdigest()


def _health(port: int) -> int:
    """Return the status of the health page, or 0 when nobody answers yet."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/halsa/")
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


class Run:
    """One run of the product."""

    def __init__(self, municipality: str) -> None:
        self.municipality = municipality
        self.signals = Signals()
        self.group = Group()

    def go(self, port: str) -> int:
        """Start everything, say where, stay until told to stop or a part fails, end everything. Return an exit code."""
        code = 0
        begun = time.monotonic()
        services = own_services(LOCAL / "run")
        try:
            with services:
                try:
                    code = self._serve(services, port, begun)
                finally:
                    self._end_children()
        finally:
            self.group.close()
        say("Kanalkollen är avslutad. Inget körs längre.")
        return code

    def _serve(self, services: Services, wanted: str, begun: float) -> int:
        port = free_port(wanted)
        address = f"http://localhost:{port}"
        services.announce(address)
        folder = services.folder
        fresh = services.create_database(database(self.municipality))
        env = demo_environment(services, self.municipality, address)
        # Nothing to prepare when the data is ours and not a file has changed since it was prepared.
        stamp, sign_ins = folder / f"{self.municipality}.prepared", folder / f"{self.municipality}.sign-ins"
        mark = fingerprint()
        if fresh or not services.postgres or not stamp.exists() or stamp.read_text() != mark:
            stamp.unlink(missing_ok=True)
            if code := self._prepare(env, sign_ins):
                return code
            stamp.write_text(mark)
        self._start_web(port, env)
        # Alone first: three processes that read the same code at once would make the person wait for all of them.
        if self._wait_for_web(port, services):
            name = MUNICIPALITIES[self.municipality]
            say(f"\n{sign_ins.read_text().strip()}\n\nKanalkollen för {name} svarar nu på {address}/")
            say(f"Starten tog {time.monotonic() - begun:.1f} sekunder. Avsluta med Ctrl-C.\n".replace(".", ",", 1))
            self._start_workers(folder, env)
        return self._stay(services)

    def _start_web(self, port: int, env: dict[str, str]) -> None:
        web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        web += ["--blocking-threads", "4", "--log-level", "warning"]
        self.group.start("webb", [*web, "kommun.wsgi:application"], env)

    def _start_workers(self, folder: Path, env: dict[str, str]) -> None:
        celery = [sys.executable, "-m", "celery", "--quiet", "--app", "kommun"]
        # One worker has nobody to greet. As root Celery warns at length of a danger that this demo does not have.
        quiet = env | {"PYTHONWARNINGS": "ignore:You're running the worker"}
        alone = ["--without-mingle", "--without-gossip", "--concurrency", "2", "--loglevel", "INFO"]
        alone += ["--queues", "celery,capture"]
        self.group.start("arbetare", [*celery, "worker", *alone], quiet)
        plan = ["--schedule", str(folder / f"{self.municipality}.beat"), "--loglevel", "WARNING"]
        self.group.start("schema", [*celery, "beat", *plan], env)

    def _prepare(self, env: dict[str, str], sign_ins: Path) -> int:
        self.group.start("start", [sys.executable, "-m", "kommun.local.prepare", self.municipality, sign_ins], env)
        while self.group.ended() != "start":
            if self.signals.count:
                return STOPPED
            time.sleep(0.02)
        if code := self.group.wait("start"):
            say("Förberedelsen misslyckades. Felet står ovan. Rätta det och kör om.")
            return code
        return 0

    def _wait_for_web(self, port: int, services: Services) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while not self.signals.count and not self.group.ended() and not services.dead():
            if status := _health(port):
                if status != HTTPStatus.OK:
                    say(f"Hälsosidan svarar {status}. Se loggen ovan.")
                return status == HTTPStatus.OK
            if time.monotonic() > deadline:
                say(f"Webben svarade inte på {READY_SECONDS} sekunder. Se loggen ovan.")
                return False
            time.sleep(0.05)
        return False

    def _stay(self, services: Services) -> int:
        while not self.signals.count:
            if name := self.group.ended() or services.dead():
                say(f"Delen ”{name}” avslutades oväntat, så allt stoppas. Starta igen med: make run")
                return 1
            time.sleep(0.1)
        say("\nAvslutar …")
        return 0

    def _end_children(self) -> None:
        asked, deadline = self.signals.count, time.monotonic() + GRACE_SECONDS
        self.group.ask_to_end()
        while not self.group.all_ended() and time.monotonic() < deadline:
            if self.signals.count > max(asked, 1):
                break  # asked twice: no more patience
            time.sleep(0.02)
        self.group.kill()


def run(name: str, port: str) -> int:
    """Run the product for the municipality `name` and return the exit code."""
    municipality = chosen_municipality(name)
    LOCAL.mkdir(exist_ok=True)
    return Run(municipality).go(port)
