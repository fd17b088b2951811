"""Who asks for a snapshot, who hands one in and who looks at it, and why not."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Appointment
from accounts.organisation import Organisation
from archive.models import Snapshot
from channels.models import Channel
from channels.rules import who_proposes

LOOKS = (Appointment.Role.ARCHIVIST, Appointment.Role.STRATEGIST)


def why_not_ask(actor: Actor, channel: Channel) -> str | None:
    """Return why not: the people of the channel, communications and the archivist ask. The scheduler may (matrix K5)."""
    if actor.user is None:
        return None if actor.door == "scheduler" else _("Logga in för att lämna en ögonblicksbild.")
    if actor.among(who_proposes(channel)) is not None or _looks(actor, channel):
        return None
    return _("Ögonblicksbilder lämnas av kanalens ansvariga, kommunikationsstrategen eller arkivarien.")


def why_not_take(actor: Actor, snapshot: Snapshot) -> str | None:
    """As `why_not_ask`: whoever may ask may also see to it that it is taken."""
    return why_not_ask(actor, snapshot.channel)


def why_not_look(actor: Actor, snapshot: Snapshot) -> str | None:
    """Return why not: the archivist or communications look. Nobody rates what they handed in themselves."""
    if actor.user is None:
        return _("En ögonblicksbild granskas av en person.")
    if not _looks(actor, snapshot.channel):
        return _("Ögonblicksbilder granskas av arkivarien eller kommunikationsstrategen.")
    if snapshot.how != Snapshot.How.CAPTURED and actor.user_id in (snapshot.asked_by_id, snapshot.asked_for_id):
        return _("Du har lämnat bilden själv. Någon annan behöver titta på den.")
    return None


def why_not_accept(actor: Actor, snapshot: Snapshot) -> str | None:
    """As `why_not_look`; and a PDF/A with faults is not accepted, nor one that a validator says is none."""
    if reason := why_not_look(actor, snapshot):
        return reason
    if snapshot.problems:
        return _("PDF-filen har fel och kan inte godtas: %(problem)s") % {"problem": snapshot.problems[0]["text"]}
    if snapshot.validation == Snapshot.Validation.INVALID:
        return _("Valideraren säger att filen inte är en giltig PDF/A. Läs rapporten.")
    return None


def _looks(actor: Actor, channel: Channel) -> bool:
    organisation = Organisation.load(timezone.localdate())
    return actor.user is not None and any(organisation.holds(actor.user, role, channel.unit) for role in LOOKS)
