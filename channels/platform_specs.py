"""Platforms as data: how a platform's addresses look, and how an account is taken out of one. The data is `platforms.toml`."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

DATA = Path(__file__).with_name("platforms.toml")
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")

KEPT_HOSTS = 1024  # a file of addresses has few hosts, and each asks the same


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _compiled(value: Any) -> Any:
    # Words of a path are told apart by no platform's letter case; what a group takes out keeps the case it was written in.
    try:
        return re.compile(value, re.IGNORECASE) if isinstance(value, str) else value
    except re.error as error:
        raise ValueError(f"the pattern {value} cannot be read: {error}") from error


class AccountPattern(_Data):
    """One form of an account's address. The named groups of `path` (and of the subdomains) fill the two templates."""

    path: re.Pattern[str] = Field(description="Matched against the whole path, decoded, without the last slash.")
    query: str = Field("", description="The parameter whose value is the handle, when it is not in the path.")
    handle: str = Field("{handle}", description="The account's name, from the groups.")
    url: str = Field(pattern=r"^https://", description="The canonical address.")
    namespace: str = Field(
        "", pattern=r"^[a-z]*$", description="Set when names of this form may belong to somebody else."
    )
    permanent: bool = Field(
        default=False, description="The handle is the platform's own id, which survives a change of name."
    )

    _regex = field_validator("path", mode="before")(_compiled)

    @model_validator(mode="after")
    def _one_source(self) -> "AccountPattern":
        if not self.query and not self.path.groupindex:
            raise ValueError("the path needs a named group, or the pattern a query parameter")
        return self


