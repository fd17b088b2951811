"""One visit to one page: open, answer the question on cookies, scroll, stand still, read, draw."""

import asyncio
import base64
import binascii
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Response
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from archive.capture.egress import REFUSED_HEADER
from archive.capture.platforms import table
from archive.capture.reading import Posts, outcome_of_page, outcome_of_status
from archive.capture.recorder import Recorder, Way
from archive.capture.values import Banner, KeptFile, Kind, Limit, Limits, Order, Outcome
from archive.capture.world import Blocked, Died, ScriptFailed, World

PICTURE_NAME = "bild-{:02}.png"
MHTML_NAME = "sida.mhtml"
QUIET_SECONDS = 3
STILL_SECONDS = 4
SCROLL_SHARE = 0.9
SCROLL_PAUSE = 0.06
# So many looks in a row must find the same height at the end of the page before it is the end.
SAME_HEIGHT = 3

Note = Callable[..., None]


class Visit:
    """What is found out about a page, filled in step by step, so that what was done before a failure is kept."""

    def __init__(self, page: Page, order: Order, limits: Limits, recorder: Recorder, folder: Path, note: Note) -> None:
        self.page, self.order, self.limits, self.recorder = page, order, limits, recorder
        self.folder, self.note = folder, note
        self.outcome, self.detail = Outcome.CAPTURED, ""
        self.status = 0
        self.title = self.text = self.failed_url = ""
        self.width, self.height = limits.width, 0
        self.banner, self.banner_text = Banner.NONE, ""
        self.limits_hit: set[Limit] = set()
        self.files: list[KeptFile] = []
        self.posts = Posts(order, limits.posts)
        self.way = Way(page)
        self.crashed = asyncio.Event()
        page.on("crash", lambda _page: self.crashed.set())
        page.context.on("page", _close_other(page))

    async def go(self) -> None:
        """Do all of it. Everything that can go wrong with a page ends as an outcome, and none of it as an error."""
        try:
            if await self._open():
                await self._see()
        except Blocked as step:
            self._end(Outcome.TIMEOUT, str(step))
            self.limits_hit.add(Limit.TIME)
        except Died:
            self._end(Outcome.BROWSER_DIED, "crash")
        except ScriptFailed as wrong:
            self._end(Outcome.BROWSER_DIED, str(wrong))
        except PlaywrightError as wrong:
            self._end(Outcome.BROWSER_DIED, _first_line(wrong))
        if self.crashed.is_set():
            self._end(Outcome.BROWSER_DIED, "crash")

    def _end(self, outcome: Outcome, detail: str) -> None:
        """Set how it ended, unless the page itself has said something worse already."""
        if self.outcome in (Outcome.CAPTURED, Outcome.LOGGED_OUT):
            self.outcome, self.detail = outcome, detail

    # --- Opening ------------------------------------------------------------------------------------------------------
    async def _open(self) -> bool:
        """Ask for the page, and return True when there is something to look at."""
        self.note("open", self.order.url)
        begun = time.monotonic()
        try:
            response = await self.page.goto(
                self.order.url, wait_until="commit", timeout=self.limits.load_seconds * 1000
            )
        except PlaywrightTimeoutError:
            self._end(Outcome.TIMEOUT, "open")
            self.limits_hit.add(Limit.LOAD)
            return False
        except PlaywrightError as wrong:
            await self._not_opened(_first_line(wrong))
            return False
        if response is not None and not await self._take(response):
            return False
        await self._load(self.limits.load_seconds - (time.monotonic() - begun))
        return True

    async def _not_opened(self, why: str) -> None:
        self.failed_url = self.way.failed or (self.way.addresses or [self.order.url])[-1]
        self._end(
            Outcome.NOT_A_PAGE if "Download is starting" in why or "ERR_ABORTED" in why else Outcome.NO_CONTACT, why
        )

    async def _take(self, response: Response) -> bool:
        """Note the status. Return False for an answer that is our own proxy's, not the site's."""
        headers = await self._soon(response.all_headers(), {})
        if REFUSED_HEADER.lower() in headers:
            self.failed_url = response.url
            no_answer = headers[REFUSED_HEADER.lower()] in ("no_answer", "unknown_name")
            self._end(Outcome.NO_CONTACT if no_answer else Outcome.REFUSED_ADDRESS, headers[REFUSED_HEADER.lower()])
            return False
        self.status = response.status
        ended = outcome_of_status(self.status)
        if ended:
            self._end(ended, str(self.status))
        return True

    async def _load(self, seconds: float) -> None:
        """Wait for the page and what it needs: without its text there is nothing, without a late picture there is much."""
        begun = time.monotonic()
        try:
            await self.page.wait_for_load_state("domcontentloaded", timeout=max(seconds, 1) * 1000)
        except PlaywrightTimeoutError:
            self.limits_hit.add(Limit.LOAD)
            self._end(Outcome.TIMEOUT, "load")
            return
        try:
            left = max(seconds - (time.monotonic() - begun), 1)
            await self.page.wait_for_load_state("load", timeout=left * 1000)
        except PlaywrightTimeoutError:
            self.limits_hit.add(Limit.LOAD)
        await self._quiet(QUIET_SECONDS)

    async def _quiet(self, seconds: float) -> None:
        """Wait until nothing is on its way, for so long at most. A feed fetches its posts after the page has loaded."""
        end, quiet = time.monotonic() + seconds, 0
        while time.monotonic() < end and quiet < 4:
            await asyncio.sleep(0.05)
            quiet = quiet + 1 if self.recorder.pending <= 0 else 0

    # --- Looking ------------------------------------------------------------------------------------------------------
    async def _see(self) -> None:
        world = await World.of(self.page, self.limits.script_seconds, self.crashed)
        await self._answer_banner(world)
        await self._scroll(world)
        await self._stand_still(world)
        if not await self._is_still_there():
            return
        await self._read(world)
        await self._draw(world)
        await self._keep_page(world)

    async def _is_still_there(self) -> bool:
        """Judge the page that we have ended at, which a script may have led us to. Return False where there is none."""
        if self.way.failed:
            self.failed_url = self.way.failed
            self._end(Outcome.NO_CONTACT, self.way.why_failed)
            return False
        return self.way.answer is None or await self._take(self.way.answer)

    async def _answer_banner(self, world: World) -> None:
        tables = _tables()
        for _attempt in range(3):  # one choice may lead to another: first "more choices", then the refusal
            answer = await world.run("banner", tables)
            self.banner, self.banner_text = Banner(answer["state"]), answer["text"] or self.banner_text
            if self.banner is not Banner.REFUSED:
                break
            self.note("banner", answer["text"])
            await self._quiet(1.5)
            gone = (await world.run("banner", tables))["state"] == "none"
            if gone:
                return
        if self.banner is Banner.LEFT:
            self.note("banner_left", self.banner_text)

    async def _scroll(self, world: World) -> None:
        self.note("scroll")
        end = time.monotonic() + self.limits.scroll_seconds
        same, height, steps = 0, 0, 0
        while same < SAME_HEIGHT:
            where = await world.run("scroll", SCROLL_SHARE)
            steps += 1
            same = same + 1 if where["end"] and where["height"] <= height else 0
            height = max(height, where["height"])
            if where["height"] > self.limits.height and where["top"] > self.limits.height:
                break  # the picture says so
            if time.monotonic() > end:
                self.limits_hit.add(Limit.SCROLL_TIME)
                break
            if steps % 4 == 0:
                await self._read_posts(world)
            await asyncio.sleep(SCROLL_PAUSE)
            if where["end"]:
                await self._quiet(QUIET_SECONDS)

    async def _stand_still(self, world: World) -> None:
        changed = await world.run("still", STILL_SECONDS, seconds=STILL_SECONDS + self.limits.script_seconds)
        self.note("still", ", ".join(f"{name} {number}" for name, number in changed.items() if number))
        await self._quiet(QUIET_SECONDS)

    async def _read_posts(self, world: World) -> None:
        rows = [asdict(one) for one in table().for_platform(self.order.platform)]
        self.posts.add(await world.run("posts", rows, self.limits.posts))

    async def _read(self, world: World) -> None:
        await self._read_posts(world)
        if self.posts.full:
            self.limits_hit.add(Limit.POSTS)
        self.note("read", str(len(self.posts)))
        look = await world.run("look", _tables())
        self.title, self.width = look["title"], look["width"]
        self.text = await world.run("text")
        outcome, detail = outcome_of_page(self.order.url, self.page.url, look, len(self.posts), table())
        if outcome is not Outcome.CAPTURED:
            self._end(outcome, detail)

    # --- Keeping ------------------------------------------------------------------------------------------------------
    async def _draw(self, world: World) -> None:
        """Draw the page from the top in tiles that join, each file just as the browser made it."""
        size = (await world.send("Page.getLayoutMetrics"))["cssContentSize"]
        self.height = int(size["height"])
        if self.height > self.limits.height:
            self.limits_hit.add(Limit.HEIGHT)
            self._end(Outcome.TOO_HIGH, str(self.height))
        shown = max(min(self.height, self.limits.height), 1)
        self.note("draw", f"{self.limits.width} x {shown}")
        for number, top in enumerate(range(0, shown, self.limits.tile_height), start=1):
            height = min(self.limits.tile_height, shown - top)
            clip = {"x": 0, "y": top, "width": self.limits.width, "height": height, "scale": 1}
            options = {"format": "png", "clip": clip, "captureBeyondViewport": True, "optimizeForSpeed": True}
            answer = await world.send("Page.captureScreenshot", options, seconds=self.limits.script_seconds * 3)
            self._keep_picture(PICTURE_NAME.format(number), answer["data"], top, height)

    def _keep_picture(self, name: str, data: str, top: int, height: int) -> None:
        content = base64.b64decode(data)
        if content[:8] != b"\x89PNG\r\n\x1a\n" or png_size(content) != (self.limits.width, height):
            raise ScriptFailed(f"{name}: {binascii.hexlify(content[:24]).decode()}")
        (self.folder / name).write_bytes(content)
        self.files.append(KeptFile(name, Kind.PICTURE, "image/png", top=top, height=height))

    async def _keep_page(self, world: World) -> None:
        self.note("keep")
        answer = await world.send("Page.captureSnapshot", {"format": "mhtml"}, seconds=self.limits.script_seconds * 3)
        (self.folder / MHTML_NAME).write_text(answer["data"], encoding="utf-8", newline="")
        self.files.append(KeptFile(MHTML_NAME, Kind.MHTML, "multipart/related"))

    async def _soon(self, what: Awaitable[Any], otherwise: Any) -> Any:
        try:
            return await asyncio.wait_for(what, self.limits.script_seconds)
        except (TimeoutError, PlaywrightError):
            return otherwise


def png_size(content: bytes) -> tuple[int, int]:
    """Return the width and height in pixels that a PNG says it has."""
    return struct.unpack(">II", content[16:24])


def _tables() -> dict[str, Any]:
    return {
        name: getattr(table(), name)
        for name in ("refuse_selectors", "refuse_texts", "banner_texts", "login_texts", "missing_texts")
    }


def _close_other(page: Page) -> Callable[[Page], Any]:
    """Return what closes every window but the one that is captured: a page may open as many as it likes."""

    async def close(opened: Page) -> None:
        if opened != page:
            try:
                await asyncio.wait_for(opened.close(), 5)
            except (PlaywrightError, TimeoutError):
                return

    return close


def _first_line(wrong: PlaywrightError) -> str:
    return str(wrong).strip().split("\n")[0][:300]
