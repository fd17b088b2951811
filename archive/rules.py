"""Who may hand over and who answers, and why not. Functions of actor and object: the reason, or None."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Unit
from accounts.organisation import Organisation
from archive import readers, registrars
from archive.models import Delivery, DiarySheet, Record
from archive.registrars import keepers_of


def why_not_propose(actor: Actor, record: Record) -> str | None:
    """Return why not: whoever may read the record may hand it to the registrar. The scheduler may."""
    if actor.user is None:
        return None
    if readers.may_read(actor.user, Organisation.load(timezone.localdate()), record):
        return None
    return _("Du kan inte lämna handlingen till diariet, eftersom du inte får läsa den.")


def why_not_amend(actor: Actor, sheet: DiarySheet) -> str | None:
    """As `why_not_propose`, for a sheet that came back."""
    return why_not_propose(actor, sheet.record)


def who_registers(sheet: DiarySheet) -> frozenset[int]:
    """Return the ids of those who answer for the unit and have no stake in it; whoever covers for one of them may too."""
    return registrars.ids_for(sheet.record.channel.unit, barred=readers.barred_from(sheet.record))


def why_not_answer(actor: Actor, sheet: DiarySheet) -> str | None:
    """Return why not: the registrar of the unit answers, or whoever covers (matrix D10). A person, never the scheduler."""
    if actor.user is None:
        return _("Diariet förs av en person.")
    if actor.user_id in readers.barred_from(sheet.record):
        return _("Du är jävig i det som handlingen hör till. Någon annan diarieför den.")
    if actor.among(who_registers(sheet)) is None:
        return _("Bara registratorn för %(unit)s kan svara.") % {"unit": sheet.record.channel.unit}
    return None


def why_not_decline(actor: Actor, sheet: DiarySheet) -> str | None:
    """As `why_not_answer`; and a secret document is always registered (OSL 5:1)."""
    if reason := why_not_answer(actor, sheet):
        return reason
    if sheet.secrecy is not None:
        return _(
            "Handlingen är sekretessmarkerad och ska alltid diarieföras (OSL 5 kap. 1 §)."
            " Skicka tillbaka bladet om markeringen är fel."
        )
    return None


# --- Deliveries -------------------------------------------------------------------------------------------------------
def why_not_deliver_for(actor: Actor, committee: Unit) -> str | None:
    """Return why not: the archivist and the registrar of the committee deliver, or whoever covers (matrix D10, K5). A person."""
    if actor.user is None:
        return _("En leverans görs av en person.")
    if actor.among(keepers_of(committee)) is None:
        return _("Bara arkivarien och registratorn för %(unit)s kan göra det här.") % {"unit": committee}
    return None


def why_not_deliver(actor: Actor, delivery: Delivery) -> str | None:
    """As `why_not_deliver_for`."""
    return why_not_deliver_for(actor, delivery.committee)


def why_not_finish(actor: Actor, _delivery: Delivery) -> str | None:
    """Return why not: the job writes, nobody else."""
    return _("Paketet skrivs av Kanalkollen.") if actor.user is not None else None
