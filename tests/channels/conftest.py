"""A municipality with a policy, a draft of `cast.owner`, and that person signed in."""

import pytest

from accounts.actor import Actor
from channels.actions.drafts import start_application
from channels.actions.platforms import sync_platforms
from channels.models import Application
from tests.application_pages import signed_in
from tests.applications import adopt_preset, make_application, make_municipality
from tests.imports import Office


@pytest.fixture
def policy(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_municipality()

    def adopt(name):
        return adopt_preset(name, Actor(cast.administrator))

    return adopt


@pytest.fixture
def tibro(policy):
    return policy("tibro")


@pytest.fixture
def draft(cast, tibro):
    make_application(cast)  # fills the table of platforms
    Application.objects.all().delete()
    return start_application(actor=Actor(cast.owner))


@pytest.fixture
def owner(cast):
    return signed_in(cast.owner)


@pytest.fixture
def office(cast, settings, tmp_path, django_capture_on_commit_callbacks):
    """Whoever brings files in, at work: the jobs are done when the file has been handed in."""
    settings.MEDIA_ROOT = tmp_path
    make_municipality()
    sync_platforms(actor=Actor(cast.administrator))
    return Office(cast, django_capture_on_commit_callbacks)
