"""The stand-in project, cleared away after each test whatever happened in it."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.local.standin import WAIT_SECONDS, Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A stand-in project whose path holds a space and letters beyond ASCII."""
    made = Project(tmp_path / "kommunens mapp åö")
    yield made
    for pid in made.processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if made.launcher:
        made.launcher.wait(WAIT_SECONDS)
