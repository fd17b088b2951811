"""Disposal until it is confirmed: decision → proposed list → review of each item → sign-off → cooling-off → confirmation.

Carrying it out is in `destroying`. Source: arkivlagen 10 § (gallring); LAW 1.6: nothing is destroyed without a decision.
"""

from collections.abc import Collection
from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import Actor
from archive import disposal_queries, disposal_rules, holds
from archive.intake import clean_line
from archive.lifecycle import DISPOSAL
from archive.models import DisposalCertificate, DisposalDecision, DisposalItem, DisposalList, Hold, Record
from channels.models import Channel
from kommun.business_time import start_of, swedish_day
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record as record_event
from kommun.lifecycle import Transition

State = DisposalItem.State


# --- Holds set by hand ------------------------------------------------------------------------------------------------
@transaction.atomic
def set_hold(
    *, kind: str, reason: str, record_number: int | None = None, channel_id: int | None = None, actor: Actor
) -> Hold:
    """Let one record, or everything of a channel, not be destroyed until somebody releases it. It waits for a running slice.

    Raises NotPermitted, InvalidInput (no reason; neither or both of record and channel; no such record or channel).
    """
    _permit(disposal_rules.why_not_hold(actor))
    errors: dict[str, list[str]] = {}
    said = _said(reason, "reason", errors)
    if (record_number is None) == (channel_id is None):
        errors["record_number"] = [_("Ange en handlings nummer eller välj en kanal, inte båda.")]
    holds.lock()
    if record_number is not None and not Record.objects.filter(pk=record_number).exists():
        errors.setdefault("record_number", [_("Det finns ingen handling med det numret.")])
    if channel_id is not None and not Channel.objects.filter(pk=channel_id).exists():
        errors.setdefault("channel", [_("Välj en kanal i listan.")])
    if errors:
        raise InvalidInput(errors)
    row = Hold(
        kind=Hold.Kind(kind),
        record_number=record_number,
        channel_id=channel_id,
        reason=said,
        set_at=timezone.now(),
        set_by=actor.person,
    )
    actor.signs(row)
    row.save()
    facts = {"kind": row.kind, "record": record_number, "channel": channel_id}
    record_event("hold.set", subject=row, actor=actor, data=facts)
    return row


@transaction.atomic
def release_hold(*, hold_id: int, reason: str, actor: Actor) -> Hold:
    """Release a hold, and say why. Raises Hold.DoesNotExist, NotPermitted, StateConflict (released already), InvalidInput."""
    row = Hold.objects.select_for_update(of=("self",)).get(pk=hold_id)
    _permit(disposal_rules.why_not_hold(actor, row))
    if row.released_at is not None:
        raise StateConflict(_("Undantaget är redan hävt."))
    errors: dict[str, list[str]] = {}
    row.release_reason = _said(reason, "reason", errors)
    if errors:
        raise InvalidInput(errors)
    row.released_at, row.released_by = timezone.now(), actor.person
    actor.signs(row)
    row.save()
    record_event("hold.released", subject=row, actor=actor)
    return row


