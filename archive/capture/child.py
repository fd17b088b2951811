"""The process that drives the browser: `python -m archive.capture.child FOLDER`, with the job in FOLDER/job.json.

It knows no Django, no database and no secret: what a hostile page could gain from it is the folder it works in. What it
has to say it leaves there: `steps.jsonl` line by line while it works, and `report.json` at the end.
"""

import asyncio
import ctypes
import json
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import BrowserContext, async_playwright
from playwright.async_api import Error as PlaywrightError
from pydantic import TypeAdapter

from archive.capture import browser
from archive.capture.enclosure import carry_in, enclose
from archive.capture.job import JOB, REPORT, STEPS, Job, NoBrowser, to_json
from archive.capture.recorder import Recorder
from archive.capture.values import Browser, KeptFile, Kind, Limit, Outcome, Post, Report, Sandbox
from archive.capture.visit import Visit
from archive.capture.warc import MainPage, Records, write_wacz

WACZ_NAME, POSTS_NAME = "sida.wacz", "inlagg.json"
BODIES_SECONDS = 15
CLOSE_SECONDS = 5
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def noter(folder: Path) -> Callable[..., None]:
    """Return a function that writes down what is being done."""

    def note(name: str, detail: str = "") -> None:
        line = {"name": name, "at": datetime.now(UTC).isoformat(), "detail": detail[:500]}
        with (folder / STEPS).open("a", encoding="utf-8") as steps:
            steps.write(json.dumps(line, ensure_ascii=False) + "\n")

    return note


async def work(folder: Path, job: Job, *, enclosed: bool) -> Report:
    """Carry out the job and return what came of it. `enclosed`: the process is in a network of its own."""
    note = noter(folder)
    note("start")
    if not enclosed:
        if job.sandbox is Sandbox.REQUIRED:
            return Report(Outcome.NO_BROWSER, detail="no network of its own")
        return await _start(folder, job, job.proxy_port, note, enclosed=False)
    server, port = await carry_in(Path(job.door))
    try:
        return await _start(folder, job, port, note, enclosed=True)
    finally:
        server.close()


async def _start(folder: Path, job: Job, proxy_port: int, note: Callable[..., None], *, enclosed: bool) -> Report:
    async with async_playwright() as driver:
        try:
            context, about = await browser.start(
                driver.chromium,
                folder,
                path=job.browser_path,
                proxy_port=proxy_port,
                limits=job.limits,
                sandbox=job.sandbox,
            )
        except NoBrowser as missing:
            return Report(Outcome.NO_BROWSER, detail=str(missing))
        return await _visit(folder, job, context, replace(about, own_network=enclosed), note)


async def _visit(folder: Path, job: Job, context: BrowserContext, about: Browser, note: Callable[..., None]) -> Report:
    records = Records(folder, datetime.now(UTC))
    recorder = Recorder(context, records, job.limits)
    page = context.pages[0] if context.pages else await context.new_page()
    visit = Visit(page, job.order, job.limits, recorder, folder, note)
    try:
        await asyncio.wait_for(visit.go(), job.seconds)
    except TimeoutError:
        visit.outcome, visit.detail = Outcome.TIMEOUT, "visit"
        visit.limits_hit.add(Limit.TIME)
    await recorder.settle(BODIES_SECONDS if visit.outcome is not Outcome.TIMEOUT else 2)
    records.close()
    visit.files += _page_as_data(folder, visit, records, recorder)
    await _close(context)
    return _report(visit, about, recorder)


def _page_as_data(folder: Path, visit: Visit, records: Records, recorder: Recorder) -> list[KeptFile]:
    """Write what was received, and the posts, and return the files."""
    made = []
    reached = visit.page.url.partition("#")[0]
    if records.count:
        at = recorder.main.get(reached) or min(recorder.main.values())
        url = reached if reached in recorder.main else next(iter(recorder.main))
        write_wacz(folder / WACZ_NAME, records, MainPage(url, at, visit.title, visit.text))
        made.append(KeptFile(WACZ_NAME, Kind.WACZ, "application/wacz"))
    records.path.unlink()
    posts = visit.posts.all()
    if posts:
        (folder / POSTS_NAME).write_bytes(TypeAdapter(tuple[Post, ...]).dump_json(posts, indent=1))
        made.append(KeptFile(POSTS_NAME, Kind.POSTS, "application/json"))
    return made


def _report(visit: Visit, about: Browser, recorder: Recorder) -> Report:
    return Report(
        outcome=visit.outcome,
        detail=visit.detail[:500],
        reached_url=visit.page.url,
        failed_url=visit.failed_url,
        status=visit.status,
        title=visit.title,
        browser=about,
        page_width=visit.width,
        page_height=visit.height,
        banner=visit.banner,
        banner_text=visit.banner_text,
        posts_left_page=visit.posts.gone(),
        responses=recorder.records.count,
        responses_without_body=recorder.without_body,
        limits_hit=tuple(sorted(visit.limits_hit | recorder.limits_hit)),
        redirects=tuple(visit.way.addresses),
        posts=visit.posts.all(),
        files=tuple(visit.files),
    )


async def _close(context: BrowserContext) -> None:
    """Close the browser. One whose page is stuck is killed from outside."""
    try:
        await asyncio.wait_for(context.close(), CLOSE_SECONDS)
    except (TimeoutError, PlaywrightError):
        return


def _write_report(folder: Path, report: Report) -> None:
    unfinished = folder / "report.unfinished"
    unfinished.write_text(to_json(report), encoding="utf-8")
    unfinished.rename(folder / REPORT)  # it is there whole or not at all


async def _main(folder: Path, *, enclosed: bool) -> None:
    job = TypeAdapter(Job).validate_json((folder / JOB).read_bytes())
    try:
        report = await work(folder, job, enclosed=enclosed)
    except PlaywrightError as wrong:
        report = Report(Outcome.BROWSER_DIED, detail=str(wrong)[:500])
    _write_report(folder, report)


def main() -> None:
    """Read the job, do it, and leave the report."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    enclosed = enclose()
    # A worker that is killed takes us with it, and the browser goes when it no longer hears from us. After the step into a
    # network of our own: that clears the wish.
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    asyncio.run(_main(Path(sys.argv[1]), enclosed=enclosed))


if __name__ == "__main__":
    main()
