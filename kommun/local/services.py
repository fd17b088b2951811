"""A folder with an embedded PostgreSQL and Redis: locked while anybody lives there, started and stopped together."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Self

from .errors import SetupError
from .servers import USER, Postgres, Redis
from .urls import database_url, redis_url

LEAVE_SECONDS = 20  # how long what is left of a killed start may take to end
_LONGEST_SOCKET = 107  # bytes in a Unix socket's address


class BusyError(SetupError):
    """Another start, alive and well, uses the folder."""


class Services:
    """The servers of one folder. `with Services(folder) as services: services.database_url("name")`."""

    def __init__(self, folder: Path, *, durable: bool = True, postgres: bool = True, redis: bool = True) -> None:
        self.folder = folder.resolve()
        self.postgres = Postgres(self.folder / "postgres", durable=durable) if postgres else None
        self.redis = Redis(self.folder / "redis", durable=durable) if redis else None
        self.lock = -1

    # --- Life ---------------------------------------------------------------------------------------------------------
    def __enter__(self) -> Self:
        self._take_lock()
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start both servers at once and wait for them. The lock is held."""
        reach = self.reach()
        if self.redis:
            self.redis.start(self.lock)
        if self.postgres:
            self.postgres.start(self.lock)
            self.postgres.wait_until_ready(reach / "postgres")
        if self.redis:
            self.redis.wait_until_ready(reach / "redis" / "redis.sock")

    def stop(self) -> None:
        """Stop the servers and leave the folder."""
        for server in (self.postgres, self.redis):
            if server:
                server.stop()
        alias = self._alias()
        if alias.is_symlink():
            alias.unlink()
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1

    def dead(self) -> str:
        """Return the name of a server that has ended by itself, or an empty string."""
        for server in (self.postgres, self.redis):
            if server and server.ended():
                return server.name
        return ""

    # --- The lock -----------------------------------------------------------------------------------------------------
    def _take_lock(self) -> None:
        """Lock the folder. The servers inherit the lock, so it is free only when every one of them has ended.

        After a kill -9 of the launcher its children need a moment: that is waited for. A launcher that lives is not.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError:
            told = f"Mappen {self.folder} tillhör en annan användare. Ta bort den: sudo rm -r '{self.folder}'"
            raise SetupError(told) from None
        deadline = time.monotonic() + LEAVE_SECONDS
        while True:
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = os.pread(self.lock, 4096, 0).decode()
                if _is_alive(holder.partition("\n")[0]) or time.monotonic() > deadline:
                    os.close(self.lock)
                    self.lock = -1
                    raise BusyError(_busy(holder)) from None
                time.sleep(0.05)
        self.announce("")

    def announce(self, address: str) -> None:
        """Note in the lock who we are and where we answer, for the next one who tries."""
        os.ftruncate(self.lock, 0)
        os.pwrite(self.lock, f"{os.getpid()}\n{address}".encode(), 0)

    # --- Addresses ----------------------------------------------------------------------------------------------------
    def _alias(self) -> Path:
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"kanalkollen-{os.getuid()}-{digest}"

    def reach(self) -> Path:
        """Return the folder by a name short enough for a socket: its own, or a symbolic link to it.

        libpq also reads a comma as a list of hosts.
        """
        longest = self.folder / "postgres" / ".s.PGSQL.5432.lock"
        if len(os.fsencode(longest)) <= _LONGEST_SOCKET and "," not in str(self.folder):
            return self.folder
        alias = self._alias()
        if not alias.is_symlink():
            alias.symlink_to(self.folder)
        if alias.lstat().st_uid != os.getuid() or alias.readlink() != self.folder:
            raise SetupError(f"Sökvägen till mappen är för lång, och {alias} är upptagen. Ta bort den och försök igen.")
        return alias

    def create_database(self, name: str) -> bool:
        """Create the database `name` unless it exists, and return whether it was created."""
        return self.postgres.ensure_database(self.reach() / "postgres", name) if self.postgres else False

    def database_url(self, name: str) -> str:
        """Return the address of the database `name`. Without an own server, the one given."""
        return database_url(self.reach() / "postgres", USER, name) if self.postgres else os.environ["DATABASE_URL"]

    def redis_url(self, number: int) -> str:
        """Return the address of Redis database `number`. Without an own server, the one given."""
        if not self.redis:
            return os.environ["REDIS_URL"]
        return redis_url(self.reach() / "redis" / "redis.sock", number)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True


def _busy(holder: str) -> str:
    pid, _, address = holder.partition("\n")
    where = f" på {address}" if address else ""
    return (
        f"Kanalkollen körs redan från den här mappen{where} (process {pid}). Avsluta den först: Ctrl-C i dess fönster."
    )


def remove_leftovers(parent: Path, prefix: str) -> None:
    """Remove temporary service folders that a killed start left behind. One that is in use is kept."""
    for folder in parent.glob(f"{prefix}*"):
        try:
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue  # just being made
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)
