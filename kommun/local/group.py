"""One process group for everything a start brings to life. Nothing of it outlives the start, not even after kill -9.

Three nets, each for what the one before cannot catch: the launcher ends its children in order; the kernel tells them
when the launcher dies; and a guard, which leads the group and listens to a pipe from the launcher, kills what is left.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .identity import die_with_parent

GRACE_SECONDS = 10  # how long a child may take to finish what it is doing
_printing = threading.Lock()
_COLOURS = {"webb": 36, "arbetare": 33, "schema": 35}


def say(text: str) -> None:
    """Print a line in one piece. A terminal that is gone is no reason to fail, nor to let a child block on a full pipe."""
    with suppress(OSError), _printing:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


class Group:
    """Child processes that end together."""

    def __init__(self) -> None:
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._readers: dict[str, threading.Thread] = {}
        listen, self._alive = os.pipe()
        self.id = os.fork()
        if self.id == 0:
            os.close(self._alive)
            _guard(listen)
        os.close(listen)
        os.setpgid(self.id, self.id)  # here too: whoever of us comes first

    def start(self, name: str, command: Sequence[str | Path], env: Mapping[str, str], *, prefix: bool = True) -> None:
        """Start a child. Its lines are printed behind its name, unless `prefix` is False: then it has our own output.

        Must be called from the main thread: the kernel counts the death of a thread as the death of the parent.
        """
        output = subprocess.PIPE if prefix else None
        child = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if prefix else None,
            process_group=self.id,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        self.children[name] = child
        if prefix:
            reader = threading.Thread(target=self._relay, args=(name, child), daemon=True)
            reader.start()
            self._readers[name] = reader

    def _relay(self, name: str, child: subprocess.Popen[bytes]) -> None:
        label = f"{name:<9} |"
        if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
            label = f"\033[{_COLOURS.get(name, 32)}m{label}\033[0m"
        for line in child.stdout or ():
            text = line.decode(errors="replace").rstrip()
            say(f"{label} {text}")

    def ended(self) -> str:
        """Return the name of a child that has ended, or an empty string."""
        return next((name for name, child in self.children.items() if child.poll() is not None), "")

    def wait(self, name: str) -> int:
        """Wait for one child and its last words, forget it and return its exit code."""
        code = self.children.pop(name).wait()
        if reader := self._readers.pop(name, None):
            reader.join(1)
        return code

    def ask_to_end(self) -> None:
        """Ask every child to finish what it is doing and end."""
        for child in self.children.values():
            child.terminate()

    def all_ended(self) -> bool:
        """Return whether every child has ended."""
        return all(child.poll() is not None for child in self.children.values())

    def kill(self) -> None:
        """End the whole group at once, grandchildren and guard included."""
        with suppress(ProcessLookupError):
            os.killpg(self.id, signal.SIGKILL)

    def close(self) -> None:
        """Kill what is left, grandchildren included, and wait until it is gone."""
        self.kill()
        for child in self.children.values():
            child.wait()
        os.close(self._alive)
        os.waitpid(self.id, 0)
        for reader in self._readers.values():
            reader.join(1)


def _guard(listen: int) -> None:
    """Wait until the launcher is gone, give its children time to end, and kill the rest of the group. Never returns."""
    try:
        os.setpgid(0, 0)
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(sign, signal.SIG_IGN)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)  # whoever reads our output must not wait for the guard
        os.read(listen, 1)  # nothing is ever written: this returns when the other end closes
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and _others_in_group():
            time.sleep(0.05)
    finally:
        os.killpg(os.getpid(), signal.SIGKILL)


def _others_in_group() -> bool:
    """Return whether the calling process' group has another living member."""
    group, own = str(os.getpgrp()), str(os.getpid())
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or entry.name == own:
            continue
        try:
            state, _, pgrp = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue  # it ended while we looked
        if pgrp == group and state not in "ZX":
            return True
    return False
