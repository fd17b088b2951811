"""Messages to people about the hand-over. Never what the document says: the link leads to where that may be read."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.organisation import Organisation
from archive import registrars
from archive.models import Delivery, DiarySheet
from kommun import outbox

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


def sheet_proposed(sheet: DiarySheet) -> None:
    """Tell the registrar of the unit, and for one who is away whoever covers, that a record waits to be registered."""
    organisation = Organisation.load(timezone.localdate())
    asked = registrars.asked_for(sheet.record.channel.unit, organisation)
    if asked is None:
        return
    person = organisation.who_covers(asked).person or asked
    subject = _("Att diarieföra: handling från %(name)s")
    _tell(person, subject, "sheet_proposed", sheet, absent=asked if person != asked else None)


def sheet_answered(sheet: DiarySheet) -> None:
    """Tell the proposer what the registrar answered."""
    subjects = {
        DiarySheet.Status.ACCEPTED: _("Diarieförd: handling från %(name)s"),
        DiarySheet.Status.RETURNED: _("Komplettera diariebladet: handling från %(name)s"),
        DiarySheet.Status.DECLINED: _("Diarieförs inte: handling från %(name)s"),
    }
    if sheet.proposed_by is not None and sheet.proposed_by != sheet.answered_by:
        _tell(sheet.proposed_by, subjects[DiarySheet.Status(sheet.status)], "sheet_answered", sheet)


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
