"""What is published is answered before Django: a lookup in memory instead of a page made anew.

Django answers whatever is not certain: a query, a session or a chosen language, another host, a page that is not
published, another day or build than it was published for, or a change that the published pages do not show yet. So the
published page is never wrong for longer than the time between two looks.
"""

import logging
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from threading import Lock
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.models.functions import Now
from django.http.request import split_domain_port, validate_host
from django.utils.http import http_date, parse_etags, parse_http_date_safe
from django.utils.translation import get_language_from_request

from kommun.models import PublicationDue
from kommun.publication import IDENTITY, Page, Shelf, build_mark, file_name

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2  # how often we ask the database whether something waits to be published
GRACE_SECONDS = 0.4  # how long the publisher may take before Django answers instead
# How long a file is not looked at again. Measured: a look in every request costs a fifth of the requests, because each one
# gives up the interpreter's lock.
FRESH_SECONDS = 0.05
STAND_IN_SECONDS = 0.5  # how long a dynamic page that stands in is given to others
_MOST_STAND_INS = 50
_NO_DATE = 2**33  # in seconds: later than any date that a visitor may name
_AFTER_ERROR_SECONDS = 5
_MEMORY_BYTES = 64 * 1024 * 1024

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Headers = list[tuple[str, str]]
_OF_THE_BODY = ("content-type", "content-language", "content-disposition")


@dataclass(frozen=True)
class Answer:
    """A page in one encoding, ready to be sent."""

    body: bytes
    etag: str
    modified: int
    headers: Headers
    undated: Headers  # for the second in which the page was published, when its date would still be to come
    unchanged: Headers


@dataclass
class Kept:
    """A page in memory, the file that it came from as it was then, and until when the file is not looked at again."""

    file: str
    state: tuple[int, int]
    answers: dict[str, Answer]
    until: float = 0.0


@dataclass
class InForce:
    """One edition: when it is right, and its pages in memory. Replaced as a whole, so that threads never mix two."""

    state: tuple[int, int]
    folder: str = ""
    first: float = 0.0
    end: float = 0.0
    until: float = 0.0
    pages: dict[tuple[str, str], Kept] = field(default_factory=dict)
    size: int = 0


