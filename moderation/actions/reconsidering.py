"""Reconsideration (omprövning): asked for by whoever wrote, tried by somebody else than whoever decided, with a reason."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import VISITOR, Actor
from accounts.organisation import Organisation
from archive.actions.keeping import keep_record
from archive.intake import clean_line, clean_text
from archive.models import Record
from channels import clock
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from moderation import handling_due, handling_notices, handling_rules, standing, wording
from moderation.actions import beside, blocking, common, ladder
from moderation.handling_lifecycle import RECONSIDERATION
from moderation.models import Block, Case, Explanation, Reconsideration

S, Came = Reconsideration.Status, Reconsideration.Came


@transaction.atomic
def ask_by_reference(*, reference: str, text: str, contact: str = "") -> Reconsideration:
    """Take in what somebody outside asks for on the public page, with the number from the explanation.

    Raises InvalidInput: an unknown number, nothing written, or nothing left to try. Asked twice it is the same one.
    """
    found = Explanation.objects.select_related("block").filter(reference=reference or "-").first()
    if found is None:
        raise InvalidInput({"reference": [_("Vi känner inte igen numret. Det står i meddelandet som du fick av oss.")]})
    common.required(text=text)
    case, _actor = common.lock(found.case_id, VISITOR)
    waiting = _open_one(case, found.block)
    if waiting is not None:
        return waiting
    if reason := _why_nothing(case, found.block):
        raise InvalidInput({"reference": [reason]})
    return _open(case, found.block, reference, Came.PAGE, text, contact, VISITOR)


@transaction.atomic
def note_request(
    *, case_id: int, text: str, contact: str = "", block_id: int | None = None, actor: Actor
) -> Reconsideration:
    """Write down a request that came in another way: by telephone, by mail, in the channel. Raises NotPermitted,
    StateConflict (nothing to try, or it is being tried), InvalidInput.
    """
    case, actor = common.lock(case_id, actor)
    if reason := handling_rules.why_not_ask(actor, case):
        raise NotPermitted(reason)
    block = Block.objects.select_related("channel__unit").filter(pk=block_id, case=case).first() if block_id else None
    if reason := _why_nothing(case, block):
        raise StateConflict(reason)
    if _open_one(case, block):
        raise StateConflict(_("Beslutet omprövas redan."))
    common.required(text=text)
    return _open(case, block, wording.new_reference(), Came.NOTED, text, contact, actor)


def _open_one(case: Case, block: Block | None) -> Reconsideration | None:
    return case.reconsiderations.open().filter(block=block).first()


def _why_nothing(case: Case, block: Block | None) -> str | None:
    if block is None:
        return handling_rules.why_nothing_to_try(case)
    return None if block.in_force else _("Blockeringen är redan hävd.")


def _open(
    case: Case, block: Block | None, reference: str, came: str, text: str, contact: str, actor: Actor
) -> Reconsideration:
    now, said = timezone.now(), clean_text(text, most=5000).text
    deciders = handling_rules.deciders_of(case, block)
    first = block.made_by_id if block else case.assessed_by_id or min(deciders, default=None)
    with override(settings.LANGUAGE_CODE):
        label = _("Begäran om omprövning: %(case)s") % {"case": case.title}
    kept = keep_record(
        kind=Record.Kind.APPEAL,
        direction=Record.Direction.INCOMING,
        channel=case.channel,
        occurred_at=now,
        known_at=now,
        text=said,
        author=clean_line(contact, most=200),
        subject=case,
        label=label,
        url=case.get_absolute_url(),
        actor=actor,
    )
    if Reconsideration.objects.filter(reference=reference).exists():
        reference = wording.new_reference()  # tried before, and asked for again with the same number
    row = Reconsideration(
        case=case,
        block=block,
        reference=reference,
        came=came,
        text=said,
        contact=clean_line(contact, most=200),
        received_at=now,
        noted_by=actor.user,
        record=kept,
        first_decider_id=first,
    )
    actor.signs(row)
    row.save()
    _wait(row, deciders, actor)
    facts = {"reconsideration": row.pk, "came": came, "block": block.pk if block else None, "record": kept.pk}
    beside.store(case, actor, "reconsideration.asked", facts)
    return row


def _wait(row: Reconsideration, deciders: set[int], actor: Actor) -> None:
    with override(settings.LANGUAGE_CODE):
        what = _("Ompröva %(case)s") % {"case": row.case.title}
    organisation = Organisation.load(timezone.localdate())
    holder = standing.who_tries(row.case, organisation, deciders | standing.barred_from(row.case))
    handling_due.wait_for(handling_due.RECONSIDER, row, actor, what=what, channel=row.case.channel, holder=holder)


@transaction.atomic
def decide(*, reconsideration_id: int, change: bool, reason: str, actor: Actor) -> Reconsideration:
    """Decide: it stands, or it is changed. Changed, a hidden post is shown again and a block is lifted.

    What is removed from the platform cannot be put back there; then the decision says that it was wrong. Raises
    NotPermitted (one's own decision), StateConflict (decided already), InvalidInput (no reason). Source: FL 32, 37-38 §§.
    """
    row, case, actor = _lock(reconsideration_id, actor)
    step = RECONSIDERATION.check("change" if change else "uphold", row, actor)
    common.required(reason=reason)
    said = clean_text(reason, most=5000).text
    if change:
        _undo(row, case, said, actor)
        case, _as = common.lock(case.pk, actor)
        row.case = case
    now = timezone.now()
    with override(settings.LANGUAGE_CODE):
        verdict = _("Beslutet ändras.") if change else _("Beslutet står fast.")
    row.decision_record = keep_record(
        kind=Record.Kind.DECISION,
        direction=Record.Direction.OUTGOING,
        channel=case.channel,
        occurred_at=now,
        text=f"{verdict}\n\n{said}",
        author=wording.signature(actor.person),
        subject=case,
        label=str(row),
        url=row.get_absolute_url(),
        actor=actor,
    )
    row.status, row.reason = step.target, said
    row.decided_at, row.decided_by, row.decided_for = now, actor.person, actor.on_behalf_of
    actor.signs(row)
    row.save()
    clock.meet(handling_due.RECONSIDER, row, actor, channel=case.channel)
    facts = {"reconsideration": row.pk, "changed": change, "record": row.decision_record.pk}
    beside.store(case, actor, "reconsideration.decided", facts)
    handling_notices.reconsidered(row, actor)
    return row


def _undo(row: Reconsideration, case: Case, reason: str, actor: Actor) -> None:
    """Take back what was decided, as far as it can be: by the same steps as everybody takes."""
    if row.block is not None:
        if row.block.in_force:
            blocking.lift(row.block, Block.Lifted.RECONSIDERED, reason[:1000], actor)
        return
    if case.claimed_by_id not in (None, actor.user_id):  # whoever decides now has the case
        case.claimed_by = case.claimed_at = None
        beside.store(case, actor, "case.released", {"for": "reconsideration"})
    if case.status == Case.Status.ASSESSED:
        ladder.reassess(case_id=case.pk, actor=actor)
        case.refresh_from_db()
    if case.status == Case.Status.HIDDEN:
        ladder.assess(case_id=case.pk, assessment=Case.Assessment.KEEP, note=reason, actor=actor)
        ladder.restore(case_id=case.pk, actor=actor)


@transaction.atomic
def withdraw(*, reconsideration_id: int, actor: Actor) -> Reconsideration:
    """Write down that whoever asked no longer wants it tried. Raises NotPermitted, StateConflict."""
    row, case, actor = _lock(reconsideration_id, actor)
    step = RECONSIDERATION.check("withdraw", row, actor)
    row.status = step.target
    actor.signs(row)
    row.save()
    clock.lapse(handling_due.RECONSIDER, row, actor, channel=case.channel, note=_("Återtagen av den som bad om det."))
    beside.store(case, actor, "reconsideration.withdrawn", {"reconsideration": row.pk})
    return row


def _lock(pk: int, actor: Actor) -> tuple[Reconsideration, Case, Actor]:
    """Lock the case first, as every act does, and then the row."""
    case_id = Reconsideration.objects.values_list("case_id", flat=True).get(pk=pk)
    case, actor = common.lock(case_id, actor)
    rows = Reconsideration.objects.select_for_update(of=("self",)).select_related("block__channel", "first_decider")
    row = rows.get(pk=pk)
    row.case = case
    return row, case, actor
