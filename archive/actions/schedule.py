"""The schedule is put on records that have none: those that were kept before it was decided."""

from django.db import transaction

from accounts.actor import Actor
from archive import disposal_queries, retention
from archive.models import Record
from channels.models import Channel
from kommun.events import record_many
from kommun.history import change_many


def put_classes(*, actor: Actor) -> int:
    """Give each record that is not decided its class, where the policy in force has one, and return how many.

    A record that has a class keeps it: a changed schedule is for what comes after it. Safe to run twice.
    """
    undecided = Record.objects.filter(fate="")
    return sum(_put([row.pk for row in part], actor) for part in disposal_queries.in_parts(undecided.only("pk")))


@transaction.atomic
def _put(ids: list[int], actor: Actor) -> int:
    rows = list(Record.objects.filter(pk__in=ids, fate="").select_for_update(of=("self",)).order_by("pk"))
    channels = Channel.objects.select_related("platform", "unit__parent__parent")
    by_id = channels.in_bulk({row.channel_id for row in rows})
    asked: dict[tuple[int, str, str], retention.Terms] = {}
    changed = []
    for row in rows:
        sort = (row.channel_id, row.kind, row.keeping)
        if sort not in asked:
            asked[sort] = retention.terms_for(by_id[row.channel_id], row.kind, row.keeping)
        if asked[sort].put_on(row):
            changed.append(row)
    change_many(changed, retention.FIELDS, actor)
    record_many("record.class_put", actor=actor, subjects=[(row, {"class": row.retention_class}) for row in changed])
    return len(changed)
