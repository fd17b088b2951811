"""The police report as a package, and asking what became of it. Each package that leaves is written down."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.organisation import Organisation
from archive.intake import clean_line
from channels import clock
from kommun.business_time import end_of
from kommun.errors import InvalidInput, NotPermitted
from kommun.events import record
from kommun.policy import keys
from moderation import handling_due, handling_rules
from moderation.actions import beside, common
from moderation.models import Case, PoliceFollowUp
from moderation.police import Package, package


@transaction.atomic
def fetch_package(*, case_id: int, actor: Actor) -> Package:
    """Return the package of a case, and write down who fetched it and its checksum. Raises NotPermitted.

    Source: rule removal.police_report; OSL 10 kap. 24 § is for whoever hands it over to weigh.
    """
    case = Case.objects.select_related("channel__unit", "channel__owner", "channel__deputy").get(pk=case_id)
    if reason := handling_rules.why_not_package(actor.person, Organisation.load(timezone.localdate()), case):
        raise NotPermitted(reason)
    made = package(case, actor.label)
    facts = {"sha256": made.sha256, "size": len(made.content)}
    record(
        "police.package_fetched", subject=case, actor=actor, rules=common.cited(case, keys.POLICE_REPORT), data=facts
    )
    return made


@transaction.atomic
def follow_up(
    *, case_id: int, number: str, contact: str, follow_up_on: date | None, outcome: str, actor: Actor
) -> PoliceFollowUp:
    """Write down the police's number, who has the matter there, and when to ask again; or what became of it.

    Raises NotPermitted, InvalidInput (a day that has been, where nothing has come of it yet).
    """
    case, actor = common.lock(case_id, actor)
    if reason := handling_rules.why_not_package(actor.person, Organisation.load(timezone.localdate()), case):
        raise NotPermitted(reason)
    if case.police != Case.Police.REPORTED:
        raise InvalidInput({"number": [_("Säg först att det är polisanmält.")]})
    over = bool(outcome.strip())
    if follow_up_on and follow_up_on < timezone.localdate() and not over:
        raise InvalidInput({"follow_up_on": [_("Dagen har redan varit.")]})
    row = PoliceFollowUp.objects.filter(case=case).first() or PoliceFollowUp(case=case)
    before = row.follow_up_on
    row.contact, row.follow_up_on = clean_line(contact, most=200), follow_up_on
    row.outcome, row.changed_at = clean_line(outcome, most=1000), timezone.now()
    actor.signs(row)
    row.save()
    case.police_number = clean_line(number, most=60)
    _clock(row, before, actor, over=over)
    facts = {"number": bool(case.police_number), "on": follow_up_on, "over": over}
    beside.store(case, actor, "police.followed_up", facts)
    return row


def _clock(row: PoliceFollowUp, before: date | None, actor: Actor, *, over: bool) -> None:
    """Ask again on the day that was chosen, once; a new day, or an outcome, answers what was asked before."""
    case = row.case
    if over or before != row.follow_up_on:
        clock.meet(handling_due.ASK_POLICE, row, actor, channel=case.channel)
    if row.follow_up_on and not over:
        what = _("Fråga polisen hur det går: %(case)s") % {"case": case.title}
        handling_due.wait_for(
            handling_due.ASK_POLICE,
            row,
            actor,
            what=what,
            channel=case.channel,
            holder=actor.user,
            due_at=end_of(row.follow_up_on),
        )
