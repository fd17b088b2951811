"""What a sweep costs with 500 obligations due among 10,000, 100,000 and 1,000,000, beside one SQL statement that writes the same.

Both write the obligation, its history, its notice, its event (which the database seals) and its line for the digest, and
commit. Half are reminded, half have run out: those are mailed at once, one mail for each person. Medians of interleaved
rounds; the last line is JSON.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kommun.settings")

import django

django.setup()

from django.db import connection, transaction

from accounts.actor import SCHEDULER
from accounts.models import Appointment, MailLine, Unit, User
from channels import clock
from channels.models import Channel, Obligation, ObligationNotice, Platform
from kommun.celery import app
from kommun.models import Event, EventSeal, Municipality, OutgoingMail

SIZES, DUE, ROUNDS, FIRST = (10_000, 100_000, 1_000_000), 500, 9, 2
GROWTH_AIM, RAW_AIM = 1.5, 5.0
PEOPLE, CHANNELS, UNITS = 100, 250, 25
SUBJECTS = count(10_000_000)
WRITTEN = (ObligationNotice, Event, OutgoingMail, Obligation.history.model, MailLine)
TABLES = [model._meta.db_table for model in (EventSeal, *WRITTEN)]

FILL = """
INSERT INTO channels_obligation (kind, rule, cite, strength, subject_type, subject_id, label, url, holder_id, channel_id,
    unit_id, opened_at, due_at, next_at, stage, missed_at, missed_why, closed_at, outcome, note)
SELECT 'confirm', 'account.owner', 'Riktlinjer, avsnitt 4', 'ska', 'bench.row', n::text, 'Bekräfta kanal ' || n, '',
    people[1 + n %% array_length(people, 1)], channels[1 + n %% array_length(channels, 1)],
    units[1 + n %% array_length(units, 1)],
    now() - interval '200 days', now() + interval '30 days' + n * interval '1 second',
    CASE WHEN n %% 5 < 2 THEN now() + interval '20 days' + n * interval '1 second' END, 1, NULL, '',
    CASE WHEN n %% 5 >= 2 THEN now() - interval '10 days' END, CASE WHEN n %% 5 >= 2 THEN 'met' ELSE '' END, ''
FROM generate_series(%s, %s) AS n,
    (SELECT array_agg(id) AS people FROM accounts_user) AS p,
    (SELECT array_agg(id) AS channels FROM channels_channel) AS c,
    (SELECT array_agg(id) AS units FROM accounts_unit) AS u
"""

RAW = """
WITH due AS (
    SELECT id FROM channels_obligation
    WHERE closed_at IS NULL AND next_at IS NOT NULL AND next_at <= %(now)s ORDER BY id FOR UPDATE SKIP LOCKED
), changed AS (
    UPDATE channels_obligation AS o
    SET stage = o.stage + 1, next_at = %(now)s + interval '7 days',
        missed_at = CASE WHEN o.due_at <= %(now)s THEN o.due_at END,
        missed_why = CASE WHEN o.due_at <= %(now)s THEN 'Uppgiften blev inte klar i tid.' ELSE '' END,
        passed_to_id = CASE WHEN o.due_at <= %(now)s THEN c.deputy_id END
    FROM due, channels_channel AS c WHERE o.id = due.id AND c.id = o.channel_id
    RETURNING o.*
), told AS (
    SELECT changed.*, coalesce(passed_to_id, holder_id) AS person_id FROM changed
), history AS (
    INSERT INTO channels_historicalobligation ({columns}, history_date, history_type)
    SELECT {columns}, %(now)s, '~' FROM changed
), notices AS (
    INSERT INTO channels_obligationnotice (obligation_id, stage, person_id, why, told_at)
    SELECT told.id, stage, person_id, u.name || ' har uppgiften.', %(now)s
    FROM told JOIN accounts_user AS u ON u.id = person_id
), mails AS (
    INSERT INTO kommun_outgoingmail ("to", subject, body, created_at, attempts, last_error)
    SELECT u.email, count(*) || ' uppgifter väntar på dig',
        'Hej!' || string_agg(E'\\n\\n- ' || label || E'\\n  Klart senast ' || due_at || E'\\n  Regel: ' || cite || E'\\n/min-dag/'
            || told.id || '/', '' ORDER BY due_at), %(now)s, 0, ''
    FROM told JOIN accounts_user AS u ON u.id = person_id WHERE missed_at IS NOT NULL GROUP BY u.email
), lines AS (
    INSERT INTO accounts_mailline (person_id, about, why, expires_at, told_at, mailed_at)
    SELECT person_id, told.id, u.name || ' har uppgiften.', due_at, %(now)s,
        CASE WHEN missed_at IS NOT NULL THEN %(now)s END
    FROM told JOIN accounts_user AS u ON u.id = person_id
)
INSERT INTO kommun_event (kind, occurred_at, subject_type, subject_id, actor_label, door, payload)
SELECT kind, %(now)s, 'channels.obligation', id::text, 'Kanalkollen (automatiskt)', 'scheduler',
    jsonb_build_object('kind', kind, 'at', %(now)s, 'subject', jsonb_build_array('channels.obligation', id::text),
        'actor', NULL, 'label', 'Kanalkollen (automatiskt)', 'on_behalf_of', NULL, 'door', 'scheduler', 'rules', '[]'::jsonb,
        'data', jsonb_build_object('stage', stage, 'told', jsonb_build_array(person_id), 'due', due_at))::text
