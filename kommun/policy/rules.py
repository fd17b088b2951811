"""Who may put a policy in force, and why not."""

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from kommun.actor import ActorLike
from kommun.models import PolicyVersion

# Doors that need no user: whoever runs a command on the server has the database already.
UNATTENDED = frozenset({"command", "demo"})


def why_not_adopt(actor: ActorLike, version: PolicyVersion) -> str | None:
    """Return why the actor may not put the version in force, or None. Appointments give the permission."""
    if actor.user_id is None:
        return None if actor.door in UNATTENDED else _("Ett regelverk sätts i kraft av en person.")
    user = get_user_model()._default_manager.filter(pk=actor.user_id).first()
    if user is None or not user.has_perm("kommun.adopt_policyversion"):
        return _("Du får inte sätta ett regelverk i kraft.")
    return None
