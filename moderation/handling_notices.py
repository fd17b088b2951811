"""Mail about what is done around a case. As `moderation.notices`: what and where, never what somebody wrote."""

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import User
from kommun import outbox
from moderation.models import Case, ConflictOfInterest, HoldAnswer, Reconsideration


def case_passed(case: Case, person: User) -> None:
    """Tell whoever has the case now that it has come there because of a conflict of interest. Not whose."""
    context: dict[str, object] = {"case": case, "channel": case.channel, "person": person}
    outbox.queue(person.email, _("Du tar över ett ärende: %(channel)s"), "mail/case_passed.txt", context)


def conflict_tried(row: ConflictOfInterest, actor: Actor) -> None:
    """Tell the person, and whoever pointed it out, what was decided."""
    context: dict[str, object] = {"row": row, "channel": row.case.channel, "holds": row.status == row.Status.IN_FORCE}
    for person in dict.fromkeys((row.person, row.said_by)):
        if person.pk != actor.user_id:
            outbox.queue(person.email, _("Beslut om jäv: %(channel)s"), "mail/conflict_tried.txt", context)


def reconsidered(row: Reconsideration, actor: Actor) -> None:
    """Tell whoever decided first what came of it; and whoever asked, when that is an address, where the decision is read."""
    context: dict[str, object] = {"row": row, "channel": row.case.channel}
    first = row.first_decider
    if first is not None and first.pk != actor.user_id:
        outbox.queue(first.email, _("Omprövat: %(channel)s"), "mail/reconsidered.txt", context)
    contact = row.contact.strip()
    if "@" in contact and " " not in contact:
        outbox.queue(contact, _("Beslut i din begäran om omprövning"), "mail/reconsideration_decided.txt", context)


def informed(answer: HoldAnswer) -> None:
    """Tell one who is only to know that much criticism comes at once (Överkalix: the manager and the chief executive)."""
    context: dict[str, object] = {"hold": answer.hold, "channel": answer.hold.channel, "person": answer.person}
    outbox.queue(answer.person.email, _("Mycket kritik: %(channel)s"), "mail/hold_informed.txt", context)
