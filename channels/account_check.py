"""Is the account ours? Five answers, none of them wrong, and none at all when we cannot know. Pure: no database, no network.

Only what is listed for the public is ever named. An account that is ours but not listed gets the answer of any unknown name,
so it is neither revealed nor called false.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from channels.addresses import AddressError, CanonicalAccount, account_named, parse_account
from channels.confusables import skeleton
from channels.links import unicode_host
from channels.platform_specs import PlatformSpec, PlatformSpecs

MUNICIPALITIES = Path(__file__).with_name("municipality_names.txt")
WEB = "web"  # blog, chat, forum and so on: for them the host decides, whatever the platform is called
SHORTEST_NAME = 4  # a shorter name is too common for "looks like" to mean anything
SHORTEST_HOST = 6
PERSONAL = frozenset({"in", "tel"})  # forms of address that are never a second form of a municipality's page

# What imitations add to a name. "kommun" is here because @exempel beside an @exempelkommun is how most of them begin.
_AFFIXES = (
    "officiell", "officiella", "official", "offical", "support", "kundtjanst", "kundservice", "kontaktcenter", "service", "hjalp",
    "help", "helpdesk", "info", "information", "nyheter", "news", "kommun", "kommunen", "sverige", "sweden", "live", "real",
    "the", "akta", "riktig", "riktiga", "verified", "verifierad", "team", "admin", "konto", "kontot", "se", "swe", "sv", "ny",
    "nya", "new", "backup", "reserv", "page", "sida", "sidan", "login", "bankid", "betalning", "security", "sakerhet",
)  # fmt: skip
AFFIXES = frozenset(skeleton(word) for word in _AFFIXES)


class Kind(StrEnum):
    """The answers. CANNOT_TELL is no verdict: what was pasted does not say which account is meant."""

    OFFICIAL = "official"
    WAS_OFFICIAL = "was_official"
    WRONG_PLATFORM = "wrong_platform"
    LOOKALIKE = "lookalike"
    UNKNOWN = "unknown"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class RegisteredAccount:
    """A dated address of the register. `valid_to` is the last day, None while it is ours.

    `listed` is False when the public register does not show the channel; such an account is never named in an answer.
    """

    platform: str
    handle: str
    handle_key: str
    skeleton: str
    url: str
    channel: int
    channel_name: str
    valid_from: date
    valid_to: date | None = None
    platform_account_id: str = ""
    successor: int | None = None  # the channel that took over
    listed: bool = True

    def is_current(self, today: date) -> bool:
        """Return True when the account is ours today. On its last day, a replaced address is no longer ours."""
        return self.valid_from <= today and (self.valid_to is None or self.valid_to > today)

    def is_former(self, today: date) -> bool:
        """Return True when the account has been ours and no longer is."""
        return self.valid_to is not None and self.valid_to <= today


@dataclass(frozen=True)
class Verdict:
    """The answer. `matches` are those of our accounts that it is about; `why` is for the visitor when there is no verdict."""

    kind: Kind
    account: CanonicalAccount | None = None
    matches: tuple[RegisteredAccount, ...] = ()
    until: date | None = None
    successor: RegisteredAccount | None = None
    why: str = ""
    code: str = ""

    @property
    def name_only(self) -> bool:
        """Return True when the visitor wrote a name without a platform: the answer is about the name."""
        return self.account is not None and self.account.platform is None


class AccountIndex:
    """The register made ready for questions. Build it from one query; it serves any number of questions that day.

    `website` is the address of the municipality's own site, which is nothing to warn of.
    """

    def __init__(
        self, accounts: Iterable[RegisteredAccount], specs: PlatformSpecs, today: date, website: str = ""
    ) -> None:
        self.specs, self.today = specs, today
        self.own_host = unicode_host((urlsplit(website).hostname or "").removeprefix("www."))
        self.by_key: dict[tuple[str, str], list[RegisteredAccount]] = defaultdict(list)
        self.by_id: dict[tuple[str, str], list[RegisteredAccount]] = defaultdict(list)
        self.by_name: dict[str, list[RegisteredAccount]] = defaultdict(list)
        self.by_skeleton: dict[str, list[RegisteredAccount]] = defaultdict(list)
        self.by_channel: dict[int, RegisteredAccount] = {}
        self.by_any_name: dict[tuple[str, str], list[RegisteredAccount]] = defaultdict(list)  # listed or not
        # Platform and listed: where an account of ours is known by its name alone, and where one is by its id alone.
        self.without_id: set[tuple[str, bool]] = set()
        self.without_name: set[tuple[str, bool]] = set()
        for account in accounts:
            self._add(account)

    @cached_property
    def names(self) -> list[str]:
        """The skeletons of what is listed and current. Made when a look-alike is first searched for."""
        return list(self.by_skeleton)

    def is_own_site(self, account: CanonicalAccount) -> bool:
        """Return True for a page of the municipality's own site, which is no account."""
        host = unicode_host(account.handle_key.partition("/")[0].partition("?")[0])
        return bool(self.own_host) and f".{host}".endswith(f".{self.own_host}")

    def family(self, platform: str | None) -> str:
        """Return the key of the platform, or one word for all that are told by their host."""
        spec = self.specs.get(platform)
        return WEB if spec is None or spec.web else spec.key

    def _add(self, account: RegisteredAccount) -> None:
        family = self.family(account.platform)
        self.by_key[family, account.handle_key].append(account)
        if account.platform_account_id:
            self.by_id[family, account.platform_account_id].append(account)
        if not account.is_current(self.today):
            return
        if not account.platform_account_id:
            self.without_id.add((family, account.listed))
        if account.handle_key.startswith("id:"):
            self.without_name.add((family, account.listed))
        names = _names(account, self.specs.get(account.platform))
        for name in names:
            self.by_any_name[family, name].append(account)
        if not account.listed:
            return
        self.by_channel[account.channel] = account
        if account.skeleton and not _is_article(account.platform, self.specs):
            if account.skeleton not in AFFIXES:  # @info of another server imitates nobody
                self.by_skeleton[account.skeleton].append(account)
            for name in names:
                self.by_name[name].append(account)

    def exact(self, account: CanonicalAccount) -> list[RegisteredAccount]:
        """Return every address of the register that is this account, the nearest one above it for a page on the web."""
        family = self.family(account.platform)
        if account.platform_account_id and (found := self.by_id.get((family, account.platform_account_id))):
            return found
        keys = _pages_above(account.handle_key) if family == WEB else [account.handle_key]
        return next(filter(None, (self.by_key.get((family, key)) for key in keys)), [])


