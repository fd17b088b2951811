"""Permissions that come from appointments in force, so that nobody keeps a second list of who may do what.

Django asks every backend; this one answers for the few permissions below and signs nobody in. Somebody who covers for
an absent strategist has what the strategist has, as long as the absence lasts.
"""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.utils import timezone

from accounts.models import Appointment, User
from accounts.organisation import Organisation

R = Appointment.Role

# Permission → the roles, given for the whole municipality, that have it. The IT and communications manager owns the
# policy in several municipalities and is reminded of its review, but does not put one in force.
GRANTS: dict[str, tuple[str, ...]] = {
    "kommun.adopt_policyversion": (R.STRATEGIST, R.ADMINISTRATOR),
    "kommun.view_policyversion": (R.STRATEGIST, R.ADMINISTRATOR, R.IT_COMMUNICATIONS_MANAGER),
    # The browser admin: who comes in, who keeps the register there, who follows the work, and who decides about people.
    "kommun.use_admin": (R.STRATEGIST, R.WEB_EDITOR, R.ADMINISTRATOR),
    "kommun.keep_register": (R.STRATEGIST, R.WEB_EDITOR, R.ADMINISTRATOR),
    "kommun.steer": (R.STRATEGIST, R.ADMINISTRATOR),
    "kommun.administer": (R.ADMINISTRATOR,),
    # The texts to begin with are written by communications staff (moderation.rules.STEERS).
    "kommun.write_templates": (R.STRATEGIST, R.WEB_EDITOR),
}


class AppointmentBackend(BaseBackend):
    """Answers `user.has_perm` from appointments on the day of the question."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Return whether an appointment gives the person the permission. The answer is kept on the user instance."""
        roles = GRANTS.get(perm)
        if roles is None or not isinstance(user_obj, User) or not user_obj.is_active:
            return False
        kept: dict[str, bool] = user_obj.__dict__.setdefault("_by_appointment", {})
        if perm not in kept:
            organisation = Organisation.load_roles(timezone.localdate())
            for name, holders in GRANTS.items():
                kept[name] = any(organisation.holds(user_obj, role, None) for role in holders)
        return kept[perm]
