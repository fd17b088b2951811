"""What an owner's queue costs among 1,000, 100,000 and 1,000,000 cases, and what an import of 100,000 costs beside plain COPY.

The queue: its first page, the next one, the two counts and one search, as the pages ask for them, for an owner of a few
channels with a queue of the same length at every size. The sizes stand beside each other, each in a schema of its own, and
are asked in turn, so that whatever else the machine does falls on all of them. The whole pages are got too, and their
queries counted.

The import: a file of 100,000 rows is read, judged and brought in with duplicates told, obligations begun under a policy that
gives both times, history and events written; beside COPY of the same file, before and after, into the table of cases (with
its keys and checks, and none of the rest) and into a bare table of text. The last line is JSON.
"""

import csv
import io
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kommun.settings")

import django

django.setup()

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actor import SCHEDULER, Actor
from accounts.models import Appointment, Unit, User
from accounts.organisation import Organisation
from channels.actions import importing
from channels.actions.platforms import sync_platforms
from channels.models import Channel, ImportRun, Obligation, Platform
from kommun.celery import app
from kommun.models import Event, Municipality
from kommun.policy import loader
from kommun.policy.actions import adopt, import_draft
from moderation import queries
from moderation.models import Case

SIZES, ROUNDS, FIRST = tuple(map(int, os.environ.get("BENCH_SIZES", "1000,100000,1000000").split(","))), 30, 3
IMPORTED, IMPORT_ROUNDS = int(os.environ.get("BENCH_ROWS", "100000")), int(os.environ.get("BENCH_ROUNDS", "3"))
GROWTH_AIM, RATIO_AIM, QUERIES_AIM = 1.5, 0.1, 30
PEOPLE, CHANNELS, MINE, QUEUE = 100, 250, 4, 120
PORTION = 100_000  # so many cases are filled in at a time
WORD = "hotet"
POLICY = "tibro"  # 48 clock hours until it is removed, 48 hours of working days until a question is answered

# Three of a hundred are open when the municipality is small, and the owner's queue is as long at every size.
FILL = """
INSERT INTO moderation_case ({columns})
SELECT {values} FROM (
    SELECT to_jsonb(new) || jsonb_build_object(
        'channel_id', c.ids[1 + n %% array_length(c.ids, 1)], 'external_id', n::text,
        'address_key', 'facebook.com/ekhult/posts/' || n, 'url', 'https://www.facebook.com/ekhult/posts/' || n,
        'text', CASE WHEN n %% 500 = 0 THEN 'Här kommer hotet igen ' ELSE 'Tack för en fin sommar ' END || md5(n::text),
        'author', 'Besökare ' || n %% 5000,
        'status', CASE WHEN n %% 20 = 0 THEN 'open' ELSE 'closed' END,
        'closed_at', CASE WHEN n %% 20 = 0 THEN NULL ELSE now() - n * interval '1 minute' END,
        'outcome', CASE WHEN n %% 20 = 0 THEN '' ELSE 'left' END,
        'lane', CASE WHEN n %% 20 = 0 THEN n %% 3 ELSE 2 END,
        'sort_at', now() + (n %% 2000 - 500) * interval '1 minute'
    ) AS row FROM generate_series(%s, %s) AS n, (SELECT %s::bigint[] AS ids) AS c, (SELECT %s::jsonb AS new) AS f
) AS t CROSS JOIN LATERAL jsonb_populate_record(NULL::moderation_case, t.row) AS r
"""


def organisation() -> tuple[User, User, list[Channel]]:
    """Make a municipality of some size, and return an owner, a strategist and the channels, the owner's own first."""
    Municipality.objects.get_or_create(
        pk=1, defaults={"name": "Ekhults kommun", "short_name": "Ekhult", "slug": "ekhult"}
    )
    sync_platforms(actor=SCHEDULER)
    path, adopter = loader.PRESETS / f"{POLICY}.toml", Actor(None, door="demo")
    draft = import_draft(toml_text=path.read_bytes(), filename=path.name, actor=adopter)
    adopt(version_id=draft.pk, actor=adopter)
    people = User.objects.bulk_create(
        User(username=f"p{n}", name=f"Handläggare {n}", email=f"p{n}@ekhult.example") for n in range(PEOPLE)
    )
    units = Unit.objects.bulk_create(
        Unit(name=f"Enhet {n}", slug=f"bench-{n}", kind=Unit.Kind.UNIT, manager=people[50 + n]) for n in range(25)
    )
    Appointment.objects.create(user=people[-1], role=Appointment.Role.STRATEGIST, starts_on=date(2026, 1, 1))
    platform = Platform.objects.get(key="facebook")
    channels = Channel.objects.bulk_create(
        Channel(
            name=f"Kanal {n}",
            slug=f"bench-{n}",
            status=Channel.Status.ACTIVE,
            opened_on=date(2026, 1, 1),
            platform=platform,
            unit=units[n % 25],
            owner=people[0] if n < MINE else people[1 + n % 40],
            deputy=people[41 + n % 8],
            purpose="Berätta vad som händer.",
        )
        for n in range(CHANNELS)
    )
    return people[0], people[-1], channels


