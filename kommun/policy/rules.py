"""Who may bring in a policy, throw a draft away and put one in force, and why not."""

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from kommun.actor import ActorLike
from kommun.models import PolicyVersion

# Doors that need no user: whoever runs a command on the server has the database already.
UNATTENDED = frozenset({"command", "demo"})


def why_not_import(actor: ActorLike) -> str | None:
    """Return why the actor may not bring in a draft, or None. Whoever may adopt may also draft."""
    if actor.user_id is None:
        return None if actor.door in UNATTENDED else _("Ett regelverk läses in av en person.")
    return None if _may_adopt(actor.user_id) else _("Du får inte läsa in ett regelverk.")


def why_not_discard(actor: ActorLike) -> str | None:
    """Return why the actor may not throw a draft away, or None. Whoever may bring one in may."""
    return _("Du får inte kasta ett utkast.") if why_not_import(actor) else None


def why_not_adopt(actor: ActorLike, version: PolicyVersion) -> str | None:
    """Return why the actor may not put the version in force, or None. Appointments give the permission."""
    if actor.user_id is None:
        return None if actor.door in UNATTENDED else _("Ett regelverk sätts i kraft av en person.")
    return None if _may_adopt(actor.user_id) else _("Du får inte sätta ett regelverk i kraft.")


def _may_adopt(user_id: int) -> bool:
    user = get_user_model()._default_manager.filter(pk=user_id, is_active=True).first()
    return user is not None and user.has_perm("kommun.adopt_policyversion")
