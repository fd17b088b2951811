"""What is due because of people: an absence that nobody covers, what a leaver still holds, and access to take away.

All of it follows from what is so, whenever it became so: `reconcile` compares what is to be open with what is. It is called
in the transaction of every change of the municipality's people (settings.KANALKOLLEN_PEOPLE_CHANGED) and every hour.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import SCHEDULER, Actor
from accounts.models import Absence, User
from accounts.organisation import Organisation
from accounts.rules import days
from channels import clock, holdings
from channels.clock import Due
from channels.models import Channel, ChannelAdministrator, Obligation
from kommun import policy
from kommun.business_time import add_working_days, end_of, start_of, swedish_day
from kommun.policy import Scope, keys

Close = Callable[[Obligation], None]


def people_changed(actor: Actor) -> None:
    """Make the clock true about the municipality's people, in the transaction of the act."""
    reconcile(timezone.now(), actor)


@transaction.atomic
def reconcile(now: datetime, actor: Actor = SCHEDULER) -> int:
    """Open, close and hand on obligations of three kinds until they say what is so, and return how many it touched.

    Safe to run twice and from two sides at once; after an outage one round catches up. A constant number of queries when
    nothing has changed.
    """
    one_at_a_time()
    today = swedish_day(now)
    with override(settings.LANGUAGE_CODE), policy.remembered():
        absences = list(
            Absence.objects.filter(withdrawn_at__isnull=True, ends_on__gte=today)
            .select_related("user__unit")
            .order_by("starts_on", "pk")
        )
        organisation = Organisation.load(today, max([today, *(row.ends_on for row in absences)]))
        leavers = list(User.objects.filter(Q(leaves_on__isnull=False) | Q(is_active=False)).select_related("unit"))
        return (
            _absences_to_cover(absences, organisation, now, actor)
            + _access_to_remove(leavers, now, today, actor)  # before the holdings: what is to be taken away is not held
            + _things_to_hand_over(leavers, organisation, now, actor)
        )


