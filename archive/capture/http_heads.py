"""Reading and rewriting the heads of HTTP/1.1 messages for the proxy. Strict: what can be read in two ways is refused."""

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.capture.addresses import PORTS, Refused
from archive.capture.values import Why

HEAD_BYTES = 128 * 1024
REQUEST_LINE = re.compile(r"([A-Z]{1,20}) (\S{1,65536}) HTTP/1\.[01]")
HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")
AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^:\[\]/@\s]+):(\d{1,5})")
# What concerns one leg of the way only; each leg is closed after one answer, so that no request can follow another's way.
HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "proxy-authenticate",
    "te",
    "trailer",
    "upgrade",
}

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """What a browser asks a proxy for. `path` is empty for CONNECT."""

    method: str
    host: str
    port: int
    path: str
    headers: Headers

    @property
    def is_tunnel(self) -> bool:
        """Return True when the browser wants to speak with the other end itself."""
        return self.method == "CONNECT"


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """Return a head with its empty line. Raises Refused(MALFORMED) when it is too long or never ends."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.LimitOverrunError, asyncio.IncompleteReadError) as wrong:
        raise Refused(Why.MALFORMED, type(wrong).__name__) from None


def parse_request(head: bytes) -> Request:
    """Return the request of a head. Raises Refused for what is no request to a proxy."""
    first, headers = _lines(head)
    line = REQUEST_LINE.fullmatch(first)
    if line is None:
        raise Refused(Why.MALFORMED, first[:80])
    method, target = line.groups()
    if method == "CONNECT":
        authority = AUTHORITY.fullmatch(target)
        if authority is None:
            raise Refused(Why.MALFORMED, target[:80])
        return Request(method, authority[1], int(authority[2]), "", headers)
    return _absolute(method, target, headers)


def _absolute(method: str, target: str, headers: Headers) -> Request:
    try:
        parts = urlsplit(target)
        port = parts.port
    except ValueError:
        raise Refused(Why.MALFORMED, target[:80]) from None
    if parts.scheme != "http":  # https comes as CONNECT
        raise Refused(Why.SCHEME, parts.scheme or target[:80])
    if "@" in parts.netloc:
        raise Refused(Why.USERINFO)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Request(method, parts.hostname or "", PORTS["http"] if port is None else port, path, headers)


def parse_answer(head: bytes) -> tuple[str, Headers]:
    """Return the status line and headers of an answer. Raises Refused."""
    first, headers = _lines(head)
    if not re.fullmatch(r"HTTP/1\.[01] \d{3}(?: .*)?", first):
        raise Refused(Why.NOT_WEB, first[:80])
    return first, headers


def body_length(headers: Headers) -> int | None:
    """Return the bytes that follow a request, or None when they come in chunks. Raises Refused when it says both."""
    lengths = {value for name, value in headers if name.lower() == "content-length"}
    codings = [value.lower() for name, value in headers if name.lower() == "transfer-encoding"]
    if codings:
        if lengths or codings != ["chunked"]:
            raise Refused(Why.MALFORMED, "transfer-encoding")
        return None
    if not lengths:
        return 0
    length = lengths.pop()
    if lengths or not re.fullmatch(r"\d{1,15}", length):
        raise Refused(Why.MALFORMED, "content-length")
    return int(length)


def one_leg(first: str, headers: Headers) -> bytes:
    """Return a head for the next leg: without what concerned the last, and closed after this message."""
    named = {
        part.strip().lower() for name, value in headers if name.lower() == "connection" for part in value.split(",")
    }
    kept = [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP | named]
    lines = [first, *(f"{name}: {value}" for name, value in kept), "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _lines(head: bytes) -> tuple[str, Headers]:
    first, *rest = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    headers = []
    for line in rest:
        header = HEADER.fullmatch(line)
        if header is None:
            raise Refused(Why.MALFORMED, line[:80])
        headers.append((header[1], header[2]))
    return first, headers
