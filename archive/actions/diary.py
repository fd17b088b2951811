"""The hand-over to the registrar: propose → accept, return or decline; what came back is amended and proposed again.

The product is not the diary: it hands over, and keeps the number that comes back (LAW 1.5, OSL 5:1-5).
"""

import re

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from archive import notices, retention, rules, waiting
from archive.actions.keeping import check_secrecy
from archive.intake import clean_line
from archive.lifecycle import SHEET
from archive.models import DiarySheet, Record
from archive.values import SheetValues
from channels.queries import channel_scope
from channels.rules import who_proposes
from kommun import policy
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record as record_event
from kommun.lifecycle import Transition
from kommun.policy import keys

S, M, K = DiarySheet.Status, DiarySheet.Matter, Record.Keeping
# As diaries write them: KS 2026/123, 2026-000028.003, BUN-2026:14. At least one digit, one line, no spaces at the ends.
NUMBER = re.compile(r"(?=.*\d)[A-Za-zÅÄÖåäöÉé0-9][A-Za-zÅÄÖåäöÉé0-9 ./:_-]{0,58}[A-Za-zÅÄÖåäöÉé0-9]|\d")


@transaction.atomic
def propose_diary(*, record_id: int, sheet: SheetValues, actor: Actor) -> DiarySheet:
    """Hand the record to the registrar of the unit, with what is proposed to stand in the diary, and return the sheet.

    What came back is amended and proposed again; the same proposal sent twice stands once. The record is to be registered
    from now on. Raises Record.DoesNotExist, NotPermitted, StateConflict (it stands with the registrar, or in the diary,
    already) or InvalidInput. Source: OSL 5:1-2 and 5:5; matrix I2, H12, kind 20.
    """
    record = _lock_record(record_id)
    if reason := rules.why_not_propose(actor, record):
        raise NotPermitted(reason)
    actor = actor.among(who_proposes(record.channel)) or actor  # "för …" where the owner is away
    sheet = _checked(sheet)
    row = record.sheets.exclude(status=S.DECLINED).select_for_update(of=("self",)).first()
    if row is None:
        row = DiarySheet(record=record)
    elif row.status == S.PROPOSED and _values_of(row) == sheet and row.proposed_by_id == actor.user_id:
        return row  # sent twice
    else:
        row.record = record
        step = SHEET.check("amend", row, actor)
        row.status, row.version = step.target, row.version + 1
    _put(sheet, row)
    row.proposed_by, row.proposed_for, row.proposed_at = actor.user, actor.on_behalf_of, timezone.now()
    row.answered_by = row.answered_for = row.answered_at = None
    row.reason = ""
    actor.signs(row)
    row.save()
    record.keeping, record.secrecy = K.REGISTER, sheet.secrecy or record.secrecy
    _save_record(record, actor)
    _tell("diary.proposed", row, actor, {"version": row.version, "secret": sheet.secrecy is not None})
    waiting.wait_for_registrar(row, _rule(record), actor)
    notices.sheet_proposed(row)
    return row


@transaction.atomic
def accept_diary(
    *, sheet_id: int, number: str, actor: Actor, version: int | None = None, matter: str | None = None
) -> DiarySheet:
    """Say that the record stands in the diary, under the number, and write the number back to the record.

    `version`: of the sheet that was read; `matter`: new or existing, where the registrar chose another than was proposed.
    Pressed twice by the same person with the same number it is done once. Raises DiarySheet.DoesNotExist, NotPermitted,
    StateConflict (answered by somebody else, or amended since it was read) or InvalidInput (the number).
    """
    row = _lock(sheet_id)
    number = " ".join(number.split())
    if row.status == S.ACCEPTED and (row.diary_number, row.answered_by_id) == (number, actor.user_id):
        return row
    step, actor = _check("accept", row, version, actor)
    if not NUMBER.fullmatch(number):
        raise InvalidInput({"number": [_("Skriv diarienumret så som det står i diariet, till exempel KS 2026/123.")]})
    row.diary_number = number
    if matter is not None and M(matter) != row.matter:
        row.matter = M(matter)
        row.matter_number = number if row.matter == M.EXISTING else ""
    _answer(row, step, actor)
    record = row.record
    record.keeping, record.diary_number = K.REGISTER, number
    _save_record(record, actor)
    _tell("diary.accepted", row, actor, {"number": number, "matter": row.matter})
    notices.sheet_answered(row)
    return row


@transaction.atomic
def return_diary(*, sheet_id: int, reason: str, actor: Actor, version: int | None = None) -> DiarySheet:
    """Send the sheet back to be amended. The record is still to be registered, and the proposer has it to do.

    Raises as `accept_diary`; InvalidInput: no reason.
    """
    row = _lock(sheet_id)
    reason = _reason(reason)
    if row.status == S.RETURNED and (row.reason, row.answered_by_id) == (reason, actor.user_id):
        return row
    step, actor = _check("return", row, version, actor)
    row.reason = reason
    _answer(row, step, actor)
    _tell("diary.returned", row, actor, {"version": row.version})
    waiting.wait_for_proposer(row, _rule(row.record), actor)
    notices.sheet_answered(row)
    return row