def one_at_a_time() -> None:
    """Let nobody else compare until the transaction ends. Take it before the rows of obligations: one order, no deadlock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('channels.people'))")


# --- Absence that nobody covers ---------------------------------------------------------------------------------------
def _absences_to_cover(rows: list[Absence], organisation: Organisation, now: datetime, actor: Actor) -> int:
    today = organisation.first_day
    rule = policy.rule(keys.ABSENCE_COVER, Scope())
    wanted = []
    for row in rows:
        first = _first_uncovered(row, organisation, today)
        if first is None:
            continue
        values = {"person": row.user, "days": days(row.starts_on, row.ends_on)}
        wanted.append(
            Due(
                clock.COVER,
                row,
                _("Ordna ersättare för %(person)s %(days)s") % values,
                url=reverse("absence_substitute", args=[row.pk]),
                unit=row.user.unit,
                holder=row.user,
                due_at=max(start_of(first), now),  # nobody can be late before there was anything to do
                rule=rule,
            )
        )

    def close(row: Obligation) -> None:
        if not any(str(absence.pk) == row.subject_id and _days_left(absence, today) for absence in rows):
            _end(row, Absence, clock.lapse, actor, _("Frånvaron är över eller återtagen."))
        else:
            _end(row, Absence, clock.meet, actor)

    return _bring_into_line(clock.COVER, wanted, close, now, actor)


def _first_uncovered(absence: Absence, organisation: Organisation, today: date) -> date | None:
    """Return the first day from today on when nobody covers, or None."""
    left = _days_left(absence, today)
    periods = organisation.cover_periods(absence.user, *left) if left else []
    return next((period.first_day for period in periods if period.cover.person is None), None)


def _days_left(absence: Absence, today: date) -> tuple[date, date] | None:
    """Return the first and the last day that are left. Days after the person's last one are nobody's absence."""
    first, last = max(absence.starts_on, today), min(absence.ends_on, absence.user.leaves_on or absence.ends_on)
    return (first, last) if first <= last and absence.user.is_active else None


# --- What a leaver still holds ----------------------------------------------------------------------------------------
def _things_to_hand_over(leavers: list[User], organisation: Organisation, now: datetime, actor: Actor) -> int:
    today = organisation.first_day
    held = holdings.held_by_many(leavers, today)
    wanted = [
        Due(
            clock.HAND_OVER,
            person,
            _("Lämna över det som %(person)s har") % {"person": person},
            url=reverse("channels:leave", args=[person.pk]),
            unit=person.unit,
            holder=organisation.responsible_for("nearest_manager", person.unit, today, {person.pk}).asked,
            due_at=end_of(max(person.leaves_on or today, today)),
        )
        for person in leavers
        if held[person.pk]
    ]
    leaving = {person.pk for person in leavers}

    def close(row: Obligation) -> None:
        if int(row.subject_id) in leaving:
            _end(row, User, clock.meet, actor)
        else:
            _end(row, User, clock.lapse, actor, _("Personen slutar inte."))

    return _bring_into_line(clock.HAND_OVER, wanted, close, now, actor)


# --- Access to take away ----------------------------------------------------------------------------------------------
def accounts_of(people: Collection[int]) -> set[tuple[int, int]]:
    """Return (person, channel) wherever one of the people can sign in: as owner, deputy or administrator, not closed."""
    ours = Channel.objects.exclude(status=Channel.Status.CLOSED)
    administrators = ChannelAdministrator.objects.filter(user__in=people, channel__in=ours)
    return {
        *ours.filter(owner__in=people).values_list("owner_id", "pk"),
        *ours.filter(deputy__in=people).values_list("deputy_id", "pk"),
        *administrators.values_list("user_id", "channel_id"),
    }


def access_dues(leaver: User, channels: Iterable[Channel], closed: Collection[date]) -> list[Due]:
    """Return what is to be done on each channel where the leaver can sign in: take the access away, change the password.

    Due when the first working day after the last one is over; without a time where nobody knows the last day.
    `channels` with `owner`, `deputy` and the unit's manager read; `closed`: the municipality's own closed days.
    """
    due_at = end_of(add_working_days(leaver.leaves_on, 1, closed)) if leaver.leaves_on else None
    rule = policy.rule(keys.CREDENTIALS_CUSTODY, Scope())
    return [
        Due(
            clock.REMOVE_ACCESS,
            leaver,
            _("Ta bort %(person)s behörighet och byt lösenord: %(name)s") % {"person": _owned(leaver), "name": channel},
            url=reverse("channels:remove_access", args=[channel.pk, leaver.pk]),
            channel=channel,
            holder=_who_removes(channel, leaver),
            due_at=due_at,
            rule=rule,
        )
        for channel in channels
    ]


def _owned(person: User) -> str:
    name = str(person)
    return name if name.endswith(("s", "x", "z")) else f"{name}s"


def _who_removes(channel: Channel, leaver: User) -> User | None:
    people = (channel.owner, channel.deputy, channel.unit.manager)
    return next((person for person in people if person is not None and person != leaver and person.is_active), None)


def _access_to_remove(leavers: list[User], now: datetime, today: date, actor: Actor) -> int:
    """Keep open what came with a hand-over as long as the person leaves; open what nobody handed over when the day has come."""
    by_id = {person.pk: person for person in leavers}
    open_rows = Obligation.objects.open().filter(kind=clock.REMOVE_ACCESS)
    pairs = {(int(subject), channel or 0) for subject, channel in open_rows.values_list("subject_id", "channel_id")}
    pairs = {pair for pair in pairs if pair[0] in by_id} | _still_in(by_id, today)
    found = Channel.objects.select_related("owner", "deputy", "unit__manager").in_bulk(
        [channel for _pk, channel in pairs]
    )
    wanted, closed = [], clock.closed_days()
    for pk, person in by_id.items():
        its = [found[channel] for who, channel in sorted(pairs) if who == pk and channel in found]
        wanted += access_dues(person, its, closed)

    def close(row: Obligation) -> None:
        _end(row, User, clock.lapse, actor, _("Personen slutar inte."))

    return _bring_into_line(clock.REMOVE_ACCESS, wanted, close, now, actor)


def _still_in(people: dict[int, User], today: date) -> set[tuple[int, int]]:
    """Return (person, channel) where somebody who is gone stands in the register, and nobody has taken the access away."""
    gone = {pk: person for pk, person in people.items() if not person.in_service(today)}
    pairs = accounts_of(gone)
    done = Obligation.objects.filter(
        kind=clock.REMOVE_ACCESS, outcome=Obligation.Outcome.MET, subject_id__in=[str(pk) for pk in gone]
    )
    for subject, channel, due_at in done.values_list("subject_id", "channel_id", "due_at"):
        last_day = gone[int(subject)].leaves_on
        if last_day is None or due_at is None or due_at > end_of(last_day):  # of this departure, not an earlier one
            pairs.discard((int(subject), channel))
    return pairs


# --- Comparing --------------------------------------------------------------------------------------------------------
def _bring_into_line(kind: str, wanted: list[Due], close: Close, now: datetime, actor: Actor) -> int:
    """Close what is open and not wanted, open what is wanted and not open, and follow holder and time."""
    by_key = {due.key: due for due in wanted}
    touched = 0
    for row in Obligation.objects.open().filter(kind=kind).select_related("channel").order_by("pk"):
        due = by_key.get((row.kind, row.subject_type, row.subject_id, row.channel_id))
        if due is None:
            close(row)
        elif _has_moved(row, due, now):
            _end(row, type(due.subject), clock.lapse, actor, _("Dagen är ändrad. En ny uppgift har tagit vid."))
        elif row.holder_id != (due.holder.pk if due.holder else None):
            clock.hand_on(Obligation.objects.filter(pk=row.pk), due.holder, actor)
        else:
            continue
        touched += 1
    return touched + clock.begin_many(wanted, actor)


def _has_moved(row: Obligation, due: Due, now: datetime) -> bool:
    """Return whether it is due on another day than it was. What has run out stays as it is: it was missed."""
    if row.due_at is None or due.due_at is None or row.due_at <= now:
        return False
    return row.due_at != due.due_at


def _end(row: Obligation, model: type[models.Model], how: Callable[..., object], actor: Actor, note: str = "") -> None:
    subject = model(pk=row.subject_id)
    how(row.kind, subject, actor, channel=row.channel, note=note)
