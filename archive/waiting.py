"""What is waited for, as obligations of the one clock: the registrar's answer, a sheet that came back, a look, a receipt."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import Organisation
from archive import readers, registrars
from archive.duties import AMEND_SHEET, DIARISE, LOOK_AT_SNAPSHOT, RECEIPT
from archive.models import Delivery, DiarySheet, Snapshot
from channels import clock
from kommun.policy import Rule


def wait_for_registrar(sheet: DiarySheet, rule: Rule | None, actor: Actor) -> None:
    """Begin to wait for the registrar of the unit. The label says the channel, never what a secret document concerns."""
    clock.meet(AMEND_SHEET, sheet, actor)
    with override(settings.LANGUAGE_CODE):
        label = _("Diarieför en handling från %(channel)s") % {"channel": sheet.record.channel}
    asked = registrars.asked_for(sheet.record.channel.unit, barred=readers.barred_from(sheet.record))
    _begin(DIARISE, sheet, label, asked, rule, actor)


def wait_for_proposer(sheet: DiarySheet, rule: Rule | None, actor: Actor) -> None:
    """Begin to wait for the one who proposed, or the channel's owner where that was nobody."""
    with override(settings.LANGUAGE_CODE):
        label = _("Komplettera ett diarieblad för %(channel)s") % {"channel": sheet.record.channel}
    _begin(AMEND_SHEET, sheet, label, who_amends(sheet), rule, actor)


def who_amends(sheet: DiarySheet) -> User | None:
    """Return who proposed, or the channel's people where that was nobody or somebody who has a stake in it since."""
    barred, channel = readers.barred_from(sheet.record), sheet.record.channel
    people = (sheet.proposed_for, sheet.proposed_by, channel.owner, channel.deputy)
    return next((person for person in people if person is not None and person.pk not in barred), None)


def registrar_answered(sheet: DiarySheet, actor: Actor) -> None:
    """Stop waiting for the registrar."""
    clock.meet(DIARISE, sheet, actor)


def wait_for_look(row: Snapshot, roles: Sequence[str], rule: Rule | None, actor: Actor) -> None:
    """Begin to wait for a look at the snapshot: the archivist's, or that of the next of the roles which somebody holds.

    Whoever handed it in is never asked.
    """
    organisation = Organisation.load(timezone.localdate())
    own = () if row.how == Snapshot.How.CAPTURED else (row.asked_by_id, row.asked_for_id)
    holders = [person for role in roles for person in organisation.holders(role, row.channel.unit)]
    asked = next((person for person in holders if person.pk not in own), None)
    with override(settings.LANGUAGE_CODE):
        label = _("Titta på ögonblicksbilden av %(channel)s") % {"channel": row.channel}
    clock.begin(
        clock.Due(
            LOOK_AT_SNAPSHOT, row, label, url=row.get_absolute_url(), channel=row.channel, holder=asked, rule=rule
        ),
        actor,
    )


def looked_at(row: Snapshot, actor: Actor) -> None:
    """Stop waiting for a look."""
    clock.meet(LOOK_AT_SNAPSHOT, row, actor, channel=row.channel)


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