# --- Decision and list ------------------------------------------------------------------------------------------------
@transaction.atomic
def note_decision(
    *, body: str, decided_on: date, number: str, classes: Collection[str], actor: Actor
) -> DisposalDecision:
    """Write down a decision that disposal can rest on, as it was made. It is never changed.

    Raises NotPermitted, InvalidInput (something is missing, a day that has not been, a number that is there already).
    """
    _permit(disposal_rules.why_not_list(actor))
    errors: dict[str, list[str]] = {}
    who, which = _said(body, "body", errors, 200), _said(number, "number", errors, 60)
    if decided_on > timezone.localdate():
        errors["decided_on"] = [_("Dagen har inte varit än.")]
    if not classes:
        errors["classes"] = [_("Välj minst en gallringsklass som beslutet gäller.")]
    if errors:
        raise InvalidInput(errors)
    row = DisposalDecision(
        body=who,
        decided_on=decided_on,
        number=which,
        classes=sorted(classes),
        noted_at=timezone.now(),
        noted_by=actor.person,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "one_disposal_decision_a_number" not in str(error):
            raise
        raise InvalidInput({"number": [_("Beslutet finns redan.")]}) from error
    facts = {"number": row.number, "on": row.decided_on, "classes": row.classes}
    record_event("disposal.decision_noted", subject=row, actor=actor, data=facts)
    return row


@transaction.atomic
def propose_list(*, decision_id: int, actor: Actor) -> DisposalList:
    """List everything that is due under the decision and that nothing stops. Raises NotPermitted, StateConflict (nothing is).

    What is stopped today is left out: it comes with a later list, when nothing stops it any more.
    """
    decision = DisposalDecision.objects.get(pk=decision_id)
    _permit(disposal_rules.why_not_list(actor))
    holds.lock()  # two lists at once do not take the same records
    row = DisposalList(decision=decision, proposed_at=timezone.now(), proposed_by=actor.person)
    actor.signs(row)
    row.save()
    found = disposal_queries.due(timezone.localdate()).filter(retention_class__in=decision.classes)
    size = sum(_list_part(row, part) for part in disposal_queries.in_parts(found))
    if not size:
        raise StateConflict(_("Inget som beslutet gäller får gallras i dag."))
    record_event("disposal.proposed", subject=row, actor=actor, data={"decision": decision.pk, "items": size})
    return row


def _list_part(row: DisposalList, records: list[Record]) -> int:
    stopped = holds.stops(records)
    items = [
        DisposalItem(
            listing=row,
            record_number=record.pk,
            kind=record.kind,
            channel_id=record.channel_id,
            retention_class=record.retention_class,
            occurred_on=swedish_day(record.occurred_at),
            ends_on=record.ends_on,  # type: ignore[attr-defined]  # annotated by `disposal_queries.with_ends`
        )
        for record in records
        if record.pk not in stopped
    ]
    return len(DisposalItem.objects.bulk_create(items))


# --- Review -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def approve_items(*, list_id: int, item_ids: Collection[int], actor: Actor) -> int:
    """Say that these have been looked at and are to be destroyed, and return how many. Raises NotPermitted, StateConflict."""
    row, _step = _check("review", list_id, actor)
    done = row.items.filter(pk__in=item_ids, state=State.LISTED).update(state=State.APPROVED)
    record_event("disposal.reviewed", subject=row, actor=actor, data={"items": sorted(item_ids)})
    return done


@transaction.atomic
def keep_item(*, item_id: int, reason: str, actor: Actor) -> DisposalItem:
    """Take one record off the list, and say why. Until it is confirmed. Raises NotPermitted, StateConflict, InvalidInput."""
    list_id = DisposalItem.objects.values_list("listing_id", flat=True).get(pk=item_id)
    row, _step = _check("keep", list_id, actor)
    item = row.items.select_for_update(of=("self",)).get(pk=item_id)
    errors: dict[str, list[str]] = {}
    item.reason = _said(reason, "reason", errors)
    if errors:
        raise InvalidInput(errors)
    item.state = State.KEPT
    item.save(update_fields=["state", "reason"])
    record_event("disposal.item_kept", subject=row, actor=actor, data={"record": item.record_number})
    return item


# --- Sign-off, confirmation, or back ----------------------------------------------------------------------------------
@transaction.atomic
def sign_list(*, list_id: int, actor: Actor) -> DisposalList:
    """Sign the list off: another person than who proposed it. From now on it waits (settings.KANALKOLLEN_DISPOSAL_DAYS).

    Raises NotPermitted, StateConflict (items that nobody has looked at, or nothing left to destroy).
    """
    row, step = _check("sign", list_id, actor)
    if row.items.filter(state=State.LISTED).exists():
        raise StateConflict(_("Alla handlingar på listan är inte granskade än."))
    if not row.items.filter(state=State.APPROVED).exists():
        raise StateConflict(_("Inget på listan ska gallras. Ta tillbaka den i stället."))
    now = timezone.now()
    first_day = start_of(swedish_day(now) + timedelta(days=settings.KANALKOLLEN_DISPOSAL_DAYS))
    row.signed_at, row.signed_by, row.not_before = now, actor.person, max(now, first_day)
    _save(row, step, actor, "disposal.signed", {"not_before": row.not_before})
    return row


@transaction.atomic
def withdraw_list(*, list_id: int, actor: Actor) -> DisposalList:
    """Take the list back: nothing on it is destroyed. Raises NotPermitted, StateConflict (confirmed already)."""
    row, step = _check("withdraw", list_id, actor)
    rest = row.items.filter(state__in=(State.LISTED, State.APPROVED))
    with override(settings.LANGUAGE_CODE):  # what is kept is in the municipality's language
        rest.update(state=State.KEPT, reason=_("Listan togs tillbaka."))
    _save(row, step, actor, "disposal.withdrawn", {})
    return row


def phrase(row: DisposalList) -> str:
    """Return what whoever confirms has to type: how many are destroyed, so that it is read."""
    return _("GALLRA %(count)s") % {"count": row.items.filter(state=State.APPROVED).count()}


@transaction.atomic
def confirm_list(*, list_id: int, typed: str, actor: Actor) -> DisposalList:
    """Confirm that it is to be destroyed now, when the waiting is over. What carries it out names the certificate made here.

    Raises NotPermitted, StateConflict (too early), InvalidInput (something else was typed).
    """
    row, step = _check("confirm", list_id, actor)
    now = timezone.now()
    if row.not_before is None or now < row.not_before:
        raise StateConflict(_("Väntetiden är inte över än."))
    if " ".join(typed.upper().split()) != phrase(row):
        raise InvalidInput({"typed": [_("Skriv %(phrase)s, så som det står ovanför.") % {"phrase": phrase(row)}]})
    row.confirmed_at, row.confirmed_by = now, actor.person
    _save(row, step, actor, "disposal.confirmed", {"items": row.items.filter(state=State.APPROVED).count()})
    DisposalCertificate.objects.create(listing=row)
    return row


def _check(name: str, list_id: int, actor: Actor) -> tuple[DisposalList, Transition]:
    """Return the list, locked, and the step. Raises DisposalList.DoesNotExist, NotPermitted or StateConflict."""
    row = DisposalList.objects.select_for_update(of=("self",)).select_related("decision").get(pk=list_id)
    return row, DISPOSAL.check(name, row, actor)


def _save(row: DisposalList, step: Transition, actor: Actor, kind: str, facts: dict[str, object]) -> None:
    row.status = step.target
    actor.signs(row)
    row.save()
    record_event(kind, subject=row, actor=actor, data=facts)


def _permit(reason: str | None) -> None:
    if reason:
        raise NotPermitted(reason)


def _said(text: str, field: str, errors: dict[str, list[str]], most: int = 1000) -> str:
    line = clean_line(text, most=10 * most)
    if not line:
        errors[field] = [_("Skriv något här.")]
    elif len(line) > most:
        errors[field] = [_("Skriv högst %(most)s tecken.") % {"most": most}]
    return line
