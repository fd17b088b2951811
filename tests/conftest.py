"""What every test may use: one small cast of people, and a real browser on the machine's own Chromium, in Swedish."""

import os
import shutil
from typing import Any

os.environ.setdefault("KANALKOLLEN_TESTING", "1")
os.environ.setdefault("SECRET_KEY", "only for tests: 7f4c1c1a0f6e4f0b9a1d2c3b4a5968778695a4b3c2d1e0f")
# Playwright's sync API runs an event loop in the test thread, and Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest

from tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """A committee with a department and a unit, the central communications unit, and people named by role."""
    return make_cast()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium. Root cannot have its sandbox; everybody else keeps it."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": path, "args": sandbox}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Swedish language and time."""
    return {**browser_context_args, "locale": "sv-SE", "timezone_id": "Europe/Stockholm"}