# --- The queue --------------------------------------------------------------------------------------------------------
def columns() -> list[str]:
    """Return the columns of a case."""
    return [field.column for field in Case._meta.concrete_fields if not field.primary_key]


def prototype(channel: Channel) -> str:
    """Return a new case as JSON."""
    now = datetime.now(UTC)
    case = Case(channel=channel, kind="report", seen_at=now, known_at=now, opened_at=now, sort_at=now, source="bench")
    return json.dumps(
        {field.column: field.get_prep_value(getattr(case, field.attname)) for field in fields()}, default=str
    )


def fields() -> list:
    """Return the fields that are written."""
    return [field for field in Case._meta.concrete_fields if not field.primary_key]


def fill(low: int, high: int, channels: list[Channel]) -> None:
    """Add cases, one of twenty open, in the channels."""
    names = columns()
    sql = FILL.format(
        columns=", ".join(f'"{name}"' for name in names), values=", ".join(f'r."{name}"' for name in names)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [low, high, [channel.pk for channel in channels], prototype(channels[0])])


def settle() -> None:
    """Do what autovacuum does between, outside what is measured."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE moderation_case")
        cursor.execute("CHECKPOINT")


def look_at(size: int | None) -> None:
    """Let the table of cases be the one that holds so many; None: the ordinary one. All other tables are the same."""
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = public" if size is None else f"SET search_path = cases_{size}, public")


def make(size: int, channels: list[Channel]) -> None:
    """Make a table of so many cases, with every key and check of the ordinary one, among them the owner's own queue."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA cases_{size}")
        cursor.execute(f"CREATE TABLE cases_{size}.moderation_case (LIKE public.moderation_case INCLUDING ALL)")
    look_at(size)
    fill(10_000_001, 10_000_000 + QUEUE * 20, channels[:MINE])
    others = size - QUEUE * 20 if size > QUEUE * 20 else size
    for low in range(1, others + 1, PORTION):
        fill(low, min(others, low + PORTION - 1), channels[MINE:])
    settle()


def first_page(owner: User) -> None:
    """Ask for what the first page of the queue asks for."""
    now = datetime.now(UTC)
    reach = queries.reach_of(owner, Organisation.load(now.date()))
    page = queries.queue(reach, queries.Cursor(now))
    assert len(page.rows) == queries.PAGE, len(page.rows)


def next_page(owner: User) -> None:
    """Ask for the second page by the place where the first ended."""
    now = datetime.now(UTC)
    reach = queries.reach_of(owner, Organisation.load(now.date()))
    first = queries.queue(reach, queries.Cursor(now))
    assert first.following is not None
    queries.queue(reach, first.following)


def counts(owner: User) -> None:
    """Ask for how many are open and how many of them are late."""
    now = datetime.now(UTC)
    reach = queries.reach_of(owner, Organisation.load(now.date()))
    assert queries.count_open(reach, now) > queries.count_open(reach, now, late=True) > 0


def search(owner: User) -> None:
    """Search for a word in the texts of the owner's cases."""
    reach = queries.reach_of(owner, Organisation.load(datetime.now(UTC).date()))
    assert queries.search(reach, WORD).rows


ASKED: dict[str, Callable[[User], None]] = {
    "first_page": first_page,
    "next_page": next_page,
    "counts": counts,
    "search": search,
}