class PublishedFirst:
    """WSGI: answers with what is published, and hands everything else to the application."""

    def __init__(self, application: Callable[[Environ, StartResponse], Iterable[bytes]], root: str) -> None:
        self.application = application
        self.shelf = Shelf(root)
        self.behind = Behind()
        self._current = str(self.shelf.root / "current")
        self._in_memory = InForce((0, 0))
        self._rendering = Lock()
        self._stand_ins: dict[tuple[str, str], tuple[float, dict[str, Answer]]] = {}
        self._https, self._proxy = settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER
        self._cookies = (settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages")

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = None
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and not environ.get("QUERY_STRING"):
            try:
                answer = self._answer(environ)
            except OSError:
                log.exception("A published page could not be read; Django answers.")
        if answer is None:
            return self.application(environ, start_response)
        if _is_unchanged(environ, answer):
            start_response("304 Not Modified", answer.unchanged)
            return []
        start_response("200 OK", answer.headers if answer.modified <= time.time() else answer.undated)
        return [answer.body] if environ["REQUEST_METHOD"] == "GET" else []

    def _answer(self, environ: Environ) -> Answer | None:
        """Return what to answer, None when Django shall."""
        if environ.get("SCRIPT_NAME") or not _is_for_us(environ.get("HTTP_HOST", "")) or not self._is_secure(environ):
            return None
        cookies = environ.get("HTTP_COOKIE")
        if cookies and any(name in cookies for name in self._cookies):
            return None
        language, path = _language(environ.get("HTTP_ACCEPT_LANGUAGE", "")), environ["PATH_INFO"]
        kept = self._find(language, path)
        if kept is None:
            return None
        answers = self._stand_in(environ, language, path) if self.behind.now() else kept.answers
        for encoding in _encodings(environ.get("HTTP_ACCEPT_ENCODING", "")):
            if encoding in answers:
                return answers[encoding]
        return answers.get(IDENTITY)

    def _is_secure(self, environ: Environ) -> bool:
        """Return False when Django would lead the visitor to HTTPS."""
        if not self._https:
            return True
        if self._proxy and self._proxy[0] in environ:
            return str(environ[self._proxy[0]]).split(",", 1)[0].strip() == self._proxy[1]
        return bool(environ["wsgi.url_scheme"] == "https")

    def _stand_in(self, environ: Environ, language: str, path: str) -> dict[str, Answer]:
        """Return the dynamic page of this moment, made at most twice a second; nothing when Django answers otherwise.

        A page that a thousand ask for must not be made a thousand times just when the publisher needs the processor.
        """
        with self._rendering:
            made, answers = self._stand_ins.get((language, path), (-1000.0, {}))
            if time.monotonic() - made > STAND_IN_SECONDS:
                if len(self._stand_ins) > _MOST_STAND_INS:
                    self._stand_ins.clear()
                made, answers = time.monotonic(), self._ask_django(environ, language, path)
                self._stand_ins[language, path] = (made, answers)
        return answers

    def _ask_django(self, environ: Environ, language: str, path: str) -> dict[str, Answer]:
        """Return Django's plain answer to a GET, in every encoding. It has no date: it is not known since when it holds."""
        sent: dict[str, Any] = {}
        conditions = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
        plain = {name: value for name, value in environ.items() if name not in conditions} | {"REQUEST_METHOD": "GET"}

        def start_response(status: str, headers: Headers, _error: Any = None) -> None:
            sent.update(status=status, headers=headers)

        parts = self.application(plain, start_response)
        body = b"".join(parts)
        if close := getattr(parts, "close", None):
            close()
        if sent["status"] != "200 OK":
            return {}
        page = Page.of(path, language, sent["headers"], body, _NO_DATE)
        return {encoding: _ready(page, encoding) for encoding in page.bodies}

    def _find(self, language: str, path: str) -> Kept | None:
        """Return the page from memory, from its file when that is another than the one in memory, or None."""
        moment = time.monotonic()
        in_force = self._in_force(moment)
        if in_force is None:
            return None
        kept = in_force.pages.get((language, path))
        if kept and moment < kept.until:
            return kept
        file = kept.file if kept else str(self.shelf.root / in_force.folder / file_name(language, path))
        try:
            state = _state(file)  # before the bytes: a file replaced in between is read again next time
        except FileNotFoundError:
            return None
        if kept is None or kept.state != state:
            kept = self._load(in_force, language, path, file, state)
        if kept:
            kept.until = moment + FRESH_SECONDS
        return kept

    def _load(self, in_force: InForce, language: str, path: str, file: str, state: tuple[int, int]) -> Kept | None:
        page = Shelf.read(self.shelf.root / file)
        if page is None or (page.language, page.path) != (language, path):
            return None
        if in_force.size > _MEMORY_BYTES:
            in_force.pages.clear()
            in_force.size = 0
        in_force.size += sum(map(len, page.bodies.values()))
        kept = Kept(file, state, {encoding: _ready(page, encoding) for encoding in page.bodies})
        in_force.pages[language, path] = kept
        return kept

    def _in_force(self, moment: float) -> InForce | None:
        """Return what is published and right today, None without it."""
        found = self._in_memory
        if moment >= found.until:
            try:
                state = _state(self._current)
            except FileNotFoundError:
                return None
            if state != found.state:
                found = InForce(state)
                edition = self.shelf.edition()
                if edition and edition.build == build_mark():
                    found.folder, (found.first, found.end) = edition.folder, edition.holds_between()
                self._in_memory = found
            found.until = moment + FRESH_SECONDS
        return found if found.first <= time.time() < found.end else None


class Behind:
    """Tells whether a change has waited too long to be published. Asks the database a few times a second, while asked.

    A database that does not answer cannot change either: what is published stays.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._looked = -1000.0
        self._next = -1000.0
        self._behind = False

    def now(self) -> bool:
        """Return True when the published pages may be wrong."""
        moment = time.monotonic()
        if moment < self._next:
            return self._behind
        # One looks, the others go on; but nobody goes on with what was so long ago.
        if self._lock.acquire(timeout=1 if moment - self._looked > 1 else 0):
            try:
                if time.monotonic() >= self._next:
                    self._look()
            finally:
                self._lock.release()
        return self._behind

    def _look(self) -> None:
        wait = LOOK_SECONDS
        try:
            if not connection.in_atomic_block:
                close_old_connections()  # as before a request: this one may have been dropped since the last
            late = PublicationDue.objects.filter(at__lt=Now() - timedelta(seconds=GRACE_SECONDS))
            self._behind = late.exists()
        except DatabaseError as error:
            connection.close()
            log.warning("The database does not say whether something waits to be published: %s", error)
            wait = _AFTER_ERROR_SECONDS
        self._looked = time.monotonic()
        self._next = self._looked + wait


def _state(file: str) -> tuple[int, int]:
    found = os.stat(file)  # noqa: PTH116  (twice in every request: a Path costs more than the call)
    return found.st_ino, found.st_mtime_ns


def _ready(page: Page, encoding: str) -> Answer:
    """Return the page with its headers: Django's, and what an encoding and a date add to them."""
    body, etag = page.bodies[encoding], page.etag_of(encoding)
    headers = [(name, value) for name, value in page.headers if name.lower() != "vary"]
    vary = next((value for name, value in page.headers if name.lower() == "vary"), "")
    headers += [("Vary", ", ".join(filter(None, (vary, "Accept-Encoding")))), ("ETag", etag)]
    about_body = [("Content-Length", str(len(body)))]
    if encoding != IDENTITY:
        about_body.append(("Content-Encoding", encoding))
    dated = [("Last-Modified", http_date(page.modified))]
    unchanged = [pair for pair in headers if pair[0].lower() not in _OF_THE_BODY]
    return Answer(body, etag, page.modified, headers + about_body + dated, headers + about_body, unchanged + dated)


def _is_unchanged(environ: Environ, answer: Answer) -> bool:
    """Return True when the visitor has these bytes already (RFC 9110, 13.2.2: a validator comes before a date)."""
    if known := environ.get("HTTP_IF_NONE_MATCH"):
        if known == answer.etag:
            return True
        found = parse_etags(known)
        return found == ["*"] or answer.etag in (etag.removeprefix("W/") for etag in found)
    if since := environ.get("HTTP_IF_MODIFIED_SINCE"):
        day = parse_http_date_safe(since)
        return day is not None and answer.modified <= day
    return False


@lru_cache(maxsize=100)
def _is_for_us(host: str) -> bool:
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


@lru_cache(maxsize=1000)
def _language(accepted: str) -> str:
    """Return the language that Django would choose for a visitor who has chosen none."""
    request: Any = SimpleNamespace(COOKIES={}, META={"HTTP_ACCEPT_LANGUAGE": accepted})
    return get_language_from_request(request)


@lru_cache(maxsize=1000)
def _encodings(accepted: str) -> tuple[str, ...]:
    """Return the encodings that the visitor reads, ours in the order that we prefer. q=0 refuses one (RFC 9110, 12.5.3)."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _semicolon, parameters = part.strip().partition(";")
        weight = parameters.strip().removeprefix("q=") if parameters.strip().startswith("q=") else "1"
        weights[name.strip()] = weight.strip(" 0.") != ""
    return tuple(name for name in ("br", "gzip") if weights.get(name, weights.get("*", False)))
