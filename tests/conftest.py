"""What every test may use: one small cast of people, a clock that can be set, and a browser."""

import os

os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
)  # Playwright's sync API runs an event loop in the test thread

import pytest  # noqa: E402  (the line above must run before Django is imported)

from tests.factories import Cast, make_cast  # noqa: E402


@pytest.fixture
def cast(db) -> Cast:
    """A committee with a department and a unit, the central communications unit, and people named by role."""
    return make_cast()
