"""What every test may use: one small cast of people, and a real browser on the machine's own Chromium, in Swedish."""

import os
import shutil
import socket
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("KANALKOLLEN_TESTING", "1")
os.environ.setdefault("SECRET_KEY", "only for tests: 7f4c1c1a0f6e4f0b9a1d2c3b4a5968778695a4b3c2d1e0f")
# Playwright's sync API runs an event loop in the test thread, and Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest
from aiosmtpd.controller import Controller
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import emptying
from tests.factories import Cast, make_cast

emptying.use()

# No test is timed, so no example is too slow. In the checks of a change the same examples come each time: what another run
# finds at random is for whoever looks for it, not for whoever waits.
hypothesis_settings.register_profile(
    "steady", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("steady")

CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

LONG = (
    "test_growth",
    "test_access",
    "10000",
    "ten_thousand",
    "e2e",
    "chromium",
    "test_demo",
    "tests/local",
    "_processes",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, so that no process is left alone with one at the end: what measures growth, then journeys."""
    items.sort(key=lambda item: next((place for place, part in enumerate(LONG) if part in item.nodeid), len(LONG)))


@pytest.fixture(autouse=True)
def _in_swedish(settings: Any) -> None:
    """Begin in the municipality's language, whichever page an earlier test of the same process has read last."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def cast(db: None) -> Cast:
    """A committee with a department and a unit, the central communications unit, and people named by role."""
    return make_cast()


class Inbox:
    """What a real SMTP server received: (recipients, bytes) for each mail."""

    def __init__(self) -> None:
        self.messages: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        self.messages.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def smtp(settings: Any) -> Iterator[Inbox]:
    """A real SMTP server on loopback, and Django's own backend that sends to it."""
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield inbox
    server.stop()


def no_smtp(settings: Any) -> None:
    """Point Django's own mail at a port where nobody listens."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium, without its window where it can be had so. Root cannot have its sandbox."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    args = ["--no-sandbox"] if os.geteuid() == 0 else []
    # No graphics card here: drawing without one is several times cheaper than imitating one. And nothing calls home.
    args += [
        "--disable-gpu",
        "--disable-gpu-rasterization",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    return {**browser_type_launch_args, "executable_path": path, "args": args}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Swedish language and time."""
    return {**browser_context_args, "locale": "sv-SE", "timezone_id": "Europe/Stockholm"}
