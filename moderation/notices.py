"""Mail about cases. Written with the act and sent after commit (`kommun.outbox`), so that no worker can lose it on the way.

A mail says what kind of thing it is and where it is read, never what somebody wrote.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.organisation import Organisation
from kommun import outbox
from kommun.outbox import Letter
from moderation import readers
from moderation.models import Case


def hidden(case: Case, actor: Actor) -> None:
    """Tell those whom the policy sends evidence to that something is hidden and where the evidence is (removal.evidence)."""
    people = readers.recipients(case, Organisation.load(timezone.localdate()))
    context = {"case": case, "channel": case.channel}
    outbox.queue_many(
        Letter(person.email, _("Dolt inlägg: %(channel)s"), "mail/case_hidden.txt", {**context, "person": person})
        for person in people
        if person.pk != actor.user_id
    )


def forwarded(case: Case, actor: Actor) -> None:
    """Tell whoever a case was sent to."""
    if case.assigned_to and case.assigned_to_id != actor.user_id:
        context: dict[str, object] = {"case": case, "channel": case.channel, "person": case.assigned_to}
        outbox.queue(
            case.assigned_to.email, _("Ett ärende skickat till dig: %(channel)s"), "mail/case_forwarded.txt", context
        )
