"""The way out: what is refused, and that what is let through goes to the address that was checked."""

import asyncio
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.capture import egress as egress_module
from archive.capture.addresses import Guard, Refused, is_own, is_public, why_not_url
from archive.capture.egress import Egress
from archive.capture.values import Why

PUBLIC = "93.184.215.14"


def target(host: str, port: int = 80, **guard: object) -> object:
    """Return where a guard would connect to, or why it would not."""
    with ThreadPoolExecutor(1) as elsewhere:  # this thread may have Playwright's loop
        try:
            return elsewhere.submit(lambda: asyncio.run(Guard(**guard).target(host, port))).result()
        except Refused as no:
            return no.why


def names(**known: str) -> Callable:
    async def resolve(name: str, port: int) -> list[str]:
        if name not in known:
            raise OSError("unknown")
        return known[name].split()

    return resolve


# --- Addresses --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("host", "why"),
    [
        *((host, Why.ADDRESS) for host in (
            "127.0.0.1", "127.0.0.1.", "127.255.255.254", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
            "100.64.0.1", "100.100.100.200", "0.0.0.0", "255.255.255.255", "224.0.0.1", "239.1.1.1", "240.0.0.1",  # noqa: S104
            "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.0.0.8", "192.88.99.1", "168.63.129.16",
            "[::1]", "::1", "[::]", "[fe80::1]", "[fe80::1%eth0]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[fec0::1]",
            "[::ffff:127.0.0.1]", "[::ffff:93.184.215.14]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]",
            "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]",
            "[100::1]", "[2001:db8::1]",
        )),
        *((host, Why.HOST_FORM) for host in (
            "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "1.2.3.4.5",
            "127.0.0.01", "256.1.1.1", "0", "a.0x", "", ".", "..", "a..b.se", "-a.se", "a b.se", "a\\.se", "[127.0.0.1", "a:b",
            "１２７.0.0.1", "åäö.se", "a.se/../", "a.se#", "a%2ese", "x" * 300 + ".se",
        )),
        *((host, Why.NAME) for host in (
            "localhost", "LOCALHOST.", "a.localhost", "intranet", "server", "db.local", "metadata.google.internal", "nas.lan",
            "router.home.arpa", "x.corp", "x.onion",
        )),
    ],
)  # fmt: skip
def test_a_host_that_is_not_for_everybody_is_refused(host, why):
    assert target(host, resolve=names()) is why


@pytest.mark.parametrize(
    "host", [PUBLIC, f"{PUBLIC}.", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "[2a00:1450:400f::1]"]
)
def test_a_public_address_is_where_it_says(host):
    assert target(host).address == host.strip("[].")


@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address))
def test_an_inward_address_is_inward_in_every_disguise(address):
    number = int(address)
    disguises = (
        f"::ffff:{address}", f"::{address}", f"::ffff:0:{address}", f"64:ff9b::{address}",
        str(ipaddress.IPv6Address((0x2002 << 112) | number << 80)), str(ipaddress.IPv6Address((0x20010000 << 96) | number)),
    )  # fmt: skip
    for disguise in disguises:
        assert not is_public(ipaddress.ip_address(disguise))
    assert is_public(address) <= address.is_global


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ("127.0.0.1", Why.ADDRESS),
        (f"{PUBLIC} 10.0.0.1", Why.ADDRESS),
        (f"{PUBLIC} ::1", Why.ADDRESS),
        ("", Why.UNKNOWN_NAME),
        ("nonsense", Why.UNKNOWN_NAME),
    ],
)
def test_a_name_is_refused_unless_all_of_its_addresses_are_public(found, why):
    assert target("a.example.se", resolve=names(**{"a.example.se": found})) is why


def test_a_name_that_is_unknown_says_so():
    assert target("b.example.se", resolve=names()) is Why.UNKNOWN_NAME


@pytest.mark.parametrize("port", [0, 21, 22, 25, 81, 444, 3128, 5432, 6379, 8080, 65535])
def test_other_ports_than_those_of_the_web_are_refused(port):
    assert target(PUBLIC, port) is Why.PORT


def test_an_operator_can_bar_a_network_of_its_own():
    assert target(PUBLIC, barred=(ipaddress.ip_network("93.184.0.0/16"),)) is Why.BARRED
    assert target(PUBLIC, barred=(ipaddress.ip_network("2606::/16"),)).address == PUBLIC


def test_this_machine_is_told_by_what_it_can_listen_on():
    assert is_own(ipaddress.ip_address("127.0.0.1"))
    assert not is_own(ipaddress.ip_address(PUBLIC))


