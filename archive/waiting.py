"""What is waited for, as obligations of the one clock: the registrar's answer, and a sheet that came back."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import Actor
from accounts.models import User
from archive import readers, registrars
from archive.duties import AMEND_SHEET, DIARISE
from archive.models import DiarySheet
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
