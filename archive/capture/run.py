"""Capturing one page: the proxy, the process that drives the browser, and the watch over both.

`capture` blocks until it is over and never for longer than its limits say. It may be called from any thread or process,
a Celery worker's too: it runs no event loop of its own in the caller's thread and forks nothing.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from archive.capture.addresses import Guard, why_not_url
from archive.capture.egress import Egress
from archive.capture.job import JOB, REPORT, STEPS, Job, NoBrowser, find_browser, to_json
from archive.capture.processes import family, kill_family
from archive.capture.values import KeptFile, Kind, Limit, Limits, Order, Outcome, Report, Result, Sandbox, Step, Why

RECORD_NAME = "uppgifter.json"
ROOT = Path(__file__).resolve().parents[2]
# The process stops by itself first, so that what it has is kept; the watch kills it when it does not.
START_SECONDS = 10
END_SECONDS = 20
LOOK_SECONDS = 0.1
LEFT_SECONDS = 24 * 3600
PREFIX = "kanalkollen-capture-"
BROWSER_IS_UP = 2  # steps: it is opening the page
ABOUT_US = {Why.ADDRESS, Why.OWN, Why.BARRED, Why.NAME, Why.HOST_FORM, Why.PORT, Why.SCHEME, Why.USERINFO, Why.NOT_WEB}


class FolderInUse(Exception):
    """The folder of the result holds something already."""


def capture(
    order: Order,
    folder: Path,
    *,
    guard: Guard | None = None,
    limits: Limits | None = None,
    sandbox: Sandbox = Sandbox.REQUIRED,
    browser_path: str = "",
    on_step: Callable[[Step], None] | None = None,
) -> Result:
    """Capture a page into an empty or missing folder, and return what came of it; it is also in `uppgifter.json` there.

    Whatever the page does ends as an `Outcome`. `browser_path` is for a browser that is not on the path. `on_step` is called
    from this thread with each step as it begins. Raises FolderInUse, and OSError when nothing can be written.
    """
    limits, guard = limits or Limits(), guard or Guard()
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderInUse(str(folder))
    started = datetime.now(UTC)
    refused = why_not_url(order.url) if _inward(order.url) not in guard.inward else None
    if refused:
        report = Report(Outcome.REFUSED_ADDRESS, detail=refused, failed_url=order.url)
        return _finish(Result(order, limits, report.outcome, started, datetime.now(UTC), report), folder)
    try:
        path = find_browser(browser_path)
    except NoBrowser as missing:
        report = Report(Outcome.NO_BROWSER, detail=str(missing))
        return _finish(Result(order, limits, report.outcome, started, datetime.now(UTC), report), folder)
    _tidy()
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as work:
        watch = _Watch(Path(work), order, limits, guard, on_step)
        result = watch.run(path, sandbox, started)
        for kept in result.files:
            shutil.move(Path(work, kept.name), folder / kept.name)
    return _finish(result, folder)


@dataclass
class _Watch:
    """Runs the process that drives the browser, and ends it."""

    work: Path
    order: Order
    limits: Limits
    guard: Guard
    on_step: Callable[[Step], None] | None
    steps: list[Step] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    _read: int = 0
    _pid: int = 0

    def run(self, path: str, sandbox: Sandbox, started: datetime) -> Result:
        """Return the result, with files named but not moved yet."""
        whole = START_SECONDS + self.limits.seconds + END_SECONDS
        door = self.work / "door"
        with Egress(self.guard, max_bytes=self.limits.bytes, max_seconds=whole, door=door) as egress:
            job = Job(self.order, self.limits, egress.port, str(door), path, sandbox, self.limits.seconds)
            (self.work / JOB).write_text(to_json(job), encoding="utf-8")
            killed = self._drive(whole)
        report = self._report(killed=killed)
        hit = set(report.limits_hit) | ({Limit.TIME} if killed else set())
        hit |= ({Limit.BYTES} if egress.over is Why.BYTES else set()) | ({Limit.LOG} if egress.unlogged else set())
        return Result(
            order=self.order,
            limits=self.limits,
            outcome=self._outcome(report, egress),
            started_at=started,
            ended_at=datetime.now(UTC),
            report=report,
            steps=tuple(self.steps),
            connections=tuple(egress.log),
            limits_hit=tuple(sorted(hit)),
            files=tuple(_checked(one, self.work) for one in report.files),
            bytes_moved=egress.moved,
        )

    def _drive(self, seconds: float) -> bool:
        """Run the process, and return True when it had to be killed. Nothing of it is left afterwards."""
        with (self.work / "log.txt").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603  (our own module, with a folder of our own)
                [sys.executable, "-P", "-m", "archive.capture.child", str(self.work)],
                cwd=self.work,
                env=_environment(self.work),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            self.sessions.add(process.pid)
            self._pid = process.pid
            end = time.monotonic() + seconds
            try:
                while process.poll() is None and time.monotonic() < end:
                    self._hear()
                    time.sleep(LOOK_SECONDS)
                late = process.poll() is None
            finally:
                kill_family(process.pid, self.sessions)
                process.wait()
        self._hear()
        return late

    def _hear(self) -> None:
        """Take in the steps that have begun since last time."""
        steps = self.work / STEPS
        lines = steps.read_text(encoding="utf-8").splitlines() if steps.exists() else []
        if len(lines) > self._read or len(lines) < BROWSER_IS_UP:
            # What the browser starts is in sessions of its own, which are hard to find once their parent is gone.
            family(self._pid, self.sessions)
        for line in lines[self._read :]:
            try:
                step = TypeAdapter(Step).validate_json(line)
            except ValidationError:
                return  # it is being written
            self._read += 1
            self.steps.append(step)
            if self.on_step:
                self.on_step(step)

    def _report(self, *, killed: bool) -> Report:
        try:
            return TypeAdapter(Report).validate_json((self.work / REPORT).read_bytes())
        except (OSError, ValidationError):
            # It left no word. What it had begun to write is not complete, so it is not kept.
            step = self.steps[-1].name if self.steps else "start"
            return Report(Outcome.TIMEOUT if killed else Outcome.BROWSER_DIED, detail=step)

    def _outcome(self, report: Report, egress: Egress) -> Outcome:
        if egress.over is Why.BYTES:
            return Outcome.TOO_BIG
        if report.outcome is Outcome.NO_CONTACT:
            # A tunnel that was refused looks to the browser like one that broke.
            parts = urlsplit(report.failed_url)
            refused = {entry.host for entry in egress.log if entry.refused in ABOUT_US}
            if parts.hostname in refused:
                return Outcome.REFUSED_ADDRESS
        return report.outcome


def _tidy() -> None:
    """Remove what captures have left whose worker was killed: folders of ours that are older than any capture can be."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # another worker's, or gone already
            if left.stat().st_uid == os.geteuid() and time.time() - left.stat().st_mtime > LEFT_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _environment(work: Path) -> dict[str, str]:
    """Return what the process may know: nothing of ours but where the code is, and which browser to take."""
    return {"PATH": os.defpath, "HOME": str(work), "TMPDIR": str(work), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}


def _inward(url: str) -> str:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme, 0)
    try:
        return f"{(parts.hostname or '').lower()}:{parts.port or default}"
    except ValueError:
        return ""


def _checked(kept: KeptFile, folder: Path) -> KeptFile:
    """Return the file with its checksum and size."""
    path = folder / kept.name
    with path.open("rb") as content:
        return replace(kept, sha256=hashlib.file_digest(content, "sha256").hexdigest(), size=path.stat().st_size)


def _finish(result: Result, folder: Path) -> Result:
    """Write the record beside the files, and return the result with it."""
    record = folder / RECORD_NAME
    data = json.loads(TypeAdapter(Result).dump_json(result))
    data["refusals"] = [entry for entry in data["connections"] if entry["refused"]]
    record.write_text(json.dumps(data, indent=1, ensure_ascii=False), encoding="utf-8")
    kept = _checked(KeptFile(RECORD_NAME, Kind.RECORD, "application/json"), folder)
    return replace(result, files=(*result.files, kept))