def test_a_test_can_let_a_name_lead_to_loopback_and_nowhere_else():
    inward = {"kanal.example:80": ("127.0.0.1", 4711)}
    assert target("kanal.example", inward=inward).port == 4711
    assert target("kanal.example", 443, inward=inward, resolve=names()) is Why.UNKNOWN_NAME
    with pytest.raises(ValueError, match="loopback"):
        Guard(inward={"kanal.example:80": (PUBLIC, 80)})


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://www.facebook.com/tibrokommun", None), ("http://kanal.example:80/", None), ("https://[2606:2800::1]/", None),
        ("ftp://a.se/", Why.SCHEME), ("file:///etc/passwd", Why.SCHEME), ("javascript:alert(1)", Why.SCHEME),
        ("//a.se", Why.SCHEME),
        ("https://u:p@a.se/", Why.USERINFO), ("https://a.se:8443/", Why.PORT), ("http://a.se:443/", Why.PORT),
        ("http://a.se:99999/", Why.MALFORMED), ("http://[::1/", Why.MALFORMED), ("http:///x", Why.HOST_FORM),
        ("http://0x7f.1/", Why.HOST_FORM), ("http://localhost/", Why.NAME),
        ("http://169.254.169.254/", Why.ADDRESS), ("https://[::1]/", Why.ADDRESS),
    ],
)  # fmt: skip
def test_an_address_is_judged_by_its_form_first(url, why):
    assert why_not_url(url) is why


# --- The proxy --------------------------------------------------------------------------------------------------------
class Far:
    """A server on loopback that says what it was sent, and answers with `answer`."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok"
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _caller = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(1)
            received = b""
            try:
                while data := connection.recv(65536):
                    received += data
                    if received.count(b"\r\n\r\n") == 1 and self.answer:
                        connection.sendall(self.answer)
            except OSError:
                pass
            self.received.append(received)

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def far() -> Iterator[Far]:
    server = Far()
    yield server
    server.close()


@pytest.fixture
def proxy(far: Far) -> Iterator[Callable[..., Egress]]:
    """Return a function that starts a proxy which knows kanal.example, on 80 and 443."""
    started: list[Egress] = []

    def start(max_bytes: int = 1_000_000, max_seconds: float = 20, **options: object) -> Egress:
        to = ("127.0.0.1", far.port)
        guard = Guard(inward={"kanal.example:80": to, "kanal.example:443": to}, resolve=names())
        started.append(Egress(options.pop("guard", guard), max_bytes=max_bytes, max_seconds=max_seconds, **options))
        return started[-1].__enter__()

    yield start
    for one in started:
        one.__exit__(None, None, None)


def say(proxy: Egress, text: bytes, then: bytes = b"") -> bytes:
    """Send to the proxy, then something more after its first word, and return all that it answers until it closes."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as connection:
        connection.sendall(text)
        heard = b""
        try:
            while data := connection.recv(65536):
                heard += data
                if then:
                    connection.sendall(then)
                    then = b""
        except ConnectionResetError:
            pass
        return heard


def settled(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_a_request_is_sent_on_without_what_concerns_the_proxy(proxy, far):
    egress = proxy()
    asked = b"GET http://kanal.example/a?b=c HTTP/1.1\r\nHost: kanal.example\r\nProxy-Connection: keep-alive\r\nX-A: 1\r\n\r\n"
    assert say(egress, asked) == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    settled(lambda: far.received)
    assert far.received == [b"GET /a?b=c HTTP/1.1\r\nHost: kanal.example\r\nX-A: 1\r\nConnection: close\r\n\r\n"]
    settled(lambda: egress.log)
    [entry] = egress.log
    assert (entry.method, entry.host, entry.port, entry.address, entry.refused) == (
        "GET",
        "kanal.example",
        80,
        "127.0.0.1",
        None,
    )
    assert entry.bytes_down == 59


def test_a_second_request_never_follows_the_first_ones_way(proxy, far):
    first = b"GET http://kanal.example/1 HTTP/1.1\r\nHost: kanal.example\r\n\r\n"
    say(proxy(), first + b"GET http://10.0.0.1/2 HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n")
    settled(lambda: far.received)
    assert b"/2" not in far.received[0]


@pytest.mark.parametrize(
    ("head", "body"),
    [("Content-Length: 5", b"hello"), ("Transfer-Encoding: chunked", b"5\r\nhello\r\n0\r\n\r\n")],
)
def test_a_body_is_sent_on_to_its_end_and_no_further(proxy, far, head, body):
    far.answer = b""
    asked = f"POST http://kanal.example/ HTTP/1.1\r\nHost: kanal.example\r\n{head}\r\n\r\n".encode()
    threading.Thread(target=say, args=(proxy(), asked + body + b"GET / HTTP/1.1\r\n"), daemon=True).start()
    settled(lambda: far.received)
    assert far.received[0].endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (b"GET http://10.0.0.1/ HTTP/1.1\r\n\r\n", Why.ADDRESS),
        (b"GET http://kanal.example:22/ HTTP/1.1\r\n\r\n", Why.PORT),
        (b"GET http://kanal.example:0/ HTTP/1.1\r\n\r\n", Why.PORT),
        (b"GET ftp://kanal.example/ HTTP/1.1\r\n\r\n", Why.SCHEME),
        (b"GET https://kanal.example/ HTTP/1.1\r\n\r\n", Why.SCHEME),
        (b"GET http://a@kanal.example/ HTTP/1.1\r\n\r\n", Why.USERINFO),
        (b"GET / HTTP/1.1\r\nHost: kanal.example\r\n\r\n", Why.SCHEME),
        (b"CONNECT 169.254.169.254:443 HTTP/1.1\r\n\r\n", Why.ADDRESS),
        (b"CONNECT [::1]:443 HTTP/1.1\r\n\r\n", Why.ADDRESS),
        (b"CONNECT kanal.example:25 HTTP/1.1\r\n\r\n", Why.PORT),
        (b"CONNECT unknown.example.se:443 HTTP/1.1\r\n\r\n", Why.UNKNOWN_NAME),
        (b"CONNECT kanal.example HTTP/1.1\r\n\r\n", Why.MALFORMED),
        (b"GET http://kanal.example/ HTTP/1.1\r\nNo colon\r\n\r\n", Why.MALFORMED),
        (b"POST http://kanal.example/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", Why.MALFORMED),
        (b"POST http://kanal.example/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", Why.MALFORMED),
        (b"\x16\x03\x01 nonsense\r\n\r\n", Why.MALFORMED),
    ],
)  # fmt: skip
def test_what_is_refused_gets_the_reason_and_reaches_nobody(proxy, far, asked, why):
    egress = proxy()
    answer = say(egress, asked)
    assert answer.startswith((b"HTTP/1.1 403", b"HTTP/1.1 502"))
    assert f"X-Egress-Refused: {why}\r\n".encode() in answer
    assert far.received in ([], [b""])
    if why is not Why.MALFORMED:
        settled(lambda: egress.log)
        assert [entry.refused for entry in egress.log] == [why]


