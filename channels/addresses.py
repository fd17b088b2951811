"""From what people paste to one canonical account. Pure: no database, no network.

Two addresses are the same account exactly when platform and `handle_key` are equal. Two kinds of platform exist: those where
an account is a name (patterns in `platforms.toml`), and the web, where it is a host with a path.
"""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _

from channels.confusables import skeleton
from channels.links import (
    AddressError,
    Link,
    clean_text,
    display_host,
    lasting,
    normalise,
    quoted,
    read_link,
    rest_of_web_address,
    unicode_host,
    unwrapped,
)
from channels.platform_specs import AccountPattern, PlatformSpec, PlatformSpecs, load_platform_specs

__all__ = ["AddressError", "CanonicalAccount", "PlatformSpec", "PlatformSpecs", "load_platform_specs", "parse_account"]

MAX_HANDLE = 300
MAX_URL = 500
MAX_ID = 120
_LABEL = re.compile(r"(?P<label>[^:=@]{1,40}?)\s*[:=]\s*(?P<rest>\S.*)")
_NAME = re.compile(r"[^\s/?#&=%\"<>]{1,100}")


@dataclass(frozen=True)
class CanonicalAccount:
    """One account. Equal when platform and key are; the rest is for showing and storing.

    `platform` is None when only a name was given, and then `url` is empty. `name` is the handle without server or suffix.
    """

    platform: str | None
    handle_key: str
    handle: str = field(compare=False)
    url: str = field(compare=False)
    name: str = field(compare=False)
    namespace: str = field(default="", compare=False)
    platform_account_id: str = field(default="", compare=False)

    @property
    def skeleton(self) -> str:
        """What the name looks like (`channels.confusables.skeleton`). At most 300 characters; empty for a bare id."""
        return "" if self.platform_account_id else skeleton(self.name)


def parse_account(
    text: str, specs: PlatformSpecs, platform_hint: str | None = None, *, strict: bool = True
) -> CanonicalAccount:
    """Return the account that the text names: an address in any form, @name, or "platform: name".

    `platform_hint` is the key of the platform to read a bare name for; a whole address decides for itself.
    `strict` refuses names that the platform does not allow. Without it they are read as they look, so that an imitation
    with foreign letters can be compared.
    Raises AddressError, whose text says what to do. Nothing is fetched. Source: matrix, traps 15 and 16.
    """
    spec, cleaned = _split_label(clean_text(text), specs)
    hint = spec or specs.get(platform_hint)
    if any(char.isspace() for char in cleaned):
        raise AddressError(_("Skriv en enda adress eller ett kontonamn, utan mellanslag."), "several")
    rest = _link_text(cleaned, specs, hint)
    if rest is not None:
        return _from_link(unwrapped(read_link(rest), specs), specs, hint, strict=strict)
    name = cleaned.partition("?")[0].partition("#")[0].rstrip("/")
    if hint is None or hint.web:  # every web address was a link: a bare word is no account of a web platform
        hint = _recognised(name, specs)
    if hint is None:
        return _bare_name(name)
    return _from_name(name, hint, strict=strict)


def account_named(name: str, spec: PlatformSpec) -> CanonicalAccount | None:
    """Return the account of that name on the platform, or None where names alone mean nothing."""
    if spec.web:
        return None
    try:
        return _from_name(name, spec, strict=False)
    except AddressError:
        return None


def _split_label(text: str, specs: PlatformSpecs) -> tuple[PlatformSpec | None, str]:
    # "Facebook: @exempelkommun" and "facebook exempelkommun"
    found = _LABEL.fullmatch(text)
    if found and not found["rest"].startswith("//") and (spec := specs.by_name.get(found["label"].strip().casefold())):
        return spec, clean_text(found["rest"])
    words = text.split()
    if len(words) == 2 and (spec := specs.by_name.get(words[0].casefold())):
        return spec, words[1]
    return None, text


