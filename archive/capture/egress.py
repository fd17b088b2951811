"""The only way out for the browser: a proxy on loopback that checks each address, and connects to the one it checked.

It lives in a thread with an event loop of its own, so it works in a Celery worker. One proxy serves one capture: its
counts and its log are that capture's.
"""

import asyncio
import re
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from archive.capture.addresses import PORTS, Guard, Refused, Target
from archive.capture.http_heads import (
    HEAD_BYTES,
    Request,
    body_length,
    one_leg,
    parse_answer,
    parse_request,
    read_head,
)
from archive.capture.values import Connection, Why

REFUSED_HEADER = "X-Egress-Refused"
CONNECT_SECONDS = 10
IDLE_SECONDS = 60
LOG_LENGTH = 5000
CHUNK = 64 * 1024
TLS_HANDSHAKE = re.compile(rb"\x16\x03", re.DOTALL)
HTTP_REQUEST = re.compile(rb"[A-Z]{1,20} ")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Dial = Callable[[str, int], Awaitable[Streams]]


async def dial(address: str, port: int) -> Streams:
    """Connect to an address that has been checked: never a name, so nothing is looked up a second time."""
    return await asyncio.open_connection(address, port, limit=HEAD_BYTES)


class _Count:
    """What one connection has moved, while it is open."""

    def __init__(self, first: Connection) -> None:
        self.first, self.begun = first, time.monotonic()
        self.up = self.down = 0

    def done(self, refused: Why | None, detail: str) -> Connection:
        seconds = round(time.monotonic() - self.begun, 3)
        entry = replace(self.first, bytes_up=self.up, bytes_down=self.down, seconds=seconds)
        return replace(entry, refused=refused, detail=detail) if refused else entry


