"""Ending a process and all that it started, also what has put itself in a session of its own, as Chromium does."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """A line of the process table."""

    pid: int
    parent: int
    session: int


def everyone() -> list[Process]:
    """Return the processes of this machine that are alive."""
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):  # it ended while we looked
                # The name of a program stands in brackets and may hold anything, brackets too.
                rest = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                if rest[0] not in "ZX":
                    found.append(Process(int(entry.name), int(rest[1]), int(rest[3])))
    return found


def family(root: int, known: set[int]) -> set[int]:
    """Return the process, its descendants, and whatever shares a session with one of them.

    `known` are sessions that were seen before: a child whose parent has died is found by them. Sessions are added to it.
    """
    alive = everyone()
    members, grown = {root}, True
    mine = os.getsid(0)
    while grown:
        before = len(members)
        for process in alive:
            if process.parent in members or process.session in known:
                members.add(process.pid)
        known |= {process.session for process in alive if process.pid in members and process.session != mine}
        grown = len(members) > before
    return {process.pid for process in alive if process.pid in members} - {os.getpid()}


def kill_family(root: int, known: set[int], seconds: float = 10) -> bool:
    """Kill the process and all its family. Return True when none of them is left within `seconds`."""
    end = time.monotonic() + seconds
    while members := family(root, known):
        for pid in members:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > end:
            return False
        with suppress(ChildProcessError):
            os.waitpid(root, os.WNOHANG)
        time.sleep(0.05)
    return True
