"""The package for a police report: one PDF that people read, the kept files, and a list of what is in it with checksums.

The same case gives the same bytes, except that the PDF tells when it was made. Of child abuse material there are words only.
"""

import io
import json
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from archive.models import StoredFile
from kommun.models import Municipality
from moderation.models import Case

OLDEST = (1980, 1, 1, 0, 0, 0)  # what a ZIP can say; when each file came is in the list


@dataclass(frozen=True)
class Package:
    """The bytes to hand over, and their checksum."""

    name: str
    content: bytes
    sha256: str


def package(case: Case, made_by: str) -> Package:
    """Return the package of a case. `made_by`: who made it, for the first page. Raises ValueError for a file that has changed."""
    # The library needs Pango on the machine: without it everything else still starts.
    from moderation import police_pdf

    files = [row.file for row in case.evidence.select_related("file") if row.file]
    if case.files_forbidden and files:  # the database refuses it too
        raise ValueError("no file may be handed on of what may not be held")
    parts: dict[str, bytes] = {}
    for number, file in enumerate(files, start=1):
        parts[f"bevis/{number:02}-{_safe(file.name)}"] = _bytes_of(file)
    with override(settings.LANGUAGE_CODE):
        page = render_to_string("moderation/police_report.html", _facts(case, files, made_by))
    parts = {"anmalan.pdf": police_pdf.pdf(page), **parts}
    parts["innehall.json"] = _list(case, files, parts)
    content = _zip(parts)
    return Package(f"polisanmalan-{case.pk}.zip", content, sha256(content).hexdigest())


def _facts(case: Case, files: list[StoredFile], made_by: str) -> dict[str, Any]:
    return {
        "case": case,
        "channel": case.channel,
        "evidence": list(case.evidence.select_related("file", "made_by").order_by("pk")),
        "files": files,
        "made_by": made_by,
        "made_at": timezone.now(),
        "municipality": Municipality.current(),
        "follow_up": getattr(case, "police_follow_up", None),
    }


def _bytes_of(file: StoredFile) -> bytes:
    with file.file.open("rb") as opened:
        content: bytes = opened.read()
    if sha256(content).hexdigest() != file.sha256:
        raise ValueError(f"stored file {file.pk} is not what was stored")
    return content


def _safe(name: str) -> str:
    kept = "".join(char if char.isalnum() or char in ".-_" else "-" for char in name)
    return kept.strip(".-")[-80:] or "fil"


def _list(case: Case, files: list[StoredFile], parts: dict[str, bytes]) -> bytes:
    known = dict(zip([name for name in parts if name.startswith("bevis/")], files, strict=True))
    rows = []
    for name, content in parts.items():
        row: dict[str, Any] = {"file": name, "sha256": sha256(content).hexdigest(), "size": len(content)}
        if file := known.get(name):
            row |= {"received": file.at.isoformat(), "how": file.get_how_display(), "type": file.content_type}
            row |= {"seen_at": file.source_url, "changed_when_received": file.metadata.get("removed") or []}
        rows.append(row)
    with override(settings.LANGUAGE_CODE):
        when = date_format(timezone.localtime(case.known_at), "Y-m-d H:i")
    told = {"case": case.pk, "known_at": when, "address": case.url, "files": rows}
    return json.dumps(told, ensure_ascii=False, indent=2, default=str).encode()


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, OLDEST), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