def _names(account: RegisteredAccount, spec: PlatformSpec | None) -> set[str]:
    """Return the names under which the account is known to people, in lower case."""
    name = account.handle
    if spec is not None:
        name = name.partition("@")[0] if spec.any_host else name
        for suffix in spec.suffixes:
            name = name.removesuffix(suffix)
    return {name.casefold(), account.handle_key.rpartition(":")[2]}


def check_account(
    text: str,
    registered: AccountIndex | Iterable[RegisteredAccount],
    specs: PlatformSpecs,
    *,
    today: date,
    platform_hint: str | None = None,
) -> Verdict:
    """Return whether the account that the text names is ours. Never raises for any text.

    Give an `AccountIndex` when many questions are asked. Source: DESIGN.md, "The six ideas", 6; matrix, trap 15.
    """
    index = registered if isinstance(registered, AccountIndex) else AccountIndex(registered, specs, today)
    try:
        account = parse_account(text, specs, platform_hint, strict=False)
    except AddressError as error:
        return Verdict(Kind.CANNOT_TELL, why=str(error), code=error.code)
    if account.platform is None:
        return _of_name(account, index)
    if found := index.exact(account):
        return _of_ours(account, found, index)
    other_form = _ours_in_another_form(account, index)
    if True in other_form:
        why = _(
            "Adressen kan höra till ett av våra konton, men det går inte att se på den. "
            "Öppna kontot och kopiera adressen som visas då."
        )
        return Verdict(Kind.CANNOT_TELL, account, why=why, code="other_form")
    if other_form:
        return Verdict(Kind.UNKNOWN, account)
    return _of_somebody_else(account, index)


