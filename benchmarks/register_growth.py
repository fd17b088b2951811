"""What the public register page and the account check cost with 10,000 channels, beside 200 in the same run.

200 is what the first page shows, so that both draw as many rows. Medians of interleaved requests; the last line is JSON.
"""

import json
import os
import statistics
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kommun.settings")

import django

django.setup()

from django.db import connection
from django.test import Client

from accounts.models import Unit, User
from channels.models import Channel, ChannelAddress, Platform
from kommun.models import Municipality

SIZES, ROUNDS, AIM = (200, 10_000), 15, 1.5
PAGES = {"register": "/kanaler/", "check": "/kanaler/kontrollera/?konto=facebook.com/kanaI00007"}


def fill(count: int) -> None:
    """Bring the register to the given number of public channels, past the actions: rows to measure with."""
    platform = Platform.objects.get_or_create(key="facebook", name="Facebook", kind="facebook")[0]
    unit = Unit.objects.get_or_create(slug="enhet", defaults={"name": "Enheten", "kind": Unit.Kind.UNIT})[0]
    owner = User.objects.get_or_create(username="ansvarig", defaults={"name": "Ansvarig", "title": "Ansvarig"})[0]
    start = Channel.objects.count()
    made = Channel.objects.bulk_create(
        Channel(
            name=f"Kanal {n:05}",
            slug=f"kanal-{n:05}",
            status=Channel.Status.ACTIVE,
            platform=platform,
            unit=unit,
            owner=owner,
            purpose="Berätta vad som händer.",
            opened_on=date(2026, 1, 1),
        )
        for n in range(start, count)
    )
    ChannelAddress.objects.bulk_create(
        ChannelAddress(
            channel=channel,
            platform=platform,
            handle=channel.slug.replace("-", ""),
            handle_key=channel.slug.replace("-", ""),
            skeleton=channel.slug.replace("-", ""),
            url=f"https://www.facebook.com/{channel.slug.replace('-', '')}",
            valid_from=date(2026, 1, 1),
        )
        for channel in made
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def seconds(client: Client, path: str) -> float:
    """Return how long one request takes; the answer must be a page."""
    begun = time.perf_counter()
    assert client.get(path).status_code == 200
    return time.perf_counter() - begun


def municipality() -> None:
    """Write down whose register it is."""
    Municipality.objects.get_or_create(
        pk=1,
        defaults={
            "name": "Ekhults kommun",
            "short_name": "Ekhult",
            "slug": "ekhult",
            "website": "https://www.ekhult.example",
            "contact_email": "kommun@ekhult.example",
        },
    )


def main() -> None:
    """Measure both sizes, print what was found, and end with one line of JSON."""
    municipality()
    client, found = Client(headers={"host": "localhost"}), {}
    for size in SIZES:
        fill(size)
        for page, path in PAGES.items():
            seconds(client, path)  # what is made ready once per process is not what a visitor waits for
            found[page, size] = statistics.median(seconds(client, path) for _round in range(ROUNDS))
            print(f"{page:9} {size:6} channels: {found[page, size] * 1000:7.1f} ms")
    ratios = {page: round(found[page, SIZES[1]] / found[page, SIZES[0]], 2) for page in PAGES}
    worst = max(ratios.values())
    measured = {f"{page}_{size}_ms": round(value * 1000, 1) for (page, size), value in found.items()}
    result = {"name": "register_growth", "ratio": worst, "aim": AIM, "holds": worst <= AIM, "ratios": ratios}
    print(json.dumps({**result, **measured}))


if __name__ == "__main__":
    main()
