"""A page that is captured reaches nothing inside, whichever way it tries; and without our proxy it would."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType

from archive.capture.addresses import PORTS, Guard
from archive.capture.run import capture
from archive.capture.values import Limits, Order, Outcome, Result, Why
from tests import capture_attacks as attacks
from tests.capture_scene import SANDBOX
from tests.platform_server import HOST, Platform


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    server = Platform()
    yield server
    server.close()


@pytest.fixture(scope="module")
def inside() -> Iterator[attacks.Inside]:
    server = attacks.Inside()
    yield server
    server.close()


@pytest.fixture(scope="module")
def doors(platform: Platform, inside: attacks.Inside) -> dict[str, str]:
    return attacks.lay_out(platform, inside.port)


async def resolve(name: str, port: int) -> list[str]:
    """A name server that knows one name, which points both ways."""
    if name != attacks.NAME_INWARD:
        raise OSError("unknown")
    return ["93.184.215.14", "127.0.0.1"]


@pytest.fixture(scope="module")
def attacked(
    platform: Platform, inside: attacks.Inside, doors: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Result:
    """The capture of a page that tries everything. The port of the server inside is allowed: only its address is wrong."""
    guard = Guard(
        inward={f"{HOST}:80": ("127.0.0.1", platform.server_port)},
        ports=frozenset({*PORTS.values(), inside.port}),
        resolve=resolve,
    )
    inside.knocks.clear()
    inside.packets.clear()
    limits = Limits(seconds=40, load_seconds=15, scroll_seconds=5)
    return capture(
        Order(f"http://{HOST}/angrepp"),
        tmp_path_factory.mktemp("attacked"),
        guard=guard,
        limits=limits,
        sandbox=SANDBOX,
    )


def test_nothing_reaches_the_inside(attacked, inside):
    assert attacked.report.status == 200
    assert attacked.pictures
    assert inside.knocks == []
    # Only a network of its own keeps packets back: the small Chromium sends WebRTC's whatever its flags say.
    assert inside.packets == [] or not attacked.report.browser.own_network


def test_every_connection_that_was_made_went_to_the_platform(attacked, platform):
    made = [one for one in attacked.connections if not one.refused and one.address]
    assert made
    assert {(one.host, one.address) for one in made} == {(HOST, "127.0.0.1")}


def test_at_least_thirty_ways_were_tried_and_refused_for_the_address(attacked, doors):
    refused = {one.detail.removeprefix("::ffff:") for one in attacked.refusals if one.refused is Why.ADDRESS}
    ways = {way for way, door in doors.items() if door in refused or _mapped(door) in refused}
    print(sorted(set(doors) - ways))  # noqa: T201  (read when it fails)
    assert len(ways) >= 45
    assert {
        "websocket",
        "worker",
        "beacon",
        "popup",
        "form",
        "meta-refresh",
        "prefetch",
        "font",
        "decimal",
        "mapped",
    } <= ways


def _mapped(door: str) -> str:
    number = attacks.number_of(door)
    return f"{number >> 16:x}:{number & 0xFFFF:x}"


def test_the_metadata_address_is_refused_in_every_form(attacked):
    asked = {one.host for one in attacked.refusals if one.refused in (Why.ADDRESS, Why.NAME)}
    assert {"169.254.169.254", "metadata.google.internal", "168.63.129.16"} <= asked
    assert {host for host in asked if host.strip("[]").startswith(("fd00:", "64:ff9b:", "2002:", "::ffff:a9fe"))} >= {
        "fd00:ec2::254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"
    }  # fmt: skip


def test_a_name_that_points_both_ways_is_refused(attacked):
    [inward] = {one.refused for one in attacked.connections if one.host == attacks.NAME_INWARD}
    assert inward is Why.ADDRESS


def test_other_ports_are_refused(attacked):
    assert {one.port for one in attacked.refusals if one.refused is Why.PORT} >= {22, 25, 8080} - _unsafe()


def _unsafe() -> set[int]:
    """The ports that the browser itself does not ask for."""
    return {22, 25}


def test_the_same_ways_reach_the_inside_without_the_proxy(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], platform, inside, doors
):
    inside.knocks.clear()
    inside.packets.clear()
    rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{platform.server_port}, MAP *.example.com 127.0.0.1"
    free: Browser = browser_type.launch(
        **{**browser_type_launch_args, "args": [*browser_type_launch_args["args"], rules]}
    )
    try:
        page = free.new_page()
        page.goto(f"http://{HOST}/angrepp", wait_until="load")
        end = time.monotonic() + 15
        while len(set(inside.knocks) & set(doors.values())) < 45 and time.monotonic() < end:
            page.wait_for_timeout(100)
    finally:
        free.close()
    reached = {way for way, door in doors.items() if door in inside.knocks}
    assert len(reached) >= 45, sorted(set(doors) - reached)
    assert inside.packets


def test_a_page_cannot_read_a_file(attacked):
    assert not any("root:" in post.text for post in attacked.report.posts)
    assert attacked.outcome in (Outcome.CAPTURED, Outcome.TIMEOUT)


def test_nothing_is_left_of_the_folder_that_the_browser_worked_in(attacked):
    assert list(Path(tempfile.gettempdir()).glob(f"kanalkollen-capture-{os.getpid()}-*")) == []
