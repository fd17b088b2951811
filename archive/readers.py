"""Who may read a record and its files. Decided here once, so that pages, files and lists agree.

The registrar of the unit, or whoever is asked instead, and its archivist keep the records, and read all of them. Beyond
them an app above says who reads what belongs to its objects (`register`); where none has said anything it is the people of
the channel and the strategist. Nobody reads what they have a stake in (jäv), whatever the role: which that is an app above
says too (`kommun.parties`). A system administrator reads nothing by that role.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Appointment, User
from accounts.organisation import Organisation
from archive import registrars
from archive.models import Record, RecordFile, Snapshot, StoredFile
from channels.models import Channel
from kommun import parties
from kommun.pointing import pointed_at

Predicate = Callable[[User, Organisation, str], bool]  # (who, the organisation today, the object's id)
Rows = Callable[[User, Organisation], QuerySet[Any]]  # the same for many: the objects that the person reads

_of_subjects: dict[str, tuple[Predicate, Rows]] = {}
_of_files: list[Callable[[User, Organisation, int], bool]] = []


def register(subject_type: str, predicate: Predicate, rows: Rows) -> None:
    """Let an app above say who reads the records of its objects, one and many. Raises ValueError when that is said already."""
    if subject_type in _of_subjects:
        raise ValueError(f"{subject_type}: registered twice")
    _of_subjects[subject_type] = (predicate, rows)


def register_files(predicate: Callable[[User, Organisation, int], bool]) -> None:
    """Let an app above open files that it points at itself, without a record: (who, the organisation, the file's id)."""
    _of_files.append(predicate)


def may_read(user: User, organisation: Organisation, record: Record) -> bool:
    """Return whether the person may read the record and its files today."""
    barred = barred_from(record)
    if user.pk in barred:
        return False
    unit = record.channel.unit
    if organisation.holds(user, Appointment.Role.ARCHIVIST, unit):
        return True
    if registrars.registers(user, unit, organisation, barred):
        return True
    known = _of_subjects.get(record.subject_type)
    if known is not None:
        predicate, _rows = known
        return predicate(user, organisation, record.subject_id)
    return is_of_channel(user, organisation, record.channel)


def barred_from(record: Record) -> frozenset[int]:
    """Return the ids of those who have a stake in what the record belongs to."""
    return parties.barred_from(record.subject_type, record.subject_id)


def records_read_by(user: User, organisation: Organisation) -> QuerySet[Record]:
    """Return the records that the person may read, for lists: as `may_read`.

    But for one who registers only because every registrar has a stake in a record: that one is read on its own page.
    """
    kept = organisation.units.values()
    archives = {unit.pk for unit in kept if organisation.holds(user, Appointment.Role.ARCHIVIST, unit)}
    found = Q(channel__unit__in=archives | registrars.units_of(user, organisation))
    for label, (_predicate, rows) in _of_subjects.items():
        found |= pointed_at(label, rows(user, organisation))
    found |= ~Q(subject_type__in=list(_of_subjects)) & _of_own_channels(user, organisation)
    return Record.objects.filter(found).exclude(parties.kept_from(user))


def files_read_by(user: User, organisation: Organisation) -> QuerySet[StoredFile]:
    """Return the files that the person may see through a record, or has put here and belong to none: for lists."""
    rows = RecordFile.objects.filter(file=OuterRef("pk"))
    barred = Exists(rows.filter(parties.kept_from(user, "record__")))
    through = Exists(rows.filter(record__in=records_read_by(user, organisation)))
    return StoredFile.objects.filter(through & ~barred | ~Exists(rows) & Q(uploaded_by=user))


def _of_own_channels(user: User, organisation: Organisation) -> Q:
    """Return the condition for records of the person's channels: as `is_of_channel`."""
    me = organisation.acts_as(user)
    role = Appointment.Role.STRATEGIST
    units = {unit.pk for unit in organisation.managed_by(user)}
    if organisation.holds_any(user, role):
        units |= {unit.pk for unit in organisation.units.values() if organisation.holds(user, role, unit)}
    return Q(channel__owner__in=me) | Q(channel__deputy__in=me) | Q(channel__unit__in=units)


def is_of_channel(user: User, organisation: Organisation, channel: Channel) -> bool:
    """Return whether the person answers for the channel, manages its unit, or steers all channels (matrix H12)."""
    people = [person for person in (channel.owner, channel.deputy) if person is not None]
    if organisation.acts_for(user, people) or organisation.manages(user, channel.unit):
        return True
    return organisation.holds(user, Appointment.Role.STRATEGIST, channel.unit)


def may_read_snapshot(user: User, organisation: Organisation, snapshot: Snapshot) -> bool:
    """Return whether the person may see the snapshot and its files today: as for a record, whatever came of it."""
    unit = snapshot.channel.unit
    if organisation.holds(user, Appointment.Role.ARCHIVIST, unit) or registrars.registers(user, unit, organisation):
        return True
    return is_of_channel(user, organisation, snapshot.channel)


def may_read_file(user: User, organisation: Organisation, file: StoredFile) -> bool:
    """Return whether the person may see the file: through a record, through an app above, or as the one who put it here.

    Whoever put it here sees it while it belongs to nothing yet; afterwards that says nothing about who may read. A stake in
    one of its records keeps the person from the file in all of them.
    """
    records = list(records_with(file))
    if any(user.pk in barred_from(record) for record in records):
        return False
    if any(may_read(user, organisation, record) for record in records):
        return True
    snapshot = snapshot_with(file)
    if snapshot is not None:
        return may_read_snapshot(user, organisation, snapshot)
    if any(predicate(user, organisation, file.pk) for predicate in _of_files):
        return True
    return not records and file.uploaded_by_id == user.pk


def snapshot_with(file: StoredFile) -> Snapshot | None:
    """Return the snapshot that the file belongs to, or None."""
    return (
        Snapshot.objects.filter(file_rows__file=file)
        .select_related("channel__unit", "channel__platform", "channel__owner", "channel__deputy")
        .first()
    )


def records_with(file: StoredFile) -> Iterable[Record]:
    """Return the records that hold the file."""
    return Record.objects.filter(file_rows__file=file).select_related(
        "channel__unit", "channel__platform", "channel__owner", "channel__deputy"
    )
