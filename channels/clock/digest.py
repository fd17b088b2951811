"""The digest: one mail to each person at 07.30 on working days, with what is late, what is due today and what comes soon.

Nobody gets one without anything new: something that the clock has told since the last one, or the day on which the time
runs out. With it stands what is late since before. Asks "is today's written?", never "is it 07.30 now?": after an outage
it is written when the scheduler is back, and what waited over it is in it.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import mailing
from accounts.models import DigestDay
from accounts.organisation import Organisation
from channels.clock.at_once import mark, put, waiting
from channels.clock.book import closed_days
from channels.clock.escalation import Told, whom_to_tell
from channels.clock.letters import Thing, letter_to
from channels.clock.standing import Things, lines_of, things_to_read
from channels.models import Obligation, ObligationNotice
from kommun import policy
from kommun.business_time import is_working_day, morning_of, next_morning, swedish_day


def write_digests(now: datetime) -> int:
    """Write the digests of the day, unless they are written, and return how many mails.

    Nothing before 07.30, Swedish time, and on days that are no working days. Safe to run twice and from two workers at once:
    the row of the day is written in the same transaction, and there is one a day.
    """
    today, closed = swedish_day(now), closed_days()
    if not is_working_day(today, closed) or now < morning_of(today):
        return 0
    with transaction.atomic(), policy.remembered(), override(settings.LANGUAGE_CODE):
        day, first = DigestDay.objects.get_or_create(day=today, defaults={"written_at": now})
        if not first:
            return 0
        day.letters = _write(now, next_morning(now, closed))
        day.save(update_fields=["letters"])
        return day.letters


def _write(now: datetime, morning: datetime) -> int:
    today = swedish_day(now)
    organisation = Organisation.load(today)
    lines = list(waiting().select_for_update(of=("self",)))
    things, readers = things_to_read(lines, organisation, today)
    _add_due_today(things, now, morning, organisation)
    ended = mailing.without("soon", [person.pk for person in things])
    news: Things = {}
    for person, theirs in things.items():
        left = {pk: one for pk, one in theirs.items() if person.pk not in ended or not one.is_optional(person, morning)}
        if left:
            news[person] = left
    _add_late(news)
    mails, failed = put(
        news,
        lambda person, theirs: letter_to(
            person, theirs, morning, foot={} if person.pk in ended else mailing.foot(person.pk, "soon")
        ),
    )
    mark(lines, readers, failed, now)
    return mails


def _add_due_today(things: Things, now: datetime, morning: datetime, organisation: Organisation) -> None:
    """Add what the clock has told before and what runs out before the next working morning, for whoever has it today."""
    told = ObligationNotice.objects.filter(obligation=OuterRef("pk"))
    rows = list(Obligation.objects.open().filter(Exists(told), due_at__gt=now, due_at__lte=morning))
    lines = lines_of(rows, organisation)
    for row in rows:
        found = whom_to_tell("holder", lines[row.pk], organisation, swedish_day(now))
        if found.person is not None:
            things.setdefault(found.person, {}).setdefault(row.pk, Thing(row, late=False, told=found))


def _add_late(things: Things) -> None:
    """Add what is late since before to the mail of those who get one: what they hold, or were told of last."""
    people = {person.pk: person for person in things}
    rows = list(Obligation.objects.late().filter(Q(holder__in=people) | Q(passed_to__in=people)))
    notices = ObligationNotice.objects.filter(obligation__in=[row.pk for row in rows], person__in=people).order_by(
        "stage"
    )
    why = {(row, person): text for row, person, text in notices.values_list("obligation_id", "person_id", "why")}
    for row in rows:
        for person in [people[pk] for pk in (row.holder_id, row.passed_to_id) if pk in people]:
            reason = why.get((row.pk, person.pk)) or _("%(person)s har uppgiften.") % {"person": person}
            things[person].setdefault(row.pk, Thing(row, late=True, told=Told(person, reason)))
