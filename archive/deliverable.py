"""What is to be delivered: whose it is, what goes, and why the rest does not. Nothing here is special to a kind of record."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from accounts.organisation import Organisation
from archive import registrars
from archive.models import Delivery, DeliveryRecord, DiarySheet, Record
from kommun import policy
from kommun.half_years import bounds
from kommun.policy import keys

K, T, F = Record.Keeping, Delivery.Target, Delivery.Form
DEFAULT_FORMS = {T.E_ARCHIVE: F.FGS}  # everybody else gets plain files, unless the policy says otherwise
_SHOWN = ("channel__unit", "channel__platform")


class Why(TextChoices):
    """Why a record is not delivered."""

    DELIVERED = "delivered", _("Redan levererade dit, eller med i en leverans som pågår")
    UNDECIDED = "undecided", _("Inte bestämt hur handlingen hålls")
    DIARY = "diary", _("Ska diarieföras, men har inget diarienummer än")
    MINOR = "minor", _("Av ringa betydelse: gallras i stället för att levereras")


@dataclass(frozen=True)
class Choice:
    """A receiver that the policy names, or that it does not, and the form that the receiver gets."""

    target: str
    form: str
    name: str
    named: bool


@dataclass
class Selection:
    """The records of a half-year: those that go, those that go by themselves because they are secret, and those that stay."""

    goes: list[Record] = field(default_factory=list)
    secret: list[Record] = field(default_factory=list)
    stays: dict[Why, list[Record]] = field(default_factory=dict)

    @property
    def left(self) -> list[tuple[Any, list[Record]]]:
        """Why something stays, in words, and what."""
        return [(why.label, self.stays[why]) for why in Why if self.stays.get(why)]


def choices(rule: policy.Rule[Any] | None) -> list[Choice]:
    """Return the receivers: first those that the policy names, in its order, then the others."""
    named: dict[str, Choice] = {}
    for one in rule.value.targets if rule else ():
        if one.kind in T.values:
            form = one.package or DEFAULT_FORMS.get(T(one.kind), F.FILES)
            named.setdefault(one.kind, Choice(one.kind, form, one.name or "", named=True))
    others = [Choice(kind, DEFAULT_FORMS.get(kind, F.FILES), "", named=False) for kind in T if kind not in named]
    return [*named.values(), *others]


def delivery_rule() -> policy.Rule[Any] | None:
    """Return what the policy says of where things are kept, or None where it is silent."""
    return policy.rule(keys.SNAPSHOT_DELIVERY)


# --- Whose ------------------------------------------------------------------------------------------------------------
def body_of(unit: Unit, units: dict[int, Unit]) -> Unit:
    """Return the committee that the unit is under; where there is none, the topmost unit, so that nothing belongs to nobody."""
    seen: list[Unit] = []
    found: Unit | None = unit
    while found is not None and found not in seen:
        if found.kind == Unit.Kind.COMMITTEE:
            return found
        seen.append(found)
        found = units.get(found.parent_id) if found.parent_id else None
    return seen[-1]


def committees_of(user: User, organisation: Organisation) -> list[Unit]:
    """Return the committees that the person delivers for, by name."""
    units = organisation.units
    bodies = {body.pk: body for body in (body_of(unit, units) for unit in units.values())}
    return sorted(
        (body for body in bodies.values() if registrars.keeps(user, body, organisation)), key=lambda one: one.name
    )


# --- What -------------------------------------------------------------------------------------------------------------
def records_of(committee: Unit, starts_on: date, units: dict[int, Unit]) -> QuerySet[Record]:
    """Return the records of the half-year, by when they came in or were drawn up, of the channels of the committee.

    The committee is the channel's controller; for a channel without one, the committee that its unit is under.
    """
    first, after = bounds(starts_on)
    under = [unit.pk for unit in units.values() if body_of(unit, units).pk == committee.pk]
    whose = Q(channel__controller=committee) | Q(channel__controller__isnull=True, channel__unit__in=under)
    return Record.objects.filter(whose, occurred_at__gte=first, occurred_at__lt=after)


def select(
    committee: Unit, starts_on: date, target: str, *, again: bool, units: dict[int, Unit], lock: bool = False
) -> Selection:
    """Return what goes to the target and what does not. `again`: what the target has had before goes too.

    `lock`: hold the rows until the transaction ends, so that their marks cannot change in between.
    """
    sent = DeliveryRecord.objects.filter(record=OuterRef("pk"), target=target)
    sent = sent.exclude(delivery__status=Delivery.Status.WITHDRAWN)
    at_work = sent.filter(delivery__status__in=[Delivery.Status.PREPARED, Delivery.Status.WRITING])
    waiting = DiarySheet.objects.filter(
        record=OuterRef("pk"), status__in=[DiarySheet.Status.PROPOSED, DiarySheet.Status.RETURNED]
    )
    rows = records_of(committee, starts_on, units).select_related(*_SHOWN).defer("text", "text_notes")
    rows = rows.annotate(sent=Exists(sent), at_work=Exists(at_work), waits=Exists(waiting))
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = Selection()
    for row in rows.order_by("occurred_at", "pk"):
        why = _why_not(row, target, again=again)
        if why is not None:
            found.stays.setdefault(why, []).append(row)
        elif row.secrecy is not None:
            found.secret.append(row)
        else:
            found.goes.append(row)
    return found


def _why_not(row: Any, target: str, *, again: bool) -> Why | None:
    if row.at_work or (row.sent and not again):
        return Why.DELIVERED
    if row.keeping == K.UNDECIDED:
        return Why.UNDECIDED
    if row.keeping == K.MINOR:
        return Why.MINOR
    # A registrar gives the number, so what has none can go there; not while a sheet of its own waits for one.
    to_registrar = target in (T.REGISTRAR, T.COLLECTION_MATTER)
    if row.keeping == K.REGISTER and not row.diary_number and (row.waits or not to_registrar):
        return Why.DIARY
    return None


def deliveries_for(committees: Collection[Unit]) -> QuerySet[Delivery]:
    """Return the deliveries of the committees, newest first, with what a row shows."""
    return Delivery.objects.filter(committee__in=committees).select_related("committee", "prepared_by__unit")