def _of_ours(account: CanonicalAccount, found: list[RegisteredAccount], index: AccountIndex) -> Verdict:
    current = [each for each in found if each.is_current(index.today)]
    listed = [each for each in current if each.listed]
    if listed:
        return Verdict(Kind.OFFICIAL, account, tuple(listed))
    former = [each for each in found if each.listed and each.is_former(index.today)]
    if current or not former:
        return Verdict(Kind.UNKNOWN, account)
    last = max(former, key=lambda each: each.valid_to or date.max)
    return Verdict(Kind.WAS_OFFICIAL, account, (last,), until=last.valid_to, successor=_successor(last, index))


def _successor(former: RegisteredAccount, index: AccountIndex) -> RegisteredAccount | None:
    if former.successor is not None and former.successor in index.by_channel:
        return index.by_channel[former.successor]
    return index.by_channel.get(former.channel)


def _of_name(account: CanonicalAccount, index: AccountIndex) -> Verdict:
    """Answer for a name without a platform: one of ours, several, or nothing that we can say."""
    found: list[RegisteredAccount] = []
    for spec in index.specs:
        named = account_named(account.name, spec)
        if named is not None:
            found += index.by_key.get((spec.key, named.handle_key), [])
    found += index.by_key.get((WEB, account.handle_key.removeprefix("www.")), [])
    found += index.by_name.get(account.handle_key, [])
    matches = tuple(dict.fromkeys(each for each in found if each.listed and each.valid_from <= index.today))
    if len({(index.family(each.platform), each.handle_key) for each in matches}) == 1:
        family, key = index.family(matches[0].platform), matches[0].handle_key
        return _of_ours(account, index.by_key[family, key], index)
    if matches:
        why = _("Flera av våra konton heter eller har hetat så. Välj plattform eller klistra in hela adressen.")
        return Verdict(Kind.CANNOT_TELL, account, matches, why=why, code="several")
    if found:  # ours, but not for the public to see
        return Verdict(Kind.UNKNOWN, account)
    if index.is_own_site(account):
        return _of_own_site(account)
    near = _alike(account, index)
    return Verdict(Kind.LOOKALIKE, account, near) if near else Verdict(Kind.UNKNOWN, account)


def _of_own_site(account: CanonicalAccount) -> Verdict:
    why = _("Adressen leder till kommunens egen webbplats. Den är inget konto i sociala medier.")
    return Verdict(Kind.CANNOT_TELL, account, why=why, code="own_site")


def _ours_in_another_form(account: CanonicalAccount, index: AccountIndex) -> set[bool]:
    """Return, for those of our accounts that this may be by another form of address, whether they are listed.

    An id says nothing about the name and a name nothing about the id; youtube.com/c/name need not be youtube.com/@name.
    """
    family = index.family(account.platform)
    if family == WEB or account.namespace in PERSONAL:
        return set()
    possible = index.without_id if account.platform_account_id else index.without_name
    found = {listed for platform, listed in possible if platform == family}
    same_name = index.by_any_name.get((family, account.name.casefold()), [])
    return found | {each.listed for each in same_name if account.namespace or ":" in each.handle_key}


def _of_somebody_else(account: CanonicalAccount, index: AccountIndex) -> Verdict:
    family = index.family(account.platform)
    if account.platform_account_id or _is_article(account.platform, index.specs):
        return Verdict(Kind.UNKNOWN, account)
    if family == WEB and index.is_own_site(account):
        return _of_own_site(account)
    if family == WEB and not _is_named(account, index.specs):
        alike = _alike_on_the_web(account, index)
        return Verdict(Kind.LOOKALIKE, account, alike) if alike else Verdict(Kind.UNKNOWN, account)
    same = [*index.by_name.get(account.name.casefold(), []), *index.by_name.get(account.handle_key, [])]
    elsewhere = tuple(dict.fromkeys(each for each in same if each.platform != account.platform))
    if elsewhere and account.namespace not in PERSONAL:
        return Verdict(Kind.WRONG_PLATFORM, account, elsewhere)
    near = _alike(account, index)
    return Verdict(Kind.LOOKALIKE, account, near) if near else Verdict(Kind.UNKNOWN, account)


def _is_article(platform: str | None, specs: PlatformSpecs) -> bool:
    # An article is about us: it does not pass itself off as us, and its title is not what we call ourselves.
    spec = specs.get(platform)
    return spec is not None and spec.title


