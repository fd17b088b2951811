"""A channel of the library, the people who act, a policy, and a folder of the test's own for files."""

import pytest

from accounts.actor import Actor
from tests.applications import adopt_preset, make_municipality
from tests.archive_scene import make_channel
from tests.cases import actor_of


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def channel(cast):
    return make_channel(cast)


@pytest.fixture
def owner(cast):
    return actor_of(cast.owner)


@pytest.fixture
def policy(cast):
    make_municipality()

    def adopt(name):
        return adopt_preset(name, Actor(cast.administrator))

    return adopt


@pytest.fixture
def tibro(policy):
    return policy("tibro")
