"""What the statistics cost with 1,000, 100,000 and 1,000,000 cases: a page, staff's and the public one, and the counting.

The pages read the sums, so they are to be flat within 1.5 times; the counts, each hour and each night, are told beside. The
last line is JSON.
"""

import json
import os
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

SIZES, ROUNDS, CHANNELS, AIM = (1_000, 100_000, 1_000_000), 15, 100, 1.5
# Half are hidden reports in twenty categories, half answered questions, over five years. The evidence is left out, and
# with it the triggers that ask for it: nothing of that is read here.
FILL = """
SET session_replication_role = replica;
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
    (SELECT array_agg(id) AS channels FROM channels_channel WHERE slug LIKE 'bench-%%') AS c;
SET session_replication_role = origin;
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


def milliseconds(client: Client, path: str) -> float:
    """Return the quickest of some answers: what the page costs when nothing else runs."""
    taken = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        assert client.get(path).status_code == 200
        taken.append((time.perf_counter() - begun) * 1000)
    return min(taken)


def main() -> None:
    """Measure each size, print what was found, and end with one line of JSON."""
    client = Client(headers={"host": "localhost"})
    client.force_login(organisation())
    measured: dict[str, float] = {}
    full = 0
    for size in SIZES:
        with connection.cursor() as cursor:
            cursor.execute(FILL, [full + 1, size])
            cursor.execute("VACUUM ANALYZE moderation_case")
        full = size
        begun = time.perf_counter()
        count_cases(now=datetime.now(UTC))
        measured[f"count_{size}_ms"] = (time.perf_counter() - begun) * 1000
        begun = time.perf_counter()
        count_all = measured[f"count_{size}_ms"]
        count_cases(now=datetime.now(UTC), since=half_of(half_of(datetime.now(UTC).date()) - timedelta(days=1)))
        hourly = measured[f"hourly_{size}_ms"] = (time.perf_counter() - begun) * 1000
        measured[f"staff_{size}_ms"] = milliseconds(client, "/statistik/")
        measured[f"public_{size}_ms"] = milliseconds(client, "/kanaler/statistik/")
        print(
            f"{size:9,} cases, {CaseFigures.objects.count():6,} sums: staff {measured[f'staff_{size}_ms']:6.1f} ms, "
            f"public {measured[f'public_{size}_ms']:6.1f} ms, count {hourly:7.0f} ms an hour, {count_all:7.0f} ms a night"
        )
    growth = max(measured[f"{page}_{SIZES[-1]}_ms"] / measured[f"{page}_{SIZES[1]}_ms"] for page in ("staff", "public"))
    result = {"name": "statistics_pages", "growth": round(growth, 2), "aim": AIM, "holds": growth <= AIM}
    print(json.dumps({**result, **{key: round(value, 1) for key, value in measured.items()}}))


if __name__ == "__main__":
    main()