@transaction.atomic
def decline_diary(
    *, sheet_id: int, reason: str, actor: Actor, version: int | None = None, keeping: str = K.ORDERED
) -> DiarySheet:
    """Say that the record is not to stand in the diary, why, and how it is kept instead: ordered, or of minor importance.

    A record that is marked as secret is never declined (OSL 5:1). Raises as `return_diary`.
    """
    row = _lock(sheet_id)
    reason = _reason(reason)
    if row.status == S.DECLINED and (row.reason, row.answered_by_id) == (reason, actor.user_id):
        return row
    if keeping not in (K.ORDERED, K.MINOR):
        raise InvalidInput({"keeping": [_("Välj hur handlingen hålls i stället.")]})
    step, actor = _check("decline", row, version, actor)
    row.reason = reason
    _answer(row, step, actor)
    record = row.record
    record.keeping = K(keeping)
    _save_record(record, actor)
    _tell("diary.declined", row, actor, {"keeping": record.keeping})
    notices.sheet_answered(row)
    return row


# --- What the acts have in common -------------------------------------------------------------------------------------
def _lock_record(record_id: int) -> Record:
    rows = Record.objects.select_for_update(of=("self",))
    return rows.select_related("channel__unit", "channel__platform", "channel__owner", "channel__deputy").get(
        pk=record_id
    )


def _lock(sheet_id: int) -> DiarySheet:
    """Return the sheet, locked, with its record, locked before it as `propose_diary` does."""
    record = _lock_record(DiarySheet.objects.values_list("record_id", flat=True).get(pk=sheet_id))
    row = DiarySheet.objects.select_for_update(of=("self",)).select_related("proposed_by").get(pk=sheet_id)
    row.record = record
    return row


def _check(name: str, row: DiarySheet, version: int | None, actor: Actor) -> tuple[Transition, Actor]:
    """Return the step, and the actor as acting for the registrar who is away. Raises NotPermitted or StateConflict."""
    step = SHEET.check(name, row, actor)
    if version is not None and version != row.version:
        raise StateConflict(_("Bladet har kompletterats sedan du öppnade det. Läs det igen innan du svarar."))
    return step, actor.among(rules.who_registers(row)) or actor


def _answer(row: DiarySheet, step: Transition, actor: Actor) -> None:
    row.status = step.target
    row.answered_by, row.answered_for, row.answered_at = actor.user, actor.on_behalf_of, timezone.now()
    actor.signs(row)
    row.save()
    waiting.registrar_answered(row, actor)


def _save_record(record: Record, actor: Actor) -> None:
    """Store how the record is kept, and for how long: a line of the schedule may be about just that."""
    retention.terms_for(record.channel, record.kind, record.keeping).put_on(record)
    actor.signs(record)
    secrecy = ("secrecy_provision", "secrecy_date", "secrecy_authority")
    record.save(update_fields=["keeping", "diary_number", *secrecy, *retention.FIELDS])


def _tell(kind: str, row: DiarySheet, actor: Actor, data: dict[str, object]) -> None:
    rule = _rule(row.record)
    record_event(kind, subject=row, actor=actor, rules=[rule] if rule else [], data={"record": row.record_id, **data})


def _rule(record: Record) -> policy.Rule | None:
    return policy.rule(keys.REGISTRATION, channel_scope(record.channel))


def _reason(text: str) -> str:
    reason = _line(text, 1000, "reason")
    if not reason:
        raise InvalidInput({"reason": [_("Skriv varför, så att den som lämnade bladet förstår.")]})
    return reason


def _checked(sheet: SheetValues) -> SheetValues:
    """Return the values as they are stored. Raises InvalidInput beside each field that is wrong."""
    errors: dict[str, list[str]] = {}
    found = SheetValues(
        document_date=sheet.document_date,
        concerns=_line(sheet.concerns, 300, "concerns"),
        counterpart=_line(sheet.counterpart, 200, "counterpart"),
        counterpart_apart=sheet.counterpart_apart,
        concerns_apart=sheet.concerns_apart,
        matter=M(sheet.matter).value,
        matter_number=" ".join(sheet.matter_number.split()) if sheet.matter == M.EXISTING else "",
        secrecy=sheet.secrecy,
    )
    if not found.concerns:
        errors["concerns"] = [_("Skriv kort vad handlingen rör.")]
    if found.document_date > timezone.localdate():
        errors["document_date"] = [_("Dagen har inte varit än.")]
    if found.matter == M.EXISTING and not NUMBER.fullmatch(found.matter_number):
        errors["matter_number"] = [_("Skriv ärendets nummer så som det står i diariet, till exempel KS 2026/123.")]
    if errors:
        raise InvalidInput(errors)
    if found.secrecy is not None:
        check_secrecy(found.secrecy)
    return found


def _line(text: str, most: int, field: str) -> str:
    line = clean_line(text, most=10 * most)
    if len(line) > most:
        raise InvalidInput({field: [_("Skriv högst %(most)s tecken.") % {"most": most}]})
    return line


def _values_of(row: DiarySheet) -> SheetValues:
    return SheetValues(
        document_date=row.document_date,
        concerns=row.concerns,
        counterpart=row.counterpart,
        counterpart_apart=row.counterpart_apart,
        concerns_apart=row.concerns_apart,
        matter=row.matter,
        matter_number=row.matter_number,
        secrecy=row.secrecy,
    )


def _put(sheet: SheetValues, row: DiarySheet) -> None:
    row.document_date, row.concerns, row.concerns_apart = sheet.document_date, sheet.concerns, sheet.concerns_apart
    row.counterpart, row.counterpart_apart = sheet.counterpart, sheet.counterpart_apart
    row.matter, row.matter_number, row.secrecy = sheet.matter, sheet.matter_number, sheet.secrecy