def _link_text(text: str, specs: PlatformSpecs, hint: PlatformSpec | None) -> str | None:
    """Return the address without its scheme, or None when the text is a name."""
    if text.casefold().startswith("did:"):
        return None
    rest = rest_of_web_address(text)
    if rest is not None:
        return rest
    if text.startswith("@") and "/" not in text:
        return None
    head = re.split(r"[/?#]", text, maxsplit=1)[0]
    if "@" in head[1:] and "/" not in text:
        if hint and hint.any_host:
            return None
        raise AddressError(
            _("Det är en e-postadress. Klistra in kontots adress eller skriv namnet med @ först."), "email"
        )
    if "/" not in text and not _must_be_host(head, specs, hint):
        return None
    if "." in head and not text.startswith("@"):
        return text
    if hint and hint.hosts and not hint.web:
        return f"{hint.hosts[0]}/{text}"
    raise AddressError(_("Klistra in hela adressen, med webbplatsens namn först."), "host")


def _must_be_host(head: str, specs: PlatformSpecs, hint: PlatformSpec | None) -> bool:
    # exempel.kommun can be a name on Instagram and a host; www. and the platforms' own hosts can only be hosts.
    host = head.casefold().partition(":")[0].rstrip(".")
    known = (
        host in specs.by_host or host in specs.short_hosts or host.startswith("www.") or _is_shared_host(host, specs)
    )
    return "." in host and not _recognised(host, specs) and (known or bool(hint and hint.web))


def _recognised(name: str, specs: PlatformSpecs) -> PlatformSpec | None:
    """Return the platform that a bare name can only be from, if there is one."""
    return next((spec for spec in specs if spec.recognised and spec.recognised.fullmatch(name)), None)


def _is_shared_host(host: str, specs: PlatformSpecs) -> bool:
    return any(spec.web and host.endswith(f".{each}") for spec in specs for each in spec.hosts)


def _bare_name(text: str) -> CanonicalAccount:
    name = text.lstrip("@")
    if not _NAME.fullmatch(name) or name.endswith(":"):
        raise AddressError(_("Klistra in kontots adress eller skriv namnet med @ först."), "name")
    return CanonicalAccount(None, name.casefold(), name, "", name)


def _from_name(text: str, spec: PlatformSpec, *, strict: bool) -> CanonicalAccount:
    name = normalise(text).strip().lstrip("@")
    if not name:
        raise AddressError(_("Skriv kontots adress eller namn."), "empty")
    path = "/" + spec.name_path.format(name=name).strip("/")
    return _matched(spec, Link("", tuple(path[1:].split("/")), ()), dict(spec.defaults), strict=strict)


def _from_link(link: Link, specs: PlatformSpecs, hint: PlatformSpec | None, *, strict: bool) -> CanonicalAccount:
    if link.host.removeprefix("www.") in specs.short_hosts:
        raise _share_error()
    if link.host.removeprefix("www.") in specs.post_hosts:
        raise _post_error()
    spec, groups = _platform_of(link.host, specs)
    if spec is None and not link.parts and (named := _recognised(link.host, specs)):
        return _from_name(link.host, named, strict=strict)  # https://exempelkommun.bsky.social leads to the account
    if spec is None:
        spec = _told_by_path(link, specs, hint)
        groups = {"host": display_host(link.host)}
    if spec is None or spec.web:
        return _web_account(link, spec or specs.fallback, hint, specs, strict=strict)
    return _matched(spec, link, {"host": display_host(link.host), **spec.defaults, **groups}, strict=strict)


def _platform_of(host: str, specs: PlatformSpecs) -> tuple[PlatformSpec | None, dict[str, str]]:
    if spec := specs.by_host.get(host):
        return spec, {}
    labels = host.split(".")
    for cut in range(1, len(labels) - 1):
        spec = specs.by_host.get(".".join(labels[cut:]))
        if spec is None:
            continue
        found = spec.subdomains.fullmatch(".".join(labels[:cut]))
        if found is None:
            raise AddressError(
                _("Den delen av %(platform)s har inga konton. Öppna kontot och kopiera adressen därifrån.")
                % {"platform": spec.name},
                "not_account",
            )
        return spec, {key: value.lower() for key, value in found.groupdict().items() if value}
    return None, {}


