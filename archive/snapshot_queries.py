"""What pages about snapshots ask, limited to what the reader may see."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Appointment, User
from accounts.organisation import Organisation
from archive import readers, registrars
from archive.models import Snapshot, SnapshotFile
from channels.models import Channel

PAGE = 30
_CHANNEL = ("channel__unit", "channel__platform", "channel__owner__unit", "channel__deputy__unit")
_PEOPLE = ("asked_by__unit", "asked_for__unit", "decided_by__unit", "decided_for__unit", "record")
R = Appointment.Role


def snapshot_for(user: User, organisation: Organisation, pk: int) -> Snapshot:
    """Return the snapshot when the person may see it, with its channel and people. Raises Http404 otherwise."""
    row = get_object_or_404(Snapshot.objects.select_related(*_CHANNEL, *_PEOPLE), pk=pk)
    if not readers.may_read_snapshot(user, organisation, row):
        raise Http404
    return row


def files_of(snapshot: Snapshot) -> list[SnapshotFile]:
    """Return the files of the latest attempt: what to read first, then what it was made of, then the rest."""
    order = list(SnapshotFile.Role.values)
    rows = snapshot.file_rows.filter(attempt=snapshot.attempts).select_related("file__uploaded_by__unit")
    return sorted(rows, key=lambda one: (order.index(one.role), one.place))


def channels_seen_by(user: User, organisation: Organisation) -> QuerySet[Channel]:
    """Return the channels whose snapshots the person may see: the same as `readers.may_read_snapshot`, in SQL."""
    if any(organisation.holds(user, role, None) for role in (R.ARCHIVIST, R.STRATEGIST, R.REGISTRAR)):
        return Channel.objects.all()
    mine = [person.pk for person in organisation.acts_as(user)]
    units = {unit.pk for unit in organisation.managed_by(user)}
    if organisation.holds_any(user, R.REGISTRAR):
        units |= registrars.units_of(user, organisation)
    if keeps(user, organisation):
        kept = (R.ARCHIVIST, R.STRATEGIST)
        every = organisation.units.values()
        units |= {unit.pk for unit in every if any(organisation.holds(user, one, unit) for one in kept)}
    return Channel.objects.filter(Q(owner__in=mine) | Q(deputy__in=mine) | Q(unit__in=units))


def parse_date_or_none(text: str) -> date | None:
    """Return the day, or None for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Choice:
    """What somebody wants to see of the list: words of the channel's name, a reason, a state, and a half-year's first day."""

    words: str = ""
    reason: str = ""
    status: str = ""
    period: str = ""


def snapshots_seen_by(user: User, organisation: Organisation, choice: Choice) -> QuerySet[Snapshot]:
    """Return the snapshots that the person may see, newest half-year first, with what a row shows and `size` in bytes."""
    rows = Snapshot.objects.filter(channel__in=channels_seen_by(user, organisation))
    if choice.words:
        rows = rows.filter(
            Q(channel__name__icontains=choice.words) | Q(channel__platform__name__icontains=choice.words)
        )
    if choice.reason in Snapshot.Reason.values:
        rows = rows.filter(reason=choice.reason)
    match choice.status:
        case "atgard":
            rows = rows.filter(status=Snapshot.Status.WAITING)
        case state if state in Snapshot.Status.values:
            rows = rows.filter(status=state)
    if (period := parse_date_or_none(choice.period)) is not None:
        rows = rows.filter(period=period)
    thumbnails = Prefetch(
        "file_rows",
        queryset=SnapshotFile.objects.filter(role__in=("thumbnail", "pdfa")).select_related("file"),
        to_attr="shown_files",
    )
    drawn = SnapshotFile.objects.filter(snapshot=OuterRef("pk"), role="thumbnail", attempt=OuterRef("attempts"))
    rows = rows.annotate(has_thumbnail=Exists(drawn))
    return (
        rows.select_related("channel__platform", "channel__unit")
        .prefetch_related(thumbnails)
        .order_by("-period", "-pk")
    )


def sees_any(user: User, organisation: Organisation) -> bool:
    """Return whether there is any channel whose snapshots the person may see, or ever was to be."""
    return keeps(user, organisation) or channels_seen_by(user, organisation).exists()


def waiting_for(user: User, organisation: Organisation) -> int:
    """Return how many snapshots wait for a look by somebody like the person; none for who does not look at any."""
    if not keeps(user, organisation):
        return 0
    rows = Snapshot.objects.filter(status=Snapshot.Status.WAITING, channel__in=channels_seen_by(user, organisation))
    return rows.count()


def keeps(user: User, organisation: Organisation) -> bool:
    """Return whether the person keeps the archive, or steers all channels: sees how the files are."""
    return organisation.holds_any(user, R.ARCHIVIST, R.STRATEGIST)


def channel_for(user: User, organisation: Organisation, pk: int) -> Channel:
    """Return the channel when the person may see its snapshots. Raises Http404 otherwise."""
    rows = channels_seen_by(user, organisation).select_related("unit", "platform", "controller", "owner", "deputy")
    return get_object_or_404(rows, pk=pk)


def capture_under_way(channel: Channel) -> Snapshot | None:
    """Return the channel's snapshot that is to be captured, or is being, or None."""
    states = (Snapshot.Status.ASKED, Snapshot.Status.RUNNING)
    return Snapshot.objects.filter(channel=channel, how=Snapshot.How.CAPTURED, status__in=states).first()


def channels_to_hand_in_for(user: User, organisation: Organisation, words: str) -> list[Channel]:
    """Return the first channels that the person may hand in a snapshot of: one's own, or for who keeps it those named so."""
    rows = Channel.objects.exclude(status=Channel.Status.DECIDED).select_related("platform")
    if keeps(user, organisation):
        rows = rows.filter(name__icontains=words) if words else rows.none()
    else:
        mine = [person.pk for person in organisation.acts_as(user)]
        units = [unit.pk for unit in organisation.units.values() if unit.manager_id in mine]
        rows = rows.filter(Q(owner__in=mine) | Q(deputy__in=mine) | Q(unit__in=units))
    return list(rows.order_by("name", "pk")[:20])


def half_years(user: User, organisation: Organisation) -> list[date]:
    """Return the first days of the half-years that there are snapshots of, newest first."""
    rows = Snapshot.objects.filter(channel__in=channels_seen_by(user, organisation))
    return list(rows.order_by("-period").values_list("period", flat=True).distinct()[:40])
