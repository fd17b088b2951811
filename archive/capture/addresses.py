"""Where a capture may go: http and https, on their own ports, to addresses that everybody can reach.

A host is judged twice. First by its form, before any name server is asked: a browser understands `2130706433` and
`0x7f.1` as loopback, so a number that is not four plain parts is refused outright. Then by its addresses: every one of
them must be public, or a name that points both ways would be a coin to toss.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archive.capture.values import Why

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[list[str]]]

PORTS = {"http": 80, "https": 443}
# Names that only a network's own name server, or the machine itself, answers for.
INWARD_NAMES = (
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
    "onion",
)
# A public address inside, and ways to write an IPv4 address as an IPv6 one.
NEVER: tuple[Network, ...] = tuple(
    ipaddress.ip_network(net)
    for net in (
        "168.63.129.16/32",  # a cloud's own services answer here, and it counts as public
        "192.0.0.0/24",  # protocol assignments, which older Pythons take for public
        "192.88.99.0/24",  # 6to4 relays
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64 of one's own
        "100::/64",  # discard
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local, of old
    )
)
LAST_PART_IS_NUMBER = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$", re.IGNORECASE)
HOST_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)


class Refused(Exception):
    """The proxy does not go there. `why` is for the record, `detail` says what was seen."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else str(why))
        self.why, self.detail = why, detail


@dataclass(frozen=True)
class Target:
    """The address that was checked, and that is connected to."""

    address: str
    port: int


def why_not_url(url: str) -> Why | None:
    """Return why an address cannot be captured, judged without asking anybody, or None."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return Why.MALFORMED
    if parts.scheme not in PORTS:
        return Why.SCHEME
    if "@" in parts.netloc:
        return Why.USERINFO
    try:
        host = literal_or_name(parts.hostname or "")
    except Refused as no:
        return no.why
    if not isinstance(host, str) and not is_public(host):
        return Why.ADDRESS
    return None if port in (None, PORTS[parts.scheme]) else Why.PORT


def literal_or_name(host: str) -> IPAddress | str:
    """Return the address that a host is, or the name that has to be looked up. Raises Refused."""
    bare = host.strip().lower()
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1]
    if ":" in bare:
        try:
            return ipaddress.IPv6Address(bare)  # with a zone (%eth0) it is refused below as not public
        except ValueError:
            raise Refused(Why.HOST_FORM, host) from None
    bare = bare.removesuffix(".")
    if LAST_PART_IS_NUMBER.search(bare):
        try:
            return ipaddress.IPv4Address(bare)  # four decimal parts without leading zeros, nothing else
        except ValueError:
            raise Refused(Why.HOST_FORM, host) from None
    if not HOST_NAME.fullmatch(bare):
        raise Refused(Why.HOST_FORM, host)
    if "." not in bare or any(bare == name or bare.endswith(f".{name}") for name in INWARD_NAMES):
        raise Refused(Why.NAME, bare)
    return bare


def is_public(address: IPAddress) -> bool:
    """Return True for an address that everybody reaches by the same route: none that is private, mapped or translated."""
    if address.version == 6 and address.scope_id:
        return False
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or address.is_unspecified)
        and not any(address.version == net.version and address in net for net in NEVER)
    )


def is_own(address: IPAddress) -> bool:
    """Return True for an address of this machine: only such a one can be bound to."""
    return _can_bind(str(address)) and not _can_bind("192.0.2.1" if address.version == 4 else "2001:db8::1")


def _can_bind(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


async def ask_the_system(name: str, port: int) -> list[str]:
    """Return every address of a name. Raises OSError when there is none."""
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Guard:
    """Which addresses are let through. Asks for a name once, and answers with the very address to connect to.

    `inward` lets tests and the demo show a platform of their own: "host:port" to an address and port on loopback. It comes
    from the caller alone. `barred` are networks of the operator's that count as public but are not meant for a browser.
    `ports` is for a test that shows that the address alone is enough to refuse.
    """

    inward: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    barred: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset(PORTS.values())
    resolve: Resolver = ask_the_system

    def __post_init__(self) -> None:
        for host, (address, _port) in self.inward.items():
            if not ipaddress.ip_address(address).is_loopback:
                raise ValueError(f"{host} may only be sent to loopback, not to {address}.")

    async def target(self, host: str, port: int) -> Target:
        """Return where to connect. Raises Refused."""
        inward = self.inward.get(f"{host.lower()}:{port}")
        if inward:
            return Target(*inward)
        if port not in self.ports:
            raise Refused(Why.PORT, str(port))
        asked = literal_or_name(host)
        found = [asked] if not isinstance(asked, str) else await self._addresses(asked, port)
        for address in found:
            self._must_be_public(address)
        return Target(str(found[0]), port)

    async def _addresses(self, name: str, port: int) -> list[IPAddress]:
        try:
            found = [ipaddress.ip_address(one) for one in await self.resolve(name, port)]
        except (OSError, ValueError) as wrong:
            raise Refused(Why.UNKNOWN_NAME, str(wrong)) from None
        if not found:
            raise Refused(Why.UNKNOWN_NAME, name)
        return found

    def _must_be_public(self, address: IPAddress) -> None:
        if not is_public(address):
            raise Refused(Why.ADDRESS, str(address))
        if any(address.version == net.version and address in net for net in self.barred):
            raise Refused(Why.BARRED, str(address))
        if is_own(address):
            raise Refused(Why.OWN, str(address))
