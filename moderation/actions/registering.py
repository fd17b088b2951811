"""What goes further: to the registrar, to the police."""

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import SCHEDULER, Actor
from archive.actions.diary import propose_diary
from archive.models import DiarySheet
from archive.values import SheetValues
from kommun.business_time import swedish_day
from kommun.errors import InvalidInput
from kommun.events import record
from moderation import categories, due
from moderation.actions import common
from moderation.models import Case

S = DiarySheet.Status


@transaction.atomic
def hand_to_registrar(
    *, case_id: int, sheet: SheetValues | None = None, version: int | None = None, actor: Actor
) -> DiarySheet:
    """Hand what was saved to the registrar, with what is proposed to stand in the diary (None: as `sheet_for`).

    What came back is amended and handed over again. Raises NotPermitted, StateConflict (it stands with the registrar, or
    in the diary, already), InvalidInput. Source: rules removal.ladder, removal.evidence, records.registration; OSL 5:1-2.
    """
    case, actor = common.lock(case_id, actor, version)
    return hand_over(case, sheet, actor)


def hand_over(case: Case, sheet: SheetValues | None, actor: Actor) -> DiarySheet:
    """As `hand_to_registrar`, for a case that is locked."""
    step = common.check("hand_over", case, actor)
    kept = common.record_of(case, actor)
    row = propose_diary(record_id=kept.pk, sheet=sheet or sheet_for(case), actor=actor)
    case.handed_at = case.handed_at or timezone.now()
    common.save(case, step, actor, "case.handed_over", {"sheet": row.pk, "version": row.version})
    return row


def sheet_for(case: Case) -> SheetValues:
    """Return what to propose: when it came in, from whom, and briefly what kind of thing it is, never what it says.

    Of what may be secret, sender and concern are kept apart from the public part of the diary (OSL 5 kap. 2 §).
    """
    secret = case.category == categories.SECRECY
    with override(settings.LANGUAGE_CODE):
        what = case.category_title or case.get_kind_display()
        concerns = _("%(what)s, inlägg i %(channel)s") % {"what": what, "channel": case.channel}
    return SheetValues(
        document_date=swedish_day(case.written_at or case.seen_at),
        concerns=concerns[:300],
        counterpart=case.author[:200],
        counterpart_apart=secret or bool(case.author),
        concerns_apart=secret,
    )


def note_receipts() -> int:
    """Write down which cases the registrar has taken in or sent back since last time, and return how many. Safe to run twice.

    The archive lies below and cannot tell: it is asked "answered, and not yet noted?" (`common.take_in_receipt`).
    """
    answered = Q(record__sheets__status=S.ACCEPTED)
    answered |= Q(record__sheets__status=S.RETURNED, deleted_at__isnull=True)
    answered |= Q(record__sheets__status=S.DECLINED, needs_receipt=True, deleted_at__isnull=True)
    waiting = Case.objects.filter(answered, handed_at__isnull=False, receipt_at__isnull=True)
    waiting = waiting.exclude(record__sheets__status=S.PROPOSED)
    noted = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)[:1000]):
        noted += _note_receipt(pk)
    return noted


@transaction.atomic
def _note_receipt(pk: int) -> int:
    case = Case.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if case is None or not common.take_in_receipt(case):
        return 0
    due.place(case)
    case.version += 1
    SCHEDULER.signs(case)
    case.save()
    kind = "case.receipt_noted" if case.receipt_at else "case.sheet_came_back"
    record(kind, subject=case, actor=SCHEDULER, data={"at": case.receipt_at})
    return 1


@transaction.atomic
def decide_police(
    *, case_id: int, reported: bool, number: str = "", note: str = "", version: int | None = None, actor: Actor
) -> Case:
    """Take a stand on a police report: made (with the police's number, when it is known), or not made and why.

    A person makes the report; this writes down that it was made. Raises NotPermitted, StateConflict, InvalidInput (not
    reported without a reason). Source: rule removal.police_report.
    """
    case, actor = common.lock(case_id, actor, version)
    step = common.check("police", case, actor)
    if not reported and not note.strip():
        raise InvalidInput({"note": [_("Skriv varför det inte polisanmäls.")]})
    case.police = Case.Police.REPORTED if reported else Case.Police.NOT_REPORTED
    case.police_at = timezone.now()
    case.police_number = " ".join(number.split())[:60] if reported else ""
    case.police_note = note.strip()[:2000]
    common.save(case, step, actor, "case.police_considered", {"reported": reported, "number": bool(case.police_number)})
    return case
