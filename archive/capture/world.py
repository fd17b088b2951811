"""Our own scripts in somebody else's page: in a world of their own, where the page cannot have replaced `Array` or `Date`.

Chromium stops a script that takes too long, but it cannot start one while the page's own script never ends. So each call
has a time here as well: `Blocked` says that the page never let us in.
"""

import asyncio
import json
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

SCRIPTS = Path(__file__).with_name("scripts")


class Blocked(Exception):
    """The page's own script did not let ours run in time. The text is the step that waited."""


class Died(Exception):
    """The page has crashed."""


class ScriptFailed(Exception):
    """Our script ended with an error in this page."""


@cache
def script(name: str) -> str:
    """Return the source of one of our scripts: a function."""
    return (SCRIPTS / f"{name}.js").read_text(encoding="utf-8")


class World:
    """Runs our scripts in the main frame of a page, until it has crashed."""

    def __init__(self, page: Page, session: CDPSession, seconds: float, crashed: asyncio.Event) -> None:
        self.page, self.session, self.seconds = page, session, seconds
        self._crashed = crashed
        self._context = 0

    @classmethod
    async def of(cls, page: Page, seconds: float, crashed: asyncio.Event) -> "World":
        """Open the page for our scripts, each of which may take `seconds`."""
        return cls(page, await page.context.new_cdp_session(page), seconds, crashed)

    async def send(self, method: str, params: dict[str, Any] | None = None, *, seconds: float | None = None) -> Any:
        """Send a command to the browser. Raises Blocked when there is no answer in time, and Died."""
        answer = asyncio.ensure_future(self.session.send(method, params or {}))
        crash = asyncio.ensure_future(self._crashed.wait())
        try:
            await asyncio.wait({answer, crash}, timeout=seconds or self.seconds, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise Died if crash.done() else Blocked(method)
        finally:
            answer.cancel()
            crash.cancel()

    async def run(self, name: str, *arguments: Any, seconds: float | None = None) -> Any:
        """Call one of our scripts with plain values, and return a plain value. Raises Blocked, Died and ScriptFailed."""
        limit = seconds or self.seconds
        called = f"({script(name)})({', '.join(json.dumps(one) for one in arguments)})"
        try:
            answer = await self._evaluate(called, limit)
        except Blocked:
            raise Blocked(name) from None
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            text = details.get("exception", {}).get("description") or details.get("text", "")
            raise ScriptFailed(f"{name}: {str(text)[:300]}")
        return answer["result"].get("value")

    async def _evaluate(self, called: str, limit: float) -> Any:
        if not self._context:
            await self._enter(limit)
        try:
            return await self._call(called, limit)
        except PlaywrightError:  # the page has led on to another, where our world does not exist yet
            await self._enter(limit)
            return await self._call(called, limit)

    async def _enter(self, limit: float) -> None:
        tree = await self.send("Page.getFrameTree", seconds=limit)
        frame = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "kanalkollen"}
        self._context = (await self.send("Page.createIsolatedWorld", frame, seconds=limit))["executionContextId"]

    async def _call(self, called: str, limit: float) -> Any:
        params = {
            "expression": called,
            "contextId": self._context,
            "awaitPromise": True,
            "returnByValue": True,
            "timeout": limit * 1000,
        }
        return await self.send("Runtime.evaluate", params, seconds=limit + 1)
