"""What the statistics cost with 1,000, 100,000 and 1,000,000 cases: a page, staff's and the public one, and the counting.

The pages read the sums, so they are to be flat within 1.5 times from where every sum has something to say; the counts, each
hour and each night, are told beside. The sizes stand beside each other, each in a schema of its own, and the pages are
asked for in turn, so that whatever else the machine does falls on all of them. The last line is JSON.
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kommun.settings")

import django

django.setup()

from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.test import Client

from accounts.models import Appointment, Unit, User
from channels.models import Channel, Platform
from kommun.models import Municipality
from moderation.actions.counting import count_cases
from moderation.models import CaseFigures
from moderation.statistics.figures import half_of

SIZES, ROUNDS, FIRST, CHANNELS, AIM = (1_000, 100_000, 1_000_000), 25, 3, 100, 1.5
PAGES = {"staff": "/statistik/", "public": "/kanaler/statistik/"}
TABLES = ("moderation_case", "moderation_casefigures")
# Half are hidden reports in twenty categories, half answered questions, over five years. The evidence is left out, and the
# tables of the sizes have no triggers that ask for it: nothing of that is read here.
FILL = """
INSERT INTO moderation_case (channel_id, direction, kind, status, version, url, address_key, platform_item_id, author, text,
    seen_at, known_at, known_how, source, external_id, opened_at, category, category_kind, category_title, evidence_need,
    files_forbidden, is_crime, needs_handover, needs_receipt, needs_police, preserved_at, hidden_at, assessment,
    assessment_note, police, police_number, police_note, answered_at, closed_at, outcome, due_at, lane, sort_at)
SELECT channels[1 + n %% array_length(channels, 1)], 'incoming', CASE WHEN report THEN 'report' ELSE 'question' END, 'closed', 1,
    '', '', '', 'En besökare', 'En kommentar.', known, known, 'watch', 'web', '', known,
    CASE WHEN report THEN 'rule-' || (n / 2) %% 20 ELSE '' END, '',
    CASE WHEN report THEN 'Regel ' || (n / 2) %% 20 ELSE '' END, 'image',
    false, false, false, false, false, CASE WHEN report THEN ended END, CASE WHEN report THEN ended END, '', '', '', '', '',
    CASE WHEN NOT report THEN ended END, ended, CASE WHEN report THEN 'removed' ELSE 'answered' END,
    known + interval '48 hours', 3, known
FROM generate_series(%s, %s) AS n
CROSS JOIN LATERAL (SELECT n %% 2 = 0 AS report, now() - (n::bigint * 7919 %% 1826) * interval '1 day' AS known) AS a
CROSS JOIN LATERAL (SELECT a.known + (n::bigint * 104729 %% 60) * interval '1 hour' AS ended) AS b,
    (SELECT array_agg(id) AS channels FROM channels_channel WHERE slug LIKE 'bench-%%') AS c
"""


def organisation() -> User:
    """Make channels, and a strategist to look at them."""
    Municipality.objects.get_or_create(
        pk=1, defaults={"name": "Ekhults kommun", "short_name": "Ekhult", "slug": "ekhult"}
    )
    owner = User.objects.create(username="bench", name="Strateg", email="bench@ekhult.example")
    Appointment.objects.create(user=owner, role=Appointment.Role.STRATEGIST, starts_on=date(2026, 1, 1))
    unit = Unit.objects.create(name="Enhet", slug="bench", kind=Unit.Kind.UNIT, manager=owner)
    platform = Platform.objects.get_or_create(key="facebook", defaults={"name": "Facebook", "kind": "facebook"})[0]
    Channel.objects.bulk_create(
        Channel(name=f"Kanal {n}", slug=f"bench-{n}", platform=platform, unit=unit, owner=owner, purpose="Berätta.")
        for n in range(CHANNELS)
    )
    return owner


def look_at(size: int) -> None:
    """Let the cases and their sums be those of the tables that hold so many; all other tables are the same."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path = stat_{size}, public")


def make(size: int) -> dict[str, float]:
    """Make the tables of a size, fill them and count; return how long the counts of a night and of an hour took."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA stat_{size}")
        for table in TABLES:
            cursor.execute(f"CREATE TABLE stat_{size}.{table} (LIKE public.{table} INCLUDING ALL)")
        look_at(size)
        cursor.execute(FILL, [1, size])
        cursor.execute("VACUUM ANALYZE moderation_case")
    begun = time.perf_counter()
    count_cases(now=datetime.now(UTC))
    counted = time.perf_counter()
    count_cases(now=datetime.now(UTC), since=half_of(half_of(datetime.now(UTC).date()) - timedelta(days=1)))
    again = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE moderation_casefigures")
    return {f"count_{size}_ms": (counted - begun) * 1000, f"hourly_{size}_ms": (again - counted) * 1000}


def milliseconds(client: Client, path: str) -> dict[int, float]:
    """Return the median of many answers for each size, which are asked in turn."""
    taken: dict[int, list[float]] = {size: [] for size in SIZES}
    for number in range(FIRST + ROUNDS):
        for size in SIZES if number % 2 else SIZES[::-1]:
            look_at(size)
            begun = time.perf_counter()
            assert client.get(path).status_code == 200
            taken[size].append((time.perf_counter() - begun) * 1000)
    return {size: statistics.median(each[FIRST:]) for size, each in taken.items()}


def main() -> None:
    """Measure each size, print what was found, and end with one line of JSON."""
    client = Client(headers={"host": "localhost"})
    client.force_login(organisation())
    measured: dict[str, float] = {}
    for size in SIZES:
        measured |= make(size)
        print(
            f"{size:9,} cases, {CaseFigures.objects.count():6,} sums: counted in {measured[f'hourly_{size}_ms']:7.0f} ms "
            f"an hour, {measured[f'count_{size}_ms']:7.0f} ms a night"
        )
    for page, path in PAGES.items():
        taken = milliseconds(client, path)
        measured |= {f"{page}_{size}_ms": each for size, each in taken.items()}
        print(f"{page:6} " + ", ".join(f"{size:,} cases {each:.1f} ms" for size, each in taken.items()))
    growth = max(measured[f"{page}_{SIZES[-1]}_ms"] / measured[f"{page}_{SIZES[1]}_ms"] for page in PAGES)
    result = {
        "name": "statistics_pages",
        "ratio": round(growth, 2),
        "aim": AIM,
        "load": round(os.getloadavg()[0], 1),
        "holds": growth <= AIM,
    }
    print(json.dumps({**result, **{key: round(value, 1) for key, value in measured.items()}}))


if __name__ == "__main__":
    main()
