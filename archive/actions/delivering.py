"""Deliveries: prepare → write → received, or refused and prepared again. What people do; the job is in `writing`.

The receiver's answer is written in by the archivist or the registrar: the product is neither the diary nor the e-archive.
"""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Unit
from accounts.organisation import Organisation
from archive import deliverable, packing, rules, waiting
from archive.actions.diary import NUMBER
from archive.actions.writing import write_delivery
from archive.intake import clean_line
from archive.lifecycle import DELIVERY
from archive.models import Delivery, DeliveryRecord, Record
from archive.registrars import keepers_of
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record as record_event
from kommun.half_years import half_of

S = Delivery.Status
PREPARING = 7_040_022  # any fixed number: an advisory lock


@transaction.atomic
def prepare_deliveries(
    *, committee_id: int, starts_on: date, target: str, form: str, again: bool = False, actor: Actor
) -> list[Delivery]:
    """Fix what goes to the target for the half-year, and return the packages: one, and one more where something is secret.

    `starts_on` is a half-year's first day. `again`: also what the target has had before. Prepared twice by the same person
    it is done once. Raises Unit.DoesNotExist, NotPermitted, InvalidInput (no half-year, or one to come) or StateConflict
    (nothing to deliver). Source: matrix K5; LAW 3.2 (one package for each half-year and committee).
    """
    _one_at_a_time()
    committee = Unit.objects.get(pk=committee_id)
    if reason := rules.why_not_deliver_for(actor, committee):
        raise NotPermitted(reason)
    actor = actor.among(keepers_of(committee)) or actor
    if starts_on != half_of(starts_on) or starts_on > timezone.localdate():
        raise InvalidInput({"half": [_("Välj ett halvår som har börjat.")]})
    target, form = Delivery.Target(target), Delivery.Form(form)
    units = Organisation.load(timezone.localdate()).units
    found = deliverable.select(committee, starts_on, target, again=again, units=units, lock=True)
    if not found.goes and not found.secret:
        same = {"committee": committee, "starts_on": starts_on, "target": target, "form": form, "again": again}
        before = list(Delivery.objects.filter(**same, status=S.PREPARED, prepared_by=actor.user).order_by("pk"))
        if before:
            return before  # sent twice
        raise StateConflict(_("Det finns inget att leverera. Varför står vid varje handling i förhandsvisningen."))
    made = []
    for secret, records in ((False, found.goes), (True, found.secret)):
        if records:
            row = Delivery(
                committee=committee, starts_on=starts_on, target=target, form=form, again=again, secret=secret
            )
            made.append(_prepare(row, records, actor))
    return made


def _prepare(row: Delivery, records: list[Record], actor: Actor) -> Delivery:
    row.name = packing.name_for(row.committee, row.starts_on, row.form, secret=row.secret)
    row.prepared_by, row.prepared_for, row.prepared_at = actor.person, actor.on_behalf_of, timezone.now()
    actor.signs(row)
    row.save()
    DeliveryRecord.objects.bulk_create(
        DeliveryRecord(delivery=row, record=record, number=record.pk, target=row.target, counts=not row.again)
        for record in records
    )
    facts = {"records": len(records), "secret": row.secret, "again": row.again, "target": row.target, "form": row.form}
    _tell("delivery.prepared", row, actor, facts)
    return row


@transaction.atomic
def deliver(*, delivery_id: int, actor: Actor) -> Delivery:
    """Begin to write the package; the job does it. Raises Delivery.DoesNotExist, NotPermitted or StateConflict.

    Pressed twice it is begun once. StateConflict also where a shared folder is asked for and none has been set.
    """
    row = _lock(delivery_id)
    if row.status == S.WRITING and row.begun_by_id == actor.user_id:
        return row
    step = DELIVERY.check("deliver", row, actor)
    try:
        packing.folder_of(row)
    except LookupError as unset:
        raise StateConflict(
            _("Kommunens gemensamma mapp är inte inställd. Be systemadministratören att ställa in den.")
        ) from unset
    actor = actor.among(keepers_of(row.committee)) or actor
    row.status, row.problem, row.done, row.total = step.target, "", 0, 0
    row.begun_by, row.begun_for = actor.user, actor.on_behalf_of
    row.begun_at = row.beat_at = timezone.now()
    actor.signs(row)
    row.save()
    _tell("delivery.begun", row, actor, {"version": row.version})
    # Robust: it has been begun, also when nobody can be told that there is work. The sweep finds it.
    transaction.on_commit(lambda: write_delivery.delay(row.pk), robust=True)
    return row


@transaction.atomic
def receive_delivery(*, delivery_id: int, number: str, on: date, actor: Actor) -> Delivery:
    """Write in the receipt. A registrar's number becomes the diary number of the records that were to be registered.

    Pressed twice by the same person with the same number it is done once. Raises as `deliver`, or InvalidInput.
    """
    row = _lock(delivery_id)
    number = " ".join(number.split())
    if row.status == S.RECEIVED and (row.receipt_number, row.answered_by_id) == (number, actor.user_id):
        return row
    step = DELIVERY.check("receive", row, actor)
    errors: dict[str, list[str]] = {}
    if not NUMBER.fullmatch(number):
        errors["number"] = [_("Skriv numret så som mottagaren har skrivit det, till exempel KS 2026/123.")]
    if on > timezone.localdate():
        errors["on"] = [_("Dagen har inte varit än.")]
    elif row.delivered_at and on < timezone.localdate(row.delivered_at):
        errors["on"] = [_("Dagen är före leveransen.")]
    if errors:
        raise InvalidInput(errors)
    row.receipt_number, row.receipt_on = number, on
    actor = _answer(row, step.target, actor)
    taken = _number_back(row, actor) if row.to_registrar else 0
    _tell("delivery.received", row, actor, {"number": number, "on": on.isoformat(), "numbered": taken})
    return row


