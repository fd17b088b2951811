"""What was received, as WARC records and as the WACZ around them.

The records are written while the page is open, in the order in which the answers are complete. A body comes from the
browser as it was after decompression, so the two headers that speak of how it was sent are kept under another name. WACZ
1.1.1 (https://specs.webrecorder.net/wacz/1.1.1/) is a ZIP with the records, an index of where each stands, the page they
belong to, and a list of checksums.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SOFTWARE = "Kanalkollen"
WACZ_VERSION = "1.1.1"
# How it was sent; the body is kept as it was after that.
ENCODING = {"content-encoding", "transfer-encoding", "content-length"}
WARC_NAME = "data.warc.gz"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, complete."""

    url: str
    method: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    at: datetime


def stamp(at: datetime) -> str:
    """Return an instant as WARC and WACZ write it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sort_key(url: str) -> str:
    """Return the key that an index is sorted by: the host from the end, then path and sorted query (SURT)."""
    parts = urlsplit(url)
    host = re.sub(r"^www\d*\.", "", (parts.hostname or "").lower())
    reversed_host = host if ":" in host else ",".join(reversed(host.split(".")))
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    query = "&".join(sorted(parts.query.lower().split("&")))
    path = (parts.path.lower().rstrip("/") or "/") + (f"?{query}" if query else "")
    return f"{reversed_host}{port}){path}"


class Records:
    """Writes exchanges to a WARC file, and remembers where each one stands."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self.path = folder / WARC_NAME
        self.count = 0
        self._file = self.path.open("wb")
        self._writer = WARCWriter(self._file, gzip=True, warc_version="WARC/1.1")
        self._index: list[tuple[str, str, dict[str, Any]]] = []
        info = {"software": SOFTWARE, "format": "WARC File Format 1.1"}
        self._writer.write_record(self._writer.create_warcinfo_record(WARC_NAME, info))
        self.begun = at

    def write(self, exchange: Exchange) -> None:
        """Write the answer and the request that it answers."""
        date = stamp(exchange.at)
        answer = self._writer.create_warc_record(
            exchange.url,
            "response",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            http_headers=StatusAndHeaders(
                f"{exchange.status} {exchange.reason}".strip(), _as_kept(exchange), protocol="HTTP/1.1"
            ),
            warc_headers_dict={"WARC-Date": date},
        )
        begins = self._file.tell()
        self._writer.write_record(answer)
        self._remember(exchange, answer, begins, self._file.tell() - begins)
        request = self._writer.create_warc_record(
            exchange.url,
            "request",
            payload=BytesIO(exchange.request_body),
            length=len(exchange.request_body),
            http_headers=StatusAndHeaders(
                f"{exchange.method} {_path(exchange.url)} HTTP/1.1",
                _safe(exchange.request_headers.items()),
                is_http_request=True,
            ),
            warc_headers_dict={
                "WARC-Date": date,
                "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID"),
            },
        )
        self._writer.write_record(request)
        self.count += 1

    def _remember(self, exchange: Exchange, record: Any, begins: int, length: int) -> None:
        mime = next((value for name, value in exchange.headers if name.lower() == "content-type"), "")
        entry = {
            "url": exchange.url,
            "mime": mime.split(";")[0].strip() or "unk",
            "status": str(exchange.status),
            "digest": record.rec_headers.get_header("WARC-Payload-Digest"),
            "length": str(length),
            "offset": str(begins),
            "filename": WARC_NAME,
        }
        if exchange.method not in ("GET", "HEAD"):
            entry["method"] = exchange.method
        self._index.append((sort_key(exchange.url), re.sub(r"\D", "", stamp(exchange.at)), entry))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def index(self) -> bytes:
        """Return the index (CDXJ), sorted."""
        lines = sorted(f"{key} {when} {json.dumps(entry)}\n" for key, when, entry in self._index)
        return "".join(lines).encode()


def _as_kept(exchange: Exchange) -> list[tuple[str, str]]:
    kept = [(f"X-Archive-Orig-{name}" if name.lower() in ENCODING else name, value) for name, value in exchange.headers]
    return _safe([*kept, ("Content-Length", str(len(exchange.body)))])


def _safe(headers: Any) -> list[tuple[str, str]]:
    """Return headers that stay on their line, and without HTTP/2's own (`:path`)."""
    return [(name, re.sub(r"[\r\n]+", " ", value)) for name, value in headers if not name.startswith(":")]


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@dataclass(frozen=True)
class MainPage:
    """The page that the archive opens with: the address and instant of its own record."""

    url: str
    at: datetime
    title: str
    text: str = ""


def write_wacz(path: Path, records: Records, page: MainPage) -> None:
    """Write the archive. The records must be closed. The same records and page give the same bytes."""
    page_line = {"id": "page-1", "url": page.url, "ts": stamp(page.at), "title": page.title, "text": page.text}
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": True}
    parts: dict[str, bytes] = {
        f"archive/{WARC_NAME}": records.path.read_bytes(),
        "indexes/index.cdx": records.index(),
        "pages/pages.jsonl": f"{json.dumps(head)}\n{json.dumps(page_line, ensure_ascii=False)}\n".encode(),
    }
    package = {
        "profile": "data-package",
        "wacz_version": WACZ_VERSION,
        "software": SOFTWARE,
        "created": stamp(records.begun),
        "title": page.title or page.url,
        "mainPageUrl": page.url,
        "mainPageDate": stamp(page.at),
        "resources": [
            {"name": name.rpartition("/")[2], "path": name, "hash": f"sha256:{_sha256(data)}", "bytes": len(data)}
            for name, data in parts.items()
        ],
    }
    described = json.dumps(package, indent=2, ensure_ascii=False).encode()
    digest = {"path": "datapackage.json", "hash": f"sha256:{_sha256(described)}"}
    parts |= {"datapackage.json": described, "datapackage-digest.json": json.dumps(digest).encode()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, records.begun.astimezone(UTC).timetuple()[:6])
            # The records must lie as they are, so that a reader can ask for a piece of them.
            entry.compress_type = (
                zipfile.ZIP_STORED if name.startswith(("archive/", "indexes/")) else zipfile.ZIP_DEFLATED
            )
            archive.writestr(entry, data)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
