"""Who stands in line for obligations, and who is to read today what somebody was told before. Reads, writes nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from accounts.models import MailLine, User
from accounts.organisation import Organisation
from channels.clock.escalation import Line, Told, whom_to_tell
from channels.clock.letters import Thing
from channels.models import Channel, Obligation
from kommun import parties


def lines_of(rows: Collection[Obligation], organisation: Organisation) -> dict[int, Line]:
    """Return who stands in line for each obligation, by its id. Three queries, however many, and those of `parties`."""
    channel_ids = {row.channel_id for row in rows if row.channel_id}
    channels = {
        pk: (owner, deputy)
        for pk, owner, deputy in Channel.objects.filter(pk__in=channel_ids).values_list("pk", "owner_id", "deputy_id")
    }
    ids = {row.holder_id for row in rows} | {pk for pair in channels.values() for pk in pair}
    people = organisation.users | User.objects.in_bulk([pk for pk in ids if pk and pk not in organisation.users])
    anybody = User.objects.filter(is_active=True).order_by("-is_superuser", "-is_staff", "pk").first()
    barred = parties.not_asked((row.subject_type, row.subject_id) for row in rows)
    lines = {}
    for row in rows:
        owner, deputy = channels.get(row.channel_id or 0, (None, None))
        lines[row.pk] = Line(
            holder=people.get(row.holder_id or 0),
            owner=people.get(owner or 0),
            deputy=people.get(deputy or 0),
            unit=organisation.units.get(row.unit_id or 0),
            has_channel=row.channel_id is not None,
            anybody=anybody,
            barred=barred.get((row.subject_type, row.subject_id), frozenset()),
        )
    return lines


Things = dict[User, dict[int, Thing]]  # what each person is to read, by the id of the obligation


def things_to_read(
    waiting: Sequence[MailLine], organisation: Organisation, today: date
) -> tuple[Things, dict[int, int]]:
    """Return what each is to read of what has waited, and who reads each line (ids).

    What has been done is left out, and what the reader has got a stake in since: whoever has it instead was told then.
    """
    rows = Obligation.objects.open().in_bulk([one.about for one in waiting])
    standing = lines_of(rows.values(), organisation)
    things: Things = {}
    readers: dict[int, int] = {}
    for one in waiting:
        row = rows.get(one.about)
        told = reader_today(one, standing[row.pk], organisation, today) if row else None
        if row and told and told.person and told.person.pk not in standing[row.pk].barred:
            things.setdefault(told.person, {})[row.pk] = Thing(row, row.missed_at is not None, told)
            readers[one.pk] = told.person.pk
    return things, readers


def reader_today(one: MailLine, line: Line, organisation: Organisation, today: date) -> Told:
    """Return who is to read today what was told before, with the reason: nobody waits for somebody who has left since."""
    asked = one.covers_for or one.person
    cover = organisation.who_covers(asked, today)
    if cover.person == one.person:
        return Told(one.person, one.why, one.covers_for)
    if cover.person == asked:
        return Told(asked, f"{one.why} " + _("%(person)s är tillbaka.") % {"person": asked})
    if cover.person is not None:
        return Told(cover.person, _sentences([one.why, *organisation.explain(cover, today)]), asked)
    found = whom_to_tell("holder", replace(line, holder=asked), organisation, today)
    return replace(found, why=_sentences([one.why, found.why]))


def _sentences(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)
