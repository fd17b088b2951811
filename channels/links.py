"""Take a pasted link apart, as a browser would, and refuse what is made to be misread. Pure text: nothing is ever fetched."""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote

from django.utils.translation import gettext as _

from channels.platform_specs import HOST, PlatformSpecs

MAX_TEXT = 2000
MAX_SHIMS = 4
MAX_PARAMETERS = 100
_SCHEME = re.compile(r"([a-z][a-z0-9+-]*):", re.IGNORECASE)  # no dots: example.se:443 is a host with a port
_STRUCTURE = frozenset("/?#@:\\%")
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")
_OPENING = "\"'“”‘’«»‹›<>()[]{}*`”,;"
_MARKDOWN = re.compile(r"!?\[[^\]]*\]\(\s*<?([^\s<>]+?)>?(?:\s+[\"'][^\"']*[\"'])?\s*\)")


class AddressError(ValueError):
    """The text cannot be read as one account. `str(error)` says what to do; `code` is for programs."""

    def __init__(self, message: str, code: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True)
class Link:
    """A web address in parts: the host in ASCII lower case, the decoded parts of the path, and the parameters in order."""

    host: str
    parts: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        """The path with one leading slash and no last one; "/" when there is none."""
        return "/" + "/".join(self.parts)

    def parameter(self, name: str) -> str:
        """Return the value of the first parameter of that name, or nothing."""
        return next((value for key, value in self.parameters if key.casefold() == name.casefold()), "")


def normalise(text: str) -> str:
    """Return the text in one form: compatibility characters folded, invisible ones gone.

    Raises AddressError for control characters, halves of characters and characters that mean nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    for _round in range(3):  # taking away a joiner can make two characters compose, once
        folded = unicodedata.normalize("NFKC", text)
        folded = "".join(char for char in folded if unicodedata.category(char) != "Cf" and not _is_filler(char))
        if folded == text:
            break
        text = folded
    if any(unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") for char in text):
        raise AddressError(
            _("Adressen innehåller tecken som inte går att läsa. Kopiera den en gång till."), "characters"
        )
    return text


def _is_filler(char: str) -> bool:
    # Variation selectors, and letters of Hangul, Khmer and Braille that are drawn as nothing at all.
    return char in _FILLERS or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def clean_text(text: str) -> str:
    """Return what was pasted without the marks around it: spaces, quotes, brackets, markdown.

    Raises AddressError (empty, too_long, characters, misleading).
    """
    if len(text) > MAX_TEXT:
        raise AddressError(_("Adressen är för lång. Klistra in bara kontots adress."), "too_long")
    text = text.strip()
    _refuse_mixed_structure(text)
    text = normalise(text).strip()
    if found := _MARKDOWN.fullmatch(text):
        text = found[1]
    text = _without_marks(text)
    if not text:
        raise AddressError(_("Skriv kontots adress eller namn."), "empty")
    if len(text) > MAX_TEXT:
        raise AddressError(_("Adressen är för lång. Klistra in bara kontots adress."), "too_long")
    if "\\" in text:
        raise AddressError(_("Adressen innehåller omvända snedstreck. Skriv den med vanliga snedstreck."), "misleading")
    return text


def _refuse_mixed_structure(text: str) -> None:
    # Ordinary slashes together with wide ones: our reading and a browser's could end up on two different hosts.
    if text.isascii():
        return
    plain = any(char in _STRUCTURE for char in text)
    wide = any(ord(char) > 127 and _STRUCTURE.intersection(unicodedata.normalize("NFKC", char)) for char in text)
    if plain and wide:
        raise AddressError(
            _("Adressen innehåller tecken som bara ser ut som vanliga skiljetecken. Kopiera den från adressfältet."),
            "misleading",
        )


def _without_marks(text: str) -> str:
    while True:
        shorter = text.strip().rstrip(".!").lstrip(_OPENING)
        while shorter and shorter[-1] in _OPENING and not _closes(shorter):
            shorter = shorter[:-1]
        if shorter == text:
            return text
        text = shorter


def _closes(text: str) -> bool:
    # The bracket of Sunne_(ort) belongs to the name; one that was never opened does not.
    pairs = {")": "(", "]": "[", "}": "{"}
    opening = pairs.get(text[-1])
    return opening is not None and text.count(opening) >= text.count(text[-1])


def rest_of_web_address(text: str) -> str | None:
    """Return what comes after http:// or https://, or None when the text names no scheme. Raises AddressError (scheme)."""
    found = _SCHEME.match(text)
    if found is None:
        return text.lstrip("/") if text.startswith("//") else None
    if found[1].lower() not in ("http", "https"):
        raise AddressError(_("Det är ingen webbadress. Klistra in adressen som börjar med https://."), "scheme")
    return text[found.end() :].lstrip("/")


