"""An independent validator, where the operator has one: veraPDF as a command or as its REST service.

What it says is kept word for word beside its name, version and profile. One that does not answer is no verdict: the file
is then not validated, which somebody sees.
"""

import logging
import subprocess
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.conf import settings

log = logging.getLogger(__name__)
LONGEST = 180  # seconds
MOST = 20_000_000  # bytes of a report


@dataclass(frozen=True)
class Validated:
    """What the validator said. `report` is its own words (XML), empty where there was no validator or no answer."""

    verdict: Literal["none", "valid", "invalid", "failed"] = "none"
    validator: str = ""
    profile: str = ""
    report: bytes = b""


def validate(content: bytes, level: str) -> Validated:
    """Return the verdict of the validator that settings.PDFA_VALIDATOR names: a command, an http address, or nothing.

    Never raises: a validator that is away gives "failed", with a line in the log.
    """
    place = settings.PDFA_VALIDATOR
    if not place:
        return Validated()
    try:
        report = (_by_rest if place.startswith(("http://", "https://")) else _by_command)(place, content, level)
        return _read(report)
    except (OSError, subprocess.SubprocessError, ParseError, DefusedXmlException, ValueError) as error:
        log.warning("The PDF/A validator gave no answer: %s", error)
        return Validated("failed", "veraPDF")


def _by_command(command: str, content: bytes, level: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="pdfa-") as folder:
        path = Path(folder) / "file.pdf"
        path.write_bytes(content)
        done = subprocess.run(  # noqa: S603  (the operator's own setting, and a name of our own)
            [command, "--flavour", level, "--format", "xml", str(path)],
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
    if done.returncode not in (0, 1):  # 1: the file is not valid
        raise ValueError(f"exit {done.returncode}: {done.stderr[-200:].decode(errors='replace')}")
    return done.stdout[:MOST]


def _by_rest(address: str, content: bytes, level: str) -> bytes:
    boundary = uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file.pdf"\r\n'
    body = f"{head}Content-Type: application/pdf\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(  # noqa: S310  (http or https, seen above)
        f"{address.rstrip('/')}/api/validate/{level}",
        data=body,
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}", "Accept": "application/xml"},
    )
    with urllib.request.urlopen(request, timeout=LONGEST) as answer:  # noqa: S310
        return bytes(answer.read(MOST))


def _read(report: bytes) -> Validated:
    """Return what the report says, in either of the shapes of its versions. Raises ValueError for one without a verdict."""
    root = fromstring(report)
    said = next((one for one in root.iter() if "isCompliant" in one.attrib), None)
    if said is None:
        raise ValueError("the report has no verdict")
    verdict: Literal["valid", "invalid"] = "valid" if said.attrib["isCompliant"] == "true" else "invalid"
    profile = said.attrib.get("profileName") or said.attrib.get("flavour") or ""
    return Validated(verdict, f"veraPDF {_version(root)}".strip(), profile[:120], report)


def _version(root: Element) -> str:
    found = {
        one.attrib.get("id", ""): one.attrib.get("version", "") for one in root.iter() if _is(one, "releaseDetails")
    }
    return found.get("core") or next(iter(found.values()), "")


def _is(element: Element, name: str) -> bool:
    return str(element.tag).rpartition("}")[2] == name