FROM (SELECT CASE WHEN missed_at IS NULL THEN 'obligation.reminded' ELSE 'obligation.missed' END AS kind,
    id, stage, person_id, due_at FROM told) AS t
"""


def organisation() -> None:
    """Make a municipality of some size: people, units with managers, a strategist, channels with owner and deputy."""
    Municipality.objects.get_or_create(
        pk=1, defaults={"name": "Ekhults kommun", "short_name": "Ekhult", "slug": "ekhult"}
    )
    people = User.objects.bulk_create(
        User(username=f"p{n}", name=f"Handläggare {n}", email=f"p{n}@ekhult.example") for n in range(PEOPLE)
    )
    units = Unit.objects.bulk_create(
        Unit(name=f"Enhet {n}", slug=f"bench-{n}", kind=Unit.Kind.UNIT, manager=people[n]) for n in range(UNITS)
    )
    Appointment.objects.create(user=people[-1], role=Appointment.Role.STRATEGIST, starts_on=date(2026, 1, 1))
    platform = Platform.objects.get_or_create(key="facebook", defaults={"name": "Facebook", "kind": "facebook"})[0]
    Channel.objects.bulk_create(
        Channel(
            name=f"Kanal {n}",
            slug=f"bench-{n}",
            platform=platform,
            unit=units[n % UNITS],
            owner=people[n % PEOPLE],
            deputy=people[(n + 1) % PEOPLE],
            purpose="Berätta vad som händer.",
        )
        for n in range(CHANNELS)
    )


def fill(low: int, high: int) -> None:
    """Add obligations that are not due: two of five open with time left, three of five closed."""
    with connection.cursor() as cursor:
        cursor.execute(FILL, [low, high])
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")  # writing a million rows out to disk is no part of a sweep


def fall_due(channels: list[Channel]) -> datetime:
    """Begin 500 obligations, half of which have just run out, and return the moment when all are due."""
    now = datetime.now(UTC)
    dues = [
        clock.Due(
            clock.CONFIRM,
            Unit(pk=next(SUBJECTS)),
            f"Bekräfta att uppgifterna om kanal {n} stämmer",
            channel=channels[n % CHANNELS],
            holder=channels[n % CHANNELS].owner,
            opened_at=now - timedelta(days=60) if n % 2 else now,
            due_at=now if n % 2 else now + timedelta(days=60 + n % 20),
        )
        for n in range(DUE)
    ]
    clock.begin_many(dues, SCHEDULER)
    new = Obligation.objects.filter(due_at=now)
    new.update(stage=2, next_at=now)  # reminded before; the third stage is the miss
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")  # as autovacuum does; outside what is measured
    return now


def raw(now: datetime) -> None:
    """Make the same writes in one statement."""
    fields = Obligation.history.model.tracked_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW.format(columns=columns), {"now": now})


def written() -> list[int]:
    """Return how much stands in each table that both write to."""
    return [model.objects.count() for model in WRITTEN]


def seconds(work: Callable[[datetime], object], now: datetime) -> float:
    """Return how long the work takes. It must write a notice, an event, a history row and a line for each, and some mails."""
    before = written()
    begun = time.perf_counter()
    work(now)
    took = time.perf_counter() - begun
    notices, events, mails, history, lines = (after - had for had, after in zip(before, written(), strict=True))
    assert {notices, events, history, lines} == {DUE}, (notices, events, history, lines)
    assert PEOPLE // 4 <= mails <= PEOPLE, mails
    return took


def nothing_due() -> float:
    """Return how long a sweep takes that finds nothing."""
    begun = time.perf_counter()
    assert clock.sweep(datetime.now(UTC)) == 0
    return time.perf_counter() - begun


def main() -> None:
    """Measure each size, print what was found, and end with one line of JSON."""
    app.conf.task_always_eager = False  # a job for each mail goes to the queue, and nobody takes it
    organisation()
    channels = list(Channel.objects.filter(slug__startswith="bench-").select_related("unit", "owner"))
    found: dict[tuple[str, int], float] = {}
    full = 0
    for size in SIZES:
        fill(full + 1, size)
        full = size
        times: dict[str, list[float]] = {"sweep": [], "raw": []}
        for _round in range(FIRST + ROUNDS):
            times["sweep"].append(seconds(clock.sweep, fall_due(channels)))
            times["raw"].append(seconds(raw, fall_due(channels)))
        for what, taken in times.items():
            found[what, size] = statistics.median(taken[FIRST:])  # the first make ready what a worker has ready
        found["idle", size] = statistics.median(nothing_due() for _round in range(25))
        print(
            f"{size:9,} obligations: sweep {found['sweep', size] * 1000:6.1f} ms, one statement "
            f"{found['raw', size] * 1000:6.1f} ms, nothing due {found['idle', size] * 1000:5.2f} ms"
        )
    growth = found["sweep", SIZES[-1]] / found["sweep", SIZES[0]]
    ratio = max(found["sweep", size] / found["raw", size] for size in SIZES)
    measured = {f"{what}_{size}_ms": round(value * 1000, 2) for (what, size), value in found.items()}
    result = {
        "name": "sweep",
        "ratio": round(ratio, 2),
        "aim": RAW_AIM,
        "growth": round(growth, 2),
        "growth_aim": GROWTH_AIM,
        "holds": ratio <= RAW_AIM and growth <= GROWTH_AIM,
    }
    print(json.dumps({**result, **measured}))


if __name__ == "__main__":
    main()