class Egress:
    """A filtering proxy, started with `with`. `port` is where the browser finds it, `log` what it was asked for.

    It listens on loopback and, for a browser in a network of its own, on the socket `door` in the file system.
    `max_bytes` and `max_seconds` are for all connections together; when one is met everything is closed, and `over` says
    which (Why.BYTES or Why.TIME).
    """

    def __init__(
        self, guard: Guard, *, max_bytes: int, max_seconds: float, door: Path | None = None, dial: Dial = dial
    ) -> None:
        self.guard, self.max_bytes, self.max_seconds, self._dial = guard, max_bytes, max_seconds, dial
        self.door = door
        self.port = 0
        self.moved = 0
        self.unlogged = 0
        self.over: Why | None = None
        self.log: list[Connection] = []
        self._open: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="egress", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10) or not self.port:
            raise RuntimeError("The egress proxy did not start.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stop is not None:
            with suppress(RuntimeError):  # it has stopped already
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    # --- The thread ---------------------------------------------------------------------------------------------------
    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._client, "127.0.0.1", 0, limit=HEAD_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        doors = [server]
        if self.door:
            doors.append(await asyncio.start_unix_server(self._client, self.door, limit=HEAD_BYTES))
        self._ready.set()
        try:
            await asyncio.wait_for(self._stop.wait(), self.max_seconds)
        except TimeoutError:
            self._close_all(Why.TIME)
            await self._stop.wait()
        finally:
            for one in doors:
                one.close()
            self._close_all(None)

    def _close_all(self, why: Why | None) -> None:
        self.over = self.over or why
        for writer in list(self._open):
            writer.transport.abort()

    # --- One connection -----------------------------------------------------------------------------------------------
    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        count = _Count(Connection(at=datetime.now(UTC), method="", host="", port=0))
        refused, detail = None, ""
        try:
            await self._answer(reader, writer, count)
        except Refused as no:
            refused, detail = no.why, no.detail
            await _tell(writer, no.why)
        except (OSError, TimeoutError, EOFError) as lost:  # the other end, or the browser, went away
            if not count.first.address:
                refused, detail = Why.MALFORMED, type(lost).__name__
        finally:
            if count.first.host or refused not in (None, Why.MALFORMED):
                self._write_down(count.done(refused, detail))
            self._open.discard(writer)
            writer.close()

    def _write_down(self, entry: Connection) -> None:
        if len(self.log) < LOG_LENGTH:
            self.log.append(entry)
        else:
            self.unlogged += 1

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: _Count) -> None:
        async with asyncio.timeout(IDLE_SECONDS):
            head = await read_head(reader)
        request = parse_request(head)
        count.first = replace(count.first, method=request.method, host=request.host, port=request.port)
        if self.over:
            raise Refused(self.over)
        target = await self.guard.target(request.host, request.port)
        count.first = replace(count.first, address=target.address)
        far_reader, far_writer = await self._connect(target)
        self._open.add(far_writer)
        try:
            if request.is_tunnel:
                await self._tunnel(request, (reader, writer), (far_reader, far_writer), count)
            else:
                await self._forward(request, (reader, writer), (far_reader, far_writer), count)
        finally:
            self._open.discard(far_writer)
            far_writer.close()

    async def _connect(self, target: Target) -> Streams:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await self._dial(target.address, target.port)
        except (OSError, TimeoutError) as wrong:
            raise Refused(Why.NO_ANSWER, str(wrong) or type(wrong).__name__) from None

    async def _tunnel(self, request: Request, near: Streams, far: Streams, count: _Count) -> None:
        near[1].write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
        async with asyncio.timeout(IDLE_SECONDS):
            first = await near[0].read(CHUNK)
        spoken = TLS_HANDSHAKE if request.port == PORTS["https"] else HTTP_REQUEST
        if first and not spoken.match(first):
            near[1].transport.abort()
            raise Refused(Why.NOT_WEB, first[:16].hex())
        await self._move(first, far[1], count, up=True)
        up = asyncio.create_task(self._relay(near[0], far[1], count, up=True))
        try:
            await self._relay(far[0], near[1], count, up=False)
        finally:
            up.cancel()
            with suppress(asyncio.CancelledError, OSError, TimeoutError):
                await up

    async def _forward(self, request: Request, near: Streams, far: Streams, count: _Count) -> None:
        length = body_length(request.headers)
        far[1].write(one_leg(f"{request.method} {request.path} HTTP/1.1", request.headers))
        up = asyncio.create_task(self._send_body(near[0], far[1], length, count))
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                first, headers = parse_answer(await read_head(far[0]))
                while first.split(" ")[1].startswith("1"):  # 100, 103: the answer itself comes after
                    first, headers = parse_answer(await read_head(far[0]))
            await self._move(one_leg(first, headers), near[1], count, up=False)
            await self._relay(far[0], near[1], count, up=False)
        finally:
            up.cancel()
            with suppress(asyncio.CancelledError, OSError, TimeoutError, EOFError, ValueError):
                await up

    async def _send_body(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, length: int | None, count: _Count
    ) -> None:
        """Send what belongs to this request and not a byte more."""
        if length is not None:
            await self._send_exactly(reader, writer, length, count)
            return
        while True:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            await self._move(line, writer, count, up=True)
            await self._send_exactly(reader, writer, size + 2, count)
            if not size:
                return

    async def _send_exactly(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, length: int, count: _Count
    ) -> None:
        while length:
            async with asyncio.timeout(IDLE_SECONDS):
                data = await reader.read(min(CHUNK, length))
            if not data:
                raise EOFError
            await self._move(data, writer, count, up=True)
            length -= len(data)

    async def _relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: _Count, *, up: bool
    ) -> None:
        while True:
            async with asyncio.timeout(IDLE_SECONDS):
                data = await reader.read(CHUNK)
            if not data:
                return
            await self._move(data, writer, count, up=up)

    async def _move(self, data: bytes, writer: asyncio.StreamWriter, count: _Count, *, up: bool) -> None:
        self.moved += len(data)
        if up:
            count.up += len(data)
        else:
            count.down += len(data)
        if self.moved > self.max_bytes:
            self._close_all(Why.BYTES)
            raise Refused(Why.BYTES, str(self.max_bytes))
        writer.write(data)
        await writer.drain()


async def _tell(writer: asyncio.StreamWriter, why: Why) -> None:
    status = "502 Bad Gateway" if why in (Why.NO_ANSWER, Why.UNKNOWN_NAME) else "403 Forbidden"
    head = f"HTTP/1.1 {status}\r\n{REFUSED_HEADER}: {why}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with suppress(OSError):
        writer.write(head.encode())
        await writer.drain()