def read_link(rest: str) -> Link:
    """Return the parts of an address without its scheme.

    Raises AddressError (host, userinfo, port, characters) and never anything else.
    """
    main, _hash, fragment = rest.partition("#")
    main, _mark, query = main.partition("?")
    authority, _slash, path = main.partition("/")
    if "@" in authority:
        raise AddressError(
            _("Adressen har ett @ före webbplatsens namn och kan leda någon annanstans än det ser ut."), "userinfo"
        )
    host = _host(authority)
    parts = _parts(path)
    if not parts and fragment.startswith("!/"):  # how the addresses of Twitter looked until 2012
        parts = _parts(fragment[2:].partition("?")[0])
    return Link(host, parts, _parameters(query))


@lru_cache(maxsize=1024)  # a file of addresses has few hosts
def _host(authority: str) -> str:
    host, colon, port = authority.partition(":")
    if colon and port not in ("", "80", "443"):
        raise AddressError(_("Adressen har ett portnummer. Ta bort kolon och siffrorna efter."), "port")
    host = host.replace("。", ".").rstrip(".").lower()
    try:
        ascii_host = host.encode("idna").decode("ascii").lower() if host and len(host) <= 253 else ""
    except UnicodeError:
        ascii_host = ""
    if not HOST.fullmatch(ascii_host) or _is_number(ascii_host):
        raise AddressError(
            _("Det går inte att läsa vilken webbplats adressen leder till. Kopiera hela adressen."), "host"
        )
    return ascii_host


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _decoded(text: str) -> str:
    try:
        return normalise(unquote(text, encoding="utf-8", errors="strict"))
    except UnicodeDecodeError as error:
        raise AddressError(
            _("Adressen innehåller tecken som inte går att läsa. Kopiera den en gång till."), "characters"
        ) from error


def _parts(path: str) -> tuple[str, ...]:
    parts: list[str] = []
    plain = "%" not in path and path.isascii() and path.isprintable()  # nearly every path: nothing to decode
    for piece in path.split("/"):
        part = (piece if plain else _decoded(piece)).strip()
        if "/" in part or "\\" in part:
            raise AddressError(_("Adressen innehåller dolda snedstreck. Kopiera den från adressfältet."), "misleading")
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return tuple(parts)


def _parameters(query: str) -> tuple[tuple[str, str], ...]:
    if not query:
        return ()
    if query.count("&") >= MAX_PARAMETERS:
        raise AddressError(_("Adressen är för lång. Klistra in bara kontots adress."), "too_long")
    if "%" not in query and "+" not in query:  # what `parse_qsl` gives where nothing is written in another way
        return tuple((key, value) for key, _sign, value in (pair.partition("=") for pair in query.split("&") if pair))
    try:
        pairs = parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="strict")
    except (UnicodeDecodeError, ValueError):
        return ()  # a broken parameter never names an account
    return tuple(pairs)


def unwrapped(link: Link, specs: PlatformSpecs) -> Link:
    """Return where a link through a log-in page, a mail filter or a warning page leads. Raises AddressError."""
    for _round in range(MAX_SHIMS):
        shim = next((shim for shim in specs.shims_of(link.host) if shim.path.fullmatch(link.path)), None)
        target = next(filter(None, map(link.parameter, shim.parameters)), "") if shim else ""
        if not target:
            return link
        target = clean_text(target)
        rest = rest_of_web_address(target)
        link = read_link(rest if rest is not None else f"{link.host}/{target.lstrip('/')}")
    raise AddressError(
        _("Adressen leder vidare för många gånger. Öppna kontot och kopiera adressen därifrån."), "share"
    )


def unicode_host(host: str) -> str:
    """Return an ASCII host with its internationalised parts written out, for comparing."""
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


@lru_cache(maxsize=1024)
def display_host(host: str) -> str:
    """Return the host as people read it: å, ä and ö as they are, but anything that could be misread as it is sent."""
    shown = unicode_host(host)
    readable = all(ord(char) < 128 or char in "åäöéüæø" for char in shown)
    return shown if readable else host


def quoted(text: str, *, keep: str = "") -> str:
    """Return the text as it may stand in a path."""
    if text.isascii() and text.replace("/", "" if keep == "/" else "/").isalnum():
        return text
    return quote(text, safe="@:.~_-()!$&+=" + keep)


def lasting(url: str) -> str:
    """Return the address so written that its end is not taken for the punctuation of the sentence around it."""
    kept = _without_marks(url)
    return kept + "".join(f"%{ord(char):02X}" for char in url[len(kept) :])
