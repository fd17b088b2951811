"""What a person may do about a mail that did not arrive."""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from kommun.actor import ActorLike
from kommun.errors import NotPermitted, StateConflict
from kommun.events import record
from kommun.models import OutgoingMail
from kommun.outbox import deliver_all


def why_not_send_again(actor: ActorLike) -> str | None:
    """Return why the actor may not have a mail sent again, or None. Appointments give the permission."""
    user = get_user_model()._default_manager.filter(pk=actor.user_id or 0, is_active=True).first()
    if user is not None and user.has_perm("kommun.steer"):
        return None
    return _("Brev skickas om av kommunikationsstrategen eller en systemadministratör.")


@transaction.atomic
def send_again(*, mail_id: int, actor: ActorLike) -> OutgoingMail:
    """Try a mail that has not been sent once more, from the start, also one that was given up.

    Raises OutgoingMail.DoesNotExist, NotPermitted, or StateConflict when it has been sent: nobody gets it twice.
    """
    if reason := why_not_send_again(actor):
        raise NotPermitted(reason)
    mail = OutgoingMail.objects.select_for_update(of=("self",)).get(pk=mail_id)
    if mail.sent_at is not None:
        raise StateConflict(_("Brevet är redan skickat."))
    mail.attempts = 0
    mail.save(update_fields=["attempts"])
    record("mail.sent_again", subject=mail, actor=actor, data={"error": bool(mail.last_error)})
    transaction.on_commit(lambda: deliver_all.delay([mail_id]), robust=True)
    return mail
