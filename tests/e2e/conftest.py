"""What every journey uses: a municipality with its people, and one browser in which each of them has a window."""

import pytest

from accounts.actor import Actor
from channels.actions.platforms import sync_platforms
from tests.applications import adopt_preset, make_municipality
from tests.duties import at
from tests.e2e.journeys import Site
from tests.factories import make_cast

NAMES = {
    "sunne": "Sunne kommun",
    "tibro": "Tibro kommun",
    "nora": "Nora kommun",
    "overkalix": "Överkalix kommun",
    "forshaga": "Forshaga kommun",
}


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(__file__.rpartition("/")[0]):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture
def site(live_server, browser, settings, tmp_path):
    """The running product, open for everybody. At the end no page may have complained in the browser's console."""
    settings.SITE_URL = live_server.url
    settings.MEDIA_ROOT = tmp_path
    site = Site(live_server.url, browser)
    yield site
    site.close()
    assert not site.complaints, "\n".join(site.complaints)


@pytest.fixture
def settle():
    """Return a function that sets up one of the five municipalities with its policy in force, and gives its people."""

    def set_up(preset):
        name = NAMES[preset]
        make_municipality(
            name=name,
            short_name=name.removesuffix(" kommun"),
            slug=preset,
            website=f"https://www.{preset}.example",
            contact_email=f"kommun@{preset}.example",
            switchboard="010-000 00 00",
        )
        cast = make_cast()
        sync_platforms(actor=Actor(cast.administrator))
        adopt_preset(preset, Actor(cast.administrator))
        return cast

    return set_up


@pytest.fixture
def travel(site, time_machine):
    """Return a function that lets it be a moment, in Swedish time ("2026-11-06T15:20"), on the server and in every window."""

    def to(text):
        time_machine.move_to(at(text), tick=False)
        site.set_clock(at(text))
        return at(text)

    return to