def _told_by_path(link: Link, specs: PlatformSpecs, hint: PlatformSpec | None) -> PlatformSpec | None:
    if hint and hint.web:
        return None
    for spec in specs:
        if spec.any_host and (hint is spec or link.path.startswith("/@")):
            if any(regex.fullmatch(link.path) for regex in spec.posts):
                raise _post_error()
            if any(pattern.path.fullmatch(_without_tabs(link, spec)) for pattern in spec.accounts):
                return spec
    return None


def _without_tabs(link: Link, spec: PlatformSpec) -> str:
    parts = list(link.parts)
    while len(parts) > 1 and parts[-1].casefold() in spec.tabs:
        parts.pop()
    return "/" + "/".join(parts)


def _matched(spec: PlatformSpec, link: Link, groups: dict[str, str], *, strict: bool) -> CanonicalAccount:
    """Return the account that one of the platform's patterns takes out of the link. Raises AddressError."""
    for pattern in spec.accounts:
        if pattern.query and (account := _by_pattern(spec, pattern, link, groups, link.path, strict=strict)):
            return account
    _refuse_what_is_no_account(spec, link.path)
    path = _without_tabs(link, spec)
    for pattern in spec.accounts:
        if not pattern.query and (account := _by_pattern(spec, pattern, link, groups, path, strict=strict)):
            return account
    raise AddressError(
        _("Adressen pekar inte ut något konto på %(platform)s. Så här kan den se ut: %(example)s")
        % {"platform": spec.name, "example": spec.example},
        "no_account",
    )


def _refuse_what_is_no_account(spec: PlatformSpec, path: str) -> None:
    if any(regex.fullmatch(path) for regex in spec.posts):
        raise _post_error()
    if any(regex.fullmatch(path) for regex in spec.shares):
        raise _share_error()


def _post_error() -> AddressError:
    return AddressError(
        _("Länken går till ett inlägg, ett evenemang eller en grupp. Öppna kontot och klistra in kontots adress."),
        "post",
    )


def _share_error() -> AddressError:
    return AddressError(
        _("Det är en delningslänk, som inte visar vart den leder. Öppna den och kopiera adressen som visas då."),
        "share",
    )


def _by_pattern(
    spec: PlatformSpec, pattern: AccountPattern, link: Link, groups: dict[str, str], path: str, *, strict: bool
) -> CanonicalAccount | None:
    found = pattern.path.fullmatch(path)
    if found is None:
        return None
    values = {**groups, **{key: value for key, value in found.groupdict().items() if value}}
    if pattern.query:
        value = normalise(link.parameter(pattern.query)).strip().lstrip("@")
        if not value or (pattern.permanent and not value.isascii()) or (pattern.permanent and not value.isdigit()):
            return None
        values["handle"] = value
    if "host" in values:
        values["host"] = _server(values["host"])
    if spec.title and "handle" in values:
        values["handle"] = _wiki_title(values["handle"])
    try:
        handle = pattern.handle.format_map(values)
        safe = {key: quoted(value, keep="/" if spec.title else "") for key, value in values.items()}
        url = lasting(pattern.url.format_map(safe))
    except KeyError as error:  # a bare name where the server belongs to the name
        raise AddressError(spec.handle_help, "characters") from error
    _check_name(spec, pattern, values.get("handle", handle), handle, strict=strict)
    return _account(spec, pattern, handle, url)


def _server(host: str) -> str:
    # In an address the server is ASCII, in a name it may be written with å, ä and ö: one form for both.
    return display_host(read_link(host).host)


def _wiki_title(title: str) -> str:
    joined = re.sub(r"[ _]+", "_", title).strip("_:")
    return joined[:1].upper() + joined[1:] if len(joined[:1].upper()) == 1 else joined


def _check_name(spec: PlatformSpec, pattern: AccountPattern, word: str, handle: str, *, strict: bool) -> None:
    if not pattern.permanent and word.casefold() in spec.reserved:
        raise AddressError(
            _("Adressen är en av %(platform)ss egna sidor, inte ett konto. Öppna kontot och kopiera adressen därifrån.")
            % {"platform": spec.name},
            "not_account",
        )
    # Lower case and not "ignore case": there [a-z] would also let a dotless i in.
    allowed = pattern.permanent or spec.handle.fullmatch(handle.casefold()) is not None
    meaningful = bool(_fold(spec, handle)) and not any(char.isspace() for char in handle)
    if len(handle) > (MAX_ID if pattern.permanent else MAX_HANDLE) or not meaningful or (strict and not allowed):
        message = _("Det går inte att heta så på %(platform)s.") % {"platform": spec.name}
        raise AddressError(f"{message} {spec.handle_help}".strip(), "characters")