@transaction.atomic
def refuse_delivery(*, delivery_id: int, reason: str, actor: Actor) -> Delivery:
    """Write in that the receiver did not take it, and why. Raises as `deliver`; InvalidInput: no reason."""
    row = _lock(delivery_id)
    step = DELIVERY.check("refuse", row, actor)
    reason = clean_line(reason, most=10_000)
    if not reason:
        raise InvalidInput(
            {"reason": [_("Skriv varför, så att den som gör om leveransen vet vad som ska bli annorlunda.")]}
        )
    if len(reason) > 1000:
        raise InvalidInput({"reason": [_("Skriv högst %(most)s tecken.") % {"most": 1000}]})
    row.reason = reason
    actor = _answer(row, step.target, actor)
    _tell("delivery.refused", row, actor, {"version": row.version})
    return row


@transaction.atomic
def prepare_delivery_again(*, delivery_id: int, actor: Actor) -> Delivery:
    """Prepare a refused package anew: the same records as they are now, under a name of its own. Raises as `deliver`."""
    _one_at_a_time()
    row = _lock(delivery_id)
    step = DELIVERY.check("prepare_again", row, actor)
    _forget_package(row)
    actor = actor.among(keepers_of(row.committee)) or actor
    row.status, row.version = step.target, row.version + 1
    row.name = packing.name_for(row.committee, row.starts_on, row.form, secret=row.secret)
    row.prepared_by, row.prepared_for, row.prepared_at = actor.person, actor.on_behalf_of, timezone.now()
    row.begun_by = row.begun_for = row.begun_at = row.delivered_at = row.answered_by = row.answered_for = None
    row.answered_at = None
    row.place = row.package_sha256 = row.reason = row.problem = ""
    row.done = row.total = 0
    actor.signs(row)
    row.save()
    _tell("delivery.prepared_again", row, actor, {"version": row.version})
    return row


@transaction.atomic
def withdraw_delivery(*, delivery_id: int, actor: Actor) -> Delivery:
    """Take back a package that nobody has taken in: its records can go in another. Raises as `deliver`."""
    row = _lock(delivery_id)
    if row.status == S.WITHDRAWN:
        return row
    step = DELIVERY.check("withdraw", row, actor)
    _forget_package(row)
    row.place = ""
    actor = actor.among(keepers_of(row.committee)) or actor
    row.status = step.target
    actor.signs(row)
    row.save()
    row.record_rows.update(counts=False)
    _tell("delivery.withdrawn", row, actor, {"version": row.version})
    return row


@transaction.atomic
def fetch_delivery(*, delivery_id: int, actor: Actor) -> Delivery:
    """Write in the log that the person fetches the package, and return it. Raises NotPermitted or StateConflict."""
    row = _lock(delivery_id)
    if reason := rules.why_not_deliver(actor, row):
        raise NotPermitted(reason)
    if not row.place:
        raise StateConflict(_("Paketet är inte skrivet än."))
    _tell("delivery.fetched", row, actor, {"version": row.version})
    return row


# --- What the acts have in common -------------------------------------------------------------------------------------
def _lock(delivery_id: int) -> Delivery:
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("committee", "begun_by", "begun_for")
    return rows.get(pk=delivery_id)


def _one_at_a_time() -> None:
    """Let nobody else choose records or a name until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PREPARING])


def _forget_package(row: Delivery) -> None:
    """Throw away the package that nobody took in, when the act is committed. What lies in a shared folder is not ours."""
    if row.place and row.is_zip:
        place = packing.place_of(row)
        transaction.on_commit(lambda: place.unlink(missing_ok=True), robust=True)


def _answer(row: Delivery, status: str, actor: Actor) -> Actor:
    """Save what the receiver answered, and return the actor as acting for whoever is away."""
    actor = actor.among(keepers_of(row.committee)) or actor
    row.status = status
    row.answered_by, row.answered_for, row.answered_at = actor.user, actor.on_behalf_of, timezone.now()
    actor.signs(row)
    row.save()
    waiting.receipt_answered(row, actor)
    return actor


def _number_back(row: Delivery, actor: Actor) -> int:
    """Give the number to the records that were to be registered and have none, and return how many."""
    rows = Record.objects.not_diarised().filter(delivery_rows__delivery=row).select_for_update(of=("self",))
    numbered = 0
    for record in rows.order_by("pk"):
        record.diary_number = row.receipt_number
        actor.signs(record)
        record.save(update_fields=["diary_number"])
        numbered += 1
    return numbered


def _tell(kind: str, row: Delivery, actor: Actor, data: dict[str, Any]) -> None:
    rule = deliverable.delivery_rule()
    record_event(kind, subject=row, actor=actor, rules=[rule] if rule else [], data=data)
