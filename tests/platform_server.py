"""A platform of our own on loopback: a channel with a feed, and the many ways in which a page can be difficult."""

import struct
import threading
import time
import zlib
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOST = "kanal.example"
OWNER = "Exempel kommun"
PAGES_OF_POSTS, POSTS_A_PAGE = 4, 10

STYLE = """<style>
body{margin:0;font:16px/1.5 'Liberation Sans',sans-serif}
header.top{position:sticky;top:0;background:#036;color:#fff;padding:20px}
#kakor{position:fixed;bottom:0;left:0;right:0;background:#fff;border-top:4px solid #c00;padding:30px}
article{margin:20px auto;width:640px;border:1px solid #999;padding:20px} article img{display:block;width:320px;height:180px}
</style>"""
BANNER = """<div id="kakor" role="dialog"><p>Vi använder kakor (cookies) för att mäta hur sidan används.</p>{buttons}</div>
<script>function svar(val){fetch('/kaka?val='+val);document.getElementById('kakor').remove()}</script>"""
LAZY = """<div id="slut">Laddar fler inlägg …</div><script>
let sida=1,laddar=false;
new IntersectionObserver(async(rader)=>{
  if(!rader[0].isIntersecting||laddar||sida>=%d)return; laddar=true;
  const svar=await fetch('/inlagg?sida='+sida++);
  document.getElementById('flode').insertAdjacentHTML('beforeend',await svar.text());
  laddar=false; const slut=document.getElementById('slut');
  if(sida>=%d)slut.textContent='Inga fler inlägg'; else slut.parentNode.append(slut);
},{rootMargin:'200px'}).observe(document.getElementById('slut'));
</script>"""
LOGIN = "<form><h1>Logga in</h1><input name=namn><input type=password name=ord><button>Logga in</button></form>"
IN_THE_WAY = (
    "<div role=dialog style='position:fixed;inset:30% 20%;background:#fff'>Logga in för att fortsätta läsa</div>"
)


def png(number: int) -> bytes:
    """A picture of one colour, which differs from the next."""
    row = b"\0" + bytes((40 * number % 256, 90, 200 - 10 * number % 200)) * 320
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 320, 180, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * 180)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def post(number: int) -> str:
    """A post of the municipality with a picture, and a comment of a visitor without a name in the register."""
    return f"""<article id="i{number}"><header><a rel="author" href="/exempelkommun">{OWNER}</a>
<a href="/i/{number}" rel="bookmark"><time datetime="2026-0{number % 9 + 1}-15T10:{number:02}:00+02:00">den 15</time></a></header>
<p>Inlägg nummer {number}: badplatsen är öppen åäö 🏊</p><img loading="lazy" src="/bild/{number}.png" alt="">
<article><header><a rel="author" href="/person/{number}">Besökare {number}</a></header>
<p>Kommentar till {number}, tack!</p></article></article>"""


def page(body: str, title: str = OWNER) -> str:
    return f"<!doctype html><html lang=sv><meta charset=utf-8><title>{title}</title>{STYLE}<body>{body}</body></html>"


def posts(first: int, number: int = POSTS_A_PAGE) -> str:
    return "".join(map(post, range(first, first + number)))


def feed(buttons: str = "", more: str = "") -> str:
    banner = BANNER.replace("{buttons}", buttons) if buttons else ""
    lazy = LAZY % (PAGES_OF_POSTS, PAGES_OF_POSTS)
    return page(f"<header class=top>{OWNER}</header><main id=flode>{posts(0)}</main>{lazy}{banner}{more}")


BUTTONS = "<button onclick=\"svar('ja')\">Godkänn alla</button><button onclick=\"svar('nej')\">Avvisa alla</button>"
PAGES: dict[str, str] = {
    "/flode": feed(BUTTONS),
    "/flode-utan-val": feed("<button onclick=\"svar('ja')\">OK, jag förstår</button>"),
    "/login/": page(LOGIN, "Logga in"),
    "/logga-in-har": page(LOGIN, "Logga in"),
    "/halv": page(posts(0, 3) + IN_THE_WAY),
    "/slinga": page(posts(0, 3) + "<script>setTimeout(()=>{while(true);},30)</script>"),
    "/slinga-direkt": page(posts(0, 3) + "<script>while(true);</script>"),
    "/hog": page(
        "<article>Överst</article><div style='height:59000px'></div><h2>Nederst</h2><div style='height:5000px'></div>"
    ),
    "/finns-inte-200": page("<h1>Det här innehållet är inte tillgängligt just nu</h1>"),
    "/fel": page("<h1>Internt fel</h1>"),
    "/skript-till-borta": page(posts(0, 3) + "<script>location='/borta'</script>"),
    "/skript-inat": page(posts(0, 3) + "<script>setTimeout(()=>{location='http://192.168.0.1/'},100)</script>"),
    "/vidare-inat": page(posts(0, 3) + "<meta http-equiv=refresh content='0;url=https://10.0.0.1/'>"),
    "/borta": page("<h1>Sidan finns inte</h1>"),
    "/stopp": page("<h1>För många frågor</h1>"),
}
PAGES["/precis"] = page("<div style='height:60000px;background:linear-gradient(#fff,#036)'></div>")


STATUS = {"/fel": 500, "/borta": 404, "/stopp": 429}
HTML = "text/html; charset=utf-8"


class Platform(ThreadingHTTPServer):
    """The server. `asked` counts what was asked for. `redirects` lead on, and `extra` are pages of a test's own."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.extra: dict[str, tuple[str, str]] = {}
        self.redirects: dict[str, str] = {"/vagg": "/login/?next=/vagg"}
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: Platform

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.asked[self.path] += 1
        if path in self.server.redirects:
            self.send("", status=302, Location=self.server.redirects[path])
        elif path in self.server.extra:
            kind, body = self.server.extra[path]
            self.send(body, kind=kind)
        elif path in PAGES:
            self.send(PAGES[path], status=STATUS.get(path, 200))
        elif path.startswith("/bild/"):
            self.send(png(int(path[6:-4])), kind="image/png")
        else:
            getattr(self, f"do_{path[1:]}", self.missing)()

    do_POST = do_GET  # noqa: N815  (the name is http.server's)

    def send(self, body: str | bytes, status: int = 200, kind: str = HTML, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def missing(self) -> None:
        self.send("", status=404)

    def do_inlagg(self) -> None:
        number = int(parse_qs(urlsplit(self.path).query)["sida"][0])
        self.send(posts(number * POSTS_A_PAGE))

    def do_kaka(self) -> None:
        self.send("", status=204)

    def do_fil(self) -> None:
        self.send("a;b", kind="text/csv", Content_Disposition="attachment")

    def do_langsam(self) -> None:
        """Be silent for longer than anybody waits."""
        time.sleep(20)

    def do_droppar(self) -> None:
        """Begin a page that never ends."""
        self.without_end("<p>Rad</p>", pause=0.1)

    def do_stor(self) -> None:
        """Send more than anybody wants."""
        self.without_end("<p>" + "x" * 100_000, pause=0)

    def without_end(self, piece: str, pause: float) -> None:
        self.send_response(200)
        self.send_header("Content-Type", HTML)
        self.end_headers()
        with suppress(OSError):
            for _ in range(1000):
                self.wfile.write(piece.encode())
                time.sleep(pause)
