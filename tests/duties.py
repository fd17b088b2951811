"""Obligations for tests of the clock: one channel for each, held by somebody of the cast, in Swedish wall-clock time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from accounts.actor import SCHEDULER
from accounts.models import Absence, User
from channels import clock
from channels.models import Channel, Obligation, Platform
from kommun.business_time import next_morning
from kommun.events import verify_chain
from tests.factories import AbsenceFactory, Cast

NONE = object()


def at(text: str) -> datetime:
    """A Swedish wall-clock time as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Stockholm")).astimezone(UTC)


def make_channel(cast: Cast, name: str = "Biblioteket", **values: object) -> Channel:
    platform = Platform.objects.get_or_create(key="facebook", defaults={"name": "Facebook", "kind": "facebook"})[0]
    given = {
        "slug": f"{name.lower().replace(' ', '-')}-facebook",
        "status": Channel.Status.ACTIVE,
        "unit": cast.unit,
        "controller": cast.committee,
        "owner": cast.owner,
        "deputy": cast.deputy,
        "purpose": "Berätta om böcker.",
        "opened_on": date(2026, 1, 1),
    }
    return Channel.objects.create(name=name, platform=platform, **{**given, **values})


def owe(
    cast: Cast,
    channel: Channel | None,
    *,
    kind: str = clock.CONFIRM,
    opened: str = "2026-11-02T09:00",
    due: str | None = "2026-11-21T00:00",
    holder: object = None,
    **values: object,
) -> Obligation:
    """Begin an obligation about the channel, or about the unit. `holder` NONE: nobody has it; else the owner has."""
    person = None if holder is NONE else holder or cast.owner
    given = {"label": f"Bekräfta {channel or cast.unit}", "holder": person, "opened_at": at(opened), **values}
    subject = channel or cast.unit
    return clock.begin(clock.Due(kind, subject, channel=channel, due_at=at(due) if due else None, **given), SCHEDULER)


def away(person: User, first: str, last: str, substitute: User | None = None) -> Absence:
    """The person is away on the days, both included."""
    days = {"starts_on": date.fromisoformat(first), "ends_on": date.fromisoformat(last)}
    return AbsenceFactory(user=person, substitute=substitute, **days)


def told(obligation: Obligation) -> list[str]:
    """Who has been told, in turn."""
    return [str(notice.person) for notice in obligation.notices.select_related("person").order_by("stage")]


def mail_in_the_morning() -> int:
    """Write the digests of the next working morning, as if it had come, and return how many."""
    return clock.write_digests(next_morning(timezone.now()))


def assert_chain_holds() -> None:
    """Every event so far is sealed and unchanged. Inside a test's transaction the seals are asked for first."""
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert verify_chain().problems == []
