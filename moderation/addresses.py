"""From a pasted address to one canonical post, so that two people who saw the same thing find each other's case.

Pure: no database, no network. A post is not an account: `channels.addresses` reads accounts. Here the path is kept as it
stands, since the numbers of posts can be told apart by letter case alone.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

from django.utils.translation import gettext as _

from channels.addresses import AddressError, PlatformSpecs, load_platform_specs
from channels.links import Link, clean_text, display_host, lasting, quoted, read_link, rest_of_web_address, unwrapped
from channels.platform_specs import PlatformSpec

__all__ = ["AddressError", "CanonicalPost", "parse_post"]

MAX_URL = 2000
MAX_KEY = 600
MAX_ID = 200
# Parameters that say which post or comment it is, the most exact first.
_ITEM = ("reply_comment_id", "comment_id", "commentId", "lc", "story_fbid", "fbid", "v", "multi_permalinks", "id")
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")
_FOLDED = tuple(map(str.casefold, _ITEM))


@dataclass(frozen=True)
class CanonicalPost:
    """One post or comment. Equal when the key is. `item_id` is the platform's own number, where the address shows one."""

    key: str
    url: str = field(compare=False)
    platform: str | None = field(compare=False)
    item_id: str = field(default="", compare=False)


def parse_post(text: str, specs: PlatformSpecs | None = None) -> CanonicalPost:
    """Return the post that a pasted address leads to.

    Mobile hosts, tracking parameters, log-in pages and mail filters in between, letter case of the host and a last slash
    make no difference. Raises AddressError, whose text says what to do. Nothing is fetched.
    """
    specs = specs or load_platform_specs()
    cleaned = clean_text(text)
    if cleaned.split() != [cleaned]:
        raise AddressError(_("Skriv en enda adress, utan mellanslag."), "several")
    rest = rest_of_web_address(cleaned)
    if rest is None:
        if "." not in cleaned.split("/")[0] or "/" not in cleaned:
            raise AddressError(_("Klistra in adressen till inlägget. Den börjar med https://."), "host")
        rest = cleaned
    link = unwrapped(read_link(rest), specs)
    spec = _platform_of(link.host, specs)
    host = spec.hosts[0] if spec and spec.hosts and not spec.web else link.host
    kept = sorted((key, value) for key, value in link.parameters if value and _tells(key, value, spec, specs))
    query = "&".join(f"{_as_it_is(key)}={_as_it_is(value)}" for key, value in kept)
    tail = "".join(f"/{part}" for part in link.parts)
    url = lasting(f"https://{host}{quoted(tail, keep='/') or '/'}" + (f"?{query}" if query else ""))
    key = display_host(host.removeprefix("www.")) + tail + (f"?{query}" if query else "")
    if len(url) > MAX_URL or len(key) > MAX_KEY:
        raise AddressError(_("Adressen är för lång. Kopiera inläggets egen adress."), "too_long")
    return CanonicalPost(key, url, spec.key if spec else None, _item_id(link) if spec else "")


def _as_it_is(word: str) -> str:
    """Return a key or value as it may stand in a query. Most are numbers and plain words."""
    return word if _PLAIN.fullmatch(word) else quote(word, safe="")


def _tells(key: str, value: str, spec: PlatformSpec | None, specs: PlatformSpecs) -> bool:
    """Return True for a parameter that says which post it is. Elsewhere than on a known platform, all but tracking do."""
    if spec and not spec.web:
        return key in _ITEM
    return not specs.tracking.fullmatch(key) and not specs.tracking.fullmatch(f"{key}={value}")


@lru_cache(maxsize=1024)  # a file of addresses has few hosts
def _platform_of(host: str, specs: PlatformSpecs) -> PlatformSpec | None:
    bare = host.removeprefix("www.")
    for spec in specs:
        if host in (*spec.hosts, *spec.post_hosts, *spec.short_hosts) or bare in (*spec.post_hosts, *spec.short_hosts):
            return spec if host in spec.hosts else None  # a short link has its own numbers: it stands for itself
    labels = host.split(".")
    parents = (".".join(labels[cut:]) for cut in range(1, len(labels) - 1))
    return next((specs.by_host[parent] for parent in parents if parent in specs.by_host), None)


def _item_id(link: Link) -> str:
    given: dict[str, str] = {}
    for key, value in link.parameters:
        given.setdefault(key.casefold(), value)
    found = next(filter(None, map(given.get, _FOLDED)), "") or (link.parts[-1] if link.parts else "")
    return found if any(char.isdigit() for char in found) and len(found) <= MAX_ID else ""