def pages(owner: User) -> dict[str, Callable[[User], None]]:
    """Return how the whole pages are asked for, as a browser does: the queue with its counts, and a search."""
    client = Client(headers={"host": "localhost"})
    client.force_login(owner)

    def get(path: str) -> None:
        assert client.get(path).status_code == 200, path

    return {"page": lambda _owner: get("/granska/"), "search_page": lambda _owner: get(f"/granska/sok/?q={WORD}")}


def milliseconds(work: Callable[[User], None], owner: User) -> dict[int, float]:
    """Return the median of many rounds for each size, which are asked in turn."""
    taken: dict[int, list[float]] = {size: [] for size in SIZES}
    for number in range(FIRST + ROUNDS):
        for size in SIZES if number % 2 else SIZES[::-1]:
            look_at(size)
            begun = time.perf_counter()
            work(owner)
            taken[size].append((time.perf_counter() - begun) * 1000)
    return {size: statistics.median(each[FIRST:]) for size, each in taken.items()}


def queries_of(work: Callable[[User], None], owner: User) -> int:
    """Return how many queries it takes."""
    with CaptureQueriesContext(connection) as asked:
        work(owner)
    return len(asked)


def measure_queue(owner: User, channels: list[Channel]) -> tuple[dict[str, float], float, int]:
    """Return every median, the worst growth and the most queries of a page. The number of queries must not change."""
    found: dict[str, float] = {}
    most, growth = 0, 0.0
    for size in SIZES:
        make(size, channels)
    whole = pages(owner)
    for name, work in (ASKED | whole).items():
        taken = milliseconds(work, owner)
        found |= {f"{name}_{size}_ms": round(each, 2) for size, each in taken.items()}
        growth = max(growth, taken[SIZES[-1]] / taken[SIZES[0]])
        asked = set()
        for size in SIZES:
            look_at(size)
            asked.add(queries_of(work, owner))
        assert len(asked) == 1, (name, asked)
        most = max(most, asked.pop() if name in whole else 0)
        print(f"{name:11} " + ", ".join(f"{size:,} cases {each:.2f} ms" for size, each in taken.items()))
    look_at(None)
    return found, growth, most


# --- The import -------------------------------------------------------------------------------------------------------
HEADER = ("Id", "Källa", "Kanal", "Adress", "Text", "Skrivet av", "Gäller", "Skrevs", "Sågs")
KINDS = ("ta bort", "fråga", "åsikt", "annat", "fråga")


def make_file(round_number: int) -> bytes:
    """Return a file of new posts; one of a hundred has the address of the row before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(IMPORTED):
        post = n - 1 if n % 100 == 99 else n
        seen = begin + timedelta(minutes=n % 60_000)
        writer.writerow(
            (
                f"{round_number}-{n}",
                f"bench{round_number}",
                f"bench-{n % CHANNELS}",
                f"https://www.facebook.com/ekhult/posts/{round_number}{post:08}?comment_id={post}",
                f"Det här skrev en besökare om plogningen på vår gata, inlägg nummer {n}, med en mening till.",
                f"Besökare {n % 9000}",
                KINDS[n % len(KINDS)],
                (seen - timedelta(hours=3)).isoformat(),
                seen.isoformat(),
            )
        )
    return out.getvalue().encode()


def timed(work: Callable[[], object]) -> float:
    """Return how long it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def bring_in(content: bytes, strategist: User, owner: User, unit: Unit) -> tuple[float, float]:
    """Return the seconds of reading with judging, and of writing. Every row must be there, with its clock."""
    actor = Actor(strategist, roles=frozenset({Appointment.Role.STRATEGIST}))
    cases, clocks, events = (model.objects.count() for model in (Case, Obligation, Event))
    timed_before = Obligation.objects.filter(due_at__isnull=False).count()
    run = importing.start_import(
        kind="cases",
        upload=SimpleUploadedFile("lista.csv", content),
        owner_id=owner.pk,
        unit_id=unit.pk,
        send_mail=False,
        actor=actor,
    )
    reading = timed(lambda: importing.read_import(run.pk))
    run = ImportRun.objects.get(pk=run.pk)
    assert run.state == ImportRun.State.READY, run.problem
    importing.accept_import(run_id=run.pk, reading=run.reading, actor=actor)
    writing = timed(lambda: importing.apply_import(run.pk))
    new = IMPORTED - IMPORTED // 100
    begun = Obligation.objects.count() - clocks
    assert Case.objects.count() - cases == new, Case.objects.count() - cases
    assert begun > new * 0.5, begun
    assert Obligation.objects.filter(due_at__isnull=False).count() - timed_before == begun
    assert Event.objects.count() - events >= new + begun
    return reading, writing


