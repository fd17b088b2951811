"""What a case keeps of its records: when it ended, what stops their disposal, and the copies that go with them.

The case itself stays, without what anybody said: the figures are counted from it. Its answers, explanations and appeals
are records of their own, and go when their own time is over.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import BigIntegerField, F, Model, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from archive import belongings
from archive.belongings import Belongings, Stop, Stops
from archive.models import Hold, Record
from channels.models import ImportRun
from kommun.history import forget
from kommun.models import DemoMail, OutgoingMail
from moderation.models import (
    Block,
    Case,
    CaseEvidence,
    ConflictOfInterest,
    Explanation,
    HoldAnswer,
    PoliceFollowUp,
    Reconsideration,
    Reply,
    ReplyHold,
    Tip,
)

K = Hold.Kind
GONE = "Gallrat"  # where the database wants a reason to have words


def _closed_at() -> Subquery:
    return Subquery(Case.objects.filter(pk=Cast(OuterRef("subject_id"), BigIntegerField())).values("closed_at")[:1])


def _lock(ids: Collection[str]) -> None:
    """Lock the cases, before their records, as every act on a case does."""
    list(Case.objects.select_for_update(of=("self",)).filter(pk__in=list(map(int, ids))).order_by("pk").values("pk"))


# --- What stops it ----------------------------------------------------------------------------------------------------
def _stops(records: Sequence[Record]) -> Stops:
    """Return what stops the records of each case: it is open, with the police, being tried again, or not forgotten."""
    ids = {int(record.subject_id) for record in records}
    by_case: dict[int, list[Stop]] = {}
    for kind, reason, cases in _asked(ids):
        for pk in cases:
            by_case.setdefault(pk, []).append(Stop(kind, reason))
    found = {record.pk: by_case.get(int(record.subject_id), []) for record in records}
    return {pk: reasons for pk, reasons in found.items() if reasons}


def _asked(ids: Collection[int]) -> list[tuple[str, str, Collection[int]]]:
    cases = Case.objects.filter(pk__in=ids).order_by()
    with_police = cases.filter(police=Case.Police.REPORTED).exclude(
        police_follow_up__isnull=False, police_follow_up__outcome__gt=""
    )
    tried = Reconsideration.objects.open().filter(case__in=ids)
    blocks = Block.objects.filter(Q(lifted_at__isnull=True) | Q(released_at__isnull=True), case__in=ids)
    held = ReplyHold.objects.filter(case__in=ids, released_at__isnull=True)
    unread = Tip.objects.filter(case__in=ids, handled_at__isnull=True)
    files = ImportRun.objects.filter(kind=ImportRun.Kind.CASES).exclude(file="")
    oldest = files.order_by("created_at").values_list("created_at", flat=True).first()
    imported = cases.filter(known_how=Case.Known.IMPORT, opened_at__gte=oldest) if oldest else cases.none()
    return [
        (K.MATTER, _("Ärendet i granskningen är inte avslutat."), _ids(cases.filter(closed_at__isnull=True), "pk")),
        (K.MATTER, _("Ett tips i ärendet är inte omhändertaget."), _ids(unread, "case_id")),
        (K.MATTER, _("Andra är tillfrågade före ett svar i ärendet."), _ids(held, "case_id")),
        (K.POLICE, _("Ärendet är polisanmält, och polisen har inte lämnat besked."), _ids(with_police, "pk")),
        (K.APPEAL, _("Ett beslut i ärendet omprövas."), _ids(tried, "case_id")),
        (K.OTHER, _("En blockering i ärendet gäller eller är inte öppnad igen."), _ids(blocks, "case_id")),
        (K.OTHER, _("Filen som ärendet lästes in från finns kvar, i högst 30 dagar."), _ids(imported, "pk")),
    ]


def _ids(rows: Any, name: str) -> list[int]:
    return list(rows.values_list(name, flat=True))


# --- What goes with it ------------------------------------------------------------------------------------------------
def _destroy(records: Sequence[Record]) -> None:
    """Destroy each copy of what the records say. The archive has locked the cases, and named its certificate."""
    for record in records:
        _raw(Reply.objects.filter(record=record))
        _raw(Explanation.objects.filter(record=record))
        for row in Reconsideration.objects.filter(Q(record=record) | Q(decision_record=record)):
            _destroy_reconsideration(row, record)
        for case in Case.objects.filter(record=record):
            _destroy_case(case)


def _destroy_reconsideration(row: Reconsideration, record: Record) -> None:
    rows = Reconsideration.objects.filter(pk=row.pk)
    if row.record_id == record.pk:
        # The mail about the decision went to whoever asked, and names the request.
        for mails in (OutgoingMail.objects.all(), DemoMail.objects.all()):
            mails.filter(to=row.contact.strip(), body__contains=row.reference).delete()
        rows.update(record=None, text="", contact="")
    else:
        rows.update(decision_record=None, reason=GONE)
    forget(Reconsideration, [row.pk])


def _destroy_case(case: Case) -> None:
    evidence = CaseEvidence.objects.filter(case=case)
    _raw(evidence)  # first: the database asks which record the evidence is of
    _empty(Tip, Q(case=case), "text", "contact", "url", "address_key")
    _empty(Block, Q(case=case), "lifted_note", author=GONE, reason=GONE)
    _empty(ConflictOfInterest, Q(case=case), "note")
    _empty(ConflictOfInterest, Q(case=case) & ~Q(reason=""), reason=GONE)
    _empty(HoldAnswer, Q(hold__case=case) & ~Q(advice=""), advice=GONE)
    _empty(ReplyHold, Q(case=case), reason=GONE)
    _empty(PoliceFollowUp, Q(case=case), "contact")
    _empty(PoliceFollowUp, Q(case=case) & ~Q(outcome=""), outcome=GONE)
    said = (
        "text",
        "author",
        "url",
        "address_key",
        "platform_item_id",
        "assessment_note",
        "police_note",
        "police_number",
    )
    version = {"version": F("version") + 1}  # whoever has the page open is told that it has changed
    _empty(Case, Q(pk=case.pk), *said, record=None, disposed_at=timezone.now(), **version)


def _empty(model: type[Model], which: Q, *names: str, **values: Any) -> None:
    """Take the words out of the rows, and what they said before out of their history. `update` writes none itself."""
    rows: Any = model._base_manager.filter(which)
    ids = _ids(rows, "pk")
    rows.update(**dict.fromkeys(names, ""), **values)
    forget(model, ids)


def _raw(rows: Any) -> None:
    rows._raw_delete(rows.db)


belongings.register(Case._meta.label_lower, Belongings(_closed_at, _lock, _stops, _destroy))