def _is_named(account: CanonicalAccount, specs: PlatformSpecs) -> bool:
    # exempelkommun.blogspot.com is a name on a shared host, as an account elsewhere.
    spec = specs.get(account.platform)
    return spec is not None and any(account.handle.endswith(suffix) for suffix in spec.suffixes)


def _alike(account: CanonicalAccount, index: AccountIndex) -> tuple[RegisteredAccount, ...]:
    """Return our accounts that the name could be mistaken for, those on the same platform first; at most three."""
    looks = account.skeleton
    if not looks:
        return ()
    found = [(0, each) for each in index.by_skeleton.get(looks, [])]
    found += [(1, each) for rest in _without_affix(looks) for each in index.by_skeleton.get(rest, [])]
    found += [(1 + far, each) for theirs, far in _near(looks, index.names) for each in index.by_skeleton[theirs]]
    usable = [
        (far, each) for far, each in found if index.family(each.platform) != WEB or _shares_host(each, index.specs)
    ]
    usable.sort(key=lambda pair: (pair[0], pair[1].platform != account.platform, pair[1].handle_key))
    return tuple(dict.fromkeys(each for _far, each in usable))[:3]


def _shares_host(account: RegisteredAccount, specs: PlatformSpecs) -> bool:
    spec = specs.get(account.platform)
    return spec is not None and any(account.handle.endswith(suffix) for suffix in spec.suffixes)


def _without_affix(looks: str) -> Iterator[str]:
    for cut in range(SHORTEST_NAME, len(looks)):
        if looks[cut:] in AFFIXES or (looks[cut:].strip("ol23456789") == "" and looks[cut - 1 : cut].isalpha()):
            yield looks[:cut]
    for cut in range(1, len(looks) - SHORTEST_NAME + 1):
        if looks[:cut] in AFFIXES:
            yield looks[cut:]


def _near(looks: str, names: list[str]) -> Iterator[tuple[str, int]]:
    """Yield our names that are at most two edits away, one for short names, none for very short ones.

    An edit adds, drops or replaces a character, or swaps two neighbours.
    The name of another municipality is no imitation of ours, however near it is: Mora is not a misspelt Nora.
    """
    others = _municipalities_in(looks)
    for theirs, distance, _place in process.extract_iter(looks, names, scorer=OSA.distance, score_cutoff=2):
        most = 0 if len(theirs) <= SHORTEST_NAME else 1 if len(theirs) < 8 else 2
        if 0 < distance <= most and not others - _municipalities_in(theirs):
            yield theirs, distance


@lru_cache(maxsize=1)
def _municipality_skeletons() -> frozenset[str]:
    names = MUNICIPALITIES.read_text(encoding="utf-8").split()
    return frozenset(skeleton(name) for name in names)


def _municipalities_in(looks: str) -> frozenset[str]:
    """Return the municipalities that the name begins with: "norakommun" is Nora's, one letter away from Mora's."""
    known = _municipality_skeletons()
    found = [looks[:size] for size in range(SHORTEST_NAME - 1, len(looks) + 1) if looks[:size] in known]
    return frozenset(found[-1:])


def _pages_above(key: str) -> list[str]:
    """Return the key of a page and of every page above it, the nearest first. What lies below our page is ours."""
    page, _mark, query = key.partition("?")
    parts = page.split("/")
    pages = ["/".join(parts[:size]) for size in range(len(parts), 0, -1)]
    return [key, *pages] if query else pages


def _alike_on_the_web(account: CanonicalAccount, index: AccountIndex) -> tuple[RegisteredAccount, ...]:
    """Return our accounts that a page on the web could be mistaken for.

    Either our own host misspelt, or our name on a host that imitates a platform's.
    """
    host = unicode_host(account.handle_key.partition("/")[0].partition("?")[0])
    own = [
        each
        for theirs, _distance in [*_near(account.skeleton, index.names), (account.skeleton, 0)]
        for each in index.by_skeleton.get(theirs, [])
        if index.family(each.platform) == WEB and not _same_site(host, each)
    ]
    words = (
        [*account.handle.partition("?")[0].split("/")[1:], *host.split(".")]
        if _imitates_platform(host, index.specs)
        else []
    )
    borrowed = [each for word in words for each in index.by_skeleton.get(skeleton(word), [])]
    return tuple(dict.fromkeys([*own, *borrowed]))[:3]


