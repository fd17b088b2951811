"""Messages about the hand-over and snapshots. Never what they say: the link leads to where that may be read."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Appointment, User
from accounts.organisation import Organisation
from archive import readers, registrars
from archive.models import Delivery, DiarySheet, FixityCheck, Snapshot
from kommun import outbox

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


R = Appointment.Role


def sheet_proposed(sheet: DiarySheet) -> None:
    """Tell the registrar of the unit, and for one who is away whoever covers, that a record waits to be registered.

    Nobody who has a stake in it.
    """
    organisation = Organisation.load(timezone.localdate())
    barred = readers.barred_from(sheet.record)
    asked = registrars.asked_for(sheet.record.channel.unit, organisation, barred)
    if asked is None:
        return
    person = organisation.who_covers(asked).person or asked
    if person.pk in barred:
        person = asked
    subject = _("Att diarieföra: handling från %(name)s")
    _tell(person, subject, "sheet_proposed", sheet, absent=asked if person != asked else None)


def sheet_answered(sheet: DiarySheet) -> None:
    """Tell the proposer what the registrar answered."""
    subjects = {
        DiarySheet.Status.ACCEPTED: _("Diarieförd: handling från %(name)s"),
        DiarySheet.Status.RETURNED: _("Komplettera diariebladet: handling från %(name)s"),
        DiarySheet.Status.DECLINED: _("Diarieförs inte: handling från %(name)s"),
    }
    stake = sheet.proposed_by_id in readers.barred_from(sheet.record)
    if sheet.proposed_by is not None and sheet.proposed_by != sheet.answered_by and not stake:
        _tell(sheet.proposed_by, subjects[DiarySheet.Status(sheet.status)], "sheet_answered", sheet)


def snapshot_rejected(snapshot: Snapshot) -> None:
    """Tell whoever handed the snapshot in that it was not good enough, and why."""
    person = snapshot.asked_by
    if person is None or person == snapshot.decided_by:
        return
    subject = _("Ögonblicksbilden av %(name)s behöver göras om") % {"name": snapshot.channel.name}
    values = {"person": person, "snapshot": snapshot, "name": snapshot.channel.name}
    outbox.queue(person.email, subject, "mail/snapshot_rejected.txt", values)


def file_damaged(check: FixityCheck, organisation: Organisation) -> None:
    """Tell the archivist and operations at once that a file is not what was kept, and how it is restored."""
    holders = organisation.all_holders
    people = {person.pk: person for role in (R.ARCHIVIST, R.ADMINISTRATOR) for person in holders(role)}
    subject = _("Larm: en bevarad fil är skadad (%(number)s)")
    for person in people.values():
        values = {"person": person, "check": check, "number": check.file_id}
        outbox.queue(person.email, subject, "mail/file_damaged.txt", values)


def delivery_made(delivery: Delivery) -> None:
    """Tell the registrar of the committee, and for one who is away whoever covers, that a package waits to be taken in."""
    organisation = Organisation.load(timezone.localdate())
    asked = registrars.asked_for(delivery.committee, organisation) if delivery.to_registrar else None
    if asked is None:
        return
    person = organisation.who_covers(asked).person or asked
    values = {
        "person": person,
        "delivery": delivery,
        "name": delivery.name,
        "absent": asked if person != asked else None,
    }
    outbox.queue(person.email, _("Att diarieföra: leveransen %(name)s"), "mail/delivery_made.txt", values)


def _tell(person: User, subject: "StrPromise", template: str, sheet: DiarySheet, **context: object) -> None:
    values = {"person": person, "sheet": sheet, "name": sheet.record.channel.name, **context}
    outbox.queue(person.email, subject, f"mail/{template}.txt", values)
