"""Somebody has got a stake in what a record is about (jäv): what they were to do about it goes to others."""

from django.db import transaction

from accounts.actor import Actor
from accounts.models import User
from archive import notices, readers, registrars, waiting
from archive.models import DiarySheet, Record
from channels import clock
from channels.models import Obligation

S = DiarySheet.Status


@transaction.atomic
def leave_to_others(*, record: Record, person: User, actor: Actor) -> None:
    """Let somebody else register the record, or amend its sheet. Call it when the stake is stored (`kommun.parties`)."""
    for sheet in record.sheets.filter(status__in=(S.PROPOSED, S.RETURNED)):
        sheet.record = record
        about = Obligation.objects.open().about(sheet)
        if sheet.status == S.PROPOSED:
            new = registrars.asked_for(record.channel.unit, barred=readers.barred_from(record))
        else:
            new = waiting.who_amends(sheet)
        handed_on = clock.hand_on(about.filter(holder=person), new, actor)
        clock.ask_no_more(about, person, actor)
        if handed_on and sheet.status == S.PROPOSED:
            notices.sheet_proposed(sheet)
