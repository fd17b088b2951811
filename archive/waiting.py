"""What is waited for, as obligations of the one clock: the registrar's answer, a sheet that came back, a receipt."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import Actor
from accounts.models import User
from archive import registrars
from archive.duties import AMEND_SHEET, DIARISE, RECEIPT
from archive.models import Delivery, DiarySheet
from channels import clock
from kommun.policy import Rule


def wait_for_registrar(sheet: DiarySheet, rule: Rule | None, actor: Actor) -> None:
    """Begin to wait for the registrar of the unit. The label says the channel, never what a secret document concerns."""
    clock.meet(AMEND_SHEET, sheet, actor)
    with override(settings.LANGUAGE_CODE):
        label = _("Diarieför en handling från %(channel)s") % {"channel": sheet.record.channel}
    _begin(DIARISE, sheet, label, registrars.asked_for(sheet.record.channel.unit), rule, actor)


def wait_for_proposer(sheet: DiarySheet, rule: Rule | None, actor: Actor) -> None:
    """Begin to wait for the one who proposed, or the channel's owner where that was nobody."""
    with override(settings.LANGUAGE_CODE):
        label = _("Komplettera ett diarieblad för %(channel)s") % {"channel": sheet.record.channel}
    _begin(
        AMEND_SHEET, sheet, label, sheet.proposed_for or sheet.proposed_by or sheet.record.channel.owner, rule, actor
    )


def registrar_answered(sheet: DiarySheet, actor: Actor) -> None:
    """Stop waiting for the registrar."""
    clock.meet(DIARISE, sheet, actor)


def wait_for_receipt(delivery: Delivery, rule: Rule | None, actor: Actor) -> None:
    """Begin to wait for the answer to a delivery: the registrar has it, or whoever delivered. A folder never answers."""
    if delivery.target == Delivery.Target.SHARED_FOLDER:
        return
    with override(settings.LANGUAGE_CODE):
        label = _("Skriv in om leveransen %(name)s togs emot") % {"name": delivery}
    holder = registrars.asked_for(delivery.committee) if delivery.to_registrar else delivery.begun_by
    due = clock.Due(
        RECEIPT,
        delivery,
        label,
        url=delivery.get_absolute_url(),
        unit=delivery.committee,
        holder=holder,
        rule=rule,
    )
    clock.begin(due, actor)


def receipt_answered(delivery: Delivery, actor: Actor) -> None:
    """Stop waiting for the answer to a delivery."""
    clock.meet(RECEIPT, delivery, actor)


def _begin(kind: str, sheet: DiarySheet, label: str, holder: User | None, rule: Rule | None, actor: Actor) -> None:
    clock.begin(
        clock.Due(
            kind,
            sheet,
            label,
            url=sheet.get_absolute_url(),
            channel=sheet.record.channel,
            holder=holder,
            rule=rule,
        ),
        actor,
    )
