"""A channel that was captured as it should be, once for all who look at what came of it."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from archive.capture.addresses import Guard
from archive.capture.enclosure import possible
from archive.capture.processes import everyone
from archive.capture.run import capture
from archive.capture.values import Limits, Order, Result, Sandbox, Step
from tests.platform_server import HOST, OWNER, PAGES_OF_POSTS, POSTS_A_PAGE, Platform

POSTS = PAGES_OF_POSTS * POSTS_A_PAGE
# Where the machine forbids namespaces everything else is tried all the same.
SANDBOX = Sandbox.REQUIRED if possible() else Sandbox.PREFERRED


@dataclass
class Captured:
    """The result and its folder, what the platform was asked for, and user and system call filter of each renderer."""

    result: Result
    folder: Path
    asked: Counter[str]
    renderers: list[tuple[int, str]] = field(default_factory=list)


def capture_feed(folder: Path) -> Captured:
    """Capture the feed by way of an address that leads on to it, and close its server."""
    platform = Platform()
    platform.redirects["/kanal"] = "/flode"
    guard = Guard(inward={f"{HOST}:80": ("127.0.0.1", platform.server_port)})
    seen: list[tuple[int, str]] = []

    def look(step: Step) -> None:
        if step.name == "scroll":
            seen.extend(_renderers())

    order = Order(f"http://{HOST}/kanal", own_names=(OWNER,))
    limits = Limits(seconds=60, scroll_seconds=40, tile_height=30_000)
    result = capture(order, folder, guard=guard, limits=limits, sandbox=SANDBOX, on_step=look)
    platform.close()
    return Captured(result, folder, platform.asked, seen)


def _renderers() -> Iterator[tuple[int, str]]:
    """Yield user and system call filter of each renderer that belongs to a capture."""
    for pid, _command in of_captures("--type=renderer"):
        status = Path(f"/proc/{pid}/status").read_text()
        values = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        yield int(values["Uid"].split()[0]), values["Seccomp"]


def of_captures(part: str = "", *, of: int | None = None) -> Iterator[tuple[int, str]]:
    """Yield number and command of every process of our captures, or of those `of` another process.

    That is the one that drives, and all in a session with its browser.
    """
    found = []
    for process in everyone():
        try:
            command = Path(f"/proc/{process.pid}/cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        found.append((process, command))
    sessions = {
        process.session for process, command in found if f"/kanalkollen-capture-{of or os.getpid()}-" in command
    }
    yield from ((one.pid, command) for one, command in found if one.session in sessions and part in command)