def _same_site(host: str, account: RegisteredAccount) -> bool:
    theirs = unicode_host(account.handle_key.partition("/")[0].partition("?")[0])
    return host.split(".")[-2:] == theirs.split(".")[-2:]


def _imitates_platform(host: str, specs: PlatformSpecs) -> bool:
    """Return True for faceb00k.com and facebook.com.example.org: hosts that are read as a platform's and are not."""
    if host in specs.by_host or any(host.endswith(f".{each}") for each in specs.by_host):
        return False
    labels = {skeleton(label) for label in host.split(".")}
    pieces = {skeleton(piece) for label in host.split(".") for piece in label.split("-")}
    for each, spec in specs.by_host.items():
        label = skeleton(each.partition(".")[0])
        if (
            not spec.web
            and len(label) >= SHORTEST_HOST
            and any(OSA.distance(label, word) <= 1 for word in labels | pieces)
        ):
            return True
        if f".{each}." in f".{host}":
            return True
    return False


def headline(verdict: Verdict) -> str:
    """Return the answer in one sentence. It begins with the answer."""
    if verdict.name_only and verdict.kind is Kind.OFFICIAL:
        return _("Ja, vi har ett konto som heter så.")
    return {
        Kind.OFFICIAL: _("Ja, kontot är vårt."),
        Kind.WAS_OFFICIAL: _("Nej, inte längre."),
        Kind.WRONG_PLATFORM: _("Nej, inte på den plattformen."),
        Kind.LOOKALIKE: _("Nej. Kontot liknar vårt, men är inte vårt."),
        Kind.UNKNOWN: _("Kontot står inte i vår förteckning."),
        Kind.CANNOT_TELL: _("Vi kan inte svara på det du skrev."),
    }[verdict.kind]


def explanation(verdict: Verdict, specs: PlatformSpecs) -> list[str]:
    """Return the sentences below the answer: what it rests on and what the visitor can do. Our accounts are in `matches`."""
    match verdict.kind:
        case Kind.OFFICIAL:
            sentence = _("Det är %(channel)s på %(platform)s.") % _named(verdict.matches[0], specs)
            return [sentence, _("Kontrollera att det är det kontot du ser.")] if verdict.name_only else [sentence]
        case Kind.WAS_OFFICIAL:
            return _about_the_past(verdict, specs)
        case Kind.WRONG_PLATFORM:
            asked = specs.get(verdict.account.platform) if verdict.account else None
            return [
                _("Vi har inget konto med det namnet på %(platform)s.") % {"platform": asked.label if asked else ""},
                _("Vi heter %(handle)s på %(platform)s.") % _named(verdict.matches[0], specs),
            ]
        case Kind.LOOKALIKE:
            return [
                _("Vårt heter %(handle)s på %(platform)s.") % _named(verdict.matches[0], specs),
                _("Klicka inte på länkar från kontot om det säger sig vara kommunen."),
            ]
        case Kind.UNKNOWN:
            return [_("Det betyder inte säkert att kontot är falskt."), _("Fråga oss om du är osäker.")]
        case Kind.CANNOT_TELL:
            return [verdict.why]


def _about_the_past(verdict: Verdict, specs: PlatformSpecs) -> list[str]:
    until = date_format(verdict.until, "j F Y") if verdict.until else ""
    sentences = [
        _("Kontot var vårt fram till den %(date)s.") % {"date": until},
        _("Det som publiceras där nu kommer inte från kommunen."),
    ]
    if verdict.successor:
        sentences.append(_("Nu heter vi %(handle)s på %(platform)s.") % _named(verdict.successor, specs))
    return sentences


def _named(account: RegisteredAccount, specs: PlatformSpecs) -> dict[str, str]:
    spec = specs.get(account.platform)
    return {
        "channel": account.channel_name,
        "platform": spec.label if spec else account.platform,
        "handle": specs.shown(account.platform, account.handle, account.handle_key, account.url),
    }
