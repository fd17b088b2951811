"""What the acts on a case have in common: lock and check, save, the record that a case gives rise to."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from archive import queries as archived
from archive.actions.keeping import keep_record
from archive.models import DiarySheet, Record, StoredFile
from channels.queries import channel_scope
from kommun import policy
from kommun.errors import InvalidInput, StateConflict
from kommun.events import record
from kommun.lifecycle import STAYS, Transition
from kommun.policy import Rule
from moderation import due, rules, standing
from moderation.lifecycle import CASE
from moderation.models import Case

# Steps that may be taken also while somebody else has the case.
BESIDE = frozenset({"claim", "forward", "hand_over", "police"})


def lock(case_id: int, actor: Actor, version: int | None = None) -> tuple[Case, Actor]:
    """Return the case, locked, and the actor, acting for whoever is away.

    `version` is of the case that was read. Raises Case.DoesNotExist, StateConflict (changed since, or disposed of).
    """
    # Only what never changes is joined: whoever waited for the lock gets the new case, but joined rows as they were before.
    rows = Case.objects.select_for_update(of=("self",)).select_related(
        "channel__platform", "channel__unit", "channel__owner", "channel__deputy"
    )
    case = rows.get(pk=case_id)
    if version is not None and case.version != version:
        raise StateConflict(_("Ärendet har ändrats sedan du öppnade sidan. Läs det igen innan du går vidare."))
    if case.disposed_at is not None:
        raise StateConflict(_("Ärendet är gallrat. Bara att det fanns, och hur det slutade, finns kvar."))
    take_in_receipt(case)
    return case, actor.among(rules.who_handles(case)) or actor.among(standing.asked_in(case)) or actor


def check(step: str, case: Case, actor: Actor) -> Transition:
    """Return the step. Raises NotPermitted, or StateConflict: wrong state, or somebody else has taken the case.

    Whoever acts because the clock asked has the case from then on: what remains to be done is theirs too, and what was asked
    is answered with the first step.
    """
    other = case.claimed_by_id not in (None, actor.user_id)
    if step not in BESIDE and other and rules.why_not_handle(actor, case) is None:
        raise StateConflict(rules.why_not_work(actor, case))
    allowed = CASE.check(step, case, actor)
    handles = actor.roles & rules.STEERS or actor.among(rules.who_handles(case))
    if actor.user is not None and not handles:
        case.assigned_to, case.forwarded_at = actor.on_behalf_of or actor.user, timezone.now()
    return allowed


def take_in_receipt(case: Case) -> bool:
    """Write down that the registrar has taken the evidence in, or that it came back: then it is not handed over any more.

    Return True when there was something to write. The archive cannot tell: it lies below.
    """
    if case.handed_at is None or case.receipt_at is not None or case.record is None:
        return False
    sheet = archived.latest_sheet(case.record)
    status = sheet.status if sheet else ""
    if sheet and status == DiarySheet.Status.ACCEPTED:
        case.receipt_at = sheet.answered_at
        return True
    back = status == DiarySheet.Status.RETURNED or (case.needs_receipt and status == DiarySheet.Status.DECLINED)
    if back and case.deleted_at is None:  # what is removed is removed, whatever comes of its sheet
        case.handed_at = None
        return True
    return False


def cited(case: Case, *asked: Any) -> list[Rule]:
    """Return the rules of the case's policy version that an act is made under, those that there are."""
    scope = channel_scope(case.channel)
    found = (policy.rule(key, scope, version=case.policy_version_id) for key in asked)
    return [rule for rule in found if rule is not None]


def save(
    case: Case, step: Transition, actor: Actor, kind: str, data: dict[str, Any] | None = None, also: Iterable[Any] = ()
) -> None:
    """Store the case in its new state and place in the queue, and write the event."""
    if step.target != STAYS:
        case.status = step.target
    due.place(case)
    case.version += 1
    actor.signs(case)
    case.save()
    record(kind, subject=case, actor=actor, rules=cited(case, *step.policy, *also), data=data or {})


def record_of(case: Case, actor: Actor, files: Iterable[StoredFile] = (), words: str = "") -> Record:
    """Return the record of what was seen, made at the first act that keeps something of it.

    What others wrote has come in when it could be read (TF 2:9); what we wrote was drawn up when it was published.
    """
    if case.record is None:
        evidence = case.kind == Case.Kind.REPORT
        case.record = keep_record(
            kind=Record.Kind.EVIDENCE if evidence else Record.Kind.POST,
            direction=Record.Direction.OUTGOING if case.direction == Case.Direction.OWN else Record.Direction.INCOMING,
            channel=case.channel,
            occurred_at=case.written_at or case.seen_at,
            known_at=case.known_at,
            text="\n\n".join(filter(None, (case.text, words))),
            author=case.author,
            source_url=case.url,
            files=tuple(files),
            subject=case,
            label=case.title,
            url=case.get_absolute_url(),
            actor=actor,
        )
    return case.record


def required(**fields: str) -> None:
    """Raise InvalidInput for each field that is empty."""
    errors = {name: [_("Skriv något här.")] for name, text in fields.items() if not text.strip()}
    if errors:
        raise InvalidInput(errors)
