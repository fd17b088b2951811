"""Listens to a browser and writes down each answer as it is complete."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

from playwright.async_api import BrowserContext, Page, Request, Response
from playwright.async_api import Error as PlaywrightError

from archive.capture.egress import REFUSED_HEADER
from archive.capture.values import Limit, Limits
from archive.capture.warc import Exchange, Records

BODY_SECONDS = 10


class Recorder:
    """Keeps what the browser receives, and knows how much is still on its way.

    Answers of our own proxy are not the site's and are not kept. `pending` counts requests under way, so that whoever
    scrolls knows when to wait.
    """

    def __init__(self, context: BrowserContext, records: Records, limits: Limits) -> None:
        self.records, self.limits = records, limits
        self.pending = 0
        self.kept_bytes = 0
        self.without_body = 0
        self.limits_hit: set[Limit] = set()
        self.main: dict[str, datetime] = {}  # the moment of each kept answer, by address
        self._jobs: set[asyncio.Task[None]] = set()
        context.on("request", lambda _request: self._count(1))
        context.on("requestfailed", lambda _request: self._count(-1))
        context.on("requestfinished", self._finished)

    def _count(self, change: int) -> None:
        self.pending += change

    def _finished(self, request: Request) -> None:
        self._count(-1)
        if request.url.startswith(("http:", "https:")):
            job = asyncio.create_task(self._keep(request))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)

    async def settle(self, seconds: float) -> None:
        """Wait until all that is complete has been written, for so long at most."""
        jobs = set(self._jobs)
        if jobs:
            _done, late = await asyncio.wait(jobs, timeout=seconds)
            for job in late:
                job.cancel()
                self.without_body += 1
                self.limits_hit.add(Limit.BODIES)

    async def _keep(self, request: Request) -> None:
        with suppress(PlaywrightError, TimeoutError):  # the page or the browser is gone: there is nothing to keep
            response = await asyncio.wait_for(request.response(), BODY_SECONDS)
            if response is None:
                return
            headers = [(entry["name"], entry["value"]) for entry in await response.headers_array()]
            if any(name.lower() == REFUSED_HEADER.lower() for name, _value in headers):
                return
            at = datetime.now(UTC)
            exchange = Exchange(
                url=request.url.partition("#")[0],
                method=request.method,
                request_headers=await request.all_headers(),
                request_body=request.post_data_buffer or b"",
                status=response.status,
                reason=response.status_text,
                headers=headers,
                body=await self._body(response),
                at=at,
            )
            self.records.write(exchange)
            self.main.setdefault(exchange.url, at)

    async def _body(self, response: Response) -> bytes:
        if 300 <= response.status < 400 or response.status in (204, 205):
            return b""  # the browser keeps no body of these
        try:
            body = await asyncio.wait_for(response.body(), BODY_SECONDS)
        except (PlaywrightError, TimeoutError):
            body = None
        if body is None or len(body) > self.limits.body_bytes or self.kept_bytes + len(body) > self.limits.bytes:
            self.without_body += 1
            self.limits_hit.add(Limit.BODIES)
            return b""
        self.kept_bytes += len(body)
        return body


class Way:
    """Where the page itself is led, by whatever means: the addresses, the last answer, and the last that could not be reached."""

    def __init__(self, page: Page) -> None:
        self.addresses: list[str] = []
        self.answer: Response | None = None
        self.failed = ""
        self.why_failed = ""
        self._page = page
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("requestfailed", self._failed)

    def _is_page(self, request: Request) -> bool:
        return request.is_navigation_request() and request.frame == self._page.main_frame

    def _asked(self, request: Request) -> None:
        if self._is_page(request):
            self.failed = ""
            if request.url not in self.addresses[-1:]:
                self.addresses.append(request.url)

    def _answered(self, response: Response) -> None:
        if self._is_page(response.request):
            self.answer = response

    def _failed(self, request: Request) -> None:
        why = request.failure or ""
        if self._is_page(request) and "ERR_ABORTED" not in why:  # given up for another, or a file to download
            self.failed, self.why_failed = request.url, why
