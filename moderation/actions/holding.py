"""Others are heard before the municipality answers: when criticism piles up, or when somebody wants advice first."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import NEAREST_MANAGER, ROLES, Organisation
from archive.intake import clean_line
from channels import clock
from kommun import policy
from kommun.errors import NotPermitted, StateConflict
from kommun.events import record
from moderation import handling_due, handling_notices, handling_rules, standing
from moderation.actions import common
from moderation.models import Case, HoldAnswer, ReplyHold


@transaction.atomic
def hold_reply(*, case_id: int, whole_channel: bool, reason: str, actor: Actor) -> ReplyHold:
    """Ask those whom the policy names before the case, or anything in its channel, is answered.

    The official reply waits only where the policy says so (Tibro); elsewhere others are asked (Nora), or told
    (Överkalix), and whoever answers goes on. Where the policy is silent the nearest manager is asked. Raises NotPermitted,
    StateConflict (asked already), InvalidInput (no reason). Source: rule reply.critical_mass; matrix G8.
    """
    case, actor = common.lock(case_id, actor)
    if refusal := handling_rules.why_not_hold(actor, case):
        raise NotPermitted(refusal)
    common.required(reason=reason)
    rule = standing.critical_mass(case)
    row = ReplyHold(
        channel=case.channel,
        case=None if whole_channel else case,
        binding=bool(rule and rule.value.hold_reply),
        reason=clean_line(reason, most=1000),
        cite=rule.cite()[:300] if rule else "",
        started_at=timezone.now(),
        started_by=actor.person,
        on_behalf_of=actor.on_behalf_of,
    )
    actor.signs(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "one_hold_a_" not in str(error):
            raise
        raise StateConflict(_("Andra är redan tillfrågade.")) from error
    asked = rule.value.consult if rule else (NEAREST_MANAGER,)
    told = rule.value.inform if rule else ()
    people = _ask(row, case, [(role, True) for role in asked] + [(role, False) for role in told], rule, actor)
    facts = {"case": case_id, "whole_channel": whole_channel, "binding": row.binding, "people": people}
    record("reply.held", subject=row, actor=actor, rules=[rule] if rule else [], data=facts)
    _release_when_all_are_heard(row, actor)
    return row


def _ask(
    row: ReplyHold, case: Case, roles: list[tuple[str, bool]], rule: policy.Rule | None, actor: Actor
) -> list[int]:
    """Ask or tell each, once, whoever has several of the roles. Whoever starts it is heard by that."""
    organisation = Organisation.load(timezone.localdate())
    seen: set[int] = {actor.person.pk} | standing.barred_from(case)
    for role, asked in roles:
        person = _person(role, case, organisation)
        if person is None or person.pk in seen:
            continue
        seen.add(person.pk)
        answer = HoldAnswer(hold=row, role=role, person=person, asked=asked)
        actor.signs(answer)
        answer.save()
        if not asked:
            handling_notices.informed(answer)
            continue
        what = _("Yttra dig före ett svar")
        handling_due.wait_for(
            handling_due.ADVISE,
            answer,
            actor,
            what=what,
            channel=row.channel,
            holder=person,
            rule=rule,
            url=row.get_absolute_url(),
        )
    return sorted(seen - {actor.person.pk})


def _person(role: str, case: Case, organisation: Organisation) -> User | None:
    if role in ("owner", "deputy"):
        return case.channel.owner if role == "owner" else case.channel.deputy
    return organisation.responsible_for(role, case.channel.unit).asked if role in ROLES else None


@transaction.atomic
def advise(*, answer_id: int, advice: str, actor: Actor) -> HoldAnswer:
    """Say one's mind. When everybody who is to be heard has, the reply is released.

    Raises NotPermitted (somebody else is asked), StateConflict (answered already), InvalidInput (nothing said).
    """
    hold_id = HoldAnswer.objects.values_list("hold_id", flat=True).get(pk=answer_id)
    hold = _lock(hold_id)
    row = HoldAnswer.objects.select_for_update(of=("self",)).select_related("person").get(pk=answer_id)
    row.hold = hold
    if reason := handling_rules.why_not_advise(actor, row):
        raise NotPermitted(reason)
    actor = actor.among({row.person_id}) or actor
    if row.answered_at is not None:
        raise StateConflict(_("Svaret finns redan."))
    common.required(advice=advice)
    row.advice, row.answered_at, row.answered_by = clean_line(advice, most=2000), timezone.now(), actor.user
    actor.signs(row)
    row.save()
    clock.meet(handling_due.ADVISE, row, actor, channel=hold.channel)
    record("reply.advised", subject=hold, actor=actor, data={"answer": row.pk, "role": row.role})
    _release_when_all_are_heard(hold, actor)
    return row


@transaction.atomic
def release_reply(*, hold_id: int, actor: Actor) -> ReplyHold:
    """Let the reply go. Raises NotPermitted (who is still to be heard), StateConflict (released already)."""
    row = _lock(hold_id)
    if reason := handling_rules.why_not_release(actor, row):
        raise NotPermitted(reason)
    if row.released_at is not None:
        raise StateConflict(_("Svaret är redan släppt."))
    _release(row, actor)
    return row


def _release_when_all_are_heard(row: ReplyHold, actor: Actor) -> None:
    waiting = row.answers.filter(asked=True, answered_at__isnull=True)
    if row.released_at is None and not waiting.exists():
        _release(row, actor)


def _release(row: ReplyHold, actor: Actor) -> None:
    row.released_at, row.released_by = timezone.now(), actor.user
    actor.signs(row)
    row.save()
    for answer in row.answers.filter(asked=True, answered_at__isnull=True):
        clock.lapse(handling_due.ADVISE, answer, actor, channel=row.channel, note=_("Svaret är släppt."))
    record("reply.released", subject=row, actor=actor, data={"case": row.case_id})


def _lock(pk: int) -> ReplyHold:
    rows = ReplyHold.objects.select_for_update(of=("self",))
    people = ("channel__unit", "channel__owner", "channel__deputy")
    return rows.select_related(*people, "case__channel__unit", "case__assigned_unit").get(pk=pk)
