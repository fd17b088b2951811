"""How fast the public register is served, beside nginx with the same bytes as a file, in one run. 200 channels.

Ours is the whole product as in production: granian as in the container, every security header, Celery publishing. nginx
sends a plain file and none of those headers. Both are asked by wrk on the same machine, in turns, for the page as it is
and compressed. The ratio is ours by nginx's, the median of the rounds, the worse of the two. During one more round under
the same load the register is changed once a second, and the time until a visitor can see it is measured. The last line
is JSON.
"""

import gzip
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


FOLDER = Path(tempfile.mkdtemp(prefix="kanalkollen-bench-"))
OURS, NGINX = free_port(), free_port()
# As in production, behind a proxy that has taken care of TLS.
os.environ.pop("KANALKOLLEN_TESTING", None)
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "kommun.settings",
    "PUBLISH_ROOT": str(FOLDER / "published"),
    "SITE_URL": f"https://127.0.0.1:{OURS}",
    "TRUST_X_FORWARDED_PROTO": "true",
    "EMAIL_URL": "dummymail://",
    "LOG_LEVEL": "ERROR",
    "PYTHONPATH": str(ROOT),
}

import django

django.setup()

from accounts.actor import Actor
from benchmarks.register_growth import fill, municipality
from channels.actions.publishing import change_details
from channels.models import Channel
from channels.publication import render
from kommun.local.identity import die_with_parent

CHANNELS, ROUNDS, SECONDS, CONNECTIONS, AIM, CHANGES = 200, 5, 3, 16, 0.5, 5
PAGE = "/kanaler/"
PROXY = {"X-Forwarded-Proto": "https", "Host": "127.0.0.1"}
KINDS = ("identity", "gzip")
NGINX_CONF = """
worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  include /etc/nginx/mime.types; access_log off; sendfile on; tcp_nopush off; tcp_nodelay on;
  keepalive_requests 1000000000; open_file_cache max=100; gzip_static on; etag on;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}/site; }}
}}
"""