class PlatformSpec(_Data):
    """A platform. `web` means that an account is a host with a path, as a blog on its own domain."""

    key: str = Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")
    name: str = Field(min_length=1, max_length=60)
    name_en: str = ""
    kind: str = Field(pattern=r"^[a-z][a-z-]{0,29}$", description="What a rule of the policy may be about.")
    names: tuple[str, ...] = Field((), description="What people call it, lower case.")
    hosts: tuple[str, ...] = ()
    subdomains: re.Pattern[str] = re.compile("www", re.IGNORECASE)
    post_hosts: tuple[str, ...] = Field((), description="Hosts that only have links to single posts.")
    short_hosts: tuple[str, ...] = Field(
        (), description="Hosts of shortened links, which cannot be read without opening."
    )
    accounts: tuple[AccountPattern, ...] = ()
    name_path: str = Field("/{name}", description="The path of an account of which only the name is known.")
    defaults: dict[str, str] = Field({}, description="Groups that a bare name leaves out.")
    recognised: re.Pattern[str] | None = Field(None, description="A bare name that can only be from here.")
    tabs: tuple[str, ...] = Field((), description="Last parts of a path that are pages of the same account.")
    posts: tuple[re.Pattern[str], ...] = Field(
        (), description="Paths that are a post, an event or a group, not an account."
    )
    shares: tuple[re.Pattern[str], ...] = Field(
        (), description="Paths of share links, which do not say whose they are."
    )
    reserved: tuple[str, ...] = Field((), description="Words that look like an account and are none.")
    handle: re.Pattern[str] = Field(re.compile(r".{1,300}"), description="What a name may be, matched in lower case.")
    handle_help: str = Field("", description="Which characters and lengths the platform allows, in Swedish.")
    case_sensitive: bool = False
    ignored: str = Field("", description="Characters that the platform does not count, as the dots of Facebook.")
    suffixes: tuple[str, ...] = Field((), description="Ends of a handle that are not part of the name.")
    title: bool = Field(
        default=False, description="A space is an underscore and the first letter a capital, as in a wiki."
    )
    at: bool = Field(default=False, description="Names are written with @.")
    web: bool = False
    any_host: bool = Field(default=False, description="Runs on anybody's host; told by the path.")
    fallback: bool = Field(default=False, description="Where an address on an unknown host belongs.")
    host_aliases: dict[str, str] = Field({}, description="Hosts with another name for the same thing.")
    example: str
    hint: str = Field(description="Where the address is found, in Swedish.")
    hint_en: str
    capture: bool = Field(default=False, description="A snapshot can be taken without a person.")
    archived: bool = False
    sort: int = Field(ge=0, le=9999)

    _regex = field_validator("subdomains", "recognised", mode="before")(_compiled)

    @field_validator("posts", "shares", mode="before")
    @classmethod
    def _regexes(cls, value: Any) -> Any:
        return tuple(_compiled(item) for item in value)

    @field_validator("hosts", "post_hosts", "short_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not HOST.fullmatch(host):
                raise ValueError(f"{host} is not a host name in lower case")
        return value

    @model_validator(mode="after")
    def _has_a_way_in(self) -> "PlatformSpec":
        if not self.web and not self.accounts:
            raise ValueError("a platform that is not web needs account patterns")
        return self

    @property
    def label(self) -> str:
        """What the platform is called in the reader's language."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name

    @property
    def hint_text(self) -> str:
        """Where the address is found, in the reader's language."""
        return self.hint_en if (get_language() or "").startswith("en") else self.hint


class Shim(_Data):
    """A host that leads on to the address in one of its parameters, such as a log-in page or a mail filter."""

    host: str = Field(description="Whole, or with a leading dot: that host and everything below it.")
    path: re.Pattern[str]
    parameters: tuple[str, ...] = Field(min_length=1)

    _regex = field_validator("path", mode="before")(_compiled)

    def is_of(self, host: str) -> bool:
        """Return True when addresses of the host may be such a way: then the path decides."""
        below = self.host.startswith(".") and (host.endswith(self.host) or host == self.host[1:])
        return below or host == self.host


class PlatformData(_Data):
    """The whole file."""

    short_hosts: tuple[str, ...]
    tracking: tuple[str, ...] = Field(
        description="Parameters that say how somebody came to the page, not which page it is."
    )
    shims: tuple[Shim, ...]
    platforms: tuple[PlatformSpec, ...] = Field(min_length=1)


class PlatformSpecs:
    """All platforms, found by key, by host or by what people call them."""

    def __init__(self, data: PlatformData) -> None:
        self.all = tuple(sorted(data.platforms, key=lambda spec: (spec.sort, spec.key)))
        self.by_key = _unique((spec.key, spec) for spec in self.all)
        self.by_host = _unique((host, spec) for spec in self.all for host in spec.hosts)
        self.by_name = _unique(
            (name, spec) for spec in self.all for name in {spec.key, spec.name.casefold(), *spec.names}
        )
        self.post_hosts = frozenset(host for spec in self.all for host in spec.post_hosts)
        self.short_hosts = frozenset(data.short_hosts).union(*(spec.short_hosts for spec in self.all))
        self.tracking = re.compile("|".join(data.tracking), re.IGNORECASE)
        self.shims = data.shims
        self._shims_of: dict[str, tuple[Shim, ...]] = {}
        self.web = tuple(spec for spec in self.all if spec.web)
        fallbacks = [spec for spec in self.web if spec.fallback]
        if len(fallbacks) != 1:
            raise ValueError("exactly one web platform is the fallback")
        self.fallback = fallbacks[0]

    def shims_of(self, host: str) -> tuple[Shim, ...]:
        """Return those that addresses of the host may be."""
        found = self._shims_of.get(host)
        if found is None:
            if len(self._shims_of) >= KEPT_HOSTS:
                self._shims_of.clear()
            found = self._shims_of[host] = tuple(shim for shim in self.shims if shim.is_of(host))
        return found

    def __iter__(self) -> Iterator[PlatformSpec]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def get(self, key: str | None) -> PlatformSpec | None:
        """Return the platform with the key, if there is one."""
        return self.by_key.get(key or "")

    def shown(self, platform: str, handle: str, handle_key: str, url: str) -> str:
        """Return the account as people know it: @exempelkommun, or the address without what a browser adds.

        Only a name that is the whole account gets an @: youtube.com/c/name need not be @name, and an id is no name.
        """
        spec = self.get(platform)
        if spec is not None and spec.web:
            return handle
        if spec is not None and spec.at and ":" not in handle_key:
            return f"@{handle}"
        return url.removeprefix("https://").removeprefix("www.").rstrip("/")


def _unique(pairs: Iterable[tuple[str, PlatformSpec]]) -> dict[str, PlatformSpec]:
    found: dict[str, PlatformSpec] = {}
    for word, spec in pairs:
        if word in found:
            raise ValueError(f"{word} is claimed by both {found[word].key} and {spec.key}")
        found[word] = spec
    return found


def read_platforms(text: str) -> PlatformSpecs:
    """Return the platforms of a TOML text. Raises tomllib.TOMLDecodeError or ValueError (pydantic's names the key)."""
    return PlatformSpecs(PlatformData.model_validate(tomllib.loads(text)))


@lru_cache(maxsize=1)
def load_platform_specs() -> PlatformSpecs:
    """Return the platforms of the product, read once."""
    return read_platforms(DATA.read_text(encoding="utf-8"))
