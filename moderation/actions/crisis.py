"""Crisis mode: somebody looks at the channels every so many clock hours, until a day or until somebody says that it is over."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import SCHEDULER, Actor
from archive.intake import clean_line
from channels import clock
from channels.actions import watch as watching
from channels.clock import Due
from channels.models import Channel, Obligation
from kommun.business_time import end_of
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record
from moderation import handling_due, handling_rules
from moderation.actions import common
from moderation.models import CrisisPeriod

LONGEST_DAYS = 90  # what lasts longer is no crisis but the ordinary watch, which is set in the policy


@transaction.atomic
def start_crisis(*, channel_id: int | None, reason: str, every_hours: int, until: date, actor: Actor) -> CrisisPeriod:
    """Start crisis mode for a channel, or for all of them (None), through a day. The watch begins at once.

    Raises NotPermitted, StateConflict (it runs already), InvalidInput. Source: matrix P1; BBS 4 § (uppsikt).
    """
    channel = Channel.objects.select_related("unit").get(pk=channel_id) if channel_id else None
    if refusal := handling_rules.why_not_start_crisis(actor, channel):
        raise NotPermitted(refusal)
    common.required(reason=reason)
    today, errors = timezone.localdate(), {}
    if not today <= until <= today + timedelta(days=LONGEST_DAYS):
        errors["until"] = [_("Välj en dag från i dag och högst %(days)s dagar framåt.") % {"days": LONGEST_DAYS}]
    if not 1 <= every_hours <= 24:
        errors["every_hours"] = [_("Välj mellan 1 och 24 timmar.")]
    if errors:
        raise InvalidInput(errors)
    row = CrisisPeriod(
        channel=channel,
        reason=clean_line(reason, most=1000),
        every_hours=every_hours,
        starts_at=timezone.now(),
        until=end_of(until),
        started_by=actor.person,
        on_behalf_of=actor.on_behalf_of,
    )
    actor.signs(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "one_crisis_at_a_time" not in str(error):
            raise
        raise StateConflict(_("Krisläge råder redan.")) from error
    facts = {"channel": channel_id, "every_hours": every_hours, "until": row.until}
    record("crisis.started", subject=row, actor=actor, data=facts)
    _watch(row, row.starts_at, actor)
    return row


@transaction.atomic
def look(*, period_id: int, channel_id: int, actor: Actor) -> CrisisPeriod:
    """Say that somebody has looked at the channel: the next look is due so many hours from now, and the channel's own watch
    is done too. Raises NotPermitted, StateConflict (it is over, or the channel is not open). Source: BBS 4 §; watch.interval.
    """
    row = CrisisPeriod.objects.select_for_update(of=("self",)).get(pk=period_id)
    channel = Channel.objects.select_related("unit", "owner", "deputy").get(pk=channel_id)
    if reason := handling_rules.why_not_look(actor, channel):
        raise NotPermitted(reason)
    if row.ended_at is not None:
        raise StateConflict(_("Krisläget är avslutat."))
    due = Obligation.objects.open().about(row).filter(kind=handling_due.CRISIS_WATCH, channel=channel).exists()
    watching.look_for_another_reason(channel_id=channel_id, actor=actor)
    if due:
        actor = actor.among({channel.owner_id, channel.deputy_id, channel.unit.manager_id}) or actor
        record("crisis.looked", subject=row, actor=actor, data={"channel": channel_id})
        _begin(row, [channel], timezone.now(), actor)
    return row


@transaction.atomic
def end_crisis(*, period_id: int, actor: Actor) -> CrisisPeriod:
    """End crisis mode by hand. Raises NotPermitted, StateConflict (it is over already)."""
    row = CrisisPeriod.objects.select_for_update(of=("self",)).select_related("channel__unit").get(pk=period_id)
    if reason := handling_rules.why_not_end_crisis(actor, row):
        raise NotPermitted(reason)
    if row.ended_at is not None:
        raise StateConflict(_("Krisläget är redan avslutat."))
    _end(row, CrisisPeriod.Ended.PERSON, actor)
    return row


def keep_watch() -> int:
    """End what has run out, and begin the watch in channels that have come since. Return how many periods still run.

    Safe to run twice, at once, or after an outage.
    """
    now, running = timezone.now(), 0
    for pk in list(CrisisPeriod.objects.running().values_list("pk", flat=True)):
        with transaction.atomic():
            rows = CrisisPeriod.objects.running().select_for_update(of=("self",), skip_locked=True)
            row = rows.select_related("channel").filter(pk=pk).first()
            if row is None:
                continue
            if row.until <= now:
                _end(row, CrisisPeriod.Ended.DATE, SCHEDULER)
            else:
                _watch(row, now, SCHEDULER)
                running += 1
    return running


def watched(row: CrisisPeriod) -> QuerySet[Channel]:
    """Return the open channels that the period is about: for all of them, those that have no crisis of their own."""
    channels = Channel.objects.filter(status=Channel.Status.ACTIVE).select_related("unit", "owner", "deputy")
    if row.channel_id is not None:
        return channels.filter(pk=row.channel_id)
    own = CrisisPeriod.objects.running().filter(channel__isnull=False)
    return channels.exclude(pk__in=own.values("channel"))


def waiting(row: CrisisPeriod) -> QuerySet[Obligation]:
    """Return the looks that are due in the period, late first."""
    rows = Obligation.objects.open().about(row).filter(kind=handling_due.CRISIS_WATCH)
    return rows.select_related("channel__platform", "channel__unit", "holder").order_by("due_at", "pk")


def _watch(row: CrisisPeriod, now: datetime, actor: Actor) -> None:
    """Begin the watch where none goes: after a look on Min dag from that look on, in a channel that has come since from now."""
    all_looks = Obligation.objects.about(row).filter(kind=handling_due.CRISIS_WATCH)
    channels = list(watched(row).exclude(pk__in=all_looks.open().values("channel")))
    met = all_looks.filter(channel__in=channels, outcome=Obligation.Outcome.MET).order_by()
    looked = dict(met.values("channel").annotate(at=Max("closed_at")).values_list("channel", "at"))
    since: dict[datetime, list[Channel]] = defaultdict(list)
    for channel in channels:
        since[looked.get(channel.pk, now)].append(channel)
    for moment, those in since.items():
        _begin(row, those, moment, actor)


def _begin(row: CrisisPeriod, channels: list[Channel], since: datetime, actor: Actor) -> None:
    due_at = since + timedelta(hours=row.every_hours)  # clock hours, at night and on Sundays too
    clock.begin_many(
        [
            Due(
                handling_due.CRISIS_WATCH,
                row,
                _("Krisläge, titta till kanalen: %(channel)s") % {"channel": channel},
                row.get_absolute_url(),
                channel=channel,
                holder=channel.owner,
                due_at=due_at,
                opened_at=since,
            )
            for channel in channels
        ],
        actor,
    )


def _end(row: CrisisPeriod, how: str, actor: Actor) -> None:
    row.ended_at, row.ended_how, row.ended_by = timezone.now(), how, actor.user
    actor.signs(row)
    row.save()
    mine = Obligation.objects.open().about(row).filter(kind=handling_due.CRISIS_WATCH)
    clock.lapse_many(mine, actor, _("Krisläget är avslutat."))
    record("crisis.ended", subject=row, actor=actor, data={"how": how})
