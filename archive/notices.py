"""Messages to people about the hand-over. Never what the document says: the link leads to where that may be read."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.organisation import Organisation
from archive import readers, registrars
from archive.models import DiarySheet
from kommun import outbox

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


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


def _tell(person: User, subject: "StrPromise", template: str, sheet: DiarySheet, **context: object) -> None:
    values = {"person": person, "sheet": sheet, "name": sheet.record.channel.name, **context}
    outbox.queue(person.email, subject, f"mail/{template}.txt", values)
