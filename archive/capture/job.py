"""What the watch and the process that drives the browser say to each other, by way of files in a folder.

Nothing here knows the driver, so that a worker that only watches need not load it.
"""

import os
import shutil
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from archive.capture.values import Limits, Order, Sandbox

JOB, STEPS, REPORT = "job.json", "steps.jsonl", "report.json"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


class NoBrowser(Exception):
    """No browser can be had, or not with the sandbox that is demanded."""


@dataclass(frozen=True)
class Job:
    """What the process is asked to do, in `seconds` at most. `door` is the proxy's socket, for a network of its own."""

    order: Order
    limits: Limits
    proxy_port: int
    door: str
    browser_path: str
    sandbox: Sandbox = Sandbox.REQUIRED
    seconds: float = 120


def to_json(value: Any) -> str:
    """Return a value of ours as JSON, so that the same value gives the same text."""
    return TypeAdapter(type(value)).dump_json(value, indent=1).decode()


def find_browser(wanted: str = "") -> str:
    """Return the path of a browser: the wanted one, otherwise the first that the machine has. Raises NoBrowser."""
    path = wanted or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None or not os.access(path, os.X_OK):
        raise NoBrowser(path or ", ".join(BROWSERS))
    return path