def get(port: int, encoding: str = "identity") -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and bytes of the register page."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", PAGE, headers={**PROXY, "Accept-Encoding": encoding})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def wait_for(what: str, holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until `holds()` is true."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise SystemExit(f"{what}: not within {seconds} seconds")
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Return True when somebody answers with the page."""
    try:
        return get(port)[0] == 200
    except OSError:
        return False


@contextmanager
def running(*command: str) -> Iterator[None]:
    """Run a program for as long as the block lasts."""
    ends_with_us = die_with_parent(signal.SIGTERM)
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, preexec_fn=ends_with_us)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def server_command() -> list[str]:
    """Return the command that the container runs, with an address of our own."""
    last = next(line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("CMD "))
    program, *arguments = json.loads(last.removeprefix("CMD "))
    for option, value in (("--host", "127.0.0.1"), ("--port", str(OURS))):
        arguments[arguments.index(option) + 1] = value
    return [str(Path(sys.executable).parent / program), *arguments, "--log-level", "warning"]


def wrk(port: int, encoding: str, seconds: int = SECONDS) -> float:
    """Return requests per second; every answer must be one."""
    headers = [f"{name}: {value}" for name, value in {**PROXY, "Accept-Encoding": encoding}.items()]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *(part for each in headers for part in ("-H", each))]
    out = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{PAGE}"], check=True, capture_output=True, text=True
    ).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise SystemExit(out)
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    if found is None:
        raise SystemExit(out)
    return float(found[1])


def is_published() -> bool:
    """Return True when the page comes from the layer: Django sends no date."""
    return "last-modified" in get(OURS)[1]


def measure() -> tuple[dict[str, float], dict[str, dict[str, int]]]:
    """Return ours by nginx's and the medians per second, by encoding.

    The ratio is the median of the rounds', not of the rates: both are asked within seconds of each other, so what else
    the machine does in a round slows them both.
    """
    ratios: dict[str, float] = {}
    rates: dict[str, dict[str, int]] = {}
    for encoding in KINDS:
        rounds = [(wrk(OURS, encoding), wrk(NGINX, encoding)) for _round in range(ROUNDS)]
        ratios[encoding] = round(statistics.median(ours / nginx for ours, nginx in rounds), 2)
        ours, nginx = (round(statistics.median(each)) for each in zip(*rounds, strict=True))
        rates[encoding] = {"ours": ours, "nginx": nginx}
        print(f"{encoding:9} ours {ours:7}/s, nginx {nginx:7}/s, ratios", *(f"{a / b:.2f}" for a, b in rounds))
    return ratios, rates


def seconds_until_seen(number: int) -> float:
    """Change a channel through its action, and return how long it takes until a visitor of the register sees it."""
    channel = Channel.objects.select_related("owner").order_by("name")[number]
    words = f"Ändrad målgrupp {number} {time.time_ns()}"
    change_details(
        channel_id=channel.pk, values={"audience": words}, version=channel.version, actor=Actor(channel.owner)
    )
    begun = time.perf_counter()
    wait_for("a change", lambda: words.encode() in get(OURS)[2], 20)
    return time.perf_counter() - begun


def seen_under_load() -> list[float]:
    """Return how long each of some changes took to be seen while wrk asks as much as it can."""
    with running("wrk", "-t1", f"-c{CONNECTIONS}", "-d60s", "-H", "X-Forwarded-Proto: https", "-H",
                 "Host: 127.0.0.1", "-H", "Accept-Encoding: gzip", f"http://127.0.0.1:{OURS}{PAGE}"):  # fmt: skip
        time.sleep(1)
        found = []
        for number in range(CHANGES):
            found.append(seconds_until_seen(number))
            time.sleep(1)
    return found


def equals_django() -> bool:
    """Return True when what is served is byte for byte what Django answers, in both encodings."""
    dynamic = render(PAGE, "sv").content
    return dynamic == get(OURS)[2] == gzip.decompress(get(OURS, "gzip")[2])


def prepare() -> None:
    """Fill the register, and give nginx the bytes."""
    municipality()
    fill(CHANNELS)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], cwd=ROOT, check=True
    )
    site = FOLDER / "site" / "kanaler"
    site.mkdir(parents=True)
    FOLDER.chmod(0o755)
    (FOLDER / "nginx.conf").write_text(NGINX_CONF.format(folder=FOLDER, port=NGINX))


def main() -> dict[str, object]:
    """Run everything and return what was found."""
    prepare()
    celery = str(Path(sys.executable).parent / "celery")
    with ExitStack() as stack:
        worker = (
            celery,
            "--quiet",
            "--app",
            "kommun",
            "worker",
            "--concurrency",
            "1",
            "--loglevel",
            "ERROR",
        )
        stack.enter_context(running(*worker))
        stack.enter_context(running(*server_command()))
        wait_for("our server", lambda: answers(OURS))
        wait_for("the first publication", is_published)
        for name, encoding in (("index.html", "identity"), ("index.html.gz", "gzip")):
            (FOLDER / "site/kanaler" / name).write_bytes(get(OURS, encoding)[2])
        stack.enter_context(running("nginx", "-c", str(FOLDER / "nginx.conf")))
        wait_for("nginx", lambda: answers(NGINX))
        assert all(get(OURS, encoding)[2] == get(NGINX, encoding)[2] for encoding in KINDS), "not the same bytes"
        equal = equals_django()
        headers = get(OURS, "gzip")[1]
        secure = {"content-security-policy", "x-content-type-options", "strict-transport-security", "referrer-policy"}
        ratios, rates = measure()
        idle = [seconds_until_seen(number) for number in range(CHANGES)]
        loaded = seen_under_load()
        wait_for("the last publication", is_published)
        equal = equal and equals_django()
    ratio, seen = min(ratios.values()), max(*idle, *loaded)
    print(f"A change is seen after {max(idle):.2f} s at the most, under load after {max(loaded):.2f} s.")
    holds = ratio >= AIM and seen <= 1 and equal and secure <= headers.keys()
    return {
        "name": "public_register",
        "ratio": ratio,
        "aim": AIM,
        "holds": holds,
        "ratios": ratios,
        "per_second": rates,
        "seen_after_s": {"idle": round(max(idle), 2), "under_load": round(max(loaded), 2), "aim": 1},
        "equals_django": equal,
        "security_headers": secure <= headers.keys(),
    }


if __name__ == "__main__":
    if missing := [program for program in ("nginx", "wrk") if not shutil.which(program)]:
        print(f"Not measured: {' and '.join(missing)} must be installed (Debian: apt-get install {' '.join(missing)}).")
        print(json.dumps({"name": "public_register", "ratio": None, "aim": AIM, "holds": False, "missing": missing}))
        sys.exit(0)
    try:
        print(json.dumps(main()))
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