@pytest.mark.parametrize(
    ("port", "spoken", "arrives"),
    [
        (443, b"\x16\x03\x01\x00\x05hello", True),
        (443, b"SSH-2.0-x\r\n", False),
        (443, b"GET / HTTP/1.1\r\n\r\n", False),
        (80, b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", True),
        (80, b"EHLO x\r\n", True),  # it looks like a method; the port is the web's all the same
        (80, b"\x00\x01", False),
    ],
)
def test_a_tunnel_carries_what_belongs_on_its_port(proxy, far, port, spoken, arrives):
    egress = proxy()
    say(egress, f"CONNECT kanal.example:{port} HTTP/1.1\r\n\r\n".encode(), then=spoken)
    settled(lambda: far.received and egress.log)
    assert far.received == [spoken if arrives else b""]
    assert egress.log[0].refused is (None if arrives else Why.NOT_WEB)


def test_an_answer_that_is_no_http_is_refused(proxy, far):
    far.answer = b"-ERR unknown command\r\n\r\n"
    assert b"X-Egress-Refused: not_web" in say(proxy(), b"GET http://kanal.example/ HTTP/1.1\r\n\r\n")


def test_the_name_is_looked_up_once_and_the_checked_address_is_dialled(proxy, far):
    looked_up, dialled = [], []

    async def change_its_mind(name: str, port: int) -> list[str]:
        looked_up.append(name)
        return [PUBLIC] if len(looked_up) == 1 else ["127.0.0.1"]

    async def dial(address: str, port: int) -> egress_module.Streams:
        dialled.append((address, port))
        raise OSError("nobody")

    egress = proxy(guard=Guard(resolve=change_its_mind), dial=dial)
    ask = b"CONNECT byter.example.se:443 HTTP/1.1\r\n\r\n"
    assert b"502" in say(egress, ask)
    assert (looked_up, dialled) == (["byter.example.se"], [(PUBLIC, 443)])
    assert b"X-Egress-Refused: address" in say(egress, ask)  # asked anew for the next, and judged anew
    assert len(dialled) == 1


def test_more_bytes_than_allowed_close_everything(proxy, far):
    far.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000
    egress = proxy(max_bytes=50_000)
    assert len(say(egress, b"GET http://kanal.example/ HTTP/1.1\r\n\r\n")) < 200_000
    assert egress.over is Why.BYTES
    assert b"X-Egress-Refused: bytes" in say(egress, b"GET http://kanal.example/ HTTP/1.1\r\n\r\n")


def test_more_time_than_allowed_closes_everything(proxy, far):
    far.answer = b""
    egress = proxy(max_seconds=0.3)
    begun = time.monotonic()
    say(egress, b"CONNECT kanal.example:443 HTTP/1.1\r\n\r\n", then=b"\x16\x03\x01")
    assert time.monotonic() - begun < 5
    assert egress.over is Why.TIME
    assert b"X-Egress-Refused: time" in say(egress, b"GET http://kanal.example/ HTTP/1.1\r\n\r\n")


def test_what_is_open_when_the_proxy_stops_is_written_down(proxy, far):
    egress = proxy()
    connection = socket.create_connection(("127.0.0.1", egress.port))
    connection.sendall(b"CONNECT kanal.example:443 HTTP/1.1\r\n\r\n")
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    egress.__exit__(None, None, None)
    assert [(entry.host, entry.port) for entry in egress.log] == [("kanal.example", 443)]
    connection.close()
