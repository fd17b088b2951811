"""A channel, the people who act, and a folder of the test's own for files."""

from pathlib import Path
from typing import Any

import pytest

from accounts.actor import Actor
from channels.models import Channel
from tests.archive_scene import make_channel
from tests.capture_scene import Captured, capture_feed
from tests.factories import Cast


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return make_channel(cast)


@pytest.fixture
def owner(cast: Cast) -> Actor:
    return Actor(cast.owner)


@pytest.fixture
def registrar(cast: Cast) -> Actor:
    return Actor(cast.registrar)


@pytest.fixture(scope="session")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Captured:
    """A channel that was captured as it should be; its server is closed."""
    return capture_feed(tmp_path_factory.mktemp("feed"))
