"""Who may read a record and its files. Decided here once, so that pages, files and lists agree.

The registrar of the unit, or whoever is asked instead, and its archivist keep the records, and read all of them. Beyond
them an app above says who reads what belongs to its objects (`register`); where none has said anything it is the people of
the channel and the strategist. A system administrator reads nothing by that role.
"""

from collections.abc import Callable, Iterable

from accounts.models import Appointment, User
from accounts.organisation import Organisation
from archive import registrars
from archive.models import Record, StoredFile
from channels.models import Channel

Predicate = Callable[[User, Organisation, str], bool]  # (who, the organisation today, the object's id)

_of_subjects: dict[str, Predicate] = {}
_of_files: list[Callable[[User, Organisation, int], bool]] = []


def register(subject_type: str, predicate: Predicate) -> None:
    """Let an app above say who reads the records of its objects. Raises ValueError when that is said already."""
    if subject_type in _of_subjects:
        raise ValueError(f"{subject_type}: registered twice")
    _of_subjects[subject_type] = predicate


def register_files(predicate: Callable[[User, Organisation, int], bool]) -> None:
    """Let an app above open files that it points at itself, without a record: (who, the organisation, the file's id)."""
    _of_files.append(predicate)


def may_read(user: User, organisation: Organisation, record: Record) -> bool:
    """Return whether the person may read the record and its files today."""
    unit = record.channel.unit
    if registrars.keeps(user, unit, organisation):
        return True
    predicate = _of_subjects.get(record.subject_type)
    if predicate is not None:
        return predicate(user, organisation, record.subject_id)
    return is_of_channel(user, organisation, record.channel)


def is_of_channel(user: User, organisation: Organisation, channel: Channel) -> bool:
    """Return whether the person answers for the channel, manages its unit, or steers all channels (matrix H12)."""
    people = [person for person in (channel.owner, channel.deputy) if person is not None]
    if organisation.acts_for(user, people) or organisation.manages(user, channel.unit):
        return True
    return organisation.holds(user, Appointment.Role.STRATEGIST, channel.unit)


def may_read_file(user: User, organisation: Organisation, file: StoredFile) -> bool:
    """Return whether the person may see the file: through a record, through an app above, or as the one who put it here.

    Whoever put it here sees it while it belongs to nothing yet; afterwards that says nothing about who may read.
    """
    records = list(records_with(file))
    if any(may_read(user, organisation, record) for record in records):
        return True
    if any(predicate(user, organisation, file.pk) for predicate in _of_files):
        return True
    return not records and file.uploaded_by_id == user.pk


def records_with(file: StoredFile) -> Iterable[Record]:
    """Return the records that hold the file."""
    return Record.objects.filter(file_rows__file=file).select_related(
        "channel__unit", "channel__platform", "channel__owner", "channel__deputy"
    )
