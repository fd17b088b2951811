"""Ways in which a page can make a browser knock on a door inside. Each way has an address of its own on loopback.

`Inside` listens on all of them, and counts who knocks: a connection is enough, whatever is said. The way is told by the
address that was knocked on, 127.1.0.N, in whatever form it was written.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

from tests.platform_server import HOST, Platform

NET = "127.1.0"
NAME_INWARD = "pekar-in.example.com"


def number_of(host: str) -> int:
    first, second, third, fourth = map(int, host.split("."))
    return (first << 24) + (second << 16) + (third << 8) + fourth


# From an address of the way (and what is said after it) to what stands on the page.
Way = Callable[[str, str], str]
IN_PAGE: dict[str, Way] = {
    "img": lambda at, _w: f"<img src='http://{at}/'>",
    "srcset": lambda at, _w: f"<img srcset='http://{at}/ 1x'>",
    "css": lambda at, _w: f"<link rel=stylesheet href='http://{at}/'>",
    "css-import": lambda at, _w: f"<style>@import url(http://{at}/);</style>",
    "background": lambda at, _w: f"<div style='background:url(http://{at}/)'>x</div>",
    "font": lambda at, _w: (
        f"<style>@font-face{{font-family:f;src:url(http://{at}/)}}b.f{{font-family:f}}</style><b class=f>x</b>"
    ),
    "script": lambda at, _w: f"<script src='http://{at}/'></script>",
    "module": lambda at, _w: f"<script type=module>import('http://{at}/').catch(()=>0)</script>",
    "iframe": lambda at, _w: f"<iframe src='http://{at}/'></iframe>",
    "srcdoc": lambda at, _w: f'<iframe srcdoc="<img src=http://{at}/>"></iframe>',
    "object": lambda at, _w: f"<object data='http://{at}/'></object>",
    "embed": lambda at, _w: f"<embed src='http://{at}/'>",
    "video": lambda at, _w: f"<video src='http://{at}/' autoplay muted></video>",
    "poster": lambda at, _w: f"<video poster='http://{at}/'></video>",
    "audio": lambda at, _w: f"<audio src='http://{at}/' preload=auto></audio>",
    "svg": lambda at, _w: f"<svg><image href='http://{at}/' width=9 height=9 /></svg>",
    "input": lambda at, _w: f"<input type=image src='http://{at}/'>",
    "fetch": lambda at, _w: f"<script>fetch('http://{at}/',{{mode:'no-cors'}}).catch(()=>0)</script>",
    "xhr": lambda at, _w: f"<script>{{let x=new XMLHttpRequest;x.open('GET','http://{at}/');x.send()}}</script>",
    "beacon": lambda at, _w: f"<script>navigator.sendBeacon('http://{at}/','x')</script>",
    "eventsource": lambda at, _w: f"<script>new EventSource('http://{at}/')</script>",
    "websocket": lambda at, _w: f"<script>new WebSocket('ws://{at}/')</script>",
    "prefetch": lambda at, _w: f"<link rel=prefetch href='http://{at}/'>",
    "preload": lambda at, _w: f"<link rel=preload as=image href='http://{at}/'>",
    "modulepreload": lambda at, _w: f"<link rel=modulepreload href='http://{at}/'>",
    "preconnect": lambda at, _w: f"<link rel=preconnect href='http://{at}/'>",
    "icon": lambda at, _w: f"<link rel=icon href='http://{at}/'>",
    "manifest": lambda at, _w: f"<link rel=manifest href='http://{at}/'>",
    "speculation": lambda at, _w: (
        f'<script type=speculationrules>{{"prefetch":[{{"urls":["http://{at}/"]}}]}}</script>'
    ),
    "prerender": lambda at, _w: f'<script type=speculationrules>{{"prerender":[{{"urls":["http://{at}/"]}}]}}</script>',
    "meta-refresh": lambda at, _w: (
        f"<iframe srcdoc=\"<meta http-equiv=refresh content='0;url=http://{at}/'>\"></iframe>"
    ),
    "form": lambda at, w: (
        f"<iframe name={w}></iframe><form target={w} method=post action='http://{at}/'><input name=a></form>"
        "<script>document.forms[document.forms.length-1].submit()</script>"
    ),
    "popup": lambda at, _w: f"<script>window.open('http://{at}/')</script>",
    "ping": lambda at, w: (
        f"<a id={w} ping='http://{at}/' href='#'>x</a><script>document.getElementById('{w}').click()</script>"
    ),
    "worker": lambda at, _w: (
        f"<script>new Worker(URL.createObjectURL(new Blob([\"fetch('http://{at}/',{{mode:'no-cors'}})\"])))</script>"
    ),
    "worker-import": lambda at, _w: (
        f"<script>new Worker(URL.createObjectURL(new Blob([\"importScripts('http://{at}/')\"])))</script>"
    ),
    "shared-worker": lambda at, _w: (
        f"<script>new SharedWorker('data:text/javascript,fetch(%22http://{at}/%22,{{mode:%22no-cors%22}})')</script>"
    ),
    "tls": lambda at, _w: f"<img src='https://{at}/'>",
    "secure-websocket": lambda at, _w: f"<script>new WebSocket('wss://{at}/')</script>",
    "userinfo": lambda at, _w: f"<img src='http://{HOST}@{at}/'>",
    "credentials": lambda at, _w: f"<img src='http://a:b@{at}/'>",
}
# Where the platform itself leads on to the address.
REDIRECTED: dict[str, str] = {
    "redirect-img": "<img src='/led/{w}'>",
    "redirect-iframe": "<iframe src='/led/{w}'></iframe>",
    "redirect-fetch": "<script>fetch('/led/{w}').catch(()=>0)</script>",
    "redirect-css": "<link rel=stylesheet href='/led/{w}'>",
    "redirect-worker": "<script>new Worker('/led/{w}')</script>",
    "redirect-embed": "<embed src='/led/{w}'>",
    "redirect-popup": "<script>window.open('/led/{w}')</script>",
    "redirect-module": "<script type=module src='/led/{w}'></script>",
}
# The same door by another name.
FORMS: dict[str, Callable[[str], str]] = {
    "decimal": lambda host: str(number_of(host)),
    "hex": lambda host: hex(number_of(host)),
    "octal": lambda host: ".".join(f"0{int(part):o}" for part in host.split(".")),
    "hex-parts": lambda host: ".".join(hex(int(part)) for part in host.split(".")),
    "three-parts": lambda host: "{}.{}.{}".format(*host.split(".")[:2], number_of(host) & 0xFFFF),
    "trailing-dot": lambda host: f"{host}.",
    "percent": lambda host: host.replace("1", "%31"),
    "full-width": lambda host: host.translate({ord(d): ord("\uff10") + int(d) for d in "0123456789"}),
    "mapped": lambda host: f"[::ffff:{host}]",
    "mapped-hex": lambda host: f"[::ffff:{number_of(host) >> 16:x}:{number_of(host) & 0xFFFF:x}]",
}
# One door each, whose address cannot be chosen.
FIXED = {
    "zero": "0.0.0.0",  # noqa: S104  (not to listen on: to knock on)
    "zero-short": "0",
    "ipv6-loopback": "[::1]",
    "ipv6-any": "[::]",
    "localhost": "localhost",
    "sub-localhost": "a.localhost",
    "name-inward": NAME_INWARD,
}
METADATA = (
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[fd00:ec2::254]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]",
    "metadata.google.internal",
    "168.63.129.16",
)


class Inside:
    """A server that nobody outside should reach, on every address of loopback. `knocks` are those that were knocked on."""

    def __init__(self) -> None:
        self.knocks: list[str] = []
        self.packets: list[str] = []
        self._server = socket.socket(socket.AF_INET6)
        self._server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._server.bind(("::", 0))
        self._server.listen(200)
        self.port = self._server.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        for listen in (self._accept, self._receive):
            threading.Thread(target=listen, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _caller = self._server.accept()
                self.knocks.append(connection.getsockname()[0].removeprefix("::ffff:"))
                connection.close()

    def _receive(self) -> None:
        with suppress(OSError):
            while True:
                data, caller = self._udp.recvfrom(2000)
                if not caller:  # it was closed
                    return
                self.packets.append(f"{caller[0]}: {data.hex()}")

    def close(self) -> None:
        for one in (self._server, self._udp):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def lay_out(platform: Platform, port: int) -> dict[str, str]:
    """Put every way on the platform's page `/angrepp`, and return which address belongs to which way."""
    doors = {way: f"{NET}.{number}" for number, way in enumerate([*IN_PAGE, *REDIRECTED, *FORMS], start=10)}
    pieces = [IN_PAGE[way](f"{doors[way]}:{port}", way) for way in IN_PAGE]
    for way, piece in REDIRECTED.items():
        platform.redirects[f"/led/{way}"] = f"http://{doors[way]}:{port}/"
        pieces.append(piece.format(w=way))
    pieces += [f"<img src='http://{form(doors[way])}:{port}/'>" for way, form in FORMS.items()]
    pieces += [f"<img src='http://{host}:{port}/'>" for host in FIXED.values()]
    pieces += [f"<img src='http://{host}/latest/'><img src='http://{host}:{port}/'>" for host in METADATA]
    pieces += list(_beside(port))
    platform.extra["/angrepp"] = ("text/html; charset=utf-8", f"<!doctype html><title>x</title>{''.join(pieces)}")
    platform.extra["/sw.js"] = ("text/javascript", f"fetch('http://{NET}.9:{port}/',{{mode:'no-cors'}})")
    return doors


def _beside(port: int) -> Iterator[str]:
    """Yield ways round the web: other ports, other schemes, packets."""
    for other in (21, 22, 25, 6379, 5432, 8080):
        yield f"<img src='http://{HOST}:{other}/'>"
    yield "<img src='ftp://127.0.0.1/x'><iframe src='file:///etc/passwd'></iframe><img src='gopher://127.0.0.1/'>"
    yield "<script>navigator.serviceWorker&&navigator.serviceWorker.register('/sw.js').catch(()=>0)</script>"
    yield (
        f"<script>for(const p of ['stun','turn']){{const c=new RTCPeerConnection({{iceServers:[{{urls:p+':127.0.0.1:{port}',"
        "username:'a',credential:'b'}]});c.createDataChannel('x');c.createOffer().then(o=>c.setLocalDescription(o))}</script>"
    )
    yield f"<script>try{{new WebTransport('https://127.0.0.1:{port}/')}}catch{{}}</script>"
