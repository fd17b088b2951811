"""A policy with a retention schedule, and a disposal brought to where a test begins by the same acts as people use."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test import override_settings
from django.utils import timezone

from accounts.actor import Actor
from archive import actions
from archive.models import DisposalDecision, DisposalItem, DisposalList, Record
from channels.models import Channel
from kommun.models import PolicyVersion
from kommun.policy import loader
from kommun.policy.actions import adopt, import_draft
from tests.archive_scene import keep_record
from tests.factories import AppointmentFactory, Cast, R

SCHEDULE = """
retention = [
  { key = "beslut", title = "Beslut", fate = "keep", kinds = ["decision"] },
  { key = "ringa", title = "Ringa betydelse", fate = "destroy", months = 6, counted_from = "occurred", kept_as = ["minor"] },
  { key = "inlagg", title = "Inlägg", fate = "destroy", months = 24, counted_from = "occurred", kinds = ["post"] },
  { key = "granskning", title = "Granskning", fate = "destroy", months = 0, counted_from = "matter_closed",
    kinds = ["evidence", "reply", "explanation", "appeal"] },
]
"""
LONG_AGO = timedelta(days=3 * 365)


def adopt_with_schedule(actor: Actor, schedule: str = SCHEDULE) -> PolicyVersion:
    """Tibro's rules, with lines for how long things are kept."""
    text = (loader.PRESETS / "tibro.toml").read_text()
    line = 'word_used_for_removal = "partly"\n'
    at = text.index(line, text.index('key = "records.disposal"')) + len(line)
    one_line = " ".join(schedule.split())
    draft = import_draft(toml_text=(text[:at] + one_line + "\n" + text[at:]).encode(), filename="t.toml", actor=actor)
    return adopt(version_id=draft.pk, actor=actor)


def old_post(channel: Channel, actor: Actor, **values: Any) -> Record:
    """A comment of three years ago: its two years are over."""
    return keep_record(channel, actor, **{"occurred_at": timezone.now() - LONG_AGO, **values})


def second_archivist() -> Any:
    return AppointmentFactory(user__name="Arkivassistent", user__username="arkivassistent", role=R.ARCHIVIST).user


def decide(cast: Cast, *classes: str, number: str = "KF 2026/12") -> DisposalDecision:
    return actions.note_decision(
        body="Kommunfullmäktige",
        decided_on=timezone.localdate(),
        number=number,
        classes=classes or ("inlagg", "ringa", "granskning"),
        actor=Actor(cast.archivist),
    )


def proposed(cast: Cast, *classes: str, number: str = "KF 2026/12") -> DisposalList:
    """A list that the registrar has made of all that is due."""
    decision = decide(cast, *classes, number=number)
    return actions.propose_list(decision_id=decision.pk, actor=Actor(cast.registrar))


def reviewed(cast: Cast, *classes: str, **options: Any) -> DisposalList:
    row = proposed(cast, *classes, **options)
    actions.approve_items(
        list_id=row.pk, item_ids=list(row.items.values_list("pk", flat=True)), actor=Actor(cast.registrar)
    )
    return row


def signed(cast: Cast, *classes: str, **options: Any) -> DisposalList:
    return actions.sign_list(list_id=reviewed(cast, *classes, **options).pk, actor=Actor(cast.archivist))


def confirmed(cast: Cast, *classes: str, **options: Any) -> DisposalList:
    row = signed(cast, *classes, **options)
    count = row.items.filter(state=DisposalItem.State.APPROVED).count()
    return actions.confirm_list(list_id=row.pk, typed=f"gallra {count}", actor=Actor(cast.archivist))


def bring_list_to(status: str, cast: Cast) -> DisposalList:
    """A list in a state, of what is due."""
    match status:
        case "proposed":
            return reviewed(cast)
        case "signed":
            return signed(cast)
        case "confirmed":
            return confirmed(cast)
        case "done":
            row = confirmed(cast)
            actions.carry_out()
        case _:
            row = actions.withdraw_list(list_id=reviewed(cast).pk, actor=Actor(cast.registrar))
    return DisposalList.objects.get(pk=row.pk)


def where_in_the_database(*words: str) -> set[str]:
    """Return every table of which some row says one of the words."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for word in words:
                cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" AS t WHERE t::text LIKE %s)', [f"%{word}%"])  # noqa: S608
                if cursor.fetchone() == (True,):
                    found.add(table)
    return found


def years_ago(count: int) -> datetime:
    return timezone.now() - timedelta(days=366 * count)


def a_disposal(cast: Cast, channel: Channel) -> dict[str, int]:
    """One of each row of disposal, carried out, whatever the policy says; and a hold. Their numbers by what they are."""
    record = old_post(channel, Actor(cast.owner))
    Record.objects.filter(pk=record.pk).update(
        retention_class="inlagg", fate="destroy", keep_months=24, counted_from="occurred"
    )
    with override_settings(KANALKOLLEN_DISPOSAL_DAYS=0):
        row = confirmed(cast)
    actions.carry_out()
    hold = actions.set_hold(kind="other", reason="Forskning.", channel_id=channel.pk, actor=Actor(cast.archivist))
    return {
        "decision": row.decision_id,
        "list": row.pk,
        "item": row.items.get().pk,
        "certificate": row.certificate.pk,
        "hold": hold.pk,
    }
