"""A case from a file gets the very same clock as one that somebody opens by hand: any time, channel, category and policy."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Appointment
from channels import clock
from channels.clock import Due
from channels.models import Obligation
from kommun import policy as rulebook
from kommun.events import events_about
from kommun.models import Municipality
from moderation import categories
from moderation.imports import OWN
from moderation.models import Case
from tests.applications import adopt_preset, make_municipality
from tests.archive_scene import make_channel
from tests.cases import actor_of, open_case
from tests.factories import make_cast
from tests.files import text_file
from tests.imports import Office

pytestmark = pytest.mark.django_db
NOW = datetime(2028, 12, 31, 12, tzinfo=UTC)
HEADER = ["Id", "Kanal", "Text", "Gäller", "Kategori", "Sågs", "Skrivet av"]
PROMISES = (None, 4, 24)
SEEN = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
ROW = st.tuples(
    SEEN,
    st.sampled_from(["report", "question", "opinion", "other"]),
    st.integers(0, 40),  # which category, when it is to be removed; the last ones: none yet
    st.sampled_from(range(len(PROMISES))),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40),
)
DAYS = st.sets(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=40)
SPRING, AUTUMN = datetime(2026, 3, 27, 11, tzinfo=UTC), datetime(2026, 10, 23, 10, 0, 0, 120, tzinfo=UTC)


class Undo(Exception):
    """Takes back what one example has done."""


@pytest.fixture(params=["sunne", "tibro", "nora", "overkalix", "forshaga", None])
def office(request, db, django_capture_on_commit_callbacks):
    cast = make_cast(starts_on=date(2025, 1, 1))
    make_municipality()
    if request.param:
        with time_machine.travel(datetime(2025, 6, 1, tzinfo=UTC), tick=False):
            adopt_preset(request.param, actor_of(cast.administrator))
    return Office(cast, django_capture_on_commit_callbacks)


def keys_of():
    """Return the categories to choose among."""
    version = rulebook.in_force()
    found = categories.categories(rulebook.Scope(), version.pk if version else None, NOW.date())
    return [each.key for each in found]


def opened(case):
    """Return everything that the case and its clock say, with the number of the case left out."""
    own = {"id", "source", "external_id", "known_how"}
    row = {name.attname: getattr(case, name.attname) for name in Case._meta.concrete_fields if name.attname not in own}
    clocks = []
    for obligation in Obligation.objects.about(case):
        facts = {field.attname: getattr(obligation, field.attname) for field in Obligation._meta.concrete_fields}
        (event,) = events_about(obligation)
        (before,) = obligation.history.all()
        assert {name: getattr(before, name) for name in facts} == facts
        assert (facts.pop("id"), facts.pop("subject_id")) == (obligation.pk, str(case.pk))
        assert f"({case.pk})" in facts["label"]
        facts["label"] = facts["label"].replace(f"({case.pk})", "(N)")
        facts["url"] = facts["url"].replace(f"/{case.pk}/", "/N/")
        clocks.append((facts, event.kind, json.loads(event.payload)["data"], before.history_type))
    (event,) = events_about(case)
    said = json.loads(event.payload)["data"]
    assert case.history.count() == 1
    return row, clocks, {name: said[name] for name in ("channel", "kind", "direction", "category", "known_at", "due")}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=6), closed=DAYS)
@example(rows=[(seen, kind, 0, 0, "Hej") for seen in (SPRING, AUTUMN) for kind in ("report", "question")], closed=set())
@time_machine.travel(NOW, tick=False)
def test_a_case_from_a_file_has_the_clock_of_one_that_is_opened_by_hand(office, rows, closed):
    with suppress(Undo), transaction.atomic():
        Municipality.objects.update(closed_days=[str(day) for day in sorted(closed)])
        channels = [make_channel(office.cast, name=f"Kanal {n}", slug=f"kanal-{n}") for n in range(len(PROMISES))]
        for channel, promise in zip(channels, PROMISES, strict=True):
            channel.reply_hours = promise
            channel.save()
        keys = keys_of()
        table, by_hand = [], []
        for number, (seen, kind, which, place, text) in enumerate(rows):
            category = keys[which] if kind == "report" and which < len(keys) else ""
            words = f"Text {number} {text}"
            values = {"kind": kind, "category": category, "seen_at": seen, "text": words, "author": "Anonym"}
            by_hand.append(opened(open_case(channels[place], actor_of(office.cast.strategist), **values)))
            table.append([f"{number:03}", channels[place].slug, words, kind, category, seen.isoformat(), "Anonym"])
        run = office.bring_in(text_file([HEADER, *table]), kind="cases", actor=office.actor)
        assert run.state == run.State.DONE, list(run.rows.values_list("said", flat=True))
        imported = [opened(case) for case in Case.objects.filter(source="import").order_by("external_id")]
        assert imported == by_hand
        raise Undo


def test_what_a_row_gives_is_what_the_insertion_reads(office):
    channel = make_channel(office.cast)
    content = text_file([HEADER, ["1", channel.slug, "Hej", "fråga", "", "", ""]])
    run = office.read(content, kind="cases", actor=office.actor)
    assert set(run.rows.get().values) == OWN


def test_only_what_is_told_of_at_once_is_begun_alike(office):
    """Another pace counts its first moment for each row, so it goes the ordinary way."""
    pattern = Due(clock.APPROVAL, office.cast.unit, "Ta ställning", due_at=NOW + timedelta(days=3))
    with pytest.raises(ValueError, match="approval"):
        clock.begin_alike({"a": pattern}, "SELECT 'a', 1, now(), now()", {}, office.actor)
    assert Appointment.objects.exists()
    assert not Obligation.objects.filter(kind=clock.APPROVAL).exists()
