"""What every test may use: one small cast of people, a clock that can be set, and a browser."""

import os

# Playwright's sync API runs an event loop in the test thread.
os.environ.setdefault("KANALKOLLEN_TESTING", "1")
os.environ.setdefault("SECRET_KEY", "only for tests: 7f4c1c1a0f6e4f0b9a1d2c3b4a5968778695a4b3c2d1e0f")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest

from tests.factories import Cast, make_cast


@pytest.fixture
def cast(db) -> Cast:
    """A committee with a department and a unit, the central communications unit, and people named by role."""
    return make_cast()
