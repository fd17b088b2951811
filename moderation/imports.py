"""A file of posts and comments: its columns, and what each row would do. Nothing is written here.

A row is told by the id that its source gave it, so the same file can be brought in twice. A post that has an open case
already is said so and not made a second time.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit
from archive.intake import MAX_TEXT, clean_line, clean_text
from channels import clock
from channels.addresses import load_platform_specs, parse_account
from channels.imports.columns import Column
from channels.imports.judging import Cells, Judgement
from channels.imports.reading import Limits, Line
from channels.models import Channel, ChannelAddress
from channels.models.imports import ImportRow, ImportRun
from channels.queries import channel_scope
from kommun import policy
from kommun.business_time import STOCKHOLM
from moderation import categories, due
from moderation.addresses import AddressError, CanonicalPost, parse_post
from moderation.categories import Allowed, Category
from moderation.models import Case

DEFAULT_SOURCE = "import"
COLUMNS = (
    Column(
        "external_id",
        "Id",
        gettext_lazy("Id i källan"),
        ("external id", "externt id", "comment id", "post id", "message id", "inläggs-id", "kommentars-id"),
        gettext_lazy("Det som skiljer inlägget från alla andra i samma källa. Ska finnas på varje rad."),
        "1047",
    ),
    Column(
        "source",
        "Källa",
        gettext_lazy("Källa"),
        ("source", "system", "verktyg"),
        gettext_lazy("Varifrån listan kommer. Samma id i två källor är två inlägg."),
        "bevakning",
    ),
    Column(
        "channel",
        "Kanal",
        gettext_lazy("Kanal"),
        ("channel", "konto", "account", "page", "sida", "kanalens namn"),
        gettext_lazy("Kanalens namn, nyckel eller adress i förteckningen. Ska finnas på varje rad."),
        "Biblioteket",
    ),
    Column(
        "url",
        "Adress",
        gettext_lazy("Adress"),
        ("url", "länk", "link", "permalink", "address", "webbadress"),
        gettext_lazy("Till just det inlägget eller den kommentaren. Behövs när texten saknas."),
        "https://www.facebook.com/exempelbiblioteket/posts/1047",
    ),
    Column(
        "text",
        "Text",
        gettext_lazy("Text"),
        ("message", "comment", "kommentar", "inlägg", "body", "content", "innehåll"),
    ),
    Column(
        "author", "Skrivet av", gettext_lazy("Skrivet av"), ("author", "from", "avsändare", "namn", "user", "username")
    ),
    Column(
        "kind",
        "Gäller",
        gettext_lazy("Vad det gäller"),
        ("kind", "type", "typ", "slag", "vad det gäller"),
        gettext_lazy("Ta bort, fråga, åsikt eller annat. Tomt blir annat, eller ta bort när raden har en kategori."),
        "fråga",
    ),
    Column(
        "category",
        "Kategori",
        gettext_lazy("Kategori"),
        ("category", "regel", "rule"),
        gettext_lazy("Namn eller nyckel ur regelverket, för det som ska tas bort."),
    ),
    Column(
        "direction", "Riktning", gettext_lazy("Vem som skrev"), ("direction",), gettext_lazy("Inkommande eller egen.")
    ),
    Column(
        "written_at",
        "Skrevs",
        gettext_lazy("Skrevs"),
        ("written at", "created time", "created at", "created", "published", "publicerat", "datum", "tid"),
        gettext_lazy("Datum och tid, svensk tid om inget annat står."),
        "2026-11-20 14:05",
    ),
    Column(
        "seen_at",
        "Sågs",
        gettext_lazy("Sågs"),
        ("seen at", "seen", "noted", "upptäckt"),
        gettext_lazy("När någon i kommunen såg det. Tiden räknas därifrån. Tomt blir när filen lämnades in."),
    ),
)
# The columns of a case that each row gives; the rest is the same for all of its channel, kind and category.
OWN = frozenset(
    {
        "source",
        "external_id",
        "channel_id",
        "kind",
        "category",
        "direction",
        "url",
        "address_key",
        "platform_item_id",
        "text",
        "author",
        "written_at",
        "seen_at",
        "known_at",
        "policy_version_id",
        "due_at",
        "lane",
        "sort_at",
    }
)
REQUIRED = (("external_id",), ("channel",), ("url", "text"))
K = Case.Kind
KINDS = {
    **dict.fromkeys(("report", "ta bort", "ta bort eller dölja", "dölja", "anmälan", "otillåtet"), K.REPORT),
    **dict.fromkeys(("question", "fråga", "fråga att svara på"), K.QUESTION),
    **dict.fromkeys(("opinion", "åsikt", "kritik", "åsikt eller kritik", "synpunkt"), K.OPINION),
    **dict.fromkeys(("other", "annat", "övrigt"), K.OTHER),
}
D = Case.Direction
DIRECTIONS = {
    **dict.fromkeys(("incoming", "inkommande", "in", "skrivet av någon annan"), D.INCOMING),
    **dict.fromkeys(("own", "egen", "eget", "ut", "outgoing", "skrivet av kommunen"), D.OWN),
}


_RARE = re.compile("[\u0300-\U0010ffff]")


def clean_cell(text: str) -> str:
    """Return a cell as evidence is kept: what nobody sees is written out, not dropped. Too long is told by whoever asks."""
    if text.isprintable() and (text.isascii() or not _RARE.search(text)):  # nearly every cell: nothing to write out
        return text.strip()
    return clean_text(text[: MAX_TEXT + 1], most=MAX_TEXT + 1).text.replace("\x00", "")


LIMITS = Limits(rows=100_000, size=100 * 1024 * 1024, words_only=True, clean=clean_cell)


# One JSON text: a list of a hundred thousand values in a query takes longer to write and to read than to look up.
KNOWN_IDS = """
SELECT source, external_id FROM moderation_case
WHERE external_id <> '' AND external_id = ANY(ARRAY(SELECT json_array_elements_text(%s::json)))
"""
KNOWN_POSTS = """
SELECT address_key, min(id) FROM moderation_case
WHERE closed_at IS NULL AND address_key <> '' AND address_key = ANY(ARRAY(SELECT json_array_elements_text(%s::json)))
GROUP BY address_key
"""


MET = """
SELECT EXISTS (
    SELECT FROM channels_importrow AS i JOIN moderation_case AS c
    ON c.external_id = i.values ->> 'external_id' AND c.source = i.values ->> 'source'
    WHERE i.run_id = %(run)s AND i.verdict = 'create' AND c.external_id <> ''
) OR EXISTS (
    SELECT FROM channels_importrow AS i JOIN moderation_case AS c ON c.address_key = i.values ->> 'address_key'
    WHERE i.run_id = %(run)s AND i.verdict = 'create' AND c.address_key <> '' AND c.closed_at IS NULL
)
"""


@dataclass(frozen=True)
class Terms:
    """What holds for every row of one channel, kind and category: asked of the policy once, whatever the file holds."""

    case: Case  # never stored: what a case of this sort looks like when it is new
    allowed: Allowed
    limits: dict[datetime, datetime | None]  # shared by all that may take as long


@dataclass
class Register:
    """The channels, the categories of each, and the cases that the file may meet."""

    channels: dict[str, list[Channel]]
    accounts: dict[tuple[str, str], Channel]
    version: int | None
    today: date
    closed: frozenset[date]
    known: set[tuple[str, str]]
    posts: dict[str, int]
    terms: dict[tuple[int, str, str], Terms] = field(default_factory=dict)
    _categories: dict[int, dict[str, Category]] = field(default_factory=dict)
    _found: dict[str, Channel | None] = field(default_factory=dict)
    _limits: dict[Any, dict[datetime, datetime | None]] = field(default_factory=dict)

    @classmethod
    def load(cls, ids: set[str], keys: set[str]) -> "Register":
        """Read what the rows are compared with: the channels, and the cases that have one of these ids or addresses."""
        names: dict[str, list[Channel]] = {}
        rows = Channel.objects.filter(status__in=Channel.OPEN_STATES)
        rows = rows.select_related("platform", "unit__parent__parent", "owner", "deputy")
        for row in rows:
            for word in {row.slug, row.name.casefold()}:
                names.setdefault(word, []).append(row)
        by_id = {row.pk: row for found in names.values() for row in found}
        addresses = ChannelAddress.objects.filter(channel__in=by_id, valid_to__isnull=True).select_related("platform")
        version = policy.in_force()
        with connection.cursor() as cursor:
            cursor.execute(KNOWN_IDS, [json.dumps(list(ids))])
            known = set(cursor.fetchall())
            cursor.execute(KNOWN_POSTS, [json.dumps(list(keys))])
            posts = dict(cursor.fetchall())
        return cls(
            channels=names,
            accounts={(row.platform.key, row.handle_key): by_id[row.channel_id] for row in addresses},
            version=version.pk if version else None,
            today=timezone.localdate(),
            closed=clock.closed_days(),
            known=known,
            posts=posts,
        )

    def channel(self, word: str) -> tuple[Channel | None, str]:
        """Return the open channel that is meant, or None and what to do."""
        named = self.channels.get(word.casefold(), [])
        if len(named) == 1:
            return named[0], ""
        if named:
            keys = ", ".join(sorted(channel.slug for channel in named))
            return None, _("Flera kanaler heter så. Skriv någon av nycklarna: %(keys)s.") % {"keys": keys}
        if word not in self._found:
            self._found[word] = self._by_account(word)
        found = self._found[word]
        return found, "" if found else _("Ingen öppen kanal heter eller har adressen ”%(name)s”.") % {
            "name": word[:100]
        }

    def _by_account(self, word: str) -> Channel | None:
        try:
            account = parse_account(word, load_platform_specs(), strict=False)
        except AddressError:
            return None
        return self.accounts.get((account.platform or "", account.handle_key))

    def category(self, channel: Channel, word: str) -> Category | None:
        """Return the category of that key or name in the policy of the channel."""
        if channel.pk not in self._categories:
            every = categories.categories(channel_scope(channel), self.version, self.today)
            names = {each.title.casefold(): each for each in every}
            self._categories[channel.pk] = names | {each.key: each for each in every}
        return self._categories[channel.pk].get(word.casefold())

    def place(self, values: dict[str, Any], channel: Channel, known_at: datetime) -> None:
        """Put the time that the policy gives, and the place in the queue, among the values of a row."""
        asked = (channel.pk, values["kind"], values["category"])
        terms = self.terms.get(asked) or self.terms.setdefault(asked, self._terms(channel, *asked[1:]))
        case, case.known_at, case.due_at = terms.case, known_at, None
        if case.has_clock:
            if known_at not in terms.limits:
                terms.limits[known_at] = terms.allowed.since(known_at, self.closed).due_at
            case.due_at = terms.limits[known_at]
        due.place(case)
        values["policy_version_id"], values["lane"] = self.version, int(case.lane)
        values["due_at"] = _iso(case.due_at)
        values["sort_at"] = values["due_at"] if case.sort_at is case.due_at else _iso(case.sort_at)

    def _terms(self, channel: Channel, kind: str, category: str) -> Terms:
        chosen = self._categories.get(channel.pk, {}).get(category)
        case = Case(channel=channel, kind=kind, policy_version_id=self.version)
        case.category, case.category_kind = (chosen.key, chosen.kind) if chosen else ("", "")
        allowed = due.allowed(case)
        length = allowed.deadline and (allowed.deadline.value, allowed.deadline.unit, allowed.deadline.counted_in)
        return Terms(case, allowed, self._limits.setdefault(length, {}))


def judge(run: ImportRun, lines: Sequence[Line]) -> Iterator[Judgement]:
    """Yield what each row would do, in order. What was not seen at a time of its own was seen when the file came in."""
    mapping: Mapping[str, int] = run.columns
    id_at, url_at = mapping.get("external_id", -1), mapping.get("url", -1)
    posts: dict[int, CanonicalPost | str] = {}
    for line in lines:
        if -1 < url_at < len(line.cells) and line.cells[url_at]:
            posts[line.number] = _post(line.cells[url_at])
    ids = {line.cells[id_at] for line in lines if -1 < id_at < len(line.cells)}
    keys = {post.key for post in posts.values() if isinstance(post, CanonicalPost)}
    register = Register.load(ids - {""}, keys)
    earlier = Earlier()
    for line in lines:
        row = _Row(Cells(line, mapping, ImportRun.Kind.CASES), register, earlier, run.created_at)
        yield row.judge(posts.get(line.number))


def unchanged(run: ImportRun) -> bool:
    """Return True when nothing that a row is compared with has changed since the file came in: then none is judged anew.

    Another closed day gives other times than were shown.
    """
    if run.calendar != clock.calendar_mark():
        return False
    since = run.created_at
    if any(model.history.filter(history_date__gte=since).exists() for model in (Channel, ChannelAddress, Unit)):
        return False
    version = policy.in_force()
    other = run.rows.filter(verdict=ImportRow.Verdict.CREATE)
    if version and other.exclude(values__policy_version_id=version.pk).exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute(MET, {"run": run.pk})
        return not cursor.fetchone()[0]


_slug = lru_cache(maxsize=256)(slugify)  # a file has few sources


def _post(url: str) -> CanonicalPost | str:
    try:
        return parse_post(url)
    except AddressError as error:
        return str(error)


@dataclass
class Earlier:
    """Ids and addresses of the rows above."""

    ids: dict[tuple[str, str], int] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)


class _Row:
    """One row on its way to a judgement."""

    def __init__(self, cells: Cells, register: Register, earlier: Earlier, received: datetime) -> None:
        self.cells, self.register, self.earlier, self.received = cells, register, earlier, received
        self.found = cells.judgement

    def judge(self, post: CanonicalPost | str | None) -> Judgement:
        cells = self.cells
        external_id, source = cells.line("external_id", 200), self._source()
        self.found.title = external_id
        channel = self._channel()
        values: dict[str, Any] = {"source": source, "external_id": external_id}
        if not external_id and not self.found.errors:
            cells.error("external_id", _("Skriv det id som inlägget har i källan."))
        values |= self._what(channel)
        values |= self._said(post)
        known_at = self._when(values)
        if channel is None or known_at is None or self.found.errors:
            return self.found.settle(new=False)
        self.found.title = f"{channel}: {external_id}"
        if self._is_known(values):
            self.found.verdict = ImportRow.Verdict.SAME
            return self.found
        values["channel_id"] = channel.pk
        self.register.place(values, channel, known_at)
        self.found.values = values
        return self.found.settle(new=True)

    def _source(self) -> str:
        return _slug(self.cells.line("source", 60)) or DEFAULT_SOURCE

    def _channel(self) -> Channel | None:
        word = self.cells.line("channel", 500)
        if not word:
            if not self.found.errors:
                self.cells.error("channel", _("Skriv vilken kanal det gäller."))
            return None
        channel, problem = self.register.channel(word)
        if problem:
            self.cells.error("channel", problem)
        return channel

    def _what(self, channel: Channel | None) -> dict[str, str]:
        """Return kind, category and direction. A row with a category is about removal."""
        cells = self.cells
        said, word = cells.line("kind", 60).casefold(), cells.line("category", 200)
        kind = KINDS.get(said) if said else (K.REPORT if word else K.OTHER)
        if kind is None:
            cells.error("kind", _("Skriv ta bort, fråga, åsikt eller annat."))
        chosen = None
        if word and kind not in (None, K.REPORT):
            cells.error("category", _("Bara det som ska tas bort har en kategori."))
        elif word and channel:
            chosen = self.register.category(channel, word)
            if chosen is None:
                cells.error("category", _("Kategorin ”%(name)s” finns inte i regelverket.") % {"name": word[:100]})
        facing = cells.line("direction", 60).casefold()
        direction = DIRECTIONS.get(facing) if facing else D.INCOMING
        if direction is None:
            cells.error("direction", _("Skriv inkommande eller egen."))
        return {
            "kind": str(kind or ""),
            "category": chosen.key if chosen else "",
            "direction": str(direction or ""),
        }

    def _said(self, post: CanonicalPost | str | None) -> dict[str, str]:
        """Return where it stands, what it says and who wrote it."""
        text = self.cells.text("text", MAX_TEXT)
        author = self.cells.text("author")
        if isinstance(post, str):
            self.cells.error("url", post)
        elif post is None and not text and not self.found.errors:
            self.cells.error("text", _("Skriv adressen till inlägget eller vad som står i det."))
        where = post if isinstance(post, CanonicalPost) else None
        return {
            "url": where.url if where else "",
            "address_key": where.key if where else "",
            "platform_item_id": where.item_id if where else "",
            "text": text,
            "author": author if len(author) <= 200 and "\n" not in author else clean_line(author, most=200),
        }

    def _when(self, values: dict[str, Any]) -> datetime | None:
        """Put the times among the values, and return when the municipality came to know. None: an error is noted."""
        written, seen = self._moment("written_at"), self._moment("seen_at") or self.received
        if written and written > seen:
            self.cells.error("written_at", _("Inlägget kan inte ha skrivits efter att det sågs."))
        values["written_at"], values["seen_at"] = _iso(written), _iso(seen)
        values["known_at"] = values["seen_at"]
        return seen

    def _moment(self, key: str) -> datetime | None:
        text = self.cells.text(key)
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo else found.replace(tzinfo=STOCKHOLM)
            found = found.astimezone(UTC)
        except (ValueError, OverflowError):
            self.cells.error(key, _("Skriv datum och tid som finns, till exempel 2026-11-20 14:05."))
            return None
        if found > self.received:
            self.cells.error(key, _("Tiden har inte varit än."))
        return found

    def _is_known(self, values: dict[str, Any]) -> bool:
        """Return True, and say why, when there is nothing to make: the id or the post is there already."""
        mark, key, number = (values["source"], values["external_id"]), values["address_key"], self.found.number
        if mark in self.register.known:
            self.cells.remark("external_id", _("Finns redan i granskningen."))
            return True
        first = self.earlier.ids.setdefault(mark, number)
        if first != number:
            self.cells.remark("external_id", _("Samma id står redan på rad %(number)s.") % {"number": first})
            return True
        if not key:
            return False
        if case := self.register.posts.get(key):
            self.cells.remark("url", _("Inlägget har redan ärende %(number)s. Öppna det i stället.") % {"number": case})
            return True
        first = self.earlier.posts.setdefault(key, number)
        if first != number:
            self.cells.remark("url", _("Samma adress står redan på rad %(number)s.") % {"number": first})
            return True
        return False


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
