"""Plain values of a capture: what is asked for, where its limits are, and what came of it.

Nothing here knows Django: the process that drives the browser reads them too. The words for people are in `words.py`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """How a capture ended. Only CAPTURED is a picture of the channel as anybody meets it; the rest say why not."""

    CAPTURED = "captured"
    LOGIN_WALL = "login_wall"  # the page shows a sign-in instead of the channel
    LOGGED_OUT = "logged_out"  # part of the channel is seen, and a sign-in is asked for before the rest
    NOT_FOUND = "not_found"
    TURNED_AWAY = "turned_away"  # the platform answers, but not to us: 403, 429 and their like
    SERVER_ERROR = "server_error"
    NO_CONTACT = "no_contact"  # no such name, no answer, a certificate that does not hold
    NOT_A_PAGE = "not_a_page"  # a file to download, or nothing that is drawn
    REFUSED_ADDRESS = "refused_address"  # our own proxy does not go there
    TIMEOUT = "timeout"
    TOO_HIGH = "too_high"  # the top of the page is kept, down to the limit
    TOO_BIG = "too_big"
    BROWSER_DIED = "browser_died"
    NO_BROWSER = "no_browser"  # none is installed, or not with the sandbox that is demanded


class Limit(StrEnum):
    """A limit that was met, whatever the outcome."""

    LOAD = "load"  # the page had not finished loading
    SCROLL_TIME = "scroll_time"  # the feed went on when the time for scrolling was over
    HEIGHT = "height"
    BYTES = "bytes"
    TIME = "time"
    POSTS = "posts"
    BODIES = "bodies"  # an answer was too big for the page as data, or could no longer be read
    LOG = "log"  # more connections than are written down


class Banner(StrEnum):
    """What was done about a question on cookies. Consent is never given."""

    NONE = "none"
    REFUSED = "refused"
    LEFT = "left"  # one was seen that offers no way to refuse


class AuthorKind(StrEnum):
    """Who wrote a post. UNKNOWN: the page does not name the author, or the caller gave no names to compare with."""

    MUNICIPALITY = "municipality"
    VISITOR = "visitor"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a kept file is."""

    PICTURE = "picture"
    MHTML = "mhtml"
    WACZ = "wacz"
    POSTS = "posts"
    RECORD = "record"


class Why(StrEnum):
    """Why the proxy did not let a connection through."""

    SCHEME = "scheme"
    PORT = "port"
    USERINFO = "userinfo"
    HOST_FORM = "host_form"  # decimal, octal, hexadecimal, or no host at all
    NAME = "name"  # a name that can only mean the inside of a network
    UNKNOWN_NAME = "unknown_name"
    ADDRESS = "address"  # at least one of its addresses is not public
    OWN = "own"  # an address of this machine
    BARRED = "barred"  # a network that the operator has closed
    NOT_WEB = "not_web"  # something other than HTTP or TLS was spoken
    MALFORMED = "malformed"
    BYTES = "bytes"
    TIME = "time"
    NO_ANSWER = "no_answer"  # allowed, but nobody answered


class Sandbox(StrEnum):
    """Whether a browser may be used without its sandbox and a network of its own."""

    REQUIRED = "required"
    PREFERRED = "preferred"


@dataclass(frozen=True)
class Order:
    """What to capture. `own_names` and `own_addresses` tell the municipality's posts from those of visitors."""

    url: str
    platform: str = ""
    own_names: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """Hard limits: seconds, CSS pixels, bytes, and numbers of things.

    Above 60,000 px of height Chromium draws the lower part blank without saying so.
    """

    seconds: float = 150
    load_seconds: float = 40
    scroll_seconds: float = 60
    script_seconds: float = 10
    width: int = 1280
    window_height: int = 900
    height: int = 60_000
    tile_height: int = 15_000
    bytes: int = 250_000_000
    body_bytes: int = 50_000_000
    posts: int = 3000


@dataclass(frozen=True)
class Post:
    """A post or comment as the page gives it. `at` is UTC and None where the page has no time that can be read.

    `answers` is the place, in the tuple of posts, of what a comment stands under.
    """

    text: str
    author: str = ""
    author_kind: AuthorKind = AuthorKind.UNKNOWN
    author_url: str = ""
    at: datetime | None = None
    time_as_shown: str = ""
    url: str = ""
    is_comment: bool = False
    answers: int | None = None
    source: str = ""  # which extractor found it


@dataclass(frozen=True)
class Step:
    """Something that was done, and when (UTC)."""

    name: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True)
class Connection:
    """One connection that the browser asked the proxy for. `refused` is None when it was let through."""

    at: datetime
    method: str
    host: str
    port: int
    address: str = ""
    bytes_up: int = 0
    bytes_down: int = 0
    seconds: float = 0
    refused: Why | None = None
    detail: str = ""


@dataclass(frozen=True)
class KeptFile:
    """A file in the folder of the result. `top` and `height` place a picture on the page (px)."""

    name: str
    kind: Kind
    content_type: str
    sha256: str = ""
    size: int = 0
    top: int = 0
    height: int = 0


@dataclass(frozen=True)
class Browser:
    """What drew the page, and as whom. `sandbox` or `own_network` False is a weakness that the reader of the record must see.

    `own_network`: nothing but the proxy could be reached, whatever was sent (`enclosure`).
    """

    name: str = ""
    version: str = ""
    sandbox: bool = False
    own_network: bool = False
    user: str = ""
    sandbox_note: str = ""


@dataclass(frozen=True)
class Report:
    """What the process that drives the browser says when it is done."""

    outcome: Outcome
    detail: str = ""
    reached_url: str = ""
    failed_url: str = ""
    status: int = 0
    title: str = ""
    browser: Browser = field(default_factory=Browser)
    page_width: int = 0
    page_height: int = 0
    banner: Banner = Banner.NONE
    banner_text: str = ""
    posts_left_page: int = 0
    responses: int = 0
    responses_without_body: int = 0
    limits_hit: tuple[Limit, ...] = ()
    redirects: tuple[str, ...] = ()
    posts: tuple[Post, ...] = ()
    files: tuple[KeptFile, ...] = ()


@dataclass(frozen=True)
class Result:
    """What came of a capture: the report, with what the proxy saw and the checksums of the files in the folder."""

    order: Order
    limits: Limits
    outcome: Outcome
    started_at: datetime
    ended_at: datetime
    report: Report
    steps: tuple[Step, ...] = ()
    connections: tuple[Connection, ...] = ()
    limits_hit: tuple[Limit, ...] = ()
    files: tuple[KeptFile, ...] = ()
    bytes_moved: int = 0

    @property
    def refusals(self) -> tuple[Connection, ...]:
        """Every connection that the proxy refused, or that got no answer."""
        return tuple(one for one in self.connections if one.refused)

    @property
    def pictures(self) -> tuple[KeptFile, ...]:
        """The pictures from the top of the page to its end; they join without overlap."""
        return tuple(one for one in self.files if one.kind is Kind.PICTURE)
