"""Starting the system's Chromium so that it goes nowhere but through our proxy.

Root cannot have Chromium's sandbox, and a browser that shows strangers' pages must not be root: whoever runs as root gets
a browser that runs as an ordinary user. The sandbox is made of user namespaces; where the machine forbids them it cannot
be had, and neither can a network of its own (`enclosure`). Then the record says so, or nothing is captured at all.
"""

import os
import pwd
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, BrowserType
from playwright.async_api import Error as PlaywrightError

from archive.capture.browser_facts import LANGUAGE, TIME_ZONE
from archive.capture.job import NoBrowser
from archive.capture.values import Browser, Limits, Sandbox

ORDINARY_USER = "nobody"
START_SECONDS = 30


def arguments(proxy_port: int) -> list[str]:
    """Return the flags that matter for safety, beside those of the driver; and for a picture that is the same everywhere."""
    return [
        # Nothing is looked up by the browser itself, and nothing goes out beside the proxy. Belt and braces, beside `enclosure`.
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        f"--proxy-server=http://127.0.0.1:{proxy_port}",
        "--proxy-bypass-list=<-loopback>",
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-quic",
        "--dns-prefetch-disable",
        "--disable-domain-reliability",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-breakpad",
        "--no-pings",
        "--force-color-profile=srgb",
        "--disable-gpu",
        "--disable-gpu-rasterization",
        "--deny-permission-prompts",
    ]


async def start(
    chromium: BrowserType, folder: Path, *, path: str, proxy_port: int, limits: Limits, sandbox: Sandbox
) -> tuple[BrowserContext, Browser]:
    """Start a fresh browser with a profile of its own in `folder`, and return it with what it is. Raises NoBrowser."""
    about = Browser(name=Path(path).name, user=_user_name(), sandbox=True)
    if os.geteuid() == 0:
        path, about = _as_ordinary_user(path, folder), replace(about, user=ORDINARY_USER)
    options = _options(folder, path, proxy_port, limits)
    try:
        context = await chromium.launch_persistent_context(chromium_sandbox=True, **options)
    except PlaywrightError as wrong:
        if sandbox is Sandbox.REQUIRED:
            raise NoBrowser(_last_line(wrong)) from None
        about = replace(about, sandbox=False, sandbox_note=_last_line(wrong))
        try:
            context = await chromium.launch_persistent_context(chromium_sandbox=False, **options)
        except PlaywrightError as again:
            raise NoBrowser(_last_line(again)) from None
    return context, replace(about, version=context.browser.version if context.browser else "")


def _options(folder: Path, path: str, proxy_port: int, limits: Limits) -> dict[str, Any]:
    profile = folder / "profile"
    profile.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        user = pwd.getpwnam(ORDINARY_USER)
        os.chown(profile, user.pw_uid, user.pw_gid)
    return {
        "user_data_dir": profile,
        "executable_path": path,
        "env": {"HOME": str(profile), "TMPDIR": str(profile), "PATH": os.defpath, "LANG": "C.UTF-8"},
        "args": arguments(proxy_port),
        "timeout": START_SECONDS * 1000,
        "viewport": {"width": limits.width, "height": limits.window_height},
        "device_scale_factor": 1,
        "locale": LANGUAGE,
        "timezone_id": TIME_ZONE,
        "service_workers": "block",
        "accept_downloads": False,
        "reduced_motion": "reduce",
        "color_scheme": "light",
    }


def _as_ordinary_user(path: str, folder: Path) -> str:
    """Return a program that starts the browser as an ordinary user who can never become another."""
    user = pwd.getpwnam(ORDINARY_USER)
    folder.chmod(0o711)  # to the profile, past what else is in the folder
    program = folder / "browser"
    become = f"setpriv --reuid={user.pw_uid} --regid={user.pw_gid} --clear-groups --no-new-privs --"
    program.write_text(f'#!/bin/sh\nexec {become} "{path}" "$@"\n')
    program.chmod(0o755)
    return str(program)


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a number without a name, as in a container
        return str(os.geteuid())


def _last_line(wrong: PlaywrightError) -> str:
    """Return the line of a failed start that says why."""
    lines = [line.strip(" -") for line in str(wrong).splitlines() if line.strip(" -")]
    telling = [line for line in lines if "sandbox" in line.lower() or "FATAL" in line]
    return (telling or lines or [""])[0][:300]