def copy_into(table: str, prepare: str, names: str, content: bytes) -> float:
    """Return the seconds of COPY of the file into a fresh table, committed."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}; {prepare}")

    def copy() -> None:
        sql = f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, HEADER)"
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(sql) as target:
            target.write(content)

    return timed(copy)


def copy_cases(content: bytes, channel: Channel) -> float:
    """COPY into a table with the columns, indexes and checks of the cases; what the file does not say has a default."""
    given = {name: value for name, value in json.loads(prototype(channel)).items() if value is not None}
    # The names of channel and kind stand in two columns of text: COPY looks nothing up.
    names = "external_id, source, category_title, url, text, author, platform_item_id, written_at, seen_at"
    with connection.cursor() as cursor:
        quoted = {
            name: cursor.connection.execute("SELECT quote_literal(%s)", [_text(value)]).fetchone()[0]
            for name, value in given.items()
        }
    defaults = ", ".join(f'ALTER COLUMN "{name}" SET DEFAULT {value}' for name, value in quoted.items())
    prepare = f"CREATE TABLE bench_cases (LIKE moderation_case INCLUDING ALL); ALTER TABLE bench_cases {defaults}"
    return copy_into("bench_cases", prepare, names, content)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def copy_bare(content: bytes) -> float:
    """COPY into a table of nine columns of text without keys."""
    names = [f"c{n}" for n in range(len(HEADER))]
    prepare = f"CREATE TABLE bench_bare ({', '.join(f'{name} text' for name in names)})"
    return copy_into("bench_bare", prepare, ", ".join(names), content)


def measure_import(strategist: User, owner: User, channels: list[Channel]) -> dict[str, float]:
    """Return the medians of the rounds, and of their ratios. COPY is timed on both sides of each import."""
    times: dict[str, list[float]] = {"read_s": [], "write_s": [], "copy_s": [], "bare_copy_s": [], "ratio": []}
    for number in range(IMPORT_ROUNDS):
        content = make_file(number)
        copies = [copy_cases(content, channels[0])]
        times["bare_copy_s"].append(copy_bare(content))
        reading, writing = bring_in(content, strategist, owner, channels[0].unit)
        copies.append(copy_cases(content, channels[0]))
        times["read_s"].append(reading)
        times["write_s"].append(writing)
        times["copy_s"].append(statistics.mean(copies))
        times["ratio"].append(statistics.mean(copies) / (reading + writing))
        settle()
    return {name: round(statistics.median(taken), 3) for name, taken in times.items()}


def main() -> None:
    """Measure, print what was found, and end with one line of JSON."""
    app.conf.task_always_eager = False  # jobs are called here, when they are measured
    importing._queue = lambda job, run: None
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        owner, strategist, channels = organisation()
        imported = measure_import(strategist, owner, channels)
    whole, ratio = imported["read_s"] + imported["write_s"], imported.pop("ratio")
    print(
        f"import of {IMPORTED:,} rows: {IMPORTED / whole:,.0f} rows a second, read and judged {imported['read_s']:.1f} s, "
        f"written {imported['write_s']:.1f} s; COPY into cases {imported['copy_s']:.2f} s, "
        f"{IMPORTED / imported['copy_s']:,.0f} rows a second, into a bare table {imported['bare_copy_s']:.2f} s"
    )
    found, growth, asked = measure_queue(owner, channels)
    result = {
        "name": "moderation_queue",
        "ratio": round(ratio, 3),
        "aim": RATIO_AIM,
        "ratio_written": round(imported["copy_s"] / imported["write_s"], 3),
        "ratio_bare": round(imported["bare_copy_s"] / whole, 3),
        "rows_a_second": round(IMPORTED / whole),
        "copy_rows_a_second": round(IMPORTED / imported["copy_s"]),
        "growth": round(growth, 2),
        "growth_aim": GROWTH_AIM,
        "queries": asked,
        "queries_aim": QUERIES_AIM,
        "load": round(os.getloadavg()[0], 1),
        "holds": ratio >= RATIO_AIM and growth <= GROWTH_AIM and asked < QUERIES_AIM,
    }
    print(json.dumps({**result, **imported, **found}))


if __name__ == "__main__":
    main()