def _fold(spec: PlatformSpec, handle: str) -> str:
    folded = handle if spec.case_sensitive else normalise(handle.casefold())
    return folded.translate(dict.fromkeys(map(ord, spec.ignored)))


def _account(spec: PlatformSpec, pattern: AccountPattern, handle: str, url: str) -> CanonicalAccount:
    key = _fold(spec, handle)
    if pattern.permanent:
        key = f"id:{handle}"
    elif pattern.namespace:
        key = f"{pattern.namespace}:{key}"
    if len(url) > MAX_URL or len(key) > MAX_HANDLE:
        raise AddressError(_("Adressen är för lång. Klistra in bara kontots adress."), "too_long")
    return CanonicalAccount(
        spec.key,
        key,
        handle,
        url,
        _short_name(spec, handle),
        "id" if pattern.permanent else pattern.namespace,
        handle if pattern.permanent else "",
    )


def _short_name(spec: PlatformSpec, handle: str) -> str:
    name = handle.partition("@")[0] if spec.any_host else handle
    if spec.title:
        name = name.partition(":")[2] or name
    for suffix in spec.suffixes:
        name = name.removesuffix(suffix) if len(name) > len(suffix) else name
    return name


def _web_account(
    link: Link, spec: PlatformSpec, hint: PlatformSpec | None, specs: PlatformSpecs, *, strict: bool
) -> CanonicalAccount:
    """Return the account that a host with a path is. What is known of the host is used; the hint names the platform."""
    groups = {"host": link.host}
    _refuse_what_is_no_account(spec, link.path)
    found = next(
        filter(None, (_by_pattern(spec, p, link, groups, link.path, strict=strict) for p in spec.accounts)), None
    )
    if hint and hint.web:
        _refuse_what_is_no_account(hint, link.path)
    account = found or _plain_web_account(link, spec, specs)
    return replace(account, platform=hint.key) if hint and hint.web else account


def _plain_web_account(link: Link, spec: PlatformSpec, specs: PlatformSpecs) -> CanonicalAccount:
    host = link.host
    for old, new in spec.host_aliases.items():
        host = new if host == old else host.removesuffix(f".{old}") + f".{new}" if host.endswith(f".{old}") else host
    if host.removeprefix("www.") in spec.hosts and not link.parts:
        raise AddressError(_("Adressen slutar för tidigt. Kopiera hela kontots adress."), "no_account")
    kept = sorted(
        (key, value)
        for key, value in link.parameters
        if not specs.tracking.fullmatch(key) and not specs.tracking.fullmatch(f"{key}={value}")
    )
    query = urlencode(kept, quote_via=quote)
    tail = "".join(f"/{part}" for part in link.parts)
    url = lasting(f"https://{host}{quoted(tail, keep='/') or '/'}" + (f"?{query}" if query else ""))
    handle = display_host(host.removeprefix("www.")) + tail + (f"?{query}" if query else "")
    key = host.removeprefix("www.") + normalise(tail.casefold()) + (f"?{query}" if query else "")
    if len(url) > MAX_URL or max(len(handle), len(key)) > MAX_HANDLE:
        raise AddressError(_("Adressen är för lång. Klistra in bara kontots adress."), "too_long")
    return CanonicalAccount(spec.key, key, handle, url, _web_name(spec, host, tail))


def _web_name(spec: PlatformSpec, host: str, tail: str) -> str:
    # What people see of an address: not www., not which top domain. The skeleton of it finds exempel.nu beside exempel.se.
    shown = unicode_host(host.removeprefix("www."))
    for suffix in spec.suffixes:
        if shown.endswith(suffix):
            return shown.removesuffix(suffix) + tail
    return shown.rpartition(".")[0] + tail
