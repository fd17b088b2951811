"""What is published, and how: every public page is asked for once, of Django itself, and its answer kept as it is.

So what is published equals the dynamic page byte for byte, with the same headers, and can show nothing that a visitor
could not see. A change of one channel publishes its pages and those that show them all. What every page shows, the
municipality, the policy, a unit, or the day, makes a new edition: the shared pages first, then one channel after the
other, and the dynamic page answers meanwhile.
"""

import logging
import time
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation

from channels.models import Channel
from channels.models.channel import ChannelQuerySet
from kommun import policy
from kommun.models import PublicationDue
from kommun.publication import Edition, Shelf, build_mark, file_name

log = logging.getLogger(__name__)

# What shows no channel: made anew with an edition alone.
FIXED = ("theme_css", "channels:public_check", "channels:embedded_script")
# What shows all channels. What most people look at comes first: each page is seen as soon as it is written.
LISTS = (
    "channels:public_register",
    "channels:public_closed",
    "channels:embedded",
    "channels:public_changes",
    "channels:public_csv",
    "channels:public_jsonld",
    "channels:public_json",
)
# The same bytes whatever the visitor reads, so they are made once.
SAME_IN_EVERY_LANGUAGE = frozenset(LISTS[-4:])
MANY = 200  # changed channels: from here on a new edition is cheaper, and the shared pages come first
OK = 200


def publish(*, seconds: float = 30) -> bool:
    """Bring what is published up to what is true. Return False when channels were left for another call.

    Safe to run twice, from two processes at once, and after a kill in the middle: what was begun is begun anew, because
    a change is crossed off only when it can be seen.
    """
    if not settings.PUBLISH_ROOT:
        PublicationDue.objects.all().delete()
        return True
    until, complete = time.monotonic() + seconds, True
    shelf = Shelf(settings.PUBLISH_ROOT)
    while True:
        with shelf.lock() as ours:
            if not ours:
                return True  # whoever holds the lock looks again after letting it go
            complete = _catch_up(shelf, until)
        if not complete or not PublicationDue.objects.exists():
            return complete


def _catch_up(shelf: Shelf, until: float) -> bool:
    tried: set[tuple[str, tuple[str, ...]]] = set()  # a page that cannot be made is not tried over and over
    while True:
        edition = _show_changes(shelf)
        for paths in _missing(shelf, edition):
            if (edition.folder, paths) in tried:
                continue
            if time.monotonic() > until:
                return False
            if PublicationDue.objects.exists():
                break  # what has changed goes first
            _publish_paths(shelf, edition, paths)
            tried.add((edition.folder, paths))
        else:
            return True


def _show_changes(shelf: Shelf) -> Edition:
    """Publish what has changed since last time, and return the edition in force."""
    while True:
        due = list(PublicationDue.objects.values_list("pk", "slug"))
        slugs = {slug for _pk, slug in due}
        edition, day = shelf.edition(), timezone.localdate()
        if edition is not None and (edition.day, edition.build) != (str(day), build_mark()):
            edition = None
        if edition is not None and not due:
            return edition
        if edition is None or "" in slugs or len(slugs) > MANY:
            edition = shelf.new_edition(day)
            _publish_paths(shelf, edition, _shared_paths())
            shelf.put_in_force(edition)
        else:
            first, *others = map(reverse, LISTS)
            _publish_paths(shelf, edition, [first])
            _publish_channels(shelf, edition, slugs)
            _publish_paths(shelf, edition, others)
        PublicationDue.objects.filter(pk__in=[pk for pk, _slug in due]).delete()


def _publish_channels(shelf: Shelf, edition: Edition, slugs: set[str]) -> None:
    """Publish the pages of the channels, and of those that name them as what came after; take away what is no page now."""
    concerned = set(Channel.objects.filter(successor__slug__in=slugs).values_list("slug", flat=True)) | slugs
    there = dict(_channels_with_a_page().filter(slug__in=concerned).values_list("slug", "status"))
    for slug in sorted(concerned):
        paths = _paths_of(slug, there[slug]) if slug in there else ()
        shelf.remove(edition, _names(_paths_of(slug, "")) - _names(paths))
        _publish_paths(shelf, edition, paths)


def _missing(shelf: Shelf, edition: Edition) -> list[tuple[str, ...]]:
    """Return the paths that belong together of which one is not published. What should not be there is taken away."""
    wanted = [_shared_paths(), *(_paths_of(*row) for row in _channels_with_a_page().values_list("slug", "status"))]
    names = {paths: _names(paths) for paths in wanted}
    there = shelf.names(edition)
    shelf.remove(edition, there.difference(*names.values()))
    return [paths for paths, files in names.items() if not files <= there]


def _channels_with_a_page() -> ChannelQuerySet:
    return Channel.objects.public() | Channel.objects.public_closed()


def _shared_paths() -> tuple[str, ...]:
    return tuple(reverse(name) for name in LISTS + FIXED)


def _paths_of(slug: str, status: str) -> tuple[str, ...]:
    """Return the pages of a channel. A closed one has no rules for comments, and one with an impossible key no page."""
    names = ["channels:public_channel"] + ["channels:public_rules"] * (status != Channel.Status.CLOSED)
    try:
        return tuple(reverse(name, args=[slug]) for name in names)
    except NoReverseMatch:
        return ()


def _names(paths: Iterable[str]) -> set[str]:
    return {file_name(language, path) for path in paths for language, _name in settings.LANGUAGES}


def _publish_paths(shelf: Shelf, edition: Edition, paths: Iterable[str]) -> None:
    languages = [code for code, _name in settings.LANGUAGES]
    same = {reverse(name) for name in SAME_IN_EVERY_LANGUAGE}
    for path in paths:
        response = None
        for language in languages:
            if response is None or path not in same:
                response = render(path, language)
            if response.status_code == OK:
                shelf.write(edition, language, path, response, time.time())
                continue
            # Without a database nothing can be made, and what is published stays: the next line says so by failing.
            PublicationDue.objects.exists()
            log.error("%s (%s) was not published: Django answers %s.", path, language, response.status_code)
            shelf.remove(edition, [file_name(language, path)])


# --- The dynamic page -------------------------------------------------------------------------------------------------
@cache
def _django() -> WSGIHandler:
    return WSGIHandler()


def render(path: str, language: str) -> HttpResponse:
    """Return what Django answers a visitor who has no cookie, reads the language and asks for the path."""
    site = urlsplit(settings.SITE_URL)
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": site.hostname or "localhost",
        "SERVER_PORT": str(site.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": site.netloc,
        "HTTP_ACCEPT_LANGUAGE": language,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "https" if settings.SECURE_SSL_REDIRECT else "http",
        "wsgi.input": BytesIO(),
    }
    if settings.SECURE_SSL_REDIRECT and settings.SECURE_PROXY_SSL_HEADER:
        header, value = settings.SECURE_PROXY_SSL_HEADER
        environ[header] = value
    # No page may rest on what an earlier one has found out, and none may leave its language behind.
    with policy.remembered(), translation.override(language):
        return cast(HttpResponse, _django().get_response(WSGIRequest(environ)))  # no public page is a stream
