"""Conflict of interest (jäv): said of oneself or pointed out, tried by somebody else, and the case moved to another."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import Organisation
from archive import queries as archived
from archive.actions.stakes import leave_to_others
from archive.intake import clean_line
from channels import clock
from channels.models import Obligation
from kommun.errors import InvalidInput, NotPermitted
from moderation import handling_due, handling_notices, handling_rules, rules, standing
from moderation.actions import beside, common
from moderation.handling_lifecycle import CONFLICT
from moderation.handling_rules import deciders_of
from moderation.models import Case, ConflictOfInterest

S, Ground = ConflictOfInterest.Status, ConflictOfInterest.Ground


@transaction.atomic
def declare_conflict(*, case_id: int, person_id: int, ground: str, note: str = "", actor: Actor) -> ConflictOfInterest:
    """Say that somebody has a stake in the case. Of oneself it holds at once, and the case goes to another.

    Of somebody else it is first tried by the manager or communications. Said twice it stands once. Raises NotPermitted,
    InvalidInput (not somebody who handles the case, or nothing said of what it is). Source: matrix O8; FL 16-18 §§.
    """
    case, _as = common.lock(case_id, actor)
    if reason := handling_rules.why_not_declare(actor, case):
        raise NotPermitted(reason)
    own = person_id == actor.user_id
    person = _person(case, person_id, actor, own=own)
    if ground not in Ground.values or (ground == Ground.OTHER and not note.strip()):
        raise InvalidInput({"note" if ground == Ground.OTHER else "ground": [_("Säg vad det är som gör jäv.")]})
    known = case.conflicts.exclude(status=S.DISMISSED).filter(person=person).first()
    if known is not None and (known.status == S.IN_FORCE or not own):
        return known
    row = known or ConflictOfInterest(case=case, person=person)
    row.status, row.ground, row.note = S.IN_FORCE if own else S.POINTED_OUT, ground, clean_line(note, most=1000)
    row.said_by, row.said_at = actor.person, timezone.now()
    actor.signs(row)
    row.save()
    facts = {"conflict": row.pk, "person": person.pk, "ground": row.ground}
    if own:
        _leave(case, row, actor)
        row.save(update_fields=["passed_to"])
        clock.lapse(
            handling_due.TRY_CONFLICT, row, actor, channel=case.channel, note=_("Personen har själv anmält jäv.")
        )
    else:
        _ask(case, row, actor)
    beside.store(case, actor, "conflict.declared" if own else "conflict.pointed_out", facts)
    return row


@transaction.atomic
def try_conflict(*, conflict_id: int, holds: bool, reason: str, actor: Actor) -> ConflictOfInterest:
    """Decide whether somebody has a stake in the case; then the case goes to another. With the reason, in either case.

    A conflict that somebody has declared can be dismissed the same way. Raises NotPermitted (one's own, FL 18 §),
    StateConflict (decided already), InvalidInput (no reason).
    """
    found = ConflictOfInterest.objects.get(pk=conflict_id)
    case, _as = common.lock(found.case_id, actor)
    rows = ConflictOfInterest.objects.select_for_update(of=("self",)).select_related("person", "said_by")
    row = rows.get(pk=conflict_id)
    row.case = case
    step = CONFLICT.check("uphold" if holds else "dismiss", row, actor)
    common.required(reason=reason)
    row.status, row.reason = step.target, clean_line(reason, most=1000)
    row.decided_by, row.decided_for, row.decided_at = actor.person, actor.on_behalf_of, timezone.now()
    actor.signs(row)
    row.save()
    if holds:
        _leave(case, row, actor)
        row.save(update_fields=["passed_to"])
    clock.meet(handling_due.TRY_CONFLICT, row, actor, channel=case.channel)
    facts = {"conflict": row.pk, "person": row.person_id, "holds": holds}
    beside.store(case, actor, "conflict.tried", facts)
    handling_notices.conflict_tried(row, actor)
    return row


def _person(case: Case, person_id: int, actor: Actor, *, own: bool) -> User:
    if own:
        return actor.person
    person = User.objects.filter(pk=person_id, is_active=True).first()
    concerned = rules.who_handles(case) | {case.claimed_by_id} | deciders_of(case)
    if person is None or person.pk not in concerned:
        raise InvalidInput({"person": [_("Välj någon som handlägger ärendet.")]})
    return person


def _leave(case: Case, row: ConflictOfInterest, actor: Actor) -> None:
    """Take the case, and what is due about it, from the person; whatever the person was to try, and what was to be registered.

    The row is stored: the archive asks who has a stake in what.
    """
    exclude = standing.barred_from(case) | {row.person_id}
    row.passed_to = beside.move_from(case, row.person, exclude, actor)
    organisation = Organisation.load(timezone.localdate())
    for one in case.reconsiderations.open():
        about = Obligation.objects.open().about(one)
        clock.ask_no_more(about, row.person, actor)
        others = exclude | deciders_of(case, one.block)
        new = standing.who_tries(case, organisation, others)
        clock.hand_on(about.filter(holder=row.person), new, actor)
    for other in case.conflicts.filter(status=S.POINTED_OUT):
        about = Obligation.objects.open().about(other)
        clock.ask_no_more(about, row.person, actor)
        new = standing.who_tries(case, organisation, exclude | {other.person_id})
        clock.hand_on(about.filter(holder=row.person), new, actor)
    for record in archived.records_about(case):
        leave_to_others(record=record, person=row.person, actor=actor)
    if row.passed_to is not None and row.passed_to_id != actor.user_id:
        handling_notices.case_passed(case, row.passed_to)


def _ask(case: Case, row: ConflictOfInterest, actor: Actor) -> None:
    """Let somebody else than the person and the one who said it try the matter, when there is anybody else."""
    organisation = Organisation.load(timezone.localdate())
    exclude = standing.barred_from(case) | {row.person_id}
    asked = standing.who_tries(case, organisation, exclude)
    what = _("Pröva jäv i %(case)s") % {"case": case.title}
    handling_due.wait_for(handling_due.TRY_CONFLICT, row, actor, what=what, channel=case.channel, holder=asked)
